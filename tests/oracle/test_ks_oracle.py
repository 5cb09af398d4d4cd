"""The exact Kolmogorov-Smirnov distance and its law, against scipy, fractions and chance."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from tallystick import metrics

ULP = 2.0**-52

DRAWS = {
    "normal": lambda random, n: random.normal(size=n),
    "float32": lambda random, n: random.normal(size=n).astype(np.float32),
    "far from zero": lambda random, n: 1e9 + random.random(n),
    "rounded": lambda random, n: np.round(random.normal(size=n), 2),
    "poisson": lambda random, n: random.poisson(3, n),
    "bytes": lambda random, n: random.integers(0, 256, n, np.uint8),
    "ids": lambda random, n: 2**62 + random.integers(0, 10**6, n),
    "unsigned": lambda random, n: 2**64 - 1 - random.integers(0, 10**6, n).astype(np.uint64),
    "cauchy": lambda random, n: random.standard_cauchy(n),
    "lognormal": lambda random, n: random.lognormal(0, 3, n),
    "half zeros": lambda random, n: np.where(random.random(n) < 0.5, -0.0, random.normal(size=n)),
    "equal": lambda random, n: np.full(n, 7.5),
    "denormal": lambda random, n: random.normal(size=n) * 1e-310,
    "clusters": lambda random, n: 1e12 * (random.random(n) < 0.5) + random.normal(size=n),
}


def gap_by_hand(x, y):
    """`max |i m - j n|` and the pooled rows at or below each value: all in Python's integers."""
    x, y = (np.sort(np.array(side.tolist(), object)) for side in (x, y))
    points = sorted({*x.tolist(), *y.tolist()})
    below = [np.searchsorted(side, points, side="right").tolist() for side in (x, y)]
    gaps = [abs(i * len(y) - j * len(x)) for i, j in zip(*below, strict=True)]
    return max(gaps), [i + j for i, j in zip(*below, strict=True)]


@pytest.mark.parametrize("sizes", [(1, 1), (40, 30), (3_000, 2_500), (20_000, 30_000)])
@pytest.mark.parametrize("kind", DRAWS)
def test_the_distance_is_the_fraction(kind, sizes):
    random = np.random.default_rng([1, list(DRAWS).index(kind)])
    reference, current = (DRAWS[kind](random, size) for size in sizes)
    row = metrics.ks(reference=reference, current=current)
    gap, _ = gap_by_hand(reference, current)
    exact = Fraction(gap, sizes[0] * sizes[1])
    assert abs(Fraction(row.value) - exact) <= 2 * Fraction(ULP) * exact
    assert (row.lower, row.upper) == (row.value, row.value)
    if reference.dtype.kind == "f" and sizes != (1, 1):  # which scipy divides by zero for
        by_scipy = stats.ks_2samp(reference, current, method="asymp").statistic
        assert row.value == pytest.approx(by_scipy, abs=1e-15 * max(sizes))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("a", ["normal", "float32", "ids", "unsigned", "bytes", "poisson"])
@pytest.mark.parametrize("b", ["far from zero", "float32", "ids", "unsigned", "poisson"])
def test_types_are_compared_by_true_value(a, b, seed):
    random = np.random.default_rng([2, seed])
    x, y = DRAWS[a](random, 4_000), DRAWS[b](random, 5_000)
    sides = [x, y]
    if seed % 2:
        # The integers or doubles next to the other side's values, where rounding would blur them.
        near = [min(max(int(v), 0), 2**64 - 1) for v in y[:2_000].astype(float).tolist()]
        sides[0] = np.array(near, float if x.dtype.kind == "f" else np.uint64)
    gap, _ = gap_by_hand(*sides)
    row = metrics.ks(reference=sides[0], current=sides[1])
    expected = gap / (len(sides[0]) * len(sides[1]))
    assert row.value == pytest.approx(expected, rel=2 * ULP, abs=0)


def test_doubles_do_not_blur_integers():
    near = 2**53
    ints, floats = [near + 1] * 10, [float(near)] * 10
    assert metrics.ks(reference=ints, current=floats).value == 1.0
    assert metrics.ks(reference=[near] * 10, current=floats).value == 0.0
    unsigned = pa.array([2**63] * 5, pa.uint64())
    assert metrics.ks(reference=unsigned, current=[2**63 - 1] * 5).value == 1.0


def test_times_of_different_units_are_compared_as_times():
    days = pa.array([0, 1, 2, 3], pa.date32())
    seconds = pa.array([0, 86_400, 172_800, 259_200], pa.timestamp("s"))
    later = pa.array([1, 86_400, 172_800, 259_200], pa.timestamp("s"))
    beyond = pa.array([0, 86_400, 172_800, 2**50], pa.timestamp("s"))
    nanoseconds = pa.array([0, 86_400 * 10**9], pa.timestamp("ns"))
    assert metrics.ks(reference=days, current=seconds).value == 0.0
    assert metrics.ks(reference=days, current=later).value == 0.25
    assert metrics.ks(reference=seconds, current=days).value == 0.0
    assert metrics.ks(reference=beyond, current=nanoseconds).value == 0.5


def test_chunks_nulls_and_threads_change_nothing():
    random = np.random.default_rng(3)
    x, y = random.normal(size=700_000), random.normal(size=600_000) * 1.004
    holes = random.random(len(x)) < 0.05
    alone = metrics.ks(reference=x[~holes], current=y, threads=1)
    array = pa.array(x, mask=holes)
    chunked = pa.chunked_array([array[:13], array[13:13], array[13:650_001], array[650_001:]])
    specials = np.concatenate([y, [np.nan, np.inf, -np.inf]])
    for threads in (None, 1, 2, 5):
        row = metrics.ks(reference=chunked, current=specials, threads=threads)
        assert (row.value, row.p_value) == (alone.value, alone.p_value)
        assert (row.n_reference, row.n_current) == (700_000, 600_003)


# The law without change


@pytest.mark.parametrize("shift", [0.0, 0.3, 2.0, 20.0])
@pytest.mark.parametrize("sizes", [(1, 1), (1, 50), (7, 5), (40, 40), (120, 77), (300, 200)])
def test_without_ties_the_paths_are_those_of_scipy(sizes, shift):
    random = np.random.default_rng([4, *sizes])
    x, y = random.normal(size=sizes[0]), random.normal(shift, size=sizes[1])
    row = metrics.ks(reference=x, current=y)
    assert row.method == "exact; lattice paths"
    # scipy's own error grows with the path.
    assert row.p_value == pytest.approx(stats.ks_2samp(x, y, method="exact").pvalue, rel=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_with_ties_as_counted_over_all_assignments(seed):
    random = np.random.default_rng([5, seed])
    n, m = random.integers(2, 8, 2)
    pooled = random.integers(0, int(random.integers(2, 6)), n + m)
    observed, _ = gap_by_hand(pooled[:n], pooled[n:])
    gaps = [
        gap_by_hand(pooled[list(chosen)], np.delete(pooled, chosen))[0]
        for chosen in combinations(range(n + m), int(n))
    ]
    expected = sum(gap >= observed for gap in gaps) / len(gaps)
    row = metrics.ks(reference=pooled[:n], current=pooled[n:])
    assert row.p_value == pytest.approx(expected, rel=1e-12)


TIED = {
    "poisson": lambda random, n: random.poisson(1, n),
    "binary": lambda random, n: random.random(n) < 0.3,
    "rounded": lambda random, n: np.round(random.normal(size=n), 1),
    "half zeros": lambda random, n: np.where(random.random(n) < 0.5, 0, random.normal(size=n)),
    "no ties": lambda random, n: random.normal(size=n),
}
PERMUTATIONS = 4_000


def permuted(pooled, n, random):
    """D of one random assignment, on codes of the values."""
    m = len(pooled) - n
    values = pooled.max() + 1
    order = random.permutation(pooled)
    counts = [np.bincount(side, minlength=values) for side in (order[:n], order[n:])]
    f, g = (np.cumsum(side) / size for side, size in zip(counts, (n, m), strict=True))
    return np.abs(f - g).max()


@pytest.mark.parametrize("kind", TIED)
def test_the_limit_law_is_that_of_permutations(kind):
    random = np.random.default_rng([6, list(TIED).index(kind)])
    n, m = 3_000, 5_000
    x, y = (TIED[kind](random, size).astype(float) for size in (n, m))
    codes = np.unique(np.concatenate([x, y]), return_inverse=True)[1]
    row = metrics.ks(reference=x, current=y)
    assert row.method == "exact; limit law with ties"
    reached = np.mean(
        [permuted(codes, n, random) >= row.value - 1e-12 for _ in range(PERMUTATIONS)]
    )
    # 4 standard errors of the share that reached it, and what the limit leaves at this size: a
    # step of the lattice against the law's slope, 1 / sqrt(n) in order of magnitude.
    allowance = 4 * np.sqrt(row.p_value * (1 - row.p_value) / PERMUTATIONS) + 1 / np.sqrt(n)
    assert abs(reached - row.p_value) < allowance


@pytest.mark.parametrize("shift", [0.0, 0.05, 0.1])
def test_both_laws_meet_where_one_takes_over(shift):
    random = np.random.default_rng([7, int(100 * shift)])
    pooled = [random.poisson(1 + shift * side, 2_001) for side in range(2)]
    limit = metrics.ks(reference=pooled[0], current=pooled[1])
    paths = metrics.ks(reference=pooled[0][:1_999], current=pooled[1])
    assert limit.method == "exact; limit law with ties"
    assert paths.method == "exact; lattice paths"
    # Two rows fewer, and a lattice instead of a line.
    assert limit.p_value == pytest.approx(paths.p_value, rel=0.15, abs=1e-6)


@pytest.mark.parametrize("kind", TIED)
def test_ties_never_make_the_limit_law_say_more(kind):
    random = np.random.default_rng([8, list(TIED).index(kind)])
    for shift in (0.0, 0.02, 0.1, 1.0):
        x = TIED[kind](random, 3_000).astype(float)
        y = TIED[kind](random, 4_000).astype(float) + shift * (random.random(4_000) < 0.5)
        row = metrics.ks(reference=x, current=y)
        without = stats.kstwobign.sf(row.value / np.sqrt(1 / 3_000 + 1 / 4_000))
        assert row.p_value <= without * (1 + 1e-9)
        if kind == "no ties":
            assert row.p_value == pytest.approx(without, rel=1e-9)


def test_the_size_of_the_test_with_ties_is_nearly_what_it_says():
    random = np.random.default_rng(9)
    trials = 600
    p = [
        metrics.ks(reference=random.poisson(1, 300), current=random.poisson(1, 300)).p_value
        for _ in range(trials)
    ]
    rejected = np.mean(np.array(p) <= 0.05)
    # Never above its level, but for chance; without regard to ties it was below 1 %.
    assert 0.02 < rejected < 0.05 + 4 * np.sqrt(0.05 * 0.95 / trials)
