"""A store on a disk that is really full, and on one that is mounted for reading only."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]
INSIDE = """\
import os, subprocess, sys
from pathlib import Path
disk = Path(sys.argv[1])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], check=True)
sys.path.insert(0, sys.argv[2])
import tallystick as ts
from tallystick.errors import StoreError
from tallystick.monitoring import Collector
from faults.spool_crew import BASELINE, START

spool = disk.parent / "spool"
store = ts.Store(disk / "model.db")
collector = Collector(spool, store, model="m")
rec = ts.Recorder(BASELINE, spool=spool, window="5m")
logged, refused = 0, []
for window in range(2_000):
    rec.log_batch({"age": [window] * 9, "plan": ["pro"] * 9}, time=START + 300 * window)
    logged += 9 * rec.flush()
    try:
        collector.collect()
    except StoreError as error:
        refused.append(error)
        if len(refused) == 3:
            break
print("full:", len(refused), {(e.message.split(": ")[-1], e.context["retryable"]) for e in refused})
stored = sum(one.rows for one in store.windows())
print("kept what it had:", 0 < stored < logged)
subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
collector.collect()
print("nothing lost:", sum(one.rows for one in store.windows()) == logged)
subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
reader = ts.Store(disk / "model.db", read_only=True)
print("read:", sum(one.rows for one in reader.windows()) == logged)
rec.log({"age": 1, "plan": "pro"}, time=START)
print("served:", rec.flush(), rec.counters["rows_lost"])
try:
    collector.collect()
except StoreError as error:
    print("refused:", error.context["retryable"])
subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
collector.collect()
print("caught up:", sum(one.rows for one in store.windows()) == logged + 1)
"""


def test_full_and_read_only_disks(tmp_path):
    assert shutil.which("unshare"), "Debian's package util-linux is needed"
    assert shutil.which("mount"), "Debian's package mount is needed"
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(
        ["unshare", "-rm", sys.executable, "-c", INSIDE, str(disk), str(TESTS)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "full: 3 {('the disk is full', True)}",
        "kept what it had: True",
        "nothing lost: True",
        "read: True",
        "served: True 0",
        "refused: True",
        "caught up: True",
    ]
