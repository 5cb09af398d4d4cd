"""Write measures.csv: what the measures and laws of the core must return.

Every value is computed from its textbook definition with fractions and 60 digits of mpmath,
never by this project's code. Where scipy is accurate it is asked too, as a second judge.
Run it with scipy and mpmath installed; it rewrites the table beside it.

A line is ``name;argument;...;value``; a list is written with spaces between its items.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from mpmath import mp, mpf
from scipy import stats
from scipy.special import chndtrinc

mp.dps = 60
Counts = Sequence[int]
Row = tuple[str, ...]


def text(value: mpf | Fraction | float) -> str:
    """Return the value with 25 significant digits, more than an f64 can hold."""
    if isinstance(value, Fraction):
        value = exact(value)
    return str(mp.nstr(mpf(value), 25, strip_zeros=True))


def exact(value: Fraction) -> mpf:
    """Return a fraction as a 60-digit number."""
    return mpf(value.numerator) / mpf(value.denominator)


def joined(counts: Sequence[int | float]) -> str:
    """Return a list in the form of the table."""
    return " ".join(repr(count) for count in counts)


# --- divergences between counts ---------------------------------------------------------------


def zipf(cells: int, rows: int, tilt: float, seed: int) -> list[int]:
    """Return counts of a sample from a tilted Zipf law over ``cells`` categories."""
    draw = random.Random(seed)
    weights = [1.0 / (rank + 1) * (1.0 + tilt * ((rank % 3) - 1)) for rank in range(cells)]
    counts = [0] * cells
    for cell in draw.choices(range(cells), weights, k=rows):
        counts[cell] += 1
    return counts


def count_pairs() -> Iterator[tuple[list[int], list[int]]]:
    """Yield (reference, current) pairs, the awkward ones first."""
    huge = 10**15
    yield [huge + 3, huge - 7, huge + 1], [huge, huge, huge + 1]
    yield [huge, huge], [huge + 1, huge - 1]
    yield [huge] * 10, [huge + offset for offset in (1, -1, 2, -2, 3, -3, 4, -4, 5, -5)]
    yield [huge, 3 * huge, 0], [10, 29, 1]
    yield [2 * huge, 6 * huge, 8 * huge + 1], [huge, 3 * huge, 4 * huge]
    yield [1, huge], [huge, 1]
    yield [0, 5, 7], [4, 0, 9]
    yield [5, 0], [0, 7]
    yield [1, 0], [0, 1]
    yield [10, 0, 0, 3, 0], [4, 0, 2, 9, 0]
    yield [100] * 10, [90, 110, 100, 95, 105, 120, 80, 100, 99, 101]
    yield [1000, 1001], [1000, 1000]
    yield [100000, 100000, 100000], [100001, 99998, 100003]
    yield [1, 2, 3, 4], [4, 3, 2, 1]
    yield zipf(50, 2000, 0.0, 11), zipf(50, 900, 0.3, 12)
    yield zipf(200, 100000, 0.0, 13), zipf(200, 3000, 0.05, 14)


def occupied(reference: Counts, current: Counts) -> list[tuple[int, int]]:
    """Return the cells that hold a row on either side."""
    return [(r, c) for r, c in zip(reference, current, strict=True) if r + c > 0]


def psi(reference: Counts, current: Counts) -> mpf:
    """Population stability index in nats, half a row added to every occupied cell."""
    cells = occupied(reference, current)
    half = Fraction(1, 2)
    n: Fraction = sum(reference) + half * len(cells)
    m: Fraction = sum(current) + half * len(cells)
    shares = [((c + half) / m, (r + half) / n) for r, c in cells]
    return mp.fsum(exact(p - q) * mp.log(exact(p / q)) for p, q in shares)


def shares_of(reference: Counts, current: Counts) -> list[tuple[Fraction, Fraction]]:
    """Return (current, reference) shares of the occupied cells."""
    n, m = sum(reference), sum(current)
    return [(Fraction(c, m), Fraction(r, n)) for r, c in occupied(reference, current)]


def total_variation(reference: Counts, current: Counts) -> mpf:
    """Half the sum of absolute differences of shares."""
    return exact(sum((abs(p - q) for p, q in shares_of(reference, current)), Fraction(0)) / 2)


def x_log(weight: Fraction, ratio: Fraction) -> mpf:
    """Return weight * ln(ratio), 0 where the weight is 0."""
    return mpf(0) if weight == 0 else exact(weight) * mp.log(exact(ratio))


def jensen_shannon(reference: Counts, current: Counts) -> mpf:
    """Square root of the base-2 Jensen-Shannon divergence."""
    nats = mp.fsum(
        (x_log(p, 2 * p / (p + q)) + x_log(q, 2 * q / (p + q))) / 2
        for p, q in shares_of(reference, current)
    )
    return mp.sqrt(nats / mp.log(2))


def hellinger(reference: Counts, current: Counts) -> mpf:
    """Square root of one minus the Bhattacharyya coefficient."""
    overlap = mp.fsum(mp.sqrt(exact(p * q)) for p, q in shares_of(reference, current))
    return mp.sqrt(1 - overlap)


def expected(reference: Counts, current: Counts) -> Iterator[tuple[int, Fraction]]:
    """Yield (observed, expected) for the 2 x B table of homogeneity."""
    n, m = sum(reference), sum(current)
    for r, c in occupied(reference, current):
        yield r, Fraction((r + c) * n, n + m)
        yield c, Fraction((r + c) * m, n + m)


def chi_square(reference: Counts, current: Counts) -> mpf:
    """Pearson's statistic of homogeneity, without Yates' correction."""
    return exact(sum(((o - e) * (o - e) / e for o, e in expected(reference, current)), Fraction(0)))


def g_test(reference: Counts, current: Counts) -> mpf:
    """Likelihood-ratio statistic of homogeneity."""
    return 2 * mp.fsum(x_log(Fraction(o), o / e) for o, e in expected(reference, current))


def ks_at_edges(reference: Counts, current: Counts) -> mpf:
    """Largest gap of the two cumulative shares at the ends of the cells."""
    n, m = sum(reference), sum(current)
    left = itertools.accumulate(Fraction(r, n) for r in reference)
    right = itertools.accumulate(Fraction(c, m) for c in current)
    return exact(max(abs(f - g) for f, g in zip(left, right, strict=True)))


def divergence_rows() -> Iterator[Row]:
    """Yield every divergence of every pair, after asking scipy where it can answer."""
    measures = (psi, total_variation, jensen_shannon, hellinger, chi_square, g_test, ks_at_edges)
    for reference, current in count_pairs():
        for measure in measures:
            value = measure(reference, current)
            yield measure.__name__, joined(reference), joined(current), text(value)
        if sum(reference) < 10**6:
            agree_with_scipy(reference, current)


def agree_with_scipy(reference: Counts, current: Counts) -> None:
    """Stop when scipy's contingency test disagrees with the definitions above."""
    cells = occupied(reference, current)
    for measure, law in ((chi_square, "pearson"), (g_test, "log-likelihood")):
        judge = stats.chi2_contingency(
            [[r for r, _ in cells], [c for _, c in cells]], correction=False, lambda_=law
        ).statistic
        mine = float(measure(reference, current))
        assert abs(judge - mine) <= 1e-9 * max(1.0, mine), (law, judge, mine)


# --- laws -------------------------------------------------------------------------------------


def chi_square_sf(x: float, df: float) -> mpf:
    """Upper tail of the chi-square law."""
    return mp.gammainc(mpf(df) / 2, mpf(x) / 2, mp.inf, regularized=True)


def lower_gamma_share(a: mpf, y: mpf) -> tuple[mpf, mpf]:
    """Return (P(a, y), y^a e^-y / gamma(a + 1)) by the all-positive series."""
    first = mp.exp(a * mp.log(y) - y - mp.loggamma(a + 1))
    term, total, k = mpf(1), mpf(1), 0
    while term > total * mp.eps:
        k += 1
        term *= y / (a + k)
        total += term
    return first * total, first


def noncentral_cdf(x: float, df: float, noncentrality: float) -> mpf:
    """Lower tail of the noncentral chi-square law: the Poisson mixture, summed downwards.

    Only positive terms are added. The window holds every j whose product of weight and tail
    could matter: 40 standard deviations about the modes of the weight and of the product, or
    16 of an enormous law, of which no tail below 1e-20 is asked.
    """
    reach = 40 if noncentrality < 1e5 else 16
    y, rate = mpf(x) / 2, mpf(noncentrality) / 2
    modes = (rate, mp.sqrt(rate * y), mpf(0) if y > rate else y)
    top = int(max(modes) + reach * mp.sqrt(max(modes)) + 200)
    low = max(0, int(min(mp.sqrt(rate * y), rate) - reach * mp.sqrt(max(modes)) - 200))
    tail, step = lower_gamma_share(mpf(df) / 2 + top, y)
    weight = mp.exp(top * mp.log(rate) - rate - mp.loggamma(top + 1))
    total = mpf(0)
    for j in range(top, low - 1, -1):
        total += weight * tail
        step *= (mpf(df) / 2 + j) / y
        tail += step
        weight *= j / rate
    return total


NONCENTRAL_CASES = [
    # x, df, noncentrality: centre, shoulders and tails of small to enormous laws
    *[(x, 1.0, 0.5) for x in (1e-6, 0.1, 1.5, 9.0, 60.0)],
    *[(x, 1.0, 1e-9) for x in (0.2, 1.0, 30.0)],
    *[(x, 9.0, 10.0) for x in (0.5, 5.0, 19.0, 40.0, 90.0, 400.0)],
    *[(x, 9.0, 1000.0) for x in (500.0, 900.0, 1009.0, 1010.0, 1100.0, 1500.0, 3000.0)],
    *[(x, 1.0, 1e4) for x in (8000.0, 10001.0, 10500.0, 12000.0)],
    *[(x, 50.0, 1e5) for x in (97000.0, 100049.0, 101000.0, 104000.0)],
    *[(x, 500.0, 3.0) for x in (300.0, 450.0, 503.0, 600.0, 900.0)],
    *[(x, 5000.0, 0.1) for x in (4500.0, 5000.0, 5600.0)],
    *[(x, 5000.0, 2e4) for x in (23500.0, 25000.0, 26500.0, 28000.0)],
    *[(x, 20.0, 1e6) for x in (990000.0, 1000020.0, 1004000.0, 1010000.0)],
    *[(x, 9.0, 1e7) for x in (9.98e6, 1.0000009e7, 1.002e7)],
    *[(x, 9.0, 1e9) for x in (9.998e8, 1.000000009e9, 1.0002e9, 1.0005e9)],
    *[(x, 5000.0, 1e9) for x in (9.998e8, 1.0002e9)],
]


def law_rows() -> Iterator[Row]:
    """Yield tails and quantiles of every law."""
    for z in (-37.0, -8.0, -1.96, -0.1, 0.0, 0.3, 1.0, 2.5758293035489, 6.0, 37.5):
        yield "normal_sf", repr(z), text(mp.erfc(mpf(z) / mp.sqrt(2)) / 2)
    for p in (1e-300, 1e-12, 0.001, 0.025, 0.3, 0.5, 0.75, 0.995, 0.9999999):
        root = mp.findroot(
            lambda z, p=p: mp.log(mp.erfc(-z / mp.sqrt(2)) / 2) - mp.log(mpf(p)),
            mpf(stats.norm.ppf(p)),
        )
        yield "normal_quantile", repr(p), text(root)
    for x, df in itertools.product((1e-3, 0.7, 5.0, 40.0, 99.0, 400.0), (1.0, 2.0, 9.0, 49.0)):
        yield "chi_square_sf", repr(x), repr(df), text(chi_square_sf(x, df))
    for x, df in ((4800.0, 5000.0), (5000.0, 5000.0), (5400.0, 5000.0), (6500.0, 5000.0)):
        yield "chi_square_sf", repr(x), repr(df), text(chi_square_sf(x, df))
    for p, df in itertools.product((1e-6, 0.05, 0.5, 0.95, 0.99, 0.9999), (1.0, 2.0, 9.0, 500.0)):
        start = mpf(stats.chi2.ppf(p, df))
        root = mp.findroot(lambda x, p=p, df=df: chi_square_sf(x, df) - (1 - mpf(p)), start)
        yield "chi_square_quantile", repr(p), repr(df), text(root)
    for x, df, noncentrality in NONCENTRAL_CASES:
        # The upper tail is a complement, so a far tail needs that many more digits.
        with mp.workdps(220 if noncentrality < 1e5 else 60):
            lower = noncentral_cdf(x, df, noncentrality)
            arguments = (repr(x), repr(df), repr(noncentrality))
            yield "noncentral_cdf", *arguments, text(lower)
            yield "noncentral_sf", *arguments, text(1 - lower)
    yield from bound_rows()
    yield from kolmogorov_rows()
    yield from student_rows()


def bound_rows() -> Iterator[Row]:
    """Yield the noncentralities at which a tail beyond x is one fortieth."""
    for x, df in ((3.0, 1.0), (25.0, 9.0), (400.0, 9.0), (350.0, 300.0), (1e4, 19.0)):
        for name, wanted in (("lower", mpf("0.975")), ("upper", mpf("0.025"))):
            with mp.workdps(30):
                if name == "lower" and 1 - chi_square_sf(x, df) <= wanted:
                    root = mpf(0)
                else:
                    start = mpf(chndtrinc(x, df, float(wanted)))
                    root = mp.findroot(
                        lambda ncp, x=x, df=df, wanted=wanted: noncentral_cdf(x, df, ncp) - wanted,
                        (start, start * mpf("1.0001")),
                        solver="secant",
                    )
            yield f"noncentral_{name}_bound", repr(x), repr(df), text(root)


def kolmogorov_rows() -> Iterator[Row]:
    """Yield the limit law of Kolmogorov from its alternating series, with digits to spare."""
    for t in (0.2, 0.3, 0.5, 0.8, 1.0, 1.1799, 1.18, 1.3581, 2.0, 5.0, 18.0):
        with mp.workdps(200):
            terms = ((-1) ** (k - 1) * mp.exp(-2 * k * k * mpf(t) ** 2) for k in range(1, 130))
            value = 2 * mp.fsum(terms)
        yield "kolmogorov_sf", repr(t), text(value)


def student_two_sided(t: mpf, df: float) -> mpf:
    """Both tails of Student's law."""
    v = mpf(df)
    return mp.betainc(v / 2, mpf(1) / 2, 0, v / (v + t * t), regularized=True)


def student_rows() -> Iterator[Row]:
    """Yield both tails of Student's law and its quantiles."""
    for t, df in itertools.product((0.01, 0.7, 2.0, 9.0, 40.0), (1.0, 2.5, 9.3, 120.0, 5000.0)):
        yield "student_two_sided", repr(t), repr(df), text(student_two_sided(mpf(t), df))
    for p, df in itertools.product((0.6, 0.9, 0.975, 0.9995), (1.0, 2.5, 9.3, 120.0, 5000.0)):
        root = mp.findroot(
            lambda t, p=p, df=df: student_two_sided(t, df) - 2 * (1 - mpf(p)),
            mpf(stats.t.ppf(p, df)),
        )
        yield "student_quantile", repr(p), repr(df), text(root)


# --- proportions, means, multiplicity ---------------------------------------------------------


def wilson(count: int, total: int, z: mpf) -> tuple[mpf, mpf]:
    """Roots of (p_hat - p)^2 = z^2 p (1 - p) / n."""
    p, n = mpf(count) / total, mpf(total)
    roots = mp.polyroots([1 + z * z / n, -(2 * p + z * z / n), p * p], maxsteps=200, extraprec=200)
    low, high = sorted(mp.re(root) for root in roots)
    return low, high


def proportion_rows() -> Iterator[Row]:
    """Yield Wilson and Newcombe intervals and the pooled score test."""
    pairs = [(0, 10, 0, 20), (10, 10, 0, 20), (56, 70, 48, 80), (3, 1000, 9, 1000), (1, 9, 9, 9)]
    z = mp.sqrt(2) * mp.erfinv(mpf("0.95"))
    for r, n, c, m in pairs:
        numbers = tuple(str(item) for item in (r, n, c, m))
        low_r, high_r = wilson(r, n, z)
        low_c, high_c = wilson(c, m, z)
        p, q = mpf(c) / m, mpf(r) / n
        yield "wilson_lower", *numbers[2:], text(max(low_c, mpf(0)))
        yield "wilson_upper", *numbers[2:], text(high_c)
        yield "newcombe_lower", *numbers, text(p - q - mp.hypot(p - low_c, high_r - q))
        yield "newcombe_upper", *numbers, text(p - q + mp.hypot(high_c - p, q - low_r))
        pooled = mpf(r + c) / (n + m)
        error = mp.sqrt(pooled * (1 - pooled) * (mpf(1) / n + mpf(1) / m))
        value = mpf(1) if error == 0 else mp.erfc(abs(p - q) / error / mp.sqrt(2))
        yield "proportion_p_value", *numbers, text(value)
        if error > 0:
            judge = stats.chi2_contingency([[r, n - r], [c, m - c]], correction=False).pvalue
            assert abs(float(value) - judge) <= 1e-9, (numbers, judge)


def welch_rows() -> Iterator[Row]:
    """Yield Welch's interval and p-value from summaries."""
    cases = [
        (10, 1.0, 4.0, 12, 2.5, 1.0),
        (2, 0.0, 1.0, 3, 9.0, 2.0),
        (500, 3.0, 0.5, 80, 3.1, 9.0),
    ]
    for n, mean_r, var_r, m, mean_c, var_c in cases:
        arguments = tuple(repr(item) for item in (n, mean_r, var_r, m, mean_c, var_c))
        a, b = mpf(var_r) / n, mpf(var_c) / m
        df = (a + b) ** 2 / (a * a / (n - 1) + b * b / (m - 1))
        difference = mpf(mean_c) - mpf(mean_r)
        value = student_two_sided(difference / mp.sqrt(a + b), df)
        judge = stats.ttest_ind_from_stats(
            mean_c, var_c**0.5, m, mean_r, var_r**0.5, n, equal_var=False
        ).pvalue
        assert abs(judge - float(value)) <= 1e-9 * judge, (arguments, judge)
        t = mp.findroot(
            lambda t, df=df: student_two_sided(t, df) - mpf("0.05"),
            mpf(stats.t.ppf(0.975, float(df))),
        )
        yield "welch_p_value", *arguments, text(value)
        yield "welch_lower", *arguments, text(difference - t * mp.sqrt(a + b))
        yield "welch_upper", *arguments, text(difference + t * mp.sqrt(a + b))


def multiplicity_rows() -> Iterator[Row]:
    """Yield Benjamini-Hochberg q values, one row for each p value."""
    values = [0.01, 0.04, 0.03, 0.005, 0.55, 0.04, 1.0, 0.0]
    for index, q in enumerate(stats.false_discovery_control(values, method="bh")):
        yield "benjamini_hochberg", joined(values), str(index), text(float(q))


def main() -> None:
    """Write the table."""
    sources = (divergence_rows, law_rows, proportion_rows, welch_rows, multiplicity_rows)
    lines = [";".join(row) for source in sources for row in source()]
    Path(__file__).with_name("measures.csv").write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
