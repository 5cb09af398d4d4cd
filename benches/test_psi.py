"""PSI of a hundred columns, from raw values on both sides."""

from __future__ import annotations

from functools import partial

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from benches import data
from benches.engines import numpy, polars, roofline, tallystick
from benches.interleave import OURS, ROOFLINE, interleave


@pytest.fixture(scope="module")
def sides():
    return data.shifted_columns()


def test_psi(benchmark, sides):
    reference, current = pa.table(sides.reference), pa.table(sides.current)
    frames = pl.DataFrame(sides.reference), pl.DataFrame(sides.current)
    engines = {
        OURS: partial(tallystick.psi, reference, current),
        "numpy by hand": partial(numpy.psi, sides.reference, sides.current),
        "polars by hand": partial(polars.psi, *frames),
        ROOFLINE: partial(roofline.read_all, [sides.reference, sides.current]),
    }
    must_agree(engines, sides)
    values = 2 * data.PSI_COLUMNS * data.PSI_ROWS
    interleave(benchmark, engines, values=values, rounds=7)


def test_psi_baseline_kept(benchmark, sides):
    kept = tallystick.ts.profile(pa.table(sides.reference), threads=1)
    by_numpy = numpy.baseline(sides.reference)
    by_polars = polars.baseline(pl.DataFrame(sides.reference))
    engines = {
        OURS: partial(tallystick.psi_against, kept, pa.table(sides.current)),
        "numpy by hand": partial(numpy.psi_against, by_numpy, sides.current),
        "polars by hand": partial(polars.psi_against, by_polars, pl.DataFrame(sides.current)),
        ROOFLINE: partial(roofline.read_all, [sides.current]),
    }
    must_agree(engines, sides)
    interleave(benchmark, engines, values=data.PSI_COLUMNS * data.PSI_ROWS, rounds=15)


def must_agree(engines, sides):
    """Ours equals the formula on numpy's counts of our own groups; the rivals equal each other.

    The groups of ours are unions of whole cells and so not the rivals' deciles to the last row.
    """
    report, ours = engines[OURS]()
    edges = group_edges(report)
    assert set(ours) == set(edges) == set(sides.reference)
    for name, ends in edges.items():
        counts = [numpy.by_comparing(side[name], ends) for side in (sides.reference, sides.current)]
        # p - q and ln(p / q) lose p / |p - q| of their last bits: with shares that differ by a
        # thousandth, about 4 * 1000 * 1.1e-16.
        assert ours[name] == pytest.approx(numpy.psi_of_counts(*counts), rel=1e-12)
    assert engines["numpy by hand"]() == engines["polars by hand"]()


def group_edges(report):
    """Inner edges of the groups that each column was compared in."""
    edges: dict[str, list[float]] = {}
    for point in report.curves().to_pylist():
        if point["curve"] == "distribution" and point["side"] == "reference":
            low = point["x_low"]
            edges.setdefault(point["instrument"], []).extend([] if low is None else [low])
    return {name: np.array(ends) for name, ends in edges.items() if ends}
