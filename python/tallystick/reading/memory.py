"""Rows that are in memory already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from tallystick.reading.sampling import own_copy, shrink, spread
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

_SMALL_ROWS = 4_096
# A batch in memory is a view: it may be larger than one that is decoded, so that its fixed cost
# does not show, and smaller, so that all threads have work to the end.
_VIEW_BYTES = 4 * 1024 * 1024
_MOST_ROWS = 4 * BATCH_ROWS
_FEWEST_ROWS = BATCH_ROWS // 4
_UNITS = 16


class MemorySource(Source):
    """Record batches in memory; a unit is a stretch of them."""

    def __init__(self, batches: Sequence[pa.RecordBatch], schema: pa.Schema, description: str):
        """Hold the batches, whose columns are exactly those of the schema where present."""
        self._batches = batches
        self.schema = schema
        self.description = description
        self.rows = sum(batch.num_rows for batch in batches)
        self._unit_rows = _unit_rows(self.rows, len(schema))

    @classmethod
    def of_table(
        cls, table: pa.Table, description: str, columns: Sequence[str] | None = None
    ) -> MemorySource:
        """Wrap a table without copying it."""
        chosen = table.select(existing(columns, table.schema.names))
        batches = chosen.to_batches(max_chunksize=_unit_rows(table.num_rows, chosen.num_columns))
        return cls(batches, chosen.schema.remove_metadata(), description)

    def select(self, columns: Sequence[str]) -> MemorySource:
        """Narrow to these columns; see `Source.select`."""
        names = existing(columns, self.schema.names)
        schema = pa.schema([self.schema.field(name) for name in names])
        narrowed = [batch.select(existing(names, batch.schema.names)) for batch in self._batches]
        return MemorySource(narrowed, schema, self.description)

    def units(self) -> list[Unit]:
        """Return stretches of whole batches; see `Source.units`."""
        units: list[Unit] = []
        group: list[pa.RecordBatch] = []
        rows = 0
        for batch in self._batches:
            if group and rows + batch.num_rows > self._unit_rows:
                units.append(self._unit(group, rows))
                group, rows = [], 0
            group.append(batch)
            rows += batch.num_rows
        return [*units, self._unit(group, rows)] if group else units

    def _unit(self, group: list[pa.RecordBatch], rows: int) -> Unit:
        return Unit(lambda: conform(_merged(group, rows), self.columns, self._unit_rows), rows)

    def sample(
        self,
        max_rows: int = SAMPLE_ROWS,
        max_bytes: int = SAMPLE_BYTES,
        max_groups: int = SAMPLE_GROUPS,
        seed: int = 0,
    ) -> list[pa.RecordBatch]:
        """Return evenly spread slices; see `Source.sample`."""
        total = self.rows or 0
        rng = np.random.default_rng(seed)
        # Many columns: fewer rows from the start, rather than copies that are thrown away.
        if all(pa.types.is_primitive(field.type) for field in self.schema):
            bits = sum(field.type.bit_width + 1 for field in self.schema)
            max_rows = min(max_rows, max(8 * max_bytes // max(bits, 1), 1))
        if total <= max_rows:
            stretches = [(0, total)]
        else:
            # One slice from each of the equal stretches, at a random place inside it.
            groups = min(max_groups, max_rows)
            size = max_rows // groups
            free = total - size * groups
            starts = spread(free + 1, groups, rng)
            stretches = [(start + i * size, size) for i, start in enumerate(starts)]
        return list(self._slices(stretches, max_bytes, rng))

    def _slices(
        self, stretches: Sequence[tuple[int, int]], max_bytes: int, rng: np.random.Generator
    ) -> Iterator[pa.RecordBatch]:
        wanted = sum(rows for _, rows in stretches)
        begin = 0
        for batch in self._batches:
            end = begin + batch.num_rows
            for start, rows in stretches:
                low, high = max(start, begin), min(start + rows, end)
                if low < high:
                    # Every slice has the same share of the bytes, so the spread stays even.
                    part = own_copy(batch.slice(low - begin, high - low))
                    part = shrink(part, max_bytes * (high - low) // wanted, rng)
                    if part.num_rows:
                        yield part
            begin = end


def _merged(group: list[pa.RecordBatch], rows: int) -> list[pa.RecordBatch]:
    """Join many small batches into one, because every batch has a fixed cost."""
    if len(group) < 2 or rows // len(group) >= _SMALL_ROWS or not group[0].num_columns:
        return group
    if any(batch.schema != group[0].schema for batch in group):
        return group
    try:
        return [pa.concat_batches(group)]
    except pa.ArrowException:  # dictionaries of a kind that Arrow cannot unify
        return group


def _unit_rows(rows: int, columns: int) -> int:
    """Rows of a unit: a view of some megabytes, and a share of the work."""
    most = min(max(_VIEW_BYTES // (8 * max(columns, 1)), BATCH_ROWS), _MOST_ROWS)
    return min(max(rows // _UNITS, _FEWEST_ROWS), most)
