"""One row of the measurement table, typed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one metric says of one instrument in one part of the rows.

    Attributes:
        instrument: The column; "rows" for the data as a whole.
        metric: The metric's name in the catalogue.
        segment: "all", or a segment column and its value as "column=value".
        value: Size of the change; larger means more change. For KS and Wasserstein the lower
            end of the bracket.
        unit: Unit of `value`.
        reference_value, current_value: What each side shows, for metrics of one side.
        lower, upper: Certified bracket of the value on these rows, due to binning.
        ci_lower, ci_upper: Sampling interval of the effect at 95 %.
        null_level: What the metric shows when nothing has changed, at this many rows.
        usual_level: Largest value when each window of the reference is held against the others.
        p_value: Against no change.
        p_tolerance: Against "the effect is within tolerance"; decisions use this one.
        q_value: `p_tolerance` after Benjamini-Hochberg over the report's deciding rows.
        tolerance: Largest effect that is accepted; None when the metric only informs.
        n_reference, n_current: Rows of each side.
        n_needed: Rows of the current side that a decision would take, when one is possible.
        status: "ok", "alert", "undetermined" or "not_applicable".
        reason: Why, as a name from the table in docs/measurements.md.
        severity: "page", "warn" or "info".
        method: How the numbers were made.
        decides: Whether the row takes part in decisions.
        model, model_version, spec_id, plan_id: What the row is about.
        window_start, window_end: The window of the current rows, if one.

    Example:
        >>> import tallystick as ts
        >>> m = ts.metrics.total_variation(reference_counts=[50, 50], current_counts=[60, 40])
        >>> round(m.value, 12), m.unit
        (0.1, 'share')
    """

    instrument: str
    metric: str
    segment: str
    unit: str
    value: float | None
    reference_value: float | None
    current_value: float | None
    lower: float | None
    upper: float | None
    ci_lower: float | None
    ci_upper: float | None
    null_level: float | None
    usual_level: float | None
    p_value: float | None
    p_tolerance: float | None
    q_value: float | None
    tolerance: float | None
    n_reference: int
    n_current: int
    n_needed: int | None
    status: str
    reason: str
    severity: str
    method: str
    decides: bool
    model: str | None
    model_version: str | None
    spec_id: str | None
    plan_id: str | None
    window_start: dt.datetime | None
    window_end: dt.datetime | None

    def __float__(self) -> float:
        return float("nan") if self.value is None else self.value

    def to_dict(self) -> dict[str, Any]:
        """The row as JSON-like values; times as ISO text."""
        row = {field.name: getattr(self, field.name) for field in fields(self)}
        for name in ("window_start", "window_end"):
            if row[name] is not None:
                row[name] = row[name].isoformat()
        return row


_NAMES = tuple(field.name for field in fields(Measurement))


def measurements_of(batch: Any) -> list[Measurement]:
    """The rows of a measurement table."""
    return [Measurement(**{name: row[name] for name in _NAMES}) for row in batch.to_pylist()]
