"""What is written by hand with duckdb, one query for all columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benches.engines.numpy import SHARES, psi_of_counts


def over(**tables: pa.Table) -> duckdb.DuckDBPyConnection:
    """A connection with one thread that sees Arrow tables."""
    connection = duckdb.connect(config={"threads": 1})
    for name, table in tables.items():
        connection.register(name, table)
    return connection


def uniform(
    connection: duckdb.DuckDBPyConnection, bins: int, bounds: tuple[float, float]
) -> NDArray[np.int64]:
    """Rows of equal bins of `t.x`, found by arithmetic."""
    low, high = bounds
    rows = connection.execute(
        "SELECT CAST(floor((x - $low) * $scale) AS INTEGER) AS cell, count(*) FROM t "
        "WHERE x >= $low AND x < $high GROUP BY cell",
        {"low": low, "high": high, "scale": bins / (high - low)},
    ).fetchnumpy()
    counts = np.zeros(bins, np.int64)
    np.add.at(counts, np.minimum(rows["cell"], bins - 1), rows["count_star()"])
    return counts


def quantiles(
    connection: duckdb.DuckDBPyConnection, shares: list[float], *, function: str
) -> NDArray[np.float64]:
    """Quantiles of `t.x` by one of duckdb's functions."""
    row = connection.execute(f"SELECT {function}(x, {shares}) FROM t").fetchall()[0]
    return np.array(row[0])


def value_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rows of each value of `t.x`."""
    return dict(connection.execute("SELECT x, count(*) FROM t GROUP BY x").fetchall())


def psi(connection: duckdb.DuckDBPyConnection, names: list[str]) -> dict[str, float]:
    """PSI in nats of columns of the tables `reference` and `current`."""
    shares = SHARES.tolist()
    asked = ", ".join(f"quantile_disc({name}, {shares})" for name in names)
    deciles = connection.execute(f"SELECT {asked} FROM reference").fetchall()[0]
    sides = [_compared(connection, table, names, deciles) for table in ("reference", "current")]
    return {name: psi_of_counts(*pair) for name, *pair in zip(names, *sides, strict=True)}


def _compared(
    connection: duckdb.DuckDBPyConnection, table: str, names: list[str], edges: Any
) -> NDArray[np.int64]:
    asked = ", ".join(
        f"count_if({name} >= {end!r}::DOUBLE)"
        for name, ends in zip(names, edges, strict=True)
        for end in ends
    )
    rows, *found = connection.execute(f"SELECT count(*), {asked} FROM {table}").fetchall()[0]
    above = np.reshape(found, (len(names), -1))
    return -np.diff(np.pad(above, ((0, 0), (1, 1)), constant_values=((0, 0), (rows, 0))), axis=1)


def log(
    path: Any, edges: Mapping[str, NDArray[np.float64]], *, threads: int = 1
) -> dict[str, dict[str, Any]]:
    """The statistics and counts of a profile: floats by `edges`, others by value."""
    with duckdb.connect(config={"threads": threads}) as connection:
        source = "FROM read_parquet(?)"
        described = connection.execute(f"DESCRIBE SELECT * {source}", [str(path)]).fetchall()
        kinds = {name: kind for name, kind, *_ in described}
        asked: list[str] = []
        for name, kind in kinds.items():
            asked += _asked(name, text=kind == "VARCHAR", ends=edges.get(name))
        answer = connection.execute(f"SELECT {', '.join(asked)} {source}", [str(path)])
        names = [column[0] for column in answer.description]
        row = dict(zip(names, answer.fetchall()[0], strict=True))
    return {name: _one(row, name) for name in kinds}


def _asked(name: str, *, text: bool, ends: NDArray[np.float64] | None) -> list[str]:
    asked = [f"count(*) - count({name}) AS {name}_null"]
    if not text:
        asked += [
            f"count(*) FILTER ({name} = 0) AS {name}_zeros",
            f"min({name}) AS {name}_minimum",
            f"max({name}) AS {name}_maximum",
            f"avg({name}) AS {name}_mean",
            f"stddev_pop({name}) AS {name}_std",
        ]
    if ends is None:
        return [*asked, f"histogram({name}) AS {name}_cells"]
    # Cells are closed on the right: x <= the double below e is x < e.
    below = ", ".join(f"{end!r}::DOUBLE" for end in np.nextafter(ends, -np.inf).tolist())
    return [*asked, f"histogram({name}, [{below}]) AS {name}_cells"]


def _one(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {
        key.removeprefix(f"{name}_"): value
        for key, value in row.items()
        if key.startswith(f"{name}_")
    }


def in_order(cells: Mapping[float, int], width: int) -> NDArray[np.int64]:
    """The counts of a float column, as its boundaries ascend; the last is left out when empty."""
    counts = np.zeros(width, np.int64)
    counts[: len(cells)] = list(cells.values())
    return counts
