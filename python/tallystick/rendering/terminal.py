"""A comparison as a page of text: the verdict first, then what it rests on."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tallystick.comparison import Comparison, Measurement
from tallystick.judging.effects import closeness
from tallystick.profiling import Profile
from tallystick.rendering import numbers, score_words, words
from tallystick.rendering.escaping import printable, shortened, shortened_left
from tallystick.rendering.findings import ALL, Finding, Findings
from tallystick.rendering.page import WIDEST, Page, joined, pad, widths

if TYPE_CHECKING:
    from rich.console import Console

MOST_ROWS = 12
# From this width on the table of alerts has room for what the two sides show.
_WIDE = 96
_INDENT = 8
_HEAD = 10
_STYLES = {
    "alert": "bold red",
    "ok": "bold green",
    "undetermined": "bold yellow",
    "page": "red",
    "warn": "yellow",
}


def to_text(
    comparison: Comparison, width: int | None = None, *, peak_memory_bytes: int | None = None
) -> str:
    """Returns a comparison as plain text without control sequences.

    Args:
        comparison: What to show.
        width: Terminal cells, kept within 60 and 100; the terminal's when left out.
        peak_memory_bytes: Shown among what it cost, when known.

    Example:
        >>> import tallystick as ts
        >>> rows = {"plan": ["pro", "free"] * 500}
        >>> print(ts.compare(reference=rows, current=rows).to_text(width=80).splitlines()[0])
        OK  1 instrument within tolerance
    """
    if width is None:
        width = shutil.get_terminal_size((WIDEST, 24)).columns
    return _page(comparison, width, peak_memory_bytes).text()


def render(
    comparison: Comparison, console: Console, *, peak_memory_bytes: int | None = None
) -> None:
    """Prints the same page with colours, in the width of the console."""
    _page(comparison, console.width, peak_memory_bytes).print_to(console)


def _page(comparison: Comparison, width: int, peak_memory_bytes: int | None) -> Page:
    page = Page(width)
    findings = Findings(comparison)
    _headline(page, findings)
    page.blank()
    _two_sides(page, comparison)
    page.blank()
    _beyond(page, findings)
    page.blank()
    _not_judged(page, findings)
    page.blank()
    _within(page, findings)
    _labels_known(page, findings)
    _schema(page, findings)
    _coarse(page, comparison)
    _counted(page, comparison, peak_memory_bytes)
    page.blank()
    _whose(page, comparison)
    return page


def _headline(page: Page, findings: Findings) -> None:
    comparison = findings.comparison
    total = len(findings.instruments)
    alerting, open_ = len(findings.alerting), len(findings.not_judged)
    noun = "instrument" if total == 1 else "instruments"
    if comparison.status == "ok":
        said = f"{total} {noun} within tolerance"
    else:
        amount = str(alerting) if alerting else "none"
        parts = len(findings.alerting_in_parts)
        said = f"{amount} of {total} {noun} beyond tolerance"
        said += f" ({parts} in segments only)" if parts else ""
        said += f", {open_} not judged" if open_ else ""
    model = _model(comparison)
    text = f"{model} · {said}" if model else said
    word, style = comparison.status.upper(), _STYLES[comparison.status]
    page.wrapped(text, len(word) + 2, "bold", head=word, head_style=style)


def _model(comparison: Comparison) -> str:
    if comparison.spec is None or comparison.spec.model.name is None:
        return ""
    model = comparison.spec.model
    # Without a digit it is the name of a column that holds the version of each row.
    literal = model.version and any(c.isdigit() for c in model.version)
    return printable(joined([model.name or "", model.version or "" if literal else ""], " "), 60)


def _two_sides(page: Page, comparison: Comparison) -> None:
    sides = {"reference": comparison.reference, "current": comparison.current}
    windowed = any(side.window_seconds for side in sides.values())
    time = comparison.reference.plan.time
    when = [printable(time or "windows", 24)] if windowed else []
    table = [["", "rows", *when, "source"]]
    for name, side in sides.items():
        span = [numbers.span(side.window_seconds)] if windowed else []
        table.append([name, numbers.count(side.rows), *span, ""])
    space = widths(table)
    room = page.width - sum(space[:-1]) - 2 * len(space)
    for row, side in zip(table[1:], sides.values(), strict=True):
        row[-1] = _source(side, room)
    for number, row in enumerate(table):
        cells = [pad(row[0], space[0]), pad(row[1], space[1], right=True)]
        cells += [pad(cell, wide) for cell, wide in zip(row[2:], space[2:], strict=True)]
        page.line(("  " + "  ".join(cells), "" if number else "dim"))


def _source(profile: Profile, room: int) -> str:
    origin = profile.origin
    count = origin.files or 0
    files = f", {numbers.plural(count, 'file')}" if count > 1 else ""
    path = printable(origin.description or "in memory")
    return shortened_left(path, max(room - len(files), 12)) + files


def _beyond(page: Page, findings: Findings) -> None:
    found = findings.beyond
    if not found:
        return
    wide = page.width >= _WIDE
    shown = found[:MOST_ROWS]
    table = [_cells(findings, one, wide) for one in shown]
    seen = any(one.lead.usual_level is not None for one in shown)
    head = ["reference", "current"] if wide else []
    head += ["change [95 % interval]", "tolerance", "most seen*"]
    kept = [i for i in range(len(head)) if any(row[i + 1] not in ("", "-") for row in table)]
    space = widths([[head[i] for i in kept], *([row[i + 1] for i in kept] for row in table)])
    left = [head[i].startswith("change") for i in kept]
    room = page.width - 6 - sum(space) - 2 * len(space) - 2

    def aligned(cells: Sequence[str]) -> str:
        columns = zip(cells, space, left, strict=True)
        return "  ".join(pad(cell, wide, right=not is_left) for cell, wide, is_left in columns)

    title = pad("BEYOND TOLERANCE", room + 6)
    page.line((f"  {title}  ", "bold"), (aligned([head[i] for i in kept]), "dim"))
    for one, row in zip(shown, table, strict=True):
        name, values = row[0], aligned([row[i + 1] for i in kept])
        severity = (f"  {one.lead.severity:4}  ", _STYLES.get(one.lead.severity, ""))
        if cell_len(name) > room:
            page.line(severity, (shortened(name, page.width - _INDENT), "bold"))
            page.line((" " * (_INDENT + room + 2) + values, ""))
        else:
            page.line(severity, (pad(name, room), "bold"), (f"  {values}".rstrip(), ""))
        for sentence in words.sentences(findings, one, wide):
            page.wrapped(sentence, _INDENT, "dim")
    _more(page, len(found) - len(shown))
    if seen:
        windows = findings.comparison.reference.window_seconds
        amount = numbers.plural(len(windows), numbers.window_noun(windows))
        note = f"* largest of the reference's {amount}, each against the others"
        page.wrapped(note, _INDENT, "dim")


def _cells(findings: Findings, finding: Finding, wide: bool) -> list[str]:
    """Name, both sides if there is room, change, tolerance, most seen."""
    row = finding.lead
    both = list(words.sides(findings, row)) if wide else []
    levels = [row.tolerance, row.usual_level]
    said = ["" if row.metric == "schema" else words.level(row, one) for one in levels]
    return [words.label(row), *both, words.change(row), *said]


def _more(page: Page, hidden: int) -> None:
    if hidden > 0:
        page.line((f"{' ' * _INDENT}... and {hidden:,} more: --json has all", "dim"))


def _not_judged(page: Page, findings: Findings) -> None:
    groups: dict[tuple[str, str], list[Measurement]] = {}
    for row in findings.open:
        groups.setdefault(words.why_not(row), []).append(row)
    parts = findings.open_parts
    if not groups and not parts:
        return
    page.line(("  NOT JUDGED (is not ok)", "bold"))
    ordered = sorted(groups.items(), key=lambda item: item[0][0])
    shown = ordered[:MOST_ROWS]
    alone = [_open_label(rows[0]) for _, rows in shown if len(rows) == 1]
    room = min(max(map(cell_len, alone), default=0), page.width // 3)
    before = ""
    for (word, text), rows in shown:
        head = f"  {'' if word == before else word}"
        if len(rows) == 1:
            head = f"{pad(head, _HEAD)}{pad(shortened(_open_label(rows[0]), room), room)}"
            page.wrapped(text, cell_len(head) + 2, head=head)
        else:
            page.wrapped(f"{_labels(rows)}: {text}", _HEAD, head=head)
        before = word
    _more(page, len(ordered) - len(shown))
    if parts:
        page.wrapped(_open_parts(parts), _HEAD, "dim", head="  parts")


def _labels(rows: Sequence[Measurement]) -> str:
    shown = ", ".join(_open_label(row) for row in rows[:MOST_ROWS])
    more = len(rows) - MOST_ROWS
    return shown if more <= 0 else f"{shown}, {more:,} more"


def _open_label(row: Measurement) -> str:
    seen = f" ({words.level(row, row.usual_level)})" if words.varies(row) else ""
    return words.label(row) + seen


def _open_parts(parts: Sequence[Measurement]) -> str:
    segments = list(dict.fromkeys(row.segment for row in parts))
    shown = ", ".join(words.segment(one) for one in segments[:3])
    more = f" and {len(segments) - 3} more" if len(segments) > 3 else ""
    wants = {"rows": ("too_few_rows",), "labels": ("no_labels_yet", "low_coverage")}
    counts = {noun: sum(row.reason in of for row in parts) for noun, of in wants.items()}
    all_of = next((noun for noun, count in counts.items() if count == len(parts)), None)
    some = [f"{count:,} for want of {noun}" for noun, count in counts.items() if count]
    reason = "".join(f", {one}" for one in ([f"all for want of {all_of}"] if all_of else some))
    judgements = numbers.plural(len(parts), "judgement")
    those = "it does" if len(parts) == 1 else "they do"
    where = f"{numbers.plural(len(segments), 'segment')} ({shown}{more})"
    return f"{judgements} left open in {where}{reason}; {those} not count in the verdict"


def _within(page: Page, findings: Findings) -> None:
    said = [f"{len(findings.fine)} of {len(findings.instruments)}"]
    changed = len(findings.changed)
    if changed:
        said.append(f"of which {changed} changed detectably, but little")
    near = findings.nearest
    text = ", ".join(said)
    if near is not None:
        text += f"; nearest: {words.label(near)} {_of_tolerance(near)}"
    page.wrapped(text, _HEAD, head="  OK")


def _of_tolerance(row: Measurement) -> str:
    value = words.level(row, row.value) if closeness(row) else "0"
    return f"{value} of {words.level(row, row.tolerance)}"


def _labels_known(page: Page, findings: Findings) -> None:
    text = score_words.labels_line(findings)
    if text:
        page.wrapped(text, _HEAD, head="  LABELS")


def _schema(page: Page, findings: Findings) -> None:
    comparison = findings.comparison
    said = []
    new = findings.new_columns
    if new:
        noun = "new column" if len(new) == 1 else "new columns"
        said.append(f"{noun} {words.names(new)}: not in the plan, not read")
    plain = [one for one in findings.rows if one.metric == "schema" and one.segment == ALL]
    lost = [one.instrument for one in plain if one.reason == "missing_column"]
    retyped = [one.instrument for one in plain if one.reason == "retyped"]
    said += [f"missing {words.names(lost)}"] if lost else []
    said += [f"retyped {words.names(retyped)}"] if retyped else []
    for side in (comparison.reference, comparison.current):
        said += [printable(line) for line in side.origin.differences[:3]]
        more = len(side.origin.differences) - 3
        said += [f"{more} more columns not alike in all files"] if more > 0 else []
    if said:
        page.wrapped(" · ".join(said), _HEAD, head="  SCHEMA")


def _coarse(page: Page, comparison: Comparison) -> None:
    coarse = comparison.reference.coarse
    if coarse:
        text = f"{words.names(coarse)}: single cells hold over 2 % of the rows, changes in them"
        page.wrapped(f"{text} cannot be seen", _HEAD, head="  COARSE")


def _counted(page: Page, comparison: Comparison, peak_memory_bytes: int | None) -> None:
    current = comparison.current
    columns = current.columns()
    counted = min((column["rows"] for column in columns.values()), default=current.rows)
    took = [one.origin.seconds for one in (comparison.reference, current)]
    known = [seconds for seconds in took if seconds is not None]
    said = [
        f"{counted:,} of {numbers.plural(current.rows, 'row')}",
        numbers.plural(len(columns), "column"),
        numbers.seconds(sum(known)) if known else "",
        f"{numbers.size(peak_memory_bytes)} peak" if peak_memory_bytes is not None else "",
    ]
    page.wrapped(joined(said, ", "), _HEAD, head="  COUNTED")


def _whose(page: Page, comparison: Comparison) -> None:
    spec = comparison.spec
    model = None if spec is None else spec.model
    said = [
        f"owner {printable(model.owner)}" if model and model.owner else "",
        f"runbook {printable(model.runbook)}" if model and model.runbook else "",
        f"spec {spec.spec_id[:7]}" if spec else "",
        f"plan {comparison.reference.plan.plan_id[:7]}",
    ]
    page.wrapped(joined(said, " · "), 2, "dim")
