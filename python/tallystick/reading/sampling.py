"""A sample spread over the data: the same for the same data, seed and limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from tallystick.reading.source import Unit

# A group is decoded at most this many times its quota, then the rest of it is left alone: a
# sample of a huge row group would otherwise cost as much as counting it.
_SCAN_RATIO = 4


def spread(count: int, picks: int, rng: np.random.Generator) -> list[int]:
    """Pick positions below ``count``, one at random from each of ``picks`` equal stretches.

    They ascend, and differ as long as there are enough of them.
    """
    borders = np.arange(picks + 1) * count // max(picks, 1)
    places: list[int] = (borders[:-1] + rng.random(picks) * np.diff(borders)).astype(int).tolist()
    return places


def batch_bytes(batch: pa.RecordBatch) -> int:
    """Bytes that the batch's own rows take, whatever buffers it shares with other rows."""
    return sum(_array_bytes(column) for column in batch.columns)


def _array_bytes(array: pa.Array) -> int:
    if pa.types.is_dictionary(array.type):
        return _array_bytes(array.indices) + _array_bytes(array.dictionary)
    if _is_view(array.type):  # a slice of a view array keeps, and reports, the whole buffers
        return 16 * len(array) + int(_plain(array).nbytes)
    return int(array.nbytes)


def _is_view(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string_view(kind) or pa.types.is_binary_view(kind))


def _plain(array: pa.Array) -> pa.Array:
    if pa.types.is_string_view(array.type):
        return array.cast(pa.large_string())
    if pa.types.is_binary_view(array.type):
        return array.cast(pa.large_binary())
    return array


def own_copy(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return the rows without the dictionary entries and buffers of other rows."""
    columns = [_own_array(column) for column in batch.columns]
    return batch if not columns else pa.RecordBatch.from_arrays(columns, batch.schema.names)


def _own_array(array: pa.Array) -> pa.Array:
    if not pa.types.is_dictionary(array.type):
        return _plain(array)
    values = _plain(array.dictionary)
    array = pa.DictionaryArray.from_arrays(array.indices, values, ordered=array.type.ordered)
    return array.dictionary_decode() if len(values) > len(array) else array


def pick_rows(batch: pa.RecordBatch, rows: int, rng: np.random.Generator) -> pa.RecordBatch:
    """Return ``rows`` rows of the batch, spread over it at random, in their order."""
    if rows >= batch.num_rows or not batch.num_columns:
        return batch.slice(0, rows)
    columns = [_takeable(column) for column in batch.columns]
    batch = pa.RecordBatch.from_arrays(columns, batch.schema.names)
    return own_copy(batch.take(pa.array(spread(batch.num_rows, rows, rng), pa.int64())))


def _takeable(array: pa.Array) -> pa.Array:
    """Replace views, which Arrow cannot take rows from."""
    if pa.types.is_dictionary(array.type) and _is_view(array.type.value_type):
        return pa.DictionaryArray.from_arrays(array.indices, _plain(array.dictionary))
    return _plain(array)


def shrink(batch: pa.RecordBatch, max_bytes: int, rng: np.random.Generator) -> pa.RecordBatch:
    """Return as many rows, spread over the batch, as fit into ``max_bytes``; possibly none.

    They are copies: a slice would keep the whole batch in memory.
    """
    while batch.num_rows and (size := batch_bytes(batch)) > max_bytes:
        # In proportion, and a little less: rows differ in size.
        batch = pick_rows(batch, batch.num_rows * max_bytes * 31 // (size * 32), rng)
    return batch


def sample_units(
    units: Sequence[Unit], *, max_rows: int, max_bytes: int, max_groups: int, seed: int
) -> list[pa.RecordBatch]:
    """Sample at most ``max_groups`` units spread evenly, with about equal shares.

    What a small unit leaves of its share goes to the larger ones, hence the order.
    """
    rng = np.random.default_rng(seed)
    places = spread(len(units), min(len(units), max_groups), rng)
    chosen = [(place, units[place]) for place in places]
    chosen.sort(key=lambda pair: (pair[1].rows is None, pair[1].rows or 0, pair[0]))
    taken: dict[int, list[pa.RecordBatch]] = {}
    for left, (position, unit) in zip(range(len(chosen), 0, -1), chosen, strict=True):
        batches = list(_sample_unit(unit, max_rows // left, max_bytes // left, rng))
        max_rows -= sum(batch.num_rows for batch in batches)
        max_bytes -= sum(batch_bytes(batch) for batch in batches)
        taken[position] = batches
    return [batch for position in sorted(taken) for batch in taken[position]]


def _sample_unit(
    unit: Unit, max_rows: int, max_bytes: int, rng: np.random.Generator
) -> Iterator[pa.RecordBatch]:
    """Yield random rows of the unit's part that is worth decoding."""
    scan = max_rows if unit.rows is None else min(unit.rows, _SCAN_RATIO * max_rows)
    seen = rows = size = 0
    batches = unit.read()
    while rows < max_rows and seen < scan and (batch := next(batches, None)) is not None:
        batch = batch.slice(0, scan - seen)
        seen += batch.num_rows
        # Aim at the running totals, so that the beginning does not use up what is for the end
        # and rounding leaves nothing unused.
        wanted = max_rows if scan <= max_rows else round(max_rows * seen / scan)
        part = pick_rows(batch, min(wanted - rows, batch.num_rows), rng)
        part = shrink(part, max_bytes * seen // scan - size, rng)
        if part.num_rows:
            rows += part.num_rows
            size += batch_bytes(part)
            yield part
