"""Cells between irregular edges."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import polars as pl
import pyarrow as pa

import tallystick as ts
from benches import data
from benches.case import OURS, ROOFLINE, Case, Engines, Group
from benches.engines import boost, loops, numpy, polars, roofline

CELLS = (10, 20, 50, 240)
INNER_ONLY = "numpy.histogram"

NOTE = f"""\
`ts.histogram(x, edges=, threads=1)` on log-normal float64, edges at its quantiles. All answers are
asserted to be equal to the row, below and above the edges included (numpy.histogram drops these).
Comparing with every edge is the best that vectorised code does by hand with few cells, searching
with many. The loops by hand:

{loops.source(loops.searched)}

{loops.source(loops.compared)}"""


def cases() -> Iterator[Case]:
    for place, count in data.SIZES.items():
        values = data.lognormal(count)
        for cells in CELLS:
            engines = _engines(values, data.irregular_edges(cells))
            yield Case(
                name=f"edges-{cells}-{place}",
                title=f"{cells} cells, {count:,} values ({place})",
                values=count,
                engines=engines,
                agree=partial(must_agree, engines),
                rounds=9,
                repeat=data.REPEATS[place] // 5 or 1,
                in_check=cells in {10, 240},
            )


def _engines(values: data.Floats, edges: data.Floats) -> Engines:
    array, frame = pa.array(values), pl.DataFrame({"x": values})
    return {
        OURS: partial(_ours, array, edges),
        "numba by hand, search": partial(loops.searched, values, edges),
        "numba by hand, every edge": partial(loops.compared, values, edges),
        "polars, sum(x >= e)": partial(polars.compared, frame, edges),
        "numpy, count_nonzero(x >= e)": partial(numpy.by_comparing, values, edges),
        "numpy searchsorted + bincount": partial(numpy.search_and_count, values, edges),
        "boost-histogram": partial(boost.between, values, edges),
        INNER_ONLY: partial(numpy.histogram, values, edges),
        ROOFLINE: partial(roofline.read, values),
    }


def _ours(array: pa.Array, edges: data.Floats) -> numpy.Counts:
    found = ts.histogram(array, edges=edges, threads=1)
    return np.concatenate(([found.below], found.counts, [found.above]))


def must_agree(engines: Engines) -> None:
    ours = engines[OURS]()
    for name, run in engines.items():
        if name not in {OURS, ROOFLINE}:
            expected = ours[1:-1] if name == INNER_ONLY else ours
            np.testing.assert_array_equal(expected, run(), err_msg=name)


GROUP = Group("edges", "Cells between irregular edges", NOTE, cases)
