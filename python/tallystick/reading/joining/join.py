"""The join: labels first, then predictions, at once in memory or part by part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from tallystick.reading.joining.attach import ById, ByPlace, Matching, write_places
from tallystick.reading.joining.columns import Columns, from_batch, joined, rows_of
from tallystick.reading.joining.ids import Hasher
from tallystick.reading.joining.keys import (
    DEEPEST,
    DIVISION_BITS,
    UNIT_BITS,
    Keys,
    LabelKeys,
    division,
    undated,
)
from tallystick.reading.joining.report import LabelReport, report_of
from tallystick.reading.joining.source import Attachment, DerivedSource
from tallystick.reading.joining.states import (
    LabelIndex,
    TooManyError,
    added_up,
    distinct,
    folded,
)
from tallystick.reading.joining.terms import Terms
from tallystick.reading.joining.values import LabelCodes
from tallystick.reading.joining.workspace import WRITTEN_ROWS, Part, Spill, Workspace
from tallystick.reading.source import Source
from tallystick.reading.threads import run

_PLACE_BYTES = 9


class Join:
    """One join of two sources that can be read again.

    Args:
        terms: What is joined and how.
        workspace: Where temporary files go.
        whole: Whether the ids are whole numbers; see `Hasher`.
        kind: The labels' type; see `LabelCodes`.
    """

    def __init__(self, terms: Terms, workspace: Workspace, *, whole: bool, kind: pa.DataType):
        hasher = Hasher(whole=whole)
        self._terms = terms
        self._workspace = workspace
        self._codes = LabelCodes(kind)
        self._keys = Keys(hasher, terms.on, terms.predicted_at)
        label_keys = Keys(hasher, terms.on, terms.labelled_at)
        self._label_keys = LabelKeys(label_keys, self._codes, terms.label)
        timed = None not in (terms.predicted_at, terms.labelled_at)
        delays = self._spill(16, lambda columns: np.zeros(len(columns["delay"]), np.int64))
        self._matching = Matching(terms.cutoff, delays if timed else None)
        self._counts: Counter[str] = Counter()
        self._unit_rows: Counter[int] = Counter()

    def labels(self, labels: Source) -> Spill:
        """Read the labels."""
        states = self._spill(5, partial(division, 0))
        source = DerivedSource(labels, self._label_keys.states)
        self._read(source, lambda: _LabelReader(states, timed=self._terms.labelled_at is not None))
        return states

    def in_memory(self, states: Spill, predictions: Source) -> Attachment:
        """Look all predictions up in one index."""
        index = self._index_of_held(states)
        ids = self._spill(8, partial(division, 0))
        reader = partial(_PredictionReader, self._keys, ids, self._matching, index)
        self._read(DerivedSource(predictions, self._keys.predictions), reader)
        self._count_labels(index)
        self._count_ids(ids)
        self._workspace.check()
        field = pa.field(self._terms.label, self._codes.kind)
        return ById(self._keys, index, self._codes, self._matching, field, self._workspace)

    def in_parts(self, states: Spill, predictions: Source) -> Attachment:
        """Divide both sides by ids, join part by part, and put the labels in rows' order."""
        ids = self._spill(8, partial(division, 0), divided=True)
        reader = partial(_PredictionReader, self._keys, ids, self._matching, None)
        self._read(DerivedSource(predictions, self._keys.predictions), reader)
        starts = self._unit_starts()
        block_rows = max(self._share(8) // _PLACE_BYTES // WRITTEN_ROWS, 1) * WRITTEN_ROWS
        places = self._spill(16, lambda columns: columns["place"] // block_rows, divided=True)
        labels, rows = states.parts(), ids.parts()
        for number in sorted({*labels, *rows}):
            self._join_part(labels.get(number, Part()), rows.get(number, Part()), 1, starts, places)
        total = self._counts["predictions"]
        path = write_places(self._workspace, places.parts(), total, block_rows)
        field = pa.field(self._terms.label, self._codes.kind)
        unit_rows = np.diff(np.append(starts, total)).tolist()
        return ByPlace(
            *(self._terms.on, path, unit_rows, self._codes, field),
            *(self._workspace, predictions.description),
        )

    def report(self) -> LabelReport:
        """Return what was counted."""
        delays = self._matching.delays
        parts = {} if delays is None else delays.parts()
        report = report_of(self._counts, parts)
        for part in parts.values():
            part.drop()
        return report

    def _spill(self, share: int, partition: Callable[[Columns], Any], **how: bool) -> Spill:
        return Spill(self._workspace, self._share(share), partition, **how)

    def _share(self, share: int) -> int:
        return self._terms.memory_budget_bytes // share

    def _read(self, source: Source, make_reader: Callable[[], Any]) -> None:
        terms = self._terms
        budget = terms.memory_budget_bytes
        for reader in run(source, make_reader, None, terms.progress, memory_budget_bytes=budget):
            self._counts.update(reader.counts)
            self._unit_rows.update(reader.unit_rows)

    def _unit_starts(self) -> Any:
        """Where each unit's rows begin among all."""
        units = max(self._unit_rows, default=-1) + 1
        rows = [self._unit_rows[number] for number in range(units)]
        return np.cumsum([0, *rows[:-1]]) if rows else np.zeros(0, np.int64)

    def _index_of_held(self, states: Spill) -> LabelIndex:
        part = states.parts()[0]
        held = joined(part.held) if part.held else None
        part.drop()
        added = None if held is None else added_up(held)
        return LabelIndex(added, timed=self._terms.labelled_at is not None)

    def _join_part(self, labels: Part, rows: Part, depth: int, starts: Any, places: Spill) -> None:
        """Join the part, in smaller parts if its labels are too many."""
        try:
            states = folded(labels, added_up, self._share(10) if depth <= DEEPEST else 2**63)
        except TooManyError:
            smaller, rows_smaller = self._divided(labels, depth), self._divided(rows, depth)
            for number in sorted({*smaller, *rows_smaller}):
                pair = smaller.get(number, Part()), rows_smaller.get(number, Part())
                self._join_part(*pair, depth + 1, starts, places)
            return
        labels.drop()
        timed = self._terms.labelled_at is not None
        index = LabelIndex(states, timed=timed, alike=DIVISION_BITS * depth)
        for columns in rows:
            high, low, time = columns["high"], columns["low"], columns["time"]
            at, labelled = self._matching.match(index, high, low, time)
            self._matching.count(index, at, labelled, time, self._counts)
            row = columns["row"][labelled]
            place = starts[row >> UNIT_BITS] + (row & ((1 << UNIT_BITS) - 1))
            places.add({"place": place, "code": index.code[at[labelled]]})
        self._count_labels(index)
        self._count_distinct(rows, depth)

    def _divided(self, part: Part, depth: int) -> dict[int, Part]:
        spill = self._spill(16, partial(division, depth), divided=True)
        for columns in part:
            spill.add(columns)
        part.drop()
        return spill.parts()

    def _count_labels(self, index: LabelIndex) -> None:
        self._counts.update(
            orphans=index.ids - int(index.predicted.sum()),
            duplicate_labels=int(index.repeated.sum()),
            corrected=int(index.corrected.sum()),
            withdrawn=int(index.withdrawn.sum()),
            conflicting=int(index.conflicting.sum()),
        )

    def _count_ids(self, ids: Spill) -> None:
        depth = int(ids.divided)
        for part in ids.parts().values():
            self._count_distinct(part, depth)

    def _count_distinct(self, part: Part, depth: int) -> None:
        """Count the rows whose id another row of the part has, too."""
        ids = ({"high": columns["high"], "low": columns["low"]} for columns in part)
        try:
            different = folded(ids, distinct, self._share(10) if depth <= DEEPEST else 2**63)
        except TooManyError:
            for smaller in self._divided(part, depth).values():
                self._count_distinct(smaller, depth + 1)
            return
        if different is not None:
            self._counts["duplicate_predictions"] += part.rows - len(different["high"])
        part.drop()


class _LabelReader:
    """Collects the states of labels with an id; see `Accumulator`."""

    def __init__(self, states: Spill, *, timed: bool):
        self.counts: Counter[str] = Counter()
        self.unit_rows: Counter[int] = Counter()
        self._states = states
        self._timed = timed

    def count(self, batch: pa.RecordBatch) -> None:
        """Add the rows of the batch."""
        columns = from_batch(batch)
        present = columns.pop("present")
        self.counts["labels"] += len(present)
        self.counts["missing_label_ids"] += int((~present).sum())
        if self._timed:
            self.counts["undated_labels"] += undated(columns["time"])
        self._states.add(columns if present.all() else rows_of(columns, present))


class _PredictionReader:
    """Counts predictions, and looks them up if there is an index; see `Accumulator`."""

    def __init__(self, keys: Keys, ids: Spill, matching: Matching, index: LabelIndex | None):
        self.counts: Counter[str] = Counter()
        self.unit_rows: Counter[int] = Counter()
        self._ids, self._matching, self._index = ids, matching, index
        self._timed = keys.time is not None

    def count(self, batch: pa.RecordBatch) -> None:
        """Add the rows of the batch."""
        columns = from_batch(batch)
        present, time = columns.pop("present"), columns["time"]
        self.counts["predictions"] += len(present)
        self.counts["missing_ids"] += int((~present).sum())
        self.counts["immature"] += int(self._matching.immature(time).sum())
        if self._timed:
            self.counts["undated"] += undated(time)
        if len(present):
            self.unit_rows[int(columns["row"][0]) >> UNIT_BITS] += len(present)
        columns = columns if present.all() else rows_of(columns, present)
        if self._index is None:
            self._ids.add(columns)
            return
        high, low, time = columns["high"], columns["low"], columns["time"]
        at, labelled = self._matching.match(self._index, high, low, time)
        self._matching.count(self._index, at, labelled, time, self.counts)
        self._ids.add({"high": high, "low": low})
