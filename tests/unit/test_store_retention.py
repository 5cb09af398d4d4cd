"""What is old becomes coarser, then goes; the number of windows is bounded."""

from __future__ import annotations

import pytest

import tallystick as ts
from tallystick.errors import ParameterError
from tallystick.storage import Frame, Retention
from unit.store_rows import START, rows, status


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
    folded, dropped = later.compact(Retention(windows="1d", measurements="2d", keep="3d"))
    # The newest ends at hour 120: hours up to 96 become four days, of which one is too old.
    assert (folded, dropped) == (96, 2)
    windows = later.windows()
    assert [one.rows for one in windows] == [24] * 2 + [1] * 24
    assert [one.folded for one in windows[:3]] == [True, True, False]
    assert {one.end_second - one.start_second for one in windows[:2]} == {86_400}
    assert later.compact(Retention(windows="1d", measurements="2d", keep="3d")) == (0, 0)


def test_late_rows_of_a_folded_window_join_their_day(later):
    later.ingest(hours(0, 48), [status("h", 999, 2**40)])
    later.close_windows()
    later.compact(Retention(windows="1d", measurements="2d", keep="30d"))
    day = later.windows()[0]
    late = Frame("z", 1, "", day.start_second + 3600, day.start_second + 7200, 1, rows(7)._core)
    later.ingest([late])
    later.close_windows(quiet_seconds=0)
    later.compact(Retention(windows="1d", measurements="2d", keep="30d"))
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


@pytest.mark.parametrize(
    "wrong", [{"windows": "99d", "keep": "98d"}, {"keep": "80d"}, {"most_windows": 0}]
)
def test_retention_that_cannot_be(wrong):
    with pytest.raises(ParameterError):
        Retention(**wrong)
