"""From the spool into the store: every frame once, and no file removed before its rows are safe."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tallystick import _core
from tallystick.errors import CorruptStateError, InputError, StateError
from tallystick.monitoring.spool import SUFFIX, sweep
from tallystick.storage import Frame, Heard, Ingested, Store

# Frames stored in one transaction; each is a profile in memory until then.
_FRAMES_AT_ONCE = 64
# A file that has been there for so long is read from its beginning: the store hears that its
# recorder is still about, and goes on remembering its frames.
_READ_AGAIN_SECONDS = 86_400
# What stays of a file in which frames were damaged: for people, nothing reads it.
_DAMAGED = ".damaged"


@dataclass(slots=True)
class Collected:
    """What one look through the spool has found.

    Attributes:
        ingested: What was taken in.
        removed: Files that nothing will be added to, and that were removed.
        set_aside: Of these, files with damaged frames, which were renamed instead.
        damaged_bytes: Bytes of frames that cannot be read.
        torn_bytes: Bytes of unfinished frames: of processes that were killed while they wrote,
            or are writing.
        unreadable: Files of a later release, left as they are.
    """

    ingested: Ingested = field(default_factory=Ingested)
    removed: int = 0
    set_aside: int = 0
    damaged_bytes: int = 0
    torn_bytes: int = 0
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class _Place:
    """How far a file has been stored."""

    opening: bytes
    offset: int
    since: float


class Collector:
    """Brings what recorders write to a folder into a store.

    Any number of collectors may work on a folder at once; one is enough. A file is removed once
    its recorder is done with it or dead, which a lock tells, and only after its frames are stored.

    Args:
        spool: The recorders' folder.
        store: Where to.
        model: Whose rows.

    Example:
        >>> import tallystick as ts
        >>> from tallystick.monitoring import Collector
        >>> baseline = ts.profile({"age": [31, 42, 53]})
        >>> with ts.Recorder(baseline, spool="spool", window="5m") as rec:
        ...     rec.log({"age": 41}, time=1_700_000_000)
        >>> store = ts.Store("model.db")
        >>> Collector("spool", store, model="churn").collect().ingested.rows
        1
        >>> [(one.start, one.rows) for one in store.windows()]
        [('2023-11-14T22:10:00Z', 1)]
    """

    def __init__(self, spool: str | os.PathLike[str], store: Store, *, model: str) -> None:
        self.folder = Path(spool)
        self.store = store
        self.model = model
        # A hint only: what is read again is known by its frames' numbers.
        self._places: dict[str, _Place] = {}

    def collect(self) -> Collected:
        """Takes in what is new.

        Raises:
            InputError: There is no such folder, or a file cannot be read.
            StoreError: The store does not take it; the files are as they were.
        """
        if not self.folder.is_dir():
            raise InputError(
                f"{self.folder}: expected a folder that recorders write to",
                hint="ts.Recorder(plan, spool=...) makes it",
                path=str(self.folder),
            )
        sweep(self.folder)
        report = Collected()
        paths = sorted(self.folder.glob(f"*{SUFFIX}"))
        for path in paths:
            with contextlib.suppress(FileNotFoundError):
                self._take(path, report)
        names = {path.name for path in paths}
        self._places = {name: place for name, place in self._places.items() if name in names}
        return report

    def _take(self, path: Path, report: Collected) -> None:
        # The lock goes with the file.
        with _opened(path) as file:
            # Asked for before reading: what is read then is all there will ever be.
            abandoned = _is_abandoned(file)
            try:
                sound = self._store(path.name, file, report)
            except StateError:
                report.unreadable += 1
                return
            if abandoned:
                self._remove(path, report, sound)

    def _store(self, name: str, file: IO[bytes], report: Collected) -> bool:
        """Stores the frames of a file that were not stored before; whether all are sound."""
        now = self.store.clock()
        place = self._places.get(name)
        if place is not None and now - place.since > _READ_AGAIN_SECONDS:
            place = None
        if place is None:
            place = _Place(b"", 0, now)
        file.seek(place.offset)
        data = place.opening + file.read()
        frames = _core.Frames(data)
        reading = _Reading(frames)
        for batch, heard in reading.batches():
            news = [one for one in heard if one.sequence is not None or not place.opening]
            report.ingested += self.store.ingest(batch, news, model=self.model)
        report.damaged_bytes += frames.damaged_bytes
        report.torn_bytes += frames.torn_bytes
        sound = reading.sound and frames.damaged_bytes == 0
        if sound and reading.opening_bytes:
            end = place.offset - len(place.opening) + len(data) - frames.torn_bytes
            self._places[name] = _Place(data[: reading.opening_bytes], end, place.since)
        return sound

    def _remove(self, path: Path, report: Collected, sound: bool) -> None:
        # A folder that cannot be written to keeps its files; their frames are known next time.
        with contextlib.suppress(OSError):
            if sound:
                path.unlink()
            else:
                path.rename(path.with_name(path.name + _DAMAGED))
                report.set_aside += 1
            report.removed += 1


class _Reading:
    """The frames of one file as what the store takes."""

    def __init__(self, frames: _core.Frames) -> None:
        self._frames = frames
        self._first_torn = frames.torn_bytes
        self.opening_bytes = 0
        self.sound = True

    def batches(self) -> Iterator[tuple[list[Frame], list[Heard]]]:
        frames: list[Frame] = []
        heard: list[Heard] = []
        for said in self._said():
            if said["kind"] == "counts":
                frames.append(_frame(said))
            elif said["kind"] in ("opening", "status"):
                heard.append(_heard(said))
            else:
                # Of a later release, or its file's opening is damaged: not for this one to take.
                self.sound = False
            if len(frames) >= _FRAMES_AT_ONCE:
                yield frames, heard
                frames, heard = [], []
        if frames or heard:
            yield frames, heard

    def _said(self) -> Iterator[dict[str, Any]]:
        while True:
            try:
                said = next(self._frames, None)
            except CorruptStateError:
                # One bad frame is no reason to lose the others.
                self.sound = False
                continue
            if said is None:
                return
            if said["kind"] == "opening":
                self.opening_bytes = self._first_torn - self._frames.torn_bytes
            yield said


def _opened(path: Path) -> IO[bytes]:
    try:
        return open(path, "rb")
    except FileNotFoundError:
        raise
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise InputError(f"{path}: cannot be read: {reason}", path=str(path)) from error


def _frame(said: dict[str, Any]) -> Frame:
    return Frame(
        recorder=said["recorder"],
        sequence=said["sequence"],
        stream=said["stream"],
        start=said["start"],
        end=said["end"],
        late=said["late"],
        profile=said["profile"],
    )


def _heard(said: dict[str, Any]) -> Heard:
    if said["kind"] == "opening":
        return Heard(said["recorder"], started=said["started"])
    return Heard(
        recorder=said["recorder"],
        sequence=said["sequence"],
        watermark=said["watermark"],
        finished=said["finished"],
        counters=said["counters"],
    )


def _is_abandoned(file: IO[bytes]) -> bool:
    """Whether its recorder has let go of it: it has another one, or is dead."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        # Somebody has it, or this file system has no locks: then nothing is removed.
        return False
    return True
