"""The store: frames once each, windows by revision, what is old goes."""

from __future__ import annotations

import random
import sqlite3
import threading

import numpy as np
import pytest

import tallystick as ts
from tallystick.errors import ParameterError, StoreError
from tallystick.storage import Frame, Heard
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


def test_a_worker_whose_clock_is_ahead_closes_nothing_before_its_time(tmp_path):
    store = ts.Store(tmp_path / "model.db", clock=lambda: START + LENGTH + 30.0)
    store.ingest(FRAMES, [status("a", 9, START + 86_400)])
    store.close_windows()
    assert [one.closed for one in store.windows()] == [True, False]


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
