"""Nothing is dropped silently: in every slice and column, cells and specials add up to the rows."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pyarrow as pa
import pytest

import tallystick as ts
from laws.rows import PLAN, ROWS, TABLE, count


def rows_by_slice(profile):
    """Rows of every stored slice and column as the table of counts has them."""
    table = profile.to_arrow()
    # As seconds: Python's own times end with the year 9999.
    starts = table["window_start"].cast(pa.int64()).to_pylist()
    names = (table[name].to_pylist() for name in ("segment", "window", "instrument", "rows"))
    found = defaultdict(int)
    for start, segment, window, instrument, rows in zip(starts, *names, strict=True):
        found[segment, window, start, instrument] += rows
    return found


def assert_conserved(profile):
    """Every column of a slice has the same number of rows; slices add up to the whole."""
    by_slice = defaultdict(set)
    for (segment, window, start, _), rows in rows_by_slice(profile).items():
        by_slice[segment, window, start].add(rows)
    assert all(len(rows) == 1 for rows in by_slice.values()), by_slice
    columns = {c["name"] for c in profile.plan.columns}
    if profile.rows:
        assert by_slice["all", "all", None] == {profile.rows}
        assert {key[3] for key in rows_by_slice(profile)} == columns
    for facts in profile.columns().values():
        specials = ("null", "nan", "infinite", "mistyped", "absent")
        assert facts["present"] + sum(facts[name] for name in specials) == profile.rows
    stated = {(s.segment, s.window): s.rows for s in profile.slices}
    totals = defaultdict(int)
    for (segment, window, _), rows in by_slice.items():
        totals[segment, window] += rows.pop()
    for (segment, window), rows in totals.items():
        if window in ("folded", "missing") and (segment, window) in stated:
            assert stated[segment, window] == rows
    return by_slice


def test_every_slice_and_column():
    whole = count(TABLE)
    by_slice = assert_conserved(whole)
    assert len(by_slice) > 100


def test_segments_and_windows_add_up():
    whole = count(TABLE)
    stated = {(s.segment, s.window): s.rows for s in whole.slices}
    for column in ("region", "grade"):
        parts = [
            n for (segment, w), n in stated.items() if w is None and segment.startswith(column)
        ]
        assert sum(parts) == ROWS
    assert (
        sum(n for (segment, w), n in stated.items() if segment == "all" and w is not None) == ROWS
    )
    for window in whole.windows:
        for column in ("region", "grade"):
            parts = [
                n for (s, w), n in stated.items() if w == window and s.startswith(f"{column}=")
            ]
            assert sum(parts) == stated["all", window]


def test_a_window_is_conserved_too():
    whole = count(TABLE)
    for start in whole.windows[:3]:
        window = whole.window(start)
        for facts in window.columns().values():
            specials = ("null", "nan", "infinite", "mistyped", "absent")
            assert facts["present"] + sum(facts[name] for name in specials) == window.rows


@pytest.mark.parametrize("column", TABLE.column_names)
def test_a_column_that_is_not_there_is_counted_as_absent(column):
    window = None if column == "at" else "1d"
    profile = count(TABLE.drop_columns([column]), window=window)
    assert profile.rows == ROWS
    assert_conserved(profile)
    if column != "at":
        assert profile[column]["absent"] == ROWS


@pytest.mark.parametrize("column", [c["name"] for c in PLAN.columns])
@pytest.mark.parametrize(
    "value",
    [
        pa.array([1.5, None, float("nan")] * 10),
        pa.array(["1", None, "x"] * 10),
        pa.array([True, None, False] * 10),
        pa.array([0, None, 5], pa.timestamp("ms")).take(pa.array([0, 1, 2] * 10)),
        pa.nulls(30),
        pa.array([[1], None, [2, 3]] * 10),
        pa.array([b"1", None, b"x"] * 10),
    ],
    ids=["float", "text", "flag", "time", "null", "list", "binary"],
)
def test_a_column_of_another_type_loses_no_row(column, value):
    table = TABLE.slice(0, 30)
    place = table.column_names.index(column)
    profile = count(table.set_column(place, column, value))
    assert profile.rows == 30
    assert_conserved(profile)
    facts = profile[column]
    assert facts["absent"] == 0
    assert facts["null"] == value.null_count


def test_rows_without_columns_of_the_plan_in_one_file_of_two(tmp_path):
    import pyarrow.parquet as pq

    pq.write_table(TABLE.slice(0, 1_000), tmp_path / "a.parquet")
    pq.write_table(TABLE.slice(1_000, 500).drop_columns(["f64", "at"]), tmp_path / "b.parquet")
    profile = count(tmp_path)
    assert profile.rows == 1_500
    assert profile["f64"]["absent"] == 500
    assert_conserved(profile)
    stated = {(s.segment, s.window): s.rows for s in profile.slices}
    windows = [n for (segment, w), n in stated.items() if segment == "all" and w is not None]
    assert sum(windows) == 1_500


def test_many_windows_are_folded_not_dropped():
    rows = 4_000
    spec = {"schema": 1, "log": {"time": "t"}}
    table = pa.table(
        {"t": pa.array(np.arange(rows) * 86_400, pa.timestamp("s")), "x": np.arange(rows) % 7}
    )
    whole = ts.profile(table, spec=spec, window="1d")
    assert len(whole.windows) == 1_024
    stated = {s.window: s.rows for s in whole.slices}
    assert stated["folded"] == rows - 1_024
    assert_conserved(whole)
    # Folding is pure too: oldest first, newest first, in parts.
    turned = ts.profile(table.take(np.arange(rows)[::-1]), plan=whole.plan, window="1d")
    assert turned.to_bytes() == whole.to_bytes()
    parts = [
        ts.profile(table.slice(a, 900), plan=whole.plan, window="1d") for a in range(0, rows, 900)
    ]
    assert sum(parts).to_bytes() == whole.to_bytes() == sum(reversed(parts)).to_bytes()


def test_more_segments_than_are_kept_go_to_other():
    names = np.array([f"shop {i}" for i in range(100)])
    table = pa.table({"shop": names[np.arange(5_000) % 100], "x": np.arange(5_000.0)})
    profile = ts.profile(table, spec={"schema": 1, "segments": ["shop"]})
    stated = {s.segment: s.rows for s in profile.slices}
    assert stated.pop("all") == 5_000
    assert len(stated) == 33
    assert stated["shop=__other__"] == 68 * 50
    assert sum(stated.values()) == 5_000
    assert_conserved(profile)
