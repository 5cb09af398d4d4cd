"""Files: what is read of them, and what is refused."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tallystick.errors import InputError
from tallystick.reading import open_source
from tallystick.reading.source import BATCH_ROWS
from unit.reading_sources import PRIVATE, collected, refusal, table, values, write

# --- files ---------------------------------------------------------------------------------


def test_every_row_of_every_file_is_read_once_with_any_number_of_threads(tmp_path):
    for i in range(5):
        write(tmp_path / f"part-{i}.parquet", rows=100, start=100 * i)
    for threads in (1, 2, 4):
        source = open_source(tmp_path / "*.parquet", columns=["s", "x"])
        batches = collected(source, threads=threads)
        assert (source.files, source.rows, len(source.units())) == (5, 500, 20)
        assert sorted(values(batches, "x")) == list(range(500))
        assert all(batch.schema.names == ["s", "x"] for batch in batches)


def test_parquet_strings_arrive_as_dictionaries_and_the_schema_shows_their_own_type(tmp_path):
    columns = {
        "plain": pa.array(["a", "b"] * 50),
        "large": pa.array(["a", "b"] * 50, pa.large_string()),
        "view": pa.array(["a", "b"] * 50, pa.string_view()),
        "dotted.name": pa.array(["a", "b"] * 50),
    }
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    source = open_source(tmp_path / "a.parquet")
    assert not any(pa.types.is_dictionary(field.type) for field in source.schema)
    (batch,) = collected(source)
    assert all(pa.types.is_dictionary(column.type) for column in batch.columns)
    assert batch.column("dotted.name").to_pylist() == ["a", "b"] * 50


def test_a_column_that_is_a_prefix_of_a_dotted_name_is_read_alone(tmp_path):
    data = pa.table({"a": [1], "a.b": [2], "c": pa.array([{"a": 3}])})
    pq.write_table(data, tmp_path / "a.parquet")
    (batch,) = collected(open_source(tmp_path / "a.parquet", columns=["a"]))
    assert batch.to_pydict() == {"a": [1]}


@pytest.mark.parametrize("rows", [BATCH_ROWS - 1, BATCH_ROWS, BATCH_ROWS + 1, 200_000])
def test_batches_have_at_most_64ki_rows(tmp_path, rows):
    write(tmp_path / "a.parquet", rows=rows, group=rows)
    for data in (tmp_path / "a.parquet", table(rows)):
        batches = collected(open_source(data, columns=["x"]))
        assert max(batch.num_rows for batch in batches) <= BATCH_ROWS
        assert sorted(values(batches, "x")) == list(range(rows))


def test_wide_rows_come_in_smaller_batches(tmp_path):
    rows = 3_000
    long = pa.table({"s": [f"{i:05d}" * 10_000 for i in range(rows)]})
    pq.write_table(long, tmp_path / "a.parquet", row_group_size=rows, compression="none")
    batches = collected(open_source(tmp_path / "a.parquet"))
    assert sum(batch.num_rows for batch in batches) == rows
    # 16 MiB would be 335 rows, but a batch is never cut below 1,024.
    assert max(batch.num_rows for batch in batches) == 1_024


def test_a_column_missing_in_some_files_is_missing_in_their_batches_only(tmp_path):
    pq.write_table(pa.table({"a": [1, 2], "b": [3, 4]}), tmp_path / "1.parquet")
    pq.write_table(pa.table({"a": [5]}), tmp_path / "2.parquet")
    pq.write_table(pa.table({"b": [6], "c": [7]}), tmp_path / "3.parquet")
    source = open_source(tmp_path, columns=["b", "a", "nowhere"])
    assert source.columns == ("b", "a")
    assert source.schema_differences == (
        "b: int64 in 2, missing in 1",
        "a: int64 in 2, missing in 1",
    )
    batches = collected(source)
    assert sorted(tuple(batch.schema.names) for batch in batches) == [("a",), ("b",), ("b", "a")]
    assert sum(batch.num_rows for batch in batches) == source.rows == 4


def test_a_type_that_differs_between_files_comes_as_it_is(tmp_path):
    pq.write_table(pa.table({"a": pa.nulls(2)}), tmp_path / "0.parquet")
    pq.write_table(pa.table({"a": [1, 2]}), tmp_path / "1.parquet")
    pq.write_table(pa.table({"a": ["x"]}), tmp_path / "2.parquet")
    source = open_source(tmp_path)
    assert source.schema.field("a").type == pa.int64()
    assert source.schema_differences == ("a: null in 1, int64 in 1, string in 1",)
    kinds = {str(batch.schema.field("a").type).partition("<")[0] for batch in collected(source)}
    assert kinds == {"null", "int64", "dictionary"}


def test_rows_count_even_when_no_wanted_column_exists(tmp_path):
    write(tmp_path / "a.parquet", rows=70)
    for data in (tmp_path / "a.parquet", table(70), table(70).to_reader(), {"x": range(70)}):
        batches = collected(open_source(data, columns=["nowhere"]))
        assert sum(batch.num_rows for batch in batches) == 70
        assert all(batch.num_columns == 0 for batch in batches)


def test_directory_names_of_partitions_are_columns(tmp_path):
    write(tmp_path / "day=1" / "city=a%20b" / "x.parquet", rows=2)
    write(tmp_path / "day=2" / "city=__HIVE_DEFAULT_PARTITION__" / "x.parquet", rows=1)
    for data in (tmp_path, tmp_path / "*" / "*" / "*.parquet", tmp_path / "day=*"):
        source = open_source(data, columns=["city", "x", "day"])
        batches = collected(source)
        assert source.columns == ("city", "x", "day")
        assert sorted(values(batches, "day")) == ["1", "1", "2"]
        assert sorted(values(batches, "city"), key=str) == [None, "a b", "a b"]


def test_a_named_column_beats_pandas_unnamed_index_which_is_left_out(tmp_path):
    pq.write_table(pa.table({"a": [1], "__index_level_0__": [9]}), tmp_path / "a.parquet")
    assert open_source(tmp_path / "a.parquet").columns == ("a",)
    wanted = open_source(tmp_path / "a.parquet", columns=["__index_level_0__"])
    assert wanted.columns == ("__index_level_0__",)


def test_a_name_that_stands_for_two_columns_is_refused_only_when_wanted(tmp_path):
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2]), pa.array([3])], ["a", "a", "b"])
    pq.write_table(twice, tmp_path / "a.parquet")
    for data in (twice, tmp_path / "a.parquet"):
        assert open_source(data, columns=["b"]).columns == ("b",)
        with pytest.raises(InputError, match="'a' exists 2 times"):
            open_source(data)


def test_files_without_rows(tmp_path):
    pq.write_table(table(0), tmp_path / "a.parquet")
    source = open_source(tmp_path / "a.parquet")
    assert (source.rows, collected(source), source.sample()) == (0, [], [])


def test_arrow_and_csv_files(tmp_path):
    data = table(1_000)
    with pa.ipc.new_file(tmp_path / "a.arrow", data.schema) as file:
        file.write_table(data, max_chunksize=300)
    (tmp_path / "a.csv").write_text(
        "x,f,s\n" + "".join(f'{i},{i / 7},"{i % 11}\n"\n' for i in range(1_000))
    )
    for path in ("a.arrow", "a.csv"):
        source = open_source(tmp_path / path, columns=["s", "x"])
        assert sorted(values(collected(source), "x")) == list(range(1_000))
        assert sorted(values(source.sample(), "x")) == list(range(1_000))


def test_a_file_without_a_telling_suffix_is_known_by_its_first_bytes(tmp_path):
    write(tmp_path / "part-0", rows=10)
    assert open_source(tmp_path / "part-0").rows == 10


def test_overlapping_paths_are_read_once_and_lists_are_described(tmp_path):
    write(tmp_path / "a.parquet", rows=10)
    source = open_source([tmp_path / "a.parquet", str(tmp_path / "*.parquet"), tmp_path])
    assert (source.files, source.rows) == (1, 10)
    assert source.description == f"{tmp_path / 'a.parquet'} and 2 more"


# --- what cannot be read -------------------------------------------------------------------


def test_a_missing_path_names_its_nearest_sibling(tmp_path):
    write(tmp_path / "scored" / "january.parquet")
    message = refusal(tmp_path / "scored" / "januray.parquet")
    assert f"no such file: {tmp_path / 'scored' / 'januray.parquet'}" in message
    assert f"did you mean {tmp_path / 'scored' / 'january.parquet'}?" in message
    assert f"did you mean {tmp_path / 'scored'}?" in refusal(tmp_path / "scord" / "a" / "b")
    assert "holds: 1 .parquet" in refusal(tmp_path / "scored" / "zzz")


def test_an_empty_glob_names_the_pattern_and_what_is_there(tmp_path):
    write(tmp_path / "scored" / "january.parquet")
    message = refusal(str(tmp_path / "scored" / "*.csv"))
    assert f"no file matches {tmp_path / 'scored' / '*.csv'}" in message
    assert "holds: 1 .parquet" in message
    assert "did you mean" in refusal(str(tmp_path / "scord" / "*.parquet"))


def test_hidden_and_underscored_files_are_not_data(tmp_path):
    write(tmp_path / "a.parquet", rows=10)
    write(tmp_path / "_b.parquet", rows=5)
    (tmp_path / "_SUCCESS").touch()
    (tmp_path / ".a.parquet.crc").touch()
    assert open_source(tmp_path).rows == 10
    assert open_source(tmp_path / "*").rows == 10
    assert open_source(tmp_path / "_*.parquet").rows == 5


def test_a_directory_must_hold_data_files_of_one_kind(tmp_path):
    assert "it is empty" in refusal(tmp_path)
    (tmp_path / "notes.txt").write_text(PRIVATE)
    message = refusal(tmp_path)
    assert "no data files" in message
    assert "1 .txt" in message
    assert ".parquet" in message
    write(tmp_path / "a.parquet")
    message = refusal(tmp_path)
    assert "unknown kind: 1 .txt" in message
    assert str(tmp_path / "*.parquet") in message
    (tmp_path / "notes.txt").unlink()
    (tmp_path / "b.csv").write_text("x\n1\n")
    assert "several formats: 1 Parquet, 1 CSV" in refusal(tmp_path)


def test_folders_of_table_formats_are_refused(tmp_path):
    write(tmp_path / "delta" / "a.parquet")
    (tmp_path / "delta" / "_delta_log").mkdir()
    assert "deltalake.DeltaTable(path)" in refusal(tmp_path / "delta")
    write(tmp_path / "ice" / "data" / "a.parquet")
    (tmp_path / "ice" / "metadata").mkdir()
    (tmp_path / "ice" / "metadata" / "v1.metadata.json").touch()
    assert "pyiceberg" in refusal(tmp_path / "ice")


@pytest.mark.parametrize("content", [b"", b"PAR1", b"not at all", b"PAR1" + bytes(64) + b"PAR1"])
def test_a_corrupt_parquet_file_is_named(tmp_path, content):
    write(tmp_path / "a.parquet")
    (tmp_path / "b.parquet").write_bytes(content)
    assert f"cannot read {tmp_path / 'b.parquet'} as Parquet" in refusal(tmp_path / "*.parquet")


def test_a_parquet_file_damaged_in_its_middle_is_named_when_it_is_read(tmp_path):
    path = write(tmp_path / "a.parquet", rows=50_000, group=50_000)
    content = bytearray(path.read_bytes())
    start = pq.read_metadata(path).row_group(0).column(1).data_page_offset
    content[start : start + 400] = bytes(b ^ 0xFF for b in content[start : start + 400])
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"cannot read .*a\.parquet as Parquet"):
        collected(open_source(path))


def test_a_file_that_vanished_or_shrank_is_named(tmp_path):
    path = write(tmp_path / "a.parquet", rows=100, group=100)
    source = open_source(path)
    write(path, rows=90, group=90)
    with pytest.raises(InputError, match=r"a\.parquet changed while it was read"):
        collected(source)
    path.unlink()
    with pytest.raises(InputError, match=r"a\.parquet as Parquet: .*no such file"):
        collected(source)


def test_a_csv_value_that_does_not_fit_is_not_quoted(tmp_path):
    body = "1\n" * 3_000_000 + PRIVATE + "\n"
    (tmp_path / "a.csv").write_text("x\n" + body)
    with pytest.raises(InputError, match=r"a\.csv as CSV") as caught:
        collected(open_source(tmp_path / "a.csv"))
    assert PRIVATE not in str(caught.value)
    assert caught.value.__cause__ is None


def test_urls_and_unknown_objects_say_what_is_accepted(tmp_path):
    assert "pyarrow.dataset.dataset(url)" in refusal("s3://bucket/a.parquet")
    for data in (5, None, b"bytes", object(), [], [1, 2], ["a", {}], np.zeros((2, 2)), {1, 2}):
        assert "accepted: a path, glob, directory" in refusal(data)
    (tmp_path / "a.bin").write_bytes(b"123")
    assert "cannot tell what kind of file" in refusal(tmp_path / "a.bin")
    assert "columns: expected a list of names" in refusal(table(1), columns="x")
