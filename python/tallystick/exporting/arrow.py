"""A result table as an Arrow IPC file."""

from __future__ import annotations

from tallystick.comparison import Comparison
from tallystick.exporting.tables import table_of


def encode(comparison: Comparison, table: str) -> bytes:
    """Returns the table as it is, in the file format of Arrow IPC."""
    import pyarrow as pa  # type: ignore[import-untyped]

    batch = table_of(comparison, table)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, batch.schema) as file:
        file.write_batch(batch)
    return bytes(sink.getvalue())
