"""All that a profile keeps of a numeric column."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from benches import data
from benches.case import OURS, ROOFLINE, Case, Engines, Group
from benches.engines import numpy, polars, roofline, tallystick

TWO_THREADS = f"{OURS}, 2 threads"
COLUMNS = 4

NOTE = """\
`ts.profile(table, plan=plan, threads=1)`: null, NaN, infinite and zero values, minimum, maximum,
sums of differences and their squares that do not depend on the order, and the cells of a learned
plan. By hand each figure is a pass over the column; the passes alone have no cells, so the last
rival adds them by searching the same edges. The second table gives ours two threads on four
columns in memory; one column of one batch would be work for one thread.
"""


def cases() -> Iterator[Case]:
    yield _one_column()
    yield _two_threads()


def _one_column() -> Case:
    values = data.normal(data.SIZES["memory"])
    # pyarrow wraps a numpy array without nulls as it is.
    table, frame = pa.table({"x": values}), pl.DataFrame({"x": values})
    plan = tallystick.plan_of(values[:200_000], "quantile")
    edges = np.array(plan.columns[0]["edges"])
    engines = {
        OURS: partial(tallystick.profile, table, plan),
        "polars, 7 passes": partial(polars.passes, frame),
        "numpy, 7 passes": partial(numpy.statistics, values),
        "numpy, 7 passes and cells": lambda: (
            numpy.statistics(values),
            numpy.search_and_count(values, edges),
        ),
        ROOFLINE: partial(roofline.read, values),
    }
    return Case(
        name="column",
        title=f"One column, {len(values):,} float64, {len(edges) + 1} cells",
        values=len(values),
        engines=engines,
        agree=partial(must_agree, engines, len(edges)),
        rounds=9,
    )


def must_agree(engines: Engines, edges: int) -> None:
    profile = engines[OURS]()
    by_numpy, cells = engines["numpy, 7 passes and cells"]()
    np.testing.assert_array_equal(tallystick.cells(profile.to_arrow(), "x", edges + 1), cells)
    for theirs in (by_numpy, engines["polars, 7 passes"](), engines["numpy, 7 passes"]()):
        for name in ("nan", "infinite", "zeros", "minimum", "maximum"):
            assert profile["x"][name] == theirs[name], name
        # Pairwise sums of standard normal values err by some 24 roundings of 1.1e-16, running
        # ones by more; the column's grid by at most 2^-45 in the mean of squares.
        for name in ("mean", "std"):
            assert profile["x"][name] == pytest.approx(theirs[name], abs=1e-12), name


def _two_threads() -> Case:
    # Long enough that starting threads, half a millisecond, is not what is measured.
    values = data.normal(4 * data.SIZES["memory"] // COLUMNS * COLUMNS)
    parts = np.split(values, COLUMNS)
    table = pa.table({f"x{i}": part for i, part in enumerate(parts)})
    plan = tallystick.ts.Plan.fit(table.slice(0, 200_000))
    engines = {
        OURS: partial(tallystick.profile, table, plan),
        TWO_THREADS: partial(tallystick.profile, table, plan, threads=2),
        ROOFLINE: partial(roofline.read, values),
    }
    return Case(
        name="column-threads",
        title=f"{COLUMNS} columns of {len(parts[0]):,} in memory, one thread and two",
        values=len(values),
        engines=engines,
        agree=lambda: _same_bytes(engines),
        rounds=15,
    )


def _same_bytes(engines: Engines) -> None:
    assert engines[OURS]().to_bytes() == engines[TWO_THREADS]().to_bytes()


GROUP = Group("column", "A full numeric column", NOTE, cases)
