"""Sources whose batches are those of another source, changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Protocol

import pyarrow as pa  # type: ignore[import-untyped]

from tallystick.reading.joining.columns import Columns, to_batch
from tallystick.reading.joining.workspace import Workspace
from tallystick.reading.sampling import sample_units
from tallystick.reading.source import (
    SAMPLE_BYTES,
    SAMPLE_GROUPS,
    SAMPLE_ROWS,
    Source,
    Unit,
    existing,
)

Labels = Callable[[pa.RecordBatch], pa.Array]


class Attachment(Protocol):
    """Gives the labels of rows.

    Attributes:
        needed: Columns of the predictions that it looks at.
        field: The column of labels.
        workspace: Where its files are.
    """

    needed: tuple[str, ...]
    field: pa.Field
    workspace: Workspace

    def unit(self, units: Sequence[Unit], number: int) -> Labels:
        """Return what gives the labels of the unit's batches, one after the other."""


class JoinedSource(Source):
    """Predictions with their labels; units are those of the predictions, in their order.

    Args:
        base: The predictions, with all columns that were selected or are needed.
        attachment: The labels.
        description: What a person reads.
        columns: The selected columns, in order.
    """

    def __init__(
        self, base: Source, attachment: Attachment, description: str, columns: Sequence[str]
    ):
        self._base = base
        self._attachment = attachment
        label = attachment.field
        self.schema = pa.schema(
            [label if name == label.name else base.schema.field(name) for name in columns]
        )
        self.description = description
        self.files, self.rows = base.files, base.rows
        self.rereadable, self.inline = base.rereadable, base.inline
        self.schema_differences = base.schema_differences
        self.reader_bytes = self._reading().reader_bytes

    def select(self, columns: Sequence[str]) -> JoinedSource:
        """Narrow to these columns; see `Source.select`."""
        names = existing(columns, self.columns)
        return JoinedSource(self._base, self._attachment, self.description, names)

    def sample(
        self,
        max_rows: int = SAMPLE_ROWS,
        max_bytes: int = SAMPLE_BYTES,
        max_groups: int = SAMPLE_GROUPS,
        seed: int = 0,
    ) -> list[pa.RecordBatch]:
        """Return rows with their labels, from units spread evenly; see `Source.sample`."""
        return sample_units(
            self.units(), max_rows=max_rows, max_bytes=max_bytes, max_groups=max_groups, seed=seed
        )

    def units(self) -> list[Unit]:
        """Return the units of the predictions; see `Source.units`."""
        self._attachment.workspace.check()
        units = self._reading().units()
        if self._attachment.field.name not in self.columns:
            return units
        return [
            Unit(partial(self._read, units, number), unit.rows) for number, unit in enumerate(units)
        ]

    def _reading(self) -> Source:
        """Return the source with the columns to hand out and those to find the labels by."""
        if self._attachment.field.name not in self.columns:
            return self._base.select(self.columns)
        return self._base.select([*self.columns, *self._attachment.needed])

    def _read(self, units: Sequence[Unit], number: int) -> Iterator[pa.RecordBatch]:
        labels = self._attachment.unit(units, number)
        for batch in units[number].read():
            column = labels(batch)
            names = [name for name in self.columns if name in batch.schema.names]
            names.insert(self._label_place(names), self._attachment.field.name)
            columns = [batch.column(n) if n in batch.schema.names else column for n in names]
            yield pa.RecordBatch.from_arrays(columns, names)

    def _label_place(self, names: Sequence[str]) -> int:
        """Where the label stands among the columns that this batch has."""
        before = self.columns[: self.columns.index(self._attachment.field.name)]
        return sum(name in before for name in names)


class DerivedSource(Source):
    """Columns computed from each batch, in the thread that reads it.

    Args:
        base: What is read.
        derive: Gives the columns of a batch, from the batch, the number of its unit, and the
            number of the unit's rows before it.
    """

    def __init__(self, base: Source, derive: Callable[[pa.RecordBatch, int, int], Columns]):
        self._base = base
        self._derive = derive
        self.schema = pa.schema([])
        self.description = base.description
        self.rows, self.inline = base.rows, base.inline
        self.reader_bytes = base.reader_bytes

    def select(self, columns: Sequence[str]) -> Source:  # noqa: ARG002
        """Return itself: which columns it has is not known before they are computed."""
        return self

    def sample(
        self,
        max_rows: int = SAMPLE_ROWS,
        max_bytes: int = SAMPLE_BYTES,
        max_groups: int = SAMPLE_GROUPS,
        seed: int = 0,
    ) -> list[pa.RecordBatch]:
        """Return some rows; see `Source.sample`."""
        return sample_units(
            self.units(), max_rows=max_rows, max_bytes=max_bytes, max_groups=max_groups, seed=seed
        )

    def units(self) -> list[Unit]:
        """Return the units of what is read; see `Source.units`."""
        return [
            Unit(partial(self._read, unit, number), unit.rows)
            for number, unit in enumerate(self._base.units())
        ]

    def _read(self, unit: Unit, number: int) -> Iterator[pa.RecordBatch]:
        rows = 0
        for batch in unit.read():
            yield to_batch(self._derive(batch, number, rows))
            rows += batch.num_rows
