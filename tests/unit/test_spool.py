"""What recorders write is read back, once each, whatever happened to the files."""

import os
import time

import pytest

import tallystick as ts
from tallystick import _core
from tallystick.errors import CorruptStateError, InputError, MergeError, ParameterError
from tallystick.monitoring.spool import sweep

HOUR = 3600
NOON = 1_795_435_200  # 2026-11-23T12:00Z


@pytest.fixture(scope="module")
def baseline() -> ts.Profile:
    return ts.profile(
        {"age": [float(i % 70) for i in range(500)], "plan": ["pro", "free"] * 250},
        spec={"schema": 1, "segments": ["plan"]},
    )


def record(baseline, folder, seconds, **more):
    rec = ts.Recorder(baseline, spool=folder, window="1h", **more)
    for second in seconds:
        rec.log({"age": float(second % 70), "plan": "pro"}, time=second)
    return rec


def files(folder):
    return sorted(folder.glob("*.spool"))


def test_windows_of_all_recorders_are_added_up(baseline, tmp_path):
    times = [range(NOON - HOUR, NOON + 2 * HOUR, 7 + i) for i in range(3)]
    for seconds in times:
        record(baseline, tmp_path, seconds).close()
    spool = ts.read_spool(tmp_path)
    whole = ts.Recorder(baseline, window="1h")
    for seconds in times:
        for second in seconds:
            whole.log({"age": float(second % 70), "plan": "pro"}, time=second)
    assert spool.profile == whole.profile()
    rows = sum(len(seconds) for seconds in times)
    assert [one.start for one in spool.windows] == [
        "2026-11-23T11:00:00Z",
        "2026-11-23T12:00:00Z",
        "2026-11-23T13:00:00Z",
    ]
    assert sum(one.rows for one in spool.windows) == rows == spool.profile.rows
    assert {one.recorders for one in spool.windows} == {3}
    one = spool.window("2026-11-23T12:00:00Z")
    assert (one.rows, one.windows) == (spool.windows[1].rows, ["2026-11-23T12:00:00Z"])
    assert len(one["age"]) == len(spool.profile["age"])
    both = spool.window("2026-11-23T11:00:00Z", until="2026-11-23T13:00:00Z")
    assert both == spool.window("2026-11-23T11:00:00Z") + one
    assert spool.window(NOON - HOUR, until="2026-11-24") == spool.profile
    with pytest.raises(ParameterError, match="window of the spool"):
        spool.window("2026-11-24")
    assert [r.finished for r in spool.recorders.values()] == [True] * 3
    assert sum(r.counters["rows_logged"] for r in spool.recorders.values()) == rows
    assert [r.rows for r in spool.recorders.values()].count(0) == 0
    assert sum(r.rows for r in spool.recorders.values()) == rows
    assert (spool.repeated_frames, spool.damaged_bytes, spool.torn_bytes) == (0, 0, 0)


def test_every_flush_is_a_delta_and_a_closed_window_can_be_revised(baseline, tmp_path):
    rec = record(baseline, tmp_path, [NOON, NOON + 2 * HOUR], lateness="10m")
    assert rec.flush()
    spool = ts.read_spool(tmp_path)
    assert [(w.rows, w.late_rows, w.closed) for w in spool.windows] == [
        (1, 0, True),
        (1, 0, False),
    ]
    rec.log({"age": 1.0}, time=NOON + 1)
    assert rec.counters["rows_late"] == 0
    assert rec.flush()
    spool = ts.read_spool(tmp_path)
    assert [(w.rows, w.late_rows, w.closed) for w in spool.windows] == [
        (2, 1, True),
        (1, 0, False),
    ]
    rec.close()
    windows = ts.read_spool(tmp_path).windows
    assert [(w.rows, w.late_rows, w.partial) for w in windows] == [(2, 1, False), (1, 0, True)]


def test_nothing_is_written_while_there_is_nothing_to_say(baseline, tmp_path):
    rec = ts.Recorder(baseline, spool=tmp_path, flush_seconds=0.02)
    assert rec.flush()
    assert rec.close()
    assert os.listdir(tmp_path) == []
    rec.log({"age": 1.0})
    rec.flush()
    size = files(tmp_path)[0].stat().st_size
    time.sleep(0.2)
    assert rec.flush()
    assert files(tmp_path)[0].stat().st_size == size
    rec.close()


def test_the_thread_writes_after_the_interval_and_closes_the_window_of_an_idle_worker(
    baseline, tmp_path
):
    rec = ts.Recorder(baseline, spool=tmp_path, window="1s", lateness="1s", flush_seconds=0.05)
    rec.log({"age": 1.0})
    until = time.monotonic() + 60
    while not (seen := ts.read_spool(tmp_path)).windows and time.monotonic() < until:
        time.sleep(0.02)
    assert seen.profile.rows == 1
    while not (seen := ts.read_spool(tmp_path)).windows[0].closed and time.monotonic() < until:
        time.sleep(0.05)
    assert seen.windows[0].closed
    rec.close()


def test_a_recorder_may_be_used_after_it_was_closed(baseline, tmp_path):
    rec = record(baseline, tmp_path, [NOON])
    rec.close()
    rec.log({"age": 1.0}, time=NOON)
    assert rec.close()
    spool = ts.read_spool(tmp_path)
    assert (spool.profile.rows, len(files(tmp_path)), len(spool.recorders)) == (2, 1, 1)


def test_scalars_are_beside_the_rows(baseline, tmp_path):
    rec = record(baseline, tmp_path, [NOON])
    rec.observe("tokens").log(7, time=NOON)
    rec.log({"age": 1.0}, time=NOON, latency=0.25)
    rec.close()
    spool = ts.read_spool(tmp_path)
    assert {name: one.rows for name, one in spool.scalars.items()} == {
        "latency_seconds": 1,
        "tokens": 1,
    }
    assert spool.scalars["tokens"].windows == ["2026-11-23T12:00:00Z"]
    assert spool.profile.rows == 2


def test_a_torn_end_is_left_out_and_said(baseline, tmp_path):
    rec = record(baseline, tmp_path, [NOON])
    rec.flush()
    rec.log({"age": 1.0}, time=NOON)
    rec.close()
    path = files(tmp_path)[0]
    data = path.read_bytes()
    ends = sorted(data.find(b"TSPOOL", at) for at in range(1, len(data), 40))
    rows = set()
    for cut in {*ends, *range(0, len(data), 97)}:
        path.write_bytes(data[: max(cut, 0)])
        spool = ts.read_spool(tmp_path)
        rows.add(spool.profile.rows if spool.profile else 0)
        assert spool.damaged_bytes == 0
    assert rows == {0, 1, 2}


def test_one_damaged_frame_takes_no_other_with_it(baseline, tmp_path):
    rec = record(baseline, tmp_path, [])
    for second in range(3):
        rec.log({"age": 1.0}, time=NOON + second)
        rec.flush()
    rec.close()
    path = files(tmp_path)[0]
    data = bytearray(path.read_bytes())
    frames = [at for at in range(len(data)) if data[at : at + 8] == b"TSPOOL\r\n"]
    data[frames[1] + 60] ^= 1
    path.write_bytes(data)
    spool = ts.read_spool(tmp_path)
    assert spool.profile.rows == 2
    assert spool.damaged_bytes == frames[2] - frames[1]
    assert [one.missing_frames for one in spool.recorders.values()] == [1]


def test_a_file_read_twice_counts_once(baseline, tmp_path):
    record(baseline, tmp_path, [NOON, NOON + HOUR]).close()
    path = files(tmp_path)[0]
    path.with_name("copy.spool").write_bytes(path.read_bytes())
    spool = ts.read_spool(tmp_path)
    assert (spool.profile.rows, spool.repeated_frames) == (2, 3)


def test_an_opening_that_is_damaged_leaves_orphans_not_numbers(baseline, tmp_path):
    record(baseline, tmp_path, [NOON]).close()
    path = files(tmp_path)[0]
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    spool = ts.read_spool(tmp_path)
    assert spool.profile is None
    assert spool.damaged_bytes > 0


def test_frames_of_another_plan_are_asked_for_by_it(baseline, tmp_path):
    record(baseline, tmp_path, [NOON]).close()
    other = ts.profile({"age": [1.0, 2.0]})
    record(other, tmp_path, [NOON, NOON]).close()
    with pytest.raises(MergeError, match="several") as error:
        ts.read_spool(tmp_path)
    assert len(error.value.context["plans"]) == 2
    for plan, rows in ((baseline.plan, 1), (other.plan, 2)):
        spool = ts.read_spool(tmp_path, plan=plan)
        assert (spool.profile.rows, spool.other_plans) == (rows, 1)
        assert spool.window(NOON).rows == rows


def test_what_is_no_spool_is_said(tmp_path):
    with pytest.raises(InputError, match="folder"):
        ts.read_spool(tmp_path / "nowhere")
    assert ts.read_spool(tmp_path).profile is None
    (tmp_path / "x.spool").write_bytes(os.urandom(4096))
    assert (ts.read_spool(tmp_path).profile, ts.read_spool(tmp_path).torn_bytes) == (None, 4096)


def test_a_frame_that_is_not_what_it_says_is_an_error_of_its_own(baseline, tmp_path):
    record(baseline, tmp_path, [NOON]).close()
    data = files(tmp_path)[0].read_bytes()
    frames = _core.Frames(data)
    assert [said["kind"] for said in frames] == ["opening", "counts", "status"]
    assert issubclass(CorruptStateError, ValueError)


def test_half_made_files_are_swept_once_they_are_old(tmp_path, baseline):
    stray, fresh = tmp_path / ".a-000000.spool.tmp", tmp_path / ".b-000000.spool.tmp"
    for path in (stray, fresh):
        path.write_bytes(b"x")
    os.utime(stray, (time.time() - 2 * HOUR,) * 2)
    sweep(tmp_path)
    assert (stray.exists(), fresh.exists()) == (False, True)
    assert ts.read_spool(tmp_path).profile is None


def test_windows_without_an_end_are_one(baseline, tmp_path):
    with ts.Recorder(baseline, spool=tmp_path) as rec:
        rec.log({"age": 1.0})
    spool = ts.read_spool(tmp_path)
    assert [(w.start, w.rows, w.closed, w.partial) for w in spool.windows] == [
        (None, 1, False, False)
    ]
    assert spool.window(None).rows == 1
