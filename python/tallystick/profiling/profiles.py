"""The profile: counts under a plan."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tallystick import _core
from tallystick.errors import MergeError, ParameterError
from tallystick.profiling.files import read_state, write_state
from tallystick.profiling.plan import Plan
from tallystick.profiling.windows import instant, iso
from tallystick.spec import Spec

if TYPE_CHECKING:
    from tallystick.reading.joining import LabelReport

# A cell that is no single value and holds more than this share of the rows is coarse: what
# happens within it cannot be seen.
COARSE_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the rows.

    Attributes:
        segment: "all", or a segment column and its value as "column=value".
        window: ISO start of the window; "missing" for rows without a time, "folded" for
            windows older than those kept apart; None for all windows together.
        rows: Rows of the slice.
    """

    segment: str
    window: str | None
    rows: int


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a profile's rows came from and what reading them took; never part of its bytes."""

    description: str = ""
    files: int | None = None
    seconds: float | None = None
    new_columns: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    labels: LabelReport | None = None


class Profile:
    """Counts of rows under a plan. Profiles of one plan add up.

    The state is a pure function of the rows: any order, split, thread count or machine gives
    the same bytes. Make one with `ts.profile` or `ts.load`.

    Attributes:
        plan: How the rows were counted.
        rows: How many.
        origin: Where they came from, for people.

    Example:
        >>> import tallystick as ts
        >>> monday = ts.profile({"age": [31, 42, None]})
        >>> tuesday = ts.profile({"age": [27.0, 33.0]}, plan=monday.plan)
        >>> both = monday + tuesday
        >>> both.rows, both["age"]["null"]
        (5, 1)
        >>> ts.Profile.from_bytes(both.to_bytes()) == both
        True
    """

    __slots__ = ("_core", "_spec", "origin")

    def __init__(
        self, core: _core.Profile, *, spec: Spec | None = None, origin: Origin | None = None
    ) -> None:
        self._core = core
        self._spec = spec
        self.origin = origin or Origin()

    @property
    def plan(self) -> Plan:
        """See the class."""
        return Plan(self._core.plan, self._spec)

    @property
    def rows(self) -> int:
        """See the class."""
        return self._core.rows

    @property
    def slices(self) -> list[Slice]:
        """Every part of the rows that can be asked for, with its rows."""
        return [
            Slice(segment, _window_name(kind, start), rows)
            for segment, kind, start, _, rows in self._core.slices()
        ]

    @property
    def windows(self) -> list[str]:
        """ISO starts of the windows kept apart, oldest first."""
        return [text for start, _ in self.window_seconds if (text := iso(start)) is not None]

    @property
    def window_seconds(self) -> list[tuple[int, int]]:
        """First and one-past-last second of every window kept apart, oldest first."""
        return [
            (start, end)
            for segment, _, start, end, _ in self._core.slices()
            if segment == "all" and start is not None and end is not None
        ]

    def window(self, start: str | dt.date | dt.datetime | int) -> Profile:
        """The rows of one window as a profile of its own, counted in coarser cells.

        Args:
            start: When the window starts: ISO text, a date, or a datetime (UTC when naive).

        Raises:
            ParameterError: There is no such window.
        """
        core = self._core.window(instant(start))
        if core is None:
            known = self.windows
            span = f"{known[0]} to {known[-1]}" if known else "none: profile with window='1d'"
            raise ParameterError(
                "window: expected the start of a window of this profile",
                hint=f"windows: {span}",
                name="window",
            )
        return Profile(core, spec=self._spec, origin=self.origin)

    def __getitem__(self, column: str) -> dict[str, Any]:
        """What is known of a column over all rows: counts, extremes, mean, or categories."""
        return self.columns()[column]

    def columns(self) -> dict[str, dict[str, Any]]:
        """What is known of every column over all rows, by name."""
        names = [column["name"] for column in self._core.plan.columns()]
        return dict(zip(names, self._core.columns(), strict=True))

    @property
    def coarse(self) -> list[str]:
        """Columns whose learned cells include one of over 2 % of the rows and several values."""
        learned = {c["name"] for c in self._core.plan.columns() if c["binning"] == "quantile"}
        return [
            name
            for name, column in self.columns().items()
            if name in learned
            and column.get("largest_cell_rows", 0) > COARSE_SHARE * max(column["present"], 1)
            and column["present"] >= 1 / COARSE_SHARE
        ]

    def __add__(self, other: Profile) -> Profile:
        if not isinstance(other, Profile):
            return NotImplemented
        total = self._core.copy()
        total.merge(other._core)
        return Profile(total, spec=self._spec or other._spec, origin=self.origin)

    def __radd__(self, other: object) -> Profile:
        # sum(profiles) starts from 0, the identity.
        if other == 0:
            return self
        raise MergeError("expected a profile to add to, got another type")

    def to_bytes(self) -> bytes:
        """The profile in the `.tally` format; the same rows give the same bytes."""
        return self._core.to_bytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> Profile:
        """The profile in `data`.

        Raises:
            CorruptStateError: The bytes are damaged or no profile.
            StateVersionError: They were written by a later release.
        """
        return cls(_core.Profile.from_bytes(data))

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Writes the profile to a file, whole or not at all."""
        return write_state(path, self.to_bytes())

    def to_arrow(self) -> Any:
        """The counts as a `pyarrow.RecordBatch`: a row for each slice, column and cell in use.

        Columns: segment, window ("all", "window", "folded" or "missing"), window_start,
        window_end, instrument, cell, x_low, x_high, rows. Rows that belong to no cell stand
        under names such as `__null__`.
        """
        return self._core.counts()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Profile) and self.to_bytes() == other.to_bytes()

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return Profile.from_bytes, (self.to_bytes(),)

    def __repr__(self) -> str:
        windows = len(self.window_seconds)
        tail = f", {windows} windows" if windows else ""
        return f"Profile({self.rows:,} rows, plan {self.plan.plan_id[:7]}{tail})"


def load(path: str | os.PathLike[str]) -> Profile:
    """Reads a profile that was saved.

    Args:
        path: A `.tally` file.

    Raises:
        InputError: The file cannot be read.
        CorruptStateError: It is damaged, or holds a plan only.
        StateVersionError: It was written by a later release.

    Cost: about a millisecond per megabyte.

    Example:
        >>> import tempfile, pathlib
        >>> import tallystick as ts
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> path = ts.profile({"age": [1, 2]}).save(folder / "a.tally")
        >>> ts.load(path).rows
        2
    """
    loaded = Profile.from_bytes(read_state(path))
    loaded.origin = Origin(description=str(path))
    return loaded


def _window_name(kind: str, start: int | None) -> str | None:
    return {"all": None, "window": iso(start)}.get(kind, kind)
