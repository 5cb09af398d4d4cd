"""A Parquet log of 62 columns against a reference: the whole report, on two cores."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tallystick as ts
from benches import child, data
from benches.case import DECODE, OURS, Case, Group
from benches.engines import duckdb, polars
from benches.run import ROOT

ROWS, FEW_ROWS = 2_000_000, 200_000
POLARS = "polars by hand"
KEPT = ROOT / ".benchmarks" / "log"

NOTE = f"""\
`ts.compare(reference=profile, current="log.parquet", threads=2)`: {data.LOG_FLOATS} float64 (every
fifth with 1 % null), {data.LOG_INTS} int64, {len(data.LOG_CATEGORIES)} texts, score and label. By
hand, in one query: rows, null, zero, minimum, maximum, mean, standard deviation, our own 240-odd
cells of every float column, all values of the others, and then PSI of every float column against
counts that were kept. All counts and statistics are asserted to be equal on {FEW_ROWS:,} rows. Each
engine runs in a process of its own, which times the work without imports and tells its peak memory;
the file is in the page cache. **CPU beyond decoding** is processor time less that of pyarrow
decoding the same file and looking at nothing, over the latter.
"""


def cases() -> Iterator[Case]:
    reference = data.write_log(KEPT / f"reference-{FEW_ROWS}.parquet", FEW_ROWS, seed=20)
    current = data.write_log(KEPT / f"current-{ROWS}.parquet", ROWS, seed=21, shift=0.02)
    few = data.write_log(KEPT / f"current-{FEW_ROWS}.parquet", FEW_ROWS, seed=22, shift=0.02)
    baseline = ts.profile(reference)
    baseline.save(KEPT / "reference.tally")
    (KEPT / "reference.json").write_text(json.dumps(_by_hand(baseline)))
    runs = {OURS: "tallystick", POLARS: "polars", "duckdb by hand": "duckdb", DECODE: "decode"}
    engines = {
        name: partial(child.sample, "log.py", engine, current, KEPT)
        for name, engine in runs.items()
    }
    yield Case(
        name="log",
        title=f"{ROWS:,} rows, two threads",
        values=ROWS,
        unit="rows",
        engines=engines,
        agree=partial(must_agree, baseline, few),
        rounds=3,
        fresh=True,
        in_check=False,
    )


def _by_hand(baseline: ts.Profile) -> dict[str, Any]:
    """What is kept of the reference for those who count by hand: edges and counts."""
    counts = cells_of(baseline)
    edges = float_edges(baseline.plan)
    return {
        "edges": edges,
        "counts": {
            name: [counts[name].get(str(i), 0) for i in range(len(ends) + 1)]
            for name, ends in edges.items()
        },
    }


def float_edges(plan: ts.Plan) -> dict[str, list[float]]:
    return {c["name"]: list(c["edges"]) for c in plan.columns if c["name"].startswith("f")}


def must_agree(baseline: ts.Profile, path: Path) -> None:
    profile = ts.profile(path, plan=baseline.plan)
    assert profile.rows == FEW_ROWS
    counts = cells_of(profile)
    edges = {name: np.array(ends) for name, ends in float_edges(baseline.plan).items()}
    for engine in (polars, duckdb):
        found = engine.log(path, edges, threads=1)
        assert set(found) == {column["name"] for column in baseline.plan.columns}
        for column in baseline.plan.columns:
            theirs = found[column["name"]]
            statistics_agree(profile[column["name"]], theirs)
            assert counts[column["name"]] == cells_by_hand(theirs["cells"], column)


def statistics_agree(ours: Any, theirs: dict[str, Any]) -> None:
    for name in {"null", "zeros", "minimum", "maximum"} & set(theirs):
        assert ours[name] == theirs[name], name
    # Their running sums of some 1e6 values err by at most 1e6 roundings of 1.1e-16.
    for name in {"mean", "std"} & set(theirs):
        assert ours[name] == pytest.approx(theirs[name], rel=1e-9), name


def cells_of(profile: ts.Profile) -> dict[str, dict[str, int]]:
    """Rows of every cell in use, by column and the cell's number or category."""
    cells: dict[str, dict[str, int]] = {}
    for row in profile.to_arrow().to_pylist():
        if row["segment"] == "all" and not row["cell"].startswith("__"):
            cells.setdefault(row["instrument"], {})[row["cell"]] = row["rows"]
    return cells


def cells_by_hand(cells: Any, column: Any) -> dict[str, int]:
    """The rivals' counts under the names of ours."""
    if column["kind"] == "categorical":
        return cells
    if column["name"].startswith("f"):
        rows = cells.values() if isinstance(cells, dict) else cells
        return {str(i): n for i, n in enumerate(rows) if n}
    found = np.searchsorted(column["edges"], list(cells), side="right")
    totals = np.bincount(found, weights=list(cells.values()))
    return {str(i): int(n) for i, n in enumerate(totals) if n}


GROUP = Group("log", "A Parquet log against a reference", NOTE, cases)
