"""PSI of many columns."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from numpy.typing import DTypeLike

import tallystick as ts
from benches import data
from benches.case import OURS, ROOFLINE, Case, Engines, Group
from benches.engines import duckdb, numpy, polars, roofline, tallystick

COLUMNS, ROWS = 100, 1_000_000
# duckdb sorts every column whole: it gets these only.
DUCKDB_COLUMNS = 5
SMALL: dict[str, DTypeLike] = {"float32": np.float32, "int64": np.int64}
BY_CALL = f"{OURS}, ts.metrics.psi a column"
BEST = "numpy, partition + count_nonzero"

NOTE = f"""\
`ts.profile(reference)`, then `ts.compare(reference=, current=)`. From raw, ours learns a plan of
some 500 cells a column, counts both sides and makes every measurement of the comparison; by hand
there are ten cells between deciles, and PSI alone. With the baseline kept only the current side is
counted, which is what a monitor does every day. Groups of ours are unions of its own cells, not
the deciles to the last row: its PSI is asserted against the formula on counts of the same groups,
those of the rivals against each other. duckdb gets the first {DUCKDB_COLUMNS} columns.
"""


def cases() -> Iterator[Case]:
    sides = data.shifted_columns(COLUMNS, ROWS)
    yield _from_raw("psi", f"From raw, {COLUMNS} columns of {ROWS:,} float64 a side", sides)
    yield _kept(sides)
    del sides
    for name, dtype in SMALL.items():
        small = data.shifted_columns(COLUMNS // 10, ROWS, dtype=dtype)
        yield _from_raw(f"psi-{name}", f"From raw, {COLUMNS // 10} columns of {name}", small)


def _from_raw(name: str, title: str, sides: data.Sides) -> Case:
    reference, current = pa.table(sides.reference), pa.table(sides.current)
    frames = pl.from_arrow(reference), pl.from_arrow(current)
    few = list(sides.reference)[:DUCKDB_COLUMNS]
    connection = duckdb.over(reference=reference.select(few), current=current.select(few))
    raw = sides.reference, sides.current
    engines = {
        OURS: partial(tallystick.psi, reference, current),
        BY_CALL: lambda: _by_call(reference, current),
        BEST: partial(numpy.psi, *raw),
        "numpy, quantile + histogram": partial(
            numpy.psi, *raw, deciles=numpy.by_quantile, count=numpy.by_histogram
        ),
        "polars by hand": partial(polars.psi, *frames),
        "duckdb by hand": partial(duckdb.psi, connection, few),
        ROOFLINE: partial(roofline.read_all, raw),
    }
    rows = reference.num_rows
    return Case(
        name=name,
        title=title,
        values=2 * len(sides.reference) * rows,
        engines=engines,
        agree=partial(must_agree, engines, sides),
        rounds=5,
        fewer={"duckdb by hand": 2 * len(few) * rows},
        in_check=name != "psi",
    )


def _kept(sides: data.Sides) -> Case:
    kept = ts.profile(pa.table(sides.reference), threads=1)
    by_numpy = numpy.baseline(sides.reference, deciles=numpy.by_partition, count=numpy.by_comparing)
    by_polars = polars.baseline(pl.DataFrame(sides.reference))
    engines = {
        OURS: partial(tallystick.psi_against, kept, pa.table(sides.current)),
        "numpy, count_nonzero": partial(numpy.psi_against, by_numpy, sides.current),
        "polars by hand": partial(polars.psi_against, by_polars, pl.DataFrame(sides.current)),
        ROOFLINE: partial(roofline.read_all, [sides.current]),
    }
    return Case(
        name="psi-kept",
        title="The baseline kept",
        values=COLUMNS * ROWS,
        engines=engines,
        agree=partial(must_agree, engines, sides),
        rounds=7,
        in_check=False,
    )


def _by_call(reference: pa.Table, current: pa.Table) -> dict[str, float]:
    return {
        name: ts.metrics.psi(reference=reference[name], current=current[name], bins=10).value
        for name in reference.column_names
    }


def must_agree(engines: Engines, sides: data.Sides) -> None:
    report, ours = engines[OURS]()
    edges = group_edges(report)
    assert set(ours) == set(edges) == set(sides.reference)
    for name, ends in edges.items():
        counts = [numpy.by_comparing(side[name], ends) for side in (sides.reference, sides.current)]
        # p - q and ln(p / q) lose p / |p - q| of their last bits: with shares that differ by a
        # ten-thousandth, about 4 * 10000 * 1.1e-16.
        assert ours[name] == pytest.approx(numpy.psi_of_counts(*counts), rel=1e-11)
    answers = {name: run() for name, run in engines.items() if "numpy" in name or "by hand" in name}
    first = answers[BEST] if BEST in answers else next(iter(answers.values()))
    for name, answer in answers.items():
        same = {column: first[column] for column in answer}
        # duckdb's deciles may be the value next in rank: a row in a million changes its cell.
        rounding = {"abs": 1e-5} if name == "duckdb by hand" else {"rel": 1e-11}
        assert answer == pytest.approx(same, **rounding), name


def group_edges(report: ts.Comparison) -> dict[str, data.Floats]:
    """Inner edges of the groups that each column was compared in."""
    edges: dict[str, list[float]] = {}
    for point in report.curves().to_pylist():
        if point["curve"] == "distribution" and point["side"] == "reference":
            low = point["x_low"]
            edges.setdefault(point["instrument"], []).extend([] if low is None else [low])
    return {name: np.array(ends) for name, ends in edges.items() if ends}


GROUP = Group("psi", "PSI of many columns", NOTE, cases)
