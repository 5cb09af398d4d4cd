"""One float64 column into explicit, irregular edges."""

from __future__ import annotations

from functools import partial

import numpy as np
import pyarrow as pa
import pytest
from benches import data
from benches.engines import boost, numpy, roofline, tallystick
from benches.interleave import OURS, ROOFLINE, interleave


@pytest.mark.parametrize("nan_share", [0.0, 0.01], ids=["no NaN", "1 % NaN"])
@pytest.mark.parametrize("edge_count", [10, 50, 240], ids=lambda count: f"{count} edges")
def test_histogram(benchmark, edge_count, nan_share):
    values, edges = data.normal(nan_share=nan_share), data.irregular_edges(edge_count)
    # The same memory: pyarrow wraps a numpy array without nulls as it is.
    table = pa.table({"x": values})
    engines = {
        OURS: partial(tallystick.histogram, table, tallystick.plan_of_edges(values, edges)),
        "numpy searchsorted + bincount": partial(numpy.search_and_count, values, edges),
        "numpy.histogram": partial(numpy.histogram, values, edges),
        "boost-histogram": partial(boost.histogram, values, edges),
        "numpy, all of a profile": partial(numpy.same_statistics, values, edges),
        ROOFLINE: partial(roofline.read, values),
    }
    must_agree(engines, len(edges))
    interleave(benchmark, engines, values=len(values), rounds=15)


def must_agree(engines, edge_count):
    profile, table = engines[OURS]()
    ours = tallystick.cells(table, "x", edge_count + 1)
    theirs, statistics = engines["numpy, all of a profile"]()
    np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(ours, engines["numpy searchsorted + bincount"]())
    np.testing.assert_array_equal(ours, engines["boost-histogram"]())
    np.testing.assert_array_equal(ours[1:-1], engines["numpy.histogram"]())
    column = profile["x"]
    assert ours.sum() + column["nan"] + column["infinite"] == column["rows"]
    exact = ("nan", "infinite", "zeros", "minimum", "maximum")
    assert {name: column[name] for name in exact} == {name: statistics[name] for name in exact}
    # numpy's pairwise sums err by 23 roundings of 1.1e-16, the column's grid by at most 2^-45 in
    # the mean of squares, its coarser sum.
    assert column["mean"] == pytest.approx(statistics["mean"], abs=1e-13)
    assert column["std"] == pytest.approx(statistics["std"], abs=1e-13)


def test_values_on_edges_are_counted_alike():
    edges = data.irregular_edges(50)
    values = np.concatenate([edges, np.nextafter(edges, -np.inf), np.nextafter(edges, np.inf)])
    table = tallystick.histogram(pa.table({"x": values}), tallystick.plan_of_edges(values, edges))[
        1
    ]
    ours = tallystick.cells(table, "x", len(edges) + 1)
    np.testing.assert_array_equal(ours, numpy.search_and_count(values, edges))
    np.testing.assert_array_equal(ours, boost.histogram(values, edges))
