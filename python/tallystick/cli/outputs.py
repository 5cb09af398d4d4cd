"""Where a comparison goes beside the terminal: files, and GitHub Actions."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.cli import output
from tallystick.errors import ParameterError

if TYPE_CHECKING:
    from tallystick.comparison import Comparison

Output = Annotated[
    list[Path] | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Also write it to a file, by its ending: .parquet, .arrow, .csv or .json for the "
        "measurements, .xml for JUnit, .md for Markdown, .html for people, .prom for "
        "node_exporter's textfile collector. May be repeated.",
    ),
]
Curves = Annotated[
    list[Path] | None,
    typer.Option(
        "--curves",
        metavar="FILE",
        help="Write what is drawn to a .parquet, .arrow, .csv or .json. May be repeated.",
    ),
]
GitHub = Annotated[
    bool,
    typer.Option(
        "--github",
        help="Annotate a run of GitHub Actions, and add to the summary of its job.",
    ),
]
Html = Annotated[
    Path | None,
    typer.Option("--html", metavar="FILE.html", help="Also write the page for people to a file."),
]
PushTo = Annotated[
    str | None,
    typer.Option(
        "--push-to",
        metavar="URL",
        help="Also push metrics to this Pushgateway, in place of the last ones of this model.",
    ),
]


@dataclass(frozen=True)
class Outputs:
    """What was asked for, checked before anything is counted.

    Attributes:
        files: Files of the measurements and of the verdict.
        curves: Files of the curves.
        github: Whether this runs in GitHub Actions.
        spec: Where annotations stand.
        undetermined: "fail" or "pass".
        inputs: What is read, which no file may replace.
        push_to: The address of a Pushgateway.
        html: File of the page for people.

    Raises:
        BadParameter: The name of a file says no format, or one file is to hold two things.
        ExportError: A file cannot be written, or an address is none.
        MissingDependencyError: What is needed is not installed.
    """

    files: Sequence[Path] = ()
    curves: Sequence[Path] = ()
    github: bool = False
    spec: Path | None = None
    undetermined: str = "fail"
    inputs: Sequence[str] = field(default=())
    push_to: str | None = None
    html: Path | None = None

    def __post_init__(self) -> None:
        taken = {Path(path).resolve() for one in self.inputs for path in glob(one) or [one]}
        pages = () if self.html is None else (self.html,)
        for path in pages:
            if path.suffix.lower() != ".html":
                raise typer.BadParameter(
                    f"{path}: expected a name that ends in .html", param_hint="--html"
                )
        for option, paths, table in (
            ("--output", self.files, None),
            ("--curves", self.curves, "curves"),
            ("--html", pages, None),
        ):
            for path in paths:
                _check(path, option, table)
                if path.resolve() in taken:
                    raise typer.BadParameter(
                        f"{path}: expected a file of its own, and it is one of the inputs or "
                        "named twice",
                        param_hint=option,
                    )
                taken.add(path.resolve())
        if self.push_to is not None:
            from tallystick.exporting import prometheus, pushgateway

            prometheus.client()
            pushgateway.address_of(self.push_to)

    def push(self, report: Comparison) -> list[str]:
        """Pushes metrics where it was asked for; returns where to.

        Raises:
            ExportError: The Pushgateway did not take them.
        """
        if self.push_to is None:
            return []
        from tallystick.exporting import pushgateway

        model = next((row.model for row in report.measurements if row.model), None)
        pushgateway.push(report, to=self.push_to, grouping={"model": model} if model else None)
        return [pushgateway.address_of(self.push_to)[0]]

    def write(self, report: Comparison) -> list[Path]:
        """Writes the files, and GitHub's summary where there is one."""
        from tallystick.exporting import append_summary, write

        pages = () if self.html is None else (self.html,)
        files = [*self.files, *pages]
        written = [write(report, path, undetermined=self.undetermined) for path in files]
        written += [write(report, path, table="curves") for path in self.curves]
        summary = os.environ.get("GITHUB_STEP_SUMMARY")
        if self.github and summary:
            append_summary(report, summary, undetermined=self.undetermined)
        return written

    @contextmanager
    def around(self, report: Comparison, as_json: bool) -> Iterator[None]:
        """What stands before and after the page on GitHub: none of its lines is a command there.

        JSON has standard output for itself, and needs no quotes: none of its lines begins so.
        """
        if not self.github:
            yield
            return
        from tallystick.exporting import github

        start, end = github.quotes()
        if not as_json:
            output.print_text(start)
        yield
        if not as_json:
            output.print_text(end)
        commands = github.to_annotations(
            report, undetermined=self.undetermined, file=_in_repository(self.spec)
        )
        for command in commands:
            output.print_text(command, stderr=as_json)


def _check(path: Path, option: str, table: str | None) -> None:
    from tallystick.exporting import check_path

    try:
        check_path(path, table=table)
    except ParameterError as error:
        hint = f"; {error.hint}" if error.hint else ""
        raise typer.BadParameter(f"{error.message}{hint}", param_hint=option) from error


def _in_repository(spec: Path | None) -> Path | None:
    """The path of the spec as GitHub knows it, if it is in the repository."""
    root = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd()).resolve()
    if spec is None or not spec.resolve().is_relative_to(root):
        return None
    return spec.resolve().relative_to(root)
