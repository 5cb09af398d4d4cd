"""Columns of fixed width that the join computes with, and how they are put together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray

Bits = NDArray[np.uint64]
Whole = NDArray[np.int64]
Mask = NDArray[np.bool_]
Columns = dict[str, NDArray[Any]]


def length(columns: Columns) -> int:
    """Return the number of rows."""
    return len(next(iter(columns.values())))


def size(columns: Columns) -> int:
    """Return the bytes that the columns take."""
    return sum(column.nbytes for column in columns.values())


def rows_of(columns: Columns, which: Any) -> Columns:
    """Return some rows: a slice, a mask or positions."""
    return {name: column[which] for name, column in columns.items()}


def joined(parts: Sequence[Columns]) -> Columns:
    """Put parts with the same columns, at least one, below each other."""
    if len(parts) == 1:
        return parts[0]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def to_batch(columns: Columns) -> pa.RecordBatch:
    """Wrap the columns as a record batch."""
    arrays = [pa.array(column) for column in columns.values()]
    return pa.RecordBatch.from_arrays(arrays, list(columns))


def from_batch(batch: pa.RecordBatch) -> Columns:
    """Return what `to_batch` wrapped."""
    return {
        name: column.to_numpy(zero_copy_only=False)
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
    }
