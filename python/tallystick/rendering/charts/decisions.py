"""What decisions with a score come to: measures at the thresholds, and who is mistaken for whom."""

from __future__ import annotations

from typing import Any

import altair as alt

from tallystick.rendering import numbers, words
from tallystick.rendering.charts import theme
from tallystick.rendering.charts.plotting import at_x, at_y, finished, plot
from tallystick.rendering.charts.ranges import ranges
from tallystick.rendering.escaping import printable
from tallystick.rendering.findings import Findings

MOST_CLASSES = 12
_CELL = 26
_ARROW = " -> "


def thresholds(findings: Findings, instrument: str) -> Any | None:
    """Every measure at each declared threshold, with the interval of the current data."""
    found: dict[tuple[float, str], dict[str, Any]] = {}
    for point in findings.points(instrument, "decision"):
        key = point["x_low"], point["label"]
        found.setdefault(key, {})[point["side"]] = point
    several = len({threshold for threshold, _ in found}) > 1
    rows = []
    for (threshold, measure), sides in found.items():
        now, before = sides.get("current", {}), sides.get("reference", {})
        at = f"{measure} at {threshold:g}" if several else measure
        ends = {"low": now.get("y_low"), "high": now.get("y_high")}
        color = {"color": theme.CURRENT}
        label = at.replace("_", " ")
        rows.append(
            {"label": label, "value": now.get("y"), "before": before.get("y"), **ends, **color}
        )
    if not rows:
        return None
    axis = alt.Axis(title=None, grid=True, values=[0, 0.25, 0.5, 0.75, 1], format="%")
    at = ", ".join(f"{threshold:g}" for threshold in dict.fromkeys(key[0] for key in found))
    return ranges(
        rows,
        [],
        title=f"Decisions at {at}",
        description=f"Measures of decisions with {words.name(instrument)} at {at}, "
        "current with interval, and reference.",
        scale=alt.Scale(domain=[0, 1]),
        axis=axis,
    )


def binary_tables(findings: Findings, instrument: str) -> list[dict[str, Any]]:
    """Confusion at each declared threshold: shares of the labelled rows, by side.

    Three measures at a threshold determine all four cells.
    """
    sides: dict[tuple[float, str], dict[str, float]] = {}
    for point in findings.points(instrument, "decision"):
        if point["y"] is not None:
            key = point["x_low"], point["side"]
            sides.setdefault(key, {})[point["label"]] = point["y"]
            sides[key]["n"] = point["n"]
    tables = []
    for (threshold, side), of in sides.items():
        if "accuracy" not in of or "selection_rate" not in of:
            continue
        selected = of["selection_rate"]
        hit = selected * of.get("precision", 0.0)
        passed = max(of["accuracy"] - hit, 0.0)
        cells = {
            "true positive": hit,
            "false positive": max(selected - hit, 0.0),
            "false negative": max(1 - selected - passed, 0.0),
            "true negative": passed,
        }
        tables.append({"threshold": threshold, "side": side, "n": int(of["n"]), "cells": cells})
    return sorted(tables, key=lambda one: (one["threshold"], one["side"] == "current"))


def _pair(text: str, classes: set[str]) -> tuple[str, str] | None:
    """Label and prediction; a label may hold the arrow itself, but only one split gives two."""
    parts = text.split(_ARROW)
    for at in range(1, len(parts)):
        label, predicted = _ARROW.join(parts[:at]), _ARROW.join(parts[at:])
        if label in classes and predicted in classes:
            return label, predicted
    return None


def confusion(findings: Findings, instrument: str) -> Any | None:
    """Labels against predictions of several classes: share of the current rows."""
    classes = {one["label"] for one in findings.points(instrument, "distribution")}
    cells = []
    for point in findings.points(instrument, "confusion"):
        pair = _pair(point["label"], classes)
        if point["side"] == "current" and pair is not None:
            cells.append({"label": pair[0], "predicted": pair[1], "share": point["y"]})
    names = list(dict.fromkeys(one["label"] for one in cells))[:MOST_CLASSES]
    kept = [one for one in cells if one["label"] in names and one["predicted"] in names]
    if not kept:
        return None
    place = {name: at for at, name in enumerate(names)}
    total = {name: sum(c["share"] for c in kept if c["label"] == name) or 1.0 for name in names}
    data = [
        {
            "x": place[one["predicted"]],
            "y": place[one["label"]],
            "of": one["share"] / total[one["label"]],
            "text": numbers.share(one["share"]).removesuffix(" %"),
            "color": theme.CURRENT if one["predicted"] == one["label"] else theme.ALERT,
        }
        for one in kept
    ]
    chart = plot(data)
    scale = alt.Scale(domain=[-0.5, len(names) - 0.5], nice=False)
    down = alt.Scale(domain=[len(names) - 0.5, -0.5], nice=False)
    x, y = alt.X("x:Q", axis=None, scale=scale), alt.Y("y:Q", axis=None, scale=down)
    disc = chart.mark_point(filled=True, shape="circle", opacity=0.85).encode(
        x=x,
        y=y,
        size=alt.Size("of:Q", scale=alt.Scale(domain=[0, 1], range=[0, 480])),
        color=alt.Color("color:N", scale=None),
    )
    labels = plot([{"at": at, "name": printable(name, 16)} for name, at in place.items()])
    rows = labels.mark_text(align="right", color=theme.INK, limit=90).encode(
        x=at_x(-8), y=alt.Y("at:Q", scale=down), text=alt.Text("name:N")
    )
    heads = labels.mark_text(align="right", angle=315, color=theme.INK, limit=80).encode(
        x=alt.X("at:Q", scale=scale), y=at_y(_CELL * len(names) + 8), text=alt.Text("name:N")
    )
    size = _CELL * len(names)
    return finished(
        [disc, rows, heads],
        width=size,
        height=size,
        title="Labels (down) by predictions (across)",
        description=f"Confusion of {words.name(instrument)}: size is the share of a label's rows.",
    )
