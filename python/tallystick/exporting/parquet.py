"""A result table as a Parquet file."""

from __future__ import annotations

from tallystick.comparison import Comparison
from tallystick.exporting.tables import table_of


def encode(comparison: Comparison, table: str) -> bytes:
    """Returns the table as it is, compressed with zstd.

    Its Arrow types come back on reading, but for times, which Parquet holds in milliseconds.
    """
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_batches([table_of(comparison, table)]), sink, compression="zstd")
    return bytes(sink.getvalue())
