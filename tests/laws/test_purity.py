"""A profile is a pure function of the rows, not of their order, split, chunks or carrier."""

from __future__ import annotations

import itertools

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tallystick as ts
from laws.rows import PLAN, ROWS, SAMPLED, SPEC, TABLE, count

EXPECTED = count(TABLE).to_bytes()


def shuffled(seed: int) -> pa.Table:
    return TABLE.take(np.random.default_rng(seed).permutation(ROWS))


def rechunked(sizes) -> pa.Table:
    ends = np.cumsum([0, *sizes])
    return pa.concat_tables([TABLE.slice(a, b - a) for a, b in itertools.pairwise(ends)])


def test_the_table_holds_what_it_should():
    """Guards the tests of this folder against an empty table."""
    profile = ts.Profile.from_bytes(EXPECTED)
    assert profile.rows == ROWS
    windows = {one.window for one in profile.slices}
    assert len(profile.windows) == 9
    assert windows >= {None, "missing"}
    segments = {one.segment for one in profile.slices}
    assert segments >= {"all", "region=ash", "region=__missing__", "grade=__other__"}
    for column, facts in profile.columns().items():
        assert facts["present"] > 0, column
        assert facts["null"] > 0, column
    for column in ("f64", "f32", "amount", "even"):
        assert profile[column]["nan"] > 0
        assert profile[column]["infinite"] > 0
        assert profile[column]["zeros"] > 0
    assert profile["u64"]["maximum"] == float(2**64 - 1)
    assert profile["grade"]["other"] > 0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_order(seed):
    assert count(shuffled(seed)).to_bytes() == EXPECTED


@pytest.mark.parametrize("seed", [4, 5])
def test_twenty_parts_added_up(seed):
    random = np.random.default_rng(seed)
    table = shuffled(seed)
    cuts = [0, *sorted(random.integers(0, ROWS, 19).tolist()), ROWS]
    parts = [count(table.slice(a, b - a)) for a, b in itertools.pairwise(cuts)]
    assert sum(parts).to_bytes() == EXPECTED
    assert sum(reversed(parts)).to_bytes() == EXPECTED


@pytest.mark.parametrize(
    "sizes",
    [[1] * 200 + [ROWS - 200], [7, 0, 64, 65, 1, ROWS - 137], [ROWS - 3, 3], [1000, 1000, 1000]],
    ids=["single rows", "odd", "long and short", "even"],
)
@pytest.mark.parametrize("threads", [1, 2])
def test_chunks_and_threads(sizes, threads):
    assert count(rechunked(sizes), threads=threads).to_bytes() == EXPECTED


@pytest.mark.parametrize("rows", [1, 3, 9, 64, 65, 500])
def test_a_slice_with_an_offset_is_its_rows(rows):
    """Validity and boolean bits that start within a byte."""
    for start in (1, 3, 8, 13):
        part = TABLE.slice(start, rows)
        copied = pa.Table.from_pylist(part.to_pylist(), schema=part.schema)
        assert count(part).to_bytes() == count(copied).to_bytes()


class StreamOnly:
    """Offers only the stream protocol."""

    def __init__(self, value):
        self.value = value

    def __arrow_c_stream__(self, requested_schema=None):
        return self.value.__arrow_c_stream__(requested_schema)


def from_duckdb():
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    return connection.from_arrow(TABLE)


def by_numpy():
    """Columns as numpy holds them, nulls in masks or NaT, texts in lists."""
    columns = {}
    for name, column in zip(TABLE.column_names, TABLE.columns, strict=True):
        kind = column.type
        if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind):
            mask = column.is_null().to_numpy()
            filler = pa.scalar(False if pa.types.is_boolean(kind) else 0, kind)
            values = column.fill_null(filler).to_numpy()
            columns[name] = np.ma.masked_array(values, mask)
        elif pa.types.is_timestamp(kind) or pa.types.is_date(kind):
            columns[name] = column.to_numpy()
        else:
            columns[name] = column.to_pylist()
    return columns


# Python has no nanoseconds, and Arrow guesses no unsigned type from its integers.
NOT_IN_PYTHON = ["tick", "u64"]
CARRIERS = {
    "table": lambda: TABLE,
    "batches": lambda: TABLE.to_batches(max_chunksize=111),
    "reader": lambda: TABLE.to_reader(77),
    "stream": lambda: StreamOnly(TABLE),
    "generator": lambda: (batch for batch in TABLE.to_batches(max_chunksize=250)),
    "polars": lambda: pl.from_arrow(TABLE),
    "polars, lazy": lambda: pl.from_arrow(TABLE).lazy(),
    "duckdb": from_duckdb,
    "mapping of numpy": by_numpy,
    "mapping of arrow": lambda: {n: TABLE[n] for n in reversed(TABLE.column_names)},
    "rows": lambda: TABLE.drop_columns(NOT_IN_PYTHON).to_pylist(),
}


@pytest.mark.parametrize("name", CARRIERS)
def test_carriers(name):
    expected, plan = EXPECTED, PLAN
    if name == "rows":
        table = TABLE.drop_columns(NOT_IN_PYTHON)
        columns = {n: c for n, c in SPEC["columns"].items() if n not in NOT_IN_PYTHON}
        plan = ts.Plan.fit(table.slice(0, SAMPLED), spec={**SPEC, "columns": columns})
        expected = count(table, plan=plan).to_bytes()
    assert count(CARRIERS[name](), plan=plan).to_bytes() == expected


@pytest.mark.parametrize("size", [1, 37, 1_000, 100_000])
@pytest.mark.parametrize("threads", [1, 2])
def test_parquet(size, threads, tmp_path):
    table = TABLE if size > 1 else TABLE.slice(0, 60)
    path = tmp_path / "log.parquet"
    pq.write_table(table, path, row_group_size=size)
    expected = EXPECTED if size > 1 else count(table).to_bytes()
    assert count(path, threads=threads).to_bytes() == expected


def test_many_files_in_any_order(tmp_path):
    paths = [tmp_path / f"{i}.parquet" for i in range(6)]
    for i, path in enumerate(paths):
        pq.write_table(TABLE.slice(i * 500, 500), path, use_dictionary=i % 2 == 0)
    assert count(tmp_path).to_bytes() == EXPECTED
    assert count(paths[::-1], threads=2).to_bytes() == EXPECTED


def test_pandas_turns_nan_into_null():
    """Null and NaN are told apart wherever the carrier does; pandas does not: one sum of both."""
    table = TABLE.select(["f64", "flag", "word"])
    plan = ts.Plan.fit(table)
    kept = count(table, plan=plan, window=None)
    frame = pd.DataFrame({n: table[n].to_pandas() for n in table.column_names})
    turned = count(frame, plan=plan, window=None)
    assert kept["f64"]["nan"] > 0
    assert turned["f64"]["nan"] == 0
    assert turned["f64"]["null"] == kept["f64"]["null"] + kept["f64"]["nan"]
    for fact in ("present", "infinite", "zeros", "minimum", "maximum", "mean", "std"):
        assert turned["f64"][fact] == kept["f64"][fact]
    for column in ("flag", "word"):
        assert turned[column] == kept[column]


def test_the_plan_of_one_sample_is_one_plan():
    again = ts.Plan.fit(TABLE.slice(0, SAMPLED), spec=SPEC)
    assert again.to_bytes() == PLAN.to_bytes()


@settings(max_examples=60)
@given(
    rows=st.lists(
        st.tuples(
            st.none() | st.floats(width=64),
            st.none() | st.floats(width=32),
            st.none() | st.integers(-(2**63), 2**63 - 1),
            st.none() | st.integers(0, 2**64 - 1),
            st.none() | st.sampled_from(["ash", "beech", "new", ""]) | st.text(max_size=3),
            st.none() | st.booleans(),
            st.none() | st.integers(-(10**6), 10**6),
        ),
        max_size=12,
    ),
    data=st.data(),
)
def test_any_small_table(rows, data):
    types = [pa.float64(), pa.float32(), pa.int64(), pa.uint64(), pa.string(), pa.bool_()]
    names = ["f64", "f32", "i64", "u64", "region", "flag", "at"]

    def table(chosen):
        columns = list(zip(*chosen, strict=True)) if chosen else [[] for _ in names]
        kinds = [*types, pa.timestamp("s")]
        arrays = [pa.array(c, k, from_pandas=False) for c, k in zip(columns, kinds, strict=True)]
        return pa.table(dict(zip(names, arrays, strict=True)))

    whole = count(table(rows)).to_bytes()
    order = data.draw(st.permutations(rows))
    cut = data.draw(st.integers(0, len(rows)))
    parts = count(table(order[:cut])) + count(table(order[cut:]))
    assert parts.to_bytes() == whole
    assert ts.Profile.from_bytes(whole).to_bytes() == whole
