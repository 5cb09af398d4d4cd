"""Processes that record and collect until they are killed: `python spool_crew.py ROLE FOLDER`."""

from __future__ import annotations

import itertools
import os
import sys
import time
from pathlib import Path

import tallystick as ts
from tallystick.monitoring import Collector

START = 1_700_000_100
BASELINE = ts.profile({"age": [31, 42, 53], "plan": ["pro", "free", "pro"]})
ROWS = 40


def record(folder: Path) -> None:
    """Writes down, before it logs, how many rows it will have logged; after a flush, that."""
    diary = os.open(folder / f"diary-{os.getpid()}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    rec = ts.Recorder(BASELINE, spool=folder / "spool", window="5m", flush_seconds=0.02)
    for turn in itertools.count(1):
        os.write(diary, b"logging %d\n" % (turn * ROWS))
        for row in range(ROWS):
            rec.log({"age": row, "plan": "pro"}, time=START + turn * 60)
        if turn % 3 == 0 and rec.flush():
            os.write(diary, b"flushed %d\n" % (turn * ROWS))
        time.sleep(0.002)


def collect(folder: Path) -> None:
    store = ts.Store(folder / "model.db")
    collector = Collector(folder / "spool", store, model="m")
    while True:
        collector.collect()


def logged_and_flushed(folder: Path) -> tuple[int, int]:
    """Rows that may have been logged, and rows that were safe before their process was killed."""
    logged = flushed = 0
    for diary in folder.glob("diary-*"):
        words = [line.split() for line in diary.read_text().splitlines()]
        logged += max((int(n) for what, n in words if what == "logging"), default=0)
        flushed += max((int(n) for what, n in words if what == "flushed"), default=0)
    return logged, flushed


if __name__ == "__main__":
    {"record": record, "collect": collect}[sys.argv[1]](Path(sys.argv[2]))
