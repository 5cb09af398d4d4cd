"""Performance expected of the scores before their labels come."""

from __future__ import annotations

from typing import Any

from tallystick.comparison import Measurement
from tallystick.metrics.scoring import given, score_metric


def positive_rate_estimated(
    *,
    score: Any,
    threads: int | None = None,
) -> Measurement:
    """Share of positives expected of the scores, before labels come.

    Mean score. Range [0, 1]. An estimate: as good as the calibration, and blind to concept drift.

    Args:
        score: Probability of the positive label, in [0, 1]: array, list, Series, Arrow array, or a
            table of one column. Shape (n,).
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement whose interval is where the share of these rows will lie once they have
        labels, if the scores are right.

    Raises:
        ParameterError: No scores, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers.

    Missing data: rows with a missing score are left out; `n_current` tells how many are left.
        Scores outside of [0, 1] are never clipped: the answer is then undetermined, with the reason
        "scores_outside".
    Cost: about 5 ns a row.
    Source: Białek et al. 2023.

    Example:
        >>> from tallystick import metrics
        >>> metrics.positive_rate_estimated(score=[0.25, 0.75, 0.5]).value
        0.5
    """
    return score_metric("positive_rate_estimated", score=given("score", score), threads=threads)


def auc_estimated(
    *,
    score: Any,
    threads: int | None = None,
) -> Measurement:
    """Area under the ROC curve expected of the scores, before labels come.

    The area when a row of score p is p of a positive and 1 - p of a negative. Range [0, 1]. An
    estimate: as good as the calibration, and blind to concept drift.

    Args:
        score: Probability of the positive label, in [0, 1]: array, list, Series, Arrow array, or a
            table of one column. Shape (n,).
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement with the interval of the population's area, if the scores are right.

    Raises:
        ParameterError: No scores, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers.

    Missing data: rows with a missing score are left out; `n_current` tells how many are left.
        Scores outside of [0, 1] are never clipped: the answer is then undetermined, with the reason
        "scores_outside".
    Cost: about 5 ns a row; up to 16,384 rows are sorted, at about 80 ns a row.
    Source: Białek et al. 2023.

    Example:
        >>> from tallystick import metrics
        >>> round(metrics.auc_estimated(score=[0.1, 0.9] * 100).value, 4)
        0.9
    """
    return score_metric("auc_estimated", score=given("score", score), threads=threads)


def accuracy_estimated(
    *,
    score: Any,
    threshold: float,
    threads: int | None = None,
) -> Measurement:
    """Share of rows expected to be decided right, before labels come.

    Mean of p where the score p is at or above the threshold, and of 1 - p where it is below. Range
    [0, 1]. An estimate: as good as the calibration, and blind to concept drift.

    Args:
        score: Probability of the positive label, in [0, 1]: array, list, Series, Arrow array, or a
            table of one column. Shape (n,).
        threshold: Rows are selected when their score is at least this.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement whose interval is where the share of these rows will lie once they have
        labels, if the scores are right.

    Raises:
        ParameterError: No scores, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers.

    Missing data: rows with a missing score are left out; `n_current` tells how many are left.
        Scores outside of [0, 1] are never clipped: the answer is then undetermined, with the reason
        "scores_outside".
    Cost: about 5 ns a row; up to 16,384 rows are sorted, at about 80 ns a row.
    Source: Guillory et al. 2021; Białek et al. 2023.

    Example:
        >>> from tallystick import metrics
        >>> round(metrics.accuracy_estimated(score=[0.1, 0.8], threshold=0.5).value, 4)
        0.85
    """
    return score_metric(
        "accuracy_estimated",
        score=given("score", score),
        threshold=given("threshold", threshold),
        threads=threads,
    )
