"""Distances between two distributions of numbers, exact or certified from cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tallystick.comparison import Measurement
from tallystick.metrics.measuring import measure


def ks(
    *,
    reference: Any = None,
    current: Any = None,
    reference_counts: Sequence[int] | None = None,
    current_counts: Sequence[int] | None = None,
    column: str | None = None,
    tolerance: float | None = None,
    false_alarm_rate: float = 0.01,
    threads: int | None = None,
) -> Measurement:
    """Kolmogorov-Smirnov distance, exact on values and certified on counts.

    `max |F - G|` of the two empirical distributions. Range [0, 1]. Values are compared as the
    numbers they are, across types too, so that `value == lower == upper`. From counts the
    distance is known to lie in `[lower, upper]`.

    Args:
        reference: Values of the reference: array, list, Series, Arrow array, or a table with
            `column=`. Shape (n,).
        current: Values to compare, shape (m,).
        reference_counts: Instead of values, rows of the reference in each cell.
        current_counts: Rows of the current side in the same cells.
        column: The column to take when the sides are tables.
        tolerance: Largest harmless value; given, the status says ok, alert or undetermined.
        false_alarm_rate: Chance of an alert when the effect is within tolerance.
        threads: Threads for values; by default TALLYSTICK_THREADS, else the processors, and one
            where there are few rows. The answer does not depend on it.

    Returns:
        A Measurement. On values the p value knows of ties: exact, path by path, while
        `n m <= 4,000,000`, else the limit law given the values that 1 row in 256 or more has,
        at most as conservative as without ties; `method` says which. On counts, whose cells are
        in order, `value` is the lower end and the p value the limit law's there: conservative.

    Raises:
        ParameterError: Both or neither of values and counts, or a number out of its domain.
        ColumnTypeError: Values of a type that cannot be counted, or are no numbers.

    Missing data: null, NaN and infinities take no part; `missing_share` tells of them.
    Cost: 2 to 10 ns a value of both sides, memory for the share that is gone through twice (a
        few percent as a rule); up to some milliseconds for the p value; microseconds on counts.
    Source: Kolmogorov 1933; Smirnov 1939; Schroeer and Trenkler 1995 for the p value with ties.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.ks(reference=[1, 2, 3, 4], current=[3, 4, 5, 6])
        >>> m.value, round(m.p_value, 4)
        (0.5, 0.7714)
    """
    return measure(
        "ks",
        reference=reference,
        current=current,
        reference_counts=reference_counts,
        current_counts=current_counts,
        column=column,
        tolerance=tolerance,
        false_alarm_rate=false_alarm_rate,
        threads=threads,
    )


def wasserstein(
    *,
    reference: Any,
    current: Any,
    column: str | None = None,
) -> Measurement:
    """Wasserstein-1 distance, certified, in the unit of the column.

    `integral |F - G|`: how far a row has to be moved on average. Range [0, inf). Known to lie
    in `[lower, upper]`; the difference of the means tightens both ends.

    Args:
        reference: Values of the reference: array, list, Series, Arrow array, or a table with
            `column=`. Shape (n,).
        current: Values to compare, shape (m,).
        column: The column to take when the sides are tables.

    Returns:
        A Measurement without a p value; `value` is the lower end.

    Raises:
        ParameterError: Both or neither of values and counts, or a number out of its domain.
        ColumnTypeError: Values of a type that cannot be counted, or are no numbers.

    Missing data: null, NaN and infinities take no part; `missing_share` tells of them.
    Cost: about 1.5 ns a value, plus sorting a sample of at most 262,144; microseconds on counts.
    Source: Vallender 1974.

    Example:
        >>> from tallystick import metrics
        >>> metrics.wasserstein(reference=[1, 2, 3], current=[2, 3, 4]).value
        1.0
    """
    return measure(
        "wasserstein",
        reference=reference,
        current=current,
        column=column,
    )


def mean(
    *,
    reference: Any,
    current: Any,
    column: str | None = None,
) -> Measurement:
    """Change of the mean of the finite values, in the unit of the column.

    `mean(current) - mean(reference)`, from sums that do not depend on the order of the rows.
    Range (-inf, inf).

    Args:
        reference: Values of the reference: array, list, Series, Arrow array, or a table with
            `column=`. Shape (n,).
        current: Values to compare, shape (m,).
        column: The column to take when the sides are tables.

    Returns:
        A Measurement with both means, Welch's interval and p value.

    Raises:
        ParameterError: Both or neither of values and counts, or a number out of its domain.
        ColumnTypeError: Values of a type that cannot be counted, or are no numbers.

    Missing data: null, NaN and infinities take no part; `missing_share` tells of them.
    Cost: about 1.5 ns a value, plus sorting a sample of at most 262,144; microseconds on counts.
    Source: Welch 1947.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.mean(reference=[1.0, 2.0, 3.0], current=[2.0, 3.0, 4.0])
        >>> m.reference_value, m.current_value, m.value
        (2.0, 3.0, 1.0)
    """
    return measure(
        "mean",
        reference=reference,
        current=current,
        column=column,
    )
