"""What a profile holds, as values for programs and as a page for people."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tallystick.profiling import Profile
from tallystick.rendering import numbers, words
from tallystick.rendering.escaping import printable, shortened_left
from tallystick.rendering.page import WIDEST, Page, pad, widths

if TYPE_CHECKING:
    from rich.console import Console

    from tallystick.reading.joining import LabelReport

MOST_SEGMENTS = 8
MOST_CATEGORIES = 3
_LOST = ("absent", "mistyped", "infinite")


def contents(profile: Profile, columns: Sequence[str] | None = None) -> dict[str, Any]:
    """Returns a profile's rows, windows, segments and columns as JSON-like values.

    Example:
        >>> import tallystick as ts
        >>> contents(ts.profile({"age": [31, 42, None]}))["columns"][0]["missing"]
        1
    """
    wanted = _wanted(profile, columns)
    return {
        "source": profile.origin.description,
        "rows": profile.rows,
        "plan_id": profile.plan.plan_id,
        "time": profile.plan.time,
        "windows": profile.windows,
        "segments": _segments(profile),
        "columns": [_column(name, planned, state) for name, planned, state in wanted],
        "coarse": profile.coarse,
        "new_columns": list(profile.origin.new_columns),
        "differences": list(profile.origin.differences),
        "seconds": profile.origin.seconds,
        "outcomes": profile.plan.outcomes,
        "labels": None if profile.origin.labels is None else profile.origin.labels.to_dict(),
    }


def contents_text(
    profile: Profile,
    width: int | None = None,
    *,
    columns: Sequence[str] | None = None,
    console: Console | None = None,
) -> str:
    """Returns a profile's contents as plain text; prints it with styles to a `console`."""
    if width is None:
        width = console.width if console else shutil.get_terminal_size((WIDEST, 24)).columns
    page = Page(width)
    _head(page, profile)
    page.blank()
    wanted = _wanted(profile, columns)
    _table(page, wanted)
    if columns is not None:
        for name, planned, state in wanted:
            page.blank()
            _detail(page, name, planned, state)
    page.blank()
    _tail(page, profile)
    if console is not None:
        page.print_to(console)
    return page.text()


def _wanted(
    profile: Profile, columns: Sequence[str] | None
) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    states = profile.columns()
    planned = {column["name"]: column for column in profile.plan.columns}
    chosen = list(states) if columns is None else [n for n in states if n in set(columns)]
    return [(name, planned[name], states[name]) for name in chosen]


def _segments(profile: Profile) -> list[dict[str, Any]]:
    parts = [one for one in profile.slices if one.window is None and one.segment != "all"]
    return [{"segment": one.segment, "rows": one.rows} for one in parts]


def _missing(state: Mapping[str, Any]) -> int:
    return int(state["null"] + state["nan"] + state["absent"])


def _column(name: str, planned: Mapping[str, Any], state: Mapping[str, Any]) -> dict[str, Any]:
    said = {key: planned[key] for key in ("kind", "role", "binning", "binning_id")}
    return {"name": name, **said, "missing": _missing(state), **state}


def _head(page: Page, profile: Profile) -> None:
    source = shortened_left(printable(profile.origin.description or "in memory"), page.width // 2)
    columns = numbers.plural(len(profile.plan.columns), "column")
    said = f"{numbers.plural(profile.rows, 'row')}, {columns}"
    page.line(("PROFILE  ", "bold"), (f"{source} · {said}", "bold"))
    if profile.window_seconds:
        time = printable(profile.plan.time or "time", 24)
        page.wrapped(f"{numbers.span(profile.window_seconds)} of {time}", 11, head="  windows")
    if profile.origin.labels is not None:
        _labels(page, profile.origin.labels)
    segments = sorted(_segments(profile), key=lambda one: -one["rows"])
    if segments:
        shown = [f"{words.segment(s['segment'])} {s['rows']:,}" for s in segments[:MOST_SEGMENTS]]
        more = len(segments) - len(shown)
        page.wrapped(", ".join(shown) + (f", {more} more" if more else ""), 11, head="  segments")


def _labels(page: Page, report: LabelReport) -> None:
    """How the join of labels went: what was found first, then what was not as it should be."""
    coverage = "none" if report.coverage is None else numbers.share(report.coverage)
    found = [f"{coverage} of {numbers.plural(report.predictions - report.immature, 'mature row')}"]
    if report.immature:
        found.append(f"{report.immature:,} too young")
    if report.delay_p50 is not None and report.delay_p99 is not None:
        half, most = numbers.seconds(report.delay_p50), numbers.seconds(report.delay_p99)
        found.append(f"half came within {half}, 99 % within {most}")
    odd = {
        "orphans": report.orphans,
        "corrected": report.corrected,
        "withdrawn": report.withdrawn,
        "conflicting, not used": report.conflicting,
        "rows with an id seen before": report.duplicate_predictions,
        "rows without an id": report.missing_ids,
        "labels without an id": report.missing_label_ids,
        "before their prediction": report.negative_delays,
    }
    found += [f"{count:,} {what}" for what, count in odd.items() if count]
    page.wrapped(", ".join(found), 11, head="  labels")


def _table(page: Page, wanted: Sequence[tuple[str, dict[str, Any], dict[str, Any]]]) -> None:
    table = [["COLUMN", "kind", "missing", "values"]]
    for name, planned, state in wanted:
        kind = "date" if planned.get("domain") == "temporal" else planned["kind"]
        missing = numbers.share(_missing(state) / state["rows"] if state["rows"] else 0.0)
        table.append([words.name(name), kind, missing, _values(planned, state)])
    space = widths(table)
    for number, row in enumerate(table):
        head = f"  {pad(row[0], space[0])}  {pad(row[1], space[1])}  "
        head += pad(row[2], space[2], right=True)
        if number == 0:
            page.line((f"{head}  {row[3]}", "dim"))
        else:
            page.wrapped(row[3], len(head) + 2, head=head)


def _values(planned: Mapping[str, Any], state: Mapping[str, Any]) -> str:
    """The range and the mean of numbers; of categories how many and the most frequent."""
    lost = [f"{state[key]:,} {key}" for key in _LOST if state.get(key)]
    if not state["present"]:
        return ", ".join(["no values", *lost])
    if planned["kind"] == "numeric":
        show = words.value_format(planned)
        span = f"{show(state['minimum'])} to {show(state['maximum'])}"
        return ", ".join([span, f"mean {show(state['mean'])}", *lost])
    top = [
        f"{words.category(text)} {numbers.share(rows / state['rows'])}"
        for text, rows in state["most_frequent"][:MOST_CATEGORIES]
    ]
    other = [f"{state['other']:,} new to the plan"] if state["other"] else []
    amount = numbers.plural(state["categories"], "value")
    return f"{amount}: " + ", ".join([*top, *other, *lost])


def _detail(page: Page, name: str, planned: Mapping[str, Any], state: Mapping[str, Any]) -> None:
    page.line((f"  {words.name(name)}", "bold"))
    page.wrapped(f"{planned['role']}, {planned['binning']}", 14, head="    counted")
    parts = ("null", "nan", "infinite", "mistyped", "absent", "other", "zeros")
    counts = [f"{state[part]:,} {part}" for part in ("rows", "present", *parts) if part in state]
    page.wrapped(", ".join(counts), 14, head="    rows")
    if planned["kind"] == "numeric":
        show = words.value_format(planned)
        temporal = planned.get("domain") == "temporal"
        keys = ["minimum", "mean", *([] if temporal else ["std"]), "maximum"]
        values = [f"{key} {show(state[key])}" for key in keys]
        page.wrapped(", ".join(values), 14, head="    values")
        return
    for head, key in (("    frequent", "most_frequent"), ("    new", "unseen")):
        found = [f"{words.category(text)} {rows:,}" for text, rows in state.get(key) or []]
        if found:
            page.wrapped(", ".join(found), 14, head=head)


def _tail(page: Page, profile: Profile) -> None:
    if profile.coarse:
        text = f"{words.names(profile.coarse)}: single cells hold over 2 % of the rows"
        page.wrapped(text, 11, head="  coarse")
    if profile.origin.new_columns:
        text = f"{words.names(profile.origin.new_columns)}: not in the plan"
        page.wrapped(text, 11, head="  not read")
    for line in profile.origin.differences[:6]:
        page.wrapped(printable(line), 11, head="  files")
    page.line((f"  plan {profile.plan.plan_id[:7]}", "dim"))
