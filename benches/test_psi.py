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

KEPT = "tallystick, baseline kept"


def test_psi(benchmark):
    sides = data.shifted_columns()
    reference, current = pa.table(sides.reference), pa.table(sides.current)
    baseline = tallystick.ts.profile(reference, threads=1)
    engines = {
        OURS: partial(tallystick.psi, reference, current),
        KEPT: partial(tallystick.psi_against, baseline, current),
        "numpy by hand": partial(numpy.psi, sides.reference, sides.current),
        "polars by hand": partial(
            polars.psi, pl.DataFrame(sides.reference), pl.DataFrame(sides.current)
        ),
        ROOFLINE: partial(roofline.read_all, [sides.reference, sides.current]),
    }
    must_agree(engines, sides)
    values = 2 * data.PSI_COLUMNS * data.PSI_ROWS
    interleave(benchmark, engines, values=values, rounds=7)


def must_agree(engines, sides):
    """Ours equals the formula on numpy's counts of our own groups; the rivals equal each other.

    The groups of ours are unions of whole cells and so not the rivals' deciles to the last row.
    """
    report, ours = engines[OURS]()
    assert ours == engines[KEPT]()[1]
    edges = group_edges(report)
    assert set(ours) == set(edges) == set(sides.reference)
    for name, ends in edges.items():
        counts = [numpy.by_comparing(side[name], ends) for side in (sides.reference, sides.current)]
        # Below 30 roundings of 1.1e-16 in each of 12 terms that share a sign, relative to p - q,
        # which for the unshifted columns is a thousandth of p.
        assert ours[name] == pytest.approx(numpy.psi_of_counts(*counts), rel=1e-10)
    by_numpy, by_polars = engines["numpy by hand"](), engines["polars by hand"]()
    assert by_numpy == pytest.approx(by_polars, rel=1e-10)


def group_edges(report):
    """Inner edges of the groups that each column was compared in."""
    edges: dict[str, list[float]] = {}
    for point in report.curves().to_pylist():
        if point["curve"] == "distribution" and point["side"] == "reference":
            low = point["x_low"]
            edges.setdefault(point["instrument"], []).extend([] if low is None else [low])
    return {name: np.array(ends) for name, ends in edges.items() if ends}
