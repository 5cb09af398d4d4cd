"""A Parquet log of thirty columns: every statistic and count of a profile."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from benches import data
from benches.engines import duckdb, polars, roofline, tallystick
from benches.interleave import OURS, ROOFLINE, interleave


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("log") / "log.parquet"
    data.write_log(path)
    return path


def test_parquet_log(benchmark, path):
    plan = tallystick.ts.Plan.fit(path)
    edges = {
        column["name"]: np.array(column["edges"])
        for column in plan.columns
        if column["name"].startswith("f")
    }
    memory = roofline.bytes_like(path)
    engines = {
        OURS: partial(tallystick.log, path, plan),
        "polars by hand": partial(polars.log, path, edges),
        "duckdb by hand": partial(duckdb.log, path, edges),
        "pyarrow, decoding only": partial(roofline.decode, path),
        ROOFLINE: partial(roofline.read, memory),
    }
    must_agree(engines, plan)
    columns = data.LOG_FLOATS + data.LOG_INTS + len(data.LOG_CATEGORIES)
    interleave(benchmark, engines, values=data.LOG_ROWS * columns, rounds=7)


def must_agree(engines, plan):
    profile = engines[OURS]()
    assert profile.rows == data.LOG_ROWS
    counts = cells_of(profile)
    by_polars, by_duckdb = engines["polars by hand"](), engines["duckdb by hand"]()
    assert set(by_polars) == set(by_duckdb) == {column["name"] for column in plan.columns}
    for column in plan.columns:
        name = column["name"]
        for theirs in (by_polars[name], by_duckdb[name]):
            statistics_agree(profile[name], theirs)
            assert counts[name] == cells_by_hand(theirs["cells"], column), name


def statistics_agree(ours, theirs):
    for name in {"null", "zeros", "minimum", "maximum"} & set(theirs):
        assert ours[name] == theirs[name], name
    # Their running sums of 1e6 values err by at most 1e6 roundings of 1.1e-16.
    for name in {"mean", "std"} & set(theirs):
        assert ours[name] == pytest.approx(theirs[name], rel=1e-9), name


def cells_of(profile):
    """Rows of every cell in use, by column and the cell's number or category."""
    cells: dict[str, dict[str, int]] = {}
    for row in profile.to_arrow().to_pylist():
        if row["segment"] == "all" and not row["cell"].startswith("__"):
            cells.setdefault(row["instrument"], {})[row["cell"]] = row["rows"]
    return cells


def cells_by_hand(cells, column):
    """The rivals' counts under the names of ours."""
    if column["kind"] == "categorical":
        return cells
    if column["name"].startswith("f"):
        rows = cells.values() if isinstance(cells, dict) else cells
        return {str(i): n for i, n in enumerate(rows) if n}
    found = np.searchsorted(column["edges"], list(cells), side="right")
    totals = np.bincount(found, weights=list(cells.values()))
    return {str(i): int(n) for i, n in enumerate(totals) if n}
