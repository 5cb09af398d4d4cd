"""Seeded data of the benchmarks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Larger than the last-level cache of most machines, so that the roofline is that of memory.
HISTOGRAM_VALUES = 5_000_000
PSI_COLUMNS, PSI_ROWS = 100, 200_000
LOG_ROWS = 1_000_000
LOG_ROW_GROUP = 131_072
LOG_FLOATS, LOG_INTS = 20, 5
LOG_CATEGORIES = (12, 50, 200, 1000, 3000)


def normal(*, nan_share: float = 0.0) -> Floats:
    """Standard normal values, some of them NaN."""
    random = np.random.default_rng(11)
    values = random.normal(size=HISTOGRAM_VALUES)
    values[random.random(HISTOGRAM_VALUES) < nan_share] = np.nan
    return values


def irregular_edges(count: int) -> Floats:
    """Edges at the quantiles of a normal sample: narrow in the middle, wide outside."""
    sample = np.random.default_rng(12).normal(size=100_000)
    return np.quantile(sample, np.linspace(0.001, 0.999, count))


@dataclass(frozen=True)
class Sides:
    """Columns of the same names."""

    reference: dict[str, Floats]
    current: dict[str, Floats]


def shifted_columns() -> Sides:
    """Normal columns, of which the current side's means move from none to half a deviation."""
    random = np.random.default_rng(13)
    names = [f"f{i:03}" for i in range(PSI_COLUMNS)]
    shifts = np.linspace(0.0, 0.5, PSI_COLUMNS)
    return Sides(
        {name: random.normal(size=PSI_ROWS) for name in names},
        {
            name: random.normal(shift, size=PSI_ROWS)
            for name, shift in zip(names, shifts, strict=True)
        },
    )


def write_log(path: Path) -> None:
    """A log of floats (every fifth column with 1 % null), integers and texts."""
    random = np.random.default_rng(14)
    columns: dict[str, pa.Array] = {}
    for i in range(LOG_FLOATS):
        null = random.random(LOG_ROWS) < (0.01 if i % 5 == 0 else 0.0)
        columns[f"f{i:02}"] = pa.array(random.lognormal(i / 10, 0.5, LOG_ROWS), mask=null)
    for i in range(LOG_INTS):
        columns[f"i{i}"] = pa.array(random.poisson(3 + 2 * i, LOG_ROWS))
    for i, size in enumerate(LOG_CATEGORIES):
        # Few frequent categories and many rare ones.
        codes = (size * random.random(LOG_ROWS) ** 2).astype(np.int32)
        names = pa.array([f"category {k:04}" for k in range(size)])
        columns[f"s{i}"] = names.take(pa.array(codes))
    texts = [name for name in columns if name.startswith("s")]
    table = pa.table(columns)
    pq.write_table(table, path, row_group_size=LOG_ROW_GROUP, use_dictionary=texts)
