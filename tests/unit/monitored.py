"""A spool, a store and a clock for tests of the monitor."""

from __future__ import annotations

import numpy as np

import tallystick as ts
from tallystick.monitoring import CallbackSink, Monitor

START = 1_700_000_100
LENGTH = 300
SPEC = {"schema": 1, "model": {"name": "churn"}, "log": {"time": "at"}}


def batch(random, shift=0.0, rows=1_500, missing=0.0):
    amount = random.normal(100 + shift, 10, rows)
    amount[: int(missing * rows)] = np.nan
    return {"amount": amount, "plan": random.choice(["pro", "free"], rows)}


def usual() -> ts.Profile:
    random = np.random.default_rng(1)
    rows = batch(random, rows=20_000)
    rows["at"] = (START - 86_400 + np.arange(20_000)).astype("M8[s]")
    return ts.profile(rows, spec=SPEC, window="1h")


class World:
    """A spool, a store, a clock, and what was told."""

    def __init__(self, folder, baseline):
        self.folder = folder
        self.baseline = baseline
        self.now = float(START)
        self.told = []
        self.random = np.random.default_rng(2)
        self.recorder = ts.Recorder(baseline, spool=folder / "spool", window="5m", lateness="1s")

    def monitor(self, **more) -> Monitor:
        more = {"sinks": [CallbackSink(self.told.append)], "season": "all", **more}
        return Monitor(
            self.baseline,
            spool=self.folder / "spool",
            store=ts.Store(self.folder / "model.db", clock=lambda: self.now),
            **more,
        )

    def window(self, number, **more):
        """Rows of one window, and a row of the next that closes it."""
        start = START + number * LENGTH
        self.recorder.log_batch(batch(self.random, **more), time=start)
        self.recorder.log({"amount": 100.0, "plan": "pro"}, time=start + LENGTH + 2)
        self.recorder.flush()
        self.now = max(self.now, start + LENGTH + 10)
