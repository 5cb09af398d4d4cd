"""How well scores tell the classes apart, and what they cost in nats."""

from __future__ import annotations

from typing import Any

from tallystick.comparison import Measurement
from tallystick.metrics.scoring import given, score_metric


def auc(
    *,
    score: Any,
    label: Any,
    positive: Any = None,
    exact: bool | None = None,
    threads: int | None = None,
) -> Measurement:
    """Area under the ROC curve.

    Chance that a positive scores above a negative, ties one half. Range [0, 1]; 1/2 for a score
    that knows nothing.

    Args:
        score: Scores, higher for the positive label, of any range: array, list, Series, Arrow
            array, or a table of one column. Shape (n,).
        label: What happened, in the same order: booleans, numbers or texts. Shape (n,).
        positive: The label that high scores speak for, all others being negative; by default true
            or 1, and then only false and 0 are taken for negative.
        exact: True to sort the rows, False to count them in cells and bracket the value; by default
            up to 262,144 rows are sorted.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement; [`lower`, `upper`] holds the area of these rows for certain, and the interval
        is DeLong's on the logit scale.

    Raises:
        ParameterError: Scores and labels of different length, labels that need `positive=`, or a
            number out of its domain.
        ColumnTypeError: Scores that are no numbers, or labels that are no categories.

    Missing data: rows with a missing score or label are left out; `n_current` tells how many are
        left. Infinite scores make the answer undetermined, with the reason "scores_outside".
    Cost: about 50 ns a row sorted, 6 ns in cells.
    Source: Bamber 1975; DeLong, DeLong and Clarke-Pearson 1988.

    Example:
        >>> from tallystick import metrics
        >>> metrics.auc(score=[0.1, 0.4, 0.35, 0.8], label=[0, 0, 1, 1]).value
        0.75
    """
    return score_metric(
        "auc",
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        exact=exact,
        threads=threads,
    )


def average_precision(
    *,
    score: Any,
    label: Any,
    positive: Any = None,
    exact: bool | None = None,
    threads: int | None = None,
) -> Measurement:
    """Average precision.

    `sum (R_k - R_(k-1)) P_k` over the distinct scores from the top, R recall and P precision down
    to and including that score. Range [0, 1]; about the share of positives for a score that knows
    nothing.

    Args:
        score: Scores, higher for the positive label, of any range: array, list, Series, Arrow
            array, or a table of one column. Shape (n,).
        label: What happened, in the same order: booleans, numbers or texts. Shape (n,).
        positive: The label that high scores speak for, all others being negative; by default true
            or 1, and then only false and 0 are taken for negative.
        exact: True to sort the rows, False to count them in cells and bracket the value; by default
            up to 262,144 rows are sorted.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement; [`lower`, `upper`] holds the value of these rows for certain, and the
        interval is normal on the logit scale.

    Raises:
        ParameterError: Scores and labels of different length, labels that need `positive=`, or a
            number out of its domain.
        ColumnTypeError: Scores that are no numbers, or labels that are no categories.

    Missing data: rows with a missing score or label are left out; `n_current` tells how many are
        left. Infinite scores make the answer undetermined, with the reason "scores_outside".
    Cost: about 50 ns a row sorted, 6 ns in cells.
    Source: Davis and Goadrich 2006; Boyd, Eng and Page 2013.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.average_precision(score=[0.1, 0.4, 0.35, 0.8], label=[0, 0, 1, 1])
        >>> round(m.value, 4)
        0.8333
    """
    return score_metric(
        "average_precision",
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        exact=exact,
        threads=threads,
    )


def ks_classes(
    *,
    score: Any,
    label: Any,
    positive: Any = None,
    exact: bool | None = None,
    threads: int | None = None,
) -> Measurement:
    """Kolmogorov-Smirnov distance between the scores of the classes.

    `max |TPR - FPR|` over all thresholds. Range [0, 1].

    Args:
        score: Scores, higher for the positive label, of any range: array, list, Series, Arrow
            array, or a table of one column. Shape (n,).
        label: What happened, in the same order: booleans, numbers or texts. Shape (n,).
        positive: The label that high scores speak for, all others being negative; by default true
            or 1, and then only false and 0 are taken for negative.
        exact: True to sort the rows, False to count them in cells and bracket the value; by default
            up to 262,144 rows are sorted.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement without an interval; [`lower`, `upper`] holds the distance of these rows for
        certain.

    Raises:
        ParameterError: Scores and labels of different length, labels that need `positive=`, or a
            number out of its domain.
        ColumnTypeError: Scores that are no numbers, or labels that are no categories.

    Missing data: rows with a missing score or label are left out; `n_current` tells how many are
        left. Infinite scores make the answer undetermined, with the reason "scores_outside".
    Cost: about 50 ns a row sorted, 6 ns in cells.
    Source: Kolmogorov 1933; Smirnov 1939.

    Example:
        >>> from tallystick import metrics
        >>> metrics.ks_classes(score=[0.1, 0.4, 0.35, 0.8], label=[0, 0, 1, 1]).value
        0.5
    """
    return score_metric(
        "ks_classes",
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        exact=exact,
        threads=threads,
    )


def log_loss(
    *,
    score: Any,
    label: Any,
    positive: Any = None,
    threads: int | None = None,
) -> Measurement:
    """Mean logarithmic loss.

    Mean of `-ln p` over positives and `-ln(1 - p)` over negatives, in nats; a score of exactly 0 or
    1 with the other label counts as 1e-15 off. Range [0, inf).

    Args:
        score: Probability of the positive label, in [0, 1]: array, list, Series, Arrow array, or a
            table of one column. Shape (n,).
        label: What happened, in the same order: booleans, numbers or texts. Shape (n,).
        positive: The label that the score is the probability of, all others being negative; by
            default true or 1, and then only false and 0 are taken for negative.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement with a normal interval of the rows whose loss is finite; `method` says when
        some are not.

    Raises:
        ParameterError: Scores and labels of different length, labels that need `positive=`, or a
            number out of its domain.
        ColumnTypeError: Scores that are no numbers, or labels that are no categories.

    Missing data: rows with a missing score or label are left out; `n_current` tells how many are
        left. Scores outside of [0, 1] are never clipped: the answer is then undetermined, with the
        reason "scores_outside".
    Cost: about 6 ns a row.
    Source: Good 1952.

    Example:
        >>> from tallystick import metrics
        >>> round(metrics.log_loss(score=[0.9, 0.2], label=[True, False]).value, 4)
        0.1643
    """
    return score_metric(
        "log_loss",
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        threads=threads,
    )
