"""A change of type is no drift where the values stay, and no exception where they do not."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import tallystick as ts

ROWS = 4_000
RANDOM = np.random.default_rng(41)
SMALL = RANDOM.integers(0, 100, ROWS)
WORDS = RANDOM.choice(["ash", "beech", "cedar", "dogwood"], ROWS).tolist()
SECONDS = RANDOM.integers(0, 10**9, ROWS)
DAYS = RANDOM.integers(0, 20_000, ROWS)


def text(kind):
    return pa.array(WORDS, pa.string()).cast(kind)


def encoded(index, values):
    words = sorted(set(WORDS), reverse=True)
    codes = pa.array([words.index(w) for w in WORDS], index)
    return pa.DictionaryArray.from_arrays(codes, pa.array(words, values))


SAME_VALUES = {
    "int32 to int64": (pa.array(SMALL, pa.int32()), pa.array(SMALL, pa.int64())),
    "int64 to int8": (pa.array(SMALL, pa.int64()), pa.array(SMALL, pa.int8())),
    "int8 to uint64": (pa.array(SMALL, pa.int8()), pa.array(SMALL, pa.uint64())),
    "int64 to float64": (pa.array(SMALL, pa.int64()), pa.array(SMALL.astype(float))),
    "float64 to int64": (pa.array(SMALL.astype(float)), pa.array(SMALL, pa.int64())),
    "int16 to float32": (pa.array(SMALL, pa.int16()), pa.array(SMALL.astype(np.float32))),
    "numbers in a dictionary": (pa.array(SMALL), pa.array(SMALL).dictionary_encode()),
    "floats in a dictionary": (pa.array(SMALL / 4), pa.array(SMALL / 4).dictionary_encode()),
    "string to large": (text(pa.string()), text(pa.large_string())),
    "string to view": (text(pa.string()), text(pa.string_view())),
    "view to dictionary": (text(pa.string_view()), encoded(pa.int32(), pa.string())),
    "dictionary to string": (encoded(pa.int8(), pa.large_string()), text(pa.string())),
    **{
        f"string to dictionary<{index}>": (text(pa.string()), encoded(index, pa.string()))
        for index in (
            *(pa.int8(), pa.int16(), pa.int32(), pa.int64()),
            *(pa.uint8(), pa.uint16(), pa.uint32()),
        )
    },
    "seconds to milliseconds": (
        pa.array(SECONDS, pa.timestamp("s")),
        pa.array(SECONDS * 1000, pa.timestamp("ms")),
    ),
    "nanoseconds to seconds": (
        pa.array(SECONDS * 10**9, pa.timestamp("ns")),
        pa.array(SECONDS, pa.timestamp("s")),
    ),
    "with and without a zone": (
        pa.array(SECONDS, pa.timestamp("us")),
        pa.array(SECONDS, pa.timestamp("us", "America/New_York")),
    ),
    "date32 to date64": (
        pa.array(DAYS.astype(np.int32), pa.date32()),
        pa.array(DAYS * 86_400_000, pa.date64()),
    ),
    "date32 to timestamp": (
        pa.array(DAYS.astype(np.int32), pa.date32()),
        pa.array(DAYS * 86_400_000_000, pa.timestamp("us")),
    ),
    "timestamp to date32": (
        pa.array(DAYS * 86_400, pa.timestamp("s")),
        pa.array(DAYS.astype(np.int32), pa.date32()),
    ),
}


@pytest.mark.parametrize("name", SAME_VALUES)
def test_the_same_values_in_another_type(name):
    before, after = (pa.table({"x": array}) for array in SAME_VALUES[name])
    reference = ts.profile(before)
    current = ts.profile(after, plan=reference.plan)
    assert reference.to_arrow().equals(current.to_arrow())
    assert reference["x"] == current["x"]
    report = ts.compare(reference=reference, current=current)
    assert report.status == "ok"
    assert report["x"]["psi"].value == 0.0
    assert report["x"]["schema"].status == "ok"


def test_integers_with_nulls_through_pandas():
    """pandas makes floats of integers with nulls: the missing share is what changed."""
    reference = ts.profile(pd.DataFrame({"x": SMALL}))
    holes = pd.DataFrame({"x": SMALL}).astype(float)
    holes.loc[::200, "x"] = np.nan
    current = ts.profile(holes, plan=reference.plan)
    report = ts.compare(reference=reference, current=current)
    assert report.status == "ok"
    assert report["x"]["missing_share"].value == 0.005
    assert report["x"]["psi"].value < 0.03


def test_booleans_everywhere():
    flags = RANDOM.random(ROWS) < 0.3
    reference = ts.profile({"x": flags})
    assert dict(reference["x"]["most_frequent"]) == {
        "false": int((~flags).sum()),
        "true": int(flags.sum()),
    }
    for data in (
        pd.DataFrame({"x": flags}),
        pl.DataFrame({"x": flags}),
        pa.table({"x": pa.array(flags).dictionary_encode()}),
        pa.table({"x": pa.array(np.where(flags, "true", "false"))}),
    ):
        assert ts.profile(data, plan=reference.plan)["x"] == reference["x"]


def test_one_and_one_and_one_are_one_category():
    spec = {"schema": 1, "columns": {"x": {"kind": "categorical"}}}
    plan = ts.Plan.fit({"x": [1, 2, 3]}, spec=spec)
    kinds = [pa.array([1, 2, 2], k) for k in (pa.int8(), pa.uint64(), pa.float32(), pa.float64())]
    kinds.append(pa.array(["1", "2", "2"]))
    for values in kinds:
        assert ts.profile({"x": values}, plan=plan)["x"]["most_frequent"] == [("2", 2), ("1", 1)]
    flags = ts.profile({"x": [True, False, True]}, plan=plan)["x"]
    assert dict(flags["unseen"]) == {"true": 2, "false": 1}


RETYPED = {
    "float to text": (pa.array([0.5, 1.5] * 500), pa.array(["0.5", "1.5"] * 500)),
    "integer to text": (pa.array([1, 2] * 500), pa.array(["1", "2"] * 500)),
    "float to flag": (pa.array([0.0, 1.0] * 500), pa.array([False, True] * 500)),
    "float to time": (pa.array([0.5, 1.5] * 500), pa.array([0, 1] * 500, pa.timestamp("s"))),
    "time to integer": (pa.array([0, 1] * 500, pa.timestamp("s")), pa.array([0, 1] * 500)),
    "time to text": (pa.array([0, 1] * 500, pa.date32()), pa.array(["a", "b"] * 500)),
    "text to time": (pa.array(["a", "b"] * 500), pa.array([0, 1] * 500, pa.date32())),
    "text to list": (pa.array(["a", "b"] * 500), pa.array([["a"], ["b"]] * 500)),
    "float to decimal": (
        pa.array([0.5, 1.5] * 500),
        pa.array([1, 2] * 500).cast(pa.decimal128(20)),
    ),
}


@pytest.mark.parametrize("name", RETYPED)
def test_a_retyped_column_is_a_schema_alert(name):
    before, after = RETYPED[name]
    steady = pa.array(RANDOM.normal(size=1_000))
    report = ts.compare(
        reference=pa.table({"x": before, "steady": steady}),
        current=pa.table({"x": after, "steady": steady}),
    )
    schema = report["x"]["schema"]
    assert (schema.status, schema.reason, schema.severity) == ("alert", "retyped", "page")
    assert report.status == "alert"
    assert report["steady"]["psi_corrected"].status == "ok"
    assert repr(report)


def test_text_that_turned_into_other_text_is_unseen_not_retyped():
    report = ts.compare(reference={"x": ["a", "b"] * 500}, current={"x": [1, 2] * 500})
    assert report["x"]["schema"].status == "ok"
    assert report["x"]["other_share"].status == "alert"


def test_a_missing_column_is_a_schema_alert():
    reference = {"x": RANDOM.normal(size=1_000), "y": RANDOM.normal(size=1_000)}
    report = ts.compare(reference=reference, current={"y": reference["y"]})
    assert (report["x"]["schema"].status, report["x"]["schema"].reason) == (
        "alert",
        "missing_column",
    )
    assert report["y"]["psi_corrected"].status == "ok"
    assert report.status == "alert"


def test_a_new_column_is_told_and_decides_nothing():
    values = RANDOM.normal(size=1_000)
    report = ts.compare(reference={"x": values}, current={"x": values, "z": values})
    (row,) = report["z"]
    assert (row.metric, row.reason, row.decides) == ("schema", "new_column", False)
    assert report.status == "ok"


def test_only_part_of_the_files_lacks_a_column(tmp_path):
    import pyarrow.parquet as pq

    values = RANDOM.normal(size=2_000)
    reference = ts.profile({"x": values, "y": values})
    pq.write_table(pa.table({"x": values[:1000], "y": values[:1000]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"y": values[1000:]}), tmp_path / "b.parquet")
    report = ts.compare(reference=reference, current=tmp_path)
    assert report["x"]["schema"].reason == "missing_column"
    assert report["x"]["missing_share"].value == 0.5
    assert report["y"]["psi"].value == 0.0


def test_types_that_cannot_be_counted_are_refused_by_name():
    table = pa.table(
        {"good": [1.0], "bad": pa.array([[1]]), "when": pa.array([dt.time(1, 2)], pa.time32("s"))}
    )
    with pytest.raises(ts.TallystickError) as caught:
        ts.profile(table)
    told = str(caught.value)
    assert type(caught.value).__name__ == "ColumnTypeError"
    for part in ("bad", "list", "when", "time32", "float", "timestamp"):
        assert part in told
