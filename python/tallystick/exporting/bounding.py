"""A limit on the number of series, without losing anything silently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from tallystick.errors import ParameterError
from tallystick.exporting.points import ALL, FOLDED, Point

DEFAULT_MAX_SERIES = 10_000
FOLDED_VALUE = "__folded__"
KINDS = ("counts", "measurements")
_MODEL = ("model", "model_version")


def bounded(points: Iterable[Point], max_series: int = DEFAULT_MAX_SERIES) -> list[Point]:
    """The points within a limit, and how many series were folded.

    All rows come first. Segments follow in the order of the plan, the most frequent values
    first, as many as there is room for; the rows of the others are added up as
    `column=__folded__`, and their measurements are left out. Where all rows alone are too many,
    what informs is left out first, then histograms.
    """
    kept, folded = list(points), Counter[str]()
    if sum(point.series for point in kept) > max_series - len(KINDS):
        kept = _with_room(kept, max_series - len(KINDS), folded)
    model = {k: v for k, v in (kept[0].labels if kept else {}).items() if k in _MODEL}
    told = [Point(FOLDED, {**model, "kind": kind}, folded[kind], 0) for kind in KINDS]
    return [*kept, *told]


def check_max_series(value: int) -> int:
    """A limit as it was given.

    Raises:
        ParameterError: It is no whole number of at least 100.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 100:
        raise ParameterError(
            "max_series: expected a whole number of at least 100", name="max_series"
        )
    return value


def _kind(point: Point) -> str:
    return "measurements" if point.family.kind == "gauge" else "counts"


def _with_room(points: Sequence[Point], room: int, folded: Counter[str]) -> list[Point]:
    whole = [point for point in points if point.labels.get("segment", ALL) == ALL]
    parts: dict[str, list[Point]] = {}
    for point in points:
        segment = point.labels.get("segment", ALL)
        if segment != ALL:
            parts.setdefault(segment, []).append(point)
    kept, rest = _divided(parts, room - sum(point.series for point in whole))
    for point in rest:
        folded[_kind(point)] += point.series
    made = [*whole, *kept, *_added(rest)]
    used, within = 0, []
    for point in sorted(made, key=lambda one: one.rank):
        if used + point.series <= room:
            used += point.series
            within.append(point)
        else:
            folded[_kind(point)] += point.series
    return within


def _column(segment: str) -> str:
    return segment.partition("=")[0]


def _divided(parts: dict[str, list[Point]], room: int) -> tuple[list[Point], list[Point]]:
    """The points of segments that fit, and the others: first values of every column first."""
    place: Counter[str] = Counter()
    order = []
    reserve: dict[str, int] = {}
    for segment, points in parts.items():
        column = _column(segment)
        order.append((place[column], segment))
        place[column] += 1
        counts = sum(p.series for p in points if p.family.kind != "gauge")
        reserve[column] = max(reserve.get(column, 0), counts)
    room -= sum(reserve.values())
    kept: list[Point] = []
    rest: list[Point] = []
    for _, segment in sorted(order, key=lambda one: one[0]):
        size = sum(point.series for point in parts[segment])
        if size <= room:
            room -= size
            kept += parts[segment]
        else:
            rest += parts[segment]
    return kept, rest


def _added(points: Iterable[Point]) -> list[Point]:
    """Counts of segments that have no room, added up by their column."""
    added: dict[tuple[object, ...], Point] = {}
    for point in points:
        if point.family.kind == "gauge":
            continue
        segment = f"{_column(point.labels['segment'])}={FOLDED_VALUE}"
        labels = {**point.labels, "segment": segment}
        key = (point.family, *sorted(labels.items()))
        before: Any = added[key].value if key in added else None
        value = point.value if before is None else before + point.value
        added[key] = Point(point.family, labels, value, point.rank)
    return list(added.values())
