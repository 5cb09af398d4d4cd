"""Effects with their intervals beside what is accepted, usual, and shown by chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from tallystick.comparison import Measurement
from tallystick.judging.effects import closeness
from tallystick.rendering import words
from tallystick.rendering.charts import theme
from tallystick.rendering.charts.ranges import ranges
from tallystick.rendering.findings import ALL, Findings

MOST_SEGMENTS = 8
MOST_INSTRUMENTS = 40


def effects(findings: Findings, instrument: str) -> Any | None:
    """The deciding effect over all rows and in the segments where it is largest."""
    deciding = over_all_rows(findings, instrument)
    if deciding is None or deciding.value is None:
        return None
    rows = [deciding, *worst_parts(findings, deciding)]
    where = "all rows and segments" if len(rows) > 1 else "all rows"
    lines = []
    if deciding.tolerance is not None:
        ends = accepted(deciding, deciding.tolerance)
        lines += [(end, "tolerance" if end == ends[-1] else "", theme.ALERT) for end in ends]
    if deciding.usual_level is not None:
        lines.append((deciding.usual_level, "", theme.REFERENCE_LINE))
    if deciding.null_level is not None:
        lines.append((deciding.null_level, "", theme.MUTED))
    said = f"{deciding.metric} of {words.name(instrument)}, {where}: {words.change(deciding)}"
    tolerance = f", tolerance {words.level(deciding, deciding.tolerance)}"
    return ranges(
        [_range(row) for row in rows],
        lines,
        title=f"{deciding.metric}, {where}",
        description=said + (tolerance if deciding.tolerance is not None else ""),
        scale=alt.Scale(type="symlog", constant=deciding.tolerance or 0.1, nice=False),
        axis=alt.Axis(title=None, grid=True, values=_ticks(rows, lines), format="~r"),
    )


def accepted(row: Measurement, tolerance: float) -> list[float]:
    """The ends of what is accepted: both where an effect may go either way."""
    if row.metric == "label_coverage":
        return [tolerance]
    if row.unit == "ratio":
        return [1 / tolerance, tolerance]
    signed = row.unit == "share" or row.metric in ("top_accuracy", "interval_coverage")
    if row.metric in ("auc", "top_accuracy"):
        return [-tolerance]
    return [-tolerance, tolerance] if signed else [tolerance]


def over_all_rows(findings: Findings, instrument: str) -> Measurement | None:
    """What says most of an instrument; its total where that is a part, if the total has a value."""
    row = findings.main_row(instrument)
    if row is None:
        return None
    if row.metric == "schema":
        return findings.find(instrument, ALL, "psi_corrected")
    total = findings.find(instrument, ALL, row.metric)
    return total if total is not None and total.value is not None else row


def worst_parts(findings: Findings, row: Measurement, most: int = MOST_SEGMENTS) -> list[Any]:
    """The same metric in segments: alerts first, then the largest effects."""
    parts = [
        one
        for one in findings.rows_of(row.instrument)
        if one.metric == row.metric and one.segment not in (ALL, row.segment) and one.value
    ]
    parts.sort(key=lambda one: (one.status != "alert", -abs(one.value or 0.0)))
    return parts[:most]


def _range(row: Measurement) -> dict[str, Any]:
    label = "all rows" if row.segment == ALL else words.segment(row.segment)
    low, high = row.ci_lower, row.ci_upper
    paint = theme.STATUS.get(row.status, theme.CURRENT)
    # Less its null mean a distance may come out below nothing.
    value = max(row.value or 0.0, 0.0) if row.metric == "psi_corrected" else row.value
    return {"label": label, "value": value, "low": low, "high": high, "color": paint}


def _ticks(rows: Sequence[Measurement], lines: Sequence[tuple[float, str, str]]) -> list[float]:
    """Few round numbers on an axis that is straight at first and then logarithmic."""
    ends = [v for r in rows for v in (r.value, r.ci_lower, r.ci_upper) if v is not None]
    ends += [value for value, _, _ in lines]
    low, high = min(ends), max(ends)
    size = max(abs(low), abs(high)) or 1.0
    steps = [0.0]
    for power in range(-3, 7):
        for factor in (1, 2, 5):
            steps.append(factor * 10.0**power)
    wanted = [s for s in steps if s == 0.0 or size / 30 <= s <= size]
    wanted = [wanted[0], *wanted[-3::-3][::-1], wanted[-1]] if len(wanted) > 5 else wanted
    both = {*wanted, *(-one for one in wanted)}
    return sorted(one for one in both if low <= one <= high or one == 0.0)


def overview(findings: Findings) -> Any | None:
    """All instruments by how near they come to their tolerance."""
    rows: list[dict[str, Any]] = []
    for name in findings.instruments:
        row = over_all_rows(findings, name)
        if row is not None and row.value is not None and row.tolerance:
            size = closeness(row)
            rows.append(
                {"label": words.name(name), "value": size, "color": theme.STATUS[row.status]}
            )
    if not rows:
        return None
    rows.sort(key=lambda one: -one["value"])
    return ranges(
        rows[:MOST_INSTRUMENTS],
        [(1.0, "tolerance", theme.ALERT)],
        title="Effect over tolerance",
        description="Instruments by their effect over all rows in units of its tolerance.",
        scale=alt.Scale(type="symlog", constant=1, nice=False, domainMin=0),
    )
