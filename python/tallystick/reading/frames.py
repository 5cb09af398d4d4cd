"""Tables of other libraries, and plain Python columns and rows, as Arrow tables.

Every library converts the wanted columns only: one column that cannot become Arrow must not
break the others, so it appears in the schema under an opaque type and fails when it is read.
pandas gives its missing values, NaN included, as null; the others keep NaN apart from null.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from tallystick.errors import InputError
from tallystick.reading.memory import MemorySource
from tallystick.reading.source import (
    SAMPLE_BYTES,
    SAMPLE_GROUPS,
    SAMPLE_ROWS,
    Source,
    Unit,
    existing,
    no_columns,
)

Convert = Callable[[Sequence[str]], pa.Table]


class FrameSource(Source):
    """A table whose columns become Arrow when they are needed.

    Args:
        names: All column names.
        rows: Number of rows.
        convert: Turns the named columns into an Arrow table.
        description: What a person reads.
        columns: The selected columns; None means all.
    """

    def __init__(
        self,
        names: Sequence[str],
        rows: int,
        convert: Convert,
        description: str,
        columns: Sequence[str] | None = None,
    ):
        self._all = names
        self._convert = convert
        self._names = existing(columns, names)
        self._table: pa.Table | None = None
        self._schema: pa.Schema | None = None
        self.rows = rows
        self.description = description

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the selected columns that exist."""
        return tuple(self._names)

    @property
    def schema(self) -> pa.Schema:
        """Types of the selected columns; opaque where a column cannot become Arrow."""
        if self._schema is None:
            try:
                self._schema = self._converted().schema
            except InputError:
                self._schema = pa.schema([(name, self._kind(name)) for name in self._names])
        return self._schema

    def _kind(self, name: str) -> pa.DataType:
        try:
            return self._convert([name]).schema.field(name).type
        except (pa.ArrowException, TypeError, ValueError, OverflowError):
            return pa.opaque(pa.binary(), "object", self.description.partition(".")[0])

    def _converted(self) -> pa.Table:
        if self._table is None:
            try:
                self._table = self._convert(self._names).replace_schema_metadata(None)
            except (pa.ArrowException, TypeError, ValueError, OverflowError):
                # Arrow's own message quotes a value of the data: it is not passed on.
                raise self._refusal() from None
        return self._table

    def _refusal(self) -> InputError:
        bad = [n for n in self._names if isinstance(self._kind(n), pa.OpaqueType)]
        which = ", ".join(repr(name) for name in bad)
        return InputError(
            f"{self.description}: cannot read column {which}: its values have no common type",
            hint="convert the column to one type, or leave it out",
            columns=bad,
        )

    def _source(self) -> MemorySource:
        table = self._converted()
        if not self._names:
            return MemorySource([no_columns(self.rows or 0)], pa.schema([]), self.description)
        return MemorySource.of_table(table, self.description, self._names)

    def select(self, columns: Sequence[str]) -> FrameSource:
        """Narrow before conversion; see `Source.select`."""
        wanted = [name for name in columns if name in self._names]
        return FrameSource(self._all, self.rows or 0, self._convert, self.description, wanted)

    def sample(
        self,
        max_rows: int = SAMPLE_ROWS,
        max_bytes: int = SAMPLE_BYTES,
        max_groups: int = SAMPLE_GROUPS,
        seed: int = 0,
    ) -> list[pa.RecordBatch]:
        """Return evenly spread slices; see `Source.sample`."""
        return self._source().sample(max_rows, max_bytes, max_groups, seed)

    def units(self) -> list[Unit]:
        """Return stretches of rows; see `Source.units`."""
        return self._source().units()


def from_pandas(frame: Any, columns: Sequence[str] | None) -> FrameSource:
    """Read a pandas.DataFrame without its index."""
    names = [str(name) for name in frame.columns]
    position = {name: i for i, name in enumerate(names)}

    def convert(wanted: Sequence[str]) -> pa.Table:
        part = frame.iloc[:, [position[name] for name in wanted]]
        return pa.Table.from_pandas(part, preserve_index=False)

    return FrameSource(names, len(frame), convert, "pandas.DataFrame", columns)


def from_polars(frame: Any, columns: Sequence[str] | None) -> FrameSource:
    """Read a polars.DataFrame without copying it."""

    def convert(wanted: Sequence[str]) -> pa.Table:
        if any(str(frame.schema[name]) == "Object" for name in wanted):
            raise TypeError("Python objects have no Arrow type")
        return pa.RecordBatchReader.from_stream(frame.select(list(wanted))).read_all()

    return FrameSource(list(frame.columns), frame.height, convert, "polars.DataFrame", columns)


def from_mapping(data: Mapping[Any, Any], columns: Sequence[str] | None) -> FrameSource:
    """Read a mapping of column names to arrays, buffers or lists of one length."""
    values = {str(name): _sized(str(name), column) for name, column in data.items()}
    lengths = {name: len(column) for name, column in values.items()}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{name!r} {rows:,}" for name, rows in lengths.items())
        raise InputError(f"columns differ in length: {shown}", hint="all need as many rows")

    def convert(wanted: Sequence[str]) -> pa.Table:
        return pa.table({name: _arrow(values[name]) for name in wanted})

    rows = next(iter(lengths.values()), 0)
    return FrameSource(list(values), rows, convert, "mapping of columns", columns)


def from_rows(rows: Sequence[Mapping[Any, Any]], columns: Sequence[str] | None) -> FrameSource:
    """Read a sequence of dicts; a key that a row lacks is null there."""
    names = list(dict.fromkeys(key for row in rows for key in row))

    def convert(wanted: Sequence[str]) -> pa.Table:
        key_of = {str(name): name for name in names}
        return pa.table({name: [row.get(key_of[name]) for row in rows] for name in wanted})

    return FrameSource([str(n) for n in names], len(rows), convert, "sequence of dicts", columns)


def _sized(name: str, column: Any) -> Any:
    """Return the column as an Arrow array, a numpy array or a sequence, unconverted."""
    if _is_arrow(column) and not hasattr(column, "__len__"):
        return _guarded(name, lambda: _arrow(column))
    if _is_arrow(column) or isinstance(column, list | tuple | range):
        return column
    if not isinstance(column, str | bytes | bytearray) and _is_array(column):
        array = column if isinstance(column, np.ndarray) else np.asarray(column)
        if array.ndim == 1:
            return array
        raise InputError(
            f"column {name!r}: expected one dimension, got {array.ndim}",
            hint="give every column of a matrix its own name",
        )
    raise InputError(
        f"column {name!r}: expected an array, a buffer or a list, got {type(column).__name__}",
        hint="a mapping holds one sequence of values per column name",
    )


def _is_arrow(column: Any) -> bool:
    return hasattr(column, "__arrow_c_stream__") or hasattr(column, "__arrow_c_array__")


def _is_array(column: Any) -> bool:
    if isinstance(column, np.ndarray) or hasattr(column, "__array__"):
        return True
    try:
        memoryview(column)
    except TypeError:
        return False
    return True


def _guarded(name: str, convert: Callable[[], Any]) -> Any:
    try:
        return convert()
    except (pa.ArrowException, TypeError, ValueError):
        raise InputError(
            f"column {name!r}: cannot be read as one Arrow array",
            hint="convert its values to one type",
        ) from None


def _arrow(column: Any) -> Any:
    if isinstance(column, np.ndarray) and not column.dtype.isnative:
        return pa.array(column.astype(column.dtype.newbyteorder("=")))
    if hasattr(column, "__arrow_c_stream__"):
        return pa.chunked_array(column)
    return pa.array(column)
