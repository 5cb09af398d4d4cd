"""Two ways to find the labels of rows: by their ids, or by where they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.ipc as ipc  # type: ignore[import-untyped]

from tallystick.errors import InputError
from tallystick.reading.joining.clock import UNDATED
from tallystick.reading.joining.columns import (
    Bits,
    Columns,
    Mask,
    Whole,
    from_batch,
    rows_of,
    to_batch,
)
from tallystick.reading.joining.keys import Keys
from tallystick.reading.joining.source import Labels
from tallystick.reading.joining.states import LabelIndex
from tallystick.reading.joining.values import LabelCodes
from tallystick.reading.joining.workspace import (
    OPTIONS,
    WRITTEN_ROWS,
    Part,
    Spill,
    Workspace,
    told_plainly,
)
from tallystick.reading.source import Unit


@dataclass(frozen=True)
class Matching:
    """Which rows get a label.

    Attributes:
        cutoff: Predictions after this time are immature; None means that none is.
        delays: Collects label time minus prediction time; None when one of them is not known.
    """

    cutoff: int | None
    delays: Spill | None

    def immature(self, time: Whole) -> Mask:
        """Whether each row is too young to be judged; rows without a time are not."""
        return np.zeros(len(time), bool) if self.cutoff is None else time > self.cutoff

    def match(self, index: LabelIndex, high: Bits, low: Bits, time: Whole) -> tuple[Whole, Mask]:
        """Return each id's place in the index, and whether the row gets the label there."""
        at = index.find(high, low)
        labelled = at >= 0
        labelled[labelled] = index.labelled[at[labelled]]
        return at, labelled & ~self.immature(time)

    def count(
        self, index: LabelIndex, at: Whole, labelled: Mask, time: Whole, counts: Counter[str]
    ) -> None:
        """Take note of the matches."""
        index.predicted[at[at >= 0]] = True
        counts["labelled"] += int(labelled.sum())
        if self.delays is None:
            return
        known = labelled & (time != UNDATED)
        known[known] = index.time[at[known]] != UNDATED
        delay = index.time[at[known]] - time[known]
        counts["negative_delays"] += int((delay < 0).sum())
        self.delays.add({"delay": delay})


class ById:
    """Looks ids up in an index in memory; see `Attachment`."""

    def __init__(
        self,
        keys: Keys,
        index: LabelIndex,
        codes: LabelCodes,
        matching: Matching,
        field: pa.Field,
        workspace: Workspace,
    ):
        self.needed = keys.names
        self.field = field
        self.workspace = workspace
        self._keys, self._index, self._codes, self._matching = keys, index, codes, matching

    def unit(self, units: Sequence[Unit], number: int) -> Labels:
        """Return the look-up, which is the same for all units."""
        del units, number
        return self._labels

    def _labels(self, batch: pa.RecordBatch) -> pa.Array:
        self.workspace.check()
        high, low, present, time = self._keys.of(batch)
        at, labelled = self._matching.match(self._index, high, low, time)
        labelled &= present
        codes = np.zeros(len(at), np.int64)
        codes[labelled] = self._index.code[at[labelled]]
        return self._codes.decode(codes, labelled)


class ByPlace:
    """Reads a file of labels that has a row for each prediction; see `Attachment`.

    Args:
        needed: A column that is read so that every batch says how many rows it has.
        path: The file.
        unit_rows: Rows of each unit of the predictions, as they were when the file was made.
        codes: The labels behind the codes.
        field: The column of labels.
        workspace: Where the file is.
        description: Of the predictions.
    """

    def __init__(
        self,
        needed: str,
        path: str,
        unit_rows: Sequence[int],
        codes: LabelCodes,
        field: pa.Field,
        workspace: Workspace,
        description: str,
    ):
        self.needed: tuple[str, ...] = (needed,)
        self.field = field
        self.workspace = workspace
        self._path, self._unit_rows, self._codes = path, unit_rows, codes
        self._description = description

    def unit(self, units: Sequence[Unit], number: int) -> Labels:
        """Return what reads on, from the unit's first row."""
        rows = [unit.rows for unit in units]
        # A source in memory is cut into units by how wide it is; those of files stay as they are.
        known = self._unit_rows if None in rows else [count or 0 for count in rows]
        if len(known) != len(rows) or sum(known) != sum(self._unit_rows):
            raise self.changed()
        start = sum(known[:number])
        return _Places(self, start, start + known[number]).labels

    def changed(self) -> InputError:
        """Say that the predictions are not those that were joined."""
        return InputError(
            f"{self._description} changed since it was joined with its labels",
            hint="join again, from files that are complete",
        )

    def decode(self, columns: Columns) -> pa.Array:
        """Return the labels of rows of the file."""
        return self._codes.decode(columns["code"], columns["present"] > 0)

    def open(self) -> Any:
        """Open the file."""
        self.workspace.check()
        with told_plainly():
            return ipc.open_file(pa.OSFile(self._path))


class _Places:
    """Goes through a stretch of the file."""

    def __init__(self, file: ByPlace, start: int, end: int):
        self._file = file
        self._at, self._end = start, end
        self._reader: Any = None
        self._held: Columns = {}
        self._held_at = -1

    def labels(self, batch: pa.RecordBatch) -> pa.Array:
        """Return the labels of the next rows, as many as the batch has."""
        wanted = batch.num_rows
        if self._at + wanted > self._end:
            raise self._file.changed()
        pieces = [pa.array([], self._file.field.type)]
        while wanted:
            pieces.append(self._file.decode(self._next(wanted)))
            self._at += len(pieces[-1])
            wanted -= len(pieces[-1])
        return pa.concat_arrays(pieces)

    def _next(self, wanted: int) -> Columns:
        """Return rows from the place reached, up to the end of what was written together."""
        self._file.workspace.check()
        number, begin = divmod(self._at, WRITTEN_ROWS)
        if self._reader is None:
            self._reader = self._file.open()
        if number != self._held_at:
            self._held_at = number
            self._held = from_batch(self._reader.get_batch(number))
        return rows_of(self._held, slice(begin, begin + wanted))


def write_places(
    workspace: Workspace, blocks: Mapping[int, Part], rows: int, block_rows: int
) -> str:
    """Write the file that `ByPlace` reads.

    Args:
        workspace: Where it goes.
        blocks: Places and codes of the labelled rows, by block.
        rows: Rows of the predictions.
        block_rows: Rows of a block, a multiple of `WRITTEN_ROWS`.
    """
    path = workspace.new_file()
    schema = pa.schema([("code", pa.int64()), ("present", pa.uint8())])
    with told_plainly(), ipc.new_file(path, schema, options=OPTIONS) as writer:
        for number, start in enumerate(range(0, rows, block_rows)):
            part = blocks.get(number, Part())
            for batch in _block(part, start, min(block_rows, rows - start)):
                workspace.check()
                writer.write_batch(batch)
            part.drop()
    return path


def _block(part: Part, start: int, rows: int) -> Iterator[pa.RecordBatch]:
    codes, present = np.zeros(rows, np.int64), np.zeros(rows, np.uint8)
    for columns in part:
        place = columns["place"] - start
        codes[place] = columns["code"]
        present[place] = 1
    for begin in range(0, rows, WRITTEN_ROWS):
        piece = slice(begin, begin + WRITTEN_ROWS)
        yield to_batch({"code": codes[piece], "present": present[piece]})
