"""What is written by hand with polars, one query for all columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benches.engines.numpy import SHARES, psi_of_counts


def uniform(values: pl.Series, bins: int, bounds: tuple[float, float]) -> NDArray[np.int64]:
    """Rows of equal bins, closed on the right."""
    edges = np.linspace(*bounds, bins + 1).tolist()
    return values.hist(bins=edges, include_breakpoint=False)["count"].to_numpy()


def compared(frame: pl.DataFrame, edges: NDArray[np.float64]) -> NDArray[np.int64]:
    """Rows of the `len(edges) + 1` cells of the column `x`, by comparing with every edge."""
    return _counts(frame, edges[np.newaxis])[0]


def passes(frame: pl.DataFrame) -> dict[str, float]:
    """The statistics of the column `x`, each asked for by itself."""
    x = pl.col("x")
    asked = {
        "nan": x.is_nan().sum(),
        "infinite": x.is_infinite().sum(),
        "zeros": (x == 0).sum(),
        "minimum": x.min(),
        "maximum": x.max(),
        "mean": x.mean(),
        "std": x.std(ddof=0),
    }
    return {name: frame.select(one).item() for name, one in asked.items()}


def calibration(frame: pl.DataFrame, bins: int) -> tuple[float, float]:
    """Calibration error in equal bins, and the Brier score, of the columns `p` and `y`."""
    gap = pl.col("p") - pl.col("y").cast(pl.Float64)
    place = (pl.col("p") * bins).cast(pl.Int32).clip(0, bins - 1).alias("bin")
    grouped = frame.group_by(place).agg(gap.sum().alias("excess"), (gap * gap).sum().alias("two"))
    total = grouped.select(pl.col("excess").abs().sum(), pl.col("two").sum()).row(0)
    return total[0] / len(frame), total[1] / len(frame)


def ks(first: pl.DataFrame, second: pl.DataFrame) -> float:
    """The Kolmogorov-Smirnov distance of the columns `x`: steps up and down in sorted order."""
    n, m = first.height, second.height
    up, down = pl.lit(m, pl.Int64), pl.lit(-n, pl.Int64)
    steps = pl.concat([first.with_columns(step=up), second.with_columns(step=down)])
    climbed = steps.sort("x").with_columns(pl.col("step").cum_sum())
    # Only where x changes: within a tie the walk is not yet at its end.
    last = pl.col("x") != pl.col("x").shift(-1)
    return climbed.filter(last.fill_null(value=True))["step"].abs().max() / (n * m)


@dataclass(frozen=True)
class Baseline:
    """What is kept of the reference: deciles and counts, a row for each column."""

    deciles: NDArray[np.float64]
    counts: NDArray[np.int64]


def baseline(reference: pl.DataFrame) -> Baseline:
    """What PSI needs of every column of the reference."""
    shares = SHARES.tolist()
    asked = [pl.col(name).quantile(shares, "lower") for name in reference.columns]
    deciles = np.array(reference.select(asked).row(0))
    return Baseline(deciles, _counts(reference, deciles))


def psi(reference: pl.DataFrame, current: pl.DataFrame) -> dict[str, float]:
    """PSI in nats of every column over the deciles of the reference."""
    return psi_against(baseline(reference), current)


def psi_against(kept: Baseline, current: pl.DataFrame) -> dict[str, float]:
    """PSI in nats of every column against a baseline that was kept."""
    sides = zip(kept.counts, _counts(current, kept.deciles), strict=True)
    shown = [psi_of_counts(*counts) for counts in sides]
    return dict(zip(current.columns, shown, strict=True))


def _counts(frame: pl.DataFrame, edges: NDArray[np.float64]) -> NDArray[np.int64]:
    above = frame.select(
        (pl.col(name) >= edge).sum().alias(f"{name} {i}")
        for name, ends in zip(frame.columns, edges, strict=True)
        for i, edge in enumerate(ends)
    ).row(0)
    rows = np.full((frame.width, 1), frame.height)
    none = np.zeros((frame.width, 1), dtype=np.int64)
    return -np.diff(np.hstack([rows, np.reshape(above, edges.shape), none]), axis=1)


def log(
    path: Any, edges: Mapping[str, NDArray[np.float64]], *, threads: int
) -> dict[str, dict[str, Any]]:
    """The statistics and counts of a profile: floats by `edges`, others by value.

    polars has as many threads as it was first imported with: `threads` only has to be as many.
    """
    assert pl.thread_pool_size() == threads
    scan = pl.scan_parquet(path)
    schema = scan.collect_schema()
    asked: list[pl.Expr] = [pl.len().alias("rows")]
    for name, kind in schema.items():
        column = pl.col(name)
        asked.append(column.null_count().alias(f"{name} null"))
        if kind.is_numeric():
            asked += _statistics(column, name)
        if name in edges:
            # Cells of `hist` are closed on the right: x <= the double below e is x < e.
            ends = np.nextafter(edges[name], -np.inf)
            bins = [-np.inf, *ends.tolist(), np.inf]
            asked.append(column.drop_nulls().hist(bins=bins).implode().alias(f"{name} cells"))
        else:
            asked.append(column.drop_nulls().value_counts().implode().alias(f"{name} cells"))
    row = scan.select(asked).collect().row(0, named=True)
    return {name: _one(row, name) for name in schema.names()}


def _statistics(column: pl.Expr, name: str) -> list[pl.Expr]:
    return [
        (column == 0).sum().alias(f"{name} zeros"),
        column.min().alias(f"{name} minimum"),
        column.max().alias(f"{name} maximum"),
        column.mean().alias(f"{name} mean"),
        column.std(ddof=0).alias(f"{name} std"),
    ]


def _one(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    mine = {
        key.removeprefix(f"{name} "): value
        for key, value in row.items()
        if key.startswith(f"{name} ")
    }
    cells = mine["cells"]
    if cells and isinstance(cells[0], dict):
        mine["cells"] = {cell[name]: cell["count"] for cell in cells}
    return mine


def in_order(cells: list[int], width: int) -> NDArray[np.int64]:
    """The counts of a float column, which has so many cells."""
    assert len(cells) == width
    return np.array(cells)
