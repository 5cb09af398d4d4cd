"""What one thread cannot beat: reading the same bytes from memory once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray


def read(values: NDArray[np.float64]) -> float:
    """One pass over the memory, the cheapest that looks at every value."""
    return float(values.sum())


def read_all(sides: list[dict[str, NDArray[np.float64]]]) -> float:
    """One pass over every column."""
    return sum(float(values.sum()) for side in sides for values in side.values())


def bytes_like(path: object) -> NDArray[np.uint64]:
    """As many bytes as the decoded file takes up in memory, texts as dictionaries."""
    return np.ones(_decoded(path).nbytes // 8, dtype=np.uint64)


def decode(path: object) -> int:
    """Decodes a Parquet file on one thread, row group by row group, and looks at nothing."""
    file = pq.ParquetFile(path, read_dictionary=_texts(path))
    groups = range(file.num_row_groups)
    return sum(file.read_row_group(i, use_threads=False).num_rows for i in groups)


def _decoded(path: object) -> pa.Table:
    return pq.read_table(path, use_threads=False, read_dictionary=_texts(path))


def _texts(path: object) -> list[str]:
    return [field.name for field in pq.read_schema(path) if pa.types.is_string(field.type)]
