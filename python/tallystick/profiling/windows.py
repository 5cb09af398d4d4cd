"""Lengths and starts of windows, in words."""

from __future__ import annotations

import datetime as dt
import re

from tallystick.errors import ParameterError

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_LENGTH = re.compile(r"(\d{1,9})\s*([smhdw])")


def window_seconds(length: str, *, name: str = "window") -> int:
    """Seconds of a length such as "15m", "1h", "1d" or "1w".

    Raises:
        ParameterError: It is not such a length.

    Example:
        >>> window_seconds("1d")
        86400
    """
    match = _LENGTH.fullmatch(str(length).strip())
    if match is None or int(match[1]) == 0:
        raise ParameterError(
            f"{name}: expected a length such as '15m', '1h', '1d' or '1w'",
            hint="days start at midnight UTC, weeks on Monday",
            name=name,
        )
    return int(match[1]) * _UNITS[match[2]]


def instant(value: str | dt.date | dt.datetime | int) -> int:
    """Seconds since 1970 of a window's start: ISO text, a date or a datetime (UTC if naive).

    Example:
        >>> instant("1970-01-02")
        86400
    """
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError:
            raise ParameterError(
                "window: expected an ISO date or time such as '2026-11-23'", name="window"
            ) from None
    if not isinstance(value, dt.datetime):
        value = dt.datetime(value.year, value.month, value.day)
    if value.tzinfo is None:
        value = value.replace(tzinfo=dt.UTC)
    return int(value.timestamp())


def iso(second: int | None) -> str | None:
    """ISO text of a second, the date alone at midnight; None stays None."""
    if second is None:
        return None
    moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    try:
        moment += dt.timedelta(seconds=second)
    except OverflowError:
        return f"{second} s"
    if second % 86_400 == 0:
        return moment.strftime("%Y-%m-%d")
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
