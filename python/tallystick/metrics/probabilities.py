"""Scores as probabilities: Brier's score and its terms, and tests that they are right."""

from __future__ import annotations

from typing import Any

from tallystick.comparison import Measurement
from tallystick.metrics.scoring import given, score_metric


def brier(
    *,
    score: Any,
    label: Any,
    positive: Any = None,
    threads: int | None = None,
) -> Measurement:
    """Brier score: the mean squared error of a probability.

    `sum (p - y)^2 / n`. Range [0, 1].

    Args:
        score: Probability of the positive label, in [0, 1]: array, list, Series, Arrow array, or a
            table of one column. Shape (n,).
        label: What happened, in the same order: booleans, numbers or texts. Shape (n,).
        positive: The label that the score is the probability of, all others being negative; by
            default true or 1, and then only false and 0 are taken for negative.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement with a normal interval.

    Raises:
        ParameterError: Scores and labels of different length, labels that need `positive=`, or a
            number out of its domain.
        ColumnTypeError: Scores that are no numbers, or labels that are no categories.

    Missing data: rows with a missing score or label are left out; `n_current` tells how many are
        left. Scores outside of [0, 1] are never clipped: the answer is then undetermined, with the
        reason "scores_outside".
    Cost: about 2.5 ns a row.
    Source: Brier 1950.

    Example:
        >>> from tallystick import metrics
        >>> metrics.brier(score=[0.25, 0.75], label=[False, True]).value
        0.0625
    """
    return score_metric(
        "brier",
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        threads=threads,
    )


def brier_reliability(
    *,
    score: Any,
    label: Any,
    positive: Any = None,
    bins: int = 15,
    threads: int | None = None,
) -> Measurement:
    """Reliability term of the Brier score: what miscalibration costs.

    `sum (n_b/n) gap_b^2` over bins of equal width less what sampling adds to it, `sum (n_b/n) y_b
    (1 - y_b) / (n_b - 1)`. Range (-1, 1]; below 0 as often as above if scores are right.

    Args:
        score: Probability of the positive label, in [0, 1]: array, list, Series, Arrow array, or a
            table of one column. Shape (n,).
        label: What happened, in the same order: booleans, numbers or texts. Shape (n,).
        positive: The label that the score is the probability of, all others being negative; by
            default true or 1, and then only false and 0 are taken for negative.
        bins: Number of bins, 1 to 10,000.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement without an interval.

    Raises:
        ParameterError: Scores and labels of different length, labels that need `positive=`, or a
            number out of its domain.
        ColumnTypeError: Scores that are no numbers, or labels that are no categories.

    Missing data: rows with a missing score or label are left out; `n_current` tells how many are
        left. Scores outside of [0, 1] are never clipped: the answer is then undetermined, with the
        reason "scores_outside".
    Cost: about 2.5 ns a row.
    Source: Murphy 1973; Ferro and Fricker 2012.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.brier_reliability(score=[0.25] * 100, label=[1] * 75 + [0] * 25)
        >>> round(m.value, 4)
        0.2481
    """
    return score_metric(
        "brier_reliability",
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        bins=bins,
        threads=threads,
    )


def brier_resolution(
    *,
    score: Any,
    label: Any,
    positive: Any = None,
    bins: int = 15,
    threads: int | None = None,
) -> Measurement:
    """Resolution term of the Brier score: what telling rows apart gains.

    `sum (n_b/n) (y_b - y)^2` over bins of equal width less what sampling adds to it, `y` the share
    of positives of all rows. Range (-1, 1].

    Args:
        score: Probability of the positive label, in [0, 1]: array, list, Series, Arrow array, or a
            table of one column. Shape (n,).
        label: What happened, in the same order: booleans, numbers or texts. Shape (n,).
        positive: The label that the score is the probability of, all others being negative; by
            default true or 1, and then only false and 0 are taken for negative.
        bins: Number of bins, 1 to 10,000.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement without an interval.

    Raises:
        ParameterError: Scores and labels of different length, labels that need `positive=`, or a
            number out of its domain.
        ColumnTypeError: Scores that are no numbers, or labels that are no categories.

    Missing data: rows with a missing score or label are left out; `n_current` tells how many are
        left. Scores outside of [0, 1] are never clipped: the answer is then undetermined, with the
        reason "scores_outside".
    Cost: about 2.5 ns a row.
    Source: Murphy 1973; Ferro and Fricker 2012.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.brier_resolution(score=[0.1, 0.9] * 100, label=[0, 1] * 100)
        >>> round(m.value, 4)
        0.2513
    """
    return score_metric(
        "brier_resolution",
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        bins=bins,
        threads=threads,
    )


def spiegelhalter_z(
    *,
    score: Any,
    label: Any,
    positive: Any = None,
    threads: int | None = None,
) -> Measurement:
    """Spiegelhalter's test: is the Brier score what right scores would have?

    `sum (y - p)(1 - 2p) / sqrt(sum p (1 - p)(1 - 2p)^2)`. Range (-inf, inf); above 0 for
    over-confident scores.

    Args:
        score: Probability of the positive label, in [0, 1]: array, list, Series, Arrow array, or a
            table of one column. Shape (n,).
        label: What happened, in the same order: booleans, numbers or texts. Shape (n,).
        positive: The label that the score is the probability of, all others being negative; by
            default true or 1, and then only false and 0 are taken for negative.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement in standard errors with the normal law's two-sided `p_value`; undetermined
        where every score is 0, 1/2 or 1.

    Raises:
        ParameterError: Scores and labels of different length, labels that need `positive=`, or a
            number out of its domain.
        ColumnTypeError: Scores that are no numbers, or labels that are no categories.

    Missing data: rows with a missing score or label are left out; `n_current` tells how many are
        left. Scores outside of [0, 1] are never clipped: the answer is then undetermined, with the
        reason "scores_outside".
    Cost: about 6 ns a row.
    Source: Spiegelhalter 1986.

    Example:
        >>> from tallystick import metrics
        >>> label = [0, 1, 0, 1, 1, 0, 0, 1, 0, 1] * 10
        >>> m = metrics.spiegelhalter_z(score=[0.1, 0.9] * 50, label=label)
        >>> round(m.value, 2), m.p_value < 0.01
        (3.33, True)
    """
    return score_metric(
        "spiegelhalter_z",
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        threads=threads,
    )


def calibration_slope(
    *,
    score: Any,
    label: Any,
    positive: Any = None,
    threads: int | None = None,
) -> Measurement:
    """Slope of Cox's calibration regression.

    b of `logit y = a + b logit p`, scores held within [1e-6, 1 - 1e-6]. Range (-inf, inf): 1 if
    scores are right, below 1 for over-confident ones.

    Args:
        score: Probability of the positive label, in [0, 1]: array, list, Series, Arrow array, or a
            table of one column. Shape (n,).
        label: What happened, in the same order: booleans, numbers or texts. Shape (n,).
        positive: The label that the score is the probability of, all others being negative; by
            default true or 1, and then only false and 0 are taken for negative.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement with Wald's interval; `p_value` is the score test of a = 0 and b = 1.
        Undetermined where one cut parts the classes, or all scores are equal.

    Raises:
        ParameterError: Scores and labels of different length, labels that need `positive=`, or a
            number out of its domain.
        ColumnTypeError: Scores that are no numbers, or labels that are no categories.

    Missing data: rows with a missing score or label are left out; `n_current` tells how many are
        left. Scores outside of [0, 1] are never clipped: the answer is then undetermined, with the
        reason "scores_outside".
    Cost: about 6 ns a row; up to 16,384 rows are sorted, at about 250 ns a row.
    Source: Cox 1958; Miller, Hui and Tierney 1991.

    Example:
        >>> from tallystick import metrics
        >>> label = [0, 0, 0, 1, 1, 1, 0, 1] * 25
        >>> m = metrics.calibration_slope(score=[0.2, 0.8] * 100, label=label)
        >>> round(m.value, 4)
        0.7925
    """
    return score_metric(
        "calibration_slope",
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        threads=threads,
    )


def calibration_intercept(
    *,
    score: Any,
    label: Any,
    positive: Any = None,
    threads: int | None = None,
) -> Measurement:
    """Intercept of Cox's calibration regression.

    a of `logit y = a + b logit p`, scores held within [1e-6, 1 - 1e-6]. Range (-inf, inf): 0 if
    scores are right.

    Args:
        score: Probability of the positive label, in [0, 1]: array, list, Series, Arrow array, or a
            table of one column. Shape (n,).
        label: What happened, in the same order: booleans, numbers or texts. Shape (n,).
        positive: The label that the score is the probability of, all others being negative; by
            default true or 1, and then only false and 0 are taken for negative.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement in logits with Wald's interval; `p_value` is the score test of a = 0 and b =
        1. Undetermined where one cut parts the classes, or all scores are equal.

    Raises:
        ParameterError: Scores and labels of different length, labels that need `positive=`, or a
            number out of its domain.
        ColumnTypeError: Scores that are no numbers, or labels that are no categories.

    Missing data: rows with a missing score or label are left out; `n_current` tells how many are
        left. Scores outside of [0, 1] are never clipped: the answer is then undetermined, with the
        reason "scores_outside".
    Cost: about 6 ns a row; up to 16,384 rows are sorted, at about 250 ns a row.
    Source: Cox 1958; Miller, Hui and Tierney 1991.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.calibration_intercept(score=[0.2, 0.8] * 50, label=[0, 0, 1, 1] * 25)
        >>> round(m.value, 4) + 0.0
        0.0
    """
    return score_metric(
        "calibration_intercept",
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        threads=threads,
    )
