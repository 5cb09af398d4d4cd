"""Seeded data of the race."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import DTypeLike, NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Far beyond the last-level cache, so that the roofline is that of memory; and well within it.
SIZES = {"memory": 10_000_000, "cache": 65_536}
# Calls in one timing: a column in the cache is counted in microseconds.
REPEATS = {"memory": 1, "cache": 50}

LOG_ROW_GROUP = 131_072
LOG_CATEGORIES = (3, 12, 12, 50, 50, 200, 200, 1000, 1000, 3000)
LOG_FLOATS, LOG_INTS = 40, 10


def normal(count: int) -> Floats:
    """Standard normal values."""
    return np.random.default_rng(11).normal(size=count)


def scored(count: int) -> tuple[Floats, Flags]:
    """Scores in [0, 1], and labels that are true as often as the scores say."""
    random = np.random.default_rng(15)
    scores = random.beta(2, 5, size=count)
    return scores, random.random(count) < scores


def lognormal(count: int) -> Floats:
    """Positive values with a long tail, as amounts and latencies have."""
    return np.random.default_rng(12).lognormal(size=count)


def irregular_edges(cells: int) -> Floats:
    """Edges at the quantiles of a log-normal sample: narrow where it is busy, wide outside."""
    sample = np.random.default_rng(13).lognormal(size=100_000)
    return np.quantile(sample, np.linspace(0.001, 0.999, cells + 1))


@dataclass(frozen=True)
class Sides:
    """Columns of the same names."""

    reference: dict[str, NDArray]
    current: dict[str, NDArray]


def shifted_columns(columns: int, rows: int, *, dtype: DTypeLike = np.float64) -> Sides:
    """Normal columns, of which the current side's means move from none to half a deviation.

    As integers they are scaled, so that there are more of them than learned cells.
    """
    random = np.random.default_rng(14)
    scale = 10_000 if np.issubdtype(dtype, np.integer) else 1
    shifts = np.linspace(0.0, 0.5, columns)
    reference = {f"f{i:03}": _scaled(random, 0.0, rows, scale, dtype) for i in range(columns)}
    current = {
        name: _scaled(random, shift, rows, scale, dtype)
        for name, shift in zip(reference, shifts, strict=True)
    }
    return Sides(reference, current)


def _scaled(
    random: np.random.Generator, mean: float, rows: int, scale: int, dtype: DTypeLike
) -> NDArray:
    return (random.normal(mean, size=rows) * scale).astype(dtype)


def codes(count: int, categories: int) -> pa.DictionaryArray:
    """A dictionary column with few frequent categories and many rare ones."""
    random = np.random.default_rng(15)
    indices = (categories * random.random(count) ** 2).astype(np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(indices), _names(categories))


def write_log(path: Path, rows: int, *, seed: int, shift: float = 0.0) -> Path:
    """A log of features, score and label, a row group at a time; kept for the next run."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        texts = [f"s{i:02}" for i in range(len(LOG_CATEGORIES))]
        groups = _log_groups(rows, seed, shift)
        first = next(groups)
        with pq.ParquetWriter(partial, first.schema, use_dictionary=texts) as writer:
            writer.write_batch(first)
            for group in groups:
                writer.write_batch(group)
        partial.rename(path)
    return path


def _log_groups(rows: int, seed: int, shift: float) -> Iterator[pa.RecordBatch]:
    random = np.random.default_rng(seed)
    for start in range(0, rows, LOG_ROW_GROUP):
        count = min(LOG_ROW_GROUP, rows - start)
        columns: dict[str, pa.Array] = {}
        for i in range(LOG_FLOATS):
            values = random.lognormal(i / 10 + shift, 0.5, count)
            # Every fifth column has 1 % null.
            null = random.random(count) < 0.01 if i % 5 == 0 else None
            columns[f"f{i:02}"] = pa.array(values, mask=null)
        for i in range(LOG_INTS):
            columns[f"i{i:02}"] = pa.array(random.poisson(3 + 2 * i, count))
        for i, size in enumerate(LOG_CATEGORIES):
            chosen = (size * random.random(count) ** 2).astype(np.int32)
            columns[f"s{i:02}"] = _names(size).take(pa.array(chosen))
        score = random.beta(2, 5, count)
        columns["score"] = pa.array(score)
        columns["label"] = pa.array((random.random(count) < score).astype(np.int64))
        yield pa.RecordBatch.from_pydict(columns)


def _names(count: int) -> pa.Array:
    return pa.array([f"category {k:04}" for k in range(count)])
