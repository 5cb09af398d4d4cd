"""How far predictions of a number are from it."""

from __future__ import annotations

from typing import Any

from tallystick.comparison import Measurement
from tallystick.metrics.pairs import pair_metric


def mae(
    *,
    prediction: Any,
    label: Any,
    reference_prediction: Any = None,
    reference_label: Any = None,
    tolerance: float | None = None,
    false_alarm_rate: float = 0.01,
) -> Measurement:
    """Mean absolute error, in the unit of the label.

    `sum |prediction - label| / n` over the rows that have both. Range [0, inf); of a change
    (-inf, inf).

    Args:
        prediction: Foretold numbers: array, list, Series, Arrow array. Shape (n,).
        label: What really happened, shape (n,).
        reference_prediction: Predictions to compare with, shape (m,); the value is then the
            change, current less reference.
        reference_label: Their labels, shape (m,).
        tolerance: Largest harmless ratio to the reference's error, above 1; by default 1.25.
        false_alarm_rate: Chance of an alert when the ratio is within tolerance.

    Returns:
        A Measurement with Student's interval, of a change Welch's. With a reference its status is
        the verdict against `tolerance`, which is told in the unit of the label: ok, alert or
        undetermined. A smaller error is never an alert.

    Raises:
        ParameterError: Predictions and labels of different length, or a number out of its domain.
        ColumnTypeError: Predictions or labels that are no numbers.

    Missing data: rows in which either is null, NaN or infinite are left out; `n_current` is the
        number of the others.
    Cost: about 10 ns a row; sums are of integers, the same in any order.
    Source: Hyndman and Koehler, International Journal of Forecasting 22, 2006.

    Example:
        >>> from tallystick import metrics
        >>> metrics.mae(prediction=[2.5, 0.0, 2.0], label=[3.0, -0.5, None]).value
        0.5
    """
    return pair_metric(
        "mae",
        prediction,
        label,
        reference_prediction=reference_prediction,
        reference_label=reference_label,
        tolerance=tolerance,
        false_alarm_rate=false_alarm_rate,
    )


def rmse(
    *,
    prediction: Any,
    label: Any,
    reference_prediction: Any = None,
    reference_label: Any = None,
) -> Measurement:
    """Root of the mean squared error, in the unit of the label.

    `sqrt(sum (prediction - label)^2 / n)` over the rows that have both. Range [0, inf); of a
    change (-inf, inf). Large errors weigh more than in `mae`.

    Args:
        prediction: Foretold numbers: array, list, Series, Arrow array. Shape (n,).
        label: What really happened, shape (n,).
        reference_prediction: Predictions to compare with, shape (m,); the value is then the
            change, current less reference.
        reference_label: Their labels, shape (m,).

    Returns:
        A Measurement. The interval is the delta method's on the logarithm of the mean square,
        with fourth powers; of a change the two are combined by squares, and `p_value` is Welch's
        for the squared errors. None when every error is 0.

    Raises:
        ParameterError: Predictions and labels of different length.
        ColumnTypeError: Predictions or labels that are no numbers.

    Missing data: rows in which either is null, NaN or infinite are left out; `n_current` is the
        number of the others.
    Cost: about 10 ns a row; sums are of integers, the same in any order.
    Source: Hyndman and Koehler 2006; Zou and Donner, Statistics in Medicine 27, 2008.

    Example:
        >>> from tallystick import metrics
        >>> metrics.rmse(prediction=[1.0, 2.0], label=[2.0, 9.0]).value
        5.0
    """
    return pair_metric(
        "rmse",
        prediction,
        label,
        reference_prediction=reference_prediction,
        reference_label=reference_label,
    )


def bias(
    *,
    prediction: Any,
    label: Any,
    reference_prediction: Any = None,
    reference_label: Any = None,
) -> Measurement:
    """Mean prediction less mean label, in the unit of the label.

    `sum (prediction - label) / n` over the rows that have both; above 0 when predictions are too
    high. Range (-inf, inf).

    Args:
        prediction: Foretold numbers: array, list, Series, Arrow array. Shape (n,).
        label: What really happened, shape (n,).
        reference_prediction: Predictions to compare with, shape (m,); the value is then the
            change, current less reference.
        reference_label: Their labels, shape (m,).

    Returns:
        A Measurement with Student's interval; of a change Welch's, with his p value.

    Raises:
        ParameterError: Predictions and labels of different length.
        ColumnTypeError: Predictions or labels that are no numbers.

    Missing data: rows in which either is null, NaN or infinite are left out; `n_current` is the
        number of the others.
    Cost: about 10 ns a row; sums are of integers, the same in any order.
    Source: Welch 1947 for the interval of a change.

    Example:
        >>> from tallystick import metrics
        >>> metrics.bias(prediction=[3, 5, 7], label=[2, 4, 9]).value
        0.0
    """
    return pair_metric(
        "bias",
        prediction,
        label,
        reference_prediction=reference_prediction,
        reference_label=reference_label,
    )


def r2(
    *,
    prediction: Any,
    label: Any,
    reference_prediction: Any = None,
    reference_label: Any = None,
) -> Measurement:
    """Coefficient of determination: the share of the labels' variance that is foretold.

    `1 - sum (prediction - label)^2 / sum (label - mean)^2` over the rows that have both. Range
    (-inf, 1]; below 0 when the mean of the labels would foretell better.

    Args:
        prediction: Foretold numbers: array, list, Series, Arrow array. Shape (n,).
        label: What really happened, shape (n,).
        reference_prediction: Predictions to compare with, shape (m,); the value is then the
            change, current less reference.
        reference_label: Their labels, shape (m,).

    Returns:
        A Measurement. The interval is Fisher's for a squared correlation, which holds for
        predictions without bias; none at or below 0. Where all labels are one value there is no
        R2: the status is undetermined, the reason "constant".

    Raises:
        ParameterError: Predictions and labels of different length.
        ColumnTypeError: Predictions or labels that are no numbers.

    Missing data: rows in which either is null, NaN or infinite are left out; `n_current` is the
        number of the others.
    Cost: about 10 ns a row; sums are of integers, the same in any order.
    Source: Wright 1921; Fisher 1915 for the interval.

    Example:
        >>> from tallystick import metrics
        >>> metrics.r2(prediction=[1.0, 2.0, 3.0], label=[1.0, 2.0, 4.0]).value > 0.78
        True
    """
    return pair_metric(
        "r2",
        prediction,
        label,
        reference_prediction=reference_prediction,
        reference_label=reference_label,
    )


def mape(
    *,
    prediction: Any,
    label: Any,
    reference_prediction: Any = None,
    reference_label: Any = None,
) -> Measurement:
    """Mean absolute percentage error, as a share: 0.1 is ten per cent.

    `sum |(prediction - label) / label| / n` over the rows that have both and whose label is not
    0. Range [0, inf); of a change (-inf, inf).

    Args:
        prediction: Foretold numbers: array, list, Series, Arrow array. Shape (n,).
        label: What really happened, shape (n,).
        reference_prediction: Predictions to compare with, shape (m,); the value is then the
            change, current less reference.
        reference_label: Their labels, shape (m,).

    Returns:
        A Measurement with Student's interval, of a change Welch's. Labels near 0 make single rows
        outweigh all others.

    Raises:
        ParameterError: Predictions and labels of different length.
        ColumnTypeError: Predictions or labels that are no numbers.

    Missing data: rows in which either is null, NaN or infinite are left out, and those whose
        label is 0, which has no percentage: `n_current` is the number of the others, that of
        `mae` counts the zeros too.
    Cost: about 10 ns a row; sums are of integers, the same in any order.
    Source: Hyndman and Koehler, International Journal of Forecasting 22, 2006.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.mape(prediction=[110.0, 90.0, 1.0], label=[100.0, 100.0, 0.0])
        >>> m.value, m.n_current
        (0.1, 2)
    """
    return pair_metric(
        "mape",
        prediction,
        label,
        reference_prediction=reference_prediction,
        reference_label=reference_label,
    )
