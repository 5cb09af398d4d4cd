"""Numbers in the words of a report."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

DAY = 86_400
_UNITS = ((7 * DAY, "week"), (DAY, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def count(value: float | None) -> str:
    """Returns a whole number with its thousands apart.

    Example:
        >>> count(71204), count(None)
        ('71,204', '-')
    """
    return "-" if value is None else f"{value:,.0f}"


def about(value: int) -> str:
    """Returns a whole number to two digits, rounded up: what is needed is needed.

    Example:
        >>> about(243_123), about(87)
        ('250,000', '87')
    """
    unit = 10 ** max(len(str(value)) - 2, 0)
    return f"{-(-value // unit) * unit:,}"


def number(value: float | None) -> str:
    """Returns a value of a column with about four digits.

    Example:
        >>> number(162.5914), number(1234567.8), number(0.00012345), number(12.0)
        ('162.6', '1,234,568', '0.0001234', '12')
    """
    if value is None or not math.isfinite(value):
        return "-"
    size = abs(value)
    if size >= 1e12 or 0 < size < 1e-6:
        return f"{value:.3e}"
    return f"{value:,.0f}" if size >= 1000 or value == round(value) else f"{value:.4g}"


def share(value: float | None) -> str:
    """Returns a share in percent; never 0.0 for what is more than nothing.

    Example:
        >>> share(0.1214), share(0.00034), share(0.0), share(0.99996)
        ('12.1 %', '0.03 %', '0.0 %', '> 99.9 %')
    """
    if value is None:
        return "-"
    percent = 100 * value
    if 0 < percent < 0.1:
        return f"{percent:.1g} %" if percent >= 0.001 else "< 0.001 %"
    return "> 99.9 %" if 99.95 <= percent < 100 else f"{percent:.1f} %"


def points(value: float, *, sign: bool = False) -> str:
    """Returns a difference of shares in percentage points, without their name.

    Example:
        >>> points(0.1134, sign=True), points(-0.0000001), points(0.0004)
        ('+11.3', '0.0', '0.04')
    """
    scaled = 100 * value
    digits = 2 if 0.005 <= abs(scaled) < 0.1 else 1
    text = f"{scaled:+.{digits}f}" if sign else f"{scaled:.{digits}f}"
    return text if float(text) else "0.0"


def distance(value: float) -> str:
    """Returns a psi or a ks.

    Example:
        >>> distance(0.2774), distance(6.5328), distance(-0.0001)
        ('0.277', '6.53', '0.000')
    """
    size = abs(value)
    text = f"{value:.3f}" if size < 1 else f"{value:.2f}" if size < 100 else f"{value:.0f}"
    return text if float(text) else text.lstrip("-")


def tolerance(value: float) -> str:
    """Returns a tolerance as it was written.

    Example:
        >>> tolerance(0.1), tolerance(0.125)
        ('0.10', '0.125')
    """
    return f"{value:.2f}" if round(value, 2) == value else f"{value:g}"


def seconds(value: float) -> str:
    """Returns a duration.

    Example:
        >>> seconds(0.6123), seconds(754.0)
        ('0.6 s', '12 min 34 s')
    """
    if value < 100:
        return f"{value:.1f} s"
    return f"{value // 60:.0f} min {value % 60:.0f} s"


def size(value: float) -> str:
    """Returns an amount of memory or disk.

    Example:
        >>> size(118 * 2**20), size(1500), size(2 * 2**20)
        ('118 MiB', '1.5 KiB', '2.0 MiB')
    """
    for unit in ("B", "KiB", "MiB"):
        if value < 1024:
            return f"{value:.0f} {unit}" if value >= 10 or unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} GiB"


def plural(value: int, noun: str) -> str:
    """Returns a number with its noun.

    Example:
        >>> plural(1, "row"), plural(1200, "row")
        ('1 row', '1,200 rows')
    """
    return f"{value:,} {noun}" if value == 1 else f"{value:,} {noun}s"


def window_noun(windows: Sequence[tuple[int, int]]) -> str:
    """Returns what windows of one length are called.

    Example:
        >>> window_noun([(0, 86400)]), window_noun([(0, 900), (900, 1000)])
        ('day', 'window')
    """
    lengths = {end - start for start, end in windows}
    return next((noun for length, noun in _UNITS if lengths == {length}), "window")


def span(windows: Sequence[tuple[int, int]]) -> str:
    """Returns how many windows there are and from when to when.

    Windows are cut in UTC; where their ends are no days, it says so.

    Example:
        >>> span([(0, 86400), (86400, 172800)])
        '2 days, 1970-01-01 to 1970-01-02'
        >>> span([(0, 3600), (7200, 10800)])
        '2 hours between 1970-01-01 00:00 and 1970-01-01 03:00 UTC'
    """
    if not windows:
        return "-"
    first, last = windows[0][0], windows[-1][1]
    whole = all(start % DAY == 0 and end % DAY == 0 for start, end in windows)
    gapless = sum(end - start for start, end in windows) == last - first
    start, end = moment(first, whole), moment(last - DAY if whole else last, whole)
    amount = plural(len(windows), window_noun(windows))
    if len(windows) == 1 and start == end:
        return f"{amount}, {start}"
    text = f"{amount}, {start} to {end}" if gapless else f"{amount} between {start} and {end}"
    return text if whole else f"{text} UTC"


def moment(second: float, date_only: bool = False) -> str:
    """Returns a second since 1970 as a date, or as a date and a time in UTC.

    Example:
        >>> moment(86400, True), moment(90061.5)
        ('1970-01-02', '1970-01-02 01:01')
    """
    try:
        when = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=second)
    except OverflowError:
        return f"{second:.3e} s"
    return when.strftime("%Y-%m-%d" if date_only else "%Y-%m-%d %H:%M")
