"""A value's cell is where `searchsorted(edges, value, side="right")` puts it, in its own type."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tallystick as ts

FLOATS = [0.0, -0.0, 5e-324, -5e-324, 1e308, -1e308, 0.1, -7.25, 1e-310, 3.5, 1e15 + 0.5]
INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]


def plan_of(array, edges=None, binning=None):
    column = {} if edges is None and binning is None else {"binning": edges or binning}
    spec = {"schema": 1, "columns": {"x": column}} if column else None
    return ts.Plan.fit(pa.table({"x": array}), spec=spec)


def edges_of(plan):
    return next(column["edges"] for column in plan.columns if column["name"] == "x")


def counted(plan, array) -> dict[str, int]:
    profile = ts.profile(pa.table({"x": array}), plan=plan)
    return {row["cell"]: row["rows"] for row in profile.to_arrow().to_pylist()}


def searched(edges, values) -> dict[str, int]:
    """The counts by exact comparison: Python compares integers with floats exactly."""
    cells = Counter(sum(edge <= value for edge in edges) for value in values)
    return {str(cell): rows for cell, rows in sorted(cells.items())}


@pytest.mark.parametrize("kind", [np.float64, np.float32])
@pytest.mark.parametrize("rows", [40, 200, 5_000])
def test_floats_as_numpy_searches_them(kind, rows):
    random = np.random.default_rng(rows)
    values = np.concatenate([random.normal(size=rows), random.gamma(0.1, 9, rows)]).astype(kind)
    plan = plan_of(values)
    edges = np.array(edges_of(plan))
    near = np.concatenate([edges, np.nextafter(edges, np.inf), np.nextafter(edges, -np.inf)])
    with np.errstate(over="ignore", under="ignore"):
        tried = np.concatenate([near, FLOATS, values]).astype(kind)
    tried = tried[np.isfinite(tried)]
    found = np.searchsorted(edges, tried.astype(np.float64), side="right")
    expected = {
        str(cell): int(n) for cell, n in zip(*np.unique(found, return_counts=True), strict=True)
    }
    assert counted(plan, tried) == expected


@pytest.mark.parametrize("kind", INTEGERS)
def test_integers_as_numpy_searches_them(kind):
    random = np.random.default_rng(5)
    info = np.iinfo(kind)
    width = min(int(info.max) - int(info.min), 100_000)
    values = (random.integers(0, width, 4_000) + int(info.min) // 2).astype(kind)
    plan = plan_of(values)
    edges = edges_of(plan)
    inside = [e + d for e in edges for d in (-1, 0, 1) if info.min <= e + d <= info.max]
    tried = np.array([*inside, info.min, info.max, 0], kind)
    assert counted(plan, tried) == searched(edges, [int(v) for v in tried])
    # In numpy's own words, within the integers it can search exactly.
    own = np.array([e for e in edges if info.min <= e <= info.max], kind)
    below = sum(e < info.min for e in edges)
    found = np.searchsorted(own, values, side="right") + below
    expected = {str(c): int(n) for c, n in zip(*np.unique(found, return_counts=True), strict=True)}
    assert counted(plan, values) == expected


def test_int64_is_compared_as_an_integer():
    edges = [-(2**63) + 1, -(2**53) - 1, 0, 2**53, 2**53 + 1, 2**53 + 2, 2**63 - 1]
    tried = sorted({e + d for e in edges for d in (-1, 0, 1) if -(2**63) <= e + d < 2**63})
    plan = plan_of(pa.array([0], pa.int64()), edges)
    assert edges_of(plan) == edges
    assert counted(plan, pa.array(tried, pa.int64())) == searched(edges, tried)


def test_uint64_up_to_its_end():
    edges = [1, 2**53 + 1, 2**63, 2**64 - 2, 2**64 - 1]
    tried = sorted({e + d for e in edges for d in (-1, 0, 1) if e + d < 2**64})
    plan = plan_of(pa.array([0], pa.uint64()), edges)
    assert counted(plan, pa.array(tried, pa.uint64())) == searched(edges, tried)


def test_ids_at_the_end_of_doubles_stay_apart():
    ids = [2**53 - 1, 2**53, 2**53 + 1, 2**53 + 2, 2**53 + 3]
    for kind in (pa.int64(), pa.uint64()):
        learned = plan_of(pa.array(ids * 3, kind))
        counts = counted(learned, pa.array(ids, kind))
        assert sorted(counts.values()) == [1] * 5
        profile = ts.profile(pa.table({"x": pa.array(ids, kind)}), plan=learned)
        assert profile["x"]["largest_cell_rows"] == 0
        named = {"schema": 1, "columns": {"x": {"kind": "categorical"}}}
        profile = ts.profile(pa.table({"x": pa.array(ids, kind)}), spec=named)
        assert profile["x"]["categories"] == 5


def test_an_edge_is_compared_in_the_type_that_arrives():
    """Edges are converted, exactly; values are not."""
    edges = [-2.5, 0.1, 2.0, 2**24 + 1.0, 2.0**53]
    plan = plan_of(pa.array([0.0]), edges)
    integers = [-3, -2, 0, 1, 2, 3, 2**24, 2**24 + 1, 2**24 + 2, 2**53 - 1, 2**53, 2**53 + 1]
    assert counted(plan, pa.array(integers, pa.int64())) == searched(edges, integers)
    singles = np.array([-2.5, 0.1, 0.09999999, 2, 2**24, 2**24 + 2], np.float32)
    assert counted(plan, singles) == searched(edges, [float(v) for v in singles])
    whole = [-3, 0, 2**53, 2**53 + 1, 2**63]
    plan = plan_of(pa.array([0], pa.int64()), whole)
    floats = [-3.5, -3.0, -0.0, 0.5, 2.0**53, 2.0**53 + 2, 2.0**63, 1e300, -1e300, 5e-324]
    assert counted(plan, pa.array(floats)) == searched(whole, floats)


def test_what_is_no_number_belongs_to_no_cell():
    values = [
        1.0,
        None,
        np.nan,
        np.inf,
        -np.inf,
        -0.0,
        0.0,
        np.nan,
        np.inf,
        np.inf,
        None,
        None,
        None,
    ]
    plan = plan_of(pa.array([0.0, 1.0, 2.0]), [0.5])
    assert counted(plan, pa.array(values, pa.float64(), from_pandas=False)) == {
        "0": 2,
        "1": 1,
        "__null__": 4,
        "__nan__": 2,
        "__negative_infinity__": 1,
        "__positive_infinity__": 3,
    }


def test_minus_zero_is_zero():
    for binning in (None, "log_linear", [0.0], [-1.0, 0.0, 1.0]):
        plan = plan_of(pa.array([0.0, 1.0, -1.0] * 9), binning)
        minus, plus = (ts.profile({"x": np.array([z])}, plan=plan) for z in (-0.0, 0.0))
        assert minus.to_bytes() == plus.to_bytes()
        assert str(minus["x"]["minimum"]) == "0.0"


def test_denormals_count():
    tiny = [5e-324, -5e-324, 1e-310, 2.2250738585072009e-308]
    for binning in (None, "log_linear", [0.0, 5e-324, 1e-310]):
        plan = plan_of(pa.array([0.0, 5e-324, 1e-310, 1.0]), binning)
        facts = ts.profile({"x": np.array([*tiny, 0.0])}, plan=plan)["x"]
        assert (facts["zeros"], facts["present"]) == (1, 5)
        assert (facts["minimum"], facts["maximum"]) == (-5e-324, 2.2250738585072009e-308)
    assert counted(plan, pa.array([*tiny, 0.0])) == {"0": 1, "1": 1, "2": 1, "3": 2}


def test_log_linear_cells_hold_what_their_bounds_say():
    random = np.random.default_rng(8)
    values = np.concatenate([random.lognormal(0, 50, 2_000), -random.lognormal(0, 50, 500), FLOATS])
    plan = plan_of(values, "log_linear")
    table = ts.profile({"x": values}, plan=plan).to_arrow().to_pylist()
    assert sum(row["rows"] for row in table) == len(values)
    for row in table:
        inside = (values >= row["x_low"]) & (values < row["x_high"])
        assert inside.sum() == row["rows"]
        outer = max(abs(row["x_low"]), abs(row["x_high"]))
        inner = min(abs(row["x_low"]), abs(row["x_high"]))
        # 128 cells an octave: a cell is at most 1/128 of its lower end wide.
        assert outer < 1e-300 or outer <= inner * (1 + 1 / 128) * (1 + 2**-50)


@given(
    edges=st.lists(st.integers(-(2**63), 2**64 - 1), min_size=1, max_size=6, unique=True),
    values=st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=20),
)
def test_any_integer_edges(edges, values):
    edges.sort()
    plan = plan_of(pa.array([0], pa.int64()), edges)
    assert counted(plan, pa.array(values, pa.int64())) == searched(edges, values)


@given(
    edges=st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=6, unique=True),
    values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20),
)
def test_any_float_edges(edges, values):
    edges.sort()
    plan = plan_of(pa.array([0.0]), edges)
    assert counted(plan, pa.array(values)) == searched(edges, values)


@given(
    sample=st.lists(st.floats(allow_nan=False, width=64), min_size=1, max_size=30), data=st.data()
)
def test_any_learned_edges(sample, data):
    plan = plan_of(pa.array(sample))
    found = next(c for c in plan.columns)
    values = sample + data.draw(st.lists(st.floats(allow_nan=False), max_size=10))
    counts = counted(plan, pa.array(values))
    assert sum(counts.values()) == len(values)
    if found["binning"] == "quantile":
        finite = [v for v in values if abs(v) != np.inf]
        cells = {cell: n for cell, n in counts.items() if not cell.startswith("__")}
        assert cells == searched(found["edges"], finite)
