"""Which windows of a baseline a window is to be compared with: those of the same season."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tallystick.errors import ParameterError
from tallystick.profiling import Profile

ALL = "all"
# A season seen less often does not tell what is usual in it, of fewer rows not what it looks like.
FEWEST_TIMES = 4
FEWEST_ROWS = 1_000
_HOUR, _DAY = 3_600, 86_400


@dataclass(frozen=True, slots=True)
class _Season:
    """A season: longest window that lies within one slot of it, and the slot of a second (UTC)."""

    name: str
    longest_seconds: int
    slot: Callable[[int], int]


# The finest first. 1970-01-05 was a Monday.
SEASONS = (
    _Season("hour_of_week", _HOUR, lambda second: (second - 4 * _DAY) // _HOUR % 168),
    _Season("hour_of_day", _HOUR, lambda second: second // _HOUR % 24),
    _Season("day_of_week", _DAY, lambda second: second // _DAY % 7),
)
CHOICES = ("auto", ALL, *(season.name for season in SEASONS))


class Seasons:
    """A baseline by season.

    Args:
        baseline: A profile; one with windows knows its seasons.
        season: "auto" takes the finest season that the baseline has seen often enough, a name
            that one where it has, "all" none.

    Raises:
        ParameterError: There is no such season.

    Example:
        >>> import tallystick as ts
        >>> from tallystick.monitoring.seasons import Seasons
        >>> part, season = Seasons(ts.profile({"age": [31, 42]})).matching(0, 3600)
        >>> part.rows, season
        (2, 'all')
    """

    def __init__(self, baseline: Profile, season: str = "auto") -> None:
        if season not in CHOICES:
            raise ParameterError(
                f"season: expected one of {', '.join(CHOICES)}, got {season}", name="season"
            )
        self.baseline = baseline
        self._seasons = [one for one in SEASONS if season in ("auto", one.name)]
        self._rows = _rows_of(baseline)
        self._parts: dict[tuple[str, int], Profile | None] = {}

    def matching(self, start: int, end: int) -> tuple[Profile, str]:
        """The part of the baseline to compare a window with, and the name of its season."""
        for season in self._seasons:
            if end - start > season.longest_seconds:
                continue
            slot = season.slot(start)
            key = (season.name, slot)
            if key not in self._parts:
                self._parts[key] = self._part(season, slot)
            part = self._parts[key]
            if part is not None:
                return part, season.name
        return self.baseline, ALL

    def _part(self, season: _Season, slot: int) -> Profile | None:
        windows = [
            (first, rows)
            for (first, end), rows in self._rows.items()
            if end - first <= season.longest_seconds and season.slot(first) == slot
        ]
        # Twelve windows of one Monday are one Monday.
        times = {first // season.longest_seconds for first, _ in windows}
        if len(times) < FEWEST_TIMES or sum(rows for _, rows in windows) < FEWEST_ROWS:
            return None
        core = self.baseline._core.of_windows([first for first, _ in windows])
        return None if core is None else Profile(core, spec=self.baseline._spec)


def _rows_of(baseline: Profile) -> dict[tuple[int, int], int]:
    """Rows of every window kept apart."""
    return {
        (start, end): rows
        for segment, _, start, end, rows in baseline._core.slices()
        if segment == "all" and start is not None and end is not None
    }
