"""`ts.histogram` against numpy.histogram, `ts.quantiles` against numpy.quantile."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tallystick as ts

FINITE = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300)
SMALL = st.integers(-(2**53), 2**53)


def around(edges):
    """Values on the edges, one step beside them, and between."""
    edges = np.asarray(edges, np.float64)
    return np.concatenate([edges, np.nextafter(edges, -np.inf), np.nextafter(edges, np.inf)])


@given(
    low=FINITE,
    width=st.floats(1e-9, 1e9),
    bins=st.integers(1, 300),
    values=st.lists(FINITE, max_size=60),
)
def test_equal_bins_of_float64_are_numpys(low, width, bins, values):
    high = low + width
    edges = np.linspace(low, high, bins + 1)
    if not (edges[1:] > edges[:-1]).all():
        return  # numpy refuses them, and so do we; see below.
    data = np.concatenate([values, around(edges)])
    counts, drawn = ts.histogram(data, bins=bins, range=(low, high))
    expected, numpys = np.histogram(data, bins=bins, range=(low, high))
    np.testing.assert_array_equal(drawn, numpys)
    np.testing.assert_array_equal(counts, expected)


@given(edges=st.lists(FINITE, min_size=2, max_size=80), values=st.lists(FINITE, max_size=60))
def test_given_edges_of_float64_are_numpys(edges, values):
    edges = np.sort(edges)
    data = np.concatenate([values, around(edges)])
    data = data[np.isfinite(data)]
    np.testing.assert_array_equal(
        ts.histogram(data, edges=edges).counts, np.histogram(data, edges)[0]
    )


@given(
    values=st.lists(SMALL, min_size=1, max_size=60),
    bins=st.integers(1, 50),
    dtype=st.sampled_from([np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint32, np.uint64]),
)
def test_integers_are_counted_as_numpy_does(values, bins, dtype):
    data = np.array(values, np.int64).astype(dtype)
    if dtype == np.uint64:
        data %= 2**53
    with np.errstate(over="ignore"):
        try:
            expected, numpys = np.histogram(data.astype(np.float64), bins=bins)
        except ValueError:  # numpy finds too few numbers in the range
            return
    counts, drawn = ts.histogram(data, bins=bins)
    np.testing.assert_array_equal(drawn, numpys)
    np.testing.assert_array_equal(counts, expected)


@given(values=st.lists(SMALL, max_size=60), edges=st.lists(SMALL, min_size=2, max_size=60))
def test_integers_between_integers(values, edges):
    edges, data = np.sort(np.array(edges, np.int64)), np.array(values, np.int64)
    data = np.concatenate([data, edges, edges - 1, edges + 1])
    np.testing.assert_array_equal(
        ts.histogram(data, edges=edges).counts, np.histogram(data, edges)[0]
    )


def test_decimals_on_edges_are_where_comparison_puts_them():
    # floor(0.58 * 50) is 28, and 0.58 is not below 29/50.
    data = np.arange(101) / 100
    for bins in (10, 12, 15, 20, 25, 50, 100):
        ours = ts.histogram(data, bins=bins, range=(0, 1)).counts
        np.testing.assert_array_equal(ours, np.histogram(data, bins=bins, range=(0, 1))[0])


def test_large_arrays_take_every_path():
    random = np.random.default_rng(20)
    for data in (random.normal(size=300_001), random.integers(-500, 500, 300_001) / 100):
        for edges in (
            np.linspace(-3, 3, 61),
            np.quantile(data, np.linspace(0, 1, 8)),
            np.linspace(-1, 1, 2000) ** 3,
        ):
            edges = np.unique(edges)
            expected = np.histogram(data, edges)[0]
            for threads in (1, 2, 5):
                found = ts.histogram(data, edges=edges, threads=threads)
                np.testing.assert_array_equal(found.counts, expected)
                assert found.rows == len(data)


def test_float32_is_compared_with_float64_edges():
    # Rounded to float32, a tenth is above a tenth: numpy rounds the edge as well.
    value = np.array([0.1], np.float32)
    assert float(value[0]) > 0.1
    assert ts.histogram(value, edges=[0.0, 0.1]).above == 1
    assert ts.histogram(value, edges=[0.0, 0.1, 1.0]).counts.tolist() == [0, 1]


def test_integers_beyond_the_doubles_are_compared_as_integers():
    data = np.array([2**60, 2**60 + 1, 2**60 + 2], np.int64)
    assert ts.histogram(data, edges=np.array([2**60, 2**60 + 1], np.int64)).counts.tolist() == [2]
    assert ts.histogram(data, bins=1).counts.tolist() == [3]
    rim = np.array([2**64 - 1, 2**64 - 2, 3], np.uint64)
    assert ts.histogram(rim, bins=3).rows == 3
    assert ts.histogram(rim, bins=3).counts.sum() == 3


def test_what_is_no_number_is_counted_apart():
    data = pa.chunked_array(
        [[1.0, None, float("nan")], [float("inf"), -float("inf"), 2.0, -1.0, 5.0]]
    )
    found = ts.histogram(data, bins=2, range=(0, 4))
    assert found.counts.tolist() == [1, 1]
    assert (found.null, found.nan, found.infinite, found.below, found.above) == (1, 1, 2, 1, 1)
    assert found.rows == 8
    auto = ts.histogram(data)
    assert (auto.edges[0], auto.edges[-1], auto.counts.sum()) == (-1.0, 5.0, 4)
    for empty in ([], [None, None], [float("nan")]):
        assert ts.histogram(empty).counts.sum() == 0


@pytest.mark.parametrize(
    "arguments",
    [
        {"bins": 0},
        {"bins": 2.5},
        {"bins": True},
        {"bins": 70_000},
        {"range": (1, 0)},
        {"range": (0, float("nan"))},
        {"range": 3},
        {"edges": [1.0]},
        {"edges": [1.0, 0.0]},
        {"edges": [0.0, float("inf")]},
        {"edges": ["a", "b"]},
        {"edges": [0.0, 1.0], "range": (0, 1)},
        {"bins": [0.0, 1.0], "edges": [0.0, 1.0]},
        {"bins": 100, "range": (1.0, np.nextafter(1.0, 2.0))},
        {"threads": 0},
    ],
)
def test_edges_that_make_no_bins_are_refused(arguments):
    with pytest.raises(ts.errors.ParameterError):
        ts.histogram([0.5, 0.25], **arguments)


@pytest.mark.parametrize("values", [["a"], [True, False], "ab", np.zeros((2, 2)), pa.array([b"x"])])
def test_only_numbers_have_histograms_and_quantiles(values):
    with pytest.raises(ts.errors.ColumnTypeError):
        ts.histogram(values)
    with pytest.raises(ts.errors.ColumnTypeError):
        ts.quantiles(values, 0.5)


@settings(max_examples=60)
@given(values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=200))
def test_quantiles_are_numpys_or_bracket_them(values):
    q = np.arange(11) / 10
    expected = np.sort(values)[[max(-(-len(values) * i // 10) - 1, 0) for i in range(11)]]
    found = ts.quantiles(values, q)
    assert (found.lower <= expected).all()
    assert (expected <= found.upper).all()
    assert (found.lower <= found.values).all()
    assert (found.values <= found.upper).all()
    exact = ts.quantiles(values, q, exact=True)
    np.testing.assert_array_equal(exact.values, expected)
    np.testing.assert_array_equal(exact.lower, exact.upper)


def test_quantiles_of_many_rows_on_any_number_of_threads():
    random = np.random.default_rng(21)
    data = random.lognormal(3, 2, 1_200_000)
    q = [0.001, 0.5, 0.99, 0.999]
    expected = np.quantile(data, q, method="inverted_cdf")
    found = [ts.quantiles(data, q, threads=threads) for threads in (1, 2, 3)]
    for one in found:
        np.testing.assert_array_equal(one.lower, found[0].lower)
        assert (np.abs(one.values / expected - 1) <= 1 / 255).all()
        assert ((one.lower <= expected) & (expected <= one.upper)).all()
    exact = ts.quantiles(data, q, exact=True, threads=2)
    np.testing.assert_array_equal(exact.values, expected)


def test_quantiles_of_what_is_no_number():
    found = ts.quantiles([None, 1.0, float("nan"), float("inf")], 0.5)
    assert (found.rows, found.null, found.nan, found.infinite) == (1, 1, 1, 1)
    assert found.values.tolist() == [1.0]
    assert np.isnan(ts.quantiles([], [0.1, 0.9]).values).all()
    for q in (-0.1, 1.1, float("nan"), [[0.5]]):
        with pytest.raises(ts.errors.ParameterError):
            ts.quantiles([1.0], q)
