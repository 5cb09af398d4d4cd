"""Every measure against scipy, or the formula by hand, on the values that it was given."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats
from scipy.spatial import distance

import tallystick as ts
from tallystick import metrics

SEEDS = range(6)
# The formulas by hand subtract nearly equal numbers of size 1: their own error is about 1e-16
# over a divergence that is above 1e-5 in these samples.
BY_HAND = 1e-9
# `wasserstein_distance` adds thousands of rounded steps, the means one rounding each.
ROUNDING = 1e-9


def psi_by_hand(reference, current):
    """Half a row on every occupied group, on both sides."""
    q, p = reference + 0.5, current + 0.5
    q, p = q / q.sum(), p / p.sum()
    return float(np.sum((p - q) * np.log(p / q)))


DIVERGENCES = {
    "psi": psi_by_hand,
    "psi_corrected": lambda r, c: psi_by_hand(r, c) - (len(r) - 1) * (1 / r.sum() + 1 / c.sum()),
    "total_variation": lambda r, c: np.abs(r / r.sum() - c / c.sum()).sum() / 2,
    "jensen_shannon": lambda r, c: distance.jensenshannon(r, c, base=2),
    "hellinger": lambda r, c: np.sqrt(1 - np.sum(np.sqrt(r / r.sum() * c / c.sum()))),
    "chi_square": lambda r, c: stats.chi2_contingency([r, c], correction=False).statistic,
    "g_test": lambda r, c: (
        stats.chi2_contingency([r, c], correction=False, lambda_="log-likelihood").statistic
    ),
}


def occupied(reference, current):
    """The cells that a side has rows in, as floats."""
    reference, current = np.asarray(reference, float), np.asarray(current, float)
    used = reference + current > 0
    return reference[used], current[used]


def random_counts(seed):
    """Two rows of counts of unequal totals, a fifth of the cells empty on a side."""
    random = np.random.default_rng(seed)
    cells = int(random.integers(2, 60))
    sides = [random.integers(1, 10 ** random.integers(2, 7), cells) for _ in range(2)]
    for side in sides:
        side[random.random(cells) < 0.2] = 0
        side[int(random.integers(cells))] = 5
    return sides


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("metric", DIVERGENCES)
def test_divergences_of_counts(metric, seed):
    reference, current = random_counts(seed)
    measured = getattr(metrics, metric)(reference_counts=reference, current_counts=current)
    expected = DIVERGENCES[metric](*occupied(reference, current))
    assert measured.value == pytest.approx(expected, rel=BY_HAND, abs=1e-12)
    assert (measured.n_reference, measured.n_current) == (reference.sum(), current.sum())


def drawn_alike(seed):
    """Counts of two samples of one population: p values between 0 and 1, not all 0."""
    random = np.random.default_rng(seed)
    shares = random.dirichlet(np.ones(int(random.integers(2, 30))) * 5)
    return random.multinomial(4_000, shares), random.multinomial(9_000, shares)


@pytest.mark.parametrize("seed", range(10))
def test_p_values_of_counts(seed):
    reference, current = drawn_alike(seed)
    counts = {"reference_counts": reference, "current_counts": current}
    r, c = occupied(reference, current)
    df, scale = len(r) - 1, 1 / r.sum() + 1 / c.sum()
    statistic = {
        "psi": psi_by_hand(r, c) / scale,
        "jensen_shannon": 8 * np.log(2) / scale * DIVERGENCES["jensen_shannon"](r, c) ** 2,
        "hellinger": 8 / scale * DIVERGENCES["hellinger"](r, c) ** 2,
        "chi_square": DIVERGENCES["chi_square"](r, c),
        "g_test": DIVERGENCES["g_test"](r, c),
    }
    for metric, value in statistic.items():
        measured = getattr(metrics, metric)(**counts)
        assert measured.p_value == pytest.approx(stats.chi2.sf(value, df), rel=1e-7)
    assert metrics.psi(**counts).null_level == pytest.approx(df * scale)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("tolerance", [0.01, 0.1])
def test_the_interval_and_the_test_of_psi_follow_one_law(seed, tolerance):
    random = np.random.default_rng(seed)
    shares = random.dirichlet(np.ones(8) * 5)
    moved = shares * random.uniform(0.7, 1.4, 8)
    reference = random.multinomial(4_000, shares)
    current = random.multinomial(3_000, moved / moved.sum())
    measured = metrics.psi_corrected(
        reference_counts=reference, current_counts=current, tolerance=tolerance
    )
    scale = 1 / 4_000 + 1 / 3_000
    psi = psi_by_hand(*occupied(reference, current)) / scale
    law = stats.ncx2(7, np.array([measured.ci_upper, measured.ci_lower, tolerance]) / scale)
    below, above, beyond = law.cdf(psi)[0], law.sf(psi)[1], law.sf(psi)[2]
    # Both are found to a relative 1e-6 at worst, where the central law takes over.
    assert below == pytest.approx(0.025, rel=1e-4)
    assert above == pytest.approx(0.025, rel=1e-4) or measured.ci_lower == 0
    assert measured.p_tolerance == pytest.approx(beyond, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_ks_of_counts_holds_wherever_the_values_lie_in_their_cells(seed):
    random = np.random.default_rng(seed)
    reference, current = random_counts(seed)
    reference, current = reference % 200, current % 200 + 1
    reference[0] += 1
    measured = metrics.ks(reference_counts=reference, current_counts=current)
    cells = np.arange(len(reference))
    for _ in range(5):
        x, y = (np.repeat(cells, n) + random.random(n.sum()) for n in (reference, current))
        exact = stats.ks_2samp(x, y, method="asymp").statistic
        assert measured.lower - 1e-12 <= exact <= measured.upper + 1e-12
    f, g = (np.cumsum(side) / side.sum() for side in (reference, current))
    assert measured.value == measured.lower == pytest.approx(np.abs(f - g).max())


# Values

NUMBERS = {
    "normal": lambda random, n, shift: random.normal(shift, 1, n),
    "float32": lambda random, n, shift: random.normal(shift, 1, n).astype(np.float32),
    "rounded": lambda random, n, shift: np.round(random.normal(shift, 1, n), 2),
    "ties": lambda random, n, shift: random.poisson(3 + shift, n).astype(float),
    "uint8": lambda random, n, shift: random.integers(0, 100 + int(50 * shift), n, np.uint8),
    "int64": lambda random, n, shift: random.integers(-(10**6), 10**6, n) + int(10**5 * shift),
    "ids": lambda random, n, shift: 2**52 + random.integers(0, 10**9, n) + int(10**8 * shift),
    "heavy": lambda random, n, shift: random.standard_cauchy(n) * (1 + shift),
    "lognormal": lambda random, n, shift: random.lognormal(shift, 3, n),
    "atom": lambda random, n, shift: np.where(
        random.random(n) < 0.6, 0.0, random.exponential(1 + shift, n)
    ),
    "huge": lambda random, n, shift: random.normal(shift, 1, n) * 1e300,
    "date": lambda random, n, shift: (random.integers(0, 400, n) + int(30 * shift)).astype(
        "datetime64[D]"
    ),
    "time": lambda random, n, shift: (random.integers(0, 10**15, n) + int(10**14 * shift)).astype(
        "datetime64[us]"
    ),
}
EXACT = ("ties", "uint8")


def drawn(kind, seed, shift):
    """Two samples: as they are measured, and as plain doubles for scipy."""
    random = np.random.default_rng([seed, list(NUMBERS).index(kind)])
    sizes = random.integers(1, 3_000, 2)
    sides = [NUMBERS[kind](random, n, by) for n, by in zip(sizes, (0.0, shift), strict=True)]
    plain = [side.view("i8") if side.dtype.kind == "M" else side for side in sides]
    return sides, [side.astype(float) for side in plain]


def with_holes(values, seed):
    """The values among nulls and, where the type has them, NaN and infinities."""
    array = pa.array(values)
    extra = [None] * 40
    if values.dtype.kind == "f":
        extra += [np.nan] * 30 + [np.inf] * 20 + [-np.inf] * 10
    holes = pa.array(extra, array.type, from_pandas=False)
    places = np.random.default_rng(seed).permutation(len(array) + len(holes))
    return pa.concat_arrays([array, holes]).take(pa.array(places))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("shift", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("kind", NUMBERS)
def test_distances_of_numbers(kind, shift, seed):
    (reference, current), (x, y) = drawn(kind, seed, shift)
    sides = {"reference": with_holes(reference, seed), "current": with_holes(current, seed + 1)}
    ks, wasserstein = metrics.ks(**sides), metrics.wasserstein(**sides)
    exact = stats.ks_2samp(x, y, method="asymp").statistic
    assert ks.lower - 1e-12 <= exact <= ks.upper + 1e-12
    exact = stats.wasserstein_distance(x, y)
    allowance = ROUNDING * np.ptp(np.concatenate([x, y]))
    assert wasserstein.lower - allowance <= exact <= wasserstein.upper + allowance
    if kind in EXACT:
        assert ks.lower == ks.upper


@pytest.mark.parametrize("kind", ["normal", "float32", "int64", "lognormal", "time"])
def test_the_bracket_of_ks_is_narrow(kind):
    random = np.random.default_rng(11)
    reference, current = (NUMBERS[kind](random, 2_000, 0.0) for _ in range(2))
    ks = metrics.ks(reference=reference, current=current)
    # No wider than a cell's share: 1/240 of the reference; of the current side, which chance
    # spreads with a standard deviation of 2.9 around 8.3 rows, 8.3 + 5 sd of 2,000 rows.
    assert ks.upper - ks.lower < 23 / 2_000


def test_the_bracket_of_wasserstein_closes_where_one_side_lies_above():
    random = np.random.default_rng(12)
    reference = random.normal(size=5_000)
    wasserstein = metrics.wasserstein(reference=reference, current=reference + 1)
    # W is the change of the mean; what is left open are the few cells at the ends.
    assert wasserstein.lower == pytest.approx(1.0, abs=1e-9)
    assert wasserstein.upper == pytest.approx(1.0, rel=0.01)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", NUMBERS)
def test_means(kind, seed):
    (reference, current), (x, y) = drawn(kind, seed, 0.5)
    measured = metrics.mean(
        reference=with_holes(reference, seed), current=with_holes(current, seed + 1)
    )
    # Ours: 2^-41 of a grid step that is 2^-6 of the bulk's reach; numpy's: some 1e-15 of it.
    allowance = 2.0**-46 * max(np.abs(x).max(), np.abs(y).max())
    assert measured.reference_value == pytest.approx(x.mean(), rel=1e-12, abs=allowance)
    assert measured.current_value == pytest.approx(y.mean(), rel=1e-12, abs=allowance)
    if kind != "huge":  # whose variance exceeds double precision
        welch = stats.ttest_ind(y, x, equal_var=False)
        interval = welch.confidence_interval(0.95)
        assert measured.p_value == pytest.approx(welch.pvalue, rel=1e-6, abs=1e-12)
        ends = (measured.ci_lower, measured.ci_upper)
        assert ends == pytest.approx((interval.low, interval.high), rel=1e-6, abs=10 * allowance)


def counted_by_hand(sides, bins):
    """Rows in the groups that a report draws, the values counted by numpy."""
    curves = ts.compare(**{k: {"x": v} for k, v in sides.items()}, groups=bins).curves()
    drawn = [row for row in curves.to_pylist() if row["side"] == "reference"]
    edges = [row["x_low"] for row in drawn if row["label"] is None and row["x_low"] is not None]
    counts = []
    for side in sides.values():
        plain = side.cast(pa.int64()) if pa.types.is_temporal(side.type) else side
        values = plain.drop_null().to_numpy(zero_copy_only=False).astype(float)
        finite = values[np.isfinite(values)]
        cells = np.searchsorted(edges, finite, side="right")
        missing = side.null_count + int(np.isnan(values).sum())
        infinite = int(np.isinf(values).sum())
        counts.append([*np.bincount(cells, minlength=len(edges) + 1), missing, infinite])
    return counts


@pytest.mark.parametrize("bins", [2, 10, 50])
@pytest.mark.parametrize("kind", ["normal", "float32", "rounded", "ties", "uint8", "atom", "time"])
def test_divergences_of_numbers(kind, bins):
    (reference, current), _ = drawn(kind, 7, 0.3)
    sides = {"reference": with_holes(reference, 1), "current": with_holes(current, 2)}
    r, c = occupied(*counted_by_hand(sides, bins))
    for metric, by_hand in DIVERGENCES.items():
        measured = getattr(metrics, metric)(**sides, bins=bins)
        assert measured.value == pytest.approx(by_hand(r, c), rel=BY_HAND, abs=1e-12), metric


@pytest.mark.parametrize("bins", [2, 5, 10, 50])
def test_groups_have_nearly_equal_mass(bins):
    values = np.random.default_rng(5).normal(size=20_000)
    sides = {"reference": pa.array(values), "current": pa.array(values)}
    counts = np.array(counted_by_hand(sides, bins)[0])
    used = counts[counts > 0]
    assert len(used) <= bins + 2  # and one each for the two values at the sample's ends
    # Whole cells: of about 1/20 up to ten groups, of about 1/240 beyond.
    assert used.max() / 20_000 <= 1 / bins + (1 / 20 if bins <= 10 else 1 / 120)


CATEGORIES = {
    "strings": pa.string(),
    "large_strings": pa.large_string(),
    "views": pa.string_view(),
    "dictionary": pa.dictionary(pa.int8(), pa.string()),
}


@pytest.mark.parametrize("layout", CATEGORIES)
@pytest.mark.parametrize("seed", SEEDS)
def test_divergences_of_categories(layout, seed):
    random = np.random.default_rng(seed)
    known = [None, *"abcdefghij"]
    columns = [
        [known[i] for i in random.choice(11, n, p=random.dirichlet(np.ones(11) * 3))]
        for n in random.integers(300, 2_000, 2)
    ]
    columns[0] += known
    unseen = int(random.integers(0, 30))
    columns[1] += [f"unseen {i}" for i in range(unseen)]
    reference, current = (Counter(column) for column in columns)
    r = [*(reference[name] for name in known), 0]
    c = [*(current[name] for name in known), unseen]
    sides = {
        side: pa.array(column, CATEGORIES[layout])
        for side, column in zip(("reference", "current"), columns, strict=True)
    }
    for metric, by_hand in DIVERGENCES.items():
        measured = getattr(metrics, metric)(**sides)
        expected = by_hand(*occupied(r, c))
        assert measured.value == pytest.approx(expected, rel=BY_HAND, abs=1e-12), metric
    check_share(metrics.other_share(**sides), (0, len(columns[0])), (unseen, len(columns[1])))


def test_divergences_of_booleans():
    reference, current = [True] * 30 + [False] * 70, [True] * 45 + [False] * 60 + [None] * 5
    r, c = occupied([30, 70, 0], [45, 60, 5])
    for metric, by_hand in DIVERGENCES.items():
        measured = getattr(metrics, metric)(reference=reference, current=current)
        assert measured.value == pytest.approx(by_hand(r, c), rel=BY_HAND), metric


# Shares


def wilson(count, total):
    result = stats.binomtest(count, total).proportion_ci(0.95, method="wilson")
    return result.low, result.high


def check_share(measured, reference, current):
    """Newcombe's interval, method 10, and the pooled score test."""
    q, p = reference[0] / reference[1], current[0] / current[1]
    assert (measured.reference_value, measured.current_value) == (q, p)
    assert measured.value == pytest.approx(p - q, abs=1e-15)
    (q_low, q_high), (p_low, p_high) = wilson(*reference), wilson(*current)
    low = p - q - np.hypot(p - p_low, q_high - q)
    high = p - q + np.hypot(p_high - p, q - q_low)
    assert (measured.ci_lower, measured.ci_upper) == pytest.approx((low, high), abs=1e-9)
    pooled = (reference[0] + current[0]) / (reference[1] + current[1])
    error = np.sqrt(pooled * (1 - pooled) * (1 / reference[1] + 1 / current[1]))
    expected = 2 * stats.norm.sf(abs(p - q) / error) if error > 0 else 1.0
    assert measured.p_value == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("missing", [None, float("nan")])
@pytest.mark.parametrize(
    ("reference", "current"),
    [((0, 500), (0, 300)), ((0, 500), (7, 300)), ((20, 100), (31, 90)), ((50, 50), (0, 40))],
)
def test_missing_shares(missing, reference, current):
    sides = [[missing] * gone + [1.5] * (rows - gone) for gone, rows in (reference, current)]
    arrays = [pa.array(side, pa.float64(), from_pandas=False) for side in sides]
    measured = metrics.missing_share(reference=arrays[0], current=arrays[1])
    check_share(measured, reference, current)
