"""Means and deviations against exact rationals, within the bound stated for the grid of sums."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tallystick as ts

EPSILON = Fraction(1, 2**53)  # half a unit in the last place, relative


def exact(values) -> tuple[Fraction, Fraction]:
    """Mean and population variance."""
    values = [Fraction(v) for v in values]
    mean = sum(values) / len(values)
    return mean, sum((v - mean) ** 2 for v in values) / len(values)


def grid(sample) -> tuple[Fraction, int, int]:
    """What a plan of these values freezes: the median, and the exponents of two steps that
    follow from the reach of the bulk and stay where neither step nor limit overflows."""
    ordered = sorted(float(v) for v in sample)
    middle = ordered[len(ordered) // 2]
    last = len(ordered) - 1

    def reach(low, high):
        return max(middle - ordered[int(last * low)], ordered[int(last * high)] - middle)

    candidates = [reach(0.01, 0.99), reach(0.0, 1.0), abs(middle), 1.0]
    scale = next(one for one in candidates if one > 0)
    exponent = math.floor(math.log2(scale)) - 6
    first, second = (min(max(e, -960), 960) for e in (exponent, 2 * exponent + 6))
    return Fraction(middle), first, second


def assert_within_the_bound(values, facts):
    mean, variance = exact(values)
    pivot, first, second = grid(values)
    away = [abs(Fraction(v) - pivot) for v in values]
    spread = sum(away) / len(away)
    square = sum(a * a for a in away) / len(away)
    # The grid; rounding x - K to a double; three roundings on the way to the result.
    allowed = Fraction(2) ** (first - 41) + EPSILON * (2 * spread + 3 * abs(mean) + 3 * abs(pivot))
    assert abs(Fraction(facts["mean"]) - mean) <= allowed
    # Each square is rounded before it lies on its grid, and so is x - K.
    allowed = Fraction(2) ** (second - 41) + EPSILON * 8 * square + 2 * allowed * spread
    assert abs(Fraction(facts["std"]) ** 2 - variance) <= allowed + EPSILON * 4 * variance


RANDOM = np.random.default_rng(21)
SHAPES = {
    "normal": RANDOM.normal(size=4_000),
    "far away": RANDOM.normal(1e9, 1e-3, 4_000),
    "lognormal": RANDOM.lognormal(0, 3, 4_000),
    "cauchy": RANDOM.standard_cauchy(4_000),
    "tiny": RANDOM.normal(size=4_000) * 1e-200,
    "huge": RANDOM.normal(size=4_000) * 1e150,
    "constant": np.full(1_000, 0.1),
    "one outlier": np.append(RANDOM.normal(size=4_000), 1e30),
    "denormal": RANDOM.integers(0, 1000, 4_000) * 5e-324,
    "few": np.array([0.1, 0.2]),
    "single": RANDOM.normal(size=4_000).astype(np.float32),
}


@pytest.mark.parametrize("name", SHAPES)
def test_floats(name):
    values = SHAPES[name]
    facts = ts.profile({"x": values})["x"]
    assert_within_the_bound([float(v) for v in values], facts)
    with_fsum = math.fsum(values) / len(values)
    reach = 2.0 ** (grid(values)[1] + 7)
    # 2^-47 of the reach, as docs/decisions/0002 says, and the rounding of both results.
    assert abs(facts["mean"] - with_fsum) <= 2**-47 * reach + 4 * math.ulp(max(abs(values)))


@pytest.mark.parametrize("name", SHAPES)
def test_the_order_does_not_matter(name):
    values = SHAPES[name]
    plan = ts.Plan.fit({"x": values})
    seen = {ts.profile({"x": RANDOM.permutation(values)}, plan=plan).to_bytes() for _ in range(5)}
    assert len(seen) == 1


def test_numpys_sum_would_not_do():
    """The values of the test above are ones whose order matters to a sum of doubles."""
    values = SHAPES["lognormal"]
    assert len({float(np.sum(RANDOM.permutation(values))) for _ in range(20)}) > 1


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (pa.int64(), [2**53, 2**53 + 1, 2**53 + 2, 2**53 + 3, 2**53 + 1]),
        (pa.int64(), [-(2**63), 2**63 - 1, 0, 1, -1]),
        (pa.uint64(), [2**64 - 1, 2**64 - 1, 0]),
        (pa.uint64(), [2**64 - 1, 2**64 - 2, 2**64 - 3]),
        (pa.int8(), [-128, 127, 0]),
    ],
)
def test_integers(kind, values):
    """The sum of integers is exact: the mean is off by its own rounding alone."""
    facts = ts.profile(pa.table({"x": pa.array(values, kind)}))["x"]
    mean, variance = exact(values)
    pivot = Fraction(sorted(values)[len(values) // 2])
    rest = abs(mean - pivot)
    assert abs(Fraction(facts["mean"]) - mean) <= EPSILON * (2 * abs(mean) + 2 * rest + abs(pivot))
    # x - K is exact as well; its square, the difference of two terms, is what is rounded.
    square = sum((v - pivot) ** 2 for v in values) / len(values)
    assert abs(Fraction(facts["std"]) ** 2 - variance) <= EPSILON * 8 * (square + variance)


def test_a_million_rows_do_not_pile_up_error():
    values = np.tile(np.array([0.1, 0.2, 0.7]), 100_000)
    facts = ts.profile({"x": values})["x"]
    mean, variance = exact([0.1, 0.2, 0.7])
    _, first, second = grid([0.1, 0.2, 0.7])
    assert abs(Fraction(facts["mean"]) - mean) <= Fraction(2) ** (first - 41) + EPSILON * 4
    allowed = Fraction(2) ** (second - 41) + EPSILON * 8
    assert abs(Fraction(facts["std"]) ** 2 - variance) <= allowed


def test_values_that_the_reference_never_saw_are_summed_as_well():
    sample = np.linspace(0, 1, 500)
    plan = ts.Plan.fit({"x": sample})
    values = [1e300, -1e300, 1e20, 3.0, 1e308, 0.25]
    facts = ts.profile({"x": values}, plan=plan)["x"]
    mean, _ = exact(values)
    assert abs(Fraction(facts["mean"]) / mean - 1) <= 8 * EPSILON
    # The variance exceeds double precision: none rather than a wrong one.
    assert facts["std"] is None


def test_no_values_have_no_mean():
    facts = ts.profile(pa.table({"x": pa.nulls(5, pa.float64())}))["x"]
    assert (facts["mean"], facts["std"], facts["minimum"], facts["maximum"]) == (None,) * 4


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40))
def test_any_floats(values):
    facts = ts.profile({"x": np.array(values)})["x"]
    assert_within_the_bound(values, facts)
    assert (facts["minimum"], facts["maximum"]) == (min(values), max(values))
    assert facts["zeros"] == values.count(0.0)


@given(
    sample=st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=10),
    values=st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=20),
)
def test_any_integers_under_any_plan(sample, values):
    plan = ts.Plan.fit(pa.table({"x": pa.array(sample, pa.int64())}))
    facts = ts.profile(pa.table({"x": pa.array(values, pa.int64())}), plan=plan)["x"]
    mean, _ = exact(values)
    pivot = Fraction(sorted(sample)[len(sample) // 2])
    # Places of the sum that cancel are each rounded: at most by the sum of their sizes.
    size = abs(pivot) + sum(abs(v - pivot) for v in values) / len(values)
    assert abs(Fraction(facts["mean"]) - mean) <= 6 * EPSILON * size
    assert facts["minimum"] == float(min(values))
