"""What is old becomes coarser, then goes."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tallystick.storage.counts import delete_unused_plans, of_windows
from tallystick.storage.frames import add_rows
from tallystick.storage.records import Retention
from tallystick.storage.schema import (
    DECISIONS,
    FRAMES,
    MEASUREMENTS,
    NOTICES,
    RECORDERS,
    UNTIMED,
    WINDOWS,
)
from tallystick.storage.windows import delete

_DAY = 86_400
# Windows folded in one transaction: others have a turn in between.
MOST_AT_ONCE = 200


def fold(connection: sa.Connection, model: str, retention: Retention, now: float) -> int:
    """Adds up some of the oldest windows to days; how many, 0 when none is left to fold."""
    newest = _newest(connection, model)
    if newest is None:
        return 0
    fine = [
        WINDOWS.c.model == model,
        WINDOWS.c.origin != "folded",
        WINDOWS.c.window_start != UNTIMED,
        WINDOWS.c.window_end - WINDOWS.c.window_start < _DAY,
    ]
    old = WINDOWS.c.window_end <= newest - retention.windows_seconds
    folded = 0
    for window in _oldest(connection, [*fine, old], MOST_AT_ONCE):
        _fold(connection, window, now)
        folded += 1
    over = _count(connection, model) - retention.most_windows
    if not folded and over > 0:
        closed = [*fine, WINDOWS.c.closed]
        for window in _oldest(connection, closed, min(over, MOST_AT_ONCE)):
            _fold(connection, window, now)
            folded += 1
    return folded


def drop(connection: sa.Connection, model: str, retention: Retention, now: float) -> int:
    """Deletes what is too old to be kept; how many windows."""
    newest = _newest(connection, model)
    dropped = 0
    if newest is not None:
        oldest = newest - retention.keep_seconds
        of_model = [WINDOWS.c.model == model, WINDOWS.c.window_start != UNTIMED]
        dropped += delete(connection, *of_model, WINDOWS.c.window_end <= oldest)
        _drop_results(connection, model, newest, retention)
        over = _count(connection, model) - retention.most_windows
        if over > 0:
            ids = [row.id for row in _oldest(connection, of_model, over)]
            dropped += delete(connection, WINDOWS.c.id.in_(ids))
    delete_unused_plans(connection)
    _forget(connection, now - retention.keep_seconds)
    return dropped


def _drop_results(connection: sa.Connection, model: str, newest: int, retention: Retention) -> None:
    """Deletes old measurements and decisions; what was raised and cleared is kept longest."""
    detail, oldest = newest - retention.measurements_seconds, newest - retention.keep_seconds
    is_detail = {MEASUREMENTS: [], DECISIONS: [DECISIONS.c.action == "none"]}
    for table, more in is_detail.items():
        old = [table.c.model == model, table.c.window_end <= detail, *more]
        connection.execute(sa.delete(table).where(*old))
    for table in (DECISIONS, NOTICES):
        old = [table.c.model == model, table.c.window_end <= oldest]
        connection.execute(sa.delete(table).where(*old))


def _newest(connection: sa.Connection, model: str) -> int | None:
    """End of the latest closed window: time as the model's own rows tell it."""
    closed = [WINDOWS.c.model == model, WINDOWS.c.closed]
    return connection.execute(sa.select(sa.func.max(WINDOWS.c.window_end)).where(*closed)).scalar()


def _count(connection: sa.Connection, model: str) -> int:
    wanted = sa.select(sa.func.count()).select_from(WINDOWS).where(WINDOWS.c.model == model)
    return int(connection.execute(wanted).scalar() or 0)


def _oldest(connection: sa.Connection, conditions: list[Any], most: int) -> list[Any]:
    wanted = sa.select(WINDOWS).where(*conditions).order_by(WINDOWS.c.window_start).limit(most)
    return list(connection.execute(wanted))


def _fold(connection: sa.Connection, window: Any, now: float) -> None:
    day = window.window_start // _DAY * _DAY
    key = {
        "model": window.model,
        "plan_id": window.plan_id,
        "stream": window.stream,
        "window_start": day,
        "window_end": day + _DAY,
        "origin": "folded",
    }
    # Without windows of its own: profiles add up when their windows are of one length.
    profile = of_windows(connection, WINDOWS.c.id == window.id)
    if profile is not None:
        add_rows(connection, key, profile.without_windows(), window.late_rows, now)
    delete(connection, WINDOWS.c.id == window.id)
    done = [WINDOWS.c[name] == value for name, value in key.items()]
    connection.execute(sa.update(WINDOWS).where(*done).values(closed=True))


def _forget(connection: sa.Connection, before: float) -> None:
    """Forgets recorders of which no file has been seen since: no frame can come again."""
    gone = sa.select(RECORDERS.c.recorder).where(RECORDERS.c.seen < before)
    names = [row.recorder for row in connection.execute(gone)]
    for table in (FRAMES, RECORDERS):
        connection.execute(sa.delete(table).where(table.c.recorder.in_(names)))
