"""The store: one face for all that is kept."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from tallystick.errors import ParameterError
from tallystick.profiling import Profile
from tallystick.profiling.windows import instant
from tallystick.storage.records import (
    DEFAULT_MODEL,
    Frame,
    Heard,
    Ingested,
    Retention,
    StoredRecorder,
    StoredWindow,
)

if TYPE_CHECKING:
    from tallystick.judging.decisions import Decision
    from tallystick.judging.rules import Rules
    from tallystick.storage.database import Database

Instant = str | dt.date | dt.datetime | int | None


class Store:
    """Windows, measurements and decisions in a file of SQLite, or on a server of PostgreSQL.

    Any number of processes may read and write at once; each write is one transaction, all of it
    safe on the disk when the call returns, or none of it done.

    Args:
        url: Path of a file, or a URL such as "sqlite:///churn.db" or
            "postgresql://user@host/database". A new one is made, an older one upgraded.
        read_only: Whether nothing is ever written: for readers, and for media that cannot be
            written to.
        clock: Seconds since 1970; for tests.

    Raises:
        StoreError: It cannot be opened; `error.context["retryable"]` tells whether asking again
            may help.
        StateVersionError: A later release made it.
        ParameterError: The URL is none, or of another database.
        MissingDependencyError: PostgreSQL needs `tallystick[postgres]`.

    Cost: a transaction of SQLite syncs the disk once or twice.

    Example:
        >>> import tallystick as ts
        >>> store = ts.Store("model.db")
        >>> store.windows(), store.measurements().num_rows
        ([], 0)
    """

    def __init__(
        self,
        url: str | os.PathLike[str],
        *,
        read_only: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        from tallystick.storage.database import Database
        from tallystick.storage.migrations import prepare

        self.clock = clock
        self.database: Database = Database(os.fspath(url), read_only=read_only)
        prepare(self.database)

    @property
    def name(self) -> str:
        """Where it is, without a password."""
        return self.database.name

    def ingest(
        self, frames: Sequence[Frame], heard: Sequence[Heard] = (), *, model: str = DEFAULT_MODEL
    ) -> Ingested:
        """Adds frames to their windows, each once, in one transaction.

        Args:
            frames: What recorders have counted.
            heard: What they said of themselves.
            model: Whose rows.

        Raises:
            StoreError: Nothing of it was stored.
        """
        from tallystick.storage.frames import ingest

        if not frames and not heard:
            return Ingested()
        with self.database.write() as connection:
            return ingest(connection, model, frames, heard, self.clock())

    def put(
        self,
        profile: Profile,
        *,
        start: int,
        end: int,
        model: str = DEFAULT_MODEL,
        add: bool = False,
    ) -> None:
        """Stores a window of a log, in place of what an earlier reading of it stored.

        Args:
            profile: Its rows.
            start: First second since 1970.
            end: One past the last second.
            model: Whose rows.
            add: Whether to add to what is there instead.

        Raises:
            ParameterError: Recorders have written to this window: its rows would count twice.
            StoreError: It was not stored.
        """
        from tallystick.storage.windows import put

        plan_id = profile.plan.plan_id
        key = {"model": model, "plan_id": plan_id, "stream": ""}
        bounds = {"window_start": start, "window_end": end}
        with self.database.write() as connection:
            put(connection, {**key, **bounds}, profile._core, self.clock(), add=add)

    def close_windows(
        self, *, model: str = DEFAULT_MODEL, quiet_seconds: float = 900.0, logs: bool = False
    ) -> int:
        """Closes windows that no more rows are expected of.

        Args:
            model: Whose windows.
            quiet_seconds: A window that has ended and got no rows for so long is closed, whoever
                may still be recording.
            logs: Whether to close the windows of logs as well: they have been read to their end.

        Returns:
            How many were closed.

        Raises:
            StoreError: None was.
        """
        from tallystick.storage.windows import close, close_logs

        with self.database.write() as connection:
            closed = close(connection, model, self.clock(), quiet_seconds)
            return closed + (close_logs(connection, model) if logs else 0)

    def compact(self, retention: Retention, *, model: str = DEFAULT_MODEL) -> tuple[int, int]:
        """Adds old windows up to days, and deletes what is too old to be kept.

        Returns:
            How many windows were folded, and how many windows were deleted.

        Raises:
            StoreError: Not all of it was done.
        """
        from tallystick.storage.retention import drop, fold

        folded = 0
        while True:
            with self.database.write() as connection:
                more = fold(connection, model, retention, self.clock())
            folded += more
            if more == 0:
                break
        with self.database.write() as connection:
            return folded, drop(connection, model, retention, self.clock())

    def windows(
        self,
        *,
        model: str | None = None,
        plan_id: str | None = None,
        stream: str = "",
        since: Instant = None,
        until: Instant = None,
    ) -> list[StoredWindow]:
        """The windows, oldest first; rows without a time are the first.

        Args:
            model: Whose; None for all.
            plan_id: How they were counted; None for all.
            stream: "" for rows, or the name of a number observed beside them.
            since: Only windows that start then or later: ISO text, date, datetime (UTC when
                naive) or seconds since 1970.
            until: Only windows that start before.

        Raises:
            StoreError: The store cannot be read.

        Example:
            >>> import tallystick as ts
            >>> store = ts.Store("model.db")
            >>> store.put(ts.profile({"age": [31, 42]}), start=0, end=3600)
            >>> [(w.start, w.rows) for w in store.windows(until="1970-01-02")]
            [('1970-01-01', 2)]
        """
        from tallystick.storage.schema import WINDOWS
        from tallystick.storage.windows import listed

        wanted = {"model": model, "plan_id": plan_id, "stream": stream}
        with self.database.read() as connection:
            return listed(connection, *_conditions(WINDOWS, wanted, since, until))

    def window(
        self,
        start: Instant,
        *,
        model: str | None = None,
        plan_id: str | None = None,
        stream: str = "",
    ) -> Profile:
        """The rows of one window as a profile; None for rows without a time.

        Raises:
            ParameterError: There is no such window, or there are several.
            StoreError: The store cannot be read.
        """
        second = None if start is None else instant(start)
        found = [
            one
            for one in self.windows(model=model, plan_id=plan_id, stream=stream)
            if one.start_second == second
        ]
        if len({(one.model, one.plan_id, one.end_second) for one in found}) != 1:
            raise ParameterError(
                f"start: expected the start of one window of the store, got that of {len(found)}",
                hint=self._which(found, stream),
                name="start",
            )
        counted = [self.profile_of(one) for one in found]
        total = counted[0]
        for more in counted[1:]:
            # What came after a day was added up lies beside it.
            total = total + more
        return total

    def _which(self, found: list[StoredWindow], stream: str) -> str:
        if found:
            return "name one: model=, plan_id=; or the window's length differs"
        known = [one.start for one in self.windows(stream=stream) if one.start is not None]
        return f"windows: {known[0]} to {known[-1]}" if known else "the store has no windows yet"

    def profile_of(self, window: StoredWindow) -> Profile:
        """The rows of a window that was listed.

        Raises:
            ParameterError: It is there no more.
            CorruptStateError: Its counts are damaged.
            StoreError: The store cannot be read.
        """
        from tallystick.storage.counts import of_windows
        from tallystick.storage.windows import named

        with self.database.read() as connection:
            counted = of_windows(connection, named(window))
        if counted is None:
            raise ParameterError(
                f"window: {window.start} is in the store no more: it was added up to its day",
                name="window",
            )
        return Profile(counted)

    def recorders(self, *, model: str | None = None) -> list[StoredRecorder]:
        """Recorders that have been heard of, with their counters.

        Raises:
            StoreError: The store cannot be read.
        """
        from tallystick.storage.windows import recorders

        with self.database.read() as connection:
            return recorders(connection, model)

    def measurements(
        self,
        *,
        model: str | None = None,
        instrument: str | None = None,
        segment: str | None = None,
        metric: str | None = None,
        against: str | None = "baseline",
        since: Instant = None,
        until: Instant = None,
    ) -> Any:
        """What was measured of windows, as a `pyarrow.Table`.

        Its columns are those of docs/measurements.md, and before them `model`, `window_plan_id`
        (how the window was counted), `against` ("baseline" or "previous"), `season` (which part
        of the baseline) and `revision` (of the window). Of segments only deciding rows are kept.

        Args:
            model: Whose; None for all, as of what follows.
            instrument: The column.
            segment: "all", or a segment column and its value as "column=value".
            metric: The metric.
            against: What was compared with.
            since: Only windows that start then or later.
            until: Only windows that start before.

        Raises:
            StoreError: The store cannot be read.
        """
        from tallystick.storage.measurements import table
        from tallystick.storage.schema import MEASUREMENTS

        wanted = {"model": model, "instrument": instrument, "segment": segment}
        wanted |= {"metric": metric, "against": against}
        with self.database.read() as connection:
            return table(connection, *_conditions(MEASUREMENTS, wanted, since, until))

    def decisions(
        self,
        *,
        model: str | None = None,
        instrument: str | None = None,
        segment: str | None = None,
        metric: str | None = None,
        action: str | None = None,
        since: Instant = None,
        until: Instant = None,
    ) -> list[Decision]:
        """What was decided about windows, and why nothing was done, in the order of the windows.

        Args:
            model: Whose; None for all, as of what follows.
            instrument: The column.
            segment: "all", or a segment column and its value as "column=value".
            metric: The metric.
            action: "raised", "cleared" or "none".
            since: Only windows that start then or later.
            until: Only windows that start before.

        Raises:
            StoreError: The store cannot be read.
        """
        from tallystick.storage.decisions import listed
        from tallystick.storage.schema import DECISIONS

        wanted = {"model": model, "instrument": instrument, "segment": segment}
        wanted |= {"metric": metric, "action": action}
        with self.database.read() as connection:
            return listed(connection, *_conditions(DECISIONS, wanted, since, until))

    def standing(self, *, model: str) -> list[Decision]:
        """The last decision of every instrument, segment and metric.

        Raises:
            StoreError: The store cannot be read.
        """
        from tallystick.storage.decisions import latest

        with self.database.read() as connection:
            return latest(connection, model)

    def rules(self, *, model: str) -> Rules:
        """The rules by which a model was watched last.

        Raises:
            StoreError: The store cannot be read.
        """
        from tallystick.storage.decisions import rules_of

        with self.database.read() as connection:
            return rules_of(connection, model)

    def close(self) -> None:
        """Gives connections back; what is asked of the store later opens them again."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Store({self.name})"


def _conditions(table: Any, wanted: dict[str, Any], since: Instant, until: Instant) -> list[Any]:
    conditions = [table.c[name] == value for name, value in wanted.items() if value is not None]
    if since is not None:
        conditions.append(table.c.window_start >= instant(since))
    if until is not None:
        conditions.append(table.c.window_start < instant(until))
    return conditions
