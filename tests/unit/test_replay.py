"""A log replayed by the time of its rows."""

from __future__ import annotations

import numpy as np
import pytest

import tallystick as ts
from tallystick.errors import MissingColumnError, ParameterError
from tallystick.monitoring import Monitor
from tallystick.storage import Retention
from unit.monitored import SPEC, START


def log(days: int, shifted=(), rows=2_000, missing_times=0):
    random = np.random.default_rng(9)
    day = np.repeat(np.arange(days), rows)
    shift = np.isin(day, shifted) * 40.0
    at = (START // 86_400 * 86_400 + day * 86_400 + np.tile(np.arange(rows), days)).astype("M8[s]")
    at[:missing_times] = np.datetime64("NaT")
    plan = random.choice(["pro", "free"], days * rows)
    return {"at": at, "amount": random.normal(100, 10, days * rows) + shift, "plan": plan}


@pytest.fixture(scope="module")
def daily():
    return ts.profile(log(14), spec=SPEC, window="1d")


def test_a_log_is_replayed_in_any_order_and_only_once(daily, tmp_path):
    rows = log(20, shifted=[15, 16], missing_times=3)
    order = np.random.default_rng(3).permutation(len(rows["at"]))
    shuffled = {name: values[order] for name, values in rows.items()}
    first = Monitor(daily, store=tmp_path / "a.db", sinks=[])
    second = Monitor(daily, store=tmp_path / "b.db", sinks=[])
    run, other = first.replay(rows), second.replay(shuffled, threads=2)
    assert sum(one.rows for one in run.windows) == 20 * 2_000 - 3
    windows = first.store.windows(), second.store.windows()
    for one, two in zip(*windows, strict=True):
        assert first.store.profile_of(one) == second.store.profile_of(two)
    raised = [
        (d.window_start // 86_400 - START // 86_400, d.instrument) for d in run.acted("raised")
    ]
    assert raised == [(15, "amount")]
    assert [d.reason for d in run.decisions] == [d.reason for d in other.decisions]
    again = first.replay(shuffled)
    assert (again.windows, [one.revision for one in first.store.windows()]) == ([], [1] * 20)


def test_old_measurements_go_first_and_what_was_raised_last(daily, tmp_path):
    keep = Retention(windows="2d", measurements="3d", keep="20d")
    monitor = Monitor(daily, store=tmp_path / "a.db", sinks=[], retention=keep)
    monitor.replay(log(12, shifted=[4]))
    starts = {one.as_py() for one in monitor.store.measurements()["window_start"].unique()}
    assert len(starts) == 3
    kept = {
        (one.action, one.window_start // 86_400 - START // 86_400) for one in decisions(monitor)
    }
    assert kept == {("raised", 4), ("cleared", 7), ("none", 9), ("none", 10), ("none", 11)}


def decisions(monitor):
    return monitor.store.decisions(instrument="amount", metric="psi_corrected")


def test_a_log_of_more_windows_than_are_counted_at_a_time(daily, tmp_path):
    rows = log(150, rows=4)
    order = np.random.default_rng(3).permutation(600)
    monitor = Monitor(daily, store=tmp_path / "a.db", sinks=[])
    monitor.replay({name: values[order] for name, values in rows.items()})
    assert [one.rows for one in monitor.store.windows()] == [4] * 150


def test_a_log_without_its_time_is_refused(daily, tmp_path):
    monitor = Monitor(daily, store=tmp_path / "a.db", sinks=[])
    with pytest.raises(MissingColumnError, match="time column at"):
        monitor.replay({"amount": [1.0]})
    with pytest.raises(ParameterError, match="time column"):
        Monitor(ts.profile({"amount": [1.0]}), store=tmp_path / "a.db").replay(
            {"amount": [1.0]}, window="1d"
        )
    with pytest.raises(ParameterError, match="expected a length"):
        Monitor(ts.profile({"amount": [1.0]}), store=tmp_path / "a.db").replay({"amount": [1.0]})
