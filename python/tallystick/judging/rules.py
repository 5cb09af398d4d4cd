"""From measurements of windows, one after another, to what is raised, what is cleared, and why not.

One window beyond tolerance is no reason to wake somebody: two of three are, or one far beyond. What
is raised stays so until three windows in a row are well within. All of it is a function of the
measurement and of where the decision before has left the instrument; nothing is remembered here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tallystick.comparison.measurement import Measurement
from tallystick.errors import ParameterError
from tallystick.judging.effects import closeness
from tallystick.profiling.windows import window_seconds

BEYOND, WITHIN, UNDER = "b", "w", "u"
"""Marks of judged windows: beyond tolerance, within it, and well within."""

_MOST_WINDOWS = 100
# Reasons of what could not be judged although there are rows enough.
_MEASURED = ("usual_variation", "straddles_tolerance")


@dataclass(frozen=True, slots=True)
class Rules:
    """When to raise, when to clear, and how often to tell.

    Args:
        raise_windows: Windows beyond tolerance that raise an alert ...
        of_windows: ... among so many judged ones.
        clear_windows: Windows in a row well within tolerance that clear it.
        clear_share: What well within is: the effect over its tolerance, in (0, 1].
        severe: One window raises at once when even the near end of the effect's interval is
            beyond this many tolerances. A missing or retyped column does always.
        cooldown: Least time between two alerts of one instrument, segment and metric, by the
            windows' time.

    Raises:
        ParameterError: A rule that could never be, or never fail to be, fulfilled.

    Example:
        >>> from tallystick.judging.rules import Rules
        >>> Rules(cooldown="1d").cooldown_seconds
        86400
    """

    raise_windows: int = 2
    of_windows: int = 3
    clear_windows: int = 3
    clear_share: float = 0.7
    severe: float = 2.5
    cooldown: str = "6h"

    def __post_init__(self) -> None:
        checks = {
            "raise_windows": 1 <= self.raise_windows <= self.of_windows,
            "of_windows": self.of_windows <= _MOST_WINDOWS,
            "clear_windows": 1 <= self.clear_windows <= _MOST_WINDOWS,
            "clear_share": 0 < self.clear_share <= 1,
            "severe": self.severe >= 1,
        }
        expected = {
            "raise_windows": "1 to of_windows",
            "of_windows": "at most 100",
            "clear_windows": "1 to 100",
            "clear_share": "a share in (0, 1]",
            "severe": "at least 1",
        }
        for name, holds in checks.items():
            if not holds:
                raise ParameterError(f"{name}: expected {expected[name]}", name=name)
        window_seconds(self.cooldown, name="cooldown")

    @property
    def cooldown_seconds(self) -> int:
        """`cooldown` in seconds."""
        return window_seconds(self.cooldown, name="cooldown")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a decision leaves an instrument.

    Attributes:
        recent: Marks of the latest judged windows, the last one at the end.
        raised_at: End of the window that raised the alert, in seconds since 1970; None when there
            is no alert.
        told_at: End of the window that raised the latest one.
    """

    recent: str = ""
    raised_at: int | None = None
    told_at: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a window makes of an instrument.

    Attributes:
        action: "raised", "cleared" or "none".
        reason: Why: `severe` and `repeated` raise, `calm` clears; nothing comes of
            `within_tolerance`, `not_repeated`, `cooling_down`, `already_raised`, `not_yet_calm`
            and `undetermined`.
        standing: Where this leaves it.
    """

    action: str
    reason: str
    standing: Standing


def decide(row: Measurement, before: Standing, rules: Rules, window_end: int) -> Verdict:
    """What a deciding measurement of a window means, after what went before.

    Args:
        row: The measurement.
        before: Where the window before has left the instrument.
        rules: The rules.
        window_end: One past the last second of the window.

    A window that could not be judged raises nothing and is passed over; what is raised it may
    help to clear, if only what is usual stood in the way and its effect is small.

    Example:
        >>> from tallystick.judging.rules import Rules, Standing, decide
        >>> import tallystick as ts
        >>> rows = ts.compare(
        ...     reference={"plan": ["pro", "free"] * 5000}, current={"plan": ["pro"] * 9000}
        ... )
        >>> verdict = decide(rows["plan"]["psi_corrected"], Standing(), Rules(), 3600)
        >>> verdict.action, verdict.reason
        ('raised', 'severe')
    """
    mark = _mark(row, before, rules)
    if mark is None:
        return Verdict("none", "undetermined", before)
    length = max(rules.of_windows, rules.clear_windows)
    standing = replace(before, recent=(before.recent + mark)[-length:])
    if before.raised_at is not None:
        return _while_raised(mark, standing, rules)
    if mark != BEYOND:
        return Verdict("none", "within_tolerance", standing)
    if is_severe(row, rules):
        reason = "severe"
    elif standing.recent[-rules.of_windows :].count(BEYOND) >= rules.raise_windows:
        reason = "repeated"
    else:
        return Verdict("none", "not_repeated", standing)
    if before.told_at is not None and window_end - before.told_at < rules.cooldown_seconds:
        return Verdict("none", "cooling_down", standing)
    return Verdict("raised", reason, replace(standing, raised_at=window_end, told_at=window_end))


def _while_raised(mark: str, standing: Standing, rules: Rules) -> Verdict:
    if standing.recent.endswith(UNDER * rules.clear_windows):
        return Verdict("cleared", "calm", replace(standing, raised_at=None))
    return Verdict("none", "already_raised" if mark == BEYOND else "not_yet_calm", standing)


def _mark(row: Measurement, before: Standing, rules: Rules) -> str | None:
    """The window's mark; None for one that is passed over."""
    if row.status == "alert":
        return BEYOND
    is_small = closeness(row) <= rules.clear_share
    if row.status == "ok":
        return UNDER if is_small else WITHIN
    # With rows enough, a small effect counts towards clearing even if it is not surely within:
    # where what is usual exceeds the tolerance, no window ever is.
    counts = before.raised_at is not None and row.value is not None and row.reason in _MEASURED
    return UNDER if counts and is_small else None


def is_severe(row: Measurement, rules: Rules) -> bool:
    """Whether one window is enough: the near end of the interval is far beyond the tolerance."""
    if row.status != "alert":
        return False
    if row.metric == "schema":
        return True
    if row.value is None or row.tolerance is None:
        return False
    above = row.value >= (1.0 if row.unit == "ratio" else 0.0)
    near = row.ci_lower if above else row.ci_upper
    if near is None or (near - (1.0 if row.unit == "ratio" else 0.0) > 0) != above:
        return False
    return closeness(replace(row, value=near)) >= rules.severe


def calm_windows(recent: str) -> int:
    """How many of the latest windows, in a row, were well within tolerance.

    Example:
        >>> calm_windows("bwuu")
        2
    """
    return len(recent) - len(recent.rstrip(UNDER))


def judged(rows: Sequence[Measurement]) -> list[Measurement]:
    """The rows that are decided about; what concerns a segment and could not be judged is not."""
    return [
        row
        for row in rows
        if row.decides and (row.segment == "all" or row.status != "undetermined")
    ]
