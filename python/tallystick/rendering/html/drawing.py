"""A chart as a small SVG that takes its colours from the page.

vl-convert draws what Vega draws: groups in groups, each with backgrounds nobody sees, and colours
that know of no dark page. What is kept here is what is seen: paths, texts, places rounded to a
tenth of a pixel, neighbours of one look joined, and colours as the variables of their roles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from markupsafe import Markup, escape

from tallystick.rendering.charts import theme

_ROLE_OF = {color: f"var(--{role})" for role, color in theme.ROLES.items()}
_TRANSLATE = re.compile(r"^translate\(([-\d.e]+)[, ]([-\d.e]+)\)")
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?|-?\d+(?:e-?\d+)?")
_STEP = re.compile(r"([MLHVZlhvz])([^MLHVZlhvz]*)")
_STRAIGHT = re.compile(r"[MLHVZlhvz\d\s,.e-]*")
_DOT = re.compile(r"M([\d.]+),0A\1,\1,0,1,1,-\1,0A\1,\1,0,1,1,\1,0(?:Z)?")
_KEPT = (
    "fill",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "stroke-linecap",
    "opacity",
    "fill-opacity",
    "text-anchor",
    "font-size",
    "font-weight",
)
# What an SVG assumes anyway, or the page's style sheet says of all charts.
_ASSUMED = {
    ("opacity", "1"),
    ("stroke-width", "1"),
    ("fill", "none"),
    ("font-size", f"{theme.FONT_SIZE}px"),
    ("font-weight", "normal"),
    ("text-anchor", "start"),
}

Place = tuple[float, float]


@dataclass(slots=True)
class _Shape:
    """A path or a text with what it looks like."""

    tag: str
    look: tuple[tuple[str, str], ...]
    body: str


def drawing(chart: Any) -> Markup:
    """The chart as inline SVG without its title; its description is what screen readers read."""
    import vl_convert

    spec = chart.to_dict(validate=False)
    spec.pop("title", None)
    name = spec.pop("description", "")
    # The text is vl-convert's own, made from a chart of ours: no document of a stranger.
    root = ET.fromstring(vl_convert.vegalite_to_svg(spec))  # noqa: S314
    width, height = (round(float(root.get(side, "0"))) for side in ("width", "height"))
    shapes = _joined(shape for node in root for shape in _shapes(node, (0.0, 0.0)))
    body = Markup("").join(map(_markup, shapes))
    size = Markup('viewBox="0 0 {} {}" width="{}" height="{}"').format(width, height, width, height)
    frame = Markup('<svg class="chart" role="img" fill="none" font-size="11" aria-label="{}" {}>')
    return frame.format(name, size) + body + Markup("</svg>")


def _shapes(node: ET.Element, at: Place) -> Iterator[_Shape]:
    tag = node.tag.rpartition("}")[2]
    if tag == "g":
        here = _moved(node, at)
        shapes = [shape for child in node for shape in _shapes(child, here)]
        if all(len(child) == 0 for child in node):
            # Marks of one kind: those of one look may stand together.
            looks = list(dict.fromkeys(shape.look for shape in shapes))
            shapes.sort(key=lambda shape: looks.index(shape.look))
        yield from shapes
    elif tag in ("path", "line", "text") and node.get("display") != "none":
        look = _look(node)
        if any(name in ("fill", "stroke") for name, _ in look):
            yield _shape(tag, node, at, look)


def _shape(tag: str, node: ET.Element, at: Place, look: tuple[tuple[str, str], ...]) -> _Shape:
    x, y = _moved(node, at)
    if tag == "text":
        turned = re.search(r"rotate\(([-\d.]+)\)", node.get("transform", ""))
        if turned:
            place = (("transform", f"translate({_tenth(x)},{_tenth(y)})rotate({turned[1]})"),)
            return _Shape("text", look + place, node.text or "")
        return _Shape("text", (*look, ("x", _tenth(x)), ("y", _tenth(y))), node.text or "")
    if tag == "line":
        ends = (float(node.get(side) or 0.0) for side in ("x2", "y2"))
        return _Shape("path", look, f"M{_tenth(x)},{_tenth(y)}l" + ",".join(map(_tenth, ends)))
    given = node.get("d", "")
    if _STRAIGHT.fullmatch(given):
        return _Shape("path", look, _moved_path(given, x, y))
    dot = _DOT.fullmatch(given)
    if dot and len(look) == 1 and look[0][0] == "fill":
        # A round end of a line without length takes a fifth of what two arcs take.
        wide = ("stroke-width", _tenth(2 * float(dot[1])))
        round_end = (("stroke", look[0][1]), wide, ("stroke-linecap", "round"))
        return _Shape("path", round_end, f"M{_tenth(x)},{_tenth(y)}h0")
    # Arcs have numbers that are no places: these stay where they are and are moved as a whole.
    place = (("transform", f"translate({_tenth(x)},{_tenth(y)})"),)
    return _Shape("path", look + place, _NUMBER.sub(lambda n: _tenth(float(n[0])), given))


def _moved(node: ET.Element, at: Place) -> Place:
    match = _TRANSLATE.match(node.get("transform", ""))
    return (at[0] + float(match[1]), at[1] + float(match[2])) if match else at


def _look(node: ET.Element) -> tuple[tuple[str, str], ...]:
    found = [(name, node.get(name, "")) for name in _KEPT if node.get(name)]
    if node.get("stroke") in (None, "none"):
        found = [(name, value) for name, value in found if not name.startswith("stroke")]
    kept = [(name, _ROLE_OF.get(value, value)) for name, value in found]
    return tuple(pair for pair in kept if pair not in _ASSUMED)


def _moved_path(given: str, x: float, y: float) -> str:
    steps = []
    for step, rest in _STEP.findall(given):
        numbers = [float(one) for one in _NUMBER.findall(rest)]
        if step in "ML":
            numbers = [n + (y if i % 2 else x) for i, n in enumerate(numbers)]
        elif step in "HV":
            numbers = [n + (x if step == "H" else y) for n in numbers]
        steps.append(step + ",".join(map(_tenth, numbers)))
    return "".join(steps)


def _tenth(value: float) -> str:
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _joined(shapes: Iterator[_Shape]) -> list[_Shape]:
    """Paths of one look that follow each other become one."""
    kept: list[_Shape] = []
    for shape in shapes:
        last = kept[-1] if kept else None
        if last and shape.tag == last.tag == "path" and shape.look == last.look:
            last.body += shape.body
        else:
            kept.append(shape)
    return kept


def _markup(shape: _Shape) -> Markup:
    look = Markup("").join(Markup(' {}="{}"').format(name, value) for name, value in shape.look)
    if shape.tag == "path":
        return Markup('<path{} d="{}"/>').format(look, shape.body)
    return Markup("<text{}>{}</text>").format(look, escape(shape.body))
