"""A group against all other rows: how differently it is decided about, and how wrongly."""

from __future__ import annotations

from typing import Any

from tallystick.comparison import Measurement
from tallystick.metrics.scoring import given, score_metric
from tallystick.spec.vocabulary import GAP_INTERVALS


def tpr_gap(
    *,
    group: Any,
    score: Any,
    label: Any,
    positive: Any = None,
    threshold: float,
    interval: str = GAP_INTERVALS[0],
    threads: int | None = None,
) -> Measurement:
    """Gap of the true positive rate: how many more of a group's positives are selected.

    `TPR(group) - TPR(rest)`, TPR being selected positives / positives. Range [-1, 1]; 0 is equal
    opportunity.

    Args:
        group: True for rows of the group, false for the rest: booleans, shape (n,). Where it is
            missing, the row belongs to neither.
        score: Scores of any range: array, list, Series, Arrow array. Shape (n,).
        label: Labels, shape (n,).
        positive: The positive label; true or 1 by default.
        threshold: Rows are selected when their score is at least this.
        interval: "newcombe", or "miettinen_nurminen", which is a little wider.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement with its interval and the p value of no gap. A side with fewer than
        30 rows, or with fewer than 5 of what the rate is a share of, has no value and the reason
        "small_group".

    Raises:
        ParameterError: Arguments of different length, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers, or a group that is no booleans.

    Missing data: rows without a score or label are left out.
    Cost: about 10 ns a row in cells, 150 ns sorted while rows are few.
    Source: Newcombe 1998, method 10; Miettinen and Nurminen 1985; Hardt, Price and Srebro 2016.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.tpr_gap(
        ...     group=[True, False] * 200,
        ...     score=[0.9, 0.1] * 200, label=[1, 1] * 200, threshold=0.5,
        ... )
        >>> m.value, m.reason
        (1.0, 'informs')
    """
    return score_metric(
        "tpr_gap",
        group=given("group", group),
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        threshold=given("threshold", threshold),
        interval=interval,
        threads=threads,
    )


def fpr_gap(
    *,
    group: Any,
    score: Any,
    label: Any,
    positive: Any = None,
    threshold: float,
    interval: str = GAP_INTERVALS[0],
    threads: int | None = None,
) -> Measurement:
    """Gap of the false positive rate: how many more of a group's negatives are selected.

    `FPR(group) - FPR(rest)`, FPR being selected negatives / negatives. Range [-1, 1].

    Args:
        group: True for rows of the group, false for the rest: booleans, shape (n,). Where it is
            missing, the row belongs to neither.
        score: Scores of any range: array, list, Series, Arrow array. Shape (n,).
        label: Labels, shape (n,).
        positive: The positive label; true or 1 by default.
        threshold: Rows are selected when their score is at least this.
        interval: "newcombe", or "miettinen_nurminen", which is a little wider.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement with its interval and the p value of no gap. A side with fewer than
        30 rows, or with fewer than 5 of what the rate is a share of, has no value and the reason
        "small_group".

    Raises:
        ParameterError: Arguments of different length, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers, or a group that is no booleans.

    Missing data: rows without a score or label are left out.
    Cost: about 10 ns a row in cells, 150 ns sorted while rows are few.
    Source: Newcombe 1998, method 10; Miettinen and Nurminen 1985; Hardt, Price and Srebro 2016.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.fpr_gap(
        ...     group=[True, False] * 200,
        ...     score=[0.9, 0.1] * 200, label=[0, 0] * 200, threshold=0.5,
        ... )
        >>> m.value, m.reason
        (1.0, 'informs')
    """
    return score_metric(
        "fpr_gap",
        group=given("group", group),
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        threshold=given("threshold", threshold),
        interval=interval,
        threads=threads,
    )


def ppv_gap(
    *,
    group: Any,
    score: Any,
    label: Any,
    positive: Any = None,
    threshold: float,
    interval: str = GAP_INTERVALS[0],
    threads: int | None = None,
) -> Measurement:
    """Gap of precision: how many more of a group's selected rows are positive.

    `PPV(group) - PPV(rest)`, PPV being selected positives / selected. Range [-1, 1]; 0 is
    predictive parity.

    Args:
        group: True for rows of the group, false for the rest: booleans, shape (n,). Where it is
            missing, the row belongs to neither.
        score: Scores of any range: array, list, Series, Arrow array. Shape (n,).
        label: Labels, shape (n,).
        positive: The positive label; true or 1 by default.
        threshold: Rows are selected when their score is at least this.
        interval: "newcombe", or "miettinen_nurminen", which is a little wider.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement with its interval and the p value of no gap. A side with fewer than
        30 rows, or with fewer than 5 of what the rate is a share of, has no value and the reason
        "small_group".

    Raises:
        ParameterError: Arguments of different length, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers, or a group that is no booleans.

    Missing data: rows without a score or label are left out.
    Cost: about 10 ns a row in cells, 150 ns sorted while rows are few.
    Source: Newcombe 1998, method 10; Miettinen and Nurminen 1985; Chouldechova 2017.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.ppv_gap(
        ...     group=[True, False] * 200,
        ...     score=[0.9, 0.9] * 200, label=[1, 0] * 200, threshold=0.5,
        ... )
        >>> m.value, m.reason
        (1.0, 'informs')
    """
    return score_metric(
        "ppv_gap",
        group=given("group", group),
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        threshold=given("threshold", threshold),
        interval=interval,
        threads=threads,
    )


def equalized_odds_gap(
    *,
    group: Any,
    score: Any,
    label: Any,
    positive: Any = None,
    threshold: float,
    interval: str = GAP_INTERVALS[0],
    threads: int | None = None,
) -> Measurement:
    """The larger of the gaps of the true and the false positive rate.

    `max(|TPR(group) - TPR(rest)|, |FPR(group) - FPR(rest)|)`. Range [0, 1]; 0 is equalized odds.

    Args:
        group: True for rows of the group, false for the rest: booleans, shape (n,). Where it is
            missing, the row belongs to neither.
        score: Scores of any range: array, list, Series, Arrow array. Shape (n,).
        label: Labels, shape (n,).
        positive: The positive label; true or 1 by default.
        threshold: Rows are selected when their score is at least this.
        interval: "newcombe", or "miettinen_nurminen", which is a little wider.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement with Bonferroni's interval of both and the p value of no gap. A side with
        fewer than 30 rows, or with fewer than 5 of what the rate is a share of, has no value and
        the reason "small_group".

    Raises:
        ParameterError: Arguments of different length, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers, or a group that is no booleans.

    Missing data: rows without a score or label are left out.
    Cost: about 10 ns a row in cells, 150 ns sorted while rows are few.
    Source: Hardt, Price and Srebro 2016.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.equalized_odds_gap(
        ...     group=[True, False] * 200,
        ...     score=[0.9, 0.1] * 200, label=[1, 1, 0, 0] * 100, threshold=0.5,
        ... )
        >>> m.value, m.reason
        (1.0, 'informs')
    """
    return score_metric(
        "equalized_odds_gap",
        group=given("group", group),
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        threshold=given("threshold", threshold),
        interval=interval,
        threads=threads,
    )


def selection_rate_gap(
    *,
    group: Any,
    score: Any,
    threshold: float,
    interval: str = GAP_INTERVALS[0],
    threads: int | None = None,
) -> Measurement:
    """Gap of the selection rate: how many more of a group's rows are selected.

    `selection rate(group) - selection rate(rest)`. Range [-1, 1]; 0 is statistical parity.

    Args:
        group: True for rows of the group, false for the rest: booleans, shape (n,). Where it is
            missing, the row belongs to neither.
        score: Scores of any range: array, list, Series, Arrow array. Shape (n,).
        threshold: Rows are selected when their score is at least this.
        interval: "newcombe", or "miettinen_nurminen", which is a little wider.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement with its interval and the p value of no gap. A side with fewer than
        30 rows, or with fewer than 5 of what the rate is a share of, has no value and the reason
        "small_group".

    Raises:
        ParameterError: Arguments of different length, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers, or a group that is no booleans.

    Missing data: rows without a score are left out.
    Cost: about 10 ns a row in cells, 150 ns sorted while rows are few.
    Source: Newcombe 1998, method 10; Miettinen and Nurminen 1985; Barocas et al. 2023.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.selection_rate_gap(
        ...     group=[True, False] * 200,
        ...     score=[0.9, 0.1] * 200, threshold=0.5,
        ... )
        >>> m.value, m.reason
        (1.0, 'informs')
    """
    return score_metric(
        "selection_rate_gap",
        group=given("group", group),
        score=given("score", score),
        threshold=given("threshold", threshold),
        interval=interval,
        threads=threads,
    )


def calibration_gap(
    *,
    group: Any,
    score: Any,
    label: Any,
    positive: Any = None,
    threads: int | None = None,
) -> Measurement:
    """Gap of the mean of score minus label: is one group overstated more than the others?

    `mean(score - label) of the group - that of the rest`. Range [-1, 1].

    Args:
        group: True for rows of the group, false for the rest: booleans, shape (n,). Where it is
            missing, the row belongs to neither.
        score: Scores in [0, 1]: array, list, Series, Arrow array. Shape (n,).
        label: Labels, shape (n,).
        positive: The positive label; true or 1 by default.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement with a normal interval and the p value of no gap. A side with fewer than
        30 rows, or with fewer than 5 of what the rate is a share of, has no value and the reason
        "small_group".

    Raises:
        ParameterError: Arguments of different length, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers, or a group that is no booleans.

    Missing data: rows without a score or label are left out.
    Cost: about 10 ns a row in cells, 150 ns sorted while rows are few.
    Source: Spiegelhalter 1986 for the variance.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.calibration_gap(
        ...     group=[True, False] * 200,
        ...     score=[0.75, 0.5] * 200, label=[1, 1, 0, 0] * 100,
        ... )
        >>> m.value, m.reason
        (0.25, 'informs')
    """
    return score_metric(
        "calibration_gap",
        group=given("group", group),
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        threads=threads,
    )
