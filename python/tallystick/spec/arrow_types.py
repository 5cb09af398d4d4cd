"""Which Arrow types are counted, and as what."""

from __future__ import annotations

from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
from pyarrow import types

SUPPORTED = (
    "bool",
    "int8-int64",
    "uint8-uint64",
    "float",
    "double",
    "string (all layouts)",
    "dictionary of these",
    "date32",
    "date64",
    "timestamp",
)
"""The supported types as messages list them."""


def is_integer(type_: Any) -> bool:
    """Whether it is a signed or unsigned integer."""
    return bool(types.is_integer(type_))


def is_float(type_: Any) -> bool:
    """Whether it holds floats, spelt out or in a dictionary."""
    if types.is_dictionary(type_):
        type_ = type_.value_type
    return bool(types.is_floating(type_))


def is_clock(type_: Any) -> bool:
    """Whether it is a date or a timestamp."""
    return bool(types.is_date(type_) or types.is_timestamp(type_))


def is_text(type_: Any) -> bool:
    """Whether it is a string in any layout, or a dictionary of strings."""
    if types.is_dictionary(type_):
        type_ = type_.value_type
    return bool(
        types.is_string(type_) or types.is_large_string(type_) or types.is_string_view(type_)
    )


def natural_kind(type_: Any) -> str | None:
    """Returns "numeric" or "categorical" as the type suggests, None when it is unsupported.

    A column of type null (nothing but nulls, as frames hand it over) is categorical with an
    empty vocabulary: its missing share is judged, and whatever arrives later is unseen.
    """
    if types.is_dictionary(type_):
        # Frames and Parquet readers encode what repeats: the values say what the column is.
        return natural_kind(type_.value_type)
    if is_integer(type_) or types.is_float32(type_) or types.is_float64(type_) or is_clock(type_):
        return "numeric"
    if types.is_boolean(type_) or is_text(type_) or types.is_null(type_):
        return "categorical"
    return None


def fits(type_: Any, kind: str) -> bool:
    """Whether a column of this type can be counted as the declared kind."""
    natural = natural_kind(type_)
    # Numbers have a canonical text; dates and times have too many to be categories.
    return natural == kind or (
        natural == "numeric" and kind == "categorical" and not is_clock(type_)
    )


def type_name(type_: Any) -> str:
    """Writes a type for messages; nested ones are cut short."""
    if types.is_nested(type_):
        return str(type_).partition("<")[0]
    return str(type_)


def fields(schema: Any) -> list[tuple[str, Any]]:
    """Returns the (name, type) pairs of a `pyarrow.Schema` or of anything that exports one.

    Example:
        >>> import pyarrow as pa
        >>> fields(pa.schema([("age", pa.int32())]))
        [('age', DataType(int32))]
    """
    if not isinstance(schema, pa.Schema):
        schema = pa.schema(schema)
    return list(zip(schema.names, schema.types, strict=True))
