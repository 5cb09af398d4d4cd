"""Ids of any type as 128-bit fingerprints, a batch at a time.

Two ids are one when their canonical texts are: 1, 1.0 and "1" are, "1" and "01" are not. Whole
numbers are fingerprinted as they are and never collide; texts by a hash whose key is drawn for
every join. Whatever the ids are, and whoever chose them without knowing the key, two different
texts share a fingerprint with a chance of at most 2^-128.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray
from pyarrow import types

from tallystick.reading.joining.columns import Bits, Mask

# Four sums of 32 good bits each make 128. Longer ids are digested one by one: there are at most
# as many of them as their bytes are thousands, so that it is no loop over rows.
_SUMS = 4
_LONGEST = 1_024
# Rows that are hashed together: their columns of words stay in the processor's cache.
_BLOCK = 8_192
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_KEPT = np.array([(1 << 8 * n) - 1 for n in range(8)] + [2**64 - 1], np.uint64)
_WHOLE = 2.0**63

Fingerprints = tuple[Bits, Bits, Mask]  # two halves, and whether there is an id at all


class MixedIdsError(Exception):
    """A batch holds other ids than the whole numbers that the schemas announced."""


class Hasher:
    """Fingerprints ids, those of both sides with one key.

    Args:
        whole: Whether the ids of both sides are whole numbers, which then stay numbers. A batch
            with others raises `MixedIdsError`.
        key: The key of the hash; None draws one.
    """

    def __init__(self, *, whole: bool, key: int | None = None):
        self.whole = whole
        rng = np.random.default_rng(secrets.randbits(128) if key is None else key)
        shape = (_SUMS, _LONGEST // 4 + 2)
        self._keys = rng.integers(0, 2**64, shape, np.uint64, endpoint=False)
        self._digest_key = rng.bytes(32)

    def __call__(self, ids: pa.Array) -> Fingerprints:
        """Fingerprint the ids; null, NaN and infinity are no id."""
        if types.is_dictionary(ids.type):
            return self._of_dictionary(ids)
        if types.is_integer(ids.type) and self.whole:
            return self._of_numbers(ids)
        if self.whole and not types.is_null(ids.type):
            raise MixedIdsError
        return self._of_texts(canonical_texts(ids))

    def _of_dictionary(self, ids: pa.DictionaryArray) -> Fingerprints:
        """Hash every entry once."""
        high, low, known = self(ids.dictionary)
        present = np.asarray(ids.indices.is_valid())
        if not len(high):
            return _none(len(ids))
        entry = np.asarray(ids.indices.fill_null(0)).astype(np.int64)
        return high[entry], low[entry], present & known[entry]

    def _of_numbers(self, ids: pa.Array) -> Fingerprints:
        present = np.asarray(ids.is_valid())
        values = np.asarray(ids.fill_null(0))
        signed = values.dtype.kind == "i"
        bits = values.astype(np.int64 if signed else np.uint64).view(np.uint64)
        # A number of 2^63 and more has the bits of a negative one.
        low = np.zeros(len(bits), np.uint64) if signed else bits >> np.uint64(63)
        return _mixed(bits ^ self._keys[0, -1]), low, present

    def _of_texts(self, texts: pa.Array) -> Fingerprints:
        present = np.asarray(texts.is_valid())
        starts, lengths, data = _bytes_of(texts)
        high, low = np.empty((2, len(texts)), np.uint64)
        for begin in range(0, len(texts), _BLOCK):
            block = slice(begin, begin + _BLOCK)
            high[block], low[block] = self._hashed(starts[block], lengths[block], data)
        for row in np.flatnonzero(lengths > _LONGEST).tolist():
            text = data[starts[row] : starts[row] + lengths[row]].tobytes()
            digest = hashlib.blake2b(text, digest_size=16, key=self._digest_key).digest()
            high[row], low[row] = np.frombuffer(digest, np.uint64)
        return high, low, present

    def _hashed(
        self, starts: NDArray[np.int64], lengths: NDArray[np.int64], data: NDArray[np.uint8]
    ) -> tuple[Bits, Bits]:
        """Multiply each 32-bit word by a random 64-bit number and add up, modulo 2^64.

        The upper halves of such sums are strongly universal; the length is a word, too, so that
        padding with zeros makes no two texts alike.
        """
        lengths = np.where(lengths > _LONGEST, 0, lengths)
        sums = [keys[0] * lengths.astype(np.uint64) + keys[-1] for keys in self._keys]
        words = np.ndarray((max(len(data) - 7, 0),), "<u8", data, strides=(1,))
        shortest = int(lengths.min(initial=_LONGEST))
        for at in range(0, int(lengths.max(initial=0)), 8):
            rows: Any = slice(None) if shortest > at else np.flatnonzero(lengths > at)
            word = words[starts[rows] + at] & _KEPT[np.minimum(lengths[rows] - at, 8)]
            lower, upper = word & _LOW, word >> _HALF
            for total, keys in zip(sums, self._keys, strict=True):
                total[rows] += keys[at // 4 + 1] * lower + keys[at // 4 + 2] * upper
        one, two, three, four = (total >> _HALF for total in sums)
        return one << _HALF | two, three << _HALF | four


def _none(rows: int) -> Fingerprints:
    zeros = np.zeros(rows, np.uint64)
    return zeros, zeros, np.zeros(rows, bool)


def _mixed(bits: Bits) -> Bits:
    """Spread numbers evenly; a permutation, so that different ones stay different."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Bits = bits ^ (bits >> np.uint64(31))
    return mixed


def _bytes_of(
    texts: pa.Array,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]:
    """Where each text starts in the bytes, its length, and the bytes with room for a last word."""
    _, offsets, data = texts.cast(pa.large_binary()).buffers()
    if not len(texts) or data is None:
        return *np.zeros((2, len(texts)), np.int64), np.zeros(8, np.uint8)
    bounds = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    own = np.frombuffer(data, np.uint8)[bounds[0] : bounds[-1]]
    return bounds[:-1] - bounds[0], np.diff(bounds), np.append(own, np.zeros(8, np.uint8))


def canonical_texts(values: pa.Array) -> pa.Array:
    """Write values out, so that those which are one category have one text.

    Floats that are whole are written as integers, fractions by their 32-bit rounding. NaN and
    infinity become null.
    """
    kind = values.type
    if isinstance(values, pa.ExtensionArray):
        return canonical_texts(values.storage)
    if types.is_null(kind):
        return pa.nulls(len(values), pa.large_string())
    if types.is_floating(kind):
        return _texts_of_floats(values)
    if is_bytes(kind):
        return values.cast(pa.binary() if types.is_fixed_size_binary(kind) else kind)
    return values.cast(pa.large_string())


def _texts_of_floats(values: pa.Array) -> pa.Array:
    numbers = np.asarray(values.cast(pa.float64()).fill_null(np.nan))
    finite = np.isfinite(numbers)
    numbers = np.where(finite, numbers, 0.0) + 0.0  # which turns -0 into 0
    whole = (np.trunc(numbers) == numbers) & (np.abs(numbers) < _WHOLE)
    integers = pa.array(np.where(whole, numbers, 0.0).astype(np.int64)).cast(pa.large_string())
    with np.errstate(over="ignore"):
        narrow = numbers.astype(np.float32)
    kept = np.isfinite(narrow) & (np.trunc(narrow) != narrow)
    rounded = np.where(kept, narrow.astype(np.float64), numbers)
    fractions = pc.if_else(
        pa.array(kept),
        pa.array(narrow).cast(pa.large_string()),
        pa.array(rounded).cast(pa.large_string()),
    )
    texts = pc.if_else(pa.array(whole), integers, fractions)
    return pc.if_else(pa.array(finite), texts, pa.scalar(None, pa.large_string()))


def is_bytes(kind: pa.DataType) -> bool:
    """Whether values of this type are bytes, such as UUIDs."""
    return bool(
        types.is_binary(kind)
        or types.is_large_binary(kind)
        or types.is_fixed_size_binary(kind)
        or types.is_binary_view(kind)
    )


def can_be_id(kind: pa.DataType) -> bool:
    """Whether ids may be of this type: whole numbers, texts, bytes, floats, booleans."""
    if isinstance(kind, pa.BaseExtensionType):
        return can_be_id(kind.storage_type)
    if types.is_dictionary(kind):
        return can_be_id(kind.value_type)
    if types.is_decimal(kind):
        return bool(kind.scale == 0)
    return bool(
        types.is_integer(kind)
        or types.is_floating(kind)
        or types.is_string(kind)
        or types.is_large_string(kind)
        or types.is_string_view(kind)
        or types.is_boolean(kind)
        or types.is_null(kind)
        or is_bytes(kind)
    )
