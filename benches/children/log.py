"""One engine's report of a Parquet log: python log.py ENGINE LOG KEPT."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from measured import measured

THREADS = 2


def tallystick(log: Path, kept: Path) -> Callable[[], dict[str, Any]]:
    import tallystick as ts

    baseline = ts.load(kept / "reference.tally")
    ts.compare(reference=baseline, current=baseline)  # Imports what is imported on first use.

    def work() -> dict[str, Any]:
        report = ts.compare(reference=baseline, current=log, threads=THREADS)
        return {"psi": {r.instrument: r.value for r in report.measurements if r.metric == "psi"}}

    return work


def by_hand(library: str, log: Path, kept: Path) -> Callable[[], dict[str, Any]]:
    import importlib
    import os

    os.environ["POLARS_MAX_THREADS"] = str(THREADS)

    import numpy as np
    from benches.engines.numpy import psi_of_counts

    engine = importlib.import_module(f"benches.engines.{library}")
    reference = json.loads((kept / "reference.json").read_text())
    edges = {name: np.array(ends) for name, ends in reference["edges"].items()}

    def work() -> dict[str, Any]:
        found = engine.log(log, edges, threads=THREADS)
        psi = {
            name: psi_of_counts(
                np.array(counts), engine.in_order(found[name]["cells"], len(counts))
            )
            for name, counts in reference["counts"].items()
        }
        return {"psi": psi}

    return work


def decode(log: Path) -> Callable[[], dict[str, Any]]:
    from benches.engines import roofline

    return lambda: {"rows": roofline.decode(log, threads=THREADS)}


def main() -> None:
    engine, log, kept = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    if engine == "tallystick":
        measured(tallystick(log, kept))
    elif engine == "decode":
        measured(decode(log))
    else:
        measured(by_hand(engine, log, kept))


if __name__ == "__main__":
    main()
