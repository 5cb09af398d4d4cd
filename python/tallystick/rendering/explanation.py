"""Why a window did or did not raise an alert, from what the store has kept of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console

from tallystick.comparison import Measurement
from tallystick.judging.decisions import Decision
from tallystick.judging.effects import closeness
from tallystick.judging.rules import BEYOND, Rules, calm_windows
from tallystick.rendering import numbers, words
from tallystick.rendering.page import Page, pad, widths

_SEASONS = {
    "all": "all rows of the baseline",
    "day_of_week": "the baseline's windows of the same weekday (UTC)",
    "hour_of_day": "the baseline's windows of the same hour (UTC)",
    "hour_of_week": "the baseline's windows of the same weekday and hour (UTC)",
}
_MARKS = {"b": "beyond", "w": "within", "u": "well within"}
_STYLES = {"raised": "bold red", "cleared": "green"}
# Lines of the overview, and windows of the history.
_MOST_LINES, MOST_WINDOWS = 30, 12


@dataclass(frozen=True, slots=True)
class Case:
    """One decision and what it was made of.

    Attributes:
        decision: The decision.
        measured: The measurement against the baseline, of the window's last revision.
        season: Which part of the baseline that was.
        previous: The measurement against the windows before; None for the first.
        history: Decisions about the same of earlier windows and this one, the latest last.
    """

    decision: Decision
    measured: Measurement | None
    season: str
    previous: Measurement | None
    history: Sequence[Decision]


def overview_text(
    decisions: Sequence[Decision],
    measured: Mapping[tuple[str, str, str], Measurement],
    rules: Rules,
    console: Console | None = None,
) -> str:
    """What was decided about one window, most urgent first; printed to `console` if given.

    Args:
        decisions: All decisions about the window.
        measured: Measurements by instrument, segment and metric.
        rules: The rules they were made by.
        console: Where to print it in colour.
    """
    page = Page(console.width if console else 100)
    first = decisions[0]
    raised = sum(one.raised_at is not None for one in decisions)
    beyond = sum(one.status == "alert" for one in decisions)
    page.line((f"{_window(first)}   model {words.name(first.model)}", "bold"))
    counted = f"{len(decisions)} judged, {beyond} beyond tolerance, {raised} raised"
    page.line((f"  {counted}", "dim"))
    page.blank()
    ordered = sorted(decisions, key=lambda one: _urgency(one, measured.get(one.key)))
    shown = [one for one in ordered if _is_news(one)][:_MOST_LINES] or ordered[:5]
    rows = [_line(one, measured.get(one.key)) for one in shown]
    width = widths(rows)
    for one, row in zip(shown, rows, strict=True):
        cells = "  ".join(pad(cell, size) for cell, size in zip(row, width, strict=True))
        page.line((f"  {cells}", _STYLES.get(_state(one), "")))
        page.wrapped(why(one, measured.get(one.key), rules), 6, "dim")
    left = len(decisions) - len(shown)
    if left:
        page.blank()
        page.line((f"  {left} more: name an instrument, or ask for --json", "dim"))
    if console is not None:
        page.print_to(console)
    return page.text()


def case_text(case: Case, rules: Rules, console: Console | None = None) -> str:
    """Why one instrument did or did not raise an alert; printed to `console` if given.

    Args:
        case: The decision and what it was made of.
        rules: The rules it was made by.
        console: Where to print it in colour.
    """
    page = Page(console.width if console else 100)
    one, row = case.decision, case.measured
    page.line((f"{_title(one, row)}   {_window(one)}", "bold"))
    page.line((f"  {_state(one).upper()}", _STYLES.get(_state(one), "")))
    page.wrapped(why(one, row, rules), 2)
    page.blank()
    for head, text in [*_measured(case), *_standing(one, rules)]:
        page.wrapped(text, 14, head=f"  {head}", head_style="dim")
    page.blank()
    page.line(("  the last windows", "bold"))
    rows = [_history(past) for past in case.history[-MOST_WINDOWS:]]
    width = widths(rows) if rows else []
    for cells in rows:
        line = "  ".join(pad(cell, size) for cell, size in zip(cells, width, strict=True))
        page.line((f"  {line}", ""))
    if console is not None:
        page.print_to(console)
    return page.text()


def why(one: Decision, row: Measurement | None, rules: Rules) -> str:
    """Why this was decided, in a sentence."""
    beyond = one.recent[-rules.of_windows :].count(BEYOND)
    of_windows = f"in {beyond} of the last {min(len(one.recent), rules.of_windows)} judged windows"
    calm = f"{calm_windows(one.recent)} of {rules.clear_windows} windows in a row well within"
    tell = {
        "within_tolerance": "within tolerance",
        "not_repeated": f"beyond tolerance {of_windows}; {rules.raise_windows} raise an alert",
        "severe": "one window is enough: the column is missing or of another type"
        if one.metric == "schema"
        else f"one window is enough: its interval begins beyond {rules.severe:g} tolerances",
        "repeated": f"beyond tolerance {of_windows}",
        "already_raised": f"beyond tolerance; raised {_moment(one.raised_at)} and told then",
        "not_yet_calm": f"raised {_moment(one.raised_at)}; cleared after {calm} "
        f"({100 * rules.clear_share:.0f} % of the tolerance)",
        "calm": f"{rules.clear_windows} windows in a row were well within tolerance",
        "cooling_down": f"beyond tolerance {of_windows}, but told {_moment(one.told_at)}: "
        f"nothing is told again for {rules.cooldown}",
        "came_late": "its first rows came after a later window had been decided about",
    }
    if one.reason == "undetermined":
        said = words.why_not(row)[1] if row is not None else one.measured.replace("_", " ")
        return f"could not be judged: {said}"
    return tell.get(one.reason, one.reason)


def _measured(case: Case) -> list[tuple[str, str]]:
    row = case.measured
    if row is None:
        return [("measured", "its measurements were deleted for their age")]
    lines = [("value", f"{words.change(row)}   tolerance {words.level(row, row.tolerance)}")]
    levels = []
    if row.null_level is not None:
        levels.append(f"{words.level(row, row.null_level)} when nothing changes")
    if row.usual_level is not None:
        levels.append(f"up to {words.level(row, row.usual_level)} between the baseline's windows")
    if levels:
        lines.append(("usual", "; ".join(levels)))
    if row.p_tolerance is not None:
        q = "" if row.q_value is None else f"; q {row.q_value:.2g} among all that was judged"
        lines.append(("p", f"{row.p_tolerance:.2g} if the effect were at the tolerance{q}"))
    sides = f"{numbers.count(row.n_current)} rows against {numbers.count(row.n_reference)}"
    lines.append(("against", f"{_SEASONS.get(case.season, case.season)}: {sides}"))
    if case.previous is not None:
        rows = numbers.count(case.previous.n_reference)
        lines.append(("before", f"{words.change(case.previous)} against the {rows} rows before it"))
    return lines


def _standing(one: Decision, rules: Rules) -> list[tuple[str, str]]:
    marks = ", ".join(_MARKS[mark] for mark in one.recent) or "none was judged yet"
    need = f"{rules.raise_windows} of {rules.of_windows} beyond raise"
    lines = [("windows", f"{marks}   ({need}, {rules.clear_windows} well within clear)")]
    if one.told_at is not None:
        until = _moment(one.told_at + rules.cooldown_seconds)
        lines.append(("told", f"{_moment(one.told_at)}; not again before {until}"))
    return lines


def _is_news(one: Decision) -> bool:
    return one.reason != "within_tolerance" or one.raised_at is not None


def _urgency(one: Decision, row: Measurement | None) -> tuple[bool, bool, bool, bool, float]:
    size = 0.0 if row is None else closeness(row)
    return (
        one.action != "raised",
        one.raised_at is None,
        one.status != "alert",
        one.status != "undetermined" or one.segment != "all",
        -size,
    )


def _line(one: Decision, row: Measurement | None) -> tuple[str, str, str]:
    value = "" if row is None else words.change(row)
    return _state(one), _title(one, row), value


def _title(one: Decision, row: Measurement | None) -> str:
    if row is not None:
        return f"{words.label(row)}   {one.metric}"
    return f"{words.name(one.instrument)}   {one.metric}"


def _state(one: Decision) -> str:
    if one.action != "none":
        return one.action
    return "alert stands" if one.raised_at is not None else one.status


def _history(one: Decision) -> tuple[str, str, str, str]:
    value = "-" if one.value is None else f"{one.value:.4g}"
    return _moment(one.window_start), value, _state(one), one.reason.replace("_", " ")


def _window(one: Decision) -> str:
    return f"{_moment(one.window_start)} to {_moment(one.window_end)}"


def _moment(second: int | None) -> str:
    return "-" if second is None else numbers.moment(second, second % 86_400 == 0)
