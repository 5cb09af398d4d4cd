"""Records predictions with prometheus_client as several workers use it: in mapped files."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import Any

from benches.children.measured import measured
from benches.engines import serving


def main() -> None:
    rows = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        # Looked at when the library is imported.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        sample = serving.records(rows)
        recorded = serving.prometheus(sample)
        recorded.all_of(sample)

        def work() -> dict[str, Any]:
            recorded.all_of(sample)
            return {}

        measured(work)


if __name__ == "__main__":
    main()
