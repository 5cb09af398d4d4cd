"""Our report of two Parquet files, plan and all."""

from __future__ import annotations

import sys
from typing import Any

import pyarrow.dataset as _  # noqa: F401  (as the others, imports are not timed)
from measured import measured

import tallystick as ts


def work() -> dict[str, Any]:
    report = ts.compare(reference=sys.argv[1], current=sys.argv[2])
    return {"results": len(report.measurements), "page": len(report.to_text())}


# What else is imported on first use.
ts.compare(reference={"x": [1.0, 2.0]}, current={"x": [1.0, 2.0]}).to_text()
measured(work)
