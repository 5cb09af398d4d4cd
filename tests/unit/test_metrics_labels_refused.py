"""What measures of scores and labels refuse: always as an error of ours, without a value."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from tallystick import metrics
from tallystick.errors import ColumnTypeError, ParameterError
from unit.scored_metrics import (
    ALL,
    LABELS,
    OF_LABELS_ALONE,
    OF_PAIRS,
    OF_SCORES_ALONE,
    OF_THRESHOLDS,
    SCORES,
    measured,
)


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
