"""Shares of the four outcomes of a threshold."""

from __future__ import annotations

import math
from typing import Any

from tallystick.comparison import Measurement
from tallystick.errors import ParameterError
from tallystick.metrics.checking import is_number
from tallystick.metrics.scoring import given, score_metric


def precision(
    *,
    score: Any,
    label: Any,
    threshold: float,
    positive: Any = None,
    exact: bool | None = None,
    threads: int | None = None,
) -> Measurement:
    """Share of positives among the selected.

    `tp / (tp + fp)`. Range [0, 1].

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
        A Measurement with Wilson's interval; undetermined where no row is selected.

    Raises:
        ParameterError: Scores and labels of different length, labels that need `positive=`, or a
            number out of its domain.
        ColumnTypeError: Scores that are no numbers, or labels that are no categories.

    Missing data: rows with a missing score or label are left out; `n_current` tells how many are
        left. Infinite scores make the answer undetermined, with the reason "scores_outside".
    Cost: about 50 ns a row sorted, 6 ns in cells.
    Source: van Rijsbergen 1979.

    Example:
        >>> from tallystick import metrics
        >>> metrics.precision(score=[0.2, 0.6, 0.7, 0.9], label=[0, 1, 0, 1], threshold=0.65).value
        0.5
    """
    return score_metric(
        "precision",
        score=given("score", score),
        label=given("label", label),
        threshold=given("threshold", threshold),
        positive=positive,
        exact=exact,
        threads=threads,
    )


def recall(
    *,
    score: Any,
    label: Any,
    threshold: float,
    positive: Any = None,
    exact: bool | None = None,
    threads: int | None = None,
) -> Measurement:
    """Share of the positives that are selected.

    `tp / (tp + fn)`. Range [0, 1].

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
        A Measurement with Wilson's interval; undetermined where there are no positives.

    Raises:
        ParameterError: Scores and labels of different length, labels that need `positive=`, or a
            number out of its domain.
        ColumnTypeError: Scores that are no numbers, or labels that are no categories.

    Missing data: rows with a missing score or label are left out; `n_current` tells how many are
        left. Infinite scores make the answer undetermined, with the reason "scores_outside".
    Cost: about 50 ns a row sorted, 6 ns in cells.
    Source: van Rijsbergen 1979.

    Example:
        >>> from tallystick import metrics
        >>> metrics.recall(score=[0.2, 0.6, 0.7, 0.9], label=[0, 1, 0, 1], threshold=0.65).value
        0.5
    """
    return score_metric(
        "recall",
        score=given("score", score),
        label=given("label", label),
        threshold=given("threshold", threshold),
        positive=positive,
        exact=exact,
        threads=threads,
    )


def specificity(
    *,
    score: Any,
    label: Any,
    threshold: float,
    positive: Any = None,
    exact: bool | None = None,
    threads: int | None = None,
) -> Measurement:
    """Share of the negatives that are not selected.

    `tn / (tn + fp)`. Range [0, 1].

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
        A Measurement with Wilson's interval; undetermined where there are no negatives.

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
        >>> metrics.specificity(score=[0.2, 0.7, 0.9], label=[0, 0, 1], threshold=0.65).value
        0.5
    """
    return score_metric(
        "specificity",
        score=given("score", score),
        label=given("label", label),
        threshold=given("threshold", threshold),
        positive=positive,
        exact=exact,
        threads=threads,
    )


def f1(
    *,
    score: Any,
    label: Any,
    threshold: float,
    positive: Any = None,
    exact: bool | None = None,
    threads: int | None = None,
) -> Measurement:
    """Harmonic mean of precision and recall.

    `2 tp / (2 tp + fp + fn)`. Range [0, 1].

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
        A Measurement with Wilson's interval at as many rows as give it the variance; undetermined
        where there are neither positives nor selected rows.

    Raises:
        ParameterError: Scores and labels of different length, labels that need `positive=`, or a
            number out of its domain.
        ColumnTypeError: Scores that are no numbers, or labels that are no categories.

    Missing data: rows with a missing score or label are left out; `n_current` tells how many are
        left. Infinite scores make the answer undetermined, with the reason "scores_outside".
    Cost: about 50 ns a row sorted, 6 ns in cells.
    Source: van Rijsbergen 1979.

    Example:
        >>> from tallystick import metrics
        >>> metrics.f1(score=[0.2, 0.6, 0.7, 0.9], label=[0, 1, 0, 1], threshold=0.65).value
        0.5
    """
    return score_metric(
        "f1",
        score=given("score", score),
        label=given("label", label),
        threshold=given("threshold", threshold),
        positive=positive,
        exact=exact,
        threads=threads,
    )


def expected_cost(
    *,
    score: Any,
    label: Any,
    threshold: float,
    false_positive: float,
    false_negative: float,
    true_positive: float = 0.0,
    true_negative: float = 0.0,
    positive: Any = None,
    exact: bool | None = None,
    threads: int | None = None,
) -> Measurement:
    """Mean cost of a row when rows at or above the threshold are selected.

    `(c_fp FP + c_fn FN + c_tp TP + c_tn TN) / rows`. Range (-inf, inf), in the unit of the costs.

    Args:
        score: Scores of any range: array, list, Series, Arrow array. Shape (n,).
        label: Labels, shape (n,).
        threshold: Rows are selected when their score is at least this.
        false_positive: Cost of a row that is selected and negative.
        false_negative: Cost of a row that is not selected and positive.
        true_positive: Cost of a row that is selected and positive; a gain is a negative cost.
        true_negative: Cost of a row that is neither.
        positive: The positive label; true or 1 by default.
        exact: True to sort the rows, False to count them in cells and bracket the value; by default
            up to 262,144 rows are sorted.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement with a normal interval.

    Raises:
        ParameterError: Arguments of different length, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers.

    Missing data: rows without a score or label are left out.
    Cost: about 50 ns a row sorted, 6 ns in cells.
    Source: Elkan 2001.

    Example:
        >>> from tallystick import metrics
        >>> metrics.expected_cost(
        ...     score=[0.2, 0.7, 0.9, 0.4],
        ...     label=[0, 0, 1, 1],
        ...     threshold=0.5,
        ...     false_positive=1.0,
        ...     false_negative=5.0,
        ... ).value
        1.5
    """
    given_costs = {
        "false_positive": false_positive,
        "false_negative": false_negative,
        "true_positive": true_positive,
        "true_negative": true_negative,
    }
    for name, cost in given_costs.items():
        if not (is_number(cost) and math.isfinite(cost)):
            raise ParameterError(f"{name}: expected a finite number", name=name)
    fp, fn, tp, tn = (float(cost) for cost in given_costs.values())
    return score_metric(
        "expected_cost",
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        threshold=given("threshold", threshold),
        exact=exact,
        threads=threads,
        costs=(fp, fn, tp, tn),
    )
