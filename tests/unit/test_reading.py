"""Sources, samples, threads and progress of tallystick.reading."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.dataset as pds
import pyarrow.parquet as pq
import pytest

from tallystick.errors import InputError, ParameterError
from tallystick.reading import NoProgress, RichProgress, open_source, run, thread_count
from tallystick.reading.sampling import batch_bytes, spread
from tallystick.reading.source import BATCH_ROWS

PRIVATE = "hunter2@example.test"


class Collect:
    """Keeps what it is given."""

    def __init__(self):
        self.batches = []

    def count(self, batch):
        self.batches.append(batch)


def collected(source, **options):
    return [batch for worker in run(source, Collect, **options) for batch in worker.batches]


def values(batches, name):
    return [v for b in batches if name in b.schema.names for v in b.column(name).to_pylist()]


def table(rows, start=0):
    numbers = np.arange(start, start + rows)
    return pa.table({"x": numbers, "f": numbers / 7, "s": pa.array((numbers % 11).astype(str))})


def write(path, rows=100, start=0, group=30):
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table(rows, start), path, row_group_size=group)
    return path


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


def refusal(data, **options):
    with pytest.raises(InputError) as caught:
        open_source(data, **options)
    return str(caught.value)


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


# --- samples -------------------------------------------------------------------------------


def test_spread_ascends_stays_below_and_takes_one_from_each_stretch():
    for count, picks, seed in [(1, 1, 0), (5, 5, 1), (1_000, 32, 2), (33, 32, 3)]:
        places = spread(count, picks, np.random.default_rng(seed))
        for i, place in enumerate(places):
            assert i * count // picks <= place < (i + 1) * count // picks


@pytest.fixture(scope="module")
def many_groups(tmp_path_factory):
    root = tmp_path_factory.mktemp("many")
    for i in range(8):
        write(root / f"{i}.parquet", rows=10_000, start=10_000 * i, group=1_000)
    return root


@pytest.mark.parametrize("kind", ["files", "memory", "dataset"])
def test_a_sample_is_bounded_spread_and_repeatable(many_groups, kind):
    data = {
        "files": many_groups,
        "memory": table(80_000),
        "dataset": pds.dataset(many_groups),
    }[kind]
    source = open_source(data, columns=["x", "s"])
    one = source.sample(max_rows=3_200)
    assert [b.to_pydict() for b in one] == [b.to_pydict() for b in source.sample(max_rows=3_200)]
    assert sum(batch.num_rows for batch in one) == 3_200
    tenths = np.bincount(np.array(values(one, "x")) // 8_000, minlength=10)
    # 32 pieces over 10 tenths of the rows: 3.2 each, and a border may cost one piece.
    assert tenths.min() >= 200
    assert len(set(values(one, "x"))) == 3_200
    other = source.sample(max_rows=3_200, seed=1)
    assert values(other, "x") != values(one, "x")


def test_a_sample_reads_at_most_max_groups_and_takes_rows_from_all_over_a_group(many_groups):
    source = open_source(many_groups)
    taken = np.array(values(source.sample(max_rows=1_600, max_groups=4), "x"))
    groups = np.unique(taken // 1_000)
    assert len(groups) == 4
    for group in groups:
        inside = taken[taken // 1_000 == group] - 1_000 * group
        assert np.histogram(inside, bins=4, range=(0, 1_000))[0].tolist() == [100] * 4


def test_small_groups_leave_their_share_to_large_ones(tmp_path):
    for i in range(9):
        write(tmp_path / f"{i}.parquet", rows=10)
    write(tmp_path / "z.parquet", rows=5_000, group=5_000)
    sample = open_source(tmp_path).sample(max_rows=1_000)
    assert sum(batch.num_rows for batch in sample) == 1_000


def test_a_small_source_is_sampled_whole(many_groups):
    for data in (many_groups / "0.parquet", table(10_000)):
        assert values(open_source(data, columns=["x"]).sample(), "x") == list(range(10_000))


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())]
)
def test_a_sample_keeps_to_its_bytes(tmp_path, kind):
    text = pa.array([f"{i:01000d}" for i in range(20_000)])
    data = pa.table({"s": text.cast(kind) if kind != pa.string() else text})
    stored = data.cast(pa.schema([("s", pa.string())]))
    pq.write_table(stored, tmp_path / "a.parquet", row_group_size=2_000)
    for source in (open_source(data), open_source(tmp_path), open_source(data.to_reader(500))):
        sample = source.sample(max_bytes=2_000_000)
        size = sum(batch_bytes(batch) for batch in sample)
        # Every piece is cut to its share less 1/32, and to whole rows of 1,000 bytes.
        assert 1_700_000 <= size <= 2_000_000


# --- streams -------------------------------------------------------------------------------


def test_a_stream_gives_its_first_rows_as_the_sample_and_counts_them_once():
    source = open_source(table(10_000).to_reader(1_000), columns=["x"])
    assert not source.rereadable
    assert values(source.sample(max_rows=2_500), "x") == list(range(2_500))
    assert values(source.sample(max_rows=1_500), "x") == list(range(1_500))
    narrowed = source.select(["x"])
    assert values(collected(narrowed), "x") == list(range(10_000))
    with pytest.raises(InputError, match="can be read once only"):
        collected(source)
    with pytest.raises(InputError, match="can be read once only"):
        source.sample()


def test_an_iterator_of_batches_is_pulled_in_the_callers_thread():
    seen = set()

    def batches():
        for batch in table(1_000).to_batches(max_chunksize=100):
            seen.add(threading.get_ident())
            yield batch

    source = open_source(batches())
    assert (source.rereadable, source.inline, source.columns) == (False, True, ("x", "f", "s"))
    assert values(collected(source, threads=4), "x") == list(range(1_000))
    assert seen == {threading.get_ident()}
    assert "got dict" in refusal(iter([{"x": 1}]))
    assert collected(open_source(iter([]))) == []


def test_a_stream_that_fails_names_no_value():
    def batches():
        yield from table(10).to_batches()
        raise RuntimeError("the caller's own")

    with pytest.raises(RuntimeError, match="the caller's own"):
        collected(open_source(batches()))


# --- threads -------------------------------------------------------------------------------


def test_each_worker_has_its_own_accumulator_and_there_is_always_one(many_groups):
    assert len(run(open_source(many_groups), Collect, threads=3)) == 3
    assert len(run(open_source(table(10)), Collect, threads=3)) == 1
    assert len(run(open_source(table(0)), Collect)) == 1


def test_thread_count(monkeypatch, many_groups):
    monkeypatch.delenv("TALLYSTICK_THREADS", raising=False)
    source = open_source(many_groups)
    assert thread_count(source, 7) == 7
    assert thread_count(source, None, memory_budget_bytes=1) == 1
    monkeypatch.setenv("TALLYSTICK_THREADS", "5")
    assert thread_count(source) == 5
    assert thread_count(source, 2) == 2
    assert thread_count(source, memory_budget_bytes=3 * source.reader_bytes) == 3
    for bad in ("0", "-1", "two", "1.5"):
        monkeypatch.setenv("TALLYSTICK_THREADS", bad)
        with pytest.raises(ParameterError, match="TALLYSTICK_THREADS: expected a whole number"):
            thread_count(source)
    for bad in (0, -1, 1.5, True, "x"):
        with pytest.raises(ParameterError, match="threads: expected a whole number"):
            thread_count(source, bad)


def test_the_memory_of_a_reader_is_bounded_by_the_selected_columns_and_not_by_the_group(tmp_path):
    write(tmp_path / "a.parquet", rows=1_000_000, group=1_000_000)
    whole = open_source(tmp_path / "a.parquet")
    one = whole.select(["x"])
    assert one.reader_bytes < whole.reader_bytes
    # One column: a buffer, two pages of 1 MiB, and three batches of 64Ki values of 8 bytes.
    assert one.reader_bytes == 2**16 + 2 * 2**20 + 3 * BATCH_ROWS * 8


class BrokenError(Exception):
    pass


def test_a_failing_worker_stops_the_others_and_its_exception_arrives(tmp_path):
    write(tmp_path / "a.parquet", rows=10_000, group=10)
    counted = []
    failure = BrokenError("as it was raised")

    class Worker:
        def count(self, batch):
            counted.append(batch.num_rows)
            if len(counted) == 5:
                raise failure
            time.sleep(0.001)

    with pytest.raises(BrokenError) as caught:
        run(open_source(tmp_path / "a.parquet"), Worker, threads=2)
    assert caught.value is failure
    # Of 1,000 units the other worker may finish those it began before it saw the stop flag.
    assert len(counted) < 100
    assert not [t for t in threading.enumerate() if t.name == "tallystick-reader"]


def interrupted_after(worker, threads):
    """Seconds from Ctrl-C to the interrupt in the calling thread."""
    source = open_source({"x": range(2_000_000)})
    begun, sent = threading.Event(), []

    class Announced(worker):
        def count(self, batch):
            begun.set()
            super().count(batch)

    def press():
        begun.wait(30)
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    presser = threading.Thread(target=press)
    presser.start()
    with pytest.raises(KeyboardInterrupt):
        run(source, Announced, threads=threads)
    arrived = time.monotonic()
    presser.join()
    return arrived - sent[0]


@pytest.mark.parametrize("threads", [1, 2])
def test_an_interrupt_arrives_at_once_even_if_every_worker_is_in_a_long_call(threads):
    release = threading.Event()

    class Stuck:
        def count(self, batch):
            release.wait(30)

    try:
        # The best of three, since the machine may be busy with something else.
        assert min(interrupted_after(Stuck, threads) for _ in range(3)) < 0.2
    finally:
        release.set()


def test_after_an_interrupt_the_workers_leave_at_their_next_batch():
    class Slow:
        def count(self, batch):
            time.sleep(0.05)

    interrupted_after(Slow, 2)
    deadline = time.monotonic() + 10
    while any(t.name == "tallystick-reader" for t in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


# --- progress ------------------------------------------------------------------------------


class Log:
    def __init__(self):
        self.calls = []

    def start(self, total_rows, label):
        self.calls.append(("start", total_rows, label))

    def advance(self, rows):
        assert threading.current_thread() is threading.main_thread()
        self.calls.append(("advance", rows))

    def stop(self):
        self.calls.append(("stop",))


def test_progress_is_told_about_every_row_and_about_the_end(many_groups):
    for data, rows, total in [
        (many_groups, 80_000, 80_000),
        (table(500).to_reader(), 500, None),
        (iter(table(500).to_batches()), 500, None),
    ]:
        log = Log()
        source = open_source(data)
        run(source, Collect, progress=log)
        assert log.calls[0] == ("start", total, source.description)
        assert log.calls[-1] == ("stop",)
        assert sum(call[1] for call in log.calls if call[0] == "advance") == rows


def test_progress_stops_when_the_work_fails():
    class Worker:
        def count(self, batch):
            raise BrokenError

    log = Log()
    with pytest.raises(BrokenError):
        run(open_source(table(10)), Worker, progress=log)
    assert log.calls[-1] == ("stop",)


class Terminal(io.StringIO):
    def isatty(self):
        return True


HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"


def test_the_bar_appears_after_its_patience_and_gives_the_cursor_back(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    bar = RichProgress(patience_seconds=0)
    bar.start(1_000, "rows [of] a file")
    for _ in range(3):
        bar.advance(100)
    bar.stop()
    bar.stop()
    shown = terminal.getvalue()
    assert "rows [of] a file" in shown
    assert 0 <= shown.rfind(HIDE) < shown.rfind(SHOW)


def test_nothing_is_shown_for_quick_work_or_without_a_terminal(monkeypatch):
    for stream, patience in [(Terminal(), 60), (io.StringIO(), 0), (None, 0)]:
        monkeypatch.setattr(sys, "stderr", stream)
        bar = RichProgress(patience_seconds=patience)
        run(open_source(table(10)), Collect, progress=bar)
        bar.start(None, "again")
        bar.advance(5)
        bar.stop()
        if stream is not None:
            assert stream.getvalue() == ""


def test_no_progress_accepts_everything():
    quiet = NoProgress()
    quiet.start(None, "label")
    quiet.advance(1)
    quiet.stop()
    assert run(open_source(table(3)), Collect, progress=quiet)[0].batches[0].num_rows == 3


def test_the_home_directory_is_expanded(monkeypatch, tmp_path):
    write(tmp_path / "a.parquet", rows=3)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert open_source(str(Path("~") / "a.parquet")).rows == 3
