"""What deciding at a threshold comes to."""

from __future__ import annotations

from typing import Any

from tallystick.comparison import Measurement
from tallystick.metrics.scoring import given, score_metric


def selection_rate(
    *,
    score: Any,
    threshold: float,
    exact: bool | None = None,
    threads: int | None = None,
) -> Measurement:
    """Share of rows at or above the threshold.

    `rows with score >= threshold / rows`. Range [0, 1].

    Args:
        score: Scores of any range: array, list, Series, Arrow array, or a table of one column.
            Shape (n,).
        threshold: Rows are selected when their score is at least this.
        exact: True to sort the rows, False to count them in cells and bracket the value; by default
            up to 262,144 rows are sorted.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement with Wilson's interval; [`lower`, `upper`] holds the share of these rows for
        certain.

    Raises:
        ParameterError: No scores, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers.

    Missing data: rows with a missing score are left out; `n_current` tells how many are left.
        Infinite scores make the answer undetermined, with the reason "scores_outside".
    Cost: about 100 ns a row sorted, 6 ns in cells.
    Source: Wilson 1927 for the interval.

    Example:
        >>> from tallystick import metrics
        >>> metrics.selection_rate(score=[0.2, 0.5, 0.9, None], threshold=0.5).value
        0.6666666666666666
    """
    return score_metric(
        "selection_rate",
        score=given("score", score),
        threshold=given("threshold", threshold),
        exact=exact,
        threads=threads,
    )


def selection_rate_ratio(
    *,
    reference: Any,
    current: Any,
    threshold: float,
    tolerance: float | None = None,
    false_alarm_rate: float = 0.01,
    exact: bool | None = None,
    threads: int | None = None,
) -> Measurement:
    """Ratio of the selection rates of two sides.

    `selection rate of current / selection rate of reference`, the share of rows at or above the
    threshold. Range [0, inf); 1 without change.

    Args:
        reference: Scores of the reference, of any range: array, list, Series, Arrow array, or a
            table of one column. Shape (n,).
        current: Scores to compare, shape (m,).
        threshold: Rows are selected when their score is at least this.
        tolerance: Largest harmless ratio, either way; by default 1.25.
        false_alarm_rate: Chance of an alert when the effect is within tolerance.
        exact: True to sort the rows, False to count them in cells and bracket the value; by default
            up to 262,144 rows are sorted.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement with both rates and Katz's interval. Its status is the verdict against
        `tolerance`: ok, alert or undetermined.

    Raises:
        ParameterError: No scores, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers.

    Missing data: rows with a missing score are left out; `n_reference` and `n_current` tell how
        many are left. Infinite scores make the answer undetermined, with the reason
        "scores_outside".
    Cost: about 100 ns a row sorted, 6 ns in cells.
    Source: Katz, Baptista, Azen and Pike 1978.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.selection_rate_ratio(
        ...     reference=[0.1, 0.9] * 1000, current=[0.1, 0.1, 0.1, 0.9] * 500, threshold=0.5
        ... )
        >>> m.value, m.status
        (0.5, 'alert')
    """
    return score_metric(
        "selection_rate_ratio",
        reference=given("reference", reference),
        score=given("current", current),
        threshold=given("threshold", threshold),
        tolerance=tolerance,
        false_alarm_rate=false_alarm_rate,
        exact=exact,
        threads=threads,
    )


def accuracy(
    *,
    score: Any,
    label: Any,
    threshold: float,
    positive: Any = None,
    exact: bool | None = None,
    threads: int | None = None,
) -> Measurement:
    """Share of rows decided right.

    `(tp + tn) / n`, rows being predicted positive at or above the threshold. Range [0, 1].

    Args:
        score: Scores, higher for the positive label, of any range: array, list, Series, Arrow
            array, or a table of one column. Shape (n,).
        label: What happened, in the same order: booleans, numbers or texts. Shape (n,).
        threshold: Rows are selected when their score is at least this.
        positive: The label that high scores speak for, all others being negative; by default true
            or 1, and then only false and 0 are taken for negative.
        exact: True to sort the rows, False to count them in cells and bracket the value; by default
            up to 262,144 rows are sorted.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement with Wilson's interval; [`lower`, `upper`] holds the share of these rows for
        certain.

    Raises:
        ParameterError: Scores and labels of different length, labels that need `positive=`, or a
            number out of its domain.
        ColumnTypeError: Scores that are no numbers, or labels that are no categories.

    Missing data: rows with a missing score or label are left out; `n_current` tells how many are
        left. Infinite scores make the answer undetermined, with the reason "scores_outside".
    Cost: about 50 ns a row sorted, 6 ns in cells.
    Source: Wilson 1927 for the interval.

    Example:
        >>> from tallystick import metrics
        >>> metrics.accuracy(score=[0.2, 0.6, 0.7, 0.9], label=[0, 0, 1, 1], threshold=0.5).value
        0.75
    """
    return score_metric(
        "accuracy",
        score=given("score", score),
        label=given("label", label),
        threshold=given("threshold", threshold),
        positive=positive,
        exact=exact,
        threads=threads,
    )


def balanced_accuracy(
    *,
    score: Any,
    label: Any,
    threshold: float,
    positive: Any = None,
    exact: bool | None = None,
    threads: int | None = None,
) -> Measurement:
    """Mean of recall and specificity.

    `(tp / (tp + fn) + tn / (tn + fp)) / 2`. Range [0, 1]; 1/2 for decisions that know nothing.

    Args:
        score: Scores, higher for the positive label, of any range: array, list, Series, Arrow
            array, or a table of one column. Shape (n,).
        label: What happened, in the same order: booleans, numbers or texts. Shape (n,).
        threshold: Rows are selected when their score is at least this.
        positive: The label that high scores speak for, all others being negative; by default true
            or 1, and then only false and 0 are taken for negative.
        exact: True to sort the rows, False to count them in cells and bracket the value; by default
            up to 262,144 rows are sorted.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement whose interval combines those of the two shares by squares; undetermined where
        only one class has rows.

    Raises:
        ParameterError: Scores and labels of different length, labels that need `positive=`, or a
            number out of its domain.
        ColumnTypeError: Scores that are no numbers, or labels that are no categories.

    Missing data: rows with a missing score or label are left out; `n_current` tells how many are
        left. Infinite scores make the answer undetermined, with the reason "scores_outside".
    Cost: about 50 ns a row sorted, 6 ns in cells.
    Source: Brodersen et al. 2010.

    Example:
        >>> from tallystick import metrics
        >>> score, label = [0.2, 0.6, 0.7, 0.9], [0, 0, 1, 1]
        >>> metrics.balanced_accuracy(score=score, label=label, threshold=0.5).value
        0.75
    """
    return score_metric(
        "balanced_accuracy",
        score=given("score", score),
        label=given("label", label),
        threshold=given("threshold", threshold),
        positive=positive,
        exact=exact,
        threads=threads,
    )


def matthews(
    *,
    score: Any,
    label: Any,
    threshold: float,
    positive: Any = None,
    exact: bool | None = None,
    threads: int | None = None,
) -> Measurement:
    """Correlation of decision and label.

    `(tp tn - fp fn) / sqrt((tp + fp)(tp + fn)(tn + fp)(tn + fn))`. Range [-1, 1]; 0 for decisions
    that know nothing.

    Args:
        score: Scores, higher for the positive label, of any range: array, list, Series, Arrow
            array, or a table of one column. Shape (n,).
        label: What happened, in the same order: booleans, numbers or texts. Shape (n,).
        threshold: Rows are selected when their score is at least this.
        positive: The label that high scores speak for, all others being negative; by default true
            or 1, and then only false and 0 are taken for negative.
        exact: True to sort the rows, False to count them in cells and bracket the value; by default
            up to 262,144 rows are sorted.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement without an interval; undetermined where the decisions or the labels are all
        alike.

    Raises:
        ParameterError: Scores and labels of different length, labels that need `positive=`, or a
            number out of its domain.
        ColumnTypeError: Scores that are no numbers, or labels that are no categories.

    Missing data: rows with a missing score or label are left out; `n_current` tells how many are
        left. Infinite scores make the answer undetermined, with the reason "scores_outside".
    Cost: about 50 ns a row sorted, 6 ns in cells.
    Source: Matthews 1975.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.matthews(score=[0.2, 0.6, 0.7, 0.9], label=[0, 0, 1, 1], threshold=0.5)
        >>> round(m.value, 4)
        0.5774
    """
    return score_metric(
        "matthews",
        score=given("score", score),
        label=given("label", label),
        threshold=given("threshold", threshold),
        positive=positive,
        exact=exact,
        threads=threads,
    )
