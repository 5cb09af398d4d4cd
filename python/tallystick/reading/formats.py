"""Kinds of files that can be read, each by one `FileFormat`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.csv as pc  # type: ignore[import-untyped]
import pyarrow.ipc as ipc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from tallystick.errors import InputError

# Reading column chunks through a buffer of this size keeps memory independent of the size of
# row groups, and costs no time: one of 720 MB took 145 MiB instead of 843, in a third of the time.
BUFFER_BYTES = 65_536
_CSV_BLOCK_BYTES = 4 * 1024 * 1024

Read = Callable[[int], Iterator[pa.RecordBatch]]
# Schema; rows of each part, None when unknown; uncompressed bytes per column of the largest part.
Facts = tuple[pa.Schema, tuple[int | None, ...], Mapping[str, int]]


@dataclass(frozen=True)
class DataFile:
    """What is known of a file before its rows are read.

    Attributes:
        path: Where it is.
        format: How it is read.
        schema: Its columns.
        groups: Rows of each part that is read by itself; None when unknown beforehand.
        column_bytes: Uncompressed bytes of each column in the largest part, if known.
        partition: Values that the names of its directories give, `year=2026/`, by column.
    """

    path: str
    format: FileFormat
    schema: pa.Schema
    groups: tuple[int | None, ...]
    column_bytes: Mapping[str, int]
    partition: Mapping[str, str | None]


@dataclass(frozen=True)
class FileFormat:
    """One kind of file.

    Attributes:
        name: What a person calls it.
        suffixes: File name endings that announce it.
        inspect: Reads the facts of a file.
        open: Opens a file for these columns and rows per batch, and gives what reads one part.
    """

    name: str
    suffixes: tuple[str, ...]
    inspect: Callable[[str], Facts]
    open: Callable[[DataFile, Sequence[str], int], Read]


def inspect(path: str, kind: FileFormat, partition: Mapping[str, str | None]) -> DataFile:
    """Read what the file says about itself; its own columns come before its directories' names.

    Raises:
        InputError: The file is damaged, or is no such file.
    """
    try:
        schema, groups, column_bytes = kind.inspect(path)
    except (pa.ArrowException, OSError, EOFError) as error:
        raise unreadable(path, kind, error) from None
    extra = {name: value for name, value in partition.items() if name not in schema.names}
    for name in extra:
        schema = schema.append(pa.field(name, pa.string()))
    return DataFile(path, kind, schema, groups, column_bytes, extra)


def unreadable(path: str, kind: FileFormat, error: BaseException) -> BaseException:
    """Say that a file cannot be read, without quoting it; memory errors stay as they are."""
    if isinstance(error, MemoryError):
        return error
    hint = "write it again, or leave it out"
    if isinstance(error, NotImplementedError):
        reason = "it uses a feature that this pyarrow lacks"
    elif isinstance(error, OSError) and error.errno is not None and error.strerror:
        reason = error.strerror.lower()
    elif kind is CSV:
        reason = "a line or value does not fit what the file's beginning suggests"
        hint = "give every column one type, or convert the file to Parquet"
    else:
        reason = "damaged or incomplete"
    return InputError(f"cannot read {path} as {kind.name}: {reason}", hint=hint, path=path)


def format_of(path: str) -> FileFormat | None:
    """Return the format that the file's name announces, else the one its first bytes tell."""
    name = PurePath(path).name.lower()
    for kind in FORMATS:
        if name.endswith(kind.suffixes):
            return kind
    try:
        with open(path, "rb") as file:
            start = file.read(6)
    except OSError as error:
        raise InputError(f"cannot open {path}: {(error.strerror or 'error').lower()}") from error
    if start.startswith(b"PAR1"):
        return PARQUET
    return ARROW if start == b"ARROW1" else None


def _inspect_parquet(path: str) -> Facts:
    with pq.ParquetFile(path, pre_buffer=False) as file:
        metadata = file.metadata
        parts = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
        groups = tuple(part.num_rows for part in parts)
        largest = max(parts, key=lambda part: part.total_byte_size, default=None)
        schema = file.schema_arrow.remove_metadata()
        return schema, groups, {} if largest is None else _column_bytes(largest, schema)


def _column_bytes(group: Any, schema: pa.Schema) -> Mapping[str, int]:
    """Sum the leaves of each column; a column's own name may contain dots."""
    names = set(schema.names)
    sizes = dict.fromkeys(names, 0)
    for i in range(group.num_columns):
        leaf = group.column(i)
        path = leaf.path_in_schema
        name = path if path in names else path.partition(".")[0]
        sizes[name] = sizes.get(name, 0) + leaf.total_uncompressed_size
    return sizes


def _open_parquet(file: DataFile, columns: Sequence[str], rows: int) -> Read:
    strings = [name for name in columns if _is_string(file.schema.field(name).type)]
    reader = pq.ParquetFile(
        file.path, read_dictionary=strings, pre_buffer=False, buffer_size=BUFFER_BYTES
    )

    def read(group: int) -> Iterator[pa.RecordBatch]:
        batches: Iterator[pa.RecordBatch] = reader.iter_batches(
            batch_size=rows, row_groups=[group], columns=list(columns), use_threads=False
        )
        return batches

    return read


def _is_string(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _inspect_arrow(path: str) -> Facts:
    with ipc.open_file(path) as file:
        # The footer does not say how many rows a batch has; only reading it would.
        groups = (None,) * file.num_record_batches
        return file.schema.remove_metadata(), groups, {}


def _open_arrow(file: DataFile, columns: Sequence[str], rows: int) -> Read:
    del rows
    chosen = set(columns)
    wanted = [i for i, name in enumerate(file.schema.names) if name in chosen]
    options = ipc.IpcReadOptions(included_fields=wanted, use_threads=False)
    reader = ipc.open_file(pa.OSFile(file.path), options=options)
    return lambda group: iter([reader.get_batch(group)])


def _inspect_csv(path: str) -> Facts:
    with _csv_reader(path, None) as reader:
        return reader.schema, (None,), {}


def _open_csv(file: DataFile, columns: Sequence[str], rows: int) -> Read:
    del rows

    def read(group: int) -> Iterator[pa.RecordBatch]:
        del group  # a CSV file has no parts
        return iter(_csv_reader(file.path, columns or file.schema.names[:1]))

    return read


def _csv_reader(path: str, columns: Sequence[str] | None) -> Any:
    return pc.open_csv(
        path,
        read_options=pc.ReadOptions(use_threads=False, block_size=_CSV_BLOCK_BYTES),
        parse_options=pc.ParseOptions(newlines_in_values=True),
        convert_options=pc.ConvertOptions(include_columns=columns and list(columns)),
    )


PARQUET = FileFormat("Parquet", (".parquet", ".pq", ".parq"), _inspect_parquet, _open_parquet)
ARROW = FileFormat("Arrow IPC", (".arrow", ".feather", ".ipc"), _inspect_arrow, _open_arrow)
CSV = FileFormat("CSV", (".csv", ".csv.gz", ".csv.bz2", ".csv.zst"), _inspect_csv, _open_csv)
FORMATS = (PARQUET, ARROW, CSV)
