"""What goes into the store and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tallystick import _core
from tallystick.errors import ParameterError
from tallystick.profiling.windows import window_seconds

DEFAULT_MODEL = "model"


@dataclass(frozen=True, slots=True)
class Frame:
    """Rows of one window that a recorder wrote at once.

    Attributes:
        recorder: Its name.
        sequence: Number of the frame among all of its frames; the pair names the frame for ever.
        stream: "" for rows of the plan, else the name of a number observed beside them.
        start, end: Seconds since 1970 of the window; None for rows without one.
        late: Rows that came after the recorder had closed the window.
        profile: The rows.
    """

    recorder: str
    sequence: int
    stream: str
    start: int | None
    end: int | None
    late: int
    profile: _core.Profile


@dataclass(frozen=True, slots=True)
class Heard:
    """What a recorder said of itself in a frame of its own.

    Attributes:
        recorder: Its name.
        sequence: Number of the frame; None for the opening of a file, which has none.
        started: Second since 1970 in which it began; None when this frame does not say.
        watermark: Windows that end before this second are closed.
        finished: Whether it has come to its end in order.
        counters: Its totals.
    """

    recorder: str
    sequence: int | None = None
    started: int | None = None
    watermark: int | None = None
    finished: bool = False
    counters: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Ingested:
    """What became of frames.

    Attributes:
        frames: Frames that were new.
        repeated: Frames that had been taken before, and were left out.
        rows: Rows of the new ones.
        windows: Windows that got rows.
    """

    frames: int = 0
    repeated: int = 0
    rows: int = 0
    windows: int = 0

    def __add__(self, other: Ingested) -> Ingested:
        return Ingested(
            self.frames + other.frames,
            self.repeated + other.repeated,
            self.rows + other.rows,
            self.windows + other.windows,
        )


@dataclass(frozen=True, slots=True)
class StoredWindow:
    """A window of the store, without its counts; `Store.window` has those.

    Attributes:
        model: Whose rows.
        plan_id: How they were counted.
        stream: "" for rows, else the name of a number observed beside them.
        start, end: ISO start and end; None for rows without a time, or far ahead of it.
        start_second, end_second: The same as seconds since 1970.
        rows: Rows in it.
        late_rows: Of these, rows that came after their recorder had closed it.
        revision: How often it has got rows, from 1.
        closed: Whether no more rows are expected.
        partial: Whether recording began within it, or nobody said that it was over.
        folded: Whether it is a day that older windows were added up to.
        evaluated_revision: Revision that was last compared; None if none was.
    """

    model: str
    plan_id: str
    stream: str
    start: str | None
    end: str | None
    start_second: int | None
    end_second: int | None
    rows: int
    late_rows: int
    revision: int
    closed: bool
    partial: bool
    folded: bool
    evaluated_revision: int | None


@dataclass(frozen=True, slots=True)
class StoredRecorder:
    """A recorder that has been heard of: one process from its start, or fork, to its end.

    Attributes:
        recorder: Its name.
        model: Whose rows it records.
        started: Second since 1970 in which it began.
        watermark: Windows that end before this second are closed; None before its first status.
        finished: Whether it has come to its end in order.
        counters: Its totals when it wrote last; `rows_lost` and `failed_writes` are worth watching.
        missing_frames: Frames that must have been there, and have not come.
    """

    recorder: str
    model: str
    started: int | None
    watermark: int | None
    finished: bool
    counters: Mapping[str, int]
    missing_frames: int


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what is kept.

    Ages are counted back from the latest closed window of a model, not from the clock, so that a
    replay of last year's log is kept as long as today's rows are.

    Args:
        windows: Windows older than this are added up to days (UTC).
        measurements: Measurements older than this are deleted, and decisions that nothing came of.
        keep: Days older than this are deleted, and what was raised and cleared.
        most_windows: Windows of a model kept in any case; beyond, the oldest are added up to days
            early, and the oldest days deleted.

    Raises:
        ParameterError: A length is none, or `keep` is shorter than another.

    Example:
        >>> from tallystick.storage import Retention
        >>> Retention(windows="2d", measurements="7d", keep="30d").keep_seconds
        2592000
    """

    windows: str = "14d"
    measurements: str = "90d"
    keep: str = "400d"
    most_windows: int = 20_000

    def __post_init__(self) -> None:
        if self.keep_seconds < max(self.windows_seconds, self.measurements_seconds):
            hint = "windows=, measurements= and keep= are lengths, the last one the longest"
            raise ParameterError(
                "keep: expected no less than windows and measurements", hint=hint, name="keep"
            )
        if self.most_windows < 1:
            raise ParameterError("most_windows: expected at least 1", name="most_windows")

    @property
    def windows_seconds(self) -> int:
        """`windows` in seconds."""
        return window_seconds(self.windows, name="windows")

    @property
    def measurements_seconds(self) -> int:
        """`measurements` in seconds."""
        return window_seconds(self.measurements, name="measurements")

    @property
    def keep_seconds(self) -> int:
        """`keep` in seconds."""
        return window_seconds(self.keep, name="keep")
