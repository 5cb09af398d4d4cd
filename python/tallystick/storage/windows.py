"""The windows of the store."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tallystick import _core
from tallystick.errors import ParameterError
from tallystick.profiling.windows import iso
from tallystick.storage import counts
from tallystick.storage.frames import add_rows
from tallystick.storage.records import StoredRecorder, StoredWindow
from tallystick.storage.schema import COUNTS, FRAMES, RECORDERS, UNTIMED, WINDOWS

# Clocks of hosts differ by no more; recorders allow as much.
_AHEAD_SECONDS = 60


def listed(connection: sa.Connection, *conditions: Any) -> list[StoredWindow]:
    """Windows that fulfil all conditions, oldest first."""
    wanted = sa.select(WINDOWS).where(*conditions)
    ordered = wanted.order_by(WINDOWS.c.window_start, WINDOWS.c.window_end, WINDOWS.c.id)
    return [_window(row) for row in connection.execute(ordered).mappings()]


def _window(row: Any) -> StoredWindow:
    timed = row["window_start"] != UNTIMED
    start, end = (row["window_start"], row["window_end"]) if timed else (None, None)
    return StoredWindow(
        model=row["model"],
        plan_id=row["plan_id"],
        stream=row["stream"],
        start=iso(start),
        end=iso(end),
        start_second=start,
        end_second=end,
        rows=row["rows"],
        late_rows=row["late_rows"],
        revision=row["revision"],
        closed=row["closed"],
        partial=row["partial"],
        folded=row["origin"] == "folded",
        evaluated_revision=row["evaluated_revision"],
    )


def named(window: StoredWindow) -> Any:
    """The condition that is true of this window alone."""
    start = UNTIMED if window.start_second is None else window.start_second
    conditions = [
        WINDOWS.c.model == window.model,
        WINDOWS.c.plan_id == window.plan_id,
        WINDOWS.c.stream == window.stream,
        WINDOWS.c.window_start == start,
        (WINDOWS.c.origin == "folded") == window.folded,
    ]
    if window.end_second is not None:
        conditions.append(WINDOWS.c.window_end == window.end_second)
    return sa.and_(*conditions)


def delete(connection: sa.Connection, *conditions: Any) -> int:
    """Deletes the windows that fulfil the conditions; how many."""
    gone = sa.select(WINDOWS.c.id).where(*conditions)
    connection.execute(sa.delete(COUNTS).where(COUNTS.c.window_id.in_(gone)))
    return connection.execute(sa.delete(WINDOWS).where(*conditions)).rowcount


def close(connection: sa.Connection, model: str, now: float, quiet_seconds: float) -> int:
    """Closes windows that no more rows are expected of; how many.

    A window is over when a recorder has seen events that are later by more than its lateness,
    when every recorder has come to its end after it, or when nothing has come for a while: a
    recorder that was killed says nothing any more. The last two leave it partial.
    """
    mark, all_finished = _progress(connection, model)
    opened = [
        WINDOWS.c.model == model,
        WINDOWS.c.origin == "spool",
        WINDOWS.c.window_start != UNTIMED,
        sa.not_(WINDOWS.c.closed),
    ]
    closed = 0
    if mark is not None:
        # A worker whose clock is ahead closes nothing before its time.
        seen = min(mark, int(now) + _AHEAD_SECONDS)
        whole = sa.update(WINDOWS).where(*opened, WINDOWS.c.window_end <= seen)
        closed += connection.execute(whole.values(closed=True)).rowcount
    is_quiet = WINDOWS.c.updated <= now - quiet_seconds
    over = WINDOWS.c.window_end <= now
    given_up = sa.and_(over, sa.or_(is_quiet, sa.literal(all_finished)))
    cut = sa.update(WINDOWS).where(*opened, given_up).values(closed=True, partial=True)
    closed += connection.execute(cut).rowcount
    _mark_first(connection, model)
    return closed


def _progress(connection: sa.Connection, model: str) -> tuple[int | None, bool]:
    wanted = sa.select(RECORDERS.c.watermark, RECORDERS.c.finished)
    rows = connection.execute(wanted.where(RECORDERS.c.model == model)).all()
    marks = [mark for mark, _ in rows if mark is not None]
    return max(marks, default=None), bool(rows) and all(finished for _, finished in rows)


def _mark_first(connection: sa.Connection, model: str) -> None:
    """The window in which recording began is partial: what came before was not recorded."""
    first = sa.select(sa.func.min(RECORDERS.c.started)).where(RECORDERS.c.model == model)
    began = connection.execute(first).scalar()
    if began is None:
        return
    within = [WINDOWS.c.window_start < began, began < WINDOWS.c.window_end]
    where = [WINDOWS.c.model == model, WINDOWS.c.origin == "spool", *within]
    connection.execute(sa.update(WINDOWS).where(*where).values(partial=True))


def put(
    connection: sa.Connection,
    named_by: dict[str, Any],
    profile: _core.Profile,
    now: float,
    *,
    add: bool,
) -> None:
    """Stores a window of a log that was read, in place of what an earlier reading stored.

    Raises:
        ParameterError: Recorders have written to this window.
    """
    keys = {name: value for name, value in named_by.items() if name != "window_end"}
    where = sa.and_(*(WINDOWS.c[name] == value for name, value in keys.items()))
    wanted = sa.select(WINDOWS.c.id, WINDOWS.c.origin, WINDOWS.c.window_end, COUNTS.c.profile)
    wanted = wanted.join(COUNTS, WINDOWS.c.id == COUNTS.c.window_id)
    row = connection.execute(wanted.where(where, WINDOWS.c.origin != "folded")).first()
    if row is not None and row.origin == "spool":
        raise ParameterError(
            "store: expected one without recorded rows of these windows, or they count twice",
            hint="read the log into a store of its own, or under another model name",
            name="store",
        )
    if row is None or add:
        add_rows(connection, {**named_by, "origin": "log"}, profile, 0, now)
        if row is not None:
            # More may come: it is closed again when the log was read to its end.
            opened = sa.update(WINDOWS).where(WINDOWS.c.id == row.id)
            connection.execute(opened.values(closed=False))
    elif row.profile != counts.packed(profile) or row.window_end != named_by["window_end"]:
        counts.replace(connection, row.id, profile)
        values = {"rows": profile.rows, "window_end": named_by["window_end"], "updated": now}
        values |= {"revision": WINDOWS.c.revision + 1, "closed": False}
        connection.execute(sa.update(WINDOWS).where(WINDOWS.c.id == row.id).values(values))


def recorders(connection: sa.Connection, model: str | None) -> list[StoredRecorder]:
    """Those that have been heard of."""
    import json

    wanted = sa.select(RECORDERS).order_by(RECORDERS.c.started, RECORDERS.c.recorder)
    if model is not None:
        wanted = wanted.where(RECORDERS.c.model == model)
    missing = _missing(connection)
    return [
        StoredRecorder(
            recorder=row["recorder"],
            model=row["model"],
            started=row["started"],
            watermark=row["watermark"],
            finished=row["finished"],
            counters=json.loads(row["counters"]),
            missing_frames=missing.get(row["recorder"], 0),
        )
        for row in connection.execute(wanted).mappings()
    ]


def _missing(connection: sa.Connection) -> dict[str, int]:
    """Numbers below the highest that have not come, by recorder."""
    held = sa.func.sum(FRAMES.c.last - FRAMES.c.first + 1)
    wanted = sa.select(FRAMES.c.recorder, sa.func.max(FRAMES.c.last) - held)
    return {name: int(n) for name, n in connection.execute(wanted.group_by(FRAMES.c.recorder))}


def close_logs(connection: sa.Connection, model: str) -> int:
    """Closes the windows of logs that were read to their end; how many."""
    opened = [WINDOWS.c.model == model, WINDOWS.c.origin == "log", sa.not_(WINDOWS.c.closed)]
    return connection.execute(sa.update(WINDOWS).where(*opened).values(closed=True)).rowcount
