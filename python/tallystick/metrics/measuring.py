"""The one way from two sides to one measurement, which every metric goes."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from tallystick import _core
from tallystick.comparison import Measurement, compare
from tallystick.comparison.builder import MAX_GROUPS, MIN_GROUPS
from tallystick.comparison.measurement import measurements_of
from tallystick.errors import ColumnTypeError, ParameterError
from tallystick.metrics.checking import check_between, check_whole
from tallystick.metrics.sides import counts_of, values_of
from tallystick.profiling import profile
from tallystick.reading import processors
from tallystick.spec.vocabulary import (
    DEFAULT_FALSE_ALARM_RATE,
    DEFAULT_TOLERANCES,
    TOLERANCE_OF,
)

_NAME = "value"
_NEEDS = {metric["name"]: metric["needs"] for metric in _core.CATALOGUE}
_ON_BOTH_KINDS = [name for name, needs in _NEEDS.items() if needs == "counts"]


def measure(
    metric: str,
    *,
    reference: Any = None,
    current: Any = None,
    reference_counts: Any = None,
    current_counts: Any = None,
    column: str | None = None,
    bins: int = 10,
    tolerance: float | None = None,
    false_alarm_rate: float = DEFAULT_FALSE_ALARM_RATE,
    threads: int | None = None,
) -> Measurement:
    """Measures `metric` on values or on counts."""
    from_counts = reference_counts is not None or current_counts is not None
    if from_counts == (reference is not None or current is not None):
        or_counts = ""
        if metric in _core.ON_COUNTS:
            or_counts = ", or reference_counts= and current_counts="
        raise ParameterError(
            f"{metric}: expected either reference= and current={or_counts}", name="reference"
        )
    check_whole("bins", bins, MIN_GROUPS, MAX_GROUPS)
    check_between("false_alarm_rate", false_alarm_rate, 0, 0.5)
    _check_tolerance(metric, tolerance)
    if from_counts:
        both = _both("_counts", reference_counts, current_counts, metric)
        return _on_counts(metric, both, tolerance, float(false_alarm_rate))
    sides = _both("", reference, current, metric)
    first, second = (values_of(data, column, side) for side, data in sides.items())
    if metric == "ks":
        first = _countable(metric, first)
        return _on_rows(first, second, tolerance, float(false_alarm_rate), processors(threads))
    spec = _spec(metric, tolerance)
    counted = profile({_NAME: _countable(metric, first)}, spec=spec, threads=1)
    report = compare(
        reference=counted,
        current=profile({_NAME: second}, plan=counted.plan, spec=spec, threads=1),
        spec=spec,
        groups=int(bins),
        false_alarm_rate=float(false_alarm_rate),
    )
    row = report["rows" if metric == "row_count" else _NAME][metric]
    return _judged_alone(row, false_alarm_rate)


def _judged_alone(row: Measurement, false_alarm_rate: float) -> Measurement:
    """The verdict without the report's other tests, which this call did not ask for.

    Together with those q is p or more, so that judging alone can only add an alert.
    """
    p, tolerance, value = row.p_tolerance, row.tolerance, row.value
    if not row.decides or p is None or tolerance is None or value is None:
        return row
    if p <= false_alarm_rate and abs(value) > tolerance:
        return replace(row, q_value=p, status="alert", reason="beyond_tolerance")
    return replace(row, q_value=p)


def _both(suffix: str, reference: Any, current: Any, metric: str) -> dict[str, Any]:
    sides = {f"reference{suffix}": reference, f"current{suffix}": current}
    for name, data in sides.items():
        if data is None:
            raise ParameterError(f"{metric}: expected {name}= as well", name=name)
    return sides


def _check_tolerance(metric: str, tolerance: Any) -> None:
    if tolerance is None:
        return
    if metric not in TOLERANCE_OF:
        raise ParameterError(
            f"tolerance: expected none, {metric} only informs",
            hint=f"metrics that decide: {', '.join(TOLERANCE_OF)}",
            name="tolerance",
        )
    check_between("tolerance", tolerance, 0, math.inf if metric == "psi_corrected" else 1)


def _on_counts(
    metric: str, sides: dict[str, Any], tolerance: float | None, false_alarm_rate: float
) -> Measurement:
    if tolerance is None and metric == "psi_corrected":
        # As on values: it decides unless told otherwise.
        tolerance = DEFAULT_TOLERANCES[TOLERANCE_OF[metric]]
    batch = _core.measure_counts(
        metric,
        *(counts_of(counts, name) for name, counts in sides.items()),
        tolerance=None if tolerance is None else float(tolerance),
        false_alarm_rate=false_alarm_rate,
    )
    return measurements_of(batch)[0]


def _on_rows(
    reference: Any, current: Any, tolerance: float | None, false_alarm_rate: float, threads: int
) -> Measurement:
    """Of the values themselves, without cells in between."""
    import pyarrow as pa  # type: ignore[import-untyped]

    batch = _core.measure_ks(
        *(pa.table({_NAME: side}).to_batches() for side in (reference, current)),
        tolerance=None if tolerance is None else float(tolerance),
        false_alarm_rate=false_alarm_rate,
        threads=threads,
    )
    return measurements_of(batch)[0]


def _spec(metric: str, tolerance: float | None) -> dict[str, Any] | None:
    if tolerance is None:
        return None
    column = {"decide": metric, "tolerance": {TOLERANCE_OF[metric]: float(tolerance)}}
    return {"schema": 1, "columns": {_NAME: column}}


def _countable(metric: str, reference: Any) -> Any:
    """The reference, of a type that the metric is about."""
    import pyarrow as pa

    from tallystick.spec.arrow_types import SUPPORTED, natural_kind, type_name

    if _NEEDS[metric] == "numbers" and pa.types.is_null(reference.type):
        # An empty or all-null list says nothing of its type.
        return reference.cast(pa.float64())
    kind, got = natural_kind(reference.type), type_name(reference.type)
    if kind is None:
        raise ColumnTypeError(
            f"reference: expected a supported type, got {got}",
            hint=f"cast to one of {', '.join(SUPPORTED)}",
        )
    if _NEEDS[metric] == "numbers" and kind != "numeric":
        raise ColumnTypeError(
            f"{metric}: expected numbers, got {got}",
            hint=f"for numbers and categories: {', '.join(_ON_BOTH_KINDS)}",
        )
    if metric == "other_share" and kind != "categorical":
        raise ColumnTypeError(
            f"{metric}: expected categories, got {got}", hint="cast numeric codes to text"
        )
    return reference
