"""Batches for a recorder: columns under the plan's names, cut where a window ends."""

from __future__ import annotations

import datetime as dt
import time as clocks
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tallystick.errors import InputError, ParameterError

if TYPE_CHECKING:
    from tallystick.monitoring.recorder import Recorder

# 1970-01-05 was a Monday: windows of whole weeks start on Mondays.
_WEEK, _MONDAY = 604_800, 4 * 86_400
# No instant of any calendar: rows without a time have a window of their own.
_NEVER = -(2**63)


def batches_of(
    recorder: Recorder,
    data: Any,
    columns: Sequence[str] | None,
    beside: Mapping[str, Any],
    ids: Any,
    time: Any,
) -> Iterator[tuple[Any, int]]:
    """Record batches whose rows are all of one window, each with an instant of it."""
    table = _table(data, columns)
    aliases = dict(recorder._aliases)
    table = table.rename_columns([aliases.get(name, name) for name in table.column_names])
    for role, values in beside.items():
        named = values if isinstance(values, Mapping) else {None: values}
        for name, column in named.items():
            if column is not None:
                table = _with(table, name or _column_of(recorder, role), role, column)
    micros = instants(table, time, recorder._time)
    if recorder._share is not None:
        table, micros = _sampled(recorder, table, micros, ids)
    for part, instant in by_window(table, micros, recorder._seconds):
        for batch in part.combine_chunks().to_batches():
            yield batch, instant


def _table(data: Any, columns: Sequence[str] | None) -> Any:
    import pyarrow as pa  # type: ignore[import-untyped]

    if getattr(data, "ndim", None) == 2 and not hasattr(data, "columns"):
        if columns is None or len(columns) != data.shape[1]:
            raise ParameterError(
                f"columns: expected a name for each of the {data.shape[1]} columns of the matrix",
                name="columns",
            )
        return pa.table([pa.array(data[:, at]) for at in range(data.shape[1])], names=list(columns))
    try:
        return pa.table(data)
    except (TypeError, ValueError, pa.ArrowException) as error:
        # Arrow's own message may quote a value of the data: it is not passed on.
        raise InputError(
            f"data: expected an Arrow table or batch, a frame, a mapping of columns or a matrix, "
            f"got {type(data).__name__}",
        ) from (error if isinstance(error, TypeError) else None)


def _column_of(recorder: Recorder, role: str) -> str:
    named = [column["name"] for column in recorder._columns if column["role"] == role]
    if len(named) != 1:
        raise ParameterError(
            f"{role}: expected a plan with one column of that role, got {len(named)}",
            hint="give the columns by their names, as part of the data",
            name=role,
        )
    return str(named[0])


def _with(table: Any, name: str, role: str, values: Any) -> Any:
    import pyarrow as pa

    array = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values)
    if len(array) != table.num_rows:
        raise ParameterError(
            f"{role}: expected one for each of {table.num_rows} rows, got {len(array)}", name=role
        )
    if name in table.column_names:
        return table.set_column(table.column_names.index(name), name, array)
    return table.append_column(name, array)


def instants(table: Any, time: Any, column: str | None) -> Any:
    """Microseconds since 1970, of each row or of all."""
    import numpy as np
    import pyarrow as pa

    if time is None and column in table.column_names:
        time = table.column(column)
    if time is None:
        return int(clocks.time() * 1e6)
    if isinstance(time, dt.datetime):
        aware = time if time.tzinfo else time.replace(tzinfo=dt.UTC)
        return (aware - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)
    if isinstance(time, int | float):
        return int(time * 1e6)
    array = pa.chunked_array([time]) if isinstance(time, pa.Array) else time
    array = array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([pa.array(time)])
    if len(array) != table.num_rows:
        raise ParameterError(
            f"time: expected one for each of {table.num_rows} rows, got {len(array)}", name="time"
        )
    if pa.types.is_floating(array.type):
        seconds = array.to_numpy()
        micros = np.floor(np.where(np.isfinite(seconds), seconds, 0) * 1e6).astype(np.int64)
        return np.where(np.isfinite(seconds), micros, _NEVER)
    if pa.types.is_integer(array.type):
        return array.cast(pa.int64()).fill_null(_NEVER // 1_000_000).to_numpy() * 1_000_000
    if not (pa.types.is_timestamp(array.type) or pa.types.is_date(array.type)):
        raise ParameterError("time: expected seconds since 1970, dates or datetimes", name="time")
    instants = array.cast(pa.timestamp("us", getattr(array.type, "tz", None)), safe=False)
    return instants.cast(pa.int64()).fill_null(_NEVER).to_numpy()


def _sampled(recorder: Recorder, table: Any, micros: Any, ids: Any) -> tuple[Any, Any]:
    import numpy as np
    import pyarrow as pa

    named = recorder._spec.log.id if recorder._spec is not None else None
    if ids is None and named in table.column_names:
        ids = table.column(named)
    if ids is None:
        raise ParameterError("id: expected one for each row, as rows are sampled by it", name="id")
    ids = ids.to_pylist() if isinstance(ids, pa.Array | pa.ChunkedArray) else list(ids)
    if len(ids) != table.num_rows:
        raise ParameterError(
            f"id: expected one for each of {table.num_rows} rows, got {len(ids)}", name="id"
        )
    kept = np.array(recorder._kept([str(one) for one in ids]), dtype=bool)
    return _movable(table).filter(pa.array(kept)), micros if isinstance(micros, int) else micros[
        kept
    ]


def _movable(table: Any) -> Any:
    """The table with texts of a kind whose rows Arrow can pick: views it can only slice."""
    import pyarrow as pa

    views = {pa.string_view(): pa.large_string(), pa.binary_view(): pa.large_binary()}
    fields = [field.with_type(views.get(field.type, field.type)) for field in table.schema]
    return table.cast(pa.schema(fields))


def by_window(table: Any, micros: Any, seconds: int | None) -> Iterator[tuple[Any, int]]:
    """Runs of rows of one window; rows that are not in their order are brought into it."""
    import numpy as np

    if table.num_rows == 0:
        return
    if isinstance(micros, int) or seconds is None:
        yield table, micros if isinstance(micros, int) else int(micros.max())
        return
    origin = _MONDAY if seconds % _WEEK == 0 else 0
    window = (micros // 1_000_000 - origin) // seconds
    if (np.diff(window) < 0).any():
        order = np.argsort(window, kind="stable")
        table, micros, window = _movable(table).take(order), micros[order], window[order]
    starts = np.flatnonzero(np.diff(window, prepend=window[0] - 1))
    for start, end in zip(starts, [*starts[1:], len(window)], strict=True):
        yield table.slice(start, end - start), int(micros[start:end].max())


def start_of(instant: int, seconds: int) -> int | None:
    """First second of the window of an instant in microseconds; None for rows without a time."""
    if instant == _NEVER:
        return None
    origin = _MONDAY if seconds % _WEEK == 0 else 0
    return (instant // 1_000_000 - origin) // seconds * seconds + origin
