"""Columns that grow with time keep resolution beyond the sample, which saw their beginning only."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest

import tallystick as ts
from tallystick.reading.source import SAMPLE_ROWS

ROWS = 4 * SAMPLE_ROWS


NOW = 1_763_856_000  # seconds since 1970, a midnight


def growing(rows: int) -> pa.Table:
    """Clocks and counters: far from zero, and the sample a small step of the way."""
    tick = np.arange(rows)
    return pa.table(
        {
            "at": pa.array((NOW + tick) * 1_000_000, pa.timestamp("us")),
            "fast": pa.array(NOW * 1_000_000 + tick, pa.timestamp("us")),
            "float": pa.array(NOW + tick * 2.0**-10),
            "day": pa.array((tick // 50).astype(np.int32), pa.date32()),
            "id": pa.array(2**53 + 7 * tick, pa.int64()),
            "meter": pa.array(tick * 0.25),
        }
    )


TABLE = growing(ROWS)
# A stream that can be read once: the sample is its first quarter.
REFERENCE = ts.profile(TABLE.to_reader(65_536))


@pytest.mark.parametrize("column", TABLE.column_names)
def test_no_cell_holds_more_than_a_few_percent(column):
    """Eight cells an octave of the distance from the sample's end: at most 2^(1/8) - 1 of it."""
    largest = REFERENCE[column]["largest_cell_rows"] / ROWS
    # The last cell lies at most three sample spans from the end, of four in all; of floats it
    # ends where a rounding class of f32 does, 128 of the column's 1,024 seconds.
    allowed = (2 ** (1 / 8) - 1) * 3 / 4
    if column == "float":
        allowed += float(np.spacing(np.float32(NOW))) / (ROWS * 2.0**-10)
    assert largest <= allowed


def test_what_is_coarse_is_told():
    for column in TABLE.column_names:
        coarse = REFERENCE[column]["largest_cell_rows"] > 0.02 * ROWS
        assert (column in REFERENCE.coarse) == coarse


@pytest.mark.parametrize("column", TABLE.column_names)
@pytest.mark.parametrize(("first", "last"), [(0.0, 1.0), (0.5, 1.0), (0.9, 0.95), (0.0, 0.3)])
def test_the_distance_is_bracketed_and_the_bracket_narrow(column, first, last):
    start, end = int(first * ROWS), int(last * ROWS)
    current = ts.profile(TABLE.select([column]).slice(start, end - start), plan=REFERENCE.plan)
    row = ts.compare(reference=REFERENCE, current=current)[column]["ks"]
    # Uniform on [0, 1] against uniform on a part of it, up to the ties of a day.
    true = float(max(Fraction(start, ROWS), 1 - Fraction(end, ROWS)))
    assert row.lower - 1e-4 <= true <= row.upper + 1e-4
    largest = REFERENCE[column]["largest_cell_rows"] / ROWS
    share = end - start
    densest = current[column]["largest_cell_rows"] / share
    assert row.upper - row.lower <= largest + densest


def test_what_can_be_read_again_is_sampled_all_over():
    profile = ts.profile(TABLE)
    assert profile.coarse == []
    for column in TABLE.column_names:
        assert profile[column]["largest_cell_rows"] <= 0.02 * ROWS


def test_tomorrow_is_above_everything_seen():
    later = TABLE.slice(0, 5_000)
    moved = pa.array((NOW + ROWS + np.arange(5_000)) * 1_000_000, pa.timestamp("us"))
    later = later.set_column(0, "at", moved)
    report = ts.compare(reference=REFERENCE, current=ts.profile(later, plan=REFERENCE.plan))
    assert report["at"]["ks"].lower > 0.9
    assert report["at"]["psi_corrected"].status == "alert"


def test_a_sorted_file_is_sampled_all_over(tmp_path):
    import pyarrow.parquet as pq

    pq.write_table(TABLE, tmp_path / "sorted.parquet", row_group_size=100_000)
    profile = ts.profile(tmp_path / "sorted.parquet")
    assert profile.coarse == []


def test_windows_of_a_stream_are_exact():
    spec = {"schema": 1, "log": {"time": "at"}}
    profile = ts.profile(TABLE.select(["at", "meter"]).to_reader(9_999), spec=spec, window="1d")
    rows = [s.rows for s in profile.slices if s.window is not None]
    assert sum(rows) == ROWS
    assert set(rows[:-1]) == {86_400}


def test_what_the_cells_cannot_see_is_not_ok():
    """A stream whose sample says nothing of the rest: four fifths of the rows in one cell."""

    def stream(level):
        random = np.random.default_rng(61)
        yield pa.record_batch({"x": random.normal(size=SAMPLE_ROWS)})
        for _ in range(20):
            yield pa.record_batch({"x": 1e6 + random.normal(level, 1, 50_000)})

    reference = ts.profile(stream(0))
    assert reference.coarse == ["x"]
    current = ts.profile(stream(1_000), plan=reference.plan)
    report = ts.compare(reference=reference, current=current)
    # A thousand deviations of drift, all of it within the cell.
    assert report["x"]["ks"].upper > 0.7
    assert report["x"]["psi_corrected"].status == "undetermined"
    assert report["x"]["psi_corrected"].reason == "coarse_binning"
