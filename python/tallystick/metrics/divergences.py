"""Divergences between two tables of counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tallystick.comparison import Measurement
from tallystick.metrics.measuring import measure


def psi(
    *,
    reference: Any = None,
    current: Any = None,
    reference_counts: Sequence[int] | None = None,
    current_counts: Sequence[int] | None = None,
    column: str | None = None,
    bins: int = 10,
) -> Measurement:
    """Population stability index (Jeffreys divergence), in nats.

    `sum((p - q) ln(p / q))` over the groups that are occupied on either side, p and q the shares
    of current and reference after half a row was added to each. Range [0, inf).

    Args:
        reference: Values of the reference: array, list, Series, Arrow array, or a table with
            `column=`. Shape (n,).
        current: Values to compare, shape (m,).
        reference_counts: Instead of values, rows of the reference in each cell.
        current_counts: Rows of the current side in the same cells.
        column: The column to take when the sides are tables.
        bins: Groups of nearly equal reference mass, 2 to 1,000; categories are not grouped but
            for the rare ones beyond the 32 most frequent, and counts not at all.

    Returns:
        A Measurement; `null_level` is what no change shows at these sizes, `(B-1)(1/n + 1/m)`,
        and `p_value` the chance of this much without any change.

    Raises:
        ParameterError: Both or neither of values and counts, or a number out of its domain.
        ColumnTypeError: Values of a type that cannot be counted.

    Missing data: null and NaN are one cell together, infinities another.
    Cost: about 1.5 ns a value, plus sorting a sample of at most 262,144; microseconds on counts.
    Source: Jeffreys 1946; Yurdakul and Naranjo, Journal of Risk Model Validation 2020.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.psi(reference_counts=[500, 500], current_counts=[600, 400])
        >>> round(m.value, 4), round(m.null_level, 4)
        (0.0405, 0.002)
    """
    return measure(
        "psi",
        reference=reference,
        current=current,
        reference_counts=reference_counts,
        current_counts=current_counts,
        column=column,
        bins=bins,
    )


def psi_corrected(
    *,
    reference: Any = None,
    current: Any = None,
    reference_counts: Sequence[int] | None = None,
    current_counts: Sequence[int] | None = None,
    column: str | None = None,
    bins: int = 10,
    tolerance: float | None = None,
    false_alarm_rate: float = 0.01,
) -> Measurement:
    """Population stability index less its mean under no change, in nats.

    `psi - (B-1)(1/n + 1/m)`: near 0 without change whatever the sizes, negative as often as
    positive. Range (-inf, inf).

    Args:
        reference: Values of the reference: array, list, Series, Arrow array, or a table with
            `column=`. Shape (n,).
        current: Values to compare, shape (m,).
        reference_counts: Instead of values, rows of the reference in each cell.
        current_counts: Rows of the current side in the same cells.
        column: The column to take when the sides are tables.
        bins: Groups of nearly equal reference mass, 2 to 1,000; categories are not grouped but
            for the rare ones beyond the 32 most frequent, and counts not at all.
        tolerance: Largest harmless value, in nats; by default 0.10.
        false_alarm_rate: Chance of an alert when the effect is within tolerance.

    Returns:
        A Measurement; the interval is that of the populations' psi by the non-central
        chi-square law. Its status is the verdict against `tolerance`: ok, alert or
        undetermined.

    Raises:
        ParameterError: Both or neither of values and counts, or a number out of its domain.
        ColumnTypeError: Values of a type that cannot be counted.

    Missing data: null and NaN are one cell together, infinities another.
    Cost: about 1.5 ns a value, plus sorting a sample of at most 262,144; microseconds on counts.
    Source: Yurdakul and Naranjo 2020; docs/decisions/0003-over-dispersion.md.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.psi_corrected(
        ...     reference_counts=[5000, 5000], current_counts=[9000, 1000], tolerance=0.1
        ... )
        >>> m.status, m.reason
        ('alert', 'beyond_tolerance')
    """
    return measure(
        "psi_corrected",
        reference=reference,
        current=current,
        reference_counts=reference_counts,
        current_counts=current_counts,
        column=column,
        bins=bins,
        tolerance=tolerance,
        false_alarm_rate=false_alarm_rate,
    )


def total_variation(
    *,
    reference: Any = None,
    current: Any = None,
    reference_counts: Sequence[int] | None = None,
    current_counts: Sequence[int] | None = None,
    column: str | None = None,
    bins: int = 10,
) -> Measurement:
    """Share of rows that would have to move to undo the change.

    `1/2 sum |p - q|` over the groups. Range [0, 1].

    Args:
        reference: Values of the reference: array, list, Series, Arrow array, or a table with
            `column=`. Shape (n,).
        current: Values to compare, shape (m,).
        reference_counts: Instead of values, rows of the reference in each cell.
        current_counts: Rows of the current side in the same cells.
        column: The column to take when the sides are tables.
        bins: Groups of nearly equal reference mass, 2 to 1,000; categories are not grouped but
            for the rare ones beyond the 32 most frequent, and counts not at all.

    Returns:
        A Measurement without a p value: the distance has no simple law.

    Raises:
        ParameterError: Both or neither of values and counts, or a number out of its domain.
        ColumnTypeError: Values of a type that cannot be counted.

    Missing data: null and NaN are one cell together, infinities another.
    Cost: about 1.5 ns a value, plus sorting a sample of at most 262,144; microseconds on counts.
    Source: Levin, Peres and Wilmer, Markov Chains and Mixing Times, chapter 4.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.total_variation(reference=["a", "b"] * 50, current=["a", "a", "b"] * 40)
        >>> round(m.value, 4)
        0.1667
    """
    return measure(
        "total_variation",
        reference=reference,
        current=current,
        reference_counts=reference_counts,
        current_counts=current_counts,
        column=column,
        bins=bins,
    )


def jensen_shannon(
    *,
    reference: Any = None,
    current: Any = None,
    reference_counts: Sequence[int] | None = None,
    current_counts: Sequence[int] | None = None,
    column: str | None = None,
    bins: int = 10,
) -> Measurement:
    """Jensen-Shannon distance, base 2.

    Square root of the mean of `KL(p || m)` and `KL(q || m)` in bits, m the mean of p and q.
    Range [0, 1].

    Args:
        reference: Values of the reference: array, list, Series, Arrow array, or a table with
            `column=`. Shape (n,).
        current: Values to compare, shape (m,).
        reference_counts: Instead of values, rows of the reference in each cell.
        current_counts: Rows of the current side in the same cells.
        column: The column to take when the sides are tables.
        bins: Groups of nearly equal reference mass, 2 to 1,000; categories are not grouped but
            for the rare ones beyond the 32 most frequent, and counts not at all.

    Returns:
        A Measurement; p value from `8 ln 2 nm/(n+m) JS^2 ~ chi-square(B-1)`.

    Raises:
        ParameterError: Both or neither of values and counts, or a number out of its domain.
        ColumnTypeError: Values of a type that cannot be counted.

    Missing data: null and NaN are one cell together, infinities another.
    Cost: about 1.5 ns a value, plus sorting a sample of at most 262,144; microseconds on counts.
    Source: Lin 1991; Endres and Schindelin 2003.

    Example:
        >>> from tallystick import metrics
        >>> metrics.jensen_shannon(reference_counts=[10, 0], current_counts=[0, 10]).value
        1.0
    """
    return measure(
        "jensen_shannon",
        reference=reference,
        current=current,
        reference_counts=reference_counts,
        current_counts=current_counts,
        column=column,
        bins=bins,
    )


def hellinger(
    *,
    reference: Any = None,
    current: Any = None,
    reference_counts: Sequence[int] | None = None,
    current_counts: Sequence[int] | None = None,
    column: str | None = None,
    bins: int = 10,
) -> Measurement:
    """Hellinger distance.

    `sqrt(1 - sum sqrt(p q))`, computed without cancellation. Range [0, 1].

    Args:
        reference: Values of the reference: array, list, Series, Arrow array, or a table with
            `column=`. Shape (n,).
        current: Values to compare, shape (m,).
        reference_counts: Instead of values, rows of the reference in each cell.
        current_counts: Rows of the current side in the same cells.
        column: The column to take when the sides are tables.
        bins: Groups of nearly equal reference mass, 2 to 1,000; categories are not grouped but
            for the rare ones beyond the 32 most frequent, and counts not at all.

    Returns:
        A Measurement; p value from `8 nm/(n+m) H^2 ~ chi-square(B-1)`.

    Raises:
        ParameterError: Both or neither of values and counts, or a number out of its domain.
        ColumnTypeError: Values of a type that cannot be counted.

    Missing data: null and NaN are one cell together, infinities another.
    Cost: about 1.5 ns a value, plus sorting a sample of at most 262,144; microseconds on counts.
    Source: Hellinger 1909; Le Cam 1986.

    Example:
        >>> from tallystick import metrics
        >>> metrics.hellinger(reference_counts=[10, 0], current_counts=[0, 10]).value
        1.0
    """
    return measure(
        "hellinger",
        reference=reference,
        current=current,
        reference_counts=reference_counts,
        current_counts=current_counts,
        column=column,
        bins=bins,
    )


def chi_square(
    *,
    reference: Any = None,
    current: Any = None,
    reference_counts: Sequence[int] | None = None,
    current_counts: Sequence[int] | None = None,
    column: str | None = None,
    bins: int = 10,
) -> Measurement:
    """Pearson's statistic of homogeneity, without continuity correction.

    `sum (O - E)^2 / E` over the 2 x B table. Range [0, inf); grows with the rows.

    Args:
        reference: Values of the reference: array, list, Series, Arrow array, or a table with
            `column=`. Shape (n,).
        current: Values to compare, shape (m,).
        reference_counts: Instead of values, rows of the reference in each cell.
        current_counts: Rows of the current side in the same cells.
        column: The column to take when the sides are tables.
        bins: Groups of nearly equal reference mass, 2 to 1,000; categories are not grouped but
            for the rare ones beyond the 32 most frequent, and counts not at all.

    Returns:
        A Measurement; p value from chi-square(B-1), unreliable when many cells expect
        fewer than 5 rows.

    Raises:
        ParameterError: Both or neither of values and counts, or a number out of its domain.
        ColumnTypeError: Values of a type that cannot be counted.

    Missing data: null and NaN are one cell together, infinities another.
    Cost: about 1.5 ns a value, plus sorting a sample of at most 262,144; microseconds on counts.
    Source: Pearson 1900.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.chi_square(reference_counts=[50, 50], current_counts=[60, 40])
        >>> round(m.value, 4), round(m.p_value, 4)
        (2.0202, 0.1552)
    """
    return measure(
        "chi_square",
        reference=reference,
        current=current,
        reference_counts=reference_counts,
        current_counts=current_counts,
        column=column,
        bins=bins,
    )


def g_test(
    *,
    reference: Any = None,
    current: Any = None,
    reference_counts: Sequence[int] | None = None,
    current_counts: Sequence[int] | None = None,
    column: str | None = None,
    bins: int = 10,
) -> Measurement:
    """Likelihood-ratio statistic of homogeneity.

    `2 sum O ln(O / E)` over the 2 x B table, computed without cancellation. Range [0, inf).

    Args:
        reference: Values of the reference: array, list, Series, Arrow array, or a table with
            `column=`. Shape (n,).
        current: Values to compare, shape (m,).
        reference_counts: Instead of values, rows of the reference in each cell.
        current_counts: Rows of the current side in the same cells.
        column: The column to take when the sides are tables.
        bins: Groups of nearly equal reference mass, 2 to 1,000; categories are not grouped but
            for the rare ones beyond the 32 most frequent, and counts not at all.

    Returns:
        A Measurement; p value from chi-square(B-1).

    Raises:
        ParameterError: Both or neither of values and counts, or a number out of its domain.
        ColumnTypeError: Values of a type that cannot be counted.

    Missing data: null and NaN are one cell together, infinities another.
    Cost: about 1.5 ns a value, plus sorting a sample of at most 262,144; microseconds on counts.
    Source: Wilks 1938.

    Example:
        >>> from tallystick import metrics
        >>> round(metrics.g_test(reference_counts=[50, 50], current_counts=[60, 40]).value, 4)
        2.0238
    """
    return measure(
        "g_test",
        reference=reference,
        current=current,
        reference_counts=reference_counts,
        current_counts=current_counts,
        column=column,
        bins=bins,
    )
