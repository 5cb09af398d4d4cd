"""How often the class that is scored highest is the label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tallystick.comparison import Measurement
from tallystick.metrics.scoring import given
from tallystick.metrics.several import class_metric


def top_accuracy(
    *,
    scores: Any,
    label: Any,
    classes: Sequence[Any] | None = None,
    reference_scores: Any = None,
    reference_label: Any = None,
    tolerance: float | None = None,
    false_alarm_rate: float = 0.01,
) -> Measurement:
    """Share of rows whose highest scored class is the label.

    `rows with argmax(scores) = label / rows`. Range [0, 1]; of a change [-1, 1].

    Args:
        scores: Scores of every class: a mapping of class to array, an array of shape
            (n, classes), or an Arrow column of lists.
        label: What really happened, shape (n,).
        classes: The label of each column of scores; the keys of a mapping when left out. Of equal
            scores the first class is predicted.
        reference_scores: Scores to compare with; the value is then the change, current less
            reference.
        reference_label: Their labels, shape (m,).
        tolerance: Largest harmless loss against the reference, in (0, 1); by default 0.05.
        false_alarm_rate: Chance of an alert when the loss is within tolerance.

    Returns:
        A Measurement with Wilson's interval; of a change the score interval of Miettinen and
        Nurminen, and the status is the verdict against `tolerance`: ok, alert or undetermined. A
        gain is never an alert.

    Raises:
        ParameterError: Scores and labels of different length, fewer than 2 classes or more than
            32, labels that are none of the classes, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers.

    Missing data: rows with a score that is null, NaN or outside of [0, 1], and rows without a
        label, are left out; `n_current` is the number of the others.
    Cost: about 10 ns a row and class; counts are the same in any order.
    Source: Miettinen and Nurminen, Statistics in Medicine 4, 1985, for the change.

    Example:
        >>> from tallystick import metrics
        >>> scores = {"cat": [0.7, 0.2, 0.5, 0.1], "dog": [0.3, 0.8, 0.5, 0.9]}
        >>> metrics.top_accuracy(scores=scores, label=["cat", "dog", "dog", "dog"]).value
        0.75
    """
    return class_metric(
        "top_accuracy",
        scores,
        given("label", label),
        classes,
        reference_scores=reference_scores,
        reference_label=reference_label,
        tolerance=tolerance,
        false_alarm_rate=false_alarm_rate,
    )


def top_ece_debiased(
    *,
    scores: Any,
    label: Any,
    classes: Sequence[Any] | None = None,
    reference_scores: Any = None,
    reference_label: Any = None,
    bins: int = 15,
) -> Measurement:
    """Calibration error of the highest score of a row, with the sampling error taken out.

    As `ece_debiased`, of the highest score against whether its class is the label: of rows whose
    class is scored 0.8 at the most some 80 % should be right. Range [-1/2, 1].

    Args:
        scores: Scores of every class: a mapping of class to array, an array of shape
            (n, classes), or an Arrow column of lists.
        label: What really happened, shape (n,).
        classes: The label of each column of scores; the keys of a mapping when left out. Of equal
            scores the first class is predicted.
        reference_scores: Scores to compare with; the value is then the change, current less
            reference.
        reference_label: Their labels, shape (m,).
        bins: Bins of equal mass.

    Returns:
        A Measurement with the interval and p value of `ece_debiased`. With a reference its error
        stands beside the current one, which remains the value.

    Raises:
        ParameterError: Scores and labels of different length, fewer than 2 classes or more than
            32, labels that are none of the classes, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers.

    Missing data: rows with a score that is null, NaN or outside of [0, 1], and rows without a
        label, are left out; `n_current` is the number of the others.
    Cost: about 10 ns a row and class; counts are the same in any order.
    Source: Guo, Pleiss, Sun and Weinberger, ICML 2017; Broecker 2012.

    Example:
        >>> from tallystick import metrics
        >>> scores = {"cat": [0.7, 0.2, 0.5, 0.1], "dog": [0.3, 0.8, 0.5, 0.9]}
        >>> many = {name: values * 500 for name, values in scores.items()}
        >>> label = ["cat", "dog", "dog", "cat"] * 500
        >>> metrics.top_ece_debiased(scores=many, label=label).value > 0.2
        True
    """
    return class_metric(
        "top_ece_debiased",
        scores,
        given("label", label),
        classes,
        reference_scores=reference_scores,
        reference_label=reference_label,
        bins=bins,
    )


def macro_f1(
    *,
    scores: Any,
    label: Any,
    classes: Sequence[Any] | None = None,
    reference_scores: Any = None,
    reference_label: Any = None,
) -> Measurement:
    """Mean F1 of the classes, each counting alike.

    `2 tp / (true + predicted)` of every class that occurs, averaged. Range [0, 1]; of a change
    [-1, 1].

    Args:
        scores: Scores of every class: a mapping of class to array, an array of shape
            (n, classes), or an Arrow column of lists.
        label: What really happened, shape (n,).
        classes: The label of each column of scores; the keys of a mapping when left out. Of equal
            scores the first class is predicted.
        reference_scores: Scores to compare with; the value is then the change, current less
            reference.
        reference_label: Their labels, shape (m,).

    Returns:
        A Measurement with the delta method's interval; of a change the two are combined by squares.
        None without an error, which says nothing of the next one.

    Raises:
        ParameterError: Scores and labels of different length, fewer than 2 classes or more than
            32, labels that are none of the classes, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers.

    Missing data: rows with a score that is null, NaN or outside of [0, 1], and rows without a
        label, are left out; `n_current` is the number of the others.
    Cost: about 10 ns a row and class; counts are the same in any order.
    Source: Sokolova and Lapalme 2009; Takahashi et al., Applied Intelligence 52, 2022.

    Example:
        >>> from tallystick import metrics
        >>> scores = {"cat": [0.7, 0.2, 0.5, 0.1], "dog": [0.3, 0.8, 0.5, 0.9]}
        >>> round(metrics.macro_f1(scores=scores, label=["cat", "dog", "dog", "dog"]).value, 3)
        0.733
    """
    return class_metric(
        "macro_f1",
        scores,
        given("label", label),
        classes,
        reference_scores=reference_scores,
        reference_label=reference_label,
    )


def weighted_f1(
    *,
    scores: Any,
    label: Any,
    classes: Sequence[Any] | None = None,
    reference_scores: Any = None,
    reference_label: Any = None,
) -> Measurement:
    """Mean F1 of the classes, weighted by how many rows are of each.

    `sum true * F1 / rows`. Range [0, 1]; of a change [-1, 1].

    Args:
        scores: Scores of every class: a mapping of class to array, an array of shape
            (n, classes), or an Arrow column of lists.
        label: What really happened, shape (n,).
        classes: The label of each column of scores; the keys of a mapping when left out. Of equal
            scores the first class is predicted.
        reference_scores: Scores to compare with; the value is then the change, current less
            reference.
        reference_label: Their labels, shape (m,).

    Returns:
        A Measurement with the delta method's interval; of a change the two are combined by squares.
        None without an error, which says nothing of the next one.

    Raises:
        ParameterError: Scores and labels of different length, fewer than 2 classes or more than
            32, labels that are none of the classes, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers.

    Missing data: rows with a score that is null, NaN or outside of [0, 1], and rows without a
        label, are left out; `n_current` is the number of the others.
    Cost: about 10 ns a row and class; counts are the same in any order.
    Source: Sokolova and Lapalme 2009; Takahashi et al., Applied Intelligence 52, 2022.

    Example:
        >>> from tallystick import metrics
        >>> scores = {"cat": [0.7, 0.2, 0.5, 0.1], "dog": [0.3, 0.8, 0.5, 0.9]}
        >>> round(metrics.weighted_f1(scores=scores, label=["cat", "dog", "dog", "dog"]).value, 3)
        0.767
    """
    return class_metric(
        "weighted_f1",
        scores,
        given("label", label),
        classes,
        reference_scores=reference_scores,
        reference_label=reference_label,
    )


def kappa(
    *,
    scores: Any,
    label: Any,
    classes: Sequence[Any] | None = None,
    reference_scores: Any = None,
    reference_label: Any = None,
) -> Measurement:
    """Cohen's kappa: agreement of prediction and label beyond chance.

    `(a - e) / (1 - e)` with the accuracy `a` and what the margins alone would give,
    `e = sum true share * predicted share`. Range [-1, 1]; of a change [-2, 2].

    Args:
        scores: Scores of every class: a mapping of class to array, an array of shape
            (n, classes), or an Arrow column of lists.
        label: What really happened, shape (n,).
        classes: The label of each column of scores; the keys of a mapping when left out. Of equal
            scores the first class is predicted.
        reference_scores: Scores to compare with; the value is then the change, current less
            reference.
        reference_label: Their labels, shape (m,).

    Returns:
        A Measurement with the delta method's interval; of a change the two are combined by squares.
        Where all rows are of one class and predicted as it there is no kappa: the status is
        undetermined, the reason "one_class".

    Raises:
        ParameterError: Scores and labels of different length, fewer than 2 classes or more than
            32, labels that are none of the classes, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers.

    Missing data: rows with a score that is null, NaN or outside of [0, 1], and rows without a
        label, are left out; `n_current` is the number of the others.
    Cost: about 10 ns a row and class; counts are the same in any order.
    Source: Cohen 1960; Fleiss, Cohen and Everitt, Psychological Bulletin 72, 1969.

    Example:
        >>> from tallystick import metrics
        >>> scores = {"cat": [0.7, 0.2, 0.5, 0.1], "dog": [0.3, 0.8, 0.5, 0.9]}
        >>> metrics.kappa(scores=scores, label=["cat", "dog", "dog", "dog"]).value
        0.5
    """
    return class_metric(
        "kappa",
        scores,
        given("label", label),
        classes,
        reference_scores=reference_scores,
        reference_label=reference_label,
    )


def balanced_top_accuracy(
    *,
    scores: Any,
    label: Any,
    classes: Sequence[Any] | None = None,
    reference_scores: Any = None,
    reference_label: Any = None,
) -> Measurement:
    """Mean recall of the classes.

    `sum tp / true` over the classes that occur as labels, averaged. Range [0, 1]; of a change
    [-1, 1].

    Args:
        scores: Scores of every class: a mapping of class to array, an array of shape
            (n, classes), or an Arrow column of lists.
        label: What really happened, shape (n,).
        classes: The label of each column of scores; the keys of a mapping when left out. Of equal
            scores the first class is predicted.
        reference_scores: Scores to compare with; the value is then the change, current less
            reference.
        reference_label: Their labels, shape (m,).

    Returns:
        A Measurement. The interval adds the squares of the ends of the recalls' Wilson intervals;
        of a change the two are combined likewise.

    Raises:
        ParameterError: Scores and labels of different length, fewer than 2 classes or more than
            32, labels that are none of the classes, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers.

    Missing data: rows with a score that is null, NaN or outside of [0, 1], and rows without a
        label, are left out; `n_current` is the number of the others.
    Cost: about 10 ns a row and class; counts are the same in any order.
    Source: Brodersen, Ong, Stephan and Buhmann, ICPR 2010.

    Example:
        >>> from tallystick import metrics
        >>> scores = {"cat": [0.7, 0.2, 0.5, 0.1], "dog": [0.3, 0.8, 0.5, 0.9]}
        >>> label = ["cat", "dog", "dog", "dog"]
        >>> round(metrics.balanced_top_accuracy(scores=scores, label=label).value, 3)
        0.833
    """
    return class_metric(
        "balanced_top_accuracy",
        scores,
        given("label", label),
        classes,
        reference_scores=reference_scores,
        reference_label=reference_label,
    )


def score_sum_violation_share(
    *,
    scores: Any,
    classes: Sequence[Any] | None = None,
    reference_scores: Any = None,
) -> Measurement:
    """Share of rows whose scores do not sum to 1.

    Rows whose sum misses 1 by more than 0.001, over rows with all scores in [0, 1]. Scores are
    never made to sum to 1. Range [0, 1]; of a change [-1, 1].

    Args:
        scores: Scores of every class: a mapping of class to array, an array of shape
            (n, classes), or an Arrow column of lists.
        classes: The label of each column of scores; the keys of a mapping when left out. Of equal
            scores the first class is predicted.
        reference_scores: Scores to compare with; the value is then the change, current less
            reference.

    Returns:
        A Measurement with Wilson's interval; of a change Newcombe's, and the p value of no change.

    Raises:
        ParameterError: Scores and labels of different length, fewer than 2 classes or more than
            32, labels that are none of the classes, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers.

    Missing data: rows with a score that is null, NaN or outside of [0, 1] are left out;
        `n_current` is the number of the others.
    Cost: about 10 ns a row and class; counts are the same in any order.
    Source: Newcombe, Statistics in Medicine 17, 1998, method 10, for a change.

    Example:
        >>> from tallystick import metrics
        >>> scores = {"cat": [0.7, 0.2, 0.5, 0.1], "dog": [0.3, 0.8, 0.5, 0.9]}
        >>> metrics.score_sum_violation_share(scores=scores | {"cat": [0.7, 0.2, 0.5, 0.2]}).value
        0.25
    """
    return class_metric(
        "score_sum_violation_share",
        scores,
        None,
        classes,
        reference_scores=reference_scores,
    )
