"""The spool: what recorders have written, read back as one."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tallystick import _core
from tallystick.errors import CorruptStateError, InputError, MergeError, ParameterError
from tallystick.profiling import Plan, Profile
from tallystick.profiling.profiles import Origin
from tallystick.profiling.windows import instant, iso

SUFFIX = ".spool"
TEMPORARY = ".spool.tmp"
# A file bears its temporary name for as long as one write takes.
_STRAY_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class SpooledWindow:
    """One window of a spool.

    Attributes:
        start: ISO start; None for all rows without windows, and for rows without a time.
        end: ISO end.
        rows: Rows in it.
        late_rows: Of these, rows that came after their recorder had closed it: its revisions.
        recorders: Recorders that had rows in it.
        closed: Whether no more rows are expected: some recorder has seen events that are later than
            its end by more than the lateness. A recorder that is idle or gone holds nothing back.
        partial: Whether recording began within it, or ended within it for good.
    """

    start: str | None
    end: str | None
    rows: int
    late_rows: int
    recorders: int
    closed: bool
    partial: bool


@dataclass(slots=True)
class RecorderReport:
    """What one recorder has said of itself.

    Attributes:
        id: Its name: of one process from its start, or from its fork, to its end.
        started: Second since 1970 in which it began.
        watermark: Windows that end before this second are closed; None before the first status.
        finished: Whether it has come to its end in order.
        rows: Rows of its frames.
        counters: Its counters when it wrote last, see `Recorder.counters`; rows that came while it
            wrote are among them.
        frames: Frames read, each once.
        missing_frames: Frames that must have been there, and are not.
    """

    id: str
    started: int | None = None
    watermark: int | None = None
    finished: bool = False
    rows: int = 0
    counters: dict[str, int] = field(default_factory=dict)
    frames: int = 0
    missing_frames: int = 0


@dataclass(frozen=True, slots=True)
class Spool:
    """What `read_spool` has found.

    Attributes:
        folder: The folder.
        profile: All rows, with the windows as its slices; None when there is none yet.
        windows: The windows, oldest first.
        scalars: Numbers that were observed beside the rows, by name.
        recorders: Those that have written, by their names.
        repeated_frames: Frames found twice, after a write that had failed; counted once.
        damaged_bytes: Bytes of damaged frames within files.
        torn_bytes: Bytes of unfinished frames at the ends of files: of processes that were killed
            while they wrote, or are writing.
        other_plans: Frames of plans that were not asked for.
    """

    folder: Path
    profile: Profile | None
    windows: list[SpooledWindow]
    scalars: dict[str, Profile]
    recorders: dict[str, RecorderReport]
    repeated_frames: int
    damaged_bytes: int
    torn_bytes: int
    other_plans: int

    def window(self, start: str | int | None, *, until: str | int | None = None) -> Profile:
        """The rows of one window, or of several in a row, in cells as fine as the whole.

        Args:
            start: When it starts, as in `windows`.
            until: When the first window starts that is not wanted any more; None wants one only.

        Raises:
            ParameterError: There is no such window.
        """
        first = None if start is None else instant(start)
        last = None if until is None else instant(until)
        found = _Sum()
        for said in _frames(self.folder, _Tally()):
            wanted = said["start"] == first or _lies_within(said["start"], first, last)
            if said["stream"] == "" and wanted and self._is_own(said["profile"]):
                found.add(said["profile"])
        total = found.total()
        if total is None:
            known = [one.start for one in self.windows]
            hint = f"windows: {known[0]} to {known[-1]}" if known else "the spool is empty"
            raise ParameterError(
                "start: expected the start of a window of the spool", hint=hint, name="start"
            )
        return Profile(total, origin=Origin(description=str(self.folder)))

    def _is_own(self, profile: _core.Profile) -> bool:
        return self.profile is not None and profile.plan.plan_id == self.profile.plan.plan_id


def read_spool(folder: str | os.PathLike[str], *, plan: Plan | None = None) -> Spool:
    """Adds up what all recorders have written to a folder.

    Every frame counts once, however often and in whatever order files are read; what was cut off
    by a crash is left out, and said. Files that are being written may be read.

    Args:
        folder: The recorders' `spool`.
        plan: Whose frames to read, where recorders of several plans have written.

    Returns:
        The spool.

    Raises:
        InputError: There is no such folder, or a file cannot be read.
        MergeError: There are frames of several plans, and none was asked for.
        StateVersionError: A frame was written by a later release.

    Cost: about 0.2 ms a frame, of which each recorder writes one a window and flush.
    Source: docs/format.md, "Spool files".

    Example:
        >>> import tallystick as ts
        >>> baseline = ts.profile({"age": [31, 42, 53]})
        >>> with ts.Recorder(baseline.plan, spool="spool", window="5m") as rec:
        ...     rec.log({"age": 41}, time=1_700_000_000)
        >>> spool = ts.read_spool("spool")
        >>> spool.profile.rows, [one.start for one in spool.windows]
        (1, ['2023-11-14T22:10:00Z'])
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: expected a folder that recorders write to", path=str(folder))
    tally = _Tally(None if plan is None else plan.plan_id)
    for said in _frames(folder, tally):
        tally.count(said)
    return tally.spool(folder, plan)


class _Tally:
    """Frames being added up."""

    def __init__(self, plan_id: str | None = None) -> None:
        self.plan_id = plan_id
        self.rows = _Sum()
        self.plans: set[str] = set()
        self.scalars: dict[str, _Sum] = {}
        self.windows: dict[tuple[int | None, int | None], _Window] = {}
        self.recorders: dict[str, RecorderReport] = {}
        self.seen: dict[str, set[int]] = {}
        self.status: dict[str, int] = {}
        self.repeated = self.damaged = self.torn = self.others = 0

    def is_new(self, said: dict[str, Any]) -> bool:
        """Whether this frame was not read before."""
        seen = self.seen.setdefault(said["recorder"], set())
        if said["sequence"] in seen:
            self.repeated += 1
            return False
        seen.add(said["sequence"])
        return True

    def report(self, said: dict[str, Any]) -> None:
        """Takes what a recorder says of itself."""
        name = said["recorder"]
        report = self._report_of(name)
        if said["kind"] == "opening":
            report.started = said["started"]
        elif said["sequence"] > self.status.get(name, 0):
            self.status[name] = said["sequence"]
            report.watermark, report.finished = said["watermark"], said["finished"]
            report.counters = said["counters"]

    def _report_of(self, name: str) -> RecorderReport:
        return self.recorders.setdefault(name, RecorderReport(name))

    def count(self, said: dict[str, Any]) -> None:
        """Adds the rows of a frame."""
        profile = said["profile"]
        if said["stream"]:
            self.scalars.setdefault(said["stream"], _Sum()).add(profile)
            return
        found = profile.plan.plan_id
        if self.plan_id is not None and found != self.plan_id:
            self.others += 1
            return
        self.plans.add(found)
        if len(self.plans) > 1:
            raise MergeError(
                "spool: expected frames of one plan, got several",
                hint="name one: read_spool(folder, plan=baseline.plan)",
                plans=sorted(self.plans),
            )
        self.rows.add(profile)
        self._report_of(said["recorder"]).rows += said["rows"]
        window = self.windows.setdefault((said["start"], said["end"]), _Window())
        window.rows += said["rows"]
        window.late += said["late"]
        window.recorders.add(said["recorder"])

    def spool(self, folder: Path, plan: Plan | None) -> Spool:
        for name, seen in self.seen.items():
            report = self._report_of(name)
            report.frames = len(seen)
            report.missing_frames = max(seen) - len(seen)
        total = self.rows.total()
        spec, origin = None if plan is None else plan._spec, Origin(description=str(folder))
        profile = None if total is None else Profile(total, spec=spec, origin=origin)
        return Spool(
            folder=folder,
            profile=profile,
            windows=self._windows(),
            scalars={
                name: Profile(core)
                for name, found in sorted(self.scalars.items())
                if (core := found.total()) is not None
            },
            recorders=self.recorders,
            repeated_frames=self.repeated,
            damaged_bytes=self.damaged,
            torn_bytes=self.torn,
            other_plans=self.others,
        )

    def _windows(self) -> list[SpooledWindow]:
        reports = self.recorders.values()
        starts = [one.started for one in reports if one.started is not None]
        marks = [one.watermark for one in reports if one.watermark is not None]
        began, mark = min(starts, default=None), max(marks, default=None)
        finished = all(one.finished for one in reports)
        found = []
        for (start, end), window in sorted(self.windows.items(), key=_by_time):
            closed = end is not None and mark is not None and end <= mark
            first = _lies_within(began, start, end)
            found.append(
                SpooledWindow(
                    start=iso(start),
                    end=iso(end),
                    rows=window.rows,
                    late_rows=window.late,
                    recorders=len(window.recorders),
                    closed=closed,
                    partial=first or (end is not None and finished and not closed),
                )
            )
        return found


def _lies_within(second: int | None, start: int | None, end: int | None) -> bool:
    return None not in (second, start, end) and start < second < end  # type: ignore[operator]


def _by_time(item: tuple[tuple[int | None, int | None], _Window]) -> tuple[bool, int]:
    start = item[0][0]
    return start is not None, start or 0


@dataclass(slots=True)
class _Window:
    rows: int = 0
    late: int = 0
    recorders: set[str] = field(default_factory=set)


class _Sum:
    """Profiles added up two by two: a profile of many windows is costly to add a single one to."""

    def __init__(self) -> None:
        self._parts: list[tuple[int, _core.Profile]] = []

    def add(self, profile: _core.Profile) -> None:
        level = 0
        while self._parts and self._parts[-1][0] == level:
            _, before = self._parts.pop()
            before.merge(profile)
            level, profile = level + 1, before
        self._parts.append((level, profile))

    def total(self) -> _core.Profile | None:
        parts = [profile for _, profile in self._parts]
        self._parts.clear()
        while len(parts) > 1:
            last = parts.pop()
            parts[-1].merge(last)
        return parts[0] if parts else None


def _frames(folder: Path, tally: _Tally) -> Iterator[dict[str, Any]]:
    """Every frame of counts once; what else is said goes to the tally."""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            frames = _core.Frames(path.read_bytes())
        except FileNotFoundError:
            continue  # Somebody has collected it since.
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else type(error).__name__
            raise InputError(f"{path}: cannot be read: {reason}", path=str(path)) from error
        for said in _undamaged(frames, tally):
            if said["kind"] == "opening":
                tally.report(said)
            elif not tally.is_new(said):
                continue
            elif said["kind"] == "status":
                tally.report(said)
            elif said["kind"] == "counts":
                yield said
        tally.damaged += frames.damaged_bytes
        tally.torn += frames.torn_bytes


def _undamaged(frames: _core.Frames, tally: _Tally) -> Iterator[dict[str, Any]]:
    while True:
        try:
            said = next(frames, None)
        except CorruptStateError:
            # One bad frame is no reason to lose the others.
            tally.damaged += 1
            continue
        if said is None:
            return
        yield said


def sweep(folder: Path) -> None:
    """Removes files that a crash left half made, once they are an hour old."""
    oldest = time.time() - _STRAY_SECONDS
    for path in folder.glob(f".*{TEMPORARY}"):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < oldest:
                path.unlink()
