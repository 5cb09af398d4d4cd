"""Measures of scores and labels against scikit-learn, scipy, or the formula by hand."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics as sk

from oracle.scored_rows import EXACT, KINDS, ROWS, SCORES, drawn, happened, plain
from tallystick import metrics


@pytest.fixture(params=KINDS, scope="module")
def rows(request):
    return drawn(request.param)


# Ranks and losses


@pytest.mark.parametrize(
    ("name", "judge"),
    [
        ("auc", sk.roc_auc_score),
        ("average_precision", sk.average_precision_score),
        ("brier", sk.brier_score_loss),
        ("ks_classes", lambda y, p: stats.ks_2samp(p[y], p[~y], method="asymp").statistic),
    ],
)
def test_ranks_and_brier(rows, name, judge):
    score, label = plain(rows)
    measured = getattr(metrics, name)(score=rows[0], label=rows[1])
    assert measured.value == pytest.approx(judge(label, score), abs=EXACT)
    assert measured.lower == measured.upper == measured.value
    assert measured.n_current == len(score)


def test_log_loss(rows):
    score, label = plain(rows)
    of_label = np.where(label, score, 1 - score)
    measured = metrics.log_loss(score=rows[0], label=rows[1])
    # Other rows are not clipped, and neither is 1 - p formed.
    losses = [
        math.log(1e15) if q == 0 else -math.log(p) if y else -math.log1p(-p)
        for p, y, q in zip(score.tolist(), label, of_label.tolist(), strict=True)
    ]
    assert measured.value == pytest.approx(math.fsum(losses) / len(losses), abs=EXACT)
    if of_label.min() > 0:
        assert measured.value == pytest.approx(sk.log_loss(label, score), abs=EXACT)
    assert ("were wrong: clipped" in measured.method) == (of_label.min() == 0)


def delong(score, label):
    """The variance by placements, from all pairs."""
    positives, negatives = score[label], score[~label]
    above = (positives[:, None] > negatives) + (positives[:, None] == negatives) / 2
    spread = [above.mean(axis).var(ddof=1) / above.shape[1 - axis] for axis in (0, 1)]
    return above.mean(), sum(spread)


def test_the_interval_of_the_area_is_that_of_delong():
    score, label = drawn("uniform", 1_500)
    area, variance = delong(score, label)
    half = 1.959963984540054 * math.sqrt(variance) / (area * (1 - area))
    ends = [1 / (1 + math.exp(-(math.log(area / (1 - area)) + side))) for side in (-half, half)]
    measured = metrics.auc(score=score, label=label)
    assert (measured.ci_lower, measured.ci_upper) == pytest.approx(ends, abs=1e-12)


# Decisions


def wilson(count, total):
    result = stats.binomtest(int(count), int(total)).proportion_ci(0.95, method="wilson")
    return result.low, result.high


@pytest.mark.parametrize("threshold", [0.0, 0.02, 0.25, 0.5, 0.75])
def test_decisions(rows, threshold):
    score, label = plain(rows)
    selected = score >= threshold
    tn, fp, fn, tp = sk.confusion_matrix(label, selected, labels=[False, True]).ravel()
    expected = {
        "accuracy": sk.accuracy_score(label, selected),
        "recall": sk.recall_score(label, selected),
        "specificity": tn / (tn + fp),
        "f1": sk.f1_score(label, selected),
        "balanced_accuracy": sk.balanced_accuracy_score(label, selected),
        "selection_rate": selected.mean(),
    }
    shares = {
        "accuracy": (tp + tn, len(label)),
        "recall": (tp, tp + fn),
        "specificity": (tn, tn + fp),
        "precision": (tp, tp + fp),
        "selection_rate": (tp + fp, len(label)),
    }
    if selected.any():
        expected["precision"] = sk.precision_score(label, selected)
    if selected.any() and not selected.all():
        expected["matthews"] = sk.matthews_corrcoef(label, selected)
    for name, value in expected.items():
        labels = {} if name == "selection_rate" else {"label": rows[1]}
        for exact in (None, False):
            measured = getattr(metrics, name)(
                score=rows[0], threshold=threshold, exact=exact, **labels
            )
            assert measured.value == pytest.approx(value, abs=EXACT), name
            if name in shares:
                ends = measured.ci_lower, measured.ci_upper
                assert ends == pytest.approx(wilson(*shares[name]), abs=1e-9), name


def test_the_ratio_of_selection_rates_has_katz_interval():
    random = np.random.default_rng(2)
    sides = {"reference": random.random(3_000), "current": random.random(5_000) ** 1.2}
    measured = metrics.selection_rate_ratio(**sides, threshold=0.9)
    (x, n), (y, m) = (((side >= 0.9).sum(), len(side)) for side in sides.values())
    error = math.sqrt(1 / x - 1 / n + 1 / y - 1 / m)
    ratio = (y / m) / (x / n)
    ends = [ratio * math.exp(z * error) for z in (-1.959963984540054, 1.959963984540054)]
    assert measured.value == pytest.approx(ratio, abs=EXACT)
    assert (measured.ci_lower, measured.ci_upper) == pytest.approx(ends, rel=1e-9)
    p = 2 * stats.norm.sf(abs(math.log(ratio)) / error)
    assert measured.p_value == pytest.approx(p, rel=1e-9)


# Labels, and what is expected without them


def test_coverage_and_base_rate():
    label = [True] * 30 + [False] * 50 + [None] * 20
    coverage, rate = metrics.label_coverage(label=label), metrics.positive_rate(label=label)
    assert (coverage.value, rate.value) == (0.8, 30 / 80)
    assert (coverage.ci_lower, coverage.ci_upper) == pytest.approx(wilson(80, 100), abs=1e-9)
    assert (rate.ci_lower, rate.ci_upper) == pytest.approx(wilson(30, 80), abs=1e-9)


def test_the_bias_of_labels():
    score, _ = drawn("uniform")
    known = happened(np.random.default_rng(1), score)
    tenths = [
        np.bincount((part * 10).astype(int), minlength=10) for part in (score[known], score[~known])
    ]
    q, p = (counts + 0.5 for counts in tenths)
    q, p = q / q.sum(), p / p.sum()
    n, m = (counts.sum() for counts in tenths)
    expected = np.sum((p - q) * np.log(p / q)) - 9 * (1 / n + 1 / m)
    label = [1 if one else None for one in known]
    measured = metrics.label_bias(score=score, label=label)
    assert measured.value == pytest.approx(expected, abs=1e-9)
    assert (measured.n_reference, measured.n_current) == (n, m)


def test_what_is_expected_of_scores(rows):
    score, _ = plain(rows)
    n = len(score)
    mean = metrics.positive_rate_estimated(score=rows[0])
    assert mean.value == pytest.approx(math.fsum(score) / n, abs=EXACT)
    right = math.fsum(max(p, 1 - p) for p in score.tolist()) / n
    measured = metrics.accuracy_estimated(score=rows[0], threshold=0.5)
    assert measured.value == pytest.approx(right, abs=EXACT)
    twice, classes = np.tile(score, 2), np.repeat([True, False], n)
    weight = np.concatenate([score, 1 - score])
    area = sk.roc_auc_score(classes, twice, sample_weight=weight)
    assert metrics.auc_estimated(score=rows[0]).value == pytest.approx(area, abs=1e-11)
    spread = math.sqrt(math.fsum(p * (1 - p) for p in score.tolist())) / n
    # Wilson's interval is not symmetric, but nearly so in thousands of rows.
    assert mean.ci_upper - mean.ci_lower == pytest.approx(2 * 1.959964 * spread, rel=0.03)


# Many rows


@pytest.fixture(scope="module", params=["uniform", "decimals", "rare"])
def many(request):
    return drawn(request.param, 400_000)


def judged(name, score, label, threshold):
    selected = score >= threshold
    return {
        "auc": lambda: sk.roc_auc_score(label, score),
        "average_precision": lambda: sk.average_precision_score(label, score),
        "ks_classes": lambda: stats.ks_2samp(score[label], score[~label], method="asymp").statistic,
        "f1": lambda: sk.f1_score(label, selected),
        "matthews": lambda: sk.matthews_corrcoef(label, selected),
        "accuracy": lambda: sk.accuracy_score(label, selected),
    }[name]()


@pytest.mark.parametrize(
    "name", ["auc", "average_precision", "ks_classes", "f1", "matthews", "accuracy"]
)
def test_brackets_hold_what_sorted_rows_have(many, name):
    score, label = many
    # Of decimals an edge of cells, of the others any number.
    threshold = 0.07 if score.max() < 0.5 else 0.5171
    given = {"threshold": threshold} if name in ("f1", "matthews", "accuracy") else {}
    expected = judged(name, score, label, threshold)
    measure = getattr(metrics, name)
    in_cells = measure(score=score, label=label, **given)
    assert in_cells == measure(score=score, label=label, exact=False, **given)
    assert in_cells.lower - EXACT <= expected <= in_cells.upper + EXACT
    # Cells do not know that all their scores are one.
    assert in_cells.upper - in_cells.lower < (0.05 if len(np.unique(score)) < 200 else 0.01)
    in_order = measure(score=score, label=label, exact=True, **given)
    assert in_order.value == pytest.approx(expected, abs=EXACT)
    assert in_order.lower == in_order.upper


# Any rows


def exact_area(rows):
    positives, negatives = ([Fraction(p) for p, y in rows if y == one] for one in (True, False))
    won = sum(Fraction(int(p > n) * 2 + int(p == n), 2) for p in positives for n in negatives)
    return won / (len(positives) * len(negatives))


@settings(max_examples=200, deadline=None)
@given(ROWS, st.sampled_from([None, False]))
def test_ranks_of_any_rows(rows, exact):
    score, label = (list(side) for side in zip(*rows, strict=True))
    area = metrics.auc(score=score, label=label, exact=exact)
    average = metrics.average_precision(score=score, label=label, exact=exact)
    if len(set(label)) < 2:
        assert (area.value, area.reason, average.reason) == (None, "one_class", "one_class")
        return
    expected = float(exact_area(rows)), sk.average_precision_score(label, score)
    for measured, value in zip((area, average), expected, strict=True):
        assert measured.lower - EXACT <= value <= measured.upper + EXACT
        assert measured.ci_lower <= measured.value <= measured.ci_upper
        if exact is None:
            assert measured.value == pytest.approx(value, abs=EXACT)


@settings(max_examples=200, deadline=None)
@given(ROWS, SCORES, st.sampled_from([None, False]))
def test_decisions_of_any_rows(rows, threshold, exact):
    score, label = (list(side) for side in zip(*rows, strict=True))
    tp = sum(p >= threshold and y for p, y in rows)
    fp = sum(p >= threshold and not y for p, y in rows)
    fn = sum(p < threshold and y for p, y in rows)
    tn = len(rows) - tp - fp - fn
    expected = {
        "accuracy": (tp + tn, len(rows)),
        "precision": (tp, tp + fp),
        "recall": (tp, tp + fn),
        "specificity": (tn, tn + fp),
        "f1": (2 * tp, 2 * tp + fp + fn),
    }
    for name, (part, whole) in expected.items():
        row = getattr(metrics, name)(score=score, label=label, threshold=threshold, exact=exact)
        value = part / whole if whole else None
        assert row.value == (value if value is None else pytest.approx(value, abs=EXACT)), name
        assert row.value is not None or row.status == "undetermined"


# Other holders, of labels by name


@pytest.mark.parametrize(
    "hold",
    [
        pa.array,
        lambda values: pa.chunked_array([values[:1], values[1:2500], values[2500:]]),
        pl.Series,
        pd.Series,
        lambda values: pd.Series(values).astype("category"),
        lambda values: pa.array(values).dictionary_encode(),
    ],
)
def test_labels_by_name(hold):
    score, label = drawn("decimals")
    named = hold(np.where(label, "churned", "stayed").astype(object))
    measured = metrics.auc(score=pl.Series(score), label=named, positive="churned")
    assert measured.value == pytest.approx(sk.roc_auc_score(label, score), abs=EXACT)
    by_other = metrics.brier(score=1 - score, label=named, positive="stayed")
    assert by_other.value == pytest.approx(sk.brier_score_loss(label, score), abs=EXACT)
