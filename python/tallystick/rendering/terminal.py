"""A comparison as a page of text: the verdict first, then what it rests on."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tallystick.comparison import Comparison
from tallystick.profiling import Profile
from tallystick.rendering import numbers, score_words, summary, words
from tallystick.rendering.escaping import printable, shortened, shortened_left
from tallystick.rendering.findings import Finding, Findings
from tallystick.rendering.page import WIDEST, Page, pad, widths

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


def to_short_text(comparison: Comparison) -> str:
    """Returns the verdict and what led to it, without where the rows came from.

    Example:
        >>> import tallystick as ts
        >>> before = {"age": [31, 42] * 500, "plan": ["pro", "free"] * 500}
        >>> report = ts.compare(reference=before, current={"age": before["age"]})
        >>> print(report.to_short_text())
        ALERT  1 of 2 instruments beyond tolerance
        <BLANKLINE>
          BEYOND TOLERANCE ...
          page  plan       column missing
                1,000 of 1,000 rows came without this column; nothing else of it is judged
    """
    page = Page(WIDEST)
    findings = Findings(comparison)
    for part in (_headline, _beyond, _not_judged):
        part(page, findings)
        page.blank()
    return page.text()


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
    status = findings.comparison.status
    word, style = status.upper(), _STYLES[status]
    page.wrapped(summary.headline(findings), len(word) + 2, "bold", head=word, head_style=style)


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
    groups = summary.open_groups(findings)
    parts = findings.open_parts
    if not groups and not parts:
        return
    page.line(("  NOT JUDGED (is not ok)", "bold"))
    shown = groups[:MOST_ROWS]
    alone = [summary.open_label(rows[0]) for _, _, rows in shown if len(rows) == 1]
    room = min(max(map(cell_len, alone), default=0), page.width // 3)
    before = ""
    for word, text, rows in shown:
        head = f"  {'' if word == before else word}"
        if len(rows) == 1:
            head = f"{pad(head, _HEAD)}{pad(shortened(summary.open_label(rows[0]), room), room)}"
            page.wrapped(text, cell_len(head) + 2, head=head)
        else:
            page.wrapped(f"{summary.open_labels(rows)}: {text}", _HEAD, head=head)
        before = word
    _more(page, len(groups) - len(shown))
    if parts:
        page.wrapped(summary.open_parts(parts), _HEAD, "dim", head="  parts")


def _within(page: Page, findings: Findings) -> None:
    page.wrapped(summary.within(findings), _HEAD, head="  OK")


def _labels_known(page: Page, findings: Findings) -> None:
    text = score_words.labels_line(findings)
    if text:
        page.wrapped(text, _HEAD, head="  LABELS")


def _schema(page: Page, findings: Findings) -> None:
    said = summary.schema(findings)
    if said:
        page.wrapped(said, _HEAD, head="  SCHEMA")


def _coarse(page: Page, comparison: Comparison) -> None:
    said = summary.coarse(comparison)
    if said:
        page.wrapped(said, _HEAD, head="  COARSE")


def _counted(page: Page, comparison: Comparison, peak_memory_bytes: int | None) -> None:
    page.wrapped(summary.counted(comparison, peak_memory_bytes), _HEAD, head="  COUNTED")


def _whose(page: Page, comparison: Comparison) -> None:
    page.wrapped(summary.whose(comparison), 2, "dim")
