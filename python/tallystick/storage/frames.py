"""Frames into windows: each once, whoever brings it, however often, in whatever order."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from tallystick import _core
from tallystick.storage import counts
from tallystick.storage.records import Frame, Heard, Ingested
from tallystick.storage.schema import COUNTS, FRAMES, RECORDERS, UNTIMED, WINDOWS

# Windows that start later than this from now are not of this world: their rows are kept with
# those that have no time, so that one wrong clock cannot fill the store with empty centuries.
_AHEAD_SECONDS = 86_400

Range = tuple[int, int]


def ingest(
    connection: sa.Connection,
    model: str,
    frames: Sequence[Frame],
    heard: Sequence[Heard],
    now: float,
) -> Ingested:
    """Takes what is new; all of it belongs to the caller's transaction."""
    names = {one.recorder for one in frames} | {one.recorder for one in heard}
    taken = {name: _ranges(connection, name) for name in names}
    fresh = {
        (one.recorder, one.sequence): one
        for one in frames
        if not _holds(taken[one.recorder], one.sequence)
    }
    for name, ranges in sorted(taken.items()):
        said = [one for one in heard if one.recorder == name]
        numbers = [sequence for recorder, sequence in fresh if recorder == name]
        numbers += [one.sequence for one in said if one.sequence is not None]
        _take(connection, name, ranges, numbers)
        _hear(connection, model, name, said, now)
    report = Ingested(frames=len(fresh), repeated=len(frames) - len(fresh))
    groups = _grouped(fresh.values(), now)
    for key, group in groups.items():
        report.rows += _add(connection, model, key, group, now)
    report.windows = len(groups)
    return report


def _ranges(connection: sa.Connection, recorder: str) -> list[Range]:
    wanted = sa.select(FRAMES.c.first, FRAMES.c.last).where(FRAMES.c.recorder == recorder)
    return [(first, last) for first, last in connection.execute(wanted.order_by(FRAMES.c.first))]


def _holds(ranges: Iterable[Range], number: int) -> bool:
    return any(first <= number <= last for first, last in ranges)


def joined(ranges: Iterable[Range], numbers: Iterable[int]) -> list[Range]:
    """Ranges that hold these numbers as well; neighbours become one.

    Example:
        >>> joined([(1, 3), (7, 7)], [4, 6, 9])
        [(1, 4), (6, 7), (9, 9)]
    """
    total: list[Range] = []
    for first, last in sorted([*ranges, *((one, one) for one in numbers)]):
        if total and first <= total[-1][1] + 1:
            total[-1] = (total[-1][0], max(total[-1][1], last))
        else:
            total.append((first, last))
    return total


def _take(connection: sa.Connection, name: str, taken: list[Range], numbers: list[int]) -> None:
    after = joined(taken, numbers)
    if after == taken:
        return
    connection.execute(sa.delete(FRAMES).where(FRAMES.c.recorder == name))
    rows = [{"recorder": name, "first": first, "last": last} for first, last in after]
    connection.execute(sa.insert(FRAMES), rows)


def _hear(
    connection: sa.Connection, model: str, name: str, said: Sequence[Heard], now: float
) -> None:
    """Keeps the latest of what a recorder says of itself."""
    where = RECORDERS.c.recorder == name
    row = connection.execute(sa.select(RECORDERS).where(where)).mappings().one_or_none()
    known: dict[str, Any] = dict(row) if row is not None else _unheard(model, name)
    for one in said:
        if one.started is not None:
            known["started"] = one.started
        if one.sequence is not None and one.sequence > known["status_sequence"]:
            known["status_sequence"] = one.sequence
            known["watermark"], known["finished"] = one.watermark, one.finished
            known["counters"] = json.dumps(dict(one.counters))
    known["seen"] = now
    if row is None:
        connection.execute(sa.insert(RECORDERS), [known])
    else:
        connection.execute(sa.update(RECORDERS).where(where).values(known))


def _unheard(model: str, name: str) -> dict[str, Any]:
    nothing: dict[str, Any] = {"started": None, "watermark": None, "finished": False}
    return {"recorder": name, "model": model, "status_sequence": 0, "counters": "{}", **nothing}


Key = tuple[str, str, int, int]


def _grouped(frames: Iterable[Frame], now: float) -> dict[Key, list[Frame]]:
    groups: dict[Key, list[Frame]] = {}
    for frame in frames:
        start, end = bounds(frame.start, frame.end, now)
        groups.setdefault((frame.profile.plan.plan_id, frame.stream, start, end), []).append(frame)
    # Always in one order, whoever collects.
    return dict(sorted(groups.items()))


def bounds(start: int | None, end: int | None, now: float) -> Range:
    """First and one-past-last second of a window as they stand in its key."""
    if start is None or end is None or start > now + _AHEAD_SECONDS:
        return UNTIMED, UNTIMED
    return start, end


def _add(
    connection: sa.Connection, model: str, key: Key, frames: Sequence[Frame], now: float
) -> int:
    """Adds frames to their window; their rows."""
    # Copies, because the same frames are tried again when the transaction fails. Those without a
    # time have no windows of their own: profiles add up when their windows are of one length.
    parts = [
        frame.profile.without_windows() if key[2] == UNTIMED else frame.profile.copy()
        for frame in frames
    ]
    delta = parts[0]
    for part in parts[1:]:
        delta.merge(part)
    rows, late = delta.rows, sum(frame.late for frame in frames)
    plan_id, stream, start, end = key
    named = {"model": model, "plan_id": plan_id, "stream": stream, "origin": "spool"}
    add_rows(connection, {**named, "window_start": start, "window_end": end}, delta, late, now)
    return rows


def add_rows(
    connection: sa.Connection, named: dict[str, Any], delta: _core.Profile, late: int, now: float
) -> None:
    """Adds rows to the window of that name, which is made if there is none."""
    where = sa.and_(*(WINDOWS.c[name] == value for name, value in named.items()))
    row = connection.execute(sa.select(WINDOWS).where(where)).mappings().one_or_none()
    if row is None:
        made = sa.insert(WINDOWS).values(
            **named,
            rows=delta.rows,
            late_rows=late,
            revision=1,
            closed=False,
            partial=False,
            updated=now,
        )
        (number,) = connection.execute(made).inserted_primary_key or (None,)
        counts.insert(connection, number, delta)
        return
    own = COUNTS.c.window_id == row["id"]
    stored = connection.execute(sa.select(COUNTS.c.profile).where(own)).scalar_one()
    total = counts.unpacked(delta.plan, stored)
    total.merge(delta)
    counts.replace(connection, row["id"], total)
    connection.execute(
        sa.update(WINDOWS)
        .where(WINDOWS.c.id == row["id"])
        .values(
            rows=total.rows,
            late_rows=row["late_rows"] + late,
            revision=row["revision"] + 1,
            updated=now,
        )
    )
