"""Where a comparison goes besides the page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.cli import inputs

if TYPE_CHECKING:
    from tallystick.comparison import Comparison

PrometheusFile = Annotated[
    Path | None,
    typer.Option(
        "--prometheus",
        metavar="FILE.prom",
        help="Also write metrics for node_exporter's textfile collector.",
    ),
]
PushTo = Annotated[
    str | None,
    typer.Option(
        "--push-to",
        metavar="URL",
        help="Also push metrics to this Pushgateway, in place of the last ones of this model.",
    ),
]


@dataclass(frozen=True, slots=True)
class Exports:
    """What was asked for."""

    prometheus: Path | None = None
    push_to: str | None = None

    def check(self) -> None:
        """Refuses what cannot be done, before the work is done.

        Raises:
            InputError: The folder of a file does not exist, or an address is none.
            MissingDependencyError: What is needed is not installed.
        """
        inputs.require_folder(self.prometheus)
        if self.prometheus is not None or self.push_to is not None:
            from tallystick.exporting import prometheus

            prometheus.client()
        if self.push_to is not None:
            from tallystick.exporting.pushgateway import address_of

            address_of(self.push_to)

    def send(self, report: Comparison) -> list[str]:
        """Writes and pushes; returns what was done, in words.

        Raises:
            ExportError: A file could not be written, or the Pushgateway did not take it.
        """
        done = []
        if self.prometheus is not None:
            from tallystick.exporting.prometheus import write_text

            done.append(f"wrote {write_text(self.prometheus, report)}")
        if self.push_to is not None:
            from tallystick.exporting.pushgateway import address_of, push

            model = next((row.model for row in report.measurements if row.model), None)
            push(report, to=self.push_to, grouping={"model": model} if model else None)
            done.append(f"pushed to {address_of(self.push_to)[0]}")
        return done
