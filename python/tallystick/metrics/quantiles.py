"""How well foretold quantiles and intervals of a number hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tallystick import _core
from tallystick.comparison import Measurement
from tallystick.comparison.measurement import measurements_of
from tallystick.errors import ParameterError
from tallystick.metrics.checking import check_between
from tallystick.metrics.pairs import batches_of, columns_of
from tallystick.reading import processors
from tallystick.spec.vocabulary import DEFAULT_FALSE_ALARM_RATE


def pinball_loss(
    *,
    prediction: Any,
    label: Any,
    quantile: float,
    reference_prediction: Any = None,
    reference_label: Any = None,
) -> Measurement:
    """Mean pinball loss of predicted quantiles, in the unit of the label.

    With q the quantile, a row costs `q (label - prediction)` where the label is above its
    prediction and `(1 - q) (prediction - label)` where it is below. Range [0, inf); of a change
    (-inf, inf). At 0.5 it is half of `mae`.

    Args:
        prediction: Foretold quantiles: array, list, Series, Arrow array. Shape (n,).
        label: What really happened, shape (n,).
        quantile: Share of labels expected at or below the prediction, in (0, 1).
        reference_prediction: Predictions to compare with, shape (m,); the value is then the
            change, current less reference.
        reference_label: Their labels, shape (m,).

    Returns:
        A Measurement with Student's interval, of a change Welch's. It informs.

    Raises:
        ParameterError: Predictions and labels of different length, or a quantile outside (0, 1).
        ColumnTypeError: Predictions or labels that are no numbers.

    Missing data: rows in which either is null, NaN or infinite are left out; `n_current` is the
        number of the others.
    Cost: about 20 ns a row; sums are of integers, the same in any order.
    Source: Koenker and Bassett, Econometrica 46, 1978.

    Example:
        >>> from tallystick import metrics
        >>> metrics.pinball_loss(prediction=[2.0, 5.0], label=[4.0, 4.0], quantile=0.75).value
        0.875
    """
    return _one_column(
        "pinball_loss", (prediction, label), (reference_prediction, reference_label), quantile
    )


def quantile_coverage(
    *,
    prediction: Any,
    label: Any,
    quantile: float,
    reference_prediction: Any = None,
    reference_label: Any = None,
) -> Measurement:
    """Share of labels at or below predicted quantiles, less the share that they promise.

    `rows with label <= prediction / n - quantile` over the rows that have both. Range [-1, 1];
    above 0 when the predicted quantiles are too high.

    Args:
        prediction: Foretold quantiles: array, list, Series, Arrow array. Shape (n,).
        label: What really happened, shape (n,).
        quantile: Share of labels expected at or below the prediction, in (0, 1).
        reference_prediction: Predictions whose share is told beside it, shape (m,).
        reference_label: Their labels, shape (m,).

    Returns:
        A Measurement with Wilson's interval and the binomial law's p value of no difference from
        `quantile`; `current_value` is the share itself. It informs.

    Raises:
        ParameterError: Predictions and labels of different length, or a quantile outside (0, 1).
        ColumnTypeError: Predictions or labels that are no numbers.

    Missing data: rows in which either is null, NaN or infinite are left out; `n_current` is the
        number of the others.
    Cost: about 20 ns a row.
    Source: Koenker and Bassett 1978; Wilson 1927 for the interval.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.quantile_coverage(prediction=[3] * 4, label=[1, 2, 3, 4], quantile=0.5)
        >>> m.value, m.current_value
        (0.25, 0.75)
    """
    return _one_column(
        "quantile_coverage", (prediction, label), (reference_prediction, reference_label), quantile
    )


def interval_coverage(
    *,
    lower: Any,
    upper: Any,
    label: Any,
    nominal: float,
    reference_lower: Any = None,
    reference_upper: Any = None,
    reference_label: Any = None,
    tolerance: float | None = None,
    false_alarm_rate: float = DEFAULT_FALSE_ALARM_RATE,
) -> Measurement:
    """Share of labels inside predicted intervals, less the share that they promise.

    `rows with lower <= label <= upper / n - nominal` over the rows that have all three. Range
    [-1, 1]; below 0 when the intervals are too narrow.

    Args:
        lower: Lower ends: array, list, Series, Arrow array. Shape (n,).
        upper: Upper ends, shape (n,).
        label: What really happened, shape (n,).
        nominal: Share of labels that the intervals promise to hold, in (0, 1).
        reference_lower: Lower ends of intervals whose share is told beside it, shape (m,).
        reference_upper: Their upper ends, shape (m,).
        reference_label: Their labels, shape (m,).
        tolerance: Largest harmless difference from `nominal`, in (0, 1); by default 0.05.
        false_alarm_rate: Chance of an alert when the difference is within tolerance.

    Returns:
        A Measurement with Wilson's interval, judged against `tolerance` by the exact binomial law:
        ok, alert or undetermined. `current_value` is the share itself.

    Raises:
        ParameterError: Ends and labels of different length, or a number out of its domain.
        ColumnTypeError: Ends or labels that are no numbers.

    Missing data: rows in which any of the three is null, NaN or infinite are left out; `n_current`
        is the number of the others.
    Cost: about 40 ns a row.
    Source: Christoffersen, International Economic Review 39, 1998; Wilson 1927 for the interval.

    Example:
        >>> from tallystick import metrics
        >>> y = [1.0, 2.0, 3.0, 9.0] * 100
        >>> low, high = [0.0] * 400, [4.0] * 400
        >>> m = metrics.interval_coverage(lower=low, upper=high, label=y, nominal=0.9)
        >>> round(m.value, 2), m.current_value, m.status
        (-0.15, 0.75, 'alert')
    """
    check_between("nominal", nominal, 0, 1)
    check_between("false_alarm_rate", false_alarm_rate, 0, 0.5)
    if tolerance is not None:
        check_between("tolerance", tolerance, 0, 1)
    current = {"lower": lower, "label": label, "upper": upper}
    reference = {
        "reference_lower": reference_lower,
        "reference_label": reference_label,
        "reference_upper": reference_upper,
    }
    below = (1.0 - nominal) / 2
    return _measure(
        "interval_coverage",
        current,
        reference,
        [below, 1.0 - below],
        tolerance=None if tolerance is None else float(tolerance),
        false_alarm_rate=float(false_alarm_rate),
    )


def _one_column(
    metric: str, current: tuple[Any, Any], reference: tuple[Any, Any], quantile: float
) -> Measurement:
    check_between("quantile", quantile, 0, 1)
    names = ("prediction", "label")
    return _measure(
        metric,
        dict(zip(names, current, strict=True)),
        {f"reference_{name}": data for name, data in zip(names, reference, strict=True)},
        [float(quantile)],
    )


def _measure(
    metric: str,
    current: Mapping[str, Any],
    reference: Mapping[str, Any],
    shares: Sequence[float],
    **settings: Any,
) -> Measurement:
    if len(set(shares)) < len(shares):
        raise ParameterError("nominal: expected a share that doubles tell from 0", name="nominal")
    table = _core.measure_quantiles(
        metric,
        _batches(metric, current),
        shares=shares,
        reference=(
            _batches(metric, reference)
            if any(data is not None for data in reference.values())
            else None
        ),
        threads=processors(None),
        **settings,
    )
    return measurements_of(table)[0]


def _batches(metric: str, given: Mapping[str, Any]) -> list[Any]:
    """A prediction, the label, and a column for each share; the first is the prediction."""
    first, label, *others = columns_of(metric, given)
    names = ["prediction", "label", "first", *(f"other {at}" for at in range(len(others)))]
    return batches_of(names, [first, label, first, *others])
