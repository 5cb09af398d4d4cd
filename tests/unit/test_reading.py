"""Samples, streams, threads and progress."""

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
from unit.reading_sources import Collect, collected, refusal, table, values, write

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

    # A shell that starts the tests in the background has them ignore Ctrl-C.
    inherited = signal.signal(signal.SIGINT, signal.default_int_handler)
    presser = threading.Thread(target=press)
    presser.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            run(source, Announced, threads=threads)
        arrived = time.monotonic()
    finally:
        signal.signal(signal.SIGINT, inherited)
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
