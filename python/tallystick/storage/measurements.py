"""Measurements in the store: the columns of `docs/measurements.md`, and what was compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from tallystick.storage.records import StoredWindow
from tallystick.storage.schema import MEASUREMENTS

_TIMES = ("window_start", "window_end")
_UNSIGNED = ("n_reference", "n_current", "n_needed")


def kept(rows: Sequence[Mapping[str, Any]], against: str) -> list[Mapping[str, Any]]:
    """What is worth keeping: all metrics of all rows, of segments those that decide.

    What informs about segments would be most of a store, and is measured again from the window.
    """
    decides = against == "baseline"
    return [row for row in rows if row["segment"] == "all" or (decides and row["decides"])]


def replace(
    connection: sa.Connection,
    window: StoredWindow,
    rows: Sequence[Mapping[str, Any]],
    *,
    against: str,
    season: str,
) -> None:
    """Stores what was measured of a window, in place of what was before its last revision."""
    start, end = window.start_second, window.end_second
    own = sa.and_(
        MEASUREMENTS.c.model == window.model,
        MEASUREMENTS.c.window_plan_id == window.plan_id,
        MEASUREMENTS.c.window_start == start,
        MEASUREMENTS.c.window_end == end,
        MEASUREMENTS.c.against == against,
    )
    connection.execute(sa.delete(MEASUREMENTS).where(own))
    facts = {
        "model": window.model,
        "window_plan_id": window.plan_id,
        "against": against,
        "season": season,
        "revision": window.revision,
        "window_start": start,
        "window_end": end,
    }
    names = [column.name for column in MEASUREMENTS.c if column.name not in ("id", *facts)]
    values = [
        {**facts, **{name: storable(row[name]) for name in names}} for row in kept(rows, against)
    ]
    if values:
        connection.execute(sa.insert(MEASUREMENTS), values)


def storable(value: Any) -> Any:
    """Text as every database takes it: PostgreSQL has no character of number 0."""
    return value.replace("\0", "␀") if isinstance(value, str) else value


def table(connection: sa.Connection, *conditions: Any) -> Any:
    """Measurements that fulfil all conditions as an Arrow table, in the order of their windows."""
    import pyarrow as pa  # type: ignore[import-untyped]

    columns = [column for column in MEASUREMENTS.c if column.name != "id"]
    ordered = [MEASUREMENTS.c.window_start, MEASUREMENTS.c.against, MEASUREMENTS.c.id]
    wanted = sa.select(*columns).where(*conditions).order_by(*ordered)
    rows = connection.execute(wanted).all()
    places = range(len(columns))
    arrays = [
        pa.array([row[place] for row in rows], type=_arrow_type(columns[place])) for place in places
    ]
    return pa.table(arrays, names=[column.name for column in columns])


def _arrow_type(column: sa.Column[Any]) -> Any:
    import pyarrow as pa

    if column.name in _TIMES:
        return pa.timestamp("s", "UTC")
    if column.name in _UNSIGNED:
        return pa.uint64()
    types = {sa.Text: pa.string(), sa.Double: pa.float64(), sa.Boolean: pa.bool_()}
    return types.get(type(column.type), pa.int64())
