"""What the store promises when processes are killed, disks are full, and nothing can be written."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import tallystick as ts
from faults.spool_crew import BASELINE, START, logged_and_flushed
from tallystick.errors import StoreError
from tallystick.monitoring import Collector
from tallystick.storage import Frame

CREW = Path(__file__).with_name("spool_crew.py")
FULL = """\
import resource, sys
from pathlib import Path
import tallystick as ts
from tallystick.errors import StoreError
from tallystick.monitoring import Collector
from faults.spool_crew import BASELINE, START

folder = Path(sys.argv[1])
store = ts.Store(folder / "model.db")
collector = Collector(folder / "spool", store, model="m")
rec = ts.Recorder(BASELINE, spool=folder / "spool", window="5m")
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, hard))
logged, refused = 0, []
for window in range(400):
    rec.log_batch({"age": [window] * 9, "plan": ["pro"] * 9}, time=START + 300 * window)
    logged += 9 * rec.flush()
    try:
        collector.collect()
    except StoreError as error:
        refused.append(error)
        if len(refused) == 3:
            break
assert all(error.context["retryable"] for error in refused), refused
assert len(refused) == 3, "the limit was never reached"
# What was stored can be read, whatever stands full; and the recorder goes on.
stored = sum(one.rows for one in store.windows())
assert 0 < stored < logged, (stored, logged)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
collector.collect()
assert sum(one.rows for one in store.windows()) == logged
assert rec.counters["rows_lost"] == 0
print("as promised")
"""
READ_ONLY = """\
import sys
from pathlib import Path
import tallystick as ts
from tallystick.errors import StoreError

folder = Path(sys.argv[1])
reader = ts.Store(folder / "store" / "model.db", read_only=True)
assert sum(one.rows for one in reader.windows()) == 9
assert reader.measurements().num_rows > 0
monitor = None
try:
    ts.Monitor(folder / "base.tally", store=folder / "store" / "model.db").run_once()
except StoreError as error:
    print(error.context["retryable"], error.message.split(": ")[-1])
rec = ts.Recorder(ts.load(folder / "base.tally"), spool=folder / "spool", window="5m")
rec.log({"age": 1, "plan": "pro"}, time=1)
print(rec.flush(), rec.counters["rows_lost"])
"""


def start(role: str, folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, str(CREW), role, str(folder)], env=environment())


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(CREW.parent.parent)}


def frame(number: int) -> Frame:
    start = START + number * 300
    rows = ts.profile({"age": [number % 90], "plan": ["pro"]}, plan=BASELINE.plan)
    return Frame("r", number + 1, "", start, start + 300, 0, rows._core)


def test_killed_recorders_and_collectors_lose_and_double_nothing_that_was_flushed(tmp_path):
    order = random.Random(20)
    (tmp_path / "spool").mkdir()
    ts.Store(tmp_path / "model.db")
    crew = ["record", "record", "record", "collect"]
    running = [start(role, tmp_path) for role in crew]
    # Long enough for every process to have worked: it takes a second until it can.
    until, started = time.monotonic() + 14, len(running)
    try:
        while time.monotonic() < until:
            time.sleep(order.uniform(0.2, 1.2))
            place = order.randrange(len(crew))
            if (tmp_path / f"diary-{running[place].pid}").exists() or crew[place] == "collect":
                running[place].send_signal(signal.SIGKILL)
                running[place].wait()
                running[place] = start(crew[place], tmp_path)
                started += 1
    finally:
        for process in running:
            process.kill()
            process.wait()
    opening = time.process_time()
    store = ts.Store(tmp_path / "model.db")
    assert store.windows() is not None
    assert time.process_time() - opening < 1.0
    Collector(tmp_path / "spool", store, model="m").collect()
    logged, flushed = logged_and_flushed(tmp_path)
    stored = sum(one.rows for one in store.windows())
    assert started > 8
    assert 0 < flushed <= stored <= logged
    assert {one.missing_frames for one in store.recorders()} <= {0}
    # Every file was of a dead process: nothing is left, and nothing counts twice.
    assert list((tmp_path / "spool").iterdir()) == []
    assert stored == sum(store.profile_of(one).rows for one in store.windows())


def test_a_collector_killed_between_storing_and_removing_counts_nothing_twice(
    tmp_path, monkeypatch
):
    with ts.Recorder(BASELINE, spool=tmp_path / "spool", window="5m") as rec:
        rec.log_batch({"age": [1, 2, 3], "plan": ["pro"] * 3}, time=START)
    del rec
    store = ts.Store(tmp_path / "model.db")
    monkeypatch.setattr(Collector, "_remove", lambda *_: None)
    assert Collector(tmp_path / "spool", store, model="m").collect().ingested.rows == 3
    monkeypatch.undo()
    again = Collector(tmp_path / "spool", store, model="m").collect()
    assert (again.ingested.rows, again.ingested.repeated, again.removed) == (0, 1, 1)
    assert sum(one.rows for one in store.windows()) == 3


def test_a_file_is_kept_while_its_recorder_lives(tmp_path):
    rec = ts.Recorder(BASELINE, spool=tmp_path / "spool", window="5m")
    store = ts.Store(tmp_path / "model.db")
    collectors = [Collector(tmp_path / "spool", store, model="m") for _ in range(2)]
    for turn in range(6):
        rec.log({"age": turn, "plan": "pro"}, time=START)
        rec.flush()
        assert collectors[turn % 2].collect().removed == 0
    # Closed is not gone: what is logged now goes into the same file.
    rec.close()
    rec.log({"age": 7, "plan": "pro"}, time=START)
    assert collectors[0].collect().removed == 0
    rec.close()
    del rec
    assert collectors[1].collect().removed == 1
    assert [one.rows for one in store.windows()] == [7]


def test_a_file_with_damaged_frames_is_set_aside(tmp_path):
    with ts.Recorder(BASELINE, spool=tmp_path / "spool", window="5m") as rec:
        for turn in range(3):
            rec.log({"age": turn, "plan": "pro"}, time=START)
            rec.flush()
    del rec
    (path,) = (tmp_path / "spool").iterdir()
    data = bytearray(path.read_bytes())
    # In the middle of the second half there is the body of some frame.
    data[len(data) * 3 // 4] ^= 0xFF
    path.write_bytes(data)
    store = ts.Store(tmp_path / "model.db")
    report = Collector(tmp_path / "spool", store, model="m").collect()
    assert report.damaged_bytes + report.torn_bytes > 0
    assert report.set_aside == 1
    assert [p.suffix for p in (tmp_path / "spool").iterdir()] == [".damaged"]
    assert Collector(tmp_path / "spool", store, model="m").collect().ingested.frames == 0


def test_a_full_disk_refuses_and_loses_nothing(tmp_path):
    # A limit on the size of files stands for the disk: everybody may set it.
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stdout) == (0, "as promised\n"), done.stderr


@pytest.fixture
def without_privileges():
    """What makes of root somebody whom permissions hold back."""
    if os.geteuid() != 0:
        return []
    assert shutil.which("setpriv"), "setpriv is missing: it is in Debian's package util-linux"
    return ["setpriv", "--inh-caps=-all", "--bounding-set=-all"]


def test_a_store_that_cannot_be_written_to_is_read_and_serving_goes_on(
    tmp_path, without_privileges
):
    folder = tmp_path / "store"
    folder.mkdir()
    rows = {"age": [1, 2, 3] * 3, "plan": ["pro"] * 9, "at": [START + n for n in range(9)]}
    import numpy as np

    rows["at"] = np.array(rows["at"]).astype("M8[s]")
    usual = ts.profile(rows, spec={"schema": 1, "log": {"time": "at"}}, window="1h")
    usual.save(tmp_path / "base.tally")
    ts.Monitor(usual, store=folder / "model.db", sinks=[]).replay(rows)
    (folder / "model.db").chmod(0o400)
    folder.chmod(0o500)
    try:
        done = subprocess.run(
            [*without_privileges, sys.executable, "-c", READ_ONLY, str(tmp_path)],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    finally:
        folder.chmod(0o700)
    assert done.returncode == 0, done.stderr
    refused, served = done.stdout.splitlines()
    assert refused == "True it cannot be written to"
    assert served == "True 0"


def test_a_reopened_store_has_all_that_was_acknowledged(tmp_path):
    """A writer is killed at any moment: what it was told is stored is, and the rest is not torn."""
    code = (
        "import sys, os\n"
        "import tallystick as ts\n"
        "from faults.test_store import frame\n"
        "store = ts.Store(sys.argv[1])\n"
        "for number in range(100_000):\n"
        "    store.ingest([frame(number)])\n"
        "    os.write(1, b'%d\\n' % number)\n"
    )
    order = random.Random(4)
    for _ in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "model.db")],
            env=environment(),
            stdout=subprocess.PIPE,
        )
        lines = [process.stdout.readline()]
        time.sleep(order.uniform(0.05, 0.4))
        process.kill()
        lines += process.stdout.read().splitlines()
        process.stdout.close()
        process.wait()
        told = int([line for line in lines if line.strip()][-1])
        store = ts.Store(tmp_path / "model.db")
        windows = store.windows()
        assert len(windows) >= told + 1
        assert all(store.profile_of(one).rows == one.rows == 1 for one in windows)
        with pytest.raises(StoreError):
            ts.Store(tmp_path / "model.db", read_only=True).ingest([frame(0)])
