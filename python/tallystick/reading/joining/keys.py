"""What the join reads of each side, as columns of fixed width."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from tallystick.reading.joining.clock import UNDATED, nanoseconds
from tallystick.reading.joining.columns import Bits, Columns, Mask, Whole
from tallystick.reading.joining.ids import Hasher
from tallystick.reading.joining.states import states_of
from tallystick.reading.joining.values import LabelCodes

# A row of the predictions is the number of its unit and its place there in one number.
UNIT_BITS = 40
DIVISION_BITS = 6
DEEPEST = 9


@dataclass(frozen=True)
class Keys:
    """Ids and times of one side.

    Attributes:
        hasher: Fingerprints the ids.
        on: The column of ids.
        time: The column of times, if there is one.
    """

    hasher: Hasher
    on: str
    time: str | None

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that are read."""
        return (self.on,) if self.time is None else (self.on, self.time)

    def of(self, batch: pa.RecordBatch) -> tuple[Bits, Bits, Mask, Whole]:
        """Return both halves of the ids, whether there is one, and the times.

        A file may lack a column: its rows then have no id or no time.
        """
        rows = batch.num_rows
        names = batch.schema.names
        ids = batch.column(self.on) if self.on in names else pa.nulls(rows)
        times = batch.column(self.time) if self.time in names else None
        return *self.hasher(ids), nanoseconds(times, rows)

    def predictions(self, batch: pa.RecordBatch, unit: int, before: int) -> Columns:
        """Return the keys of predictions, with the place of each row."""
        high, low, present, time = self.of(batch)
        first = (unit << UNIT_BITS) + before
        row = np.arange(first, first + len(high), dtype=np.int64)
        return {"high": high, "low": low, "present": present, "time": time, "row": row}


@dataclass(frozen=True)
class LabelKeys:
    """Ids, times and labels.

    Attributes:
        keys: Ids and times.
        codes: Codes of the labels.
        label: The column of labels.
    """

    keys: Keys
    codes: LabelCodes
    label: str

    def states(self, batch: pa.RecordBatch, unit: int, before: int) -> Columns:
        """Return the state of each row, with whether it has an id."""
        del unit, before
        high, low, present, time = self.keys.of(batch)
        labels = batch.column(self.label) if self.label in batch.schema.names else None
        codes, labelled = self.codes.encode(labels, batch.num_rows)
        return {**states_of(high, low, time, codes, labelled), "present": present}


def division(depth: int, columns: Columns) -> Whole:
    """Divide rows by their ids into 64 parts; at every depth by other bits of them."""
    shift = np.uint64(64 - DIVISION_BITS * (depth + 1))
    return (columns["high"] >> shift).astype(np.int64) & ((1 << DIVISION_BITS) - 1)


def undated(time: Whole) -> int:
    """Return the number of rows without a time."""
    return int((time == UNDATED).sum())
