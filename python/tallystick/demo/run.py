"""The steps of the demo; each can be repeated by hand with the command it prints."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

from tallystick.comparison import Comparison, compare
from tallystick.demo import flights, late
from tallystick.errors import InputError
from tallystick.profiling import profile
from tallystick.reading import Progress

SPEC = """\
schema     = 1
model      = { name = "flights" }
hypothesis = "Flights of December are planned and delayed like those of January to June"
# The calendar is in scheduled_at; a flight's number is a name that airlines hand out anew.
log.time   = "scheduled_at"
log.ignore = ["year", "month", "day", "hour", "minute", "time_hour", "flight"]
segments   = ["origin", "carrier"]
reference  = { path = "reference.tally" }

[columns]  # exceptions only; every other column is a feature with the defaults
# Fleets grow: some new aircraft are no defect.
tailnum = { tolerance = { other_share = 0.10 } }
"""
LATER = ("07", "08", "09", "10", "11", "12")
REFERENCE = "flights-2013-0[1-6].parquet"
CURRENT = "flights-2013-12.parquet"


class Demo:
    """Writes the data, profiles both sides, compares them.

    Attributes:
        folder: Where everything is written.
        files: What was written, in order.
    """

    def __init__(self, folder: Path, *, progress: Progress, say: Callable[[str], object]) -> None:
        self.folder = folder
        self.files: list[Path] = []
        self._progress = progress
        self._say = say

    def run(self) -> Comparison:
        """All steps; about ten seconds.

        Raises:
            MissingDependencyError: The data's package is not installed.
            InputError: The folder cannot be written.
        """
        try:
            self._write_data()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise InputError(f"{self.folder}: cannot be written: {reason}") from error
        spec = self.folder / "flights.toml"
        self._step("January to June, by day, becomes the reference")
        reference = profile(
            str(self.folder / REFERENCE), spec=spec, window="1d", progress=self._progress
        )
        self.files.append(reference.save(self.folder / "reference.tally"))
        self._step("December is counted in the same cells")
        current = profile(
            str(self.folder / CURRENT),
            spec=spec,
            plan=reference.plan,
            window="1d",
            progress=self._progress,
        )
        self.files.append(current.save(self.folder / "december.tally"))
        self._step("the two are compared")
        return compare(reference=reference, current=current)

    def run_model(self) -> dict[str, Comparison]:
        """A model of late flights, trained on January to June, held against each later month.

        Raises:
            MissingDependencyError: scikit-learn is not installed.
        """
        import pyarrow.compute as pc  # type: ignore[import-untyped]
        import pyarrow.parquet as parquet  # type: ignore[import-untyped]

        spec = self.folder / "late.toml"
        spec.write_text(late.SPEC, encoding="utf-8")
        self._step("a model of late flights is trained on every other day of January to June")
        checked, used = late.scored(flights.read_flights())
        parts = [self.folder / "late-2013-01-06.parquet"]
        parquet.write_table(checked, parts[0])
        self._step("its scores and what happened on the days between become its reference")
        reference = profile(checked, spec=spec, window="1d")
        self.files += [spec, reference.save(self.folder / "late-reference.tally")]
        self._step("each later month is scored, counted and compared")
        months = pc.strftime(used["scheduled_at"], "%m")
        reports = {}
        for month in LATER:
            rows = used.filter(pc.equal(months, month))
            path = self.folder / f"late-2013-{month}.parquet"
            parquet.write_table(rows, path)
            parts.append(path)
            current = profile(str(path), spec=spec, plan=reference.plan, window="1d")
            reports[f"2013-{month}"] = compare(reference=reference, current=current)
        self.files += parts
        return reports

    def _write_data(self) -> None:
        import pyarrow.parquet as parquet

        flights.archive()
        self._step("all flights that left New York City in 2013 are unpacked, a file a month")
        self.folder.mkdir(parents=True, exist_ok=True)
        table = flights.read_flights()
        self._progress.start(table.num_rows, "writing")
        try:
            for month, rows in flights.months(table):
                path = self.folder / f"flights-{month}.parquet"
                parquet.write_table(rows, path)
                self.files.append(path)
                self._progress.advance(rows.num_rows)
        finally:
            self._progress.stop()
        spec = self.folder / "flights.toml"
        spec.write_text(SPEC, encoding="utf-8")
        self.files.append(spec)

    def _step(self, text: str) -> None:
        self._say(f"  {text} ...")

    @property
    def commands(self) -> list[str]:
        """What to type to repeat the steps."""
        spec = "--spec flights.toml"
        return [
            f"cd {shlex.quote(str(self.folder))}",
            f"tallystick profile '{REFERENCE}' {spec} --window 1d -o reference.tally",
            f"tallystick profile {CURRENT} {spec} --plan reference.tally --window 1d "
            "-o december.tally",
            f"tallystick compare reference.tally december.tally {spec}",
            "tallystick show december.tally --column dep_delay",
            "tallystick compare late-reference.tally late-2013-12.parquet --spec late.toml",
        ]

    def afterword(self) -> list[str]:
        """The files that were written, and the commands."""
        sizes = {path.name: path.stat().st_size for path in self.files}
        parquet = sum(size for name, size in sizes.items() if name.startswith("flights-2013"))
        return [
            f"WROTE to {self.folder}",
            f"  flights-2013-*.parquet  12 files, {_mib(parquet)}: the rows",
            "  flights.toml            what to measure",
            f"  reference.tally         {_mib(sizes['reference.tally'])}: all that is kept of six "
            "months",
            f"  december.tally          {_mib(sizes['december.tally'])}",
            "  late-2013-*.parquet     scores of the model, and what happened",
            "  late.toml               what to measure of it",
            f"  late-reference.tally    {_mib(sizes['late-reference.tally'])}",
            "",
            "THE SAME BY HAND (compare ends with exit code 1 on an alert)",
            *(f"  {line}" for line in self.commands),
        ]


def _mib(size: int) -> str:
    return f"{size / 2**20:.1f} MiB"
