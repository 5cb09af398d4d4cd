"""What labels say of a score: reliability, and the curves of its ranking with their brackets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from tallystick.comparison import Measurement
from tallystick.rendering import words
from tallystick.rendering.charts import theme
from tallystick.rendering.charts.plotting import finished, plot
from tallystick.rendering.findings import ALL, Findings

_HEIGHT = 240
_SIDES = {"reference": theme.REFERENCE_LINE, "current": theme.CURRENT}


def reliability(findings: Findings, instrument: str) -> Any | None:
    """Share of positives by mean score, with Wilson's intervals; right scores lie on the line."""
    points = [
        {**point, "mean": float(point["label"])}
        for point in findings.points(instrument, "reliability")
        if point["label"] is not None
    ]
    if not points:
        return None
    layers = [_diagonal()]
    for side, color in _SIDES.items():
        of_side = [_plain(one, "mean", "y", "y_low", "y_high") for one in points if _is(one, side)]
        chart = plot(of_side)
        x, y = _unit("x", "mean", "mean score"), _unit("y", "y", "share of positives")
        line = chart.mark_line(color=color, strokeWidth=1.5).encode(x=x, y=y)
        interval = chart.mark_rule(color=color, strokeWidth=1.5).encode(
            x=x, y=_unit("y", "y_low", "share of positives"), y2=alt.Y2("y_high:Q")
        )
        dots = chart.mark_point(filled=True, size=34, color=color, opacity=1).encode(x=x, y=y)
        layers += [line, interval, dots]
    said = f"Reliability of {words.name(instrument)}: share of positives by mean score"
    row = findings.find(instrument, ALL, "ece_debiased")
    detail = f"; {words.change(row)}" if row is not None and row.value is not None else ""
    return _square(layers, "Reliability: are scores what happens?", said + detail)


def roc(findings: Findings, instrument: str) -> Any | None:
    """True against false positive rates; the band holds the curve of the rows themselves."""
    row = findings.find(instrument, ALL, "auc")
    layers = [_diagonal()]
    for side, color in _SIDES.items():
        points = [one for one in findings.points(instrument, "roc") if _is(one, side)]
        if points:
            corners = [{"x_low": 0.0, "y": 0.0}, *points, {"x_low": 1.0, "y": 1.0}]
            layers += _curve(_roc_band(corners), color, ("false positives", "true positives"))
    if len(layers) == 1:
        return None
    said = f"ROC of {words.name(instrument)}{_areas(row)}"
    return _square(layers, f"ROC{_areas(row)}", said)


def precision_recall(findings: Findings, instrument: str) -> Any | None:
    """Precision against recall; the band holds the curve of the rows themselves."""
    row = findings.find(instrument, ALL, "average_precision")
    layers: list[Any] = []
    for side, color in _SIDES.items():
        points = [one for one in findings.points(instrument, "precision_recall") if _is(one, side)]
        # Where no positive is selected there is nothing to be precise about.
        points = [one for one in points if one["x_low"]]
        if points:
            layers += _curve(_precision_band(points), color, ("recall", "precision"))
    if not layers:
        return None
    said = f"Precision and recall of {words.name(instrument)}{_areas(row)}"
    return _square(layers, f"Precision and recall{_areas(row)}", said)


def _is(point: dict[str, Any], side: str) -> bool:
    return bool(point["side"] == side and point["y"] is not None)


def _plain(point: dict[str, Any], *fields: str) -> dict[str, Any]:
    return {name: point[name] for name in fields}


def _areas(row: Measurement | None) -> str:
    """Areas of both sides; the certified bracket is that of their difference."""
    if row is None or row.current_value is None:
        return ""
    before = "" if row.reference_value is None else f"{row.reference_value:.3f} -> "
    return f": area {before}{row.current_value:.3f}"


def _roc_band(points: Sequence[dict[str, Any]]) -> list[dict[str, float]]:
    """Between two exact points the curve stays in the rectangle that they span."""
    band = []
    for one, after in zip(points, [*points[1:], points[-1]], strict=True):
        band.append({"x": one["x_low"], "y": one["y"], "low": one["y"], "high": after["y"]})
    return band


def _precision_band(points: Sequence[dict[str, Any]]) -> list[dict[str, float]]:
    """Between two exact points all negatives may come first, or all positives."""
    band = []
    for one, after in zip(points, [*points[1:], points[-1]], strict=True):
        recall, more = one["x_low"], after["x_low"]
        false = recall * (1 / one["y"] - 1) if one["y"] else 0.0
        later = more * (1 / after["y"] - 1) if after["y"] else 0.0
        low = recall / (recall + later) if recall + later else one["y"]
        high = more / (more + false) if more + false else one["y"]
        ends = {"low": min(low, one["y"]), "high": max(high, one["y"])}
        band.append({"x": recall, "y": one["y"], **ends})
    return band


def _curve(band: Sequence[dict[str, float]], color: str, titles: tuple[str, str]) -> list[Any]:
    chart = plot(band)
    x = _unit("x", "x", titles[0])
    pale = theme.REFERENCE if color == theme.REFERENCE_LINE else theme.CURRENT_PALE
    area = chart.mark_area(color=pale, interpolate="step-after", opacity=0.8).encode(
        x=x, y=_unit("y", "low", titles[1]), y2=alt.Y2("high:Q")
    )
    line = chart.mark_line(color=color, strokeWidth=1.5).encode(
        x=x, y=_unit("y", "y", titles[1]), order=alt.Order("x:Q")
    )
    return [area, line]


def _unit(channel: str, field: str, title: str) -> Any:
    make = alt.X if channel == "x" else alt.Y
    axis = alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1], title=title, grid=True)
    return make(f"{field}:Q", scale=alt.Scale(domain=[0, 1], nice=False), axis=axis)


def _diagonal() -> Any:
    ends = plot([{"a": 0, "b": 0}, {"a": 1, "b": 1}])
    return ends.mark_line(color=theme.MUTED, strokeDash=[3, 4], strokeWidth=1).encode(
        x=_unit("x", "a", ""), y=_unit("y", "b", "")
    )


def _square(layers: Sequence[Any], title: str, description: str) -> Any:
    size = {"width": theme.WIDTH - 30, "height": _HEIGHT}
    return finished(layers, title=title, description=description, **size)


def residuals(findings: Findings, instrument: str) -> Any | None:
    """Prediction less label, by group: of a score that foretells a number."""
    from tallystick.rendering.charts.distribution import distribution

    return distribution(findings, instrument, "residuals")
