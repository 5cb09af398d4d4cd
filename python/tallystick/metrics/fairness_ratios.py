"""Rates of a group as ratios of those of all other rows."""

from __future__ import annotations

from typing import Any

from tallystick.comparison import Measurement
from tallystick.metrics.scoring import given, score_metric


def tpr_ratio(
    *,
    group: Any,
    score: Any,
    label: Any,
    positive: Any = None,
    threshold: float,
    threads: int | None = None,
) -> Measurement:
    """Ratio of the true positive rate: how many times as often are a group's positives selected?

    `TPR(group) / TPR(rest)`, TPR being selected positives / positives. Range [0, inf); 1 is none.

    Args:
        group: True for rows of the group, false for the rest: booleans, shape (n,). Where it is
            missing, the row belongs to neither.
        score: Scores of any range: array, list, Series, Arrow array. Shape (n,).
        label: Labels, shape (n,).
        positive: The positive label; true or 1 by default.
        threshold: Rows are selected when their score is at least this.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement with Katz's interval and the p value of ratio 1. A side with fewer than 30
        rows, or with fewer than 5 that the rate counts, has no value and the reason "small_group".

    Raises:
        ParameterError: Arguments of different length, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers, or a group that is no booleans.

    Missing data: rows without a score or label are left out.
    Cost: about 10 ns a row in cells, 150 ns sorted while rows are few.
    Source: Katz, Baptista, Azen and Pike 1978.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.tpr_ratio(
        ...     group=[True, True, False, False] * 100,
        ...     score=[0.9, 0.1, 0.9, 0.9] * 100, label=[1] * 400, threshold=0.5,
        ... )
        >>> m.value, m.reason
        (0.5, 'informs')
    """
    return score_metric(
        "tpr_ratio",
        group=given("group", group),
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        threshold=given("threshold", threshold),
        threads=threads,
    )


def fpr_ratio(
    *,
    group: Any,
    score: Any,
    label: Any,
    positive: Any = None,
    threshold: float,
    threads: int | None = None,
) -> Measurement:
    """Ratio of the false positive rate: how many times as often are a group's negatives selected?

    `FPR(group) / FPR(rest)`, FPR being selected negatives / negatives. Range [0, inf); 1 is none.

    Args:
        group: True for rows of the group, false for the rest: booleans, shape (n,). Where it is
            missing, the row belongs to neither.
        score: Scores of any range: array, list, Series, Arrow array. Shape (n,).
        label: Labels, shape (n,).
        positive: The positive label; true or 1 by default.
        threshold: Rows are selected when their score is at least this.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement with Katz's interval and the p value of ratio 1. A side with fewer than 30
        rows, or with fewer than 5 that the rate counts, has no value and the reason "small_group".

    Raises:
        ParameterError: Arguments of different length, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers, or a group that is no booleans.

    Missing data: rows without a score or label are left out.
    Cost: about 10 ns a row in cells, 150 ns sorted while rows are few.
    Source: Katz, Baptista, Azen and Pike 1978.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.fpr_ratio(
        ...     group=[True, True, False, False] * 100,
        ...     score=[0.9, 0.1, 0.9, 0.9] * 100, label=[0] * 400, threshold=0.5,
        ... )
        >>> m.value, m.reason
        (0.5, 'informs')
    """
    return score_metric(
        "fpr_ratio",
        group=given("group", group),
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        threshold=given("threshold", threshold),
        threads=threads,
    )


def ppv_ratio(
    *,
    group: Any,
    score: Any,
    label: Any,
    positive: Any = None,
    threshold: float,
    threads: int | None = None,
) -> Measurement:
    """Ratio of precision: how many times as often is a selected row of a group positive?

    `PPV(group) / PPV(rest)`, PPV being selected positives / selected. Range [0, inf); 1 is none.

    Args:
        group: True for rows of the group, false for the rest: booleans, shape (n,). Where it is
            missing, the row belongs to neither.
        score: Scores of any range: array, list, Series, Arrow array. Shape (n,).
        label: Labels, shape (n,).
        positive: The positive label; true or 1 by default.
        threshold: Rows are selected when their score is at least this.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement with Katz's interval and the p value of ratio 1. A side with fewer than 30
        rows, or with fewer than 5 that the rate counts, has no value and the reason "small_group".

    Raises:
        ParameterError: Arguments of different length, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers, or a group that is no booleans.

    Missing data: rows without a score or label are left out.
    Cost: about 10 ns a row in cells, 150 ns sorted while rows are few.
    Source: Katz, Baptista, Azen and Pike 1978.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.ppv_ratio(
        ...     group=[True, True, False, False] * 100,
        ...     score=[0.9] * 400, label=[1, 0, 1, 1] * 100, threshold=0.5,
        ... )
        >>> m.value, m.reason
        (0.5, 'informs')
    """
    return score_metric(
        "ppv_ratio",
        group=given("group", group),
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        threshold=given("threshold", threshold),
        threads=threads,
    )


def disparate_impact(
    *,
    group: Any,
    score: Any,
    threshold: float,
    threads: int | None = None,
) -> Measurement:
    """Ratio of a group's selection rate to that of all other rows.

    `selection rate(group) / selection rate(rest)`. Range [0, inf); 1 is statistical parity, 0.8 the
    four-fifths rule.

    Args:
        group: True for rows of the group, false for the rest: booleans, shape (n,). Where it is
            missing, the row belongs to neither.
        score: Scores of any range: array, list, Series, Arrow array. Shape (n,).
        threshold: Rows are selected when their score is at least this.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement with Katz's interval and the p value of no gap. A side with fewer than
        30 rows, or with fewer than 5 of what the rate is a share of, has no value and the reason
        "small_group".

    Raises:
        ParameterError: Arguments of different length, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers, or a group that is no booleans.

    Missing data: rows without a score are left out.
    Cost: about 10 ns a row in cells, 150 ns sorted while rows are few.
    Source: Katz, Baptista, Azen and Pike 1978; Feldman et al. 2015.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.disparate_impact(
        ...     group=[True, True, False, False] * 100,
        ...     score=[0.9, 0.1, 0.9, 0.9] * 100, threshold=0.5,
        ... )
        >>> m.value, m.reason
        (0.5, 'informs')
    """
    return score_metric(
        "disparate_impact",
        group=given("group", group),
        score=given("score", score),
        threshold=given("threshold", threshold),
        threads=threads,
    )
