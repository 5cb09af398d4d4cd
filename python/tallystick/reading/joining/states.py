"""What is known of each id's label, as rows that add up in any order."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from tallystick.reading.joining.clock import UNDATED
from tallystick.reading.joining.columns import (
    Bits,
    Columns,
    Mask,
    Whole,
    joined,
    length,
    rows_of,
    size,
)

# Of the labels at the latest time: there is one; there is a null; two differ.
PRESENT, WITHDRAWN, CLASH = 1, 2, 4
# Of all labels: there is one; two differ; there is more than one row.
SOME, MIXED, SEVERAL = 8, 16, 32
# Bytes of one state, and of one id.
STATE_BYTES = 41
ID_BYTES = 16
_HIGHEST, _LOWEST = np.iinfo(np.int64).max, np.iinfo(np.int64).min
# About one id in each bucket of the index; more bits than this would not fit the caches anyway.
_MOST_BITS = 26


def states_of(high: Bits, low: Bits, time: Whole, codes: Whole, present: Mask) -> Columns:
    """Return a state for each row of labels."""
    flags = np.where(present, PRESENT | SOME, WITHDRAWN).astype(np.uint8)
    return {"high": high, "low": low, "time": time, "code": codes, "any": codes, "flags": flags}


def added_up(states: Columns) -> Columns:
    """Return one state for each id, sorted. It is the same for any order and any grouping."""
    states = rows_of(states, np.argsort(states["high"]))
    high = states["high"]
    same = high[1:] == high[:-1]
    if not same.any():
        return states
    repeated = np.append(same, False) | np.insert(same, 0, False)
    several = rows_of(states, repeated)
    order = np.lexsort((several["time"], several["low"], several["high"]))
    both = joined([rows_of(states, ~repeated), _groups(rows_of(several, order))])
    return rows_of(both, np.argsort(both["high"], kind="stable"))


def _groups(states: Columns) -> Columns:
    """Add up neighbours of one id, the latest of which stands last."""
    starts = np.flatnonzero(_first(states["high"], states["low"]))
    sizes = np.diff(np.append(starts, length(states)))
    flags, time, code = states["flags"], states["time"], states["code"]
    latest_time = time[starts + sizes - 1]
    latest = time == np.repeat(latest_time, sizes)
    result = np.bitwise_or.reduceat(np.where(latest, flags, 0), starts) & (
        PRESENT | WITHDRAWN | CLASH
    )
    result |= np.bitwise_or.reduceat(flags, starts) & (SOME | MIXED | SEVERAL)
    result |= np.where(sizes > 1, SEVERAL, 0).astype(np.uint8)
    newest, differ = _one_value(code, latest & (flags & PRESENT > 0), starts)
    result |= np.where(differ, CLASH, 0).astype(np.uint8)
    some, differ = _one_value(states["any"], flags & SOME > 0, starts)
    result |= np.where(differ, MIXED, 0).astype(np.uint8)
    ids = rows_of({"high": states["high"], "low": states["low"]}, starts)
    return {**ids, "time": latest_time, "code": newest, "any": some, "flags": result}


def _one_value(values: Whole, counts: Mask, starts: NDArray[np.intp]) -> tuple[Whole, Mask]:
    """Return the smallest value of each group, 0 where none counts, and whether several do."""
    smallest = np.minimum.reduceat(np.where(counts, values, _HIGHEST), starts)
    largest = np.maximum.reduceat(np.where(counts, values, _LOWEST), starts)
    any_counts = np.logical_or.reduceat(counts, starts)
    return np.where(any_counts, smallest, 0), any_counts & (smallest < largest)


def distinct(ids: Columns) -> Columns:
    """Return every id once."""
    order = np.argsort(ids["high"])
    high, low = ids["high"][order], ids["low"][order]
    same = high[1:] == high[:-1]
    if (same & (low[1:] != low[:-1])).any():
        order = np.lexsort((ids["low"], ids["high"]))
        high, low = ids["high"][order], ids["low"][order]
    first = _first(high, low)
    return {"high": high[first], "low": low[first]}


def _first(high: Bits, low: Bits) -> Mask:
    differs = (high[1:] != high[:-1]) | (low[1:] != low[:-1])
    return np.insert(differs, 0, np.ones(min(len(high), 1), bool))


class TooManyError(Exception):
    """More ids than may be held at a time."""


def folded(
    parts: Iterable[Columns], add: Callable[[Columns], Columns], most_bytes: int
) -> Columns | None:
    """Add up any number of parts, with few of them in memory at a time.

    Returns:
        The sum, None of no parts.

    Raises:
        TooManyError: The result would take more than `most_bytes`.
    """
    total: Columns | None = None
    waiting: list[Columns] = []
    waiting_bytes = 0
    for part in parts:
        waiting.append(part)
        waiting_bytes += size(part)
        if waiting_bytes > max(most_bytes // 2, size(total or {})):
            total = add(joined(waiting if total is None else [total, *waiting]))
            waiting, waiting_bytes = [], 0
            if size(total or {}) > most_bytes:
                raise TooManyError
    if waiting:
        total = add(joined(waiting if total is None else [total, *waiting]))
    return total


class LabelIndex:
    """Finds the label of ids: their codes, times, and whether there is one.

    Args:
        states: One state for each id, sorted; None when there are no labels.
        timed: Whether labels have times. Of labels without any, a null says nothing.
        alike: How many first bits all ids have in common.
    """

    def __init__(self, states: Columns | None, *, timed: bool, alike: int = 0):
        if states is None:
            none: Bits = np.zeros(0, np.uint64)
            empty: Whole = np.zeros(0, np.int64)
            states = states_of(none, none, empty, empty, np.zeros(0, bool))
        flags = states["flags"]
        self.ids = len(flags)
        dated = (states["time"] != UNDATED) & timed
        present = flags & PRESENT > 0
        self.conflicting = (flags & CLASH > 0) | (dated & present & (flags & WITHDRAWN > 0))
        self.labelled = present & ~self.conflicting
        self.corrected = self.labelled & (flags & MIXED > 0)
        self.withdrawn = ~present & (flags & SOME > 0)
        self.repeated = flags & SEVERAL > 0
        self.code, self.time = states["code"], states["time"]
        self.predicted = np.zeros(self.ids, bool)
        self._alike = np.uint64(alike)
        self._prepare(states["high"], states["low"])

    def _prepare(self, high: Bits, low: Bits) -> None:
        """Note where each bucket of the sorted ids begins: their next bits are even."""
        bits = min(max(self.ids, 2).bit_length(), _MOST_BITS)
        self._shift = np.uint64(64 - bits)
        counts = np.bincount(self._buckets(high), minlength=1 << bits)
        self._starts = np.concatenate([[0], np.cumsum(counts[:-1])]).astype(np.int64)
        # One more entry, which is behind every id, ends each search.
        self._high = np.append(high, np.uint64(2**64 - 1))
        self._low = np.append(low, np.uint64(2**64 - 1))

    def find(self, high: Bits, low: Bits) -> Whole:
        """Return each id's position in the index, -1 where it has none."""
        at: Whole = self._starts[self._buckets(high)]
        rows = np.flatnonzero(self._behind(at, high, low))
        while len(rows):
            at[rows] += 1
            rows = rows[self._behind(at[rows], high[rows], low[rows])]
        found = (self._high[at] == high) & (self._low[at] == low) & (at < self.ids)
        return np.where(found, at, -1)

    def _buckets(self, high: Bits) -> Whole:
        return (high << self._alike >> self._shift).astype(np.int64)

    def _behind(self, at: Whole, high: Bits, low: Bits) -> Mask:
        """Whether the entry stands before the id; entries of equal first half stand anyhow."""
        here = self._high[at]
        behind: Mask = (here < high) | ((here == high) & (self._low[at] != low))
        return behind & (at < self.ids)
