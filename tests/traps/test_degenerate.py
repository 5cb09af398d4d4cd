"""Columns with nothing to compare end in a status with a reason: no exception, and never ok."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

import tallystick as ts

DAY = dt.date(2026, 11, 23)
VALUES = {
    pa.float64(): (1.5, 2.5, float("nan")),
    pa.float32(): (1.5, 2.5, float("inf")),
    pa.int64(): (2**53 + 1, 2**53 + 2, -1),
    pa.uint8(): (1, 2, 255),
    pa.string(): ("a", "b", ""),
    pa.bool_(): (True, False, True),
    pa.date32(): (DAY, dt.date(2026, 11, 24), dt.date(1900, 1, 1)),
    pa.timestamp("us"): (dt.datetime(2026, 1, 1), dt.datetime(2026, 1, 2), dt.datetime(1, 1, 1)),
}
SHAPES = {
    "constant": lambda v: [v[0]] * 500,
    "all null": lambda _: [None] * 500,
    "no rows": lambda _: [],
    "one row": lambda v: v[:1],
    "one null": lambda _: [None],
    "usual": lambda v: [v[0], v[1]] * 250,
}


def column(shape, kind):
    return pa.table({"x": pa.array(SHAPES[shape](list(VALUES[kind])), kind, from_pandas=False)})


@pytest.mark.parametrize("kind", VALUES, ids=str)
@pytest.mark.parametrize("current", SHAPES)
@pytest.mark.parametrize("reference", SHAPES)
def test_every_pair(reference, current, kind):
    if reference == current == "usual":
        return
    report = ts.compare(reference=column(reference, kind), current=column(current, kind))
    drift = report["x"]["psi_corrected"]
    assert drift.status in {"alert", "undetermined"}
    assert report.status in {"alert", "undetermined"}
    for row in report.measurements:
        assert row.status in {"ok", "alert", "undetermined", "not_applicable"}
        assert row.reason
        if row.decides and row.status == "undetermined":
            assert row.reason not in {"informs", "within_tolerance", "beyond_tolerance"}
    if "no rows" in (reference, current):
        assert report["rows"]["row_count"].status == "undetermined"
        assert {m.status for m in report.alerts} == set()
    assert repr(report)
    assert report.to_json()
    assert report.to_arrow().num_rows == len(report.measurements)


@pytest.mark.parametrize(
    ("reference", "current", "reason"),
    [
        ("constant", "constant", "constant"),
        ("all null", "all null", "no_values"),
        ("no rows", "usual", "no_rows"),
        ("usual", "no rows", "no_rows"),
        ("no rows", "no rows", "no_rows"),
        ("one row", "one row", "too_few_rows"),
        ("usual", "one row", "too_few_rows"),
        ("one row", "usual", "too_few_rows"),
        ("usual", "one null", "too_few_rows"),
    ],
)
@pytest.mark.parametrize("kind", VALUES, ids=str)
def test_the_reason_says_what_is_wrong(reference, current, reason, kind):
    report = ts.compare(reference=column(reference, kind), current=column(current, kind))
    assert report["x"]["psi_corrected"].reason == reason
    assert report["x"]["psi_corrected"].status == "undetermined"
    assert report.status == "undetermined"


@pytest.mark.parametrize("kind", VALUES, ids=str)
def test_a_constant_that_changes_alerts(kind):
    first, second = ([value] * 500 for value in VALUES[kind][:2])
    tables = [pa.table({"x": pa.array(values, kind)}) for values in (first, second)]
    report = ts.compare(reference=tables[0], current=tables[1])
    assert report["x"]["psi_corrected"].status == "alert"


@pytest.mark.parametrize("special", [float("nan"), float("inf"), float("-inf")])
def test_nothing_but_one_special_value(special):
    table = {"x": [special] * 500}
    report = ts.compare(reference=table, current=table)
    assert report["x"]["psi_corrected"].status == "undetermined"
    usual = {"x": [0.5, 1.5] * 250}
    assert ts.compare(reference=usual, current=table).status == "alert"
    assert ts.compare(reference=table, current=usual).status == "alert"


def test_no_columns_in_common_is_the_callers_mistake():
    plan = ts.Plan.fit({"a": [1, 2]})
    with pytest.raises(ts.TallystickError, match="columns of the plan"):
        ts.profile({"b": [1, 2]}, plan=plan)
    with pytest.raises(ts.TallystickError):
        ts.profile({})


def test_two_groups_of_rows_are_enough_for_every_number_to_be_finite_or_absent():
    report = ts.compare(reference={"x": [1.0, 2.0]}, current={"x": [1.0, 2.0, 1e308]})
    for row in report.measurements:
        for name in ("value", "lower", "upper", "ci_lower", "ci_upper", "p_value", "p_tolerance"):
            number = getattr(row, name)
            assert number is None or number - number == 0.0, (row.metric, name)


def test_categories_spelled_like_other_rows_have_names_of_their_own():
    rare = [f"c{i:02}" for i in range(40)]
    texts = ["__missing__", "__other__", "__rest__", "'__other__'", "__x", None, *rare]
    data = {"c": texts * 20, "x": [float(i % 5) for i in range(20 * len(texts))]}
    spec = {"schema": 1, "segments": ["c"]}
    report = ts.compare(reference=data, current=data, spec=spec)
    keys = [(m.instrument, m.segment, m.metric) for m in report.measurements]
    assert len(set(keys)) == len(keys)
    segments = {m.segment for m in report.measurements}
    assert {"c='__missing__'", "c=__missing__", "c='__other__'", "c=__x"} <= segments
    rows = [r for r in report.curves().to_pylist() if r["curve"] == "distribution"]
    drawn = [(r["instrument"], r["segment"], r["side"], r["label"], r["x_low"]) for r in rows]
    assert len(set(drawn)) == len(drawn)
