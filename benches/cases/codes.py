"""Categories that arrive as dictionary codes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import polars as pl
import pyarrow as pa

from benches import data
from benches.case import OURS, ROOFLINE, Case, Engines, Group
from benches.engines import duckdb, roofline, tallystick

BINCOUNT = "numpy.bincount of the codes"
NOTE = """\
`ts.profile(table, plan=plan, threads=1)` of a column of dictionary<int32, string>. All counts are
asserted to be equal. numpy counts bare codes and has no texts; the others give texts and counts.
"""


def cases() -> Iterator[Case]:
    for categories in (20, 1000):
        array = data.codes(data.SIZES["memory"], categories)
        engines = _engines(array)
        yield Case(
            name=f"codes-{categories}",
            title=f"{len(array):,} codes, {categories} categories",
            values=len(array),
            engines=engines,
            agree=partial(must_agree, engines, array),
            rounds=15,
        )


def _engines(array: pa.DictionaryArray) -> Engines:
    table = pa.table({"x": array})
    plan = tallystick.ts.Plan.fit(table)
    indices = array.indices.to_numpy()
    series, connection = pl.Series(pl.from_arrow(array)), duckdb.over(t=table)
    return {
        OURS: partial(tallystick.profile, table, plan),
        BINCOUNT: partial(np.bincount, indices, minlength=len(array.dictionary)),
        "polars value_counts": lambda: series.value_counts(),
        "pyarrow value_counts": lambda: array.value_counts(),
        "duckdb GROUP BY": partial(duckdb.value_counts, connection),
        ROOFLINE: partial(roofline.read, indices),
    }


def must_agree(engines: Engines, array: pa.DictionaryArray) -> None:
    names = array.dictionary.to_pylist()
    expected = dict(zip(names, engines[BINCOUNT]().tolist(), strict=True))
    cells = engines[OURS]().to_arrow().to_pylist()
    # Cells that the column does not have, such as null, begin with two underscores.
    ours = {row["cell"]: row["rows"] for row in cells if not row["cell"].startswith("__")}
    assert ours == expected
    assert dict(engines["polars value_counts"]().rows()) == expected
    assert engines["duckdb GROUP BY"]() == expected
    by_arrow = {one["values"]: one["counts"] for one in engines["pyarrow value_counts"]().tolist()}
    assert by_arrow == expected


GROUP = Group("codes", "Dictionary codes", NOTE, cases)
