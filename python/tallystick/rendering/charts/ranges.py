"""Values with their intervals, one under the other, against lines that all of them share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from tallystick.rendering.charts import theme
from tallystick.rendering.charts.plotting import at_x, at_y, finished, plot

_ROW = 20
_LABELS = 116


def ranges(
    rows: Sequence[dict[str, Any]],
    lines: Sequence[tuple[float, str, str]],
    *,
    title: str,
    description: str,
    scale: Any = alt.Undefined,
    axis: Any = alt.Undefined,
) -> Any:
    """A dot and an interval for each row.

    Args:
        rows: `label`, `value`, `low`, `high`, `color`, and `before` where there is one: what the
            reference shows, drawn hollow.
        lines: Values that hold for all rows, with their text and colour.
        title: Of the chart.
        description: What a screen reader reads.
        scale: Of the values.
        axis: Of the values.
    """
    placed = [{**row, "at": at} for at, row in enumerate(rows)]
    y = alt.Y("at:Q", axis=None, scale=alt.Scale(domain=[len(rows) - 0.5, -0.5], nice=False))
    given = alt.Axis(title=None, grid=True, tickCount=5) if axis is alt.Undefined else axis
    chart = plot(placed)

    def x(field: str) -> Any:
        return alt.X(f"{field}:Q", axis=given, scale=scale)

    paint = alt.Color("color:N", scale=None)
    layers = [
        *(layer for line in lines for layer in _line(*line, x_of=x)),
        chart.mark_rule(strokeWidth=2).encode(y=y, x=x("low"), x2=alt.X2("high:Q"), color=paint),
        chart.mark_point(
            filled=False, stroke=theme.REFERENCE_LINE, size=42, strokeWidth=1.5
        ).encode(y=y, x=x("before")),
        chart.mark_point(filled=True, size=46, opacity=1).encode(
            y=y, x=x("value"), color=alt.Color("color:N", scale=None)
        ),
        chart.mark_text(align="right", baseline="middle", color=theme.INK, limit=_LABELS).encode(
            x=at_x(-8), y=y, text=alt.Text("label:N")
        ),
    ]
    size = {"width": theme.WIDTH - _LABELS + 16, "height": _ROW * len(rows)}
    return finished(layers, title=title, description=description, **size)


def _line(value: float, text: str, color: str, x_of: Any) -> list[Any]:
    """A value across all rows, with its name above."""
    data = plot([{"line": value, "text": text}])
    dash = [4, 3] if color == theme.ALERT else [1, 3]
    rule = data.mark_rule(color=color, strokeDash=dash, strokeWidth=1.4).encode(x=x_of("line"))
    name = data.mark_text(baseline="bottom", color=color, dy=-4).encode(
        x=x_of("line"), y=at_y(0), text=alt.Text("text:N")
    )
    return [rule, name] if text else [rule]
