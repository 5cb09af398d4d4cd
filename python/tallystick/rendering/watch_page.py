"""What one run of a monitor has done, as a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from tallystick.judging.decisions import Decision
from tallystick.rendering import numbers, words
from tallystick.rendering.page import Page, pad, widths

_STYLES = {"alert": "bold red", "undetermined": "yellow", "ok": "green"}
_MOST_LINES = 20


def run_text(
    facts: Mapping[str, Any],
    raised: Sequence[Decision],
    newly: Sequence[Decision],
    console: Console | None = None,
) -> str:
    """What was collected, judged and raised; printed to `console` if given.

    Args:
        facts: The run as JSON-like values: what `tallystick monitor --json` prints.
        raised: What stands raised.
        newly: What this run has raised.
        console: Where to print it in colour.
    """
    page = Page(console.width if console else 100)
    status = facts["status"]
    page.line((status.upper(), _STYLES[status]), (f"   model {words.name(facts['model'])}", ""))
    for line in _work(facts):
        page.line((f"  {line}", "dim"))
    if newly:
        page.blank()
        page.line(("RAISED IN THIS RUN", "bold"))
        _list(page, newly)
    page.blank()
    page.line(("STANDS RAISED" if raised else "NOTHING STANDS RAISED", "bold"))
    _list(page, raised)
    if console is not None:
        page.print_to(console)
    return page.text()


def _work(facts: Mapping[str, Any]) -> list[str]:
    lines = []
    collected = facts["collected"]
    if collected is not None:
        taken = collected["ingested"]
        frames = numbers.plural(taken["frames"], "frame")
        lines.append(f"collected {frames}, {numbers.plural(taken['rows'], 'row')}")
        if collected["damaged_bytes"] or collected["unreadable"]:
            damaged = numbers.size(collected["damaged_bytes"])
            files = numbers.plural(collected["unreadable"], "file")
            lines.append(f"could not read {damaged} of damaged frames, {files} of a later release")
    if not facts["leader"]:
        lines.append("another process judges: it has the lease")
        return lines
    windows = facts["windows"]
    if windows:
        rows = numbers.plural(sum(one["rows"] for one in windows), "row")
        span = f"{windows[0]['start']} to {windows[-1]['end']}"
        lines.append(f"judged {numbers.plural(len(windows), 'window')}, {rows}, {span}")
    else:
        lines.append("no window was closed since the last run")
    if facts["untold"]:
        lines.append(f"{numbers.plural(facts['untold'], 'alert')} could not be told yet")
    return lines


def _list(page: Page, decisions: Sequence[Decision]) -> None:
    # Pages first, all rows before segments, the latest first.
    ordered = sorted(
        decisions,
        key=lambda one: (one.severity != "page", one.segment != "all", -one.window_end, one.key),
    )
    rows = [_line(one) for one in ordered[:_MOST_LINES]]
    width = widths(rows) if rows else []
    for row in rows:
        line = "  ".join(pad(cell, size) for cell, size in zip(row, width, strict=True))
        page.line((f"  {line}", ""))
    if len(ordered) > _MOST_LINES:
        page.line((f"  and {len(ordered) - _MOST_LINES} more", "dim"))


def _line(one: Decision) -> tuple[str, str, str, str, str]:
    where = "" if one.segment == "all" else words.segment(one.segment)
    since = numbers.moment(one.raised_at or one.window_end)
    value = "" if one.value is None else f"{one.value:.3g} of {one.tolerance or 0:.3g}"
    name = f"{words.name(one.instrument)} {one.metric}"
    return one.severity, name, where, value, f"since {since}"
