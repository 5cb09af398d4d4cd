"""Shares of the rows by group: the reference as a wide pale bar, the current data upon it."""

from __future__ import annotations

from typing import Any

import altair as alt

from tallystick.rendering import numbers, words
from tallystick.rendering.charts import theme
from tallystick.rendering.charts.plotting import at_x, at_y, finished, plot
from tallystick.rendering.findings import Findings

# With their width and height.
Layers = tuple[list[Any], int, int]

MOST_CATEGORIES = 12
_HEIGHT = 130
_ROW = 17
_SPECIAL = {"__missing__", "__infinite__", "__mistyped__", "__other__", "__rest__"}
# Room of one character, for labels that must not run into each other.
_CHARACTER = 6.2


def distribution(findings: Findings, instrument: str, curve: str = "distribution") -> Any | None:
    """Reference and current data by group, with Wilson's intervals of the current shares."""
    groups = grouped(findings, instrument, curve)
    if not groups:
        return None
    others = ""
    if any(one["edge"] for one in groups):
        layers, width, height = _standing(groups)
    else:
        groups, others = _fewer(groups)
        layers, width, height = _lying(groups)
    moved = words.most_moved(findings, instrument) if curve == "distribution" else ""
    name = words.name(instrument)
    what = "Distribution" if curve == "distribution" else "Prediction less label"
    said = f"{what} of {name}: share of rows by group, reference and current."
    return finished(
        layers,
        title=f"{what}, share of rows{others}",
        description=f"{said} {moved}".strip(),
        width=width,
        height=height,
    )


def _label(text: str) -> str:
    # Short, beside a bar.
    return "new categories" if text == "__other__" else words.category(text)


def grouped(findings: Findings, instrument: str, curve: str) -> list[dict[str, Any]]:
    """The groups in order: label, upper edge, and the shares of both sides."""
    show = words.value_of(findings, instrument)
    groups: dict[tuple[Any, ...], dict[str, Any]] = {}
    for point in findings.points(instrument, curve):
        key = point["label"], point["x_low"], point["x_high"]
        low, high = point["x_low"], point["x_high"]
        special = point["label"] is not None
        group = groups.setdefault(
            key,
            {
                "label": _label(point["label"]) if special else "",
                "edge": "" if special or high is None else show(high),
                "special": point["label"] in _SPECIAL,
                "rest": point["label"] == "__rest__",
                "numeric": not special and (low is not None or high is not None),
                "reference": 0.0,
                "current": 0.0,
            },
        )
        group[point["side"]] = point["y"] or 0.0
        if point["side"] == "current":
            group["low"], group["high"] = point["y_low"], point["y_high"]
    return [one for one in groups.values() if one["reference"] or one["current"]]


def _fewer(groups: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], str]:
    """The largest categories by either side, and all others as one.

    Where the others hold most of the rows they are told and not drawn: beside their bar no other
    would be seen.
    """
    plain = [one for one in groups if not one["special"]]
    by_size = sorted(plain, key=lambda one: -max(one["reference"], one["current"]))
    kept, rest = by_size[:MOST_CATEGORIES], by_size[MOST_CATEGORIES:]
    rest += [one for one in groups if one["rest"]]
    shown = [one for one in plain if one in kept]
    special = [one for one in groups if one["special"] and not one["rest"]]
    before, now = (sum(one[side] for one in rest) for side in ("reference", "current"))
    if max(before, now) > 0.5 and shown:
        said = f"; all others {numbers.share(before)} -> {numbers.share(now)}"
        return shown + special, said
    if rest:
        sums = {"reference": before, "current": now, "low": None, "high": None}
        shown.append({**rest[0], **sums, "label": "all others"})
    return shown + special, ""


# For groups side by side, and for groups one under the other: the channels of a group's place,
# and those of its share.
_UPRIGHT = {"at": alt.X, "at2": alt.X2, "share": alt.Y, "share2": alt.Y2, "zero": alt.Y2Datum}
_LEVEL = {"at": alt.Y, "at2": alt.Y2, "share": alt.X, "share2": alt.X2, "zero": alt.X2Datum}


def _bars(groups: list[dict[str, Any]], channels: dict[str, Any]) -> list[Any]:
    """The two bars and the interval."""
    chart = plot(groups)
    scale = alt.Scale(domainMin=0, nice=True)
    axis = alt.Axis(format="%", tickCount=4, title=None, grid=True)
    tight = alt.Scale(zero=False, nice=False)

    def share(field: str) -> Any:
        return channels["share"](f"{field}:Q", axis=axis, scale=scale)

    def place(field: str) -> Any:
        return channels["at"](f"{field}:Q", axis=None, scale=tight)

    def bar(start: str, end: str, side: str, color: str) -> Any:
        ends = place(start), channels["at2"](f"{end}:Q")
        return chart.mark_bar(color=color).encode(*ends, share(side), channels["zero"](0))

    interval = chart.mark_rule(color=theme.INK).encode(
        place("middle"), share("low"), channels["share2"]("high:Q")
    )
    return [
        bar("from", "to", "reference", theme.REFERENCE),
        bar("inner_from", "inner_to", "current", theme.CURRENT),
        interval,
    ]


def _placed(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Groups side by side; those without numbers stand apart."""
    at, before = 0.0, True
    placed: list[dict[str, Any]] = []
    for group in groups:
        if before and not group["numeric"] and placed:
            at += 0.6
        before = group["numeric"]
        bar = {"from": at + 0.05, "to": at + 0.95, "middle": at + 0.5, "end": at + 1.0}
        inner = {"inner_from": at + 0.28, "inner_to": at + 0.72}
        placed.append({"low": None, "high": None, **group, **bar, **inner})
        at += 1.0
    return placed


def _standing(groups: list[dict[str, Any]]) -> Layers:
    """Groups of numbers, with the edges between them."""
    placed = _placed(groups)
    total = max(one["end"] for one in placed)
    labels = _edge_labels(placed, theme.WIDTH / total)
    text = (
        plot(labels)
        .mark_text(baseline="top", color=theme.MUTED)
        .encode(x=alt.X("at:Q", axis=None), y=at_y(_HEIGHT + 6), text=alt.Text("text:N"))
    )
    return [*_bars(placed, _UPRIGHT), text], theme.WIDTH, _HEIGHT


def _edge_labels(placed: list[dict[str, Any]], scale: float) -> list[dict[str, Any]]:
    """As many labels as there is room for; groups without numbers first."""
    wanted = [{"at": one["middle"], "text": one["label"]} for one in placed if not one["numeric"]]
    edges = [{"at": one["end"], "text": one["edge"]} for one in placed if one["edge"]]
    kept: list[dict[str, Any]] = []
    for label in wanted + edges:
        room = len(label["text"]) * _CHARACTER / 2 + 3

        def clear(other: dict[str, Any], label: dict[str, Any] = label, room: float = room) -> bool:
            needed = room + len(other["text"]) * _CHARACTER / 2 + 3
            return bool(abs(other["at"] - label["at"]) * scale >= needed)

        if label["text"] and all(clear(other) for other in kept):
            kept.append(label)
    return kept


def _lying(groups: list[dict[str, Any]]) -> Layers:
    """Categories, one under the other."""
    placed = _placed([{**one, "numeric": False} for one in groups])
    for one in placed:
        # Upwards is plus: the first category stands on top.
        for key in ("from", "to", "middle", "end", "inner_from", "inner_to"):
            one[key] = -one[key]
    text = (
        plot(placed)
        .mark_text(align="right", baseline="middle", color=theme.INK, limit=122)
        .encode(x=at_x(-8), y=alt.Y("middle:Q", axis=None), text=alt.Text("label:N"))
    )
    return [*_bars(placed, _LEVEL), text], theme.WIDTH - 100, _ROW * len(groups)
