"""Decisions in the store: where instruments stand, and what a window makes of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from tallystick.comparison import Measurement
from tallystick.judging.decisions import Decision
from tallystick.judging.rules import Rules, Standing, Verdict, decide, judged
from tallystick.storage.measurements import storable
from tallystick.storage.records import StoredWindow
from tallystick.storage.schema import DECISIONS, MONITORS

_NAMES = [column.name for column in DECISIONS.c if column.name != "id"]
_KEY = (DECISIONS.c.instrument, DECISIONS.c.segment, DECISIONS.c.metric)


def judge(
    connection: sa.Connection,
    window: StoredWindow,
    rows: Sequence[Measurement],
    rules: Rules,
    now: float,
) -> list[Decision]:
    """Decides about a window that was not decided about before, and stores why."""
    before = {one.key: one.standing for one in latest(connection, window.model, window.plan_id)}
    came_late = _is_behind(connection, window)
    made = []
    for row in judged(rows):
        key = (row.instrument, storable(row.segment), row.metric)
        standing = before.get(key, Standing())
        verdict = (
            Verdict("none", "came_late", standing)
            if came_late
            else decide(row, standing, rules, window.end_second or 0)
        )
        made.append(_decision(window, row, verdict, now))
    if made:
        connection.execute(sa.insert(DECISIONS), [asdict(one) for one in made])
    return made


def _decision(window: StoredWindow, row: Measurement, verdict: Verdict, now: float) -> Decision:
    return Decision(
        model=window.model,
        window_plan_id=window.plan_id,
        window_start=window.start_second or 0,
        window_end=window.end_second or 0,
        revision=window.revision,
        instrument=storable(row.instrument),
        segment=storable(row.segment),
        metric=row.metric,
        severity=row.severity,
        status=row.status,
        measured=row.reason,
        value=row.value,
        tolerance=row.tolerance,
        action=verdict.action,
        reason=verdict.reason,
        recent=verdict.standing.recent,
        raised_at=verdict.standing.raised_at,
        told_at=verdict.standing.told_at,
        decided=now,
    )


def _is_behind(connection: sa.Connection, window: StoredWindow) -> bool:
    own = [DECISIONS.c.model == window.model, DECISIONS.c.window_plan_id == window.plan_id]
    last = connection.execute(sa.select(sa.func.max(DECISIONS.c.window_start)).where(*own)).scalar()
    return last is not None and window.start_second is not None and window.start_second < last


def latest(connection: sa.Connection, model: str, plan_id: str | None = None) -> list[Decision]:
    """The last decision of every instrument, segment and metric, in the order of their names."""
    own = [DECISIONS.c.model == model]
    if plan_id is not None:
        own.append(DECISIONS.c.window_plan_id == plan_id)
    # Decisions are made in the order of the windows.
    last = sa.select(sa.func.max(DECISIONS.c.id)).where(*own)
    last = last.group_by(DECISIONS.c.window_plan_id, *_KEY)
    return listed(connection, DECISIONS.c.id.in_(last))


def listed(connection: sa.Connection, *conditions: Any) -> list[Decision]:
    """Decisions that fulfil all conditions, in the order of their windows."""
    columns = [DECISIONS.c[name] for name in _NAMES]
    wanted = sa.select(*columns).where(*conditions).order_by(DECISIONS.c.window_start, *_KEY)
    return [Decision(**row) for row in connection.execute(wanted).mappings()]


def remember(connection: sa.Connection, model: str, rules: Rules) -> None:
    """Keeps the rules by which a model is watched."""
    where, text = MONITORS.c.model == model, json.dumps(asdict(rules))
    known = connection.execute(sa.select(MONITORS.c.rules).where(where)).scalar()
    if known is None:
        connection.execute(sa.insert(MONITORS).values(model=model, rules=text))
    elif known != text:
        connection.execute(sa.update(MONITORS).where(where).values(rules=text))


def rules_of(connection: sa.Connection, model: str) -> Rules:
    """The rules by which a model was watched last; the usual ones if it never was."""
    where = MONITORS.c.model == model
    known = connection.execute(sa.select(MONITORS.c.rules).where(where)).scalar()
    return Rules() if known is None else Rules(**json.loads(known))
