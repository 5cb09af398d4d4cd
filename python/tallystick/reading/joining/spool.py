"""Rows that can be read once, kept so that they can be read again."""

from __future__ import annotations

import threading
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.ipc as ipc  # type: ignore[import-untyped]

from tallystick.reading.files import FileSource
from tallystick.reading.formats import ARROW, inspect
from tallystick.reading.joining.workspace import OPTIONS, WRITTEN_ROWS, Workspace, told_plainly
from tallystick.reading.memory import MemorySource
from tallystick.reading.progress import Progress
from tallystick.reading.sampling import batch_bytes
from tallystick.reading.source import Source
from tallystick.reading.threads import run


def kept(
    source: Source, workspace: Workspace, held_bytes: int, progress: Progress | None
) -> Source:
    """Read all rows, and return them as a source that can be read again, in the same order.

    They are held in memory up to a limit, then written to files.
    """
    keeper = _Keeper(workspace, held_bytes)
    try:
        run(source, lambda: keeper, threads=1, progress=progress)
    finally:
        keeper.end()
    return keeper.source(source)


class _Keeper:
    """Takes batches in their order."""

    def __init__(self, workspace: Workspace, held_bytes: int):
        self._workspace = workspace
        self._held_bytes = held_bytes
        self._held: list[pa.RecordBatch] = []
        self._bytes = 0
        self._paths: list[str] = []
        self._writer: Any = None
        self._schema: pa.Schema | None = None
        # After an interrupt the reading thread may be at it still.
        self._lock = threading.Lock()
        self._ended = False

    def count(self, batch: pa.RecordBatch) -> None:
        """Keep the rows; see `Accumulator`."""
        with self._lock:
            if self._ended:
                return
            self._held.append(batch)
            self._bytes += batch_bytes(batch)
            if self._paths or self._bytes > self._held_bytes:
                held, self._held, self._bytes = self._held, [], 0
                for one in held:
                    self._write(_decoded(one))

    def _write(self, batch: pa.RecordBatch) -> None:
        with told_plainly():
            if self._writer is None or batch.schema != self._schema:
                self._end_file()
                self._paths.append(self._workspace.new_file())
                self._schema = batch.schema
                self._writer = ipc.new_file(self._paths[-1], self._schema, options=OPTIONS)
            table = pa.Table.from_batches([batch])
            self._writer.write_table(table, max_chunksize=WRITTEN_ROWS)

    def end(self) -> None:
        """Complete what is written; nothing is taken any more."""
        with self._lock:
            self._ended = True
            self._end_file()

    def _end_file(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            with told_plainly():
                writer.close()

    def source(self, original: Source) -> Source:
        """Return what was kept."""
        if not self._paths:
            return MemorySource(self._held, original.schema, original.description)
        files = [inspect(path, ARROW, {}) for path in self._paths]
        source = FileSource(files, original.description, original.columns)
        source.files = original.files
        return source


def _decoded(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Write dictionaries out: a file has one for all its batches, and these have their own."""
    columns = [
        column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, batch.schema.names)
