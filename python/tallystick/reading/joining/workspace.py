"""Columns that wait on disk when they would take too much memory."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.ipc as ipc  # type: ignore[import-untyped]

from tallystick.errors import InputError
from tallystick.reading.joining.columns import (
    Columns,
    Whole,
    from_batch,
    joined,
    length,
    rows_of,
    size,
    to_batch,
)

WRITTEN_ROWS = 65_536
OPTIONS = ipc.IpcWriteOptions(compression="lz4")


class Workspace:
    """A private directory for temporary files; it is made when the first file is.

    It goes with `close`, with the last object that uses it, or with the interpreter. Its name
    cannot be guessed and nobody else may enter it, and removing it follows no links.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._root: str | None = None
        self._files = 0
        self._closed = False
        self._remove: Callable[[], Any] | None = None

    @property
    def root(self) -> str | None:
        """The directory, None as long as nothing was written."""
        return self._root

    def new_file(self) -> str:
        """Make an empty file; none comes into being once the workspace is closed."""
        with self._lock, told_plainly():
            self.check()
            if self._root is None:
                self._root = tempfile.mkdtemp(prefix="tallystick-join-")
                self._remove = weakref.finalize(self, shutil.rmtree, self._root, True)
            self._files += 1
            path = os.path.join(self._root, f"{self._files}.arrow")
            with open(path, "xb"):
                return path

    def append(self, path: str, batch: pa.RecordBatch) -> None:
        """Add a batch to the file, as a stream of its own."""
        with self._lock, told_plainly():
            self.check()
            with (
                open(path, "ab") as file,
                ipc.new_stream(file, batch.schema, options=OPTIONS) as writer,
            ):
                writer.write_table(pa.Table.from_batches([batch]), max_chunksize=WRITTEN_ROWS)

    def check(self) -> None:
        """Refuse to go on after `close`."""
        if self._closed:
            raise InputError(
                "this join is closed, and its temporary files are gone",
                hint="read joined.source inside the with block",
            )

    def close(self) -> None:
        """Remove the directory; may be called more than once."""
        with self._lock:
            self._closed = True
            if self._remove is not None:
                self._remove()


@contextmanager
def told_plainly() -> Iterator[None]:
    """Say what to do when the disk is full."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or "error").lower()
        raise InputError(
            f"the join cannot use its temporary directory: {reason}",
            hint="make room there, or set TMPDIR to a directory on a larger disk",
        ) from None


@dataclass
class Part:
    """Some of the columns of a spill: those in memory, or one file."""

    held: list[Columns] = field(default_factory=list)
    path: str | None = None
    rows: int = 0

    def __iter__(self) -> Iterator[Columns]:
        yield from self.held
        if self.path is not None:
            yield from map(from_batch, read_batches(self.path))

    def drop(self) -> None:
        """Free the rows, which are not needed any more."""
        self.held = []
        if self.path is not None:
            os.unlink(self.path)
            self.path = None


class Spill:
    """Collects columns, from any thread, in any order.

    They are held up to a limit; then all are divided among files, one for each partition.

    Args:
        workspace: Where the files are.
        held_bytes: What may be held in memory.
        partition: Gives the partition of each row, a small whole number.
        divided: Whether all goes to files, however little it is.
    """

    def __init__(
        self,
        workspace: Workspace,
        held_bytes: int,
        partition: Callable[[Columns], Whole],
        *,
        divided: bool = False,
    ):
        self._workspace = workspace
        self._held_bytes = held_bytes
        self._partition = partition
        self._lock = threading.Lock()
        self._held: list[Columns] = []
        self._bytes = 0
        self._parts: dict[int, Part] = {}
        self.divided = divided

    def add(self, columns: Columns) -> None:
        """Take these rows."""
        if not length(columns):
            return
        with self._lock:
            self._held.append(columns)
            self._bytes += size(columns)
            if self._bytes > self._held_bytes:
                self._write()

    def parts(self) -> dict[int, Part]:
        """Return all rows by partition, or under 0 if they are not divided. Ends the collecting."""
        with self._lock:
            if not self.divided:
                rows = sum(length(columns) for columns in self._held)
                return {0: Part(self._held, None, rows)}
            if self._held:
                self._write()
            return self._parts

    def _write(self) -> None:
        self.divided = True
        held, self._held, self._bytes = self._held, [], 0
        columns = joined(held)
        held.clear()
        partitions = self._partition(columns)
        order = np.argsort(partitions, kind="stable")
        borders = np.flatnonzero(np.diff(partitions[order])) + 1
        for rows in np.split(order, borders):
            self._append(int(partitions[rows[0]]), rows_of(columns, rows))

    def _append(self, partition: int, columns: Columns) -> None:
        part = self._parts.get(partition)
        if part is None:
            part = self._parts[partition] = Part(path=self._workspace.new_file())
        part.rows += length(columns)
        self._workspace.append(str(part.path), to_batch(columns))


def read_batches(path: str) -> Iterator[pa.RecordBatch]:
    """Read streams that stand one after the other in a file."""
    with pa.OSFile(path) as file:
        while file.tell() < file.size():
            with ipc.open_stream(file) as reader:
                yield from reader
