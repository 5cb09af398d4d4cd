"""Shares and numbers of rows, and whether a column is there."""

from __future__ import annotations

from typing import Any

from tallystick.comparison import Measurement
from tallystick.metrics.measuring import measure


def missing_share(
    *,
    reference: Any,
    current: Any,
    column: str | None = None,
    tolerance: float | None = None,
    false_alarm_rate: float = 0.01,
) -> Measurement:
    """Change of the share of missing values.

    `missing(current)/m - missing(reference)/n`, missing being null or NaN. Range [-1, 1].

    Args:
        reference: Values of the reference: array, list, Series, Arrow array, or a table with
            `column=`. Shape (n,).
        current: Values to compare, shape (m,).
        column: The column to take when the sides are tables.
        tolerance: Largest harmless change of the share; by default 0.05.
        false_alarm_rate: Chance of an alert when the effect is within tolerance.

    Returns:
        A Measurement with both shares, Newcombe's interval and the score test's p value. Its
        status is the verdict against `tolerance`: ok, alert or undetermined.

    Raises:
        ParameterError: Both or neither of values and counts, or a number out of its domain.
        ColumnTypeError: Values of a type that cannot be counted.

    Missing data: it is what is measured.
    Cost: about 1.5 ns a value, plus sorting a sample of at most 262,144; microseconds on counts.
    Source: Newcombe 1998, method 10.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.missing_share(reference=[1.0] * 1000, current=[1.0, None] * 500)
        >>> m.value, m.status
        (0.5, 'alert')
    """
    return measure(
        "missing_share",
        reference=reference,
        current=current,
        column=column,
        tolerance=tolerance,
        false_alarm_rate=false_alarm_rate,
    )


def other_share(
    *,
    reference: Any,
    current: Any,
    column: str | None = None,
    tolerance: float | None = None,
    false_alarm_rate: float = 0.01,
) -> Measurement:
    """Change of the share of categories that the reference does not have.

    Rows of unseen categories over all rows, on each side. Range [-1, 1].

    Args:
        reference: Values of the reference: array, list, Series, Arrow array, or a table with
            `column=`. Shape (n,).
        current: Values to compare, shape (m,).
        column: The column to take when the sides are tables.
        tolerance: Largest harmless change of the share; by default 0.05.
        false_alarm_rate: Chance of an alert when the effect is within tolerance.

    Returns:
        A Measurement with both shares, Newcombe's interval and the score test's p value. Its
        status is the verdict against `tolerance`: ok, alert or undetermined.

    Raises:
        ParameterError: Both or neither of values and counts, or a number out of its domain.
        ColumnTypeError: Values of a type that cannot be counted, or are no categories.

    Missing data: missing values are rows that are not other.
    Cost: about 1.5 ns a value, plus sorting a sample of at most 262,144; microseconds on counts.
    Source: Newcombe 1998, method 10.

    Example:
        >>> from tallystick import metrics
        >>> metrics.other_share(reference=["a", "b"] * 500, current=["a", "c"] * 500).value
        0.5
    """
    return measure(
        "other_share",
        reference=reference,
        current=current,
        column=column,
        tolerance=tolerance,
        false_alarm_rate=false_alarm_rate,
    )


def row_count(
    *,
    reference: Any,
    current: Any,
    column: str | None = None,
) -> Measurement:
    """Change of the number of rows.

    `m - n`. Range (-inf, inf).

    Args:
        reference: Values of the reference: array, list, Series, Arrow array, or a table with
            `column=`. Shape (n,).
        current: Values to compare, shape (m,).
        column: The column to take when the sides are tables.

    Returns:
        A Measurement with both numbers.

    Raises:
        ParameterError: Both or neither of values and counts, or a number out of its domain.
        ColumnTypeError: Values of a type that cannot be counted.

    Missing data: missing values are rows.
    Cost: about 1.5 ns a value, plus sorting a sample of at most 262,144; microseconds on counts.
    Source: exact.

    Example:
        >>> from tallystick import metrics
        >>> metrics.row_count(reference=[1, 2, 3], current=[1, 2]).value
        -1.0
    """
    return measure(
        "row_count",
        reference=reference,
        current=current,
        column=column,
    )


def schema(
    *,
    reference: Any,
    current: Any,
    column: str | None = None,
) -> Measurement:
    """Whether the current values can be counted as the reference's are.

    A state rather than a number: `value` is None.

    Args:
        reference: Values of the reference: array, list, Series, Arrow array, or a table with
            `column=`. Shape (n,).
        current: Values to compare, shape (m,).
        column: The column to take when the sides are tables.

    Returns:
        A Measurement; status alert with reason "retyped" when they cannot.

    Raises:
        ParameterError: Both or neither of values and counts, or a number out of its domain.
        ColumnTypeError: Values of a type that cannot be counted.

    Missing data: nulls fit every type.
    Cost: about 1.5 ns a value, plus sorting a sample of at most 262,144; microseconds on counts.
    Source: this library's DESIGN, section 2.4.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.schema(reference=[1.5, 2.5], current=["a", "b"])
        >>> m.status, m.reason
        ('alert', 'retyped')
    """
    return measure(
        "schema",
        reference=reference,
        current=current,
        column=column,
    )
