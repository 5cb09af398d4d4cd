"""A verdict in GitHub Actions: annotations of a run, and the summary of a job."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

from tallystick.comparison import Comparison, Measurement
from tallystick.errors import ExportError
from tallystick.exporting.markdown import to_markdown
from tallystick.judging import undetermined_passes
from tallystick.profiling.files import why
from tallystick.rendering.escaping import printable
from tallystick.rendering.findings import Finding, Findings
from tallystick.rendering.summary import effect
from tallystick.rendering.words import label, sentences

MOST = 10
"""Annotations of one level that GitHub shows of a step; it drops further ones in silence."""
_LEVELS = {"page": "error", "warn": "warning"}


def to_annotations(
    comparison: Comparison,
    *,
    undetermined: str = "fail",
    file: str | os.PathLike[str] | None = None,
) -> list[str]:
    """Returns workflow commands, one a line, that annotate a run with what was found.

    Args:
        comparison: The report.
        undetermined: `"fail"` makes errors of what could not be judged over all rows, `"pass"`
            warnings.
        file: Where the annotations stand, such as the spec, relative to the repository.

    Returns:
        Errors for alerts of severity `page`, warnings for those of `warn`; at most 10 of each,
        the last of which then says how many there are besides.

    Raises:
        ParameterError: `undetermined` is neither.

    Example:
        >>> import tallystick as ts
        >>> before = {"age": [31, 42] * 500, "plan": ["pro", "free"] * 500}
        >>> report = ts.compare(reference=before, current={"age": before["age"]})
        >>> for line in to_annotations(report, file="churn.toml"):
        ...     print(line)
        ::error file=churn.toml,title=plan::column missing%0A1,000 of 1,000 rows came without ...
    """
    open_level = "warning" if undetermined_passes(undetermined) else "error"
    findings = Findings(comparison)
    by_level: dict[str, list[Finding | Measurement | None]] = {"error": [], "warning": []}
    for one in findings.beyond:
        by_level[_LEVELS.get(one.lead.severity, "warning")].append(one)
    by_level[open_level] += findings.open
    if comparison.status == "undetermined" and not findings.open:
        by_level[open_level].append(None)
    return [
        _command(level, file, title, message)
        for level, found in by_level.items()
        for title, message in _most(findings, found)
    ]


def _most(
    findings: Findings, found: Sequence[Finding | Measurement | None]
) -> Iterator[tuple[str, str]]:
    """As many as GitHub shows; the last says how many there are besides."""
    fits = len(found) <= MOST
    for one in found[: MOST if fits else MOST - 1]:
        yield _told(findings, one)
    if not fits:
        more = len(found) - MOST + 1
        yield f"{more:,} more", "--json has all; the summary of the job has what it has room for"


def _told(findings: Findings, one: Finding | Measurement | None) -> tuple[str, str]:
    """Title and message of an annotation; None stands for a report in which nothing decides."""
    if one is None:
        return "not judged", "nothing could be judged"
    if isinstance(one, Finding):
        said = [effect(one.lead), *sentences(findings, one, False)]
        return label(one.lead), "\n".join(said)
    return f"{label(one)} not judged", effect(one)


def _command(level: str, file: str | os.PathLike[str] | None, title: str, message: str) -> str:
    r"""A workflow command.

    Example:
        >>> _command("error", "a,b.toml", "x: 5 %", "one\ntwo")
        '::error file=a%2Cb.toml,title=x%3A 5 %25::one%0Atwo'
    """
    lines = "\n".join(printable(line) for line in message.split("\n"))
    place = "" if file is None else f"file={_property(Path(file).as_posix())},"
    return f"::{level} {place}title={_property(title)}::{_data(lines)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(printable(text)).replace(":", "%3A").replace(",", "%2C")


def quotes() -> tuple[str, str]:
    """Returns the lines between which no line of a log is a command.

    A page wraps names and categories of the data: a line of it could begin with `::`.
    """
    token = secrets.token_hex(16)
    return f"::stop-commands::{token}", f"::{token}::"


def append_summary(
    comparison: Comparison, path: str | os.PathLike[str], *, undetermined: str = "fail"
) -> None:
    """Appends the verdict as Markdown to a file, such as the one that `GITHUB_STEP_SUMMARY` names.

    Raises:
        ParameterError: `undetermined` is neither.
        ExportError: The file cannot be written.
    """
    text = to_markdown(comparison, undetermined=undetermined)
    try:
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"\n{text}")
    except OSError as error:
        message = f"{Path(path)}: cannot be written: {why(error)}"
        raise ExportError(message, path=str(path)) from error
