"""Where each chart begins and ends: rows of its own, and the look that all have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import altair as alt

from tallystick.rendering.charts import theme


def plot(rows: Iterable[dict[str, Any]]) -> alt.Chart:
    """A chart over rows that travel with it."""
    return alt.Chart(alt.InlineData(values=list(rows)))


def at_x(pixels: float) -> alt.XValue:
    """A place across, whatever the data."""
    return alt.XValue(pixels)  # type: ignore[no-untyped-call]


def at_y(pixels: float) -> alt.YValue:
    """A place down, whatever the data."""
    return alt.YValue(pixels)  # type: ignore[no-untyped-call]


def finished(
    layers: Sequence[Any], *, title: str, description: str, width: float, height: float
) -> alt.LayerChart:
    """The layers as one chart; its description is what a screen reader reads."""
    return alt.LayerChart(
        layer=list(layers),
        title=title,
        description=description,
        width=width,
        height=height,
        padding=theme.PADDING,
        config=theme.CONFIG,
    )
