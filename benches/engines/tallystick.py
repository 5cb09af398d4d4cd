"""The library that is measured, through its public API, on one thread."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

import tallystick as ts


def plan_of(values: Any, binning: str) -> ts.Plan:
    """A plan that counts the column `x` by a named binning."""
    return ts.Plan.fit({"x": values}, spec={"schema": 1, "columns": {"x": {"binning": binning}}})


def profile(table: pa.Table, plan: ts.Plan, *, threads: int = 1) -> ts.Profile:
    """The counts of a table, and nothing made of them."""
    return ts.profile(table, plan=plan, threads=threads)


def cells(counts: pa.RecordBatch, instrument: str, width: int) -> NDArray[np.int64]:
    """Rows of each numeric cell of a column, from the table of counts."""
    rows = np.zeros(width, dtype=np.int64)
    for row in counts.to_pylist():
        if row["instrument"] == instrument and not row["cell"].startswith("__"):
            rows[int(row["cell"])] = row["rows"]
    return rows


def psi(reference: pa.Table, current: pa.Table) -> tuple[ts.Comparison, dict[str, float]]:
    """PSI of every column, the plan learned from the raw reference."""
    return psi_against(ts.profile(reference, threads=1), current)


def psi_against(baseline: ts.Profile, current: pa.Table) -> tuple[ts.Comparison, dict[str, float]]:
    """PSI of every column against a baseline that was kept."""
    report = ts.compare(reference=baseline, current=current, threads=1)
    return report, {row.instrument: row.value for row in report.measurements if row.metric == "psi"}
