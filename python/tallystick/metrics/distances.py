"""Distances between two distributions of numbers, certified from cells."""

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
) -> Measurement:
    """Kolmogorov-Smirnov distance, certified.

    `max |F - G|` of the two empirical distributions. Range [0, 1]. From cells the distance is
    known to lie in `[lower, upper]`, exactly when every cell in use holds one value.

    Args:
        reference: Values of the reference: array, list, Series, Arrow array, or a table with
            `column=`. Shape (n,).
        current: Values to compare, shape (m,).
        reference_counts: Instead of values, rows of the reference in each cell.
        current_counts: Rows of the current side in the same cells.
        column: The column to take when the sides are tables.
        tolerance: Largest harmless value; given, the status says ok, alert or undetermined.
        false_alarm_rate: Chance of an alert when the effect is within tolerance.

    Returns:
        A Measurement; `value` is the lower end. The p value is the limit law's at that end:
        conservative, more so with ties. On counts the cells are in order.

    Raises:
        ParameterError: Both or neither of values and counts, or a number out of its domain.
        ColumnTypeError: Values of a type that cannot be counted, or are no numbers.

    Missing data: null, NaN and infinities take no part; `missing_share` tells of them.
    Cost: about 5 ns a value, plus sorting a sample of at most 262,144; microseconds on counts.
    Source: Kolmogorov 1933; Smirnov 1939.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.ks(reference=[1, 2, 3, 4], current=[3, 4, 5, 6])
        >>> m.lower, m.upper
        (0.5, 0.5)
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
    Cost: about 5 ns a value, plus sorting a sample of at most 262,144; microseconds on counts.
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
    Cost: about 5 ns a value, plus sorting a sample of at most 262,144; microseconds on counts.
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
