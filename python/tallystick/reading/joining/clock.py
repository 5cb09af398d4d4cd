"""Dates and timestamps of any unit as nanoseconds since 1970 UTC."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from pyarrow import types

from tallystick.reading.joining.columns import Whole
from tallystick.spec.arrow_types import is_clock

# Half of what 64 bits hold, so that the difference of two times is a 64-bit number, too.
FURTHEST = 2**62
UNDATED = -(2**63)
_PER_UNIT = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def can_be_time(kind: pa.DataType) -> bool:
    """Whether it is a date or timestamp, or a column without any value."""
    if types.is_dictionary(kind):
        kind = kind.value_type
    return is_clock(kind) or bool(types.is_null(kind))


def nanoseconds(times: pa.Array | None, rows: int) -> Whole:
    """Return the times, `UNDATED` where there is none.

    Times without a zone are taken as UTC; those before 1824 and after 2116 are taken as that.
    A column that holds no times in this part of the data leaves its rows undated.
    """
    if times is not None and types.is_dictionary(times.type):
        times = times.dictionary_decode()
    if times is None or not is_clock(times.type):
        return np.full(rows, UNDATED, np.int64)
    kind = times.type
    if types.is_date32(kind):
        ticks, factor = times.view(pa.int32()), 86_400 * 10**9
    else:
        ticks = times.view(pa.int64())
        factor = _PER_UNIT["ms" if types.is_date64(kind) else kind.unit]
    values = np.asarray(ticks.fill_null(0)).astype(np.int64)
    furthest = FURTHEST // factor
    values = np.clip(values, -furthest, furthest) * factor
    return np.where(np.asarray(times.is_valid()), values, UNDATED)


def instant(moment: dt.datetime) -> int:
    """Return the nanoseconds of a moment; without a zone it is UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return duration(moment - _EPOCH)


def duration(length: dt.timedelta) -> int:
    """Return the nanoseconds of a length of time."""
    return length // dt.timedelta(microseconds=1) * 1_000
