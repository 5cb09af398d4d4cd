"""What each window of the current data shows, held against the whole reference."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import altair as alt

from tallystick.comparison import Measurement
from tallystick.judging.effects import closeness
from tallystick.rendering import words
from tallystick.rendering.charts import theme
from tallystick.rendering.charts.effects import accepted
from tallystick.rendering.charts.plotting import at_x, at_y, finished, plot
from tallystick.rendering.findings import Findings

MOST_WINDOWS = 62
MOST_INSTRUMENTS = 40
_ROW = 18
_WIDE = 850
_LABELS = 120


def timeline(findings: Findings, instrument: str, metric: str | None = None) -> Any | None:
    """One metric over the windows: value, interval, tolerance, and the usual level."""
    metric = metric or telling(findings, instrument)
    if metric is None:
        return None
    rows = [one for one in findings.windows.get((instrument, metric), []) if _of(one) is not None]
    if not rows:
        return None
    rows = rows[-MOST_WINDOWS:]
    one_sided = metric == "label_coverage" or rows[0].unit == "probability"
    drawn = [
        {
            "at": _text(row.window_start),
            "value": _of(row),
            "low": None if one_sided and metric != "ece_debiased" else row.ci_lower,
            "high": None if one_sided and metric != "ece_debiased" else row.ci_upper,
            "color": theme.STATUS.get(row.status, theme.CURRENT),
        }
        for row in rows
    ]
    chart = plot(drawn)
    x = alt.X("at:T", axis=_dates(rows), scale=alt.Scale(type="utc"))
    y = alt.Y("value:Q", axis=alt.Axis(title=None, tickCount=4))
    layers = [
        *_levels(rows),
        chart.mark_line(color=theme.REFERENCE_LINE, strokeWidth=1.2).encode(x=x, y=y),
        chart.mark_rule(strokeWidth=1.5).encode(
            x=x, y=alt.Y("low:Q"), y2=alt.Y2("high:Q"), color=alt.Color("color:N", scale=None)
        ),
        chart.mark_point(filled=True, size=30, opacity=1).encode(
            x=x, y=y, color=alt.Color("color:N", scale=None)
        ),
    ]
    beyond = sum(row.status == "alert" for row in rows)
    said = f"{metric} of {words.name(instrument)} in {len(rows)} windows, {beyond} beyond tolerance"
    return finished(
        layers, title=f"{metric} by window", description=said, width=theme.WIDTH, height=110
    )


def _of(row: Measurement) -> float | None:
    """What is drawn: the share itself of coverage, the size of the change of all else."""
    if row.metric == "psi_corrected" and row.value is not None:
        # Less its null mean a distance may come out below nothing.
        return max(row.value, 0.0)
    return row.current_value if row.metric == "label_coverage" else row.value


def _dates(rows: Sequence[Measurement]) -> Any:
    """Three moments, so that they do not run into each other."""
    shown = [rows[at] for at in sorted({0, len(rows) // 2, len(rows) - 1})]
    whole = all(row.window_start and row.window_start.time() == dt.time() for row in rows)
    format_ = "%b %d" if whole else "%b %d %H:%M"
    return alt.Axis(title=None, values=[_text(row.window_start) for row in shown], format=format_)


def telling(findings: Findings, instrument: str) -> str | None:
    """The metric to draw over time: most often beyond tolerance, else nearest to it."""
    of = {
        metric: rows
        for (name, metric), rows in findings.windows.items()
        if name == instrument and rows[0].decides and metric not in ("schema", "row_count")
    }
    if not of:
        return None

    def weight(metric: str) -> tuple[int, float]:
        beyond = sum(row.status == "alert" for row in of[metric])
        return beyond, max(closeness(row) for row in of[metric])

    return max(of, key=weight)


def _text(moment: dt.datetime | None) -> str:
    return "" if moment is None else moment.isoformat()


def _levels(rows: Sequence[Measurement]) -> list[Any]:
    """The tolerance dashed; the usual level dotted, where it is not far above all else."""
    row = rows[-1]
    ends = accepted(row, row.tolerance) if row.tolerance is not None else []
    lines = [_level(end, theme.ALERT, [4, 3]) for end in ends]
    seen = [abs(end) for one in rows for end in (_of(one), one.ci_upper) if end is not None]
    usual = row.usual_level
    if usual is not None and usual <= 2 * max([row.tolerance or 0.0, *seen]):
        lines.append(_level(usual, theme.REFERENCE_LINE, [1, 3]))
    return lines


def _level(value: float, color: str, dash: list[int]) -> Any:
    mark = plot([{"level": value}]).mark_rule(color=color, strokeDash=dash, strokeWidth=1.4)
    return mark.encode(y=alt.Y("level:Q"))


def heat_map(findings: Findings) -> Any | None:
    """Instruments by windows: the worst deciding effect of each in units of its tolerance."""
    cells: dict[str, dict[dt.datetime, Measurement]] = {}
    for rows in findings.windows.values():
        for row in rows:
            if row.decides and row.window_start is not None and row.metric != "row_count":
                of = cells.setdefault(row.instrument, {})
                known = of.get(row.window_start)
                if known is None or _worse(row) > _worse(known):
                    of[row.window_start] = row
    starts = sorted({start for of in cells.values() for start in of})[-MOST_WINDOWS:]
    if len(starts) < 2:
        return None
    names = sorted(cells, key=lambda name: -_heat(cells[name], starts))[:MOST_INSTRUMENTS]
    drawn = [
        {"x": at, "y": row, "color": paint(cells[name][start])}
        for row, name in enumerate(names)
        for at, start in enumerate(starts)
        if start in cells[name]
    ]
    return _grid(drawn, names, starts)


def _worse(row: Measurement) -> tuple[int, float]:
    order = {"alert": 3, "undetermined": 2, "ok": 1}
    return order.get(row.status, 0), closeness(row)


def _heat(of: dict[dt.datetime, Measurement], starts: Sequence[dt.datetime]) -> float:
    weights = {"alert": 100.0, "undetermined": 1.0}
    rows = [of[start] for start in starts if start in of]
    return sum(weights.get(row.status, 0.0) + min(closeness(row), 10.0) / 10 for row in rows)


def paint(row: Measurement) -> str:
    """Colour of a cell, by what was found and how near to its tolerance it is."""
    if row.status == "undetermined":
        return theme.OPEN
    near = closeness(row)
    if row.status == "alert":
        return theme.FAR if near > 3 or row.metric == "schema" else theme.BEYOND
    return theme.NEAR if near > 0.5 else theme.CALM


def _grid(drawn: list[dict[str, Any]], names: Sequence[str], starts: Sequence[dt.datetime]) -> Any:
    wide = min(max(_WIDE // len(starts), 12), 32)
    for one in drawn:
        # What was not judged is a small mark, not a full cell: it is no degree of heat.
        inset = 0.36 if one["color"] == theme.OPEN else 0.04
        one.update(x0=one["x"] + inset, x1=one["x"] + 1 - inset)
        one.update(y0=one["y"] + inset, y1=one["y"] + 1 - inset)
    across = alt.Scale(domain=[0, len(starts)], nice=False)
    down = alt.Scale(domain=[len(names), 0], nice=False)
    cells = (
        plot(drawn)
        .mark_rect()
        .encode(
            x=alt.X("x0:Q", axis=None, scale=across),
            x2=alt.X2("x1:Q"),
            y=alt.Y("y0:Q", axis=None, scale=down),
            y2=alt.Y2("y1:Q"),
            color=alt.Color("color:N", scale=None),
        )
    )
    text = [{"at": at + 0.5, "name": words.name(name)} for at, name in enumerate(names)]
    labels = (
        plot(text)
        .mark_text(align="right", color=theme.INK, limit=_LABELS)
        .encode(x=at_x(-8), y=alt.Y("at:Q", scale=down), text=alt.Text("name:N"))
    )
    whole = all(start.time() == dt.time() for start in starts)
    # So many windows that a date fits beside the next one.
    step = -(-(58 if whole else 92) // wide)
    dates = [
        {"at": at, "name": start.strftime("%b %d" if whole else "%b %d %H:%M")}
        for at, start in enumerate(starts)
        if at % step == 0
    ]
    height = _ROW * len(names)
    when = (
        plot(dates)
        .mark_text(align="left", baseline="top", color=theme.MUTED)
        .encode(x=alt.X("at:Q", scale=across), y=at_y(height + 6), text=alt.Text("name:N"))
    )
    return finished(
        [cells, labels, when],
        title="Instruments by window",
        description=f"{len(names)} instruments in {len(starts)} windows: "
        "worst deciding effect of each in units of its tolerance",
        width=wide * len(starts),
        height=height,
    )
