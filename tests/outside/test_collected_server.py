"""A real server whose workers are killed, and a collector that is killed too: all reconciles."""

from __future__ import annotations

import collections
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import tallystick as ts
from faults.test_store import CREW, environment
from outside import test_recorder_server as recorded
from tallystick.monitoring import Collector

server = recorded.server


class Collectors:
    """One collector after another, each killed after a while."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.killed = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work)

    def __enter__(self) -> Collectors:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._over.is_set():
            process = subprocess.Popen(
                [sys.executable, str(CREW), "collect", str(self.folder)], env=environment()
            )
            self._over.wait(2.5)
            process.send_signal(signal.SIGKILL)
            process.wait()
            self.killed += 1


def test_what_clients_were_answered_is_in_the_store(server):
    port, process, spool = server
    folder = spool.parent
    spool.mkdir(exist_ok=True)
    until = time.monotonic() + 60
    while recorded.ask(port) is None and time.monotonic() < until:
        time.sleep(0.1)
    killed: dict[int, float] = {}
    with Collectors(folder) as collectors:
        answers = recorded.answers_of(port, killed)
        process.terminate()
        process.wait(timeout=60)

    store = ts.Store(folder / "model.db")
    before = sum(one.rows for one in store.windows())
    Collector(spool, store, model="m").collect()
    served: dict[str, int] = collections.defaultdict(int)
    promised: dict[str, int] = collections.defaultdict(int)
    for moment, pid, recorder, count in answers:
        served[recorder] = max(served[recorder], count)
        # Twice the interval and a second: a busy machine may write a little late.
        if pid not in killed or moment < killed[pid] - 2 * recorded.FLUSH - 1:
            promised[recorder] = max(promised[recorder], count)
    rows = sum(one.rows for one in store.windows())
    assert collectors.killed >= 2
    assert len(killed) == 2
    # Most of it was collected while the server ran, by collectors that were killed.
    assert before > rows / 2
    on_their_way = recorded.CLIENTS * len(served)
    assert 1000 < sum(promised.values()) <= rows <= sum(served.values()) + on_their_way
    assert {one.missing_frames for one in store.recorders()} == {0}
    # Numbers beside the rows are flushed a moment after them.
    latency = sum(one.rows for one in store.windows(stream="latency_seconds"))
    assert 1000 < latency <= sum(served.values()) + on_their_way
    # Every worker is gone, so is every file.
    assert list(spool.iterdir()) == []
