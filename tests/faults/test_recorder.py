"""Recorders in processes that are killed, forked, or out of room: what was promised holds."""

import json
import resource
import signal
import subprocess
import sys
import textwrap
import time

import pytest

import tallystick as ts

ROWS = 20_000
PRELUDE = """
import json, os, resource, signal, sys, time
import tallystick as ts
folder = sys.argv[1]
plan = ts.Plan.load(folder + "/plan.tally")
def say(**more):
    print(json.dumps(more), flush=True)
def row(i):
    return {"i": i, "x": i * 0.5, "kind": "a" if i % 3 else "b"}
"""


@pytest.fixture
def plan(tmp_path):
    learned = ts.Plan.fit(batch(1000), spec={"schema": 1, "segments": ["kind"]})
    learned.save(tmp_path / "plan.tally")
    return learned


def batch(rows, start=0):
    numbers = range(start, start + rows)
    return {
        "i": list(numbers),
        "x": [i * 0.5 for i in numbers],
        "kind": ["a" if i % 3 else "b" for i in numbers],
    }


def child(tmp_path, code, **more):
    program = PRELUDE + textwrap.dedent(code)
    return subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True, **more
    )


def said(process, timeout=120):
    """What the child said, once it has ended well."""
    output, _ = process.communicate(timeout=timeout)
    assert process.returncode == 0
    return [json.loads(line) for line in output.splitlines()]


def test_a_killed_process_loses_only_what_it_had_not_flushed(tmp_path, plan):
    """The spool holds the first rows, all that were acknowledged among them, and none twice."""
    code = """
    rec = ts.Recorder(plan, spool=folder + "/spool", flush_seconds=0.01)
    for i in range(10**9):
        rec.log(row(i))
        if i % 997 == 0:
            assert rec.flush()
            say(acknowledged=i + 1)
    """
    for kill in range(5):
        spool = tmp_path / f"{kill}"
        spool.mkdir()
        plan.save(spool / "plan.tally")
        process = child(spool, code)
        lines = [process.stdout.readline() for _ in range(3)]
        time.sleep(0.05 * kill)
        process.send_signal(signal.SIGKILL)
        lines += process.communicate()[0].splitlines()
        # The last line may be cut off as the last frame may be.
        acknowledged = [json.loads(line)["acknowledged"] for line in lines if line.endswith("}")]
        acknowledged += [json.loads(line)["acknowledged"] for line in lines[:3]]
        found = ts.read_spool(spool / "spool")
        assert found.profile.rows >= max(acknowledged)
        assert found.profile == ts.profile(batch(found.profile.rows), plan=plan)
        assert found.damaged_bytes == 0
        assert [one.missing_frames for one in found.recorders.values()] == [0]


def test_what_is_logged_is_written_within_the_interval(tmp_path, plan):
    code = """
    rec = ts.Recorder(plan, spool=folder + "/spool", flush_seconds=0.05)
    for i in range(100):
        rec.log(row(i))
    say(logged=100)
    time.sleep(60)
    """
    process = child(tmp_path, code)
    process.stdout.readline()
    until = time.monotonic() + 60
    rows = 0
    while rows < 100 and time.monotonic() < until:
        time.sleep(0.05)
        found = ts.read_spool(tmp_path / "spool").profile if (tmp_path / "spool").exists() else None
        rows = found.rows if found else 0
    process.kill()
    process.communicate()
    assert rows == 100


def test_an_ordinary_end_writes_the_rest(tmp_path, plan):
    code = """
    rec = ts.Recorder(plan, spool=folder + "/spool", flush_seconds=3600)
    for i in range(1234):
        rec.log(row(i))
    """
    assert said(child(tmp_path, code)) == []
    found = ts.read_spool(tmp_path / "spool")
    assert found.profile == ts.profile(batch(1234), plan=plan)
    assert [one.finished for one in found.recorders.values()] == [True]


def test_a_recorder_that_is_dropped_writes_the_rest(tmp_path, plan):
    code = """
    rec = ts.Recorder(plan, spool=folder + "/spool", flush_seconds=3600)
    for i in range(10):
        rec.log(row(i))
    del rec
    until = time.monotonic() + 60
    while not (found := ts.read_spool(folder + "/spool")).profile and time.monotonic() < until:
        time.sleep(0.01)
    say(rows=found.profile.rows)
    """
    assert said(child(tmp_path, code)) == [{"rows": 10}]


def test_forks_get_recorders_of_their_own(tmp_path, plan):
    """200 forks while the parent's thread counts and writes: none hangs, no row twice."""
    code = """
    rec = ts.Recorder(plan, spool=folder + "/spool", flush_seconds=0.01)
    tokens = rec.observe("tokens")
    number = 0
    def log(many):
        global number
        for _ in range(many):
            rec.log(row(number), latency=0.1)
            tokens.log(number)
            number += 1
    log(10_000)
    for turn in range(200):
        log(50)  # in buffers, and perhaps being counted right now
        pid = os.fork()
        if pid == 0:
            signal.alarm(60)
            number = 10_000_000 + turn * 7
            log(7)
            os._exit(0 if rec.close() else 1)
        assert os.waitpid(pid, 0)[1] == 0, turn
    rec.close()
    say(parent=number, own=rec.id)
    """
    process = child(tmp_path, code)
    (last,) = said(process)
    assert last["parent"] == 20_000
    found = ts.read_spool(tmp_path / "spool")
    assert len(found.recorders) == 201
    expected = ts.profile(batch(20_000), plan=plan)
    for turn in range(200):
        expected += ts.profile(batch(7, 10_000_000 + turn * 7), plan=plan)
    assert found.profile == expected
    assert found.scalars["tokens"].rows == found.scalars["latency_seconds"].rows == 21_400
    assert found.recorders[last["own"]].counters["rows_logged"] == 20_000


def test_forks_while_other_threads_log(tmp_path, plan):
    """A child finds nothing locked, whatever the parent's threads were at."""
    code = """
    import threading
    rec = ts.Recorder(plan, spool=folder + "/spool", flush_seconds=0.01)
    tokens, over = rec.observe("tokens"), threading.Event()
    logged = [0] * 4
    def work(which):
        while not over.is_set():
            for _ in range(100):
                rec.log(row(logged[which]), latency=0.1)
                tokens.log(1)
                logged[which] += 1
            if which == 0:
                rec.flush()
    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads: thread.start()
    for turn in range(60):
        pid = os.fork()
        if pid == 0:
            signal.alarm(60)
            for i in range(9): rec.log(row(i), latency=0.1)
            os._exit(0 if rec.close() else 1)
        assert os.waitpid(pid, 0)[1] == 0, turn
    over.set()
    for thread in threads: thread.join()
    assert rec.close()
    say(rows=sum(logged))
    """
    (end,) = said(child(tmp_path, code))
    found = ts.read_spool(tmp_path / "spool")
    assert len(found.recorders) == 61
    rows = end["rows"] + 60 * 9
    assert found.profile.rows == found.scalars["latency_seconds"].rows == rows
    assert found.scalars["tokens"].rows == end["rows"]


def test_children_of_multiprocessing_write_the_rest(tmp_path, plan):
    code = """
    import multiprocessing
    rec = ts.Recorder(plan, spool=folder + "/spool", flush_seconds=3600)
    rec.log(row(0))
    def work(start):
        for i in range(start, start + 100):
            rec.log(row(i))
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=work, args=(1 + 100 * i,)) for i in range(4)]
    for worker in workers: worker.start()
    for worker in workers: worker.join()
    """
    assert said(child(tmp_path, code)) == []
    found = ts.read_spool(tmp_path / "spool")
    assert found.profile == ts.profile(batch(401), plan=plan)


FULL = """
rec = ts.Recorder(plan, spool=folder + "/spool", flush_seconds=0.01, window="1m")
for i in range(1000):
    rec.log(row(i), time=i)
assert rec.flush()
# Files may not grow beyond this: a part of a frame is written, and then nothing.
(path,) = [e.path for e in os.scandir(folder + "/spool")]
resource.setrlimit(resource.RLIMIT_FSIZE, (os.path.getsize(path) + 100, -1))
for i in range(1000, 9000):
    rec.log(row(i), time=i)
failed = not rec.flush()
counters = rec.counters
resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))
for i in range(9000, 10_000):
    rec.log(row(i), time=i)
flushed, lost = rec.close(), rec.counters["rows_lost"]
say(failed=failed, failures=counters["failed_writes"], flushed=flushed, lost=lost)
"""


def test_a_full_disk_stops_nothing_and_loses_nothing(tmp_path, plan):
    (end,) = said(child(tmp_path, FULL))
    assert end["failed"]
    assert end["failures"] >= 1
    assert (end["flushed"], end["lost"]) == (True, 0)
    found = ts.read_spool(tmp_path / "spool")
    timed = batch(10_000)
    assert found.profile.rows == 10_000
    whole = ts.Recorder(plan, window="1m")
    for i in range(10_000):
        whole.log({name: values[i] for name, values in timed.items()}, time=i)
    assert found.profile == whole.profile()


def test_a_disk_that_stays_full_costs_bounded_memory_and_is_counted(tmp_path, plan):
    code = """
    rec = ts.Recorder(plan, spool=folder + "/spool", flush_seconds=0.01, window="1s")
    rec.log(row(0), time=0)
    assert rec.flush()
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, -1))
    def peak():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    def log(start, end):
        for i in range(start, end):
            rec.log(row(i), time=i)
    log(1, 50_000)
    before = peak()
    log(50_000, 150_000)
    rec.flush()
    say(grown=peak() - before, lost=rec.counters["rows_lost"], logged=rec.counters["rows_logged"])
    resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))
    assert rec.close()
    """
    (end,) = said(child(tmp_path, code), timeout=170)
    assert end["logged"] == 150_000
    assert end["lost"] > 0
    assert end["grown"] < 64
    # Whatever is not in the spool was counted as lost.
    assert ts.read_spool(tmp_path / "spool").profile.rows + end["lost"] == 150_000


def test_a_folder_that_goes_away_is_written_to_when_it_is_back(tmp_path, plan):
    rec = ts.Recorder(plan, spool=tmp_path / "spool")
    (tmp_path / "spool").rename(tmp_path / "away")
    rec.log({"i": 1})
    assert not rec.flush()
    assert rec.counters["failed_writes"] == 1
    (tmp_path / "away").rename(tmp_path / "spool")
    rec.log({"i": 2})
    assert rec.close()
    assert ts.read_spool(tmp_path / "spool").profile.rows == 2


def test_memory_does_not_grow_with_the_number_of_windows(tmp_path, plan):
    code = """
    rec = ts.Recorder(plan, spool=folder + "/spool", flush_seconds=0.05, window="1m", lateness="1m")
    def peak():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    def log(start, end):
        for i in range(start, end):
            rec.log(row(i), time=i * 60, latency=0.1)
            if i % 500 == 0:
                assert rec.flush()
    log(0, 20_000)
    before = peak()
    log(20_000, 100_000)
    say(grown=peak() - before, lost=rec.counters["rows_lost"])
    """
    (end,) = said(child(tmp_path, code), timeout=170)
    assert end["lost"] == 0
    assert end["grown"] < 16


def test_the_limits_of_this_module_are_those_of_its_children_only():
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == -1
