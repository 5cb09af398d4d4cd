"""How many labels there are, and of which rows."""

from __future__ import annotations

from typing import Any

from tallystick.comparison import Measurement
from tallystick.metrics.scoring import ANY_LABEL, given, score_metric


def label_coverage(
    *,
    label: Any,
    threads: int | None = None,
) -> Measurement:
    """Share of rows that have a label.

    `rows with a label / rows`. Range [0, 1]. In a comparison, of the rows old enough to have one.

    Args:
        label: What happened: booleans, numbers or texts. Shape (n,).
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement with Wilson's interval.

    Raises:
        ParameterError: No labels, or a number out of its domain.
        ColumnTypeError: Labels that are no categories.

    Missing data: it is what is measured; null and NaN are no labels.
    Cost: about 3 ns a row.
    Source: Wilson 1927 for the interval.

    Example:
        >>> from tallystick import metrics
        >>> metrics.label_coverage(label=[True, None, False, None]).value
        0.5
    """
    return score_metric(
        "label_coverage", label=given("label", label), threads=threads, positive=ANY_LABEL
    )


def positive_rate(
    *,
    label: Any,
    positive: Any = None,
    threads: int | None = None,
) -> Measurement:
    """Share of positives among labelled rows: the base rate.

    `positives / rows with a label`. Range [0, 1].

    Args:
        label: What happened: booleans, numbers or texts. Shape (n,).
        positive: The label to count, all others being negative; by default true or 1, and then only
            false and 0 are taken for negative.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement with Wilson's interval.

    Raises:
        ParameterError: Labels that need `positive=`, or a number out of its domain.
        ColumnTypeError: Labels that are no categories.

    Missing data: rows without a label are left out; `n_current` tells how many are left.
    Cost: about 3 ns a row.
    Source: Wilson 1927 for the interval.

    Example:
        >>> from tallystick import metrics
        >>> metrics.positive_rate(label=["churned", None, "stayed"], positive="churned").value
        0.5
    """
    return score_metric(
        "positive_rate", label=given("label", label), positive=positive, threads=threads
    )


def label_bias(
    *,
    score: Any,
    label: Any,
    threads: int | None = None,
) -> Measurement:
    """Drift of the scores of unlabelled rows from those of labelled ones.

    `psi_corrected` of the scores in tenths of [0, 1], in nats: whether the rows whose label is
    known are like the others. Range (-inf, inf); near 0 for labels that come at random.

    Args:
        score: Probability of the positive label, in [0, 1]: array, list, Series, Arrow array, or a
            table of one column. Shape (n,).
        label: Labels of the same rows, null or NaN where there is none; of which class does not
            matter. Shape (n,).
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement; `n_reference` counts labelled rows, `n_current` unlabelled ones, and
        `p_value` is the chance of this much if both are alike.

    Raises:
        ParameterError: Scores and labels of different length, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers, or labels that are no categories.

    Missing data: a missing label is what is measured; rows with a missing score are left out.
        Scores outside of [0, 1] are never clipped: the answer is then undetermined, with the reason
        "scores_outside".
    Cost: about 6 ns a row.
    Source: Yurdakul and Naranjo 2020.

    Example:
        >>> from tallystick import metrics
        >>> score = [i / 1000 for i in range(1000)]
        >>> early = metrics.label_bias(score=score, label=[1] * 500 + [None] * 500)
        >>> even = metrics.label_bias(score=score, label=[1, None] * 500)
        >>> early.value > 1, round(even.value, 2)
        (True, -0.04)
    """
    return score_metric(
        "label_bias",
        score=given("score", score),
        label=given("label", label),
        threads=threads,
        positive=ANY_LABEL,
    )
