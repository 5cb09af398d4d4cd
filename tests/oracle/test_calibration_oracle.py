"""Measures of calibration against scikit-learn, scipy, or the formula by hand."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats
from sklearn.linear_model import LogisticRegression

from oracle.scored_rows import EXACT, KINDS, ROWS, drawn, plain
from tallystick import metrics

BINS = [10, 12, 15, 20, 25, 30]


@pytest.fixture(params=KINDS, scope="module")
def rows(request):
    return drawn(request.param)


def equal_width(score, bins):
    """`[i/B, (i+1)/B)`, the last one closed, with the doubles nearest to `i/B` as edges."""
    return np.searchsorted(np.arange(1, bins) / bins, score, side="right")


def equal_mass(score, bins):
    """Cut at the scores of rank `ceil(i N / B)`, equal scores together."""
    ranks = [-(-i * len(score) // bins) for i in range(1, bins + 1)]
    return np.searchsorted(np.unique(np.sort(score)[np.array(ranks) - 1]), score)


def summed(score, label, cells):
    """Rows, sum of scores and positives of every occupied bin."""
    for cell in np.unique(cells):
        inside = cells == cell
        yield int(inside.sum()), math.fsum(score[inside]), int(label[inside].sum())


@pytest.mark.parametrize("bins", BINS)
def test_errors_of_calibration(rows, bins):
    score, label = plain(rows)
    given = {"score": rows[0], "label": rows[1], "bins": bins}
    n = len(score)
    for name, cells in (("ece", equal_width), ("ece_equal_mass", equal_mass)):
        # Equal mass is exact because so few rows are sorted.
        parts = list(summed(score, label, cells(score, bins)))
        expected = math.fsum(abs(s - y) for _, s, y in parts) / n
        assert getattr(metrics, name)(**given).value == pytest.approx(expected, abs=EXACT), name
    parts = list(summed(score, label, equal_width(score, bins)))
    worst = max(abs(s - y) / rows for rows, s, y in parts if rows >= 30)
    assert metrics.mce(**given).value == pytest.approx(worst, abs=EXACT)


@pytest.mark.parametrize("bins", [10, 15, 30])
def test_the_debiased_error(rows, bins):
    score, label = plain(rows)
    terms = [
        m * ((s / m - y / m) ** 2 - (y / m) * (1 - y / m) / (m - 1))
        for m, s, y in summed(score, label, equal_mass(score, bins))
        if m > 1
    ]
    theta = math.fsum(terms) / len(score)
    measured = metrics.ece_debiased(score=rows[0], label=rows[1], bins=bins)
    assert measured.value == pytest.approx(math.copysign(math.sqrt(abs(theta)), theta), abs=1e-11)
    assert measured.ci_lower <= max(measured.value, 0) <= measured.ci_upper


@pytest.mark.parametrize("bins", BINS)
def test_the_terms_of_the_brier_score(rows, bins):
    score, label = plain(rows)
    parts = list(summed(score, label, equal_width(score, bins)))
    n, base = len(score), label.mean()
    sampling = math.fsum(y * (m - y) / m / (m - 1) for m, _, y in parts if m > 1) / n
    reliability = math.fsum((s - y) ** 2 / m for m, s, y in parts) / n
    resolution = math.fsum(m * (y / m - base) ** 2 for m, _, y in parts) / n
    given = {"score": rows[0], "label": rows[1], "bins": bins}
    expected = reliability - sampling
    assert metrics.brier_reliability(**given).value == pytest.approx(expected, abs=EXACT)
    expected = resolution - (sampling - base * (1 - base) / (n - 1))
    assert metrics.brier_resolution(**given).value == pytest.approx(expected, abs=EXACT)


def test_spiegelhalter(rows):
    score, label = plain(rows)
    above = mpmath.fsum(
        (int(y) - mpmath.mpf(p)) * (1 - 2 * mpmath.mpf(p))
        for p, y in zip(score, label, strict=True)
    )
    spread = mpmath.fsum(mpmath.mpf(p) * (1 - p) * (1 - 2 * mpmath.mpf(p)) ** 2 for p in score)
    measured = metrics.spiegelhalter_z(score=rows[0], label=rows[1])
    z = float(above / mpmath.sqrt(spread))
    # The sums' own error over a standard error of dozens of rows.
    assert measured.value == pytest.approx(z, abs=1e-11)
    assert measured.p_value == pytest.approx(2 * stats.norm.sf(abs(z)), rel=1e-6)


def cox(score, label):
    """Roots of the gradient."""
    held = np.clip(score, 1e-6, 1 - 1e-6)
    logit = np.log(held) - np.log1p(-held)

    def gradient(at):
        miss = label - 1 / (1 + np.exp(-(at[0] + at[1] * logit)))
        return np.array([miss.mean(), (miss * logit).mean()])

    found = optimize.root(gradient, [math.log(label.mean()), 0.5], tol=1e-14)
    assert np.abs(found.fun).max() < 1e-13
    return found.x, logit


def test_coxs_regression(rows):
    score, label = plain(rows)
    (intercept, slope), logit = cox(score, label)
    given = {"score": rows[0], "label": rows[1]}
    # A root of sums of thousands of rows: 1e-13 over their curvature.
    assert metrics.calibration_intercept(**given).value == pytest.approx(intercept, abs=1e-10)
    assert metrics.calibration_slope(**given).value == pytest.approx(slope, abs=1e-10)
    fit = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1_000).fit(logit[:, None], label)
    fitted = fit.intercept_[0], fit.coef_[0, 0]
    assert (intercept, slope) == pytest.approx(fitted, abs=1e-3)


def smooth_ece(score, label, points=1_000):
    """The fixed point by bisection, kernels by their reflected images."""
    grid = (np.arange(points) + 0.5) / points
    residual = (label - score) / len(score)

    def error(width):
        images = [side * score + 2 * k for k in range(-2, 3) for side in (-1, 1)]
        away = [(grid[:, None] - image) / width for image in images]
        kernel = sum(np.exp(-(z**2) / 2) for z in away) / (width * math.sqrt(2 * math.pi))
        return np.abs(kernel @ residual).mean()

    low, high = 1e-3, 1.0
    for _ in range(25):
        middle = (low + high) / 2
        low, high = (middle, high) if error(middle) > middle else (low, middle)
    return (low + high) / 2


def test_the_smooth_error():
    score, label = drawn("uniform", 300)
    measured = metrics.ece_smooth(score=score, label=label)
    assert measured.value == pytest.approx(smooth_ece(score, label), abs=1e-5)


# relplot 1.0.3, `smECE(score, label)`: it looks for the width until it knows it to 0.001.
RELPLOT = [0.040046176621835045, 0.06647724670758465, 0.06275598181514873, 0.04919346812997037]


@pytest.mark.parametrize(("seed", "expected"), list(enumerate(RELPLOT)))
def test_the_smooth_error_is_that_of_its_authors(seed, expected):
    random = np.random.default_rng(seed)
    score = random.beta(0.5 + seed, 1, 2_000)
    label = random.random(2_000) < score**1.3
    assert metrics.ece_smooth(score=score, label=label).value == pytest.approx(expected, abs=1e-3)


@pytest.fixture(scope="module", params=["uniform", "decimals", "rare"])
def many(request):
    return drawn(request.param, 400_000)


def test_cells_say_nearly_what_rows_say(many):
    score, label = many
    (intercept, slope), _ = cox(score, label)
    given = {"score": score, "label": label}
    assert metrics.calibration_slope(**given).value == pytest.approx(slope, abs=1e-3)
    assert metrics.calibration_intercept(**given).value == pytest.approx(intercept, abs=1e-3)
    for bins in (7, 15, 30):
        parts = summed(score, label, equal_width(score, bins))
        expected = math.fsum(abs(s - y) for _, s, y in parts) / len(score)
        assert metrics.ece(**given, bins=bins).value == pytest.approx(expected, abs=EXACT)


@settings(max_examples=200, deadline=None)
@given(ROWS, st.integers(1, 40))
def test_calibration_of_any_rows(rows, bins):
    score, label = (np.array(side) for side in zip(*rows, strict=True))
    given = {"score": score, "label": label}
    parts = {}
    for p, y in rows:
        cell = max((i for i in range(bins) if i / bins <= p), default=0)
        parts[cell] = parts.get(cell, Fraction(0)) + Fraction(p) - int(y)
    expected = float(sum(map(abs, parts.values())) / len(rows))
    assert metrics.ece(**given, bins=bins).value == pytest.approx(expected, abs=EXACT)
    squares = sum((Fraction(p) - int(y)) ** 2 for p, y in rows) / len(rows)
    assert metrics.brier(**given).value == pytest.approx(float(squares), abs=EXACT)
    for name in (
        "ece_debiased",
        "ece_equal_mass",
        "ece_smooth",
        "calibration_slope",
        "calibration",
    ):
        row = getattr(metrics, name)(**given)
        assert row.value is None or math.isfinite(row.value)
