"""One side of a measure: whatever holds one column, and counts, brought into one form."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from tallystick.errors import ColumnTypeError, MissingColumnError, ParameterError, did_you_mean
from tallystick.reading import open_source

_MOST = 2**64 - 1


def values_of(data: Any, column: str | None, side: str) -> Any:
    """The side as one Arrow array, chunked or not."""
    import pyarrow as pa  # type: ignore[import-untyped]

    if isinstance(data, str | bytes | bytearray | os.PathLike):
        # A text is a sequence of letters: it would be measured without complaint.
        raise ColumnTypeError(
            f"{side}: expected values, got one {type(data).__name__}",
            hint="for files: ts.compare(reference=..., current=...)",
        )
    values = _of_frame(data, column, side) if _is_frame(data) else data
    if isinstance(values, pa.ChunkedArray | pa.Array):
        return values
    if hasattr(values, "__arrow_c_stream__"):
        return _converted(pa.chunked_array, values, side)
    return _converted(pa.array, _native(values), side)


def counts_of(counts: Any, name: str) -> list[int]:
    """Whole numbers of at least 0, as Python's own."""
    if hasattr(counts, "to_pylist"):
        counts = counts.to_pylist()
    fits = isinstance(counts, Iterable) and not isinstance(counts, str | bytes | Mapping)
    listed: list[Any] = list(counts) if fits else [None]
    if not all(_is_count(count) for count in listed):
        raise ParameterError(
            f"{name}: expected a list of whole numbers from 0 to 2^64 - 1",
            hint="rows in each cell, the same cells in the same order on both sides",
            name=name,
        )
    return [int(count) for count in listed]


def _is_count(count: Any) -> bool:
    try:
        return bool(0 <= count <= _MOST and int(count) == count)
    except (TypeError, ValueError):
        return False


def _is_frame(data: Any) -> bool:
    # Asked of the class: a polars LazyFrame warns when asked itself.
    kind = type(data)
    return isinstance(data, Mapping) or hasattr(kind, "columns") or hasattr(kind, "schema")


def _native(values: Any) -> Any:
    """NumPy arrays in this machine's byte order, which Arrow insists on."""
    order = getattr(getattr(values, "dtype", None), "isnative", True)
    return values if order else values.astype(values.dtype.newbyteorder("="))


def _converted(convert: Any, values: Any, side: str) -> Any:
    try:
        return convert(values)
    except Exception:
        # Every library fails in its own way, and some name the value: the cause is not chained.
        dimensions = len(getattr(values, "shape", (0,)))
        many = dimensions != 1
        got = f"an array of {dimensions} dimensions" if many else type(values).__name__
        raise ColumnTypeError(
            f"{side}: expected one column of numbers, texts, booleans or times, got {got}",
            hint="shape (n,)" if many else "give all values one type; column= picks one of a table",
        ) from None


def _of_frame(data: Any, column: str | None, side: str) -> Any:
    import pyarrow as pa

    names = list(open_source(data).schema.names)
    if column is None and len(names) != 1:
        raise ParameterError(
            f"column: expected the name of one of the {len(names)} columns of {side}",
            hint="pass column=",
            name="column",
        )
    chosen = names[0] if column is None else column
    if chosen not in names:
        raise MissingColumnError(
            f"{side}: no column {chosen}", hint=did_you_mean(chosen, names), columns=[chosen]
        )
    source = open_source(data, columns=[chosen])
    batches = [batch for unit in source.units() for batch in unit.read()]
    schema = batches[0].schema if batches else source.schema
    return pa.Table.from_batches(batches, schema=schema)[chosen]
