"""The library that is measured, through its public API."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

import tallystick as ts


def plan_of_edges(values: NDArray[np.float64], edges: NDArray[np.float64]) -> ts.Plan:
    """A plan that counts the column `x` between given edges; `values` say where it is busy."""
    spec = {"schema": 1, "columns": {"x": {"binning": edges.tolist()}}}
    return ts.Plan.fit({"x": values[:100_000]}, spec=spec)


def histogram(table: pa.Table, plan: ts.Plan) -> tuple[ts.Profile, pa.RecordBatch]:
    """The profile of one column, and its counts as a table."""
    profile = ts.profile(table, plan=plan, threads=1)
    return profile, profile.to_arrow()


def cells(counts: pa.RecordBatch, instrument: str, width: int) -> NDArray[np.int64]:
    """Rows of each numeric cell of a column, from the table of counts."""
    rows = np.zeros(width, dtype=np.int64)
    for row in counts.to_pylist():
        if row["instrument"] == instrument and not row["cell"].startswith("__"):
            rows[int(row["cell"])] = row["rows"]
    return rows


def psi(reference: pa.Table, current: pa.Table) -> tuple[ts.Comparison, dict[str, float]]:
    """PSI of every column, the plan learned from the raw reference."""
    baseline = ts.profile(reference, threads=1)
    return psi_against(baseline, current)


def psi_against(baseline: ts.Profile, current: pa.Table) -> tuple[ts.Comparison, dict[str, float]]:
    """PSI of every column against a baseline that was kept."""
    today = ts.profile(current, plan=baseline.plan, threads=1)
    report = ts.compare(reference=baseline, current=today)
    return report, {row.instrument: row.value for row in report.measurements if row.metric == "psi"}


def log(path: Any, plan: ts.Plan) -> ts.Profile:
    """The profile of a Parquet log on one thread."""
    return ts.profile(path, plan=plan, threads=1)
