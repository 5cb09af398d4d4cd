"""All numbers of an instrument, line by line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tallystick.comparison import Measurement
from tallystick.rendering import numbers, score_words, words
from tallystick.rendering.findings import ALL, Findings

Line = dict[str, Any]
# Of a distance, both sides' values say nothing.
_COUNTED_OTHERWISE = {"schema", "row_count"}
_DAY = 86_400e9


def lines(findings: Findings, instrument: str) -> list[Line]:
    """Every metric over all rows, those that decide first."""
    rows = [
        row
        for row in findings.rows_of(instrument)
        if row.segment == ALL and row.metric not in _COUNTED_OTHERWISE and _said(row)
    ]
    rows.sort(key=lambda row: not row.decides)
    return [line(findings, row) for row in rows]


def line(findings: Findings, row: Measurement) -> Line:
    """One measurement as the cells of a table."""
    write = _writer(findings, row)
    before, now = _side(findings, row)
    return {
        "metric": row.metric,
        "segment": "" if row.segment == ALL else words.segment(row.segment),
        "reference": before,
        "current": now,
        "value": write(row.value),
        "interval": _pair(write, row.ci_lower, row.ci_upper),
        "bracket": _pair(write, row.lower, row.upper) if row.lower != row.upper else "",
        # Sizes, whatever the direction.
        "null": "" if row.null_level is None else write(row.null_level).lstrip("+"),
        "usual": "" if row.usual_level is None else write(row.usual_level).lstrip("+"),
        "tolerance": "" if row.tolerance is None else words.level(row, row.tolerance),
        "status": row.status if row.decides else "",
        "row": row,
    }


def _said(row: Measurement) -> bool:
    return any(one is not None for one in (row.value, row.reference_value, row.current_value))


def _pair(write: Callable[[float | None], str], low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{write(low)} to {write(high)}"


def _writer(findings: Findings, row: Measurement) -> Callable[[float | None], str]:
    """How the value of a row and its intervals are written."""
    if row.metric in score_words.FORMS and row.unit != "share":
        form = score_words.FORMS[row.metric]
        return lambda value: "-" if value is None else form.value(value)
    if row.unit == "share":
        return lambda value: "-" if value is None else f"{numbers.points(value, sign=True)} pt"
    if row.unit == "column unit" and (unit := _nanoseconds(findings, row.instrument)):
        return lambda value: "-" if value is None else f"{value * unit / _DAY:+,.2f} days"
    if row.unit in ("nats", "distance", "probability", "precision", "correlation"):
        return lambda value: "-" if value is None else numbers.distance(value)
    return numbers.number


def _nanoseconds(findings: Findings, instrument: str) -> int | None:
    """What a unit of a column of times is; None for all others."""
    column = findings.columns.get(instrument, {})
    return column.get("nanoseconds") if column.get("domain") == "temporal" else None


def _side(findings: Findings, row: Measurement) -> tuple[str, str]:
    values = row.reference_value, row.current_value
    if values == (None, None):
        return "", ""
    if row.unit == "share" or row.metric == "selection_rate_ratio":
        show: Callable[[float | None], str] = numbers.share
    elif row.unit == "column unit":
        show = words.value_of(findings, row.instrument)
    else:
        show = _writer(findings, row)
    return show(values[0]), show(values[1])
