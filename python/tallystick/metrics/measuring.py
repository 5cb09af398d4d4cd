"""The one way from two sides to one measurement, which every metric goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tallystick import _core
from tallystick.comparison import Measurement, compare
from tallystick.comparison.measurement import measurements_of
from tallystick.errors import ColumnTypeError, MissingColumnError, ParameterError, did_you_mean
from tallystick.profiling import profile
from tallystick.reading import open_source
from tallystick.spec.vocabulary import DEFAULT_FALSE_ALARM_RATE, TOLERANCE_OF

_NAME = "value"
_NEEDS = {metric["name"]: metric["needs"] for metric in _core.CATALOGUE}


def measure(
    metric: str,
    *,
    reference: Any = None,
    current: Any = None,
    reference_counts: Sequence[int] | None = None,
    current_counts: Sequence[int] | None = None,
    column: str | None = None,
    bins: int = 10,
    tolerance: float | None = None,
    false_alarm_rate: float = DEFAULT_FALSE_ALARM_RATE,
) -> Measurement:
    """Measures `metric` on arrays or on counts."""
    from_counts = reference_counts is not None or current_counts is not None
    from_values = reference is not None or current is not None
    if from_counts == from_values:
        raise ParameterError(
            f"{metric}: expected either reference= and current=, or reference_counts= and "
            "current_counts=",
            name="reference",
        )
    if tolerance is not None and metric not in TOLERANCE_OF:
        raise ParameterError(
            f"tolerance: expected none, {metric} only informs",
            hint=f"metrics that decide: {', '.join(TOLERANCE_OF)}",
            name="tolerance",
        )
    if from_counts:
        return _on_counts(metric, reference_counts, current_counts, tolerance, false_alarm_rate)
    if reference is None or current is None:
        raise ParameterError(f"{metric}: expected both reference= and current=", name="current")
    numbers = _NEEDS[metric] == "numbers"
    sides = {"reference": reference, "current": current}
    first, second = (_one_column(data, column, side, numbers) for side, data in sides.items())
    spec = _spec(metric, tolerance)
    counted = profile(first, spec=spec, threads=1)
    report = compare(
        reference=counted,
        current=profile(second, plan=counted.plan, spec=spec, threads=1),
        spec=spec,
        groups=bins,
        false_alarm_rate=false_alarm_rate,
    )
    return _row(report, metric)


def _row(report: Any, metric: str) -> Measurement:
    instrument = "rows" if metric == "row_count" else _NAME
    for row in report.measurements:
        if row.instrument == instrument and row.metric == metric:
            return row  # type: ignore[no-any-return]
    kinds = {column["name"]: column["kind"] for column in report.reference.plan.columns}
    wanted = "numbers" if _NEEDS[metric] == "numbers" else "categories"
    raise ColumnTypeError(
        f"{metric}: expected {wanted}, got a {kinds[_NAME]} column",
        hint="psi, total_variation, jensen_shannon and hellinger take both",
    )


def _on_counts(
    metric: str,
    reference: Sequence[int] | None,
    current: Sequence[int] | None,
    tolerance: float | None,
    false_alarm_rate: float,
) -> Measurement:
    if reference is None or current is None:
        raise ParameterError(
            f"{metric}: expected both reference_counts= and current_counts=", name="current_counts"
        )
    sides = [_whole("reference_counts", reference), _whole("current_counts", current)]
    batch = _core.measure_counts(
        metric, *sides, tolerance=tolerance, false_alarm_rate=false_alarm_rate
    )
    return measurements_of(batch)[0]


def _whole(name: str, counts: Sequence[int]) -> list[int]:
    try:
        whole = [int(count) for count in counts]
    except (TypeError, ValueError):
        whole = [-1]
    if any(count < 0 or count != given for count, given in zip(whole, counts, strict=False)):
        raise ParameterError(f"{name}: expected whole numbers of at least 0", name=name)
    return whole


def _spec(metric: str, tolerance: float | None) -> dict[str, Any] | None:
    if tolerance is None:
        return None
    column = {"decide": metric, "tolerance": {TOLERANCE_OF[metric]: tolerance}}
    return {"schema": 1, "columns": {_NAME: column}}


def _one_column(data: Any, column: str | None, side: str, numbers: bool) -> dict[str, Any]:
    """The side as a mapping of one column of a common name."""
    import pyarrow as pa  # type: ignore[import-untyped]

    is_frame = isinstance(data, Mapping) or hasattr(data, "columns") or hasattr(data, "schema")
    values = _of_frame(data, column, side) if is_frame else data
    if hasattr(values, "__arrow_c_stream__"):
        values = pa.chunked_array(values)
    array = values if isinstance(values, pa.ChunkedArray | pa.Array) else _array(values, side)
    if numbers and pa.types.is_null(array.type):
        # An empty or all-null list says nothing of its type.
        array = array.cast(pa.float64())
    return {_NAME: array}


def _array(values: Any, side: str) -> Any:
    import pyarrow as pa

    try:
        return pa.array(values)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise ColumnTypeError(
            f"{side}: expected one column of numbers, texts, booleans or times, "
            f"got {type(values).__name__}",
            hint="lists may not mix types; pass column= to pick one of a table",
        ) from error


def _of_frame(data: Any, column: str | None, side: str) -> Any:
    import pyarrow as pa

    names = list(open_source(data).schema.names)
    if column is None and len(names) != 1:
        raise ParameterError(
            f"column: expected one of the {len(names)} columns of {side}",
            hint="pass column=",
            name="column",
        )
    chosen = names[0] if column is None else column
    if chosen not in names:
        raise MissingColumnError(
            f"{side}: no column {chosen}", hint=did_you_mean(chosen, names), columns=[chosen]
        )
    source = open_source(data, columns=[chosen])
    batches = [batch for unit in source.units() for batch in unit.read()]
    return pa.Table.from_batches(batches, schema=batches[0].schema if batches else source.schema)[
        chosen
    ]
