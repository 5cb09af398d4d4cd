"""The store: frames once each, windows by revision, what is old goes."""

from __future__ import annotations

import random
import sqlite3
import threading

import numpy as np
import pytest

import tallystick as ts
from tallystick.errors import ParameterError, StateVersionError, StoreError
from tallystick.storage import Frame, Heard, Retention
from tallystick.storage.frames import joined
from tallystick.storage.leases import Lease
from unit.store_rows import BASELINE, LENGTH, START, frame, rows, status

FRAMES = [
    frame("a", 1, 0, 41, 42),
    frame("a", 2, 1, 50),
    frame("b", 1, 0, 43),
    frame("b", 2, 0, 44, 45, late=2),
    frame("a", 4, 1, 51),
]


@pytest.fixture
def store(tmp_path):
    return ts.Store(tmp_path / "model.db", clock=lambda: START + 2 * LENGTH)


def state(store) -> dict[str, bytes]:
    return {one.start: store.profile_of(one).to_bytes() for one in store.windows()}


def expected() -> dict[str, bytes]:
    first, second = rows(41, 42, 43, 44, 45).to_bytes(), rows(50, 51).to_bytes()
    return {"2023-11-14T22:10:00Z": first, "2023-11-14T22:15:00Z": second}


def test_frames_become_windows(store):
    report = store.ingest(FRAMES)
    assert (report.frames, report.repeated, report.rows, report.windows) == (5, 0, 7, 2)
    assert state(store) == expected()
    first, second = store.windows()
    assert (first.rows, first.late_rows, first.revision, first.closed) == (5, 2, 1, False)
    assert second.end == "2023-11-14T22:20:00Z"


@pytest.mark.parametrize("seed", range(6))
def test_any_order_split_and_repetition_leads_to_the_same(store, seed):
    order = random.Random(seed)
    frames = FRAMES * 3
    order.shuffle(frames)
    taken = 0
    while frames:
        batch, frames = frames[: order.randint(1, 4)], frames[4:]
        taken += store.ingest(batch).frames
    # What a split has left out comes now.
    assert taken + store.ingest(FRAMES).frames == len(FRAMES)
    assert state(store) == expected()
    assert store.ingest(FRAMES).repeated == len(FRAMES)


def test_two_collectors_at_once_count_nothing_twice(tmp_path):
    frames = [frame("abc"[i % 3], i // 3 + 1, i % 4, i % 90) for i in range(60)]
    reports, errors = [], []

    def collect(seed: int) -> None:
        own = ts.Store(tmp_path / "model.db")
        shuffled = random.Random(seed).sample(frames, len(frames))
        try:
            for batch in _batches(shuffled, 7):
                reports.append(own.ingest(batch))
        except StoreError as error:
            errors.append(error)

    ts.Store(tmp_path / "model.db")
    threads = [threading.Thread(target=collect, args=[seed]) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert sum(one.frames for one in reports) == 60
    assert sum(one.repeated for one in reports) == 180
    store = ts.Store(tmp_path / "model.db")
    assert sum(one.rows for one in store.windows()) == 60
    assert {one.missing_frames for one in store.recorders()} == {0}


def _batches(frames, size):
    return [frames[at : at + size] for at in range(0, len(frames), size)]


def test_a_failed_transaction_leaves_nothing_and_can_be_tried_again(store, monkeypatch):
    from tallystick.storage import frames as module

    added = []

    def fail_once(*arguments):
        added.append(arguments)
        if len(added) == 2:
            raise sqlite3.OperationalError("disk I/O error")
        return original(*arguments)

    original = module.add_rows
    monkeypatch.setattr(module, "add_rows", fail_once)
    with pytest.raises(sqlite3.OperationalError):
        store.ingest(FRAMES)
    assert store.windows() == []
    store.ingest(FRAMES)
    assert state(store) == expected()


def test_frames_taken_are_kept_as_ranges(store):
    store.ingest([frame("a", number, 0, 40) for number in (1, 2, 3, 7)])
    assert [one.missing_frames for one in store.recorders()] == [3]
    store.ingest([frame("a", number, 0, 40) for number in (6, 5, 4, 4)])
    assert [one.missing_frames for one in store.recorders()] == [0]
    assert store.windows()[0].rows == 7


def test_ranges_join():
    numbers = list(range(1, 60))
    random.Random(3).shuffle(numbers)
    ranges: list[tuple[int, int]] = []
    for number in numbers:
        ranges = joined(ranges, [number, number])
    assert ranges == [(1, 59)]
    assert joined([(5, 9)], [1, 3, 10]) == [(1, 1), (3, 3), (5, 10)]


def test_what_recorders_say_of_themselves(store):
    store.ingest([], [Heard("a", started=START - 9), status("a", 5, START + 300)])
    # An older status does not undo a later one.
    store.ingest([], [status("a", 3, START)])
    (one,) = store.recorders()
    assert (one.started, one.watermark, one.counters) == (
        START - 9,
        START + 300,
        {"rows_logged": 5},
    )


def test_windows_close_by_the_watermark(store):
    store.ingest(FRAMES, [status("a", 9, START + LENGTH)])
    assert store.close_windows() == 1
    assert [(one.closed, one.partial) for one in store.windows()] == [(True, False), (False, False)]


@pytest.mark.parametrize(("silence", "closed"), [(899, 0), (900, 2)])
def test_windows_nobody_speaks_of_close_after_a_while(tmp_path, silence, closed):
    now = [START + 2.0 * LENGTH]
    store = ts.Store(tmp_path / "model.db", clock=lambda: now[0])
    store.ingest(FRAMES)
    now[0] += silence
    assert store.close_windows(quiet_seconds=900) == closed
    assert {one.partial for one in store.windows()} == {closed > 0}


def test_windows_close_when_all_recorders_have_ended(store):
    store.ingest(FRAMES, [status("a", 9, START, True)])
    assert store.close_windows() == 0
    store.ingest([], [status("b", 9, START, True)])
    assert store.close_windows() == 2
    assert {one.partial for one in store.windows()} == {True}


def test_the_window_in_which_recording_began_is_partial(store):
    store.ingest(FRAMES, [Heard("a", started=START + 10), status("a", 9, START + 2 * LENGTH)])
    store.close_windows()
    assert [one.partial for one in store.windows()] == [True, False]


def test_late_rows_are_a_revision_of_a_closed_window(store):
    store.ingest(FRAMES, [status("a", 9, START + 2 * LENGTH)])
    store.close_windows()
    store.ingest([frame("a", 10, 0, 66, late=1)])
    first = store.windows()[0]
    assert (first.rows, first.late_rows, first.revision, first.closed) == (6, 3, 2, True)


def test_streams_models_and_plans_lie_apart(store):
    other = ts.profile({"age": [1.5, 2.5]})
    store.ingest(FRAMES, model="x")
    store.ingest([frame("c", 1, 0, 1, stream="tokens")], model="x")
    store.ingest([Frame("d", 1, "", START, START + LENGTH, 0, other._core)], model="y")
    assert [one.rows for one in store.windows(model="x")] == [5, 2]
    assert [one.rows for one in store.windows(stream="tokens")] == [1]
    assert [one.rows for one in store.windows(plan_id=other.plan.plan_id)] == [2]
    assert store.window("2023-11-14T22:10:00", model="y").rows == 2
    with pytest.raises(ParameterError, match="got that of 2"):
        store.window(START)


def test_windows_of_two_lengths_do_not_mix(store):
    wide = Frame("c", 1, "", START, START + 600, 0, rows(9)._core)
    store.ingest([*FRAMES, wide])
    assert [(one.end_second - one.start_second, one.rows) for one in store.windows()][:2] == [
        (300, 5),
        (600, 1),
    ]


def test_rows_without_a_time_or_far_ahead_of_it_are_one_window(store):
    ahead = START + 10**9
    odd = [
        Frame("c", 1, "", None, None, 0, rows(1)._core),
        *(
            Frame("c", 2 + n, "", ahead + n * 60, ahead + n * 60 + 60, 0, rows(2)._core)
            for n in range(9)
        ),
    ]
    store.ingest([*FRAMES, *odd])
    untimed = store.windows()[0]
    assert (untimed.start, untimed.start_second, untimed.rows) == (None, None, 10)
    assert store.window(None).rows == 10
    assert len(store.windows()) == 3


def test_windows_are_found_by_time(store):
    store.ingest(FRAMES)
    assert [one.rows for one in store.windows(since=START + 1)] == [2]
    assert [one.rows for one in store.windows(until="2023-11-14T22:15:00Z")] == [5]
    with pytest.raises(ParameterError) as caught:
        store.window("2001-01-01")
    assert "2023-11-14T22:10:00Z to 2023-11-14T22:15:00Z" in caught.value.hint


def test_what_a_log_puts_is_replaced_by_the_next_reading(store):
    for _ in range(2):
        store.put(rows(1, 2), start=START, end=START + 300)
    assert [(one.rows, one.revision) for one in store.windows()] == [(2, 1)]
    store.put(rows(1, 2, 3), start=START, end=START + 300)
    store.put(rows(4), start=START, end=START + 300, add=True)
    assert [(one.rows, one.revision) for one in store.windows()] == [(4, 3)]


def test_a_log_does_not_count_what_was_recorded_twice(store):
    store.ingest(FRAMES)
    with pytest.raises(ParameterError, match="count twice"):
        store.put(rows(1), start=START, end=START + 300)


@pytest.fixture
def later(tmp_path):
    return ts.Store(tmp_path / "model.db", clock=lambda: START + 10 * 86_400)


def hours(first: int, count: int):
    start = START // 86_400 * 86_400 + first * 3600
    return [
        Frame(
            "h", first + n + 1, "", start + n * 3600, start + n * 3600 + 3600, 0, rows(n % 80)._core
        )
        for n in range(count)
    ]


def test_old_windows_are_added_up_to_days_then_go(later):
    later.ingest(hours(0, 24 * 5), [status("h", 999, 2**40)])
    later.close_windows()
    folded, dropped = later.compact(Retention(windows="1d", keep="3d"))
    # The newest ends at hour 120: hours up to 96 become four days, of which one is too old.
    assert (folded, dropped) == (96, 2)
    windows = later.windows()
    assert [one.rows for one in windows] == [24] * 2 + [1] * 24
    assert [one.folded for one in windows[:3]] == [True, True, False]
    assert {one.end_second - one.start_second for one in windows[:2]} == {86_400}
    assert later.compact(Retention(windows="1d", keep="3d")) == (0, 0)


def test_late_rows_of_a_folded_window_join_their_day(later):
    later.ingest(hours(0, 48), [status("h", 999, 2**40)])
    later.close_windows()
    later.compact(Retention(windows="1d", keep="30d"))
    day = later.windows()[0]
    late = Frame("z", 1, "", day.start_second + 3600, day.start_second + 7200, 1, rows(7)._core)
    later.ingest([late])
    later.close_windows(quiet_seconds=0)
    later.compact(Retention(windows="1d", keep="30d"))
    assert later.windows()[0].rows == 25
    assert later.window(day.start).rows == 25


def test_the_number_of_windows_is_bounded(later):
    later.ingest(hours(0, 60), [status("h", 999, 2**40)])
    later.close_windows()
    later.compact(Retention(windows="90d", keep="400d", most_windows=20))
    assert len(later.windows()) <= 20
    assert later.windows()[-1].start_second == hours(59, 1)[0].start


def test_nothing_is_old_by_the_clock_alone(tmp_path):
    # A replay of an old log is kept as today's rows are.
    store = ts.Store(tmp_path / "model.db", clock=lambda: START + 10 * 365 * 86_400)
    store.ingest(hours(0, 30), [status("h", 999, 2**40)])
    store.close_windows()
    assert store.compact(Retention()) == (0, 0)


@pytest.mark.parametrize("wrong", [{"windows": "9d", "keep": "8d"}, {"most_windows": 0}])
def test_retention_that_cannot_be(wrong):
    with pytest.raises(ParameterError):
        Retention(**wrong)


def test_leases_are_held_by_one(tmp_path):
    now = [1000.0]
    store = ts.Store(tmp_path / "model.db", clock=lambda: now[0])
    mine, yours = Lease(store, "monitor", "me"), Lease(store, "monitor", "you")
    assert mine.take(seconds=10)
    assert mine.take(seconds=10)
    assert not yours.take(seconds=10)
    assert Lease(store, "other", "you").take(seconds=10)
    now[0] += 11
    assert yours.take(seconds=10)
    assert not mine.take(seconds=10)
    mine.give_back()
    assert not mine.take(seconds=10)
    yours.give_back()
    assert mine.take(seconds=10)


def test_a_store_is_opened_again_with_what_was_in_it(tmp_path):
    store = ts.Store(tmp_path / "model.db")
    store.ingest(FRAMES)
    store.close()
    again = ts.Store(f"sqlite:///{tmp_path}/model.db")
    assert state(again) == expected()
    assert again.ingest(FRAMES).frames == 0


def test_a_reader_writes_nothing(tmp_path):
    ts.Store(tmp_path / "model.db").ingest(FRAMES)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    reader = ts.Store(tmp_path / "model.db", read_only=True)
    assert [one.rows for one in reader.windows()] == [5, 2]
    with pytest.raises(StoreError, match="opened for reading"):
        reader.ingest([frame("z", 1, 0, 1)])
    assert before["model.db"] == (tmp_path / "model.db").read_bytes()


def test_a_reader_makes_no_store(tmp_path):
    with pytest.raises(StoreError) as caught:
        ts.Store(tmp_path / "model.db", read_only=True)
    assert not (tmp_path / "model.db").exists()
    assert caught.value.context["retryable"]


def test_a_later_store_is_refused_by_name(tmp_path):
    ts.Store(tmp_path / "model.db")
    with sqlite3.connect(tmp_path / "model.db") as connection:
        connection.execute("UPDATE tallystick_schema SET version = 99")
    connection.close()
    with pytest.raises(StateVersionError, match="version 2 or before, got 99") as caught:
        ts.Store(tmp_path / "model.db")
    assert "upgrade" in caught.value.hint


@pytest.mark.parametrize(
    ("content", "said"), [(b"not a database at all" * 99, "no SQLite database")]
)
def test_what_is_no_store_is_refused_and_left_alone(tmp_path, content, said):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=said) as caught:
        ts.Store(path)
    assert not caught.value.context["retryable"]
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("url", "error", "said"),
    [
        ("sqlite://", ParameterError, "expected a file"),
        ("mysql://host/x", ParameterError, "got mysql"),
        ("://", ParameterError, "path of a file or a URL"),
        ("no-such-folder/model.db", StoreError, "there is no folder"),
    ],
)
def test_places_that_cannot_be(url, error, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=said):
        ts.Store(url)


def test_errors_do_not_show_passwords():
    with pytest.raises(StoreError) as caught:
        ts.Store("postgresql://user:s3cret@127.0.0.1:1/db")
    assert "s3cret" not in str(caught.value)
    assert "s3cret" not in repr(caught.value.__context__)
    assert caught.value.context["retryable"]


def test_sampled_rows_keep_their_plan(tmp_path):
    random_rows = {"age": np.arange(100) % 50, "plan": ["pro", "free"] * 50}
    usual = ts.profile(random_rows)
    with ts.Recorder(usual, spool=tmp_path / "spool", window="5m", sample=0.5) as rec:
        rec.log_batch(random_rows, id=[str(n) for n in range(100)], time=START)
    from tallystick.monitoring import Collector

    store = ts.Store(tmp_path / "model.db")
    Collector(tmp_path / "spool", store, model="m").collect()
    (window,) = store.windows()
    assert window.plan_id != usual.plan.plan_id
    assert 0 < window.rows < 100
    report = ts.compare(reference=usual, current=store.profile_of(window))
    assert report["age"]["psi"].value is not None
    assert BASELINE.plan.plan_id != window.plan_id
