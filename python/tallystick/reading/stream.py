"""Sources that give their rows from first to last: readers, relations, lazy frames."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from tallystick.errors import InputError
from tallystick.reading.sampling import batch_bytes, own_copy, shrink
from tallystick.reading.source import (
    SAMPLE_BYTES,
    SAMPLE_GROUPS,
    SAMPLE_ROWS,
    Source,
    Unit,
    conform,
    existing,
)

Batches = Iterable[pa.RecordBatch]


class Passes:
    """The passes over one stream: what the first has given, and whether there is another.

    The sample comes out of the first pass, which later goes on where the sample stopped. So
    every row is counted once even if the stream turns out to be gone after its first pass.

    Args:
        begin: Starts a pass and gives its batches.
        description: What a person reads.
        rereadable: Whether `begin` may be called again.
    """

    def __init__(self, begin: Callable[[], Batches], description: str, rereadable: bool):
        self._open = begin
        self._description = description
        self._rereadable = rereadable
        self._ahead: deque[pa.RecordBatch] = deque()
        self._running: Iterator[pa.RecordBatch] | None = None
        self._started = False
        self._rows_before: int | None = None

    def peek(self, max_rows: int, max_bytes: int) -> list[pa.RecordBatch]:
        """Return the first batches, at least one where there is one, and keep them."""
        if self._running is None:
            self._running = self._begin()
        rows = sum(batch.num_rows for batch in self._ahead)
        size = sum(batch_bytes(own_copy(batch)) for batch in self._ahead)
        while rows < max_rows and size < max_bytes:
            batch = next(self._running, None)
            if batch is None:
                break
            self._ahead.append(batch)
            rows += batch.num_rows
            size += batch_bytes(own_copy(batch))
        return list(self._ahead)

    def read(self) -> Iterator[pa.RecordBatch]:
        """Yield the whole stream, beginning with what has been peeked at."""
        running = self._begin() if self._running is None else self._running
        self._running = None
        ahead, self._ahead = self._ahead, deque()
        rows = 0
        while ahead:
            batch = ahead.popleft()
            rows += batch.num_rows
            yield batch
        for batch in running:
            rows += batch.num_rows
            yield batch
        self._check(rows)

    def _begin(self) -> Iterator[pa.RecordBatch]:
        if self._started and not self._rereadable:
            raise InputError(
                f"{self._description} has been read already, and can be read once only",
                hint="pass a new one, or a table or file, which can be read again",
            )
        self._started = True
        try:
            return iter(self._open())
        except Exception as error:
            if self._rows_before is None:
                raise
            raise InputError(
                f"{self._description} cannot be read a second time",
                hint="what it reads from was used up; pass a table or a file instead",
            ) from error

    def _check(self, rows: int) -> None:
        """Refuse a later pass that lost rows: its source was used up by the first."""
        if self._rows_before is not None and rows < self._rows_before:
            raise InputError(
                f"{self._description} gave {self._rows_before:,} rows first and {rows:,} now",
                hint="it cannot be read twice; pass a table or a file instead",
            )
        self._rows_before = rows


class StreamSource(Source):
    """One unit of work: the stream.

    Args:
        passes: The stream.
        schema: Its columns.
        description: What a person reads.
        rereadable: Whether it can be read again.
        columns: The selected columns; None means all.
        project: Gives the same stream narrowed where it comes from, if it can.
        inline: See `Source`.
    """

    def __init__(
        self,
        passes: Passes,
        schema: pa.Schema,
        description: str,
        *,
        rereadable: bool,
        columns: Sequence[str] | None = None,
        project: Callable[[Sequence[str]], Source] | None = None,
        inline: bool = False,
    ):
        names = existing(columns, schema.names)
        self._passes = passes
        self._project = project
        self.schema = pa.schema([schema.field(name) for name in names])
        self.description = description
        self.rereadable = rereadable
        self.inline = inline

    def select(self, columns: Sequence[str]) -> Source:
        """Narrow to these columns; see `Source.select`."""
        names = existing(columns, self.columns)
        if self._project is not None and names:
            return self._project(names)
        return StreamSource(
            self._passes,
            self.schema,
            self.description,
            rereadable=self.rereadable,
            columns=names,
            inline=self.inline,
        )

    def sample(
        self,
        max_rows: int = SAMPLE_ROWS,
        max_bytes: int = SAMPLE_BYTES,
        max_groups: int = SAMPLE_GROUPS,
        seed: int = 0,
    ) -> list[pa.RecordBatch]:
        """Return the first rows; see `Source.sample`."""
        del max_groups  # a stream has a beginning, and nothing else to choose from
        rng = np.random.default_rng(seed)
        sample: list[pa.RecordBatch] = []
        for batch in conform(self._passes.peek(max_rows, max_bytes), self.columns):
            part = shrink(own_copy(batch.slice(0, max_rows)), max_bytes, rng)
            if not part.num_rows:
                break
            sample.append(part)
            max_rows -= part.num_rows
            max_bytes -= batch_bytes(part)
        return sample

    def units(self) -> list[Unit]:
        """Return the stream as one unit; see `Source.units`."""
        return [Unit(lambda: conform(self._passes.read(), self.columns), self.rows)]


def from_reader(data: Any, description: str, columns: Sequence[str] | None) -> StreamSource:
    """Read an object with `__arrow_c_stream__` that may be used up by reading."""
    reader = arrow_reader(data, description)
    passes = Passes(lambda: reader, description, rereadable=False)
    return StreamSource(passes, reader.schema, description, rereadable=False, columns=columns)


def from_iterator(
    batches: Iterator[Any], description: str, columns: Sequence[str] | None
) -> StreamSource:
    """Read a Python iterator of record batches, whose first batch tells the columns."""

    def checked() -> Iterator[pa.RecordBatch]:
        for item in batches:
            if not hasattr(item, "__arrow_c_array__") and not hasattr(item, "__arrow_c_stream__"):
                raise InputError(
                    f"{description}: expected record batches, got {type(item).__name__}",
                    hint="yield Arrow record batches, or pass list(...) of dicts",
                )
            yield from arrow_batches(item, description)

    passes = Passes(checked, description, rereadable=False)
    first = passes.peek(1, 1)
    schema = first[0].schema if first else pa.schema([])
    return StreamSource(passes, schema, description, rereadable=False, columns=columns, inline=True)


def arrow_reader(data: Any, description: str) -> pa.RecordBatchReader:
    """Import an Arrow stream of rows.

    Raises:
        InputError: The object gives one column instead of rows.
    """
    if isinstance(data, pa.RecordBatchReader):
        return data
    try:
        return pa.RecordBatchReader.from_stream(data)
    except (pa.ArrowException, TypeError):
        raise InputError(
            f"{description}: expected rows, got a single column or an unreadable Arrow stream",
            hint='name the column: {"name": column}',
        ) from None


def arrow_batches(data: Any, description: str) -> list[pa.RecordBatch]:
    """Import whatever speaks an Arrow protocol as record batches."""
    if isinstance(data, pa.RecordBatch):
        return [data]
    if hasattr(data, "__arrow_c_stream__"):
        return list(arrow_reader(data, description))
    try:
        return [pa.record_batch(data)]
    except (pa.ArrowException, TypeError):
        raise InputError(
            f"{description}: expected rows, got a single column",
            hint='name the column: {"name": column}',
        ) from None
