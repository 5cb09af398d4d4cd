"""A verdict as Markdown, for pull requests and summaries of jobs.

Names and categories come from data. In cells of their own they stand in code spans, where nothing
is a mention, a link or a picture; in sentences what would become one is taken apart by a space of
no width. The text is never longer than a comment on GitHub may be, and says what it left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from tallystick.comparison import Comparison, Measurement
from tallystick.errors import ParameterError
from tallystick.judging import undetermined_passes
from tallystick.judging.effects import closeness
from tallystick.profiling import Profile
from tallystick.rendering import numbers, printable, words
from tallystick.rendering.findings import Finding, Findings
from tallystick.rendering.summary import headline

LIMIT = 65_536
"""Characters of a comment on GitHub."""
_LEAST = 16_384
_MOST_ROWS = 50
_PATH_WIDTH = 120
# Room for the sentence about segments.
_PARTS = 100

_BROKEN = "&#8203;"
_SIGNS = {sign: f"\\{sign}" for sign in "\\`*_[]~#"} | {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    "$": "<span>$</span>",  # what GitHub's pages on formulas ask for
    "|": "&#124;",
}
# What becomes a link: mentions and addresses; issues (#12, GH-12); schemes, and emoji, but no
# times of day; www. Then every sign that may mean something.
_SPECIAL = re.compile(
    r"(?P<link>@|\#(?=\w)|:(?=\S)(?!\d\d\b)|\bGH-(?=\d)|\bwww\.)|["
    + re.escape("".join(_SIGNS))
    + "]",
    re.IGNORECASE,
)
_A_LINK = re.compile(r"@|#(?=\w)|:(?=\S)(?!\d\d\b)|\bGH-(?=\d)|\bwww\.", re.IGNORECASE)
_A_LINK = re.compile(r"https?://[\w./?=&%+:#-]+", re.ASCII)


def to_markdown(comparison: Comparison, *, undetermined: str = "fail", limit: int = LIMIT) -> str:
    """Returns the verdict as Markdown of GitHub's kind.

    Args:
        comparison: The report.
        undetermined: Whether the gate `"fail"`s or `"pass"`es what could not be judged; the text
            says so.
        limit: Characters that the text may have, at least 16,384.

    Raises:
        ParameterError: A parameter is out of its domain.

    Example:
        >>> import tallystick as ts
        >>> rows = {"plan": ["pro", "free"] * 500}
        >>> print(ts.compare(reference=rows, current=rows).to_markdown().splitlines()[0])
        ### OK: 1 instrument within tolerance
    """
    passes = undetermined_passes(undetermined)
    if limit < _LEAST:
        raise ParameterError(f"limit: expected at least {_LEAST}", name="limit")
    findings = Findings(comparison)
    head = [f"### {comparison.status.upper()}: {plain(headline(findings))}", ""]
    if comparison.status == "undetermined" and passes:
        head += ["This gate lets pass what could not be judged. It is not ok.", ""]
    tail = _footer(findings)
    room = limit - _length(head) - _length(tail)
    # What could not be judged is heard as well, however much is beyond tolerance.
    beyond = _beyond(findings, room * 3 // 4)
    open_ = _not_judged(findings, room - _length(beyond) - _PARTS)
    return "\n".join([*head, *beyond, *open_, *tail]) + "\n"


def code(text: str) -> str:
    """Returns `text` as a code span.

    Where backquotes could not hold it in a cell of a table, tags do.

    Example:
        >>> code("carrier=AA"), code("a`|b")
        ('`carrier=AA`', '<code>a&#96;&#124;b</code>')
    """
    text = printable(text)
    if text.strip() == text and text and not set("`|\\") & set(text):
        return f"`{text}`"
    signs = (one if one.isalnum() else f"&#{ord(one)};" for one in text)
    return f"<code>{''.join(signs)}</code>"


def plain(text: str) -> str:
    r"""Returns `text` so that it reads as it is, in a sentence or a cell.

    Example:
        >>> print(plain("<b> *x* @all #1 :tada: https://example.org 01:30"))
        &lt;b&gt; \*x\* @&#8203;all \#&#8203;1 :&#8203;tada: https:&#8203;//example.org 01:30
    """

    def harmless(match: re.Match[str]) -> str:
        text = match[0]
        return _SIGNS.get(text, text) + (_BROKEN if match["link"] else "")

    return _SPECIAL.sub(harmless, printable(text))


def _beyond(findings: Findings, room: int) -> list[str]:
    found = findings.beyond
    head = ["", "instrument", "reference", "current", "change [95 % interval]", "tolerance", ""]
    rows = (_finding_row(findings, one) for one in found)
    return _section("Beyond tolerance", head, rows, len(found), room)


def _finding_row(findings: Findings, finding: Finding) -> list[str]:
    row = finding.lead
    tolerance = "" if row.metric == "schema" else words.level(row, row.tolerance)
    shown = map(plain, (*words.sides(findings, row), words.change(row), tolerance))
    meaning = "; ".join(map(plain, words.sentences(findings, finding, with_sides=True)))
    return [row.severity, code(words.label(row)), *shown, meaning]


def _not_judged(findings: Findings, room: int) -> list[str]:
    found = findings.open
    rows = map(_open_row, found)
    head = ["", "instrument", ""]
    lines = _section("Not judged (is not ok)", head, rows, len(found), room)
    parts = len(findings.open_parts)
    if parts:
        left = numbers.plural(parts, "judgement")
        lines.append(f"{left} left open in segments: no part of the verdict.")
    return lines


def _open_row(row: Measurement) -> list[str]:
    word, text = words.why_not(row)
    return [word, code(words.label(row)), plain(text)]


def _section(
    title: str, head: Sequence[str], rows: Iterable[Sequence[str]], total: int, room: int
) -> list[str]:
    """A table under its title, as many rows of it as there is room for."""
    if not total:
        return []
    lines = [f"**{title}**", "", _row(head), _row(["---"] * len(head))]
    note = "... and {:,} more: `--json` has all."
    room -= _length([*lines, "", note.format(total), ""])
    shown = 0
    for line in map(_row, islice(rows, _MOST_ROWS)):
        room -= len(line) + 1
        if room < 0:
            break
        lines.append(line)
        shown += 1
    more = [note.format(total - shown), ""] if total > shown else []
    return [*lines, "", *more]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _footer(findings: Findings) -> list[str]:
    comparison = findings.comparison
    within = f"{len(findings.fine)} of {len(findings.instruments)} within tolerance"
    near = findings.nearest
    if near is not None:
        level = words.level(near, near.value) if closeness(near) else "0"
        tolerance = words.level(near, near.tolerance)
        within += f"; nearest: {plain(words.label(near))} {level} of {tolerance}"
    new = findings.new_columns
    read = [f"New, not in the plan and not read: {plain(words.names(new))}.", ""] if new else []
    sides = [
        _row([name, numbers.count(side.rows), _source(side)])
        for name, side in (("reference", comparison.reference), ("current", comparison.current))
    ]
    table = [_row(["", "rows", "source"]), _row(["---", "---:", "---"]), *sides]
    return ["", f"{within}.", "", *read, *table, "", _whose(comparison)]


def _source(side: Profile) -> str:
    return code(printable(side.origin.description or "in memory", _PATH_WIDTH))


def _whose(comparison: Comparison) -> str:
    said = [f"Plan `{comparison.reference.plan.plan_id[:7]}`"]
    if comparison.spec:
        model = comparison.spec.model
        said.append(f"spec `{comparison.spec.spec_id[:7]}`")
        said += [f"owner {plain(printable(model.owner, _PATH_WIDTH))}"] if model.owner else []
        said += [f"runbook {_link(model.runbook)}"] if model.runbook else []
    return ", ".join(said) + "."


def _link(text: str) -> str:
    """A declared address as a link, if it is plainly one; anything else as text."""
    short = printable(text, _PATH_WIDTH)
    return f"<{short}>" if short == text and _A_LINK.fullmatch(text) else plain(short)


def _length(lines: Sequence[str]) -> int:
    return sum(len(line) + 1 for line in lines)
