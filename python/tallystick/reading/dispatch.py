"""From whatever the caller holds to a source."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.dataset as pds  # type: ignore[import-untyped]

from tallystick.errors import InputError
from tallystick.reading import frames, lazy, stream
from tallystick.reading.locate import from_paths
from tallystick.reading.memory import MemorySource
from tallystick.reading.source import Source, existing

_ACCEPTED = (
    "a path, glob, directory or list of paths; an Arrow table, batch or stream; a pandas or "
    "polars frame; a duckdb relation; a mapping of column names to arrays; a list of dicts; "
    "a polars.LazyFrame, pyarrow dataset, DeltaTable or pyiceberg scan"
)


def open_source(data: Any, *, columns: Sequence[str] | None = None) -> Source:
    """Open data of any accepted kind as a source of record batches.

    Missing values stay as they come: null and NaN are told apart, except that pandas gives
    both as null. pandas' index is not a column. Cost: metadata only; no row is read, except
    the first of an iterator.

    Args:
        data: A path, glob, directory or list of paths (Parquet, Arrow IPC, CSV); an object with
            `__arrow_c_stream__` or `__arrow_c_array__` (pyarrow, polars, pandas, duckdb, ...); a
            mapping of column names to arrays, buffers or lists; a LazyFrame, pyarrow dataset,
            DeltaTable or pyiceberg scan; an iterator of record batches; a sequence of dicts.
        columns: The columns to read, in order; names that do not exist are left out. None means
            all.

    Returns:
        The source; nothing has been read from it yet.

    Raises:
        InputError: The kind is not accepted, a file is missing or damaged, or nothing matches.

    Example:
        >>> source = open_source({"age": [41, 29], "plan": ["pro", "free"]}, columns=["age"])
        >>> source.schema.names, source.rows, source.rereadable
        (['age'], 2, True)
    """
    if isinstance(columns, str):
        raise InputError("columns: expected a list of names, got one str", hint="[name]")
    kind = type(data)
    root = kind.__module__.partition(".")[0]
    description = f"{root}.{kind.__name__}"
    if hasattr(data, "__arrow_c_stream__"):
        return _from_stream(data, root, description, columns)
    if hasattr(data, "__arrow_c_array__"):
        batches = stream.arrow_batches(data, description)
        return MemorySource.of_table(pa.Table.from_batches(batches), description, columns)
    if isinstance(data, Mapping):
        return frames.from_mapping(data, columns)
    if isinstance(data, str | os.PathLike):
        return from_paths(data, columns)
    lazily = _from_query(data, root, columns)
    if lazily is not None:
        return lazily
    if isinstance(data, Iterator):
        return stream.from_iterator(data, "iterator of batches", columns)
    if isinstance(data, Sequence) and not isinstance(data, bytes | bytearray | memoryview):
        return _from_sequence(data, columns)
    raise _refusal(f"got {description.removeprefix('builtins.')}")


def _from_stream(data: Any, root: str, description: str, columns: Sequence[str] | None) -> Source:
    """Read an Arrow stream; of known kinds we also know that they can be read again."""
    name = type(data).__name__
    if isinstance(data, pa.Table):
        return MemorySource.of_table(data, "pyarrow.Table", columns)
    if isinstance(data, pa.RecordBatch):
        table = pa.Table.from_batches([data])
        return MemorySource.of_table(table, "pyarrow.RecordBatch", columns)
    if root == "pandas" and name == "DataFrame":
        return frames.from_pandas(data, columns)
    if root == "polars" and name == "DataFrame":
        return frames.from_polars(data, columns)
    if root in ("duckdb", "_duckdb") and name == "DuckDBPyRelation":
        return lazy.from_duckdb(data, columns)
    if root == "narwhals" and hasattr(data, "to_native"):
        return open_source(data.to_native(), columns=columns)
    return stream.from_reader(data, description, columns)


def _from_query(data: Any, root: str, columns: Sequence[str] | None) -> Source | None:
    """Recognise queries by their methods, so that their packages need not be imported."""
    if root == "polars" and hasattr(data, "collect_batches"):
        return lazy.from_lazyframe(data, columns)
    if root == "narwhals" and hasattr(data, "to_native"):
        return open_source(data.to_native(), columns=columns)
    if isinstance(data, pds.Dataset):
        return lazy.DatasetSource(data, "pyarrow dataset", columns)
    if hasattr(data, "to_pyarrow_dataset"):
        return lazy.from_delta(data, columns)
    if hasattr(data, "to_arrow_batch_reader"):
        return lazy.from_iceberg(data, columns)
    return None


def _from_sequence(data: Sequence[Any], columns: Sequence[str] | None) -> Source:
    if not data:
        raise _refusal("got an empty sequence")
    if all(isinstance(item, str | os.PathLike) for item in data):
        return from_paths(data, columns)
    if all(isinstance(item, Mapping) for item in data):
        return frames.from_rows(data, columns)
    if all(hasattr(i, "__arrow_c_array__") or hasattr(i, "__arrow_c_stream__") for i in data):
        return _from_batches(data, columns)
    kinds = sorted({type(item).__name__ for item in data})
    raise _refusal(f"got a {type(data).__name__} of {', '.join(kinds[:4])}")


def _from_batches(data: Sequence[Any], columns: Sequence[str] | None) -> Source:
    """Read batches or tables one after the other, with the columns and types each has."""
    description = f"{type(data).__name__} of Arrow batches"
    batches = [batch for item in data for batch in stream.arrow_batches(item, description)]
    fields: dict[str, pa.Field] = {}
    for batch in batches:
        existing(columns, batch.schema.names)
        for field in batch.schema:
            fields.setdefault(field.name, field)
    schema = pa.schema(list(fields.values()))
    names = existing(columns, schema.names)
    return MemorySource(batches, schema, description).select(names)


def _refusal(got: str) -> InputError:
    return InputError(f"cannot read this as data: {got}", hint=f"accepted: {_ACCEPTED}")
