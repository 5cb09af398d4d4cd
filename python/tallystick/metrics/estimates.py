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
    Cost: about 6 ns a row.
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
    Cost: about 6 ns a row; up to 16,384 rows are sorted, at about 60 ns a row.
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
    Cost: about 6 ns a row; up to 16,384 rows are sorted, at about 60 ns a row.
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


def positive_rate_estimate_error(
    *,
    score: Any,
    label: Any,
    positive: Any = None,
    threads: int | None = None,
) -> Measurement:
    """Expected share of positives less the realised one.

    `mean score - share of positives` of the labelled rows. Range [-1, 1]; 0 when the
    scores were right.

    Args:
        score: Probability of the positive label, in [0, 1]: array, list, Series, Arrow array, or a
            table of one column. Shape (n,).
        label: Labels, shape (n,).
        positive: The label that the score is the probability of; true or 1 by default.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement whose interval holds 0 when nothing speaks against the scores.

    Raises:
        ParameterError: Arguments of different length, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers.

    Missing data: rows without a score or label are left out. Scores outside of [0, 1] make the
        answer undetermined, with the reason "scores_outside".
    Cost: about 6 ns a row.
    Source: Białek et al. 2023.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.positive_rate_estimate_error(
        ...     score=[0.75, 0.75], label=[1, 0]
        ... )
        >>> round(m.value, 2), m.reason
        (0.25, 'informs')
    """
    return score_metric(
        "positive_rate_estimate_error",
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        threads=threads,
    )


def auc_estimate_error(
    *,
    score: Any,
    label: Any,
    positive: Any = None,
    threads: int | None = None,
) -> Measurement:
    """Expected area under the ROC curve less the realised one.

    `auc_estimated - auc` of the labelled rows. Range [-1, 1]; 0 when the
    scores were right.

    Args:
        score: Probability of the positive label, in [0, 1]: array, list, Series, Arrow array, or a
            table of one column. Shape (n,).
        label: Labels, shape (n,).
        positive: The label that the score is the probability of; true or 1 by default.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement whose interval holds 0 when nothing speaks against the scores.

    Raises:
        ParameterError: Arguments of different length, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers.

    Missing data: rows without a score or label are left out. Scores outside of [0, 1] make the
        answer undetermined, with the reason "scores_outside".
    Cost: about 6 ns a row.
    Source: Białek et al. 2023.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.auc_estimate_error(
        ...     score=[0.1, 0.6, 0.7, 0.9] * 50, label=[0, 0, 1, 1] * 50
        ... )
        >>> round(m.value, 2), m.reason
        (-0.18, 'informs')
    """
    return score_metric(
        "auc_estimate_error",
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        threads=threads,
    )


def accuracy_estimate_error(
    *,
    score: Any,
    label: Any,
    positive: Any = None,
    threshold: float,
    threads: int | None = None,
) -> Measurement:
    """Expected accuracy less the realised one.

    `accuracy_estimated - accuracy` of the labelled rows. Range [-1, 1]; 0 when the
    scores were right.

    Args:
        score: Probability of the positive label, in [0, 1]: array, list, Series, Arrow array, or a
            table of one column. Shape (n,).
        label: Labels, shape (n,).
        positive: The label that the score is the probability of; true or 1 by default.
        threshold: Rows are selected when their score is at least this.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement whose interval holds 0 when nothing speaks against the scores.

    Raises:
        ParameterError: Arguments of different length, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers.

    Missing data: rows without a score or label are left out. Scores outside of [0, 1] make the
        answer undetermined, with the reason "scores_outside".
    Cost: about 6 ns a row.
    Source: Białek et al. 2023.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.accuracy_estimate_error(
        ...     score=[0.75, 0.75], label=[1, 0], threshold=0.5
        ... )
        >>> round(m.value, 2), m.reason
        (0.25, 'informs')
    """
    return score_metric(
        "accuracy_estimate_error",
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        threshold=given("threshold", threshold),
        threads=threads,
    )
