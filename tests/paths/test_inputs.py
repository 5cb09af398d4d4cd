"""The same rows through every kind of input."""

from __future__ import annotations

import array
import math

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as pds
import pyarrow.parquet as pq
import pytest

from tallystick.errors import InputError
from tallystick.reading import open_source, run

ROWS = 5_000
PRIVATE = "hunter2@example.test"


class Collect:
    """Keeps what it is given."""

    def __init__(self):
        self.batches = []

    def count(self, batch):
        self.batches.append(batch)


def rows_of(source):
    found = []
    for worker in run(source, Collect, threads=2):
        for batch in worker.batches:
            found += zip(*(column.to_pylist() for column in batch.columns), strict=True)
    return sorted(found)


NUMBERS = np.arange(ROWS)
TEXT = [f"c{i % 17}" for i in range(ROWS)]
COLUMNS = {"number": NUMBERS, "real": NUMBERS / 4, "text": TEXT, "spare": TEXT}
TABLE = pa.table(COLUMNS)
EXPECTED = sorted(zip(TEXT, (NUMBERS / 4).tolist(), NUMBERS.tolist(), strict=True))
WANTED = ["text", "real", "number"]


class ArrayOnly:
    """Offers only the array protocol."""

    def __init__(self, value):
        self.value = value

    def __arrow_c_array__(self, requested_schema=None):
        return self.value.__arrow_c_array__(requested_schema)


class StreamOnly:
    """Offers only the stream protocol."""

    def __init__(self, value):
        self.value = value

    def __arrow_c_stream__(self, requested_schema=None):
        return self.value.__arrow_c_stream__(requested_schema)


class DeltaLike:
    """Looks like a DeltaTable."""

    def __init__(self, path):
        self.path = path

    def to_pyarrow_dataset(self):
        return pds.dataset(self.path)


class ScanLike:
    """Looks like a pyiceberg scan."""

    def __init__(self, value):
        self.value = value

    def to_arrow_batch_reader(self):
        return self.value.to_reader(700)

    def select(self, *names):
        return ScanLike(self.value.select(list(names)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("inputs") / "log"
    root.mkdir()
    pq.write_table(TABLE.slice(0, 2_000), root / "a.parquet", row_group_size=600)
    pq.write_table(TABLE.slice(2_000), root / "b.parquet", row_group_size=600)
    return root


def from_duckdb():
    rows = TABLE  # found by duckdb under its name
    relation = duckdb.connect().sql('select *, 1 as "a ""quoted"" name" from rows')
    del rows
    return relation


INPUTS = {
    "table": (lambda _: TABLE, True, "pyarrow.Table"),
    "chunked table": (lambda _: pa.concat_tables([TABLE.slice(0, 9), TABLE.slice(9)]), True, None),
    "batch": (lambda _: TABLE.combine_chunks().to_batches()[0], True, "pyarrow.RecordBatch"),
    "list of batches": (lambda _: TABLE.to_batches(max_chunksize=10), True, None),
    "reader": (lambda _: TABLE.to_reader(333), False, "pyarrow.RecordBatchReader"),
    "stream": (lambda _: StreamOnly(TABLE), False, None),
    "array": (lambda _: ArrayOnly(TABLE.combine_chunks().to_batches()[0]), True, None),
    "generator": (lambda _: (b for b in TABLE.to_batches(max_chunksize=400)), False, None),
    "generator of frames": (lambda _: iter([pl.from_arrow(TABLE)]), False, None),
    "pandas": (lambda _: TABLE.to_pandas(), True, "pandas.DataFrame"),
    "polars": (lambda _: pl.from_arrow(TABLE), True, "polars.DataFrame"),
    "lazy": (lambda _: pl.from_arrow(TABLE).lazy(), True, "polars.LazyFrame"),
    "duckdb": (lambda _: from_duckdb(), True, "duckdb relation"),
    "mapping": (lambda _: COLUMNS, True, "mapping of columns"),
    "mapping of everything": (
        lambda _: {
            "number": array.array("q", NUMBERS.tolist()),
            "real": pl.Series(NUMBERS / 4),
            "text": pd.Series(TEXT),
            "spare": pa.array(TEXT),
        },
        True,
        None,
    ),
    "dicts": (lambda _: TABLE.to_pylist(), True, "sequence of dicts"),
    "dataset": (pds.dataset, True, "pyarrow dataset"),
    "delta": (DeltaLike, True, "deltalake.DeltaTable"),
    "iceberg": (lambda _: ScanLike(TABLE), True, "pyiceberg scan"),
    "directory": (lambda folder: folder, True, None),
    "glob": (lambda folder: str(folder / "*.parquet"), True, None),
    "recursive glob": (lambda folder: str(folder.parent / "**" / "*.parquet"), True, None),
    "glob of directories": (lambda folder: str(folder.parent / "l*"), True, None),
    "list of paths": (lambda folder: [folder / "a.parquet", folder / "b.parquet"], True, None),
}


@pytest.mark.parametrize("name", INPUTS)
def test_every_kind_of_input_gives_the_same_rows(name, folder):
    make, rereadable, description = INPUTS[name]
    source = open_source(make(folder), columns=WANTED)
    assert source.columns == tuple(WANTED)
    assert source.rereadable is rereadable
    assert source.rows in (ROWS, None)
    assert description in (None, source.description)
    sampled = {tuple(row.values()) for batch in source.sample() for row in batch.to_pylist()}
    assert sampled == set(EXPECTED)
    assert rows_of(source) == EXPECTED
    if rereadable:
        assert rows_of(source) == EXPECTED


@pytest.mark.parametrize("name", INPUTS)
def test_selecting_later_is_selecting_at_once(name, folder):
    source = open_source(INPUTS[name][0](folder))
    assert set(source.columns) >= {"number", "real", "text", "spare"}
    narrowed = source.select(["real", "nowhere"])
    assert narrowed.columns == ("real",)
    assert rows_of(narrowed) == sorted((value,) for value in (NUMBERS / 4).tolist())


def test_pandas_index_is_no_column():
    frame = pd.DataFrame({"a": [1, 2]}, index=pd.Index([7, 8], name="id"))
    assert open_source(frame).columns == ("a",)
    assert open_source(frame.iloc[::-1]).columns == ("a",)


@pytest.mark.parametrize(
    "data",
    [
        pd.DataFrame({"good": [1, 2], "mixed": [3, PRIVATE]}),
        pl.DataFrame({"good": [1, 2], "mixed": pl.Series([3, PRIVATE], dtype=pl.Object)}),
        {"good": [1, 2], "mixed": [3, PRIVATE]},
        {"good": [1, 2], "mixed": pd.Series([3, PRIVATE])},
        {"good": [1, 2], "mixed": np.array([3, PRIVATE], dtype=object)},
        [{"good": 1, "mixed": 3}, {"good": 2, "mixed": PRIVATE}],
    ],
    ids=["pandas", "polars", "mapping", "series", "object array", "dicts"],
)
def test_one_mixed_column_breaks_only_itself(data):
    source = open_source(data)
    assert source.schema.names == ["good", "mixed"]
    assert source.schema.field("good").type == pa.int64()
    assert isinstance(source.schema.field("mixed").type, pa.OpaqueType)
    assert rows_of(source.select(["good"])) == [(1,), (2,)]
    for read in (source.units, source.sample):
        with pytest.raises(InputError, match="cannot read column 'mixed'") as caught:
            read()
        assert PRIVATE not in str(caught.value)
        assert caught.value.__cause__ is None


def test_nan_and_null_stay_apart_except_in_pandas():
    nan = math.nan
    for data in (
        {"a": np.array([1.0, nan])},
        {"a": [1.0, nan]},
        pl.DataFrame({"a": [1.0, nan]}),
        pa.table({"a": [1.0, nan]}),
        [{"a": 1.0}, {"a": nan}],
    ):
        (batch,) = run(open_source(data), Collect)[0].batches
        assert batch.column("a").null_count == 0
    (batch,) = run(open_source(pd.DataFrame({"a": [1.0, nan]})), Collect)[0].batches
    assert batch.column("a").null_count == 1


def test_kinds_of_text_and_categories():
    category = pd.DataFrame({"t": pd.Categorical(["x", "y", "x"])})
    polars = pl.DataFrame({"t": ["x", "y", "x"]})
    relation = duckdb.connect().sql("select unnest(['x', 'y', 'x'])::enum('x', 'y') as t")
    kinds = set()
    for data in (category, polars, polars.cast(pl.Categorical), relation, {"t": ["x", "y", "x"]}):
        source = open_source(data)
        kinds.add(str(source.schema.field("t").type).partition(",")[0])
        assert rows_of(source) == [("x",), ("x",), ("y",)]
    assert kinds == {
        "dictionary<values=large_string",
        "dictionary<values=string_view",
        "dictionary<values=string",
        "string_view",
        "string",
    }


def test_columns_of_a_mapping():
    data = {
        "strided": np.arange(6)[::2],
        "swapped": np.arange(3).astype(">i4"),
        "day": np.array(["2026-01-01", "2026-01-02", "NaT"], "M8[D]"),
        "bytes": memoryview(b"abc"),
        1: range(3),
        "masked": np.ma.masked_array([1.0, 2.0, 3.0], [0, 1, 0]),
        "array": ArrayOnly(pa.array([1, 2, 3])),
        "stream": StreamOnly(pa.chunked_array([[1], [2, 3]])),
    }
    source = open_source(data)
    assert [str(kind) for kind in source.schema.types] == [
        "int64", "int32", "date32[day]", "uint8", "int64", "double", "int64", "int64",
    ]  # fmt: skip
    read = pa.Table.from_batches(source.sample()).to_pydict()
    assert read["strided"] == [0, 2, 4]
    assert read["swapped"] == [0, 1, 2]
    assert read["bytes"] == [97, 98, 99]
    assert read["1"] == [0, 1, 2]
    assert read["masked"] == [1.0, None, 3.0]
    assert read["stream"] == [1, 2, 3]


def refusal(data):
    with pytest.raises(InputError) as caught:
        open_source(data)
    return str(caught.value)


def test_what_a_mapping_cannot_hold():
    assert "columns differ in length: 'a' 1, 'b' 2" in refusal({"a": [1], "b": [1, 2]})
    assert "column 'a': expected one dimension, got 2" in refusal({"a": np.zeros((2, 2))})
    for column in ("text", b"bytes", 5, {1: 2}, None):
        assert "column 'a': expected an array, a buffer or a list" in refusal({"a": column})


@pytest.mark.parametrize(
    "data",
    [
        pl.Series([1]),
        pd.Series([1]),
        pa.chunked_array([[1]]),
        pa.array([1]),
        ArrayOnly(pa.array([1])),
    ],
    ids=["polars", "pandas", "chunked", "array", "protocol"],
)
def test_a_single_column_needs_a_name(data):
    assert 'hint: name the column: {"name": column}' in refusal(data)


def test_a_key_that_some_rows_lack_is_null_there():
    source = open_source([{"a": 1}, {"b": "x"}, {"a": 2, "b": "y"}])
    (batch,) = source.sample()
    assert batch.to_pydict() == {"a": [1, None, 2], "b": [None, "x", "y"]}


def test_a_relation_over_a_used_up_reader_is_found_out():
    reader = pa.table({"a": range(1_000)}).to_reader(100)
    source = open_source(duckdb.connect().from_arrow(reader))
    assert len(rows_of(source)) == 1_000
    with pytest.raises(InputError, match="duckdb relation cannot be read a second time"):
        rows_of(source)


class Dwindling(ScanLike):
    """Gives fewer rows the second time."""

    def __init__(self, value):
        super().__init__(value)
        self.passes = 0

    def to_arrow_batch_reader(self):
        self.passes += 1
        return self.value.slice(0, 10_000 // self.passes).to_reader(100)


def test_a_second_pass_that_loses_rows_is_found_out():
    scan = Dwindling(pa.table({"a": range(1_000)}))
    scan.passes = 9  # the schema is asked for once, then come 909 rows and 833
    source = open_source(scan)
    scan.passes = 10
    assert len(rows_of(source)) == 909
    with pytest.raises(InputError, match="gave 909 rows first and 833 now"):
        rows_of(source)


def test_duckdb_names_are_quoted():
    source = open_source(from_duckdb(), columns=['a "quoted" name'])
    assert rows_of(source) == [(1,)] * ROWS


def test_tiny_chunks_are_joined_into_batches():
    chunks = [pa.record_batch({"a": [i], "s": [str(i % 3)]}) for i in range(3_000)]
    encoded = [
        pa.record_batch({"a": [i], "s": pa.array([str(i % 3)]).dictionary_encode()})
        for i in range(3_000)
    ]
    for batches in (chunks, encoded):
        (worker,) = run(open_source(pa.Table.from_batches(batches)), Collect)
        assert len(worker.batches) == 1
        assert rows_of(open_source(batches)) == sorted((i, str(i % 3)) for i in range(3_000))


def test_batches_with_differing_columns_come_as_they_are():
    source = open_source([pa.table({"a": [1]}), pa.table({"b": [2]}), pa.table({"a": ["x"]})])
    assert source.columns == ("a", "b")
    assert source.schema.field("a").type == pa.int64()
    batches = run(source, Collect, threads=1)[0].batches
    assert [batch.to_pydict() for batch in batches] == [{"a": [1]}, {"b": [2]}, {"a": ["x"]}]
