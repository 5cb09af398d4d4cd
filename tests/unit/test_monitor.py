"""The monitor end to end: recorded rows to decisions, told once, whoever runs it."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import tallystick as ts
from tallystick.errors import InputError, ParameterError, StoreError
from tallystick.judging.rules import Rules
from tallystick.monitoring import LogSink, Monitor
from tallystick.storage.leases import Lease
from unit.monitored import START, batch


def about_amount(run):
    return [one for one in run.decisions if one.key == ("amount", "all", "psi_corrected")]


def test_steady_windows_raise_nothing_and_say_so(world):
    monitor = world.monitor()
    for number in range(3):
        world.window(number)
        run = monitor.run_once()
        assert [one.rows for one in run.windows] == [1_500 + (number > 0)]
    assert (run.status, run.raised, world.told) == ("ok", [], [])
    assert [one.reason for one in about_amount(run)] == ["within_tolerance"]


def test_a_drift_is_raised_told_once_and_cleared(world):
    monitor = world.monitor(rules=Rules(severe=1_000, cooldown="5m"))
    actions = []
    for number, shift in enumerate([0, 9, 9, 9, 0, 0, 0]):
        world.window(number, shift=shift)
        (one,) = about_amount(monitor.run_once())
        actions.append((one.action, one.reason))
    assert actions[1:4] == [
        ("none", "not_repeated"),
        ("raised", "repeated"),
        ("none", "already_raised"),
    ]
    assert actions[-1] == ("cleared", "calm")
    raised, cleared = world.told
    assert [one["instrument"] for one in raised["raised"]] == ["amount"]
    assert raised["model"] == "churn"
    assert raised["window_start"] == "2023-11-14T22:25:00Z"
    assert [one["reason"] for one in cleared["cleared"]] == ["calm"]


def test_eight_monitors_tell_once(world):
    for number in range(4):
        world.window(number, shift=40)
    monitors = [world.monitor() for _ in range(8)]
    runs, threads = [], []
    for monitor in monitors:
        threads.append(threading.Thread(target=lambda m=monitor: runs.append(m.run_once())))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(world.told) == 1
    assert {one.status for one in runs} <= {"alert", "undetermined"}
    assert any(one.leader for one in runs)
    assert sum(len(one.windows) for one in runs) == 4
    # Those that came too late say the same as the one that worked.
    assert {monitor.run_once().status for monitor in monitors} == {"alert"}


def test_a_monitor_that_starts_anew_goes_on_where_the_other_ended(world):
    rules = Rules(severe=1_000)
    told = []
    for number, shift in enumerate([9, 9, 9, 0]):
        world.window(number, shift=shift)
        told += about_amount(world.monitor(rules=rules).run_once())
    assert [one.reason for one in told] == [
        "not_repeated",
        "repeated",
        "already_raised",
        "not_yet_calm",
    ]
    assert len(world.told) == 1


def test_another_takes_over_when_the_lease_of_a_dead_one_ends(world):
    world.window(0)
    monitor = world.monitor()
    dead = Lease(monitor.store, "monitor:churn", "was killed")
    assert dead.take(seconds=120)
    run = monitor.run_once()
    assert (run.leader, run.windows, run.collected.ingested.rows) == (False, [], 1_501)
    world.now += 121
    assert len(monitor.run_once().windows) == 1


def test_who_has_lost_the_lease_stores_and_tells_nothing(world, monkeypatch):
    world.window(0, shift=40)
    slow, quick = world.monitor(), world.monitor()
    real = slow.compare_window

    def compare_slowly(window):
        found = real(window)
        # While it compares its lease runs out, and another one does all the work.
        world.now += 121
        assert quick.run_once().windows
        return found

    monkeypatch.setattr(slow, "compare_window", compare_slowly)
    run = slow.run_once()
    assert (run.windows, run.decisions, run.told) == ([], [], 0)
    assert len(world.told) == 1
    made = quick.store.decisions(instrument="amount", metric="psi_corrected")
    assert len(made) == 1


def test_a_window_is_decided_about_once_however_late_its_rows_are(world):
    monitor = world.monitor(rules=Rules(severe=1_000))
    world.window(0, shift=9)
    world.window(1)
    assert len(about_amount(monitor.run_once())) == 2
    world.recorder.log_batch(batch(world.random, shift=9), time=START)
    world.recorder.flush()
    run = monitor.run_once()
    assert [(one.revision, one.late_rows) for one in run.windows] == [(2, 1_500)]
    assert run.decisions == []
    table = monitor.store.measurements(instrument="amount", metric="psi", until=START + 1)
    assert table["n_current"].to_pylist() == [3_000]
    assert table["revision"].to_pylist() == [2]
    assert monitor.run_once().windows == []


def test_a_window_that_comes_after_a_later_one_is_measured_only(world):
    monitor = world.monitor()
    world.window(3)
    assert monitor.run_once().windows
    world.recorder.log_batch(batch(world.random, shift=40), time=START)
    world.recorder.flush()
    run = monitor.run_once()
    assert [one.reason for one in about_amount(run)] == ["came_late"]
    assert world.told == []


def test_windows_are_compared_with_those_before_as_well(world):
    monitor = world.monitor()
    for number, shift in enumerate([0, 0, 40]):
        world.window(number, shift=shift)
        monitor.run_once()
    table = monitor.store.measurements(instrument="amount", metric="mean", against="previous")
    assert table.num_rows == 2
    # Of both windows before, whose first rows of the next one count.
    assert table["n_reference"].to_pylist() == [1_500, 3_001]
    assert table["value"].to_pylist()[1] == pytest.approx(40, abs=3)


def test_a_missing_column_raises_at_once(world):
    world.recorder.log_batch({"plan": ["pro", "free"] * 500}, time=START)
    world.window(1)
    run = world.monitor().run_once()
    raised = {(one.instrument, one.metric): one.reason for one in run.acted("raised")}
    assert raised["amount", "schema"] == "severe"
    assert world.told[0]["raised"]


def test_too_few_rows_are_undetermined(world):
    world.window(0, rows=20)
    assert world.monitor().run_once().status == "undetermined"
    assert world.monitor().run_once().status == "undetermined"


def test_measurements_have_the_columns_of_the_report(world):
    monitor = world.monitor()
    world.window(0)
    monitor.run_once()
    table = monitor.store.measurements()
    report = ts.compare(reference=world.baseline, current=world.baseline).to_arrow()
    for field in report.schema:
        assert table.schema.field(field.name).type == field.type, field.name
    extra = set(table.schema.names) - set(report.schema.names)
    assert extra == {"window_plan_id", "against", "season", "revision"}
    assert set(table["model"].to_pylist()) == {"churn"}


def test_names_of_every_kind_are_stored_as_they_are(tmp_path):
    names = ["</script>", "a'; DROP TABLE tallystick_windows; --", "nul\0", "\u202egnp", "é\n"]
    rows = {"seg": names * 400, "v": list(range(2_000))}
    spec = {"schema": 1, "segments": ["seg"], "log": {"time": "at"}}
    rows["at"] = (START + np.arange(2_000) // 40).astype("M8[s]")
    usual = ts.profile(rows, spec=spec)
    monitor = Monitor(usual, store=tmp_path / "model.db", sinks=[])
    monitor.replay(rows, window="5m")
    segments = {one.segment for one in monitor.store.decisions()}
    assert segments == {"all", *(f"seg={name}".replace("\0", "␀") for name in names)}


def test_a_run_goes_on_while_the_store_refuses(world, monkeypatch):
    monitor = world.monitor()
    real, calls = monitor.store.ingest, []

    def refuse_twice(*arguments, **more):
        calls.append(1)
        if len(calls) < 3:
            raise StoreError("the disk is full", retryable=True)
        return real(*arguments, **more)

    monkeypatch.setattr(monitor.store, "ingest", refuse_twice)
    world.window(0)
    monitor.run(every="1s", most=3)
    assert monitor.failed_runs == 2
    assert [one.rows for one in monitor.store.windows()] == [1_500, 1]
    monkeypatch.setattr(
        monitor.store, "ingest", lambda *_, **__: (_ for _ in ()).throw(StoreError("gone"))
    )
    world.window(1)
    with pytest.raises(StoreError, match="gone"):
        monitor.run(every="1s", most=3)


def test_a_spool_that_is_not_there(monitored, tmp_path):
    monitor = Monitor(monitored, spool=tmp_path / "spol", store=tmp_path / "a.db")
    with pytest.raises(InputError, match="folder that recorders write to"):
        monitor.run_once()


def test_sinks_need_names(monitored, tmp_path):
    with pytest.raises(ParameterError, match="names"):
        Monitor(monitored, store=tmp_path / "a.db", sinks=[LogSink(), LogSink()])
