"""Pictures as small as a word, for the lines of a table; a thousand of them stay light."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from tallystick.comparison import Measurement
from tallystick.judging.effects import closeness

_WIDTH, _HEIGHT = 84, 20
# Of an effect: where the tolerance stands, and where the strip ends, in pixels.
_TOLERANCE, _END = 60.0, 96.0
# The strip is straight up to the tolerance and ends at so many times it.
_MOST = 10.0
_GROUP = 5


def shape(points: Sequence[Mapping[str, Any]]) -> Markup:
    """Shares of the groups: the reference filled, the current data as steps upon it."""
    groups: dict[Any, dict[str, float]] = {}
    for point in points:
        if point["label"] == "__rest__":
            # All categories that are too small for a place of their own would dwarf the others.
            continue
        key = point["label"], point["x_low"], point["x_high"]
        groups.setdefault(key, {})[point["side"]] = point["y"] or 0.0
    if not groups:
        return Markup("")
    most = max(max(one.values()) for one in groups.values()) or 1.0
    wide = _WIDTH / len(groups)

    def top(one: Mapping[str, float], side: str) -> str:
        return f"{_HEIGHT - (_HEIGHT - 2) * one.get(side, 0.0) / most:.1f}"

    before = "".join(f"V{top(one, 'reference')}h{wide:.1f}" for one in groups.values())
    now = "".join(f"V{top(one, 'current')}h{wide:.1f}" for one in groups.values())
    return Markup(
        '<svg class="strip" aria-hidden="true" viewBox="0 0 {w} {h}" width="{w}" height="{h}">'
        '<path class="ref" d="M0,{h}{before}V{h}Z"/><path class="cur" d="M0,{h}{now}V{h}"/></svg>'
    ).format(w=_WIDTH, h=_HEIGHT, before=before, now=now)


def effect(row: Measurement) -> Markup:
    """An effect with its interval in units of its tolerance, which is the line across."""
    if row.value is None or not row.tolerance:
        return Markup("")
    at = _place(closeness(row))
    ends = [end for end in (row.ci_lower, row.ci_upper) if end is not None]
    places = sorted([at, *(_place(closeness(replace(row, value=end))) for end in ends)])
    if len(ends) == 2 and ends[0] <= 0.0 <= ends[1] and row.unit != "ratio":
        places[0] = 0.0
    return Markup(
        '<svg class="strip {status}" aria-hidden="true" viewBox="-4 0 104 16" width="104" '
        'height="16"><path class="rail" d="M0,8H{end:.0f}"/>'
        '<path class="limit" d="M{limit:.0f},1V15"/>'
        '<path class="range" d="M{low:.1f},8H{high:.1f}"/>'
        '<circle cx="{at:.1f}" cy="8" r="3.5"/></svg>'
    ).format(status=row.status, end=_END, limit=_TOLERANCE, low=places[0], high=places[-1], at=at)


def _place(size: float) -> float:
    """Straight up to the tolerance, logarithmic beyond."""
    import math

    if size <= 1.0:
        return _TOLERANCE * max(size, 0.0)
    beyond = min(math.log(size) / math.log(_MOST), 1.0)
    return _TOLERANCE + (_END - _TOLERANCE) * beyond


def tally(counts: Mapping[str, int]) -> Markup:
    """Strokes in fives, one for each instrument: the verdict as it is notched on a stick."""
    marks = [status for status, count in counts.items() for _ in range(count)]
    groups = [marks[at : at + _GROUP] for at in range(0, len(marks), _GROUP)]
    return Markup("").join(map(_notches, groups))


def _notches(marks: Sequence[str]) -> Markup:
    strokes = Markup("")
    for at, status in enumerate(marks):
        # The fifth stroke lies across the other four.
        path = "M1,25L37,7" if at == _GROUP - 1 else f"M{5 + 9 * at},4V28"
        strokes += Markup('<path class="{}" d="{}"/>').format(status, path)
    return Markup(
        '<svg class="notches" aria-hidden="true" viewBox="0 0 38 32" width="38" height="32">'
        "{}</svg>"
    ).format(strokes)
