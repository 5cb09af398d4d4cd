"""A spec against the types of the data."""

from __future__ import annotations

import pickle
from typing import Any

import pyarrow as pa
import pytest

from tallystick.errors import ColumnTypeError, InputError, MissingColumnError, SpecError
from tallystick.spec import Resolved, load_spec, resolve, vocabulary
from tallystick.spec.arrow_types import SUPPORTED

NUMERIC = [
    *(pa.int8(), pa.int16(), pa.int32(), pa.int64()),
    *(pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()),
    *(pa.float32(), pa.float64(), pa.date32(), pa.date64()),
    *(pa.timestamp("s"), pa.timestamp("ns", tz="UTC")),
]
CATEGORICAL = [
    *(pa.bool_(), pa.string(), pa.large_string(), pa.string_view(), pa.null()),
    *(pa.dictionary(pa.int8(), pa.string()), pa.dictionary(pa.uint32(), pa.large_string())),
]
UNSUPPORTED = [
    *(pa.float16(), pa.decimal128(10, 2), pa.binary(), pa.large_binary(), pa.time32("s")),
    *(pa.duration("s"), pa.list_(pa.int8()), pa.struct([("x", pa.int8())])),
    *(pa.map_(pa.string(), pa.int8()), pa.dictionary(pa.int8(), pa.binary())),
    *(pa.month_day_nano_interval(), pa.binary(4)),
]


def resolved(schema: Any, **tables: Any) -> Resolved:
    return resolve(load_spec({"schema": 1, **tables}), pa.schema(schema))


@pytest.mark.parametrize("type_", NUMERIC, ids=str)
def test_numbers_and_clocks_are_numeric(type_: pa.DataType) -> None:
    (column,) = resolve(None, pa.schema([("a", type_)])).columns
    assert (column.kind, column.binning, column.role) == ("numeric", "quantile", "feature")
    assert column.tolerances == {"psi": 0.10, "ks": 0.10, "missing_share": 0.05}
    assert (column.range, column.bins, column.max_categories) == (None, None, None)
    assert column.reason == str(type_)


@pytest.mark.parametrize("type_", CATEGORICAL, ids=str)
def test_words_are_categorical(type_: pa.DataType) -> None:
    (column,) = resolve(None, pa.schema([("a", type_)])).columns
    assert (column.kind, column.binning, column.role) == ("categorical", "vocabulary", "feature")
    assert column.tolerances == {"psi": 0.10, "missing_share": 0.05, "other_share": 0.05}
    assert (column.max_categories, column.categories) == (4096, None)


@pytest.mark.parametrize("type_", UNSUPPORTED, ids=str)
@pytest.mark.parametrize("declared", [False, True])
def test_other_types_are_refused(type_: pa.DataType, *, declared: bool) -> None:
    columns = {"a": {"page": True}} if declared else {}
    with pytest.raises(ColumnTypeError) as caught:
        resolved([("a", type_), ("b", pa.int8())], columns=columns)
    error = caught.value
    assert "a: expected a supported type, got " + str(type_).partition("<")[0] in str(error)
    assert error.context == {"columns": ["a"], "supported": list(SUPPORTED)}
    assert ", ".join(SUPPORTED) in str(error)
    assert ("ignore" in str(error.hint)) is not declared


def test_the_hint_leaves_the_column_out_whatever_its_name() -> None:
    schema = [("a[0]*", pa.binary()), ("a0", pa.int8())]
    with pytest.raises(ColumnTypeError) as caught:
        resolved(schema)
    pattern = str(caught.value.hint).partition('["')[2].removesuffix('"] }')
    found = resolved(schema, log={"ignore": [pattern]})
    assert found.ignored == ("a[0]*",)
    assert [one.name for one in found.columns] == ["a0"]


def test_all_bad_types_come_at_once() -> None:
    schema = [("a", pa.binary()), ("b", pa.float16()), ("t", pa.string())]
    with pytest.raises(ColumnTypeError) as caught:
        resolved(schema, log={"time": "t"}, columns={"b": {}})
    assert caught.value.context["columns"] == ["a", "b", "t"]
    assert "t: expected a date or timestamp for log.time, got string" in str(caught.value)
    assert 'ignore = ["a"]' in str(caught.value)
    assert "cast declared columns" in str(caught.value)


def test_roles() -> None:
    found = resolved(
        [
            *(("t", pa.timestamp("us")), ("id", pa.binary()), ("unit", pa.int64())),
            *(("p", pa.float32()), ("store", pa.int32()), ("country", pa.string())),
            *(("v", pa.string()), ("age", pa.int8()), ("debug.x", pa.binary())),
        ],
        model={"version": "v"},
        log={"time": "t", "id": "id", "unit": "unit", "ignore": ["debug.*"]},
        score={"column": "p", "tolerance": {"psi": 0.2}},
        segments=["store"],
        columns={"country": {"role": "segment"}},
    )
    assert {one.name: one.role for one in found.columns} == {
        "t": "time",
        "id": "id",
        "unit": "unit",
        "p": "score",
        "store": "segment",
        "country": "segment",
        "v": "version",
        "age": "feature",
    }
    assert [one.name for one in found.instruments] == ["p", "store", "country", "age"]
    assert (found.time, found.id, found.unit, found.version) == ("t", "id", "unit", "v")
    assert found.segments == ("store", "country")
    assert (found.ignored, found.absent) == (("debug.x",), ())
    assert found.column("store").kind == "categorical"
    assert found.column("store").reason == "int32, named by segments[0]"
    score = found.column("p")
    assert (score.binning, score.range, score.bins) == ("uniform", (0.0, 1.0), 1200)
    assert score.tolerances["psi"] == 0.2
    assert found.column("t").binning == "none"


def test_a_version_that_is_no_column_is_a_literal() -> None:
    assert resolved([("a", pa.int8())], model={"version": "v14"}).version is None


def test_a_column_that_is_not_there() -> None:
    found = resolved([("a", pa.int8())])
    with pytest.raises(MissingColumnError, match="b: no such column"):
        found.column("b")


def test_a_score_elsewhere() -> None:
    schema = [("p", pa.int64())]
    column = {"range": [300, 850], "bins": 550}
    (score,) = resolved(schema, score={"column": "p"}, columns={"p": column}).columns
    assert (score.binning, score.range, score.bins) == ("uniform", (300, 850), 550)
    column = {"binning": "log_linear"}
    (score,) = resolved(schema, score={"column": "p"}, columns={"p": column}).columns
    assert (score.binning, score.range, score.bins) == ("log_linear", None, None)


@pytest.mark.parametrize(
    ("type_", "declared", "expected"),
    [
        (pa.int32(), {"kind": "categorical"}, ("categorical", "vocabulary", "kind is declared")),
        (pa.float64(), {"max_categories": 9}, ("categorical", "vocabulary", "max_categories is")),
        (pa.string(), {"categories": ["x"]}, ("categorical", "vocabulary", "categories is")),
        (pa.int32(), {"binning": [1, 2]}, ("numeric", (1, 2), "binning is declared")),
        (pa.int32(), {"range": [0, 9]}, ("numeric", "quantile", "range is declared")),
        (pa.date32(), {"binning": "log_linear"}, ("numeric", "log_linear", "binning is")),
    ],
)
def test_declarations_win(
    type_: pa.DataType, declared: dict[str, Any], expected: tuple[str, Any, str]
) -> None:
    (column,) = resolved([("a", type_)], columns={"a": declared}).columns
    kind, binning, reason = expected
    assert (column.kind, column.binning) == (kind, binning)
    assert reason in column.reason
    assert column.reason.startswith(str(type_))


def test_uniform_cells_of_a_feature() -> None:
    column = {"binning": "uniform", "range": [0, 10]}
    (found,) = resolved([("a", pa.float64())], columns={"a": column}).columns
    assert (found.binning, found.range, found.bins) == ("uniform", (0, 10), 240)


def test_a_declared_vocabulary_bounds_itself() -> None:
    (found,) = resolved([("a", pa.int8())], columns={"a": {"categories": [1, 2]}}).columns
    assert (found.categories, found.max_categories) == (("1", "2"), 2)


@pytest.mark.parametrize(
    ("type_", "declared", "words"),
    [
        (pa.string(), {"kind": "numeric"}, "expected a numeric type (kind is declared)"),
        (pa.bool_(), {"range": [0, 1]}, "expected a numeric type (range is declared)"),
        (pa.date32(), {"kind": "categorical"}, "expected a categorical type (kind is declared)"),
    ],
)
def test_a_type_that_does_not_fit(type_: pa.DataType, declared: dict[str, Any], words: str) -> None:
    with pytest.raises(ColumnTypeError) as caught:
        resolved([("a", type_)], columns={"a": declared})
    assert f"a: {words}, got {type_}" in str(caught.value)


def test_a_score_and_a_segment_that_do_not_fit() -> None:
    with pytest.raises(ColumnTypeError, match=r"a numeric type \(named by score.column\)"):
        resolved([("p", pa.string())], score={"column": "p"})
    with pytest.raises(ColumnTypeError, match=r"a categorical type \(named by segments\[0\]\)"):
        resolved([("day", pa.date32())], segments=["day"])


def test_what_the_inferred_kind_cannot_have() -> None:
    declared = {"tolerance": {"other_share": 0.01}, "decide": "other_share"}
    with pytest.raises(SpecError) as caught:
        resolved([("a", pa.int8())], columns={"a": declared})
    keys = [one.key for one in caught.value.problems]
    assert keys == ["columns.a.tolerance.other_share", "columns.a.decide"]
    (found,) = resolved([("a", pa.string())], columns={"a": declared}).columns
    assert found.tolerance(found.decide) == 0.01


def test_missing_columns_come_at_once_with_the_nearest() -> None:
    with pytest.raises(MissingColumnError) as caught:
        resolved(
            [("contry", pa.string()), ("age", pa.int8())],
            score={"column": "p"},
            segments=["country"],
            columns={"zip": {"page": True}, "gone": {"role": "ignore"}},
        )
    assert caught.value.context["columns"] == ["zip", "p", "country"]
    text = str(caught.value)
    assert "score.column: no column p in the data" in text
    assert "columns.zip: no column zip in the data" in text
    assert 'country: did you mean "contry"?' in text


def test_the_logs_own_columns_may_be_absent() -> None:
    log = {"time": "scored_at", "id": "request_id"}
    found = resolved([("scored_att", pa.timestamp("us")), ("a", pa.int8())], log=log)
    assert found.absent == ("scored_at", "request_id")
    assert (found.time, found.id) == ("scored_at", "request_id")
    assert [one.name for one in found.columns] == ["scored_att", "a", "scored_at", "request_id"]
    assert found.column("scored_at").reason == (
        'named by log.time, absent from this data; did you mean "scored_att"?'
    )


def test_other_names() -> None:
    columns = {"device.os": {"also_named": ["os", "OS"]}}
    for name in ("device.os", "os", "OS"):
        (found,) = resolved([(name, pa.string())], columns=columns).columns
        assert found.name == "device.os"
        assert found.source_names == ("device.os", "os", "OS")
    with pytest.raises(SpecError, match=r"one of the names in the data, got device\.os and os"):
        resolved([("os", pa.string()), ("device.os", pa.string())], columns=columns)


def test_other_names_of_segments_and_the_clock() -> None:
    found = resolved(
        [("ts", pa.timestamp("us")), ("land", pa.string())],
        log={"time": "scored_at"},
        segments=["country"],
        columns={"country": {"also_named": ["land"]}, "scored_at": {"also_named": ["ts"]}},
    )
    assert {one.name: one.role for one in found.columns} == {
        "scored_at": "time",
        "country": "segment",
    }
    assert (found.time, found.segments, found.absent) == ("scored_at", ("country",), ())


def test_two_columns_of_one_name() -> None:
    with pytest.raises(InputError, match="got twice: a"):
        resolve(None, pa.schema([("a", pa.int8()), ("b", pa.int8()), ("a", pa.int8())]))


def test_ignoring() -> None:
    found = resolved(
        [("a_raw", pa.binary()), ("b_raw", pa.int8()), ("c", pa.binary()), ("p_raw", pa.float32())],
        log={"ignore": ["*_raw"]},
        score={"column": "p_raw"},
        columns={"b_raw": {"role": "feature"}, "c": {"role": "ignore"}},
    )
    assert [one.name for one in found.columns] == ["b_raw", "p_raw"]
    assert found.ignored == ("a_raw", "c")


@pytest.mark.parametrize(
    ("alerts", "declared", "expected"),
    [
        ({}, {}, vocabulary.DEFAULT_PAGE),
        ({}, {"page": False}, ()),
        ({}, {"page": True}, vocabulary.METRICS),
        ({"page": []}, {}, ()),
        ({"page": ["psi"]}, {}, ("psi", "psi_corrected")),
    ],
)
def test_what_pages(
    alerts: dict[str, Any], declared: dict[str, Any], expected: tuple[str, ...]
) -> None:
    (found,) = resolved([("a", pa.int8())], alerts=alerts, columns={"a": declared}).columns
    assert found.page_metrics == expected
    assert found.page is ("psi_corrected" in expected)


def test_the_score_pages_unless_told_otherwise() -> None:
    schema = [("p", pa.float64())]
    (found,) = resolved(schema, score={"column": "p"}).columns
    assert found.page
    (found,) = resolved(schema, score={"column": "p"}, columns={"p": {"page": False}}).columns
    assert not found.page


def test_tolerance_of_a_metric() -> None:
    (found,) = resolve(None, pa.schema([("a", pa.int8())])).columns
    assert found.tolerance("psi_corrected") == 0.10
    assert found.tolerance("other_share") is None
    assert found.tolerance("wasserstein") is None


def test_nothing_to_read() -> None:
    assert resolve(None, pa.schema([])).columns == ()


def test_results_can_be_sent_and_compared() -> None:
    schema = pa.schema([("a", pa.int8()), ("b", pa.string())])
    found = resolve(None, schema)
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - made on the line itself
    assert len({*found.columns, *resolve(None, schema).columns}) == 2
