"""Labels that come later find their predictions."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tallystick.errors import ColumnTypeError, InputError, MissingColumnError, ParameterError
from tallystick.reading.joining import ids
from tallystick.reading.joining.columns import joined as put_together
from tallystick.reading.joining.report import selected
from tallystick.reading.joining.states import LabelIndex, added_up, states_of
from tallystick.reading.joining.workspace import Part
from unit.joining_rows import DAY, day, join, labels_of, sides
from unit.reading_sources import PRIVATE

# --- rules ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "label", "counted"),
    [
        ([("fraud", 1), ("good", 5)], "good", {"corrected": 1, "duplicate_labels": 1}),
        ([("good", 5), ("fraud", 1)], "good", {"corrected": 1}),
        ([("a", 1), ("b", 2), ("a", 3)], "a", {"corrected": 1}),
        ([("a", 1), (None, 2), ("a", 3)], "a", {"corrected": 0, "withdrawn": 0}),
        ([("a", 1), (None, 2)], None, {"withdrawn": 1, "corrected": 0, "conflicting": 0}),
        ([(None, 2)], None, {"withdrawn": 0, "duplicate_labels": 0}),
        ([("a", 2), ("b", 2)], None, {"conflicting": 1, "corrected": 0}),
        ([("a", 2), (None, 2)], None, {"conflicting": 1, "withdrawn": 0}),
        ([("a", 2), ("b", 2), ("c", 3)], "c", {"conflicting": 0, "corrected": 1}),
        ([("a", 2), ("a", 2)], "a", {"conflicting": 0, "corrected": 0, "duplicate_labels": 1}),
        ([("a", None), ("b", 1)], "b", {"corrected": 1, "undated_labels": 1}),
        ([("a", None), ("b", None)], None, {"conflicting": 1, "undated_labels": 2}),
        ([("a", None), (None, None)], "a", {"conflicting": 0}),
    ],
)
def test_the_latest_label_counts(rows, label, counted):
    labels = [(7, text, None if at is None else day(at)) for text, at in rows]
    sent, came = sides([(7, day(0))], labels, label_kind=pa.string())
    joined = join(sent, came, labelled_at="came")
    assert labels_of(joined) == [label]
    report = joined.report.to_dict()
    assert {name: report[name] for name in counted} == counted
    # Adding up is associative: so are the parts of it, in any order.
    codes = {None: 0, "fraud": 1, "good": 2, "a": 3, "b": 4, "c": 5}
    states = [state(codes[text], at, text is not None) for text, at in rows]
    for order in (states, states[::-1]):
        total = order[0]
        for one in order[1:]:
            total = added_up(put_together([one, total]))
        index = LabelIndex(total, timed=True)
        assert (index.labelled[0], index.corrected[0]) == (label is not None, report["corrected"])


def state(code, at, present):
    time = -(2**63) if at is None else at
    one = np.ones(1, np.uint64)
    return states_of(one, one, np.array([time]), np.array([code]), np.array([present]))


def test_every_row_of_an_id_gets_the_label_and_rows_without_an_id_none():
    sent = {"id": pa.array([1.0, 1.0, None, np.nan, np.inf, 2.0])}
    came = {"id": pa.array([1.0, None, np.nan, np.inf, 9.0]), "y": [5, 6, 7, 8, 9]}
    joined = join(sent, came)
    assert labels_of(joined) == [5, 5, None, None, None, None]
    report = joined.report
    assert (report.duplicate_predictions, report.missing_ids, report.missing_label_ids) == (1, 3, 3)
    assert (report.orphans, report.labels, report.coverage) == (1, 5, 2 / 6)


def test_immature_rows_lose_their_label_and_are_counted():
    sent, came = sides([(n, day(n)) for n in range(6)], [(n, n, day(9)) for n in range(6)])
    options = {"predicted_at": "sent", "labelled_at": "came", "as_of": day(9)}
    joined = join(sent, came, mature_after=6 * DAY, **options)
    assert labels_of(joined) == [0, 1, 2, 3, None, None]
    assert (joined.report.immature, joined.report.coverage) == (2, 1.0)
    naive_zone = {**options, "as_of": dt.datetime(1970, 1, 4)}
    assert join(sent, came, **naive_zone).report.immature == 2


def test_delays_are_exact_in_any_unit():
    sent = {"id": [1, 2, 3], "sent": pa.array([0, 1, 2], pa.date32())}
    seconds = pa.array([3600, 86_400 * 3, 86_400], pa.timestamp("s"))
    came = {"id": [1, 2, 3], "y": [1, 1, 1], "came": seconds.cast(pa.timestamp("ns"))}
    report = join(sent, came, predicted_at="sent", labelled_at="came").report
    assert (report.delays, report.negative_delays) == (3, 1)
    assert (report.delay_p50, report.delay_p90, report.delay_p99) == (3600, 172_800, 172_800)


def test_ranks_are_found_among_any_numbers():
    rng = np.random.default_rng(3)
    numbers = np.concatenate([rng.integers(-(2**62), 2**62, 999), [-(2**63), 2**63 - 1, 0, 0]])
    parts = [Part([{"delay": piece}]) for piece in np.array_split(numbers, 3)]
    assert selected(parts, list(range(1, 1004, 9))) == np.sort(numbers)[::9].tolist()


@pytest.mark.parametrize(
    "kind",
    [
        *(pa.int8(), pa.uint64(), pa.float32(), pa.float64(), pa.bool_(), pa.string()),
        *(pa.date32(), pa.timestamp("us", "UTC"), pa.dictionary(pa.int8(), pa.string())),
    ],
    ids=str,
)
def test_labels_keep_their_type_and_value(kind):
    texts = pa.types.is_dictionary(kind) or pa.types.is_string(kind)
    label = pa.array(["0", "1", None, "1"] if texts else [0, 1, None, 1])
    narrow = pa.int32() if pa.types.is_date32(kind) else label.type
    label = label.cast(narrow).cast(kind)
    joined = join({"id": [0, 1, 2, 3, 4]}, pa.table({"id": [3, 2, 1, 0], "y": label}))
    plain = kind.value_type if pa.types.is_dictionary(kind) else kind
    assert joined.source.schema.field("y").type == plain
    assert labels_of(joined) == [*label.to_pylist()[::-1], None]


def test_empty_sides():
    empty = pa.table({"id": pa.array([], pa.int64()), "y": pa.array([], pa.int64())})
    joined = join({"id": [1, 2]}, empty)
    assert (labels_of(joined), joined.report.coverage) == ([None, None], 0.0)
    joined = join(empty.select(["id"]), {"id": [1, 2], "y": [1, 2]})
    assert (labels_of(joined), joined.report.coverage, joined.report.orphans) == ([], None, 2)
    assert join({"id": [1]}, {"id": [None], "y": [None]}).report.labelled == 0


def test_types_may_change_from_file_to_file(tmp_path):
    for i, kind in enumerate([pa.int64(), pa.float64(), pa.string()]):
        for side in ("sent", "came"):
            table = pa.table({"id": pa.array([i]).cast(kind), "y": pa.array([1]).cast(kind)})
            table = table.select(["id"] if side == "sent" else ["id", "y"])
            pq.write_table(table, tmp_path / f"{side}-{i}.parquet")
    pq.write_table(pa.table({"other": [1]}), tmp_path / "sent-9.parquet")
    joined = join(tmp_path / "sent-*.parquet", tmp_path / "came-*.parquet")
    assert sorted(labels_of(joined), key=str) == ["1", "1", "1", None]
    assert joined.report.missing_ids == 1
    numbers = [pa.record_batch({"id": [1], "y": [1]}), pa.record_batch({"id": [2], "y": [0.5]})]
    assert labels_of(join({"id": [1, 2]}, numbers)) == [1.0, 0.5]


def test_large_numbers_and_long_texts_are_told_apart():
    big = pa.array([2**64 - 1, 5], pa.uint64())
    signed = pa.table({"id": pa.array([-1, 5]), "y": [1, 2]})
    assert labels_of(join(pa.table({"id": big}), signed)) == [None, 2]
    texts = ["a" * 2_000, "a" * 2_001, "a" * 24, "a" * 25, "a" * 24 + "\0", "", "\0", "ä"]
    shuffled = {"id": texts[::-1], "y": list(range(len(texts)))[::-1]}
    assert labels_of(join({"id": texts}, shuffled)) == list(range(len(texts)))


@pytest.mark.parametrize(
    ("ids", "others"),
    [
        (pa.array([True, False, None]), pa.array(["true", "false", "x"])),
        (pa.array([10, -3, None]).cast(pa.decimal128(20)), pa.array([10, -3, 7])),
        (pa.array([b"0123456789abcdef"] * 2, pa.binary(16)), pa.array(["0123456789abcdef"])),
        (pa.array(["a", "b"]).cast(pa.binary_view()), pa.array(["b", "a"])),
        (pa.array([0.5, -0.0, 1e6]), pa.array(["0.5", "0", "1000000"])),
        (pa.array([0.1, 1e300, 2.0**62]), pa.array([0.1, 1e300, 2.0**62])),
    ],
    ids=["bool", "decimal", "uuid", "bytes", "floats", "doubles"],
)
def test_other_types_of_ids(ids, others):
    came = pa.table({"id": others, "y": np.ones(len(others))})
    given = labels_of(join(pa.table({"id": ids}), came))
    assert given == [1.0 if valid else None for valid in ids.is_valid().to_pylist()]


def test_fingerprints_do_not_depend_on_the_layout():
    texts = pa.array([f"{n}" * (n % 7) for n in range(20_000)] + [None])
    hasher = ids.Hasher(whole=False, key=5)
    high, low, present = hasher(texts)
    for other in (texts.cast(pa.large_string()), texts.dictionary_encode()):
        for one, two in zip((high, low, present), hasher(other), strict=True):
            np.testing.assert_array_equal(one[present], two[present])
    for one, two in zip((high, low, present), hasher(texts.slice(9_001, 77)), strict=True):
        np.testing.assert_array_equal(one[9_001:9_078], two)
    assert len(set(zip(high.tolist(), low.tolist(), strict=True))) == len(
        set(texts.drop_null().to_pylist())
    )


# --- refusals ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        (
            {"on": "idd"},
            MissingColumnError,
            'on: no column idd in mapping of columns\n  hint: did you mean "id"',
        ),
        ({"label": "yy"}, MissingColumnError, "label: no column yy"),
        ({"predicted_at": "sen"}, MissingColumnError, "predicted_at: no column sen"),
        ({"labelled_at": "cam"}, MissingColumnError, "labelled_at: no column cam"),
        ({"predicted_at": "text"}, ColumnTypeError, "predicted_at: expected dates or timestamps"),
        ({"labelled_at": "y"}, ColumnTypeError, "labelled_at: expected dates or timestamps"),
        ({"label": "nested"}, ColumnTypeError, "label: expected numbers, texts"),
        ({"on": "at"}, ColumnTypeError, "on: expected whole numbers, texts or bytes"),
        ({"label": "text"}, InputError, "has a column text already"),
        ({"as_of": day(1)}, ParameterError, "as_of: expected predicted_at"),
        ({"mature_after": DAY}, ParameterError, "mature_after: expected as_of"),
        ({"as_of": "2026-01-01"}, ParameterError, "as_of: expected a datetime, got str"),
        ({"as_of": day(1), "mature_after": -DAY}, ParameterError, "mature_after: .*negative"),
        ({"mature_after": 30}, ParameterError, "mature_after: expected a timedelta"),
        ({"memory_budget_bytes": 0}, ParameterError, "memory_budget_bytes"),
        ({"memory_budget_bytes": True}, ParameterError, "memory_budget_bytes"),
    ],
)
def test_mistakes_are_named_and_no_value_is(options, error, text):
    sent = {"id": [1], "text": [PRIVATE], "at": [day(1)]}
    came = {"id": [1], "y": [1], "text": [PRIVATE], "nested": [[PRIVATE]], "at": [day(1)]}
    with pytest.raises(error, match=text) as caught:
        join(sent, came, **options)
    assert PRIVATE not in str(caught.value)


def test_a_report_is_json():
    import json

    report = join({"id": [1, 2]}, {"id": [2], "y": [1]}).report
    assert json.loads(json.dumps(report.to_dict())) == report.to_dict()
    with pytest.raises(AttributeError):
        report.labelled = 3
