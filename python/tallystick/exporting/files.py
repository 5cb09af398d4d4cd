"""From a report to a file: the format follows from the name, and a file is whole or not there."""

from __future__ import annotations

import importlib
import os
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tallystick.comparison import Comparison
from tallystick.errors import ExportError, ParameterError, did_you_mean
from tallystick.exporting.tables import TABLES, require_table
from tallystick.judging import undetermined_passes
from tallystick.profiling.files import why, write_whole

# What writes a table: bytes of (report, table).
_OF_A_TABLE = {
    ".arrow": "tallystick.exporting.arrow:encode",
    ".csv": "tallystick.exporting.csv:encode",
    ".json": "tallystick.exporting.json:encode",
    ".parquet": "tallystick.exporting.parquet:encode",
}
# What writes the verdict: text of (report, undetermined=).
_OF_THE_VERDICT = {
    ".md": "tallystick.exporting.markdown:to_markdown",
    ".xml": "tallystick.exporting.junit:to_junit",
}
# What writes all of it: text of (report).
_OF_THE_REPORT = {
    ".html": "tallystick.rendering.html:to_html",
    ".prom": "tallystick.exporting.prometheus:text",
}
# What must be installed, asked before the work is done.
_NEEDS = {
    ".html": "tallystick.rendering.html:require",
    ".prom": "tallystick.exporting.prometheus:client",
}
SUFFIXES = tuple(sorted(_OF_A_TABLE | _OF_THE_VERDICT | _OF_THE_REPORT))
"""Endings of file names that `write` knows."""


def write(
    comparison: Comparison,
    path: str | os.PathLike[str],
    *,
    table: str | None = None,
    undetermined: str = "fail",
) -> Path:
    """Writes a report to a file whose ending says what it is.

    Args:
        comparison: The report.
        path: `.arrow`, `.parquet`, `.csv` and `.json` hold a table, `.xml` the verdict as
            JUnit's tests, `.md` as Markdown, `.html` the page for people, `.prom` metrics for
            node_exporter. What stands there is replaced as a whole; when writing fails it is left
            as it was.
        table: `"measurements"`, which it is when left out, or `"curves"`.
        undetermined: Whether a gate `"fail"`s or `"pass"`es what could not be judged; of tests
            an error or a skipped one. Tables say `undetermined` either way.

    Returns:
        The path.

    Raises:
        ParameterError: The ending is not known, or is not that of a table when one is named.
        ExportError: The file cannot be written.
        MissingDependencyError: What writes it is not installed.

    Example:
        >>> import tallystick as ts
        >>> rows = {"plan": ["pro", "free"] * 500}
        >>> report = ts.compare(reference=rows, current=rows)
        >>> report.write("measurements.parquet").name
        'measurements.parquet'
        >>> report.write("points.csv", table="curves").read_text().split(",")[0]
        '"instrument"'
    """
    target = check_path(path, table=table)
    undetermined_passes(undetermined)
    suffix = target.suffix.lower()
    if suffix in _OF_A_TABLE:
        data: bytes = _resolve(_OF_A_TABLE[suffix])(comparison, table or TABLES[0])
    elif suffix in _OF_THE_VERDICT:
        data = _resolve(_OF_THE_VERDICT[suffix])(comparison, undetermined=undetermined).encode()
    else:
        data = _resolve(_OF_THE_REPORT[suffix])(comparison).encode()
    try:
        write_whole(target, data)
    except OSError as error:
        message = f"{target}: cannot be written: {why(error)}"
        raise ExportError(message, path=str(target)) from error
    return target


def check_path(path: str | os.PathLike[str], *, table: str | None = None) -> Path:
    """Refuses what `write` cannot write, before the work is done rather than after.

    Raises:
        ParameterError: The ending is not known, or is not that of a table when one is named.
        ExportError: There is no such folder, or the path is one.
        MissingDependencyError: What writes it is not installed.
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if target.is_dir():
        raise ExportError(
            f"{target}: cannot be written: it is a folder, expected a file",
            hint=f"a file in it, such as {target / 'measurements.parquet'}",
            path=str(target),
        )
    known = SUFFIXES if table is None or not require_table(table) else tuple(_OF_A_TABLE)
    if suffix not in known:
        kind = "" if table is None else " for a table"
        raise ParameterError(
            f"{target}: expected a name that ends in {', '.join(known)}{kind}, "
            f"got {suffix or 'none'}",
            hint=did_you_mean(suffix, known),
            name="path",
        )
    if not target.absolute().parent.is_dir():
        raise ExportError(
            f"{target}: cannot be written: there is no folder {target.parent}",
            hint=f"mkdir -p {shlex.quote(str(target.parent))}",
            path=str(target),
        )
    if suffix in _NEEDS:
        _resolve(_NEEDS[suffix])()
    return target


def _resolve(path: str) -> Callable[..., Any]:
    module, name = path.split(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function
