"""The one way from predictions and numeric labels to one measurement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tallystick import _core
from tallystick.comparison import Measurement
from tallystick.comparison.measurement import measurements_of
from tallystick.errors import ColumnTypeError, ParameterError
from tallystick.metrics.sides import values_of
from tallystick.reading import processors
from tallystick.spec.vocabulary import DEFAULT_FALSE_ALARM_RATE

_BATCH_ROWS = 1 << 16


def pair_metric(
    metric: str,
    prediction: Any,
    label: Any,
    *,
    reference_prediction: Any = None,
    reference_label: Any = None,
    tolerance: float | None = None,
    false_alarm_rate: float = DEFAULT_FALSE_ALARM_RATE,
    threads: int | None = None,
) -> Measurement:
    """Measures `metric` on rows; its change where a reference is given.

    Raises:
        ParameterError: Predictions and labels of different length, half a reference, or a number
            out of its domain.
        ColumnTypeError: Predictions or labels that are no numbers.
    """
    batches = _batches(metric, prediction, label, "")
    reference = None
    if reference_prediction is not None or reference_label is not None:
        reference = _batches(metric, reference_prediction, reference_label, "reference_")
    elif tolerance is not None:
        raise ParameterError(
            "tolerance: expected none without a reference, to which it is a ratio",
            hint="pass reference_prediction= and reference_label=",
            name="tolerance",
        )
    table, _ = _core.measure_regression(
        metric,
        batches,
        reference=reference,
        tolerance=None if tolerance is None else float(tolerance),
        false_alarm_rate=float(false_alarm_rate),
        threads=processors(threads),
    )
    return measurements_of(table)[0]


def _batches(metric: str, prediction: Any, label: Any, prefix: str) -> list[Any]:
    given = {f"{prefix}prediction": prediction, f"{prefix}label": label}
    return batches_of(list(given), columns_of(metric, given))


def columns_of(metric: str, given: Mapping[str, Any]) -> list[Any]:
    """Numbers of one length, by the names of the call.

    Raises:
        ParameterError: Columns of different length, or None.
        ColumnTypeError: A column that holds no numbers.
    """
    sides = {name: _numbers(metric, name, data) for name, data in given.items()}
    (first, predictions), *others = sides.items()
    for name, values in others:
        if len(values) != len(predictions):
            raise ParameterError(
                f"{name}: expected one for each of {len(predictions)} values of {first}, "
                f"got {len(values)}",
                name=name,
            )
    return list(sides.values())


def batches_of(names: list[str], columns: list[Any]) -> list[Any]:
    """The columns side by side, in batches that threads can share."""
    import pyarrow as pa  # type: ignore[import-untyped]

    table = pa.table(columns, names=names)
    return list(table.to_batches(max_chunksize=_BATCH_ROWS))


def _numbers(metric: str, name: str, data: Any) -> Any:
    """Numbers as they are; decimals and half floats, which are counted nowhere, as doubles."""
    from pyarrow import types

    if data is None:
        raise ParameterError(f"{name}: expected values, got None", name=name)
    values = values_of(data, None, name)
    kind = values.type
    if types.is_dictionary(kind):
        kind = kind.value_type
    if types.is_decimal(kind) or types.is_float16(kind):
        return values.cast("double")
    if not (types.is_integer(kind) or types.is_floating(kind) or types.is_null(kind)):
        hint = None
        if types.is_boolean(kind) or types.is_string(kind) or types.is_large_string(kind):
            hint = "for classes: auc, brier, accuracy and others, with score= and label="
        raise ColumnTypeError(f"{metric}: expected numbers in {name}, got {kind}", hint=hint)
    return values
