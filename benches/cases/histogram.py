"""Equal bins over a fixed range."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import fast_histogram
import numpy as np
import polars as pl
import pyarrow as pa

import tallystick as ts
from benches import data
from benches.case import OURS, ROOFLINE, Case, Engines, Group
from benches.engines import boost, duckdb, loops, numpy, polars, roofline

BOUNDS = (-4.0, 4.0)
# Rows that arithmetic may put on the wrong side of one edge.
MISPLACED = 3

EXACT = ("numpy.histogram",)
NOTE = f"""\
`ts.histogram(x, bins=, range=(-4, 4), threads=1)` on standard normal float64. It and
`numpy.histogram` are exact: each value is compared with the edges of `numpy.linspace`. The others
find bins by arithmetic; asserted is that at most {MISPLACED} rows are beyond any edge. Besides
the bins, ours counts rows below, above, null, NaN and infinite. "cache" calls on 65,536 values that
stay in the cache, so that the cost of a call counts too. The loop by hand:

{loops.source(loops.uniform)}"""


def cases() -> Iterator[Case]:
    for place, count in data.SIZES.items():
        values = data.normal(count)
        for bins in (50, 500):
            engines = _engines(values, bins)
            yield Case(
                name=f"histogram-{bins}-{place}",
                title=f"{bins} bins, {count:,} values ({place})",
                values=count,
                engines=engines,
                agree=partial(must_agree, engines),
                rounds=15,
                repeat=data.REPEATS[place],
            )


def _engines(values: data.Floats, bins: int) -> Engines:
    low, high = BOUNDS
    array = pa.array(values)
    series, connection = pl.Series(values), duckdb.over(t=pa.table({"x": values}))
    return {
        OURS: lambda: ts.histogram(array, bins=bins, range=BOUNDS, threads=1).counts,
        "numba loop by hand": partial(loops.uniform, values, bins, low, high),
        "boost-histogram": partial(boost.uniform, values, bins, BOUNDS),
        "fast-histogram": partial(fast_histogram.histogram1d, values, bins=bins, range=BOUNDS),
        "duckdb": partial(duckdb.uniform, connection, bins, BOUNDS),
        "numpy.histogram": partial(numpy.uniform, values, bins, BOUNDS),
        "polars hist": partial(polars.uniform, series, bins, BOUNDS),
        ROOFLINE: partial(roofline.read, values),
    }


def must_agree(engines: Engines) -> None:
    """Ours equals numpy to the row, the others but for values beside an edge."""
    ours = engines[OURS]()
    for name, run in engines.items():
        if name in EXACT:
            np.testing.assert_array_equal(ours, run(), err_msg=name)
        elif name not in {OURS, ROOFLINE}:
            moved = np.abs(np.cumsum(np.asarray(run(), dtype=np.int64) - ours)).max()
            assert moved <= MISPLACED, f"{name}: {moved} rows beyond an edge"


GROUP = Group("histogram", "Histogram with equal bins", NOTE, cases)
