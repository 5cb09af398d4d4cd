"""What is written by hand with duckdb, one query for all columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray


def log(path: Any, edges: Mapping[str, NDArray[np.float64]]) -> dict[str, dict[str, Any]]:
    """The statistics and counts of a profile: floats by `edges`, others by value."""
    with duckdb.connect(config={"threads": 1}) as connection:
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
