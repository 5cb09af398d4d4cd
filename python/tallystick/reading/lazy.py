"""Queries that run when they are read: duckdb, polars, pyiceberg, and pyarrow datasets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.dataset as pds  # type: ignore[import-untyped]

from tallystick.errors import InputError
from tallystick.reading.formats import BUFFER_BYTES
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
from tallystick.reading.stream import Batches, Passes, StreamSource, arrow_batches, arrow_reader


def from_duckdb(relation: Any, columns: Sequence[str] | None) -> Source:
    """Read a duckdb relation; every pass executes it again."""
    name = "duckdb relation"
    schema = arrow_reader(relation.limit(0), name).schema

    def project(wanted: Sequence[str]) -> Source:
        quoted = ", ".join('"' + column.replace('"', '""') + '"' for column in wanted)
        return from_duckdb(relation.project(quoted), None)

    return _query(lambda: arrow_reader(relation, name), schema, name, project, columns)


def from_lazyframe(frame: Any, columns: Sequence[str] | None) -> Source:
    """Read a polars.LazyFrame in batches, never whole."""
    name = "polars.LazyFrame"
    schema = arrow_reader(frame.head(0).collect(), name).schema

    def batches() -> Iterator[pa.RecordBatch]:
        for part in frame.collect_batches(chunk_size=BATCH_ROWS):
            yield from arrow_batches(part, name)

    return _query(
        batches, schema, name, lambda wanted: from_lazyframe(frame.select(wanted), None), columns
    )


def from_iceberg(scan: Any, columns: Sequence[str] | None) -> Source:
    """Read a pyiceberg table scan."""
    name = "pyiceberg scan"
    schema = scan.to_arrow_batch_reader().schema
    return _query(
        scan.to_arrow_batch_reader,
        schema,
        name,
        lambda wanted: from_iceberg(scan.select(*wanted), None),
        columns,
    )


def _query(
    begin: Callable[[], Batches],
    schema: pa.Schema,
    name: str,
    project: Callable[[Sequence[str]], Source],
    columns: Sequence[str] | None,
) -> Source:
    source = StreamSource(
        Passes(begin, name, rereadable=True), schema, name, rereadable=True, project=project
    )
    return source if columns is None else source.select(columns)


class DatasetSource(Source):
    """A pyarrow dataset; a unit is one row group, or one fragment of another format."""

    def __init__(self, dataset: Any, description: str, columns: Sequence[str] | None = None):
        """Narrow the dataset to these columns; None means all."""
        names = existing(columns, dataset.schema.names)
        self._dataset = dataset
        self._fragments = [part for whole in dataset.get_fragments() for part in _split(whole)]
        self.schema = pa.schema([dataset.schema.field(name) for name in names])
        self.description = description
        files = getattr(dataset, "files", None)
        self.files = None if files is None else len(files)
        rows = [_rows(part) for part in self._fragments]
        self.rows = None if None in rows else sum(count or 0 for count in rows)
        share = len(names) / max(len(dataset.schema.names), 1)
        largest = max((_bytes(part) for part in self._fragments), default=0)
        self.reader_bytes = int(2 * share * largest) or None

    def select(self, columns: Sequence[str]) -> DatasetSource:
        """Narrow to these columns; see `Source.select`."""
        wanted = existing(columns, self.columns)
        return DatasetSource(self._dataset, self.description, wanted)

    def sample(
        self,
        max_rows: int = SAMPLE_ROWS,
        max_bytes: int = SAMPLE_BYTES,
        max_groups: int = SAMPLE_GROUPS,
        seed: int = 0,
    ) -> list[pa.RecordBatch]:
        """Return rows from units spread evenly; see `Source.sample`."""
        return sample_units(
            self.units(), max_rows=max_rows, max_bytes=max_bytes, max_groups=max_groups, seed=seed
        )

    def units(self) -> list[Unit]:
        """Return row groups; see `Source.units`."""
        return [Unit(partial(self._read, part), _rows(part)) for part in self._fragments]

    def _read(self, fragment: Any) -> Iterator[pa.RecordBatch]:
        names = list(self.columns)
        try:
            batches = fragment.to_batches(
                schema=self._dataset.schema,
                columns=names,
                batch_size=BATCH_ROWS,
                use_threads=False,
                fragment_scan_options=_scan_options(fragment),
            )
            yield from conform(batches, names)
        except MemoryError:  # which Arrow's own memory error is, too
            raise
        except (pa.ArrowException, OSError):
            path = getattr(fragment, "path", self.description)
            raise InputError(f"cannot read {path}", hint="is the file complete?") from None


def from_delta(table: Any, columns: Sequence[str] | None) -> DatasetSource:
    """Read the live files of a deltalake.DeltaTable."""
    try:
        dataset = table.to_pyarrow_dataset()
    except Exception as error:  # deltalake raises its own kinds for features it lacks
        raise InputError(
            f"cannot read this Delta table through pyarrow: {type(error).__name__}",
            hint="pass polars.scan_delta(...) instead",
        ) from error
    return DatasetSource(dataset, "deltalake.DeltaTable", columns)


def _split(fragment: Any) -> list[Any]:
    """Split a Parquet fragment into its row groups."""
    if hasattr(fragment, "split_by_row_group"):
        return list(fragment.split_by_row_group())
    return [fragment]


def _scan_options(fragment: Any) -> Any:
    """Read Parquet through small buffers; without this a whole row group is held in memory."""
    if not isinstance(fragment, pds.ParquetFileFragment):
        return None
    return pds.ParquetFragmentScanOptions(
        pre_buffer=False, use_buffered_stream=True, buffer_size=BUFFER_BYTES
    )


def _rows(fragment: Any) -> int | None:
    groups = getattr(fragment, "row_groups", None)
    return None if groups is None else sum(group.num_rows for group in groups)


def _bytes(fragment: Any) -> int:
    groups = getattr(fragment, "row_groups", None) or ()
    return sum(group.total_byte_size for group in groups)
