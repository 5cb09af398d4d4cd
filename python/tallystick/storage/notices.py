"""What is to be told of decisions: kept until it was told."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tallystick.storage.schema import NOTICES

if TYPE_CHECKING:
    from tallystick.storage.store import Store


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell one sink.

    Attributes:
        id: Its number in the store.
        sink: Name of the sink.
        body: What to tell, as JSON-like values.
        created: When it was decided, by the clock.
        attempts: How often telling has failed.
    """

    id: int
    sink: str
    body: dict[str, Any]
    created: float
    attempts: int


def add(
    connection: sa.Connection,
    model: str,
    window_end: int,
    bodies: Mapping[str, Mapping[str, Any]],
    now: float,
) -> None:
    """Leaves a body for each of these sinks."""
    same = {"model": model, "window_end": window_end, "created": now}
    same |= {"attempts": 0, "next_attempt": now, "state": "waiting"}
    rows = [{**same, "sink": sink, "body": json.dumps(body)} for sink, body in bodies.items()]
    if rows:
        connection.execute(sa.insert(NOTICES), rows)


def waiting(store: Store, model: str, sinks: Collection[str]) -> list[Notice]:
    """What these sinks are still to be told, and may be tried now; oldest first."""
    wanted = sa.select(NOTICES).where(
        NOTICES.c.model == model,
        NOTICES.c.state == "waiting",
        NOTICES.c.next_attempt <= store.clock(),
        NOTICES.c.sink.in_(sinks),
    )
    with store.database.read() as connection:
        rows = connection.execute(wanted.order_by(NOTICES.c.id)).all()
    return [
        Notice(row.id, row.sink, json.loads(row.body), row.created, row.attempts) for row in rows
    ]


def told(store: Store, notice: Notice) -> None:
    """It was told."""
    _update(store, notice, state="told")


def failed(store: Store, notice: Notice, *, wait_seconds: float | None) -> None:
    """It could not be told: again after that time, or, with None, never."""
    state = "given_up" if wait_seconds is None else "waiting"
    again = store.clock() + (wait_seconds or 0.0)
    _update(store, notice, state=state, attempts=notice.attempts + 1, next_attempt=again)


def _update(store: Store, notice: Notice, **values: Any) -> None:
    with store.database.write() as connection:
        connection.execute(sa.update(NOTICES).where(NOTICES.c.id == notice.id).values(**values))
