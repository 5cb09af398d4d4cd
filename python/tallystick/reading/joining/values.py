"""Labels as 64-bit codes that are equal when the labels are, and back."""

from __future__ import annotations

import threading

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray
from pyarrow import types

from tallystick.reading.joining.columns import Mask, Whole
from tallystick.reading.joining.ids import canonical_texts
from tallystick.spec.arrow_types import is_clock, is_text


class MixedLabelsError(Exception):
    """A batch holds labels of another type; `kind` can hold both."""

    def __init__(self, kind: pa.DataType):
        super().__init__()
        self.kind = kind


def plain(kind: pa.DataType) -> pa.DataType:
    """Return the type of the values themselves, however they are laid out."""
    if types.is_dictionary(kind):
        kind = kind.value_type
    return pa.string() if is_text(kind) else kind


def can_be_label(kind: pa.DataType) -> bool:
    """Whether it is a number, text, boolean, date or timestamp, or nothing at all."""
    kind = plain(kind)
    return bool(
        types.is_integer(kind)
        or types.is_floating(kind)
        or types.is_boolean(kind)
        or types.is_string(kind)
        or types.is_null(kind)
        or is_clock(kind)
    )


class LabelCodes:
    """Codes of labels of one type. Numbers are their own; of texts each is kept once.

    Args:
        kind: The type; a batch with another one raises `MixedLabelsError`.
    """

    def __init__(self, kind: pa.DataType):
        self.kind = plain(kind)
        self._lock = threading.Lock()
        self._known: dict[str, int] = {}
        self._texts: pa.Array | None = None

    def encode(self, labels: pa.Array | None, rows: int) -> tuple[Whole, Mask]:
        """Return the codes, and whether there is a label; NaN is none."""
        if labels is None or types.is_null(labels.type):
            return np.zeros(rows, np.int64), np.zeros(rows, bool)
        if types.is_string(self.kind):
            return self._encode_texts(labels)
        wider = _promoted(self.kind, plain(labels.type))
        if wider != self.kind:
            raise MixedLabelsError(wider)
        if types.is_dictionary(labels.type):
            labels = labels.dictionary_decode()
        labels = labels.cast(self.kind, safe=False)
        present = np.asarray(labels.is_valid())
        if types.is_floating(self.kind):
            numbers = np.asarray(labels.cast(pa.float64()).fill_null(np.nan))
            present = ~np.isnan(numbers)
            return np.where(present, numbers + 0.0, 0.0).view(np.int64), present
        if types.is_boolean(self.kind):
            labels = labels.cast(pa.uint8())
        elif is_clock(self.kind):
            labels = labels.view(_integers(self.kind))
        return np.asarray(labels.fill_null(0)).astype(np.int64), present

    def decode(self, codes: Whole, present: Mask) -> pa.Array:
        """Return the labels, null where there is none."""
        if types.is_null(self.kind):
            return pa.nulls(len(codes))
        if types.is_string(self.kind):
            return self._all_texts().take(pa.array(codes, mask=~present))
        if types.is_floating(self.kind):
            with np.errstate(over="ignore", invalid="ignore"):
                values = codes.view(np.float64).astype(self.kind.to_pandas_dtype())
            return pa.array(values, mask=~present)
        if types.is_boolean(self.kind):
            return pa.array(codes.astype(bool), mask=~present)
        narrow = _integers(self.kind) if is_clock(self.kind) else self.kind
        return pa.array(codes.astype(narrow.to_pandas_dtype()), mask=~present).view(self.kind)

    def _encode_texts(self, labels: pa.Array) -> tuple[Whole, Mask]:
        if not types.is_dictionary(labels.type):
            labels = labels if is_text(labels.type) else canonical_texts(labels)
            labels = labels.cast(pa.large_string()).dictionary_encode()
        present = np.asarray(labels.is_valid())
        codes = self._codes(canonical_texts(labels.dictionary).to_pylist())
        if not len(codes):
            return np.zeros(len(labels), np.int64), np.zeros(len(labels), bool)
        found = codes[np.asarray(labels.indices.fill_null(0)).astype(np.int64)]
        return np.maximum(found, 0), present & (found >= 0)

    def _codes(self, texts: list[str | None]) -> NDArray[np.int64]:
        with self._lock:
            for text in texts:
                if text is not None:
                    self._known.setdefault(text, len(self._known))
            codes = [-1 if text is None else self._known[text] for text in texts]
        return np.array(codes, np.int64)

    def _all_texts(self) -> pa.Array:
        with self._lock:
            if self._texts is None or len(self._texts) != len(self._known):
                self._texts = pa.array(list(self._known), self.kind)
            return self._texts


def _integers(clock: pa.DataType) -> pa.DataType:
    return pa.int32() if types.is_date32(clock) else pa.int64()


def _promoted(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    """Return the type that holds both, else text."""
    if one == other:
        return one
    schemas = [pa.schema([("x", kind)]) for kind in (one, other)]
    try:
        kind = pa.unify_schemas(schemas, promote_options="permissive").field("x").type
    except pa.ArrowException:
        return pa.string()
    return kind if can_be_label(kind) else pa.string()
