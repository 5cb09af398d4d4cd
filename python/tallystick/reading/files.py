"""Many files as one source, whether or not their columns are alike."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from tallystick.errors import InputError
from tallystick.reading.formats import BUFFER_BYTES, DataFile, Read, unreadable
from tallystick.reading.sampling import sample_units
from tallystick.reading.source import (
    BATCH_ROWS,
    SAMPLE_BYTES,
    SAMPLE_GROUPS,
    SAMPLE_ROWS,
    Source,
    Unit,
    conform,
    existing,
)

# One decoded batch may take about this much; wide tables get fewer rows per batch.
_BATCH_BYTES = 16 * 1024 * 1024
_PAGE_BYTES = 1024 * 1024


class FileSource(Source):
    """Files read one by one, each with the columns and the types that it has.

    A column that a file lacks is lacking in its batches, and a column whose type differs comes
    as it is: what that means for the counts is for the counting to say.

    Args:
        files: The files, inspected.
        description: What a person reads: the path or pattern.
        columns: The selected columns; None means all.
    """

    def __init__(
        self, files: Sequence[DataFile], description: str, columns: Sequence[str] | None = None
    ):
        self._files = files
        self.description = description
        self.files = len(files)
        rows = [group for file in files for group in file.groups]
        self.rows = None if None in rows else sum(count or 0 for count in rows)
        self._names = [existing(columns, file.schema.names) for file in files]
        self.schema = _union(files, self._names, columns)
        self.schema_differences = _differences(files, self.columns)
        needs = [self._reader_bytes(file) for file in files if file.column_bytes]
        self.reader_bytes = max(needs, default=None)

    def select(self, columns: Sequence[str]) -> FileSource:
        """Narrow to these columns; see `Source.select`."""
        wanted = existing(columns, self.columns)
        return FileSource(self._files, self.description, wanted)

    def sample(
        self,
        max_rows: int = SAMPLE_ROWS,
        max_bytes: int = SAMPLE_BYTES,
        max_groups: int = SAMPLE_GROUPS,
        seed: int = 0,
    ) -> list[pa.RecordBatch]:
        """Return rows from groups spread evenly over all files; see `Source.sample`."""
        return sample_units(
            self.units(), max_rows=max_rows, max_bytes=max_bytes, max_groups=max_groups, seed=seed
        )

    def units(self) -> list[Unit]:
        """Return the row groups of all files; see `Source.units`."""
        readers = _Readers()
        return [
            Unit(partial(self._read, readers, file, names, position), rows)
            for file, names in zip(self._files, self._names, strict=True)
            for position, rows in enumerate(file.groups)
        ]

    def _read(
        self, readers: _Readers, file: DataFile, names: Sequence[str], position: int
    ) -> Iterator[pa.RecordBatch]:
        rows = self._batch_rows(file, names)
        stored = [name for name in names if name not in file.partition]
        seen = 0
        try:
            read = readers.get(file, stored, rows)
            for batch in conform(read(position), stored, rows):
                seen += batch.num_rows
                yield batch if len(stored) == len(names) else _with_partition(batch, file, names)
        except (pa.ArrowException, OSError, EOFError) as error:
            raise unreadable(file.path, file.format, error) from None
        _check_rows(file, file.groups[position], seen)

    def _batch_rows(self, file: DataFile, names: Sequence[str]) -> int:
        width = max(8 * len(names), _selected_bytes(file, names) // max(_largest(file), 1), 1)
        return min(max(_BATCH_BYTES // width, 1_024), BATCH_ROWS)

    def _reader_bytes(self, file: DataFile) -> int:
        """Estimate what one reader holds.

        Per column a buffer and a page, compressed and decompressed; and three batches: one that
        is counted, one that is decoded, and what the allocator keeps.
        """
        names = [name for name in self.columns if name in file.column_bytes]
        pages = sum(2 * min(file.column_bytes[name], _PAGE_BYTES) for name in names)
        width = max(8 * len(names), _selected_bytes(file, names) // max(_largest(file), 1))
        rows = min(self._batch_rows(file, names), _largest(file))
        return len(names) * BUFFER_BYTES + pages + 3 * rows * width


class _Readers(threading.local):
    """The file that the thread has open; it lives as long as one pass over the source.

    A group is opened through the file that its neighbour came from, because reading a footer
    costs more than a small group does.
    """

    path: str | None = None
    read: Read | None = None

    def get(self, file: DataFile, names: Sequence[str], rows: int) -> Read:
        if self.read is None or self.path != file.path:
            self.path, self.read = None, None
            self.read = file.format.open(file, names, rows)
            self.path = file.path
        return self.read


def _with_partition(batch: pa.RecordBatch, file: DataFile, names: Sequence[str]) -> pa.RecordBatch:
    """Add the columns that the directories' names stand for."""
    codes = pa.array(np.zeros(batch.num_rows, np.int32))
    columns = [
        pa.DictionaryArray.from_arrays(codes, pa.array([file.partition[name]], pa.string()))
        if name in file.partition
        else batch.column(name)
        for name in names
    ]
    return pa.RecordBatch.from_arrays(columns, list(names))


def _check_rows(file: DataFile, expected: int | None, seen: int) -> None:
    if expected is not None and seen != expected:
        raise InputError(
            f"{file.path} changed while it was read: expected {expected:,} rows, got {seen:,}",
            hint="write files under another name, and rename them when complete",
        )


def _largest(file: DataFile) -> int:
    return max((rows or 0 for rows in file.groups), default=0)


def _selected_bytes(file: DataFile, names: Sequence[str]) -> int:
    return sum(file.column_bytes.get(name, 0) for name in names)


def _union(
    files: Sequence[DataFile], names: Sequence[Sequence[str]], columns: Sequence[str] | None
) -> pa.Schema:
    """Join the schemas by name; where types differ, the first one that says anything stands."""
    fields: dict[str, pa.Field] = {}
    for file, chosen in zip(files, names, strict=True):
        for name in chosen:
            known = fields.get(name)
            if known is None or pa.types.is_null(known.type):
                fields[name] = file.schema.field(name)
    order = fields if columns is None else [name for name in columns if name in fields]
    return pa.schema([fields[name] for name in dict.fromkeys(order)])


def _differences(files: Sequence[DataFile], columns: Sequence[str]) -> tuple[str, ...]:
    """Say, a line per column, in how many files it is missing or of another type."""
    schemas = Counter(file.schema for file in files)
    if len(schemas) < 2:
        return ()
    lines = []
    for name in columns:
        kinds: Counter[str] = Counter()
        for schema, count in schemas.items():
            kinds["missing" if name not in schema.names else str(schema.field(name).type)] += count
        if len(kinds) > 1:
            lines.append(f"{name}: " + ", ".join(f"{k} in {n:,}" for k, n in kinds.items()))
    return tuple(lines)
