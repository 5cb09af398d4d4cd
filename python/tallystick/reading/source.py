"""What every source of rows offers: a schema, a sample, and units of work."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa  # type: ignore[import-untyped]

from tallystick.errors import InputError

BATCH_ROWS = 65_536
SAMPLE_ROWS = 262_144
SAMPLE_BYTES = 64 * 1024 * 1024
SAMPLE_GROUPS = 32

# pandas writes an unnamed index under this name; nobody ever means to monitor it.
_PANDAS_INDEX = re.compile(r"__index_level_\d+__")


@dataclass(frozen=True)
class Unit:
    """One piece of work: about a row group's worth of rows, read by one thread.

    Attributes:
        read: Starts reading from the beginning and yields record batches.
        rows: Rows in the unit, or None when only reading it would tell.
    """

    read: Callable[[], Iterator[pa.RecordBatch]]
    rows: int | None


class Source(ABC):
    """Rows that can be sampled and counted, of the selected columns only.

    Attributes:
        schema: The selected columns that exist, in the order they were selected.
        description: What a person reads: the path pattern, or the kind of object.
        files: Number of files, or None when the rows do not come from files.
        rows: Number of rows, or None when only reading would tell.
        rereadable: False when the rows can be read once only.
        schema_differences: One line for every column that is not alike in all files.
        reader_bytes: Uncompressed bytes of the largest piece one reader may hold, if known.
        inline: True when the rows come from the caller's own Python iterator, which may belong
            to the caller's thread (a database cursor, say) and must be pulled from there.
    """

    schema: pa.Schema
    description: str
    files: int | None = None
    rows: int | None = None
    rereadable: bool = True
    schema_differences: tuple[str, ...] = ()
    reader_bytes: int | None = None
    inline: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the selected columns that exist."""
        return tuple(self.schema.names)

    @abstractmethod
    def select(self, columns: Sequence[str]) -> Source:
        """Narrow the source to these columns; names that do not exist are left out.

        An absent column is the data's condition, not the caller's mistake, so it is no error
        here: compare ``source.columns`` with what was asked for.
        """

    @abstractmethod
    def sample(
        self,
        max_rows: int = SAMPLE_ROWS,
        max_bytes: int = SAMPLE_BYTES,
        max_groups: int = SAMPLE_GROUPS,
        seed: int = 0,
    ) -> list[pa.RecordBatch]:
        """Return at most ``max_rows`` rows and ``max_bytes`` bytes, spread evenly.

        The same data and the same seed give the same sample. A source that can be read once
        gives its first rows and still yields them to whoever counts later.
        """

    @abstractmethod
    def units(self) -> list[Unit]:
        """Return the pieces of work; their order carries no meaning."""


def default_columns(names: Iterable[str]) -> list[str]:
    """Return the names to read when none were asked for: all but pandas' unnamed index."""
    return [name for name in names if not _PANDAS_INDEX.fullmatch(name)]


def existing(columns: Sequence[str] | None, names: Sequence[str]) -> list[str]:
    """Return the wanted columns that exist, once each, in the order they are wanted.

    Raises:
        InputError: A wanted name stands for more than one column.
    """
    wanted = default_columns(names) if columns is None else list(columns)
    present = set(names)
    chosen = [name for name in dict.fromkeys(wanted) if name in present]
    if len(present) < len(names):
        twice = [name for name in chosen if names.count(name) > 1]
        if twice:
            raise InputError(
                f"column {twice[0]!r} exists {names.count(twice[0])} times",
                hint="rename the columns so that every name stands for one of them",
            )
    return chosen


def conform(
    batches: Iterable[pa.RecordBatch], columns: Sequence[str], rows: int = BATCH_ROWS
) -> Iterator[pa.RecordBatch]:
    """Yield batches of at most ``rows`` rows holding exactly these columns, where present."""
    for batch in batches:
        names = batch.schema.names
        present = set(names)
        chosen = [name for name in columns if name in present]
        if chosen != names:
            batch = batch.select(chosen)
        for start in range(0, batch.num_rows, rows):
            yield batch if batch.num_rows <= rows else batch.slice(start, rows)


def no_columns(rows: int) -> pa.RecordBatch:
    """Return a batch of that many rows without any column: the rows still count."""
    return pa.record_batch([pa.nulls(rows)], names=["x"]).select([])
