"""A join is a function of the rows: not of their order, the units, the memory or the types."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.reading import open_source
from tallystick.reading.joining import join_labels, terms
from unit.joining_rows import EPOCH, naive, rows_of, sides

TIMES = st.none() | st.integers(0, 6).map(lambda days: EPOCH + dt.timedelta(days))
IDS = st.none() | st.integers(-3, 12)
PREDICTIONS = st.lists(st.tuples(IDS, TIMES), max_size=30)
LABELS = st.lists(st.tuples(IDS, st.none() | st.integers(0, 2), TIMES), max_size=40)
TIMED = {"predicted_at": "sent", "labelled_at": "came"}


@pytest.fixture(autouse=True)
def _any_budget(monkeypatch):
    monkeypatch.setattr(terms, "_LEAST_BYTES", 1)


def cut(table, pieces, seed):
    """The rows in another order, in batches."""
    order = np.random.default_rng(seed).permutation(table.num_rows)
    table = table.take(pa.array(order, pa.int64()))
    return table.to_batches(max_chunksize=max(table.num_rows // pieces, 1)) or table


def joined(sent, came, **options):
    with join_labels(open_source(sent), open_source(came), on="id", label="y", **options) as join:
        found = rows_of(join.source, "row", "y")
    return [label for _, label in sorted(found)], join.report.to_dict()


@given(predictions=PREDICTIONS, labels=LABELS, cutoff=st.none() | st.integers(0, 6))
def test_a_join_is_what_a_dictionary_gives_in_memory_and_on_disk(predictions, labels, cutoff):
    as_of = None if cutoff is None else EPOCH + dt.timedelta(cutoff)
    expected = naive(predictions, labels, cutoff=as_of, timed=True)
    sent, came = sides(predictions, labels, kind=pa.int64(), label_kind=pa.int64())
    for budget in (10**8, 3_000):
        options = {"memory_budget_bytes": budget, "as_of": as_of, **TIMED}
        assert joined(sent, came, **options) == expected


@given(predictions=PREDICTIONS, labels=LABELS)
def test_without_times_different_labels_are_conflicting(predictions, labels):
    labels = [(name, label, None) for name, label, _ in labels]
    expected = naive(predictions, labels)
    sent, came = sides(predictions, labels, kind=pa.int64(), label_kind=pa.int64())
    assert joined(sent, came) == expected
    assert joined(sent, came, memory_budget_bytes=3_000) == expected


@given(PREDICTIONS, LABELS, st.integers(1, 7), st.integers(0, 99), st.integers(500, 50_000))
def test_order_pieces_and_memory_change_nothing(predictions, labels, pieces, seed, budget):
    tables = sides(predictions, labels, kind=pa.int64(), label_kind=pa.int64())
    expected = joined(*tables, **TIMED)
    sent, came = (cut(table, pieces, seed) for table in tables)
    assert joined(sent, came, memory_budget_bytes=budget, **TIMED) == expected
    once = (pa.RecordBatchReader.from_batches(t.schema, t.to_batches()) for t in tables)
    assert joined(*once, memory_budget_bytes=budget, **TIMED) == expected


KINDS = [
    *(pa.int8(), pa.int32(), pa.int64(), pa.float32(), pa.float64()),
    *(pa.string(), pa.large_string(), pa.string_view(), pa.binary()),
    pa.dictionary(pa.int8(), pa.string()),
]


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("other", KINDS, ids=str)
def test_ids_of_any_two_types_join_as_the_numbers_they_are(kind, other):
    rng = np.random.default_rng(7)
    names = [None if i == 3 else int(i) for i in rng.integers(-9, 9, 60)]
    predictions = [(name, None) for name in names[:40]]
    labels = [(name, int(n), None) for n, name in enumerate(names[40:])]
    expected = naive(predictions, labels)
    sent, came = sides(predictions, labels, kind=pa.int64())
    sent = sent.set_column(1, "id", as_kind(sent["id"], kind))
    came = came.set_column(0, "id", as_kind(came["id"], other))
    assert joined(sent, came) == expected


def as_kind(ids, kind):
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return ids.cast(kind)
    if pa.types.is_dictionary(kind):
        return ids.cast(pa.string()).combine_chunks().dictionary_encode().cast(kind)
    return ids.cast(pa.string()).cast(kind)
