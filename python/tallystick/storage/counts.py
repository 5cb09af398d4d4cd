"""Counts of windows: each plan is stored once, or most of a store would be plans."""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from tallystick import _core
from tallystick.errors import CorruptStateError
from tallystick.storage.schema import COUNTS, PLANS, WINDOWS

_CHECKSUM_BYTES = 4


def packed(profile: _core.Profile) -> bytes:
    """The counts of a profile, after their checksum."""
    data = profile.counts_to_bytes()
    return zlib.crc32(data).to_bytes(_CHECKSUM_BYTES, "little") + data


def unpacked(plan: _core.Plan, data: bytes) -> _core.Profile:
    """The profile of such counts.

    Raises:
        CorruptStateError: They are damaged.
    """
    told, counts = data[:_CHECKSUM_BYTES], data[_CHECKSUM_BYTES:]
    if zlib.crc32(counts).to_bytes(_CHECKSUM_BYTES, "little") != told:
        raise CorruptStateError("store: a window is damaged: its checksum does not hold")
    return _core.Profile.from_counts(plan, counts)


def insert(connection: sa.Connection, window_id: Any, profile: _core.Profile) -> None:
    """Stores the counts of a new window, and their plan where it is new."""
    plan = profile.plan
    where = PLANS.c.plan_id == plan.plan_id
    if connection.execute(sa.select(PLANS.c.plan_id).where(where)).first() is None:
        values = {"plan_id": plan.plan_id, "plan": plan.to_bytes()}
        connection.execute(sa.insert(PLANS).values(values))
    made = sa.insert(COUNTS).values(window_id=window_id, profile=packed(profile))
    connection.execute(made)


def replace(connection: sa.Connection, window_id: Any, profile: _core.Profile) -> None:
    """Stores other counts of a window."""
    changed = sa.update(COUNTS).where(COUNTS.c.window_id == window_id)
    connection.execute(changed.values(profile=packed(profile)))


def of_windows(connection: sa.Connection, *conditions: Any) -> _core.Profile | None:
    """The rows of all windows that fulfil the conditions, added up; None when there are none.

    Raises:
        CorruptStateError: One of them is damaged.
    """
    wanted = sa.select(PLANS.c.plan, COUNTS.c.profile).select_from(WINDOWS)
    wanted = wanted.join(COUNTS, WINDOWS.c.id == COUNTS.c.window_id)
    wanted = wanted.join(PLANS, WINDOWS.c.plan_id == PLANS.c.plan_id)
    total: _core.Profile | None = None
    for plan, data in connection.execute(wanted.where(*conditions)):
        counted = unpacked(_plan(plan), data)
        if total is None:
            total = counted
        else:
            total.merge(counted)
    return total


def delete_unused_plans(connection: sa.Connection) -> None:
    """Deletes plans that no window is counted under any more."""
    used = sa.select(WINDOWS.c.plan_id).distinct()
    connection.execute(sa.delete(PLANS).where(PLANS.c.plan_id.not_in(used)))


@lru_cache(maxsize=8)
def _plan(data: bytes) -> _core.Plan:
    # Windows that are read one after another are of one plan, which takes a while to read.
    return _core.Plan.from_bytes(data)
