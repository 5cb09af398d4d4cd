"""The monitor end to end: recorded rows to decisions, told once, whoever runs it."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest

import tallystick as ts
from tallystick.errors import (
    ExportError,
    InputError,
    MissingColumnError,
    ParameterError,
    StoreError,
)
from tallystick.judging.rules import Rules
from tallystick.monitoring import CallbackSink, LogSink, Monitor, Webhook
from tallystick.storage.leases import Lease

START = 1_700_000_100
LENGTH = 300
KEY = "s3cret"
SPEC = {"schema": 1, "model": {"name": "churn"}, "log": {"time": "at"}}


def batch(random, shift=0.0, rows=1_500, missing=0.0):
    amount = random.normal(100 + shift, 10, rows)
    amount[: int(missing * rows)] = np.nan
    return {"amount": amount, "plan": random.choice(["pro", "free"], rows)}


@pytest.fixture(scope="module")
def baseline():
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


@pytest.fixture
def world(tmp_path, baseline):
    made = World(tmp_path, baseline)
    yield made
    made.recorder.close()


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


class Broken:
    name, severities = "broken", ("page", "warn")

    def __init__(self):
        self.tries = 0

    def send(self, body):
        self.tries += 1
        raise OSError("no")


def test_what_cannot_be_told_is_kept_and_told_later(world):
    broken = Broken()
    for number in range(2):
        world.window(number, shift=40)
    run = world.monitor(sinks=[broken, CallbackSink(world.told.append)]).run_once()
    assert (run.told, run.untold, broken.tries) == (1, 1, 1)
    world.now += 200
    # Another process, whose sink of that name works.
    heard = []
    mended = CallbackSink(heard.append, name="broken")
    run = world.monitor(sinks=[mended, CallbackSink(world.told.append)]).run_once()
    assert (run.told, len(heard), len(world.told)) == (1, 1, 1)


def test_telling_is_given_up_in_the_end(world):
    broken = Broken()
    world.window(0, shift=40)
    world.window(1)
    monitor = world.monitor(sinks=[broken])
    for _ in range(40):
        monitor.run_once()
        world.now += 3_700
    assert broken.tries == 18


class Answers(BaseHTTPRequestHandler):
    """Keeps what was posted; answers as told."""

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        self.server.posts.append((self.path, dict(self.headers), self.rfile.read(length)))
        self.send_response(self.server.answer)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    httpd = HTTPServer(("127.0.0.1", 0), Answers)
    httpd.posts, httpd.answer = [], 200
    thread = threading.Thread(target=httpd.serve_forever)
    thread.start()
    yield httpd
    httpd.shutdown()
    thread.join()
    httpd.server_close()


def test_a_webhook_posts_signed_json(world, server):
    url = f"http://127.0.0.1:{server.server_port}/T0KEN"
    world.window(0, missing=0.5)
    world.window(1)
    run = world.monitor(sinks=[Webhook(url, secret=KEY)]).run_once()
    assert run.told == 1
    ((path, headers, body),) = server.posts
    assert path == "/T0KEN"
    signature = hmac.new(KEY.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Tallystick-Signature"] == f"sha256={signature}"
    told = json.loads(body)
    assert headers["Idempotency-Key"] == told["id"]
    # Drift only warns, and is no reason to wake somebody.
    assert {one["severity"] for one in told["raised"]} == {"page"}


@pytest.mark.parametrize("answer", [302, 404, 500])
def test_a_webhook_that_is_not_heard_says_so_without_its_address(server, answer):
    server.answer = answer
    hook = Webhook(f"http://127.0.0.1:{server.server_port}/T0KEN?key=s3cret", secret=KEY)
    with pytest.raises(ExportError, match=str(answer)) as caught:
        hook.send({"id": "x"})
    assert len(server.posts) == 1
    for text in (str(caught.value), repr(hook)):
        assert "T0KEN" not in text
        assert "s3cret" not in text


def test_nobody_listening_is_an_error_too():
    with pytest.raises(ExportError, match="webhook 127"):
        Webhook("http://127.0.0.1:1/T0KEN", timeout_seconds=1).send({"id": "x"})


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://host/x", "hooks.example", "https://"])
def test_webhooks_are_of_the_web(url):
    with pytest.raises(ParameterError, match="http"):
        Webhook(url)


def test_the_log_holds_names_as_text(world, caplog):
    caplog.set_level(logging.INFO, "tallystick.monitor")
    one = {"severity": "page", "instrument": "a\nb", "segment": "x=\x1b[31m"}
    LogSink().send({"model": "m", "window_start": "w", "raised": [one], "cleared": [one]})
    assert [r.levelname for r in caplog.records] == ["ERROR", "INFO"]
    assert all("\n" not in r.getMessage() and "\x1b" not in r.getMessage() for r in caplog.records)


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


def test_a_spool_that_is_not_there(baseline, tmp_path):
    monitor = Monitor(baseline, spool=tmp_path / "spol", store=tmp_path / "a.db")
    with pytest.raises(InputError, match="folder that recorders write to"):
        monitor.run_once()


def test_sinks_need_names(baseline, tmp_path):
    with pytest.raises(ParameterError, match="names"):
        Monitor(baseline, store=tmp_path / "a.db", sinks=[LogSink(), LogSink()])
