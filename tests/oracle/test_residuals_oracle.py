"""Measures of a regression against rational arithmetic on the very same numbers."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

import tallystick as ts
from tallystick import metrics
from tallystick.errors import ColumnTypeError, ParameterError

NAMES = ["mae", "rmse", "bias", "r2", "mape"]
CLOSE = 1e-12


def exact(name, predictions, labels):
    """The measure as a double, from fractions; None where it is undefined."""
    both = [
        (Fraction(p), Fraction(y))
        for p, y in zip(predictions, labels, strict=True)
        if p is not None and y is not None and math.isfinite(p) and math.isfinite(y)
    ]
    n = len(both)
    errors = [p - y for p, y in both]
    if name == "mape":
        shares = [abs(e / y) for e, (_, y) in zip(errors, both, strict=True) if y != 0]
        return float(sum(shares) / len(shares)) if shares else None
    if n == 0:
        return None
    squares = sum(e * e for e in errors)
    if name == "r2":
        mean = sum(y for _, y in both) / n
        spread = sum((y - mean) ** 2 for _, y in both)
        return float(1 - squares / spread) if spread else None
    if name == "rmse":
        return math.sqrt(squares / n)
    return float(sum(errors if name == "bias" else map(abs, errors)) / n)


def agree(found, expected, size):
    """Within 1e-12 of the value; of a mean whose terms cancel, of the size of the terms."""
    if expected is None:
        return found is None
    return found is not None and abs(found - expected) <= CLOSE * max(abs(expected), size)


def check(name, predictions, labels, *columns):
    found = getattr(metrics, name)(prediction=columns[0], label=columns[1]).value
    size = {"bias": exact("mae", predictions, labels), "r2": 1.0}.get(name) or 0.0
    assert agree(found, exact(name, predictions, labels), size), name


def samples(seed):
    random = np.random.default_rng(seed)
    n = int(random.integers(1, 4000))
    scale = 10.0 ** random.integers(-12, 13)
    centre = scale * random.choice([0.0, 1.0, 1e4])
    labels = centre + scale * random.standard_t(3, n)
    labels[random.random(n) < 0.1] = 0.0
    predictions = labels + scale * 10.0 ** random.integers(-5, 2) * random.standard_t(3, n)
    labels[random.random(n) < 0.1] = np.nan
    predictions[random.random(n) < 0.05] = random.choice([np.nan, np.inf, -np.inf])
    return predictions, labels


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("name", NAMES)
def test_random_numbers(name, seed):
    predictions, labels = samples(seed)
    check(name, predictions.tolist(), labels.tolist(), predictions, labels)


@pytest.mark.parametrize("name", NAMES)
def test_other_types(name):
    random = np.random.default_rng(7)
    wide = random.integers(-(2**62), 2**62, 500).tolist()
    near = [y + int(d) for y, d in zip(wide, random.integers(-900, 900, 500), strict=True)]
    # Differences of integers are exact beyond 2^53 too.
    check(name, near, wide, pa.array(near, pa.int64()), pa.array(wide, pa.int64()))
    high = [2**63 + int(v) for v in random.integers(0, 2**40, 200)]
    check(name, high[::-1], high, pa.array(high[::-1], pa.uint64()), pa.array(high, pa.uint64()))
    narrow = random.normal(size=300).astype(np.float32)
    small = random.integers(-100, 100, 300).astype(np.int8)
    check(name, [float(v) for v in narrow], small.tolist(), narrow, small)
    nulls = [None if i % 7 == 0 else float(i) for i in range(300)]
    check(name, nulls, small.tolist(), pa.array(nulls), small)
    dictionary = pa.array(nulls).dictionary_encode()
    check(name, nulls, small.tolist(), dictionary, small)


def test_decimals_are_taken_as_doubles():
    prices = [Decimal("10.25"), Decimal("7.50"), None, Decimal("-3.00")]
    labels = [Decimal("10.00"), Decimal("8.00"), Decimal("1"), Decimal("-3.25")]
    assert metrics.mae(prediction=prices, label=labels).value == pytest.approx(1 / 3, rel=1e-14)


def test_intervals_of_means_are_students_and_welchs():
    random = np.random.default_rng(3)
    y, p = random.normal(size=300), random.normal(size=300)
    e = np.abs(p - y)
    own = stats.t.interval(0.95, len(e) - 1, e.mean(), stats.sem(e))
    row = metrics.mae(prediction=p, label=y)
    assert (row.ci_lower, row.ci_upper) == pytest.approx(own, rel=1e-9)
    row = metrics.mae(
        prediction=2 * p, label=2 * y, reference_prediction=p, reference_label=y, tolerance=1.5
    )
    change = stats.ttest_ind(2 * e, e, equal_var=False)
    assert (row.ci_lower, row.ci_upper) == pytest.approx(change.confidence_interval(), rel=1e-9)
    assert row.p_value == pytest.approx(change.pvalue, rel=1e-6)
    assert (row.status, row.tolerance) == ("alert", pytest.approx(e.mean() / 2))


def test_a_plan_agrees_with_the_single_call():
    predictions, labels = samples(2)
    rows = {"p": predictions, "y": labels}
    spec = {
        "schema": 1,
        "score": {"column": "p"},
        "label": {"column": "y", "kind": "number"},
    }
    report = ts.compare(reference=rows, current=rows, spec=spec)
    for name in NAMES:
        single = getattr(metrics, name)(prediction=predictions, label=labels)
        row = report["p"][name]
        assert row.current_value == pytest.approx(single.value, rel=CLOSE), name
        assert (row.value, row.n_current) == (0.0, single.n_current)
    assert report["p"]["mae"].status == "ok"


# What is undefined has a reason

DEGENERATE = [
    ([], [], dict.fromkeys(NAMES, "no_rows")),
    ([1.0, 2.0], [None, None], dict.fromkeys(NAMES, "no_labels_yet")),
    ([None, None], [None, None], dict.fromkeys(NAMES, "no_labels_yet")),
    ([np.nan, np.inf], [1.0, 2.0], dict.fromkeys(NAMES, "no_values")),
    ([1.0, 2.0], [np.inf, -np.inf], dict.fromkeys(NAMES, "no_values")),
    ([1.0, 2.0, 3.0], [0.1, 0.1, 0.1], {"r2": "constant"}),
    ([5.0], [4.0], {"r2": "constant"}),
    ([5.0, 5.0], [0.0, -0.0], {"r2": "constant", "mape": "no_values"}),
]


@pytest.mark.parametrize(("prediction", "label", "reasons"), DEGENERATE)
@pytest.mark.parametrize("name", NAMES)
def test_degenerate_rows(name, prediction, label, reasons):
    row = getattr(metrics, name)(prediction=pa.array(prediction, pa.float64()), label=label)
    expected = reasons.get(name)
    if expected is None:
        assert (row.status, row.reason) == ("not_applicable", "informs")
        assert agree(row.value, exact(name, prediction, label), 0.0)
    else:
        assert (row.value, row.status, row.reason) == (None, "undetermined", expected)


def test_constant_labels_far_from_the_pivot_of_a_plan_have_no_r2():
    spec = {"schema": 1, "score": {"column": "p"}, "label": {"column": "y", "kind": "number"}}
    reference = ts.profile({"p": [1.0, 2.0, 3.0], "y": [1.0, 2.5, 3.5]}, spec=spec)
    report = ts.compare(reference=reference, current={"p": [1.0, 2.0] * 9, "y": [0.1, 0.1] * 9})
    assert report["p"]["r2"].current_value is None
    assert report["p"]["mae"].current_value is not None


def test_a_perfect_reference_tolerates_no_error():
    y = np.arange(50.0)
    row = metrics.mae(prediction=y, label=y, reference_prediction=y, reference_label=y)
    assert (row.status, row.value, row.tolerance) == ("ok", 0.0, 0.0)
    row = metrics.mae(prediction=y + 1, label=y, reference_prediction=y, reference_label=y)
    assert row.status == "alert"
    row = metrics.mae(prediction=y, label=y, reference_prediction=y + 1, reference_label=y)
    assert row.status == "ok"


def test_huge_numbers_stay_finite_or_are_none():
    p, y = [1.7e308, -1.7e308, 1e200], [-1.7e308, 1.7e308, 0.0]
    for name in NAMES:
        row = getattr(metrics, name)(prediction=p, label=y)
        assert row.value is None or math.isfinite(row.value), name


REFUSED = [
    ({"prediction": ["a"], "label": [1.0]}, ColumnTypeError),
    ({"prediction": [1.0], "label": [True]}, ColumnTypeError),
    ({"prediction": [1.0], "label": [1.0, 2.0]}, ParameterError),
    ({"prediction": None, "label": [1.0]}, ParameterError),
    ({"prediction": [1.0], "label": [1.0], "tolerance": 1.5}, ParameterError),
    ({"prediction": [1.0], "label": [1.0], "reference_label": [1.0]}, ParameterError),
    ({"prediction": [1.0], "label": [1.0], "false_alarm_rate": 0.7}, ParameterError),
]


@pytest.mark.parametrize(("arguments", "error"), REFUSED)
def test_what_is_no_regression_is_refused(arguments, error):
    with pytest.raises(error):
        metrics.mae(**arguments)
