"""What is written by hand with polars, one query for all columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from benches.engines.numpy import psi_of_counts
from numpy.typing import NDArray

_DECILES = np.linspace(0.1, 0.9, 9)


@dataclass(frozen=True)
class Baseline:
    """What is kept of the reference: a row of deciles and one of counts for each column."""

    deciles: NDArray[np.float64]
    counts: NDArray[np.int64]


def baseline(reference: pl.DataFrame) -> Baseline:
    """What PSI needs of every column of the reference."""
    row = reference.select(
        pl.col(name).quantile(share, interpolation="linear").alias(f"{name} {i}")
        for name in reference.columns
        for i, share in enumerate(_DECILES)
    ).row(0)
    deciles = np.reshape(row, (reference.width, len(_DECILES)))
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


def log(path: Any, edges: Mapping[str, NDArray[np.float64]]) -> dict[str, dict[str, Any]]:
    """The statistics and counts of a profile: floats by `edges`, others by value."""
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
