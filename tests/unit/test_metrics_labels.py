"""Measures of scores and labels: what they accept and refuse, and what they say of odd data."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import tallystick as ts
from tallystick import _core, metrics
from tallystick.errors import ColumnTypeError, ParameterError

NEEDS = {metric["name"]: metric["needs"] for metric in _core.CATALOGUE}
OF_THRESHOLDS = [
    *("selection_rate", "accuracy", "balanced_accuracy", "precision", "recall", "specificity"),
    *("f1", "matthews", "accuracy_estimated", "accuracy_estimate_error"),
]
OF_LABELS_ALONE = ["label_coverage", "positive_rate"]
OF_SCORES_ALONE = [
    *("selection_rate", "positive_rate_estimated", "auc_estimated", "accuracy_estimated")
]
ALL = [
    name
    for name, needs in NEEDS.items()
    if needs in ("labels", "scores") and name != "selection_rate_ratio"
]
OF_PAIRS = [name for name in ALL if name not in {*OF_LABELS_ALONE, *OF_SCORES_ALONE}]
OF_ANY_SCORE = [
    *("auc", "average_precision", "ks_classes"),
    *(name for name in OF_THRESHOLDS if "_estimate" not in name),
]
OF_PROBABILITIES = [name for name in ALL if name not in {*OF_ANY_SCORE, *OF_LABELS_ALONE}]

RANDOM = np.random.default_rng(11)
SCORES = RANDOM.random(600)
LABELS = RANDOM.random(600) < SCORES


def measured(name, score, label, **settings):
    """The metric of scores and labels, of which it takes what it needs."""
    if name in OF_THRESHOLDS:
        settings.setdefault("threshold", 0.5)
    if name not in OF_LABELS_ALONE:
        settings["score"] = score
    if name not in OF_SCORES_ALONE:
        settings["label"] = label
    return getattr(metrics, name)(**settings)


# What is accepted

HOLDERS = {
    "list": lambda values: values.tolist(),
    "tuple": lambda values: tuple(values.tolist()),
    "strided": lambda values: np.repeat(values, 2)[::2],
    "objects": lambda values: values.astype(object),
    "pyarrow": pa.array,
    "chunked": lambda values: pa.chunked_array([values[:7], values[7:200], values[200:]]),
    "polars": lambda values: pl.Series("any", values),
    "pandas": lambda values: pd.Series(values, name="other"),
    "frame": lambda values: pl.DataFrame({"x": values}),
}


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("holder", HOLDERS)
def test_scores_and_labels_are_accepted_in_every_holder(holder, name):
    hold = HOLDERS[holder]
    expected = measured(name, SCORES, LABELS)
    assert measured(name, hold(SCORES), hold(LABELS)) == expected
    assert measured(name, SCORES, hold(LABELS)) == expected


LABEL_TYPES = {
    "int": lambda y: y.astype(np.int64),
    "uint8": lambda y: y.astype(np.uint8),
    "float": lambda y: y.astype(float),
    "text": lambda y: np.where(y, "true", "false"),
    "numerals": lambda y: np.where(y, "1", "0"),
    "dictionary": lambda y: pa.array(np.where(y, "1", "0")).dictionary_encode(),
    "dictionary of ints": lambda y: pa.array(y.astype(np.int8)).dictionary_encode(),
    "category": lambda y: pd.Series(np.where(y, "1", "0"), dtype="category"),
}


@pytest.mark.parametrize("name", [*OF_PAIRS, *OF_LABELS_ALONE])
@pytest.mark.parametrize("kind", LABEL_TYPES)
def test_labels_may_be_of_any_type(kind, name):
    assert measured(name, SCORES, LABEL_TYPES[kind](LABELS)) == measured(name, SCORES, LABELS)


@pytest.mark.parametrize(
    ("positive", "others"),
    [
        *(("churned", ["stayed", "moved"]), (2, [0, 1]), (1.0, [3.0, 0.0]), (-1, [1, 7])),
        *((np.int8(2), [0, 1]), (np.float32(0.1), [0.25, 0.5]), (np.str_("a"), ["b", "c"])),
        *((0.5, [0.25, 1.0]), (1e-7, [0.25, 1.0]), (2**40, [0, 1])),
    ],
)
def test_the_positive_label_is_named(positive, others):
    plain = positive.item() if isinstance(positive, np.generic) else positive
    kind = np.float32 if isinstance(positive, np.float32) else None
    label = np.array([plain if y else others[i % 2] for i, y in enumerate(LABELS)], dtype=kind)
    expected = metrics.auc(score=SCORES, label=LABELS)
    assert metrics.auc(score=SCORES, label=label, positive=positive) == expected
    share = metrics.positive_rate(label=label, positive=positive)
    assert share == metrics.positive_rate(label=LABELS)


@pytest.mark.parametrize(("positive", "sign"), [(True, 1), (False, -1), (np.bool_(False), -1)])
def test_either_truth_may_be_the_positive_label(positive, sign):
    area = metrics.auc(score=SCORES * sign, label=LABELS, positive=positive).value
    assert area == pytest.approx(metrics.auc(score=SCORES, label=LABELS).value, abs=1e-15)


@pytest.mark.parametrize(
    "kind", [np.float32, np.float16, pa.decimal128(5, 3), pa.dictionary(pa.int16(), pa.float64())]
)
@pytest.mark.parametrize("name", ["brier", "ece", "auc", "accuracy", "auc_estimated"])
def test_scores_of_other_types_are_taken_by_their_values(name, kind):
    eighths = np.round(SCORES * 8) / 8
    held = pa.array(eighths)
    if isinstance(kind, type):
        held = eighths.astype(kind)
    elif pa.types.is_dictionary(kind):
        held = held.dictionary_encode()
    else:
        held = held.cast(kind)
    assert measured(name, held, LABELS) == measured(name, eighths, LABELS)


def test_whole_numbers_are_scores():
    points = np.round(SCORES * 100).astype(np.int32)
    for name in OF_ANY_SCORE:
        settings = {"threshold": 50} if name in OF_THRESHOLDS else {}
        row = measured(name, points, LABELS, **settings)
        as_floats = measured(name, points / 128, LABELS, **dict.fromkeys(settings, 50 / 128))
        assert row.value == as_floats.value, name


@pytest.mark.parametrize("name", ALL)
def test_threads_and_order_change_nothing_that_shows(name):
    score, label = np.tile(SCORES, 2_000), np.tile(LABELS, 2_000)
    order = np.random.default_rng(1).permutation(len(score))
    one = measured(name, score, label, threads=1)
    assert measured(name, score, label, threads=4) == one
    shuffled = measured(name, score[order], label[order], threads=2)
    if one.value is not None:
        # Cells are drawn from a sample of the rows as they come.
        assert shuffled.value == pytest.approx(one.value, abs=1e-3)


# What is refused


@pytest.mark.parametrize("name", OF_PAIRS)
def test_scores_and_labels_are_of_one_length(name):
    with pytest.raises(ParameterError, match="label: expected one for each of 3 scores, got 2"):
        measured(name, [0.1, 0.2, 0.3], [0, 1])


@pytest.mark.parametrize("name", ALL)
def test_nothing_may_be_none(name):
    for argument in ("score", "label"):
        values = {"score": SCORES, "label": LABELS, argument: None}
        alone = OF_LABELS_ALONE if argument == "score" else OF_SCORES_ALONE
        if name not in alone:
            with pytest.raises(ParameterError, match=f"{argument}: expected a value, got None"):
                measured(name, values["score"], values["label"])
    if name in OF_THRESHOLDS:
        with pytest.raises(ParameterError, match="threshold: expected a value, got None"):
            measured(name, SCORES, LABELS, threshold=None)


def test_a_metric_of_decisions_needs_a_threshold():
    for name in OF_THRESHOLDS:
        labels = {} if name in OF_SCORES_ALONE else {"label": LABELS}
        with pytest.raises(TypeError, match="threshold"):
            getattr(metrics, name)(score=SCORES, **labels)


@pytest.mark.parametrize("name", [*OF_PAIRS, "positive_rate"])
def test_labels_that_need_to_be_named_are_refused_without_naming_them(name):
    if name == "label_bias":
        return
    with pytest.raises(ParameterError, match="label: expected false and true") as caught:
        measured(name, [0.1, 0.2, 0.3], ["CANARY", "b", None])
    assert "2 rows" in str(caught.value)
    assert "CANARY" not in str(caught.value)
    assert "positive=" in caught.value.hint


@pytest.mark.parametrize("scores", [["a", "b"], [True, False], pd.to_datetime(["2020", "2021"])])
@pytest.mark.parametrize("name", [name for name in ALL if name not in OF_LABELS_ALONE])
def test_scores_are_numbers(name, scores):
    with pytest.raises(ColumnTypeError, match="score: expected numbers"):
        measured(name, scores, [0, 1])


@pytest.mark.parametrize("label", [[{"a": 1}, {"a": 2}], [b"x", b"y"]])
@pytest.mark.parametrize("name", [*OF_PAIRS, *OF_LABELS_ALONE])
def test_labels_are_categories(name, label):
    with pytest.raises(ColumnTypeError, match="label"):
        measured(name, [0.1, 0.2], label)


@pytest.mark.parametrize("bins", [0, -1, 10_001, 2.5, "10", None, True])
def test_bins_are_a_whole_number(bins):
    with pytest.raises(ParameterError, match=r"^bins: expected a whole number from 1 to 10000"):
        metrics.ece(score=SCORES, label=LABELS, bins=bins)


@pytest.mark.parametrize("threshold", [math.nan, math.inf, "0.5", True, [0.5]])
def test_a_threshold_is_a_finite_number(threshold):
    for name in OF_THRESHOLDS:
        with pytest.raises(ParameterError, match=r"^threshold: expected a finite number"):
            measured(name, SCORES, LABELS, threshold=threshold)


@pytest.mark.parametrize("tolerance", [0, 1, -0.1, math.nan, "0.1", True])
@pytest.mark.parametrize("name", ["ece_debiased", "calibration"])
def test_a_tolerated_error_is_a_share(name, tolerance):
    with pytest.raises(ParameterError, match=r"^tolerance: expected a finite number above 0"):
        measured(name, SCORES, LABELS, tolerance=tolerance)


@pytest.mark.parametrize("tolerance", [1, 0.8, math.inf, math.nan, "2"])
def test_a_tolerated_ratio_is_above_1(tolerance):
    with pytest.raises(ParameterError, match=r"^tolerance: expected a finite number above 1"):
        metrics.selection_rate_ratio(
            reference=SCORES, current=SCORES, threshold=0.5, tolerance=tolerance
        )


def test_other_numbers_out_of_their_domains_are_refused():
    for rate in (0, 0.5, math.nan, "0.01", None, True):
        with pytest.raises(ParameterError, match=r"^false_alarm_rate: expected"):
            metrics.ece_debiased(score=SCORES, label=LABELS, false_alarm_rate=rate)
    for exact in (1, "yes", 0.0):
        with pytest.raises(ParameterError, match=r"^exact: expected True, False or None"):
            metrics.auc(score=SCORES, label=LABELS, exact=exact)
    for positive in ([1], math.nan, object(), b"x"):
        with pytest.raises(ParameterError, match=r"^positive: expected a label"):
            metrics.auc(score=SCORES, label=LABELS, positive=positive)
    with pytest.raises(ParameterError, match=r"^threads"):
        metrics.auc(score=SCORES, label=LABELS, threads=0)


def test_the_sides_of_a_ratio_are_named():
    with pytest.raises(ColumnTypeError, match="reference: expected numbers"):
        metrics.selection_rate_ratio(reference=["a"], current=[0.5], threshold=0.5)
    with pytest.raises(ColumnTypeError, match="current: expected numbers"):
        metrics.selection_rate_ratio(reference=[0.5], current=["a"], threshold=0.5)
    with pytest.raises(ParameterError, match="reference: expected a value"):
        metrics.selection_rate_ratio(reference=None, current=[0.5], threshold=0.5)


# The data's condition is a status

CONDITIONS = {
    "no rows": ([], []),
    "null scores": ([None] * 40, [0, 1] * 20),
    "NaN scores": ([math.nan] * 40, [0, 1] * 20),
    "null labels": ([0.25, 0.75] * 20, [None] * 40),
    "never both": ([0.5, None] * 20, [None, 1] * 20),
    "one row": ([0.5], [1]),
    "positives only": ([0.25, 0.75] * 20, [1] * 40),
    "negatives only": ([0.25, 0.75] * 20, [0] * 40),
    "equal scores": ([0.5] * 40, [0, 1] * 20),
    "certain and right": ([0.0, 1.0] * 20, [0, 1] * 20),
    "certain and wrong": ([1.0, 0.0] * 20, [0, 1] * 20),
    "certain, wrong once": ([0.0, 1.0] * 20 + [1.0], [0, 1] * 20 + [0]),
    "parted": ([0.1] * 20 + [0.9] * 20, [0] * 20 + [1] * 20),
    "none selected": ([0.1, 0.2] * 20, [0, 1] * 20),
    "all selected": ([0.8, 0.9] * 20, [0, 1] * 20),
    "smallest of all": ([5e-324, 1 - 2**-53] * 20, [0, 1] * 20),
}
NO_VALUE = {
    *("no_rows", "no_values", "no_labels_yet", "one_class", "constant", "too_few_rows"),
}


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("condition", CONDITIONS)
def test_no_condition_of_the_data_is_an_exception(condition, name):
    score, label = (pa.array(side) for side in CONDITIONS[condition])
    row = measured(name, score, label)
    assert isinstance(row, ts.Measurement)
    assert row.metric == name
    if row.value is None:
        assert row.status == "undetermined" or name == "calibration"
        assert row.reason in NO_VALUE or name == "calibration"
    else:
        assert math.isfinite(row.value)
        assert row.status in ("not_applicable", "undetermined", "ok", "alert")
    if row.ci_lower is not None:
        assert row.ci_lower <= row.ci_upper


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("no rows", "no_rows"),
        ("null scores", "no_values"),
        ("NaN scores", "no_values"),
        ("null labels", "no_labels_yet"),
        ("never both", "no_values"),
    ],
)
@pytest.mark.parametrize("name", OF_PAIRS)
def test_without_rows_it_says_why(name, condition, reason):
    row = measured(name, *map(pa.array, CONDITIONS[condition]))
    if name == "label_bias" and condition != "no rows":
        return
    assert (row.value, row.status, row.reason) == (None, "undetermined", reason)


@pytest.mark.parametrize(
    ("name", "condition", "reason"),
    [
        *((name, "positives only", "one_class") for name in ("auc", "matthews", "specificity")),
        *((name, "negatives only", "one_class") for name in ("average_precision", "recall")),
        *((name, "negatives only", "one_class") for name in ("ks_classes", "calibration_slope")),
        ("balanced_accuracy", "positives only", "one_class"),
        ("calibration_intercept", "positives only", "one_class"),
        ("calibration_slope", "equal scores", "constant"),
        ("calibration_slope", "parted", "too_few_rows"),
        ("spiegelhalter_z", "certain and right", "too_few_rows"),
        ("spiegelhalter_z", "equal scores", "constant"),
        ("precision", "none selected", "constant"),
        ("matthews", "all selected", "constant"),
        ("mce", "one row", "constant"),
        ("ece_debiased", "one row", "too_few_rows"),
        ("calibration", "one row", "too_few_rows"),
    ],
)
def test_what_is_undefined_says_why(name, condition, reason):
    row = measured(name, *map(pa.array, CONDITIONS[condition]))
    assert (row.value, row.status, row.reason) == (None, "undetermined", reason)


def test_certainty_that_was_wrong_is_told():
    score, label = CONDITIONS["certain, wrong once"]
    row = metrics.log_loss(score=score, label=label)
    assert row.value == pytest.approx(-math.log(1e-15) / 41, abs=1e-12)
    assert "clipped" in row.method
    assert metrics.ece_debiased(score=score, label=label).status == "undetermined"
    assert metrics.ece(score=score, label=label).p_value == 0.0


@pytest.mark.parametrize("name", OF_PROBABILITIES)
@pytest.mark.parametrize("odd", [1.0000001, -1e-9, 12.0, math.inf, -math.inf])
def test_what_is_no_probability_makes_no_value(name, odd):
    score = [*SCORES, odd]
    row = measured(name, score, [*LABELS, True])
    assert (row.value, row.status, row.reason) == (None, "undetermined", "scores_outside")
    assert (row.lower, row.ci_lower, row.p_value, row.current_value) == (None,) * 4
    assert row.n_current == len(SCORES) * (name != "label_bias")


@pytest.mark.parametrize("name", OF_ANY_SCORE)
@pytest.mark.parametrize("exact", [None, True, False])
def test_ranks_and_decisions_take_any_finite_score(name, exact):
    settings = {"threshold": 0.0} if name in OF_THRESHOLDS else {}
    logits = np.log(SCORES) - np.log1p(-SCORES)
    of_logits = measured(name, logits, LABELS, exact=exact, **settings)
    expected = measured(name, SCORES, LABELS)
    # Where a logit was rounded to its neighbour's, pairs become ties.
    assert of_logits.value == pytest.approx(expected.value, abs=1e-12)
    infinite = measured(name, [*logits, math.inf], [*LABELS, 1], exact=exact, **settings)
    assert (infinite.value, infinite.reason) == (None, "scores_outside")


def test_a_ratio_takes_any_finite_score_and_says_of_either_side():
    sides = {"reference": SCORES * 100, "current": SCORES * 50}
    for exact in (None, True, False):
        row = metrics.selection_rate_ratio(**sides, threshold=40, exact=exact)
        rates = (SCORES >= 0.4).mean(), (SCORES >= 0.8).mean()
        assert (row.reference_value, row.current_value) == pytest.approx(rates)
        assert row.value == pytest.approx(rates[1] / rates[0])
        assert row.status == "alert"
    for side in sides:
        odd = sides | {side: [*SCORES, math.inf]}
        row = metrics.selection_rate_ratio(**odd, threshold=40)
        assert (row.status, row.reason) == ("undetermined", "scores_outside")


def test_rows_without_a_score_or_a_label_are_left_out_and_counted():
    score = [*SCORES, None, math.nan, 0.5]
    label = [*LABELS.tolist(), True, False, None]
    for name in OF_PAIRS:
        if name == "label_bias":
            continue
        row = measured(name, pa.array(score, from_pandas=False), label)
        alone = measured(name, SCORES, LABELS)
        assert (row.value, row.n_current) == (alone.value, len(SCORES)), name
        assert (row.status, row.reason) == (alone.status, alone.reason)
    coverage = metrics.label_coverage(label=label)
    assert coverage.value == 602 / 603
    assert coverage.n_current == 603


@pytest.mark.parametrize(
    ("reference", "current", "reason"),
    [
        ([], [], "no_rows"),
        ([], [0.5], "no_rows"),
        ([0.9], [], "no_rows"),
        ([None], [math.nan], "no_rows"),
        ([0.1] * 50, [0.1] * 50, None),
        ([0.1] * 50, [0.9] * 50, None),
    ],
)
def test_a_ratio_without_rows_or_selections_is_no_exception(reference, current, reason):
    row = metrics.selection_rate_ratio(reference=reference, current=current, threshold=0.5)
    if reason is not None:
        assert (row.value, row.status, row.reason) == (None, "undetermined", reason)
    assert row.status in ("undetermined", "alert")


# Verdicts


def test_the_verdict_is_against_the_tolerance():
    random = np.random.default_rng(5)
    score = random.random(40_000)
    label = random.random(40_000) < score / (2 - score)
    rows = [metrics.ece_debiased(score=score, label=label, tolerance=t) for t in (0.02, 0.2)]
    assert [(row.status, row.tolerance) for row in rows] == [("alert", 0.02), ("ok", 0.2)]
    words = [
        metrics.calibration(score=score, label=label, tolerance=tolerance).reason
        for tolerance in (0.02, 0.2)
    ]
    assert words == ["too_high", "calibrated"]
    few = metrics.ece_debiased(score=SCORES[:100], label=LABELS[:100])
    assert (few.status, few.reason) == ("undetermined", "too_few_rows")
    assert few.n_needed > 100


# In a comparison

SPEC = {"schema": 1, "score": {"column": "p", "threshold": 0.5}, "label": {"column": "y"}}
DECIDING = ["ece_debiased", "auc", "selection_rate_ratio"]


@pytest.mark.parametrize(("outside", "judged"), [(0, True), (200, True), (260, False)])
def test_scores_outside_leave_what_decides_undetermined_beyond_1_percent(outside, judged):
    random = np.random.default_rng(7)
    score = random.random(20_000)
    label = random.random(20_000) < score
    odd = score.copy()
    odd[:outside] = 1.5
    before, after = ({"p": p, "y": label} for p in (score, odd))
    report = ts.compare(reference=before, current=after, spec=SPEC)
    for name in DECIDING:
        row = report["p"][name]
        assert (row.status == "ok") == judged, name
        assert (row.reason == "scores_outside") != judged, name
    assert (report["p"]["calibration"].reason == "scores_outside") != judged
