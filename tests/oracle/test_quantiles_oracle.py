"""Quantiles and intervals against scikit-learn, NumPy and SciPy on the very same numbers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats
from sklearn.metrics import mean_pinball_loss

import tallystick as ts
from tallystick import metrics
from tallystick.errors import ColumnTypeError, ParameterError

CLOSE = 1e-12
SPEC = {
    "schema": 1,
    "score": {"column": "p"},
    "label": {"column": "y", "quantiles": {"high": 0.95, "low": 0.05, "p": 0.5}},
}


def samples(seed):
    random = np.random.default_rng(seed)
    n = int(random.integers(2, 4000))
    scale = 10.0 ** random.integers(-9, 10)
    y = scale * (random.choice([0.0, 1.0, 1e3]) + random.standard_t(3, n))
    low, high = y - scale * random.normal(1, 1, n), y + scale * random.normal(1, 1, n)
    low[random.random(n) < 0.05] = np.nan
    high[random.random(n) < 0.05] = random.choice([np.nan, np.inf, -np.inf])
    y[random.random(n) < 0.1] = np.nan
    ties = random.random(n) < 0.1
    low[ties] = y[ties]
    return {"p": (low + high) / 2, "y": y, "low": low, "high": high}


def both(*columns):
    keep = np.all([np.isfinite(column) for column in columns], axis=0)
    return [column[keep] for column in columns]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("quantile", [0.05, 0.5, 0.999])
def test_pinball_loss_is_that_of_sklearn(seed, quantile):
    rows = samples(seed)
    y, f = both(rows["y"], rows["high"])
    row = metrics.pinball_loss(prediction=rows["high"], label=rows["y"], quantile=quantile)
    assert row.value == pytest.approx(mean_pinball_loss(y, f, alpha=quantile), rel=CLOSE)
    losses = np.maximum(quantile * (y - f), (quantile - 1) * (y - f))
    own = stats.t.interval(0.95, len(y) - 1, losses.mean(), stats.sem(losses))
    assert (row.ci_lower, row.ci_upper) == pytest.approx((max(own[0], 0), own[1]), rel=1e-8)
    assert row.n_current == len(y)


@pytest.mark.parametrize("seed", range(12))
def test_coverage_is_that_of_numpy(seed):
    rows = samples(seed)
    y, f = both(rows["y"], rows["low"])
    row = metrics.quantile_coverage(prediction=rows["low"], label=rows["y"], quantile=0.3)
    assert (row.current_value, row.n_current) == (pytest.approx(np.mean(y <= f), abs=CLOSE), len(y))
    assert row.value == pytest.approx(np.mean(y <= f) - 0.3, abs=CLOSE)
    y, low, high = both(rows["y"], rows["low"], rows["high"])
    inside = int(np.sum((low <= y) & (y <= high)))
    row = metrics.interval_coverage(
        lower=rows["low"], upper=rows["high"], label=rows["y"], nominal=0.8
    )
    assert row.value == pytest.approx(inside / len(y) - 0.8, abs=CLOSE)
    wilson = stats.binomtest(inside, len(y)).proportion_ci(0.95, method="wilson")
    ends = (row.ci_lower + 0.8, row.ci_upper + 0.8)
    assert ends == pytest.approx((wilson.low, wilson.high), abs=1e-9)


def test_a_plan_agrees_with_the_single_call():
    # Of one scale: the grids of a plan are those of its reference.
    whole = samples(3)
    half = len(whole["y"]) // 3
    rows = {name: column[half:] for name, column in whole.items()}
    other = {name: column[:half] for name, column in whole.items()}
    report = ts.compare(reference=other, current=rows, spec=SPEC)
    for column, share in SPEC["label"]["quantiles"].items():
        for name in ("pinball_loss", "quantile_coverage"):
            single = getattr(metrics, name)(
                prediction=rows[column],
                label=rows["y"],
                quantile=share,
                reference_prediction=other[column],
                reference_label=other["y"],
            )
            row = report[column][name]
            for field in ("value", "current_value", "reference_value", "ci_lower", "p_value"):
                found, expected = getattr(row, field), getattr(single, field)
                assert found == pytest.approx(expected, rel=1e-9, abs=1e-300), (name, field)
            assert (row.n_current, row.n_reference) == (single.n_current, single.n_reference)
            assert not row.decides
    single = metrics.interval_coverage(
        lower=rows["low"], upper=rows["high"], label=rows["y"], nominal=0.9
    )
    row = report["p"]["interval_coverage"]
    assert (row.value, row.p_tolerance) == (single.value, single.p_tolerance)
    assert (row.decides, row.tolerance, row.status) == (True, 0.05, single.status)


def test_differences_of_integers_are_exact():
    y = [2**62 + 3 * i for i in range(300)]
    f = [v + (i % 5 - 2) for i, v in enumerate(y)]
    exact = sum((v - g) if v >= g else 3 * (g - v) for v, g in zip(y, f, strict=True))
    expected = float(Fraction(exact, 4 * len(y)))
    columns = {"prediction": pa.array(f, pa.int64()), "label": pa.array(y, pa.int64())}
    row = metrics.pinball_loss(**columns, quantile=0.25)
    assert row.value == pytest.approx(expected, rel=CLOSE)
    row = metrics.quantile_coverage(**columns, quantile=0.25)
    assert row.current_value == 0.6


# The interval decides


def test_an_alert_needs_a_share_beyond_the_tolerance():
    random = np.random.default_rng(11)
    y = random.normal(size=4000)

    def judged(half, n=4000, **settings):
        ends = {"lower": np.full(n, -half), "upper": np.full(n, half)}
        return metrics.interval_coverage(**ends, label=y[:n], nominal=0.8, **settings)

    right, narrow, wide = stats.norm.ppf(0.9), stats.norm.ppf(0.84), stats.norm.ppf(0.97)
    assert (judged(right).status, judged(right).reason) == ("ok", "within_tolerance")
    assert [judged(narrow).status, judged(wide).status] == ["alert", "alert"]
    assert judged(narrow).value < -0.05 < 0.05 < judged(wide).value
    assert judged(narrow, tolerance=0.2).status == "ok"
    few = judged(right, 40)
    assert (few.status, few.reason) == ("undetermined", "too_few_rows")


def test_labels_that_are_too_few_hinder():
    rows = samples(5)
    none = rows | {"y": np.full(len(rows["y"]), np.nan)}
    row = ts.compare(reference=rows, current=none, spec=SPEC)["p"]["interval_coverage"]
    assert (row.status, row.reason) == ("undetermined", "no_labels_yet")
    asked = SPEC | {"label": SPEC["label"] | {"minimum_coverage": 0.99}}
    row = ts.compare(reference=rows, current=rows, spec=asked)["p"]["interval_coverage"]
    assert (row.status, row.reason) == ("undetermined", "low_coverage")


def test_a_kept_row_counts_for_those_that_it_stands_for():
    random = np.random.default_rng(8)
    y = random.normal(50, 10, 4_000)
    sampled = {"p": y + 1, "y": y, "low": y - random.normal(1, 1, 4_000), "high": y + y / 90 - 0.5}
    sampled = pa.table(sampled | {"kind": np.where(y > 50, "kept", "all")})
    rates = {"column": "kind", "rates": {"kept": 0.125, "all": 1.0}}
    kept = sampled.filter(pa.compute.equal(sampled["kind"], "kept"))
    whole = ts.profile(pa.concat_tables([sampled, *[kept] * 7]), spec=SPEC)
    part = ts.profile(sampled, spec=SPEC | {"sampling": rates})
    full, told = (ts.compare(reference=one, current=one) for one in (whole, part))
    for column, name in [("low", "pinball_loss"), ("high", "quantile_coverage")]:
        found, expected = told[column][name], full[column][name]
        assert found.current_value == pytest.approx(expected.current_value, rel=1e-10)
        assert found.n_current == 4_000
    found, expected = told["p"]["interval_coverage"], full["p"]["interval_coverage"]
    assert found.current_value == pytest.approx(expected.current_value, rel=1e-10)
    assert found.ci_upper - found.ci_lower > expected.ci_upper - expected.ci_lower


# What is undefined has a reason

DEGENERATE = [
    ([], [], "no_rows"),
    ([1.0, 2.0], [None, None], "no_labels_yet"),
    ([np.nan, np.inf], [1.0, 2.0], "no_values"),
    ([1.0, 2.0], [np.inf, -np.inf], "no_values"),
]


@pytest.mark.parametrize(("prediction", "label", "reason"), DEGENERATE)
def test_degenerate_rows(prediction, label, reason):
    column = pa.array(prediction, pa.float64())
    rows = [
        getattr(metrics, name)(prediction=column, label=label, quantile=0.5)
        for name in ("pinball_loss", "quantile_coverage")
    ]
    rows.append(metrics.interval_coverage(lower=column, upper=column, label=label, nominal=0.5))
    for row in rows:
        assert (row.value, row.status, row.reason) == (None, "undetermined", reason), row.metric


def test_single_huge_and_crossing_rows():
    row = metrics.pinball_loss(prediction=[1.0], label=[3.0], quantile=0.25)
    assert (row.value, row.ci_lower) == (0.5, None)
    huge = metrics.pinball_loss(prediction=[-1.7e308] * 3, label=[1.7e308] * 3, quantile=0.5)
    # Their sum is beyond double precision, so that there is no mean to tell.
    assert (huge.value, huge.status) == (None, "undetermined")
    near = metrics.pinball_loss(prediction=[-1.7e300] * 3, label=[1.7e300] * 3, quantile=0.5)
    assert near.value == pytest.approx(1.7e300)
    crossed = metrics.interval_coverage(lower=[2.0], upper=[1.0], label=[1.5], nominal=0.9)
    assert crossed.current_value == 0.0
    ends = metrics.interval_coverage(lower=[1, 1], upper=[2, 2], label=[1, 2], nominal=0.9)
    assert ends.current_value == 1.0


REFUSED = [
    ("pinball_loss", {"quantile": 0}, ParameterError),
    ("pinball_loss", {"quantile": 1.0}, ParameterError),
    ("pinball_loss", {"quantile": "0.5"}, ParameterError),
    ("quantile_coverage", {"label": [1.0, 2.0], "quantile": 0.5}, ParameterError),
    ("quantile_coverage", {"prediction": ["a"], "quantile": 0.5}, ColumnTypeError),
    ("quantile_coverage", {"reference_label": [1.0], "quantile": 0.5}, ParameterError),
]


@pytest.mark.parametrize(("name", "arguments", "error"), REFUSED)
def test_what_is_no_quantile_is_refused(name, arguments, error):
    with pytest.raises(error):
        getattr(metrics, name)(**{"prediction": [1.0], "label": [1.0]} | arguments)


@pytest.mark.parametrize(
    "wrong", [{"nominal": 1}, {"tolerance": 0}, {"false_alarm_rate": 0.7}, {"upper": None}]
)
def test_what_is_no_interval_is_refused(wrong):
    right = {"lower": [0.0], "upper": [1.0], "label": [0.5], "nominal": 0.5}
    with pytest.raises(ParameterError):
        metrics.interval_coverage(**right | wrong)
