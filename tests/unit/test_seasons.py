"""Which part of a baseline a window is compared with."""

from __future__ import annotations

import numpy as np
import pytest

import tallystick as ts
from tallystick.errors import ParameterError
from tallystick.monitoring.seasons import Seasons

SPEC = {"schema": 1, "log": {"time": "at"}}
DAY = 86_400
MONDAY = 1_699_833_600  # 2023-11-13


def baseline(days: int, length: str, rows_a_day: int = 2_400, spec=SPEC):
    random = np.random.default_rng(5)
    seconds = MONDAY + np.arange(days * rows_a_day) * DAY // rows_a_day
    weekend = (seconds // DAY - 4) % 7 >= 5
    amount = random.normal(100, 10, len(seconds)) + 8 * weekend
    return ts.profile({"at": seconds.astype("M8[s]"), "amount": amount}, spec=spec, window=length)


def test_days_are_compared_with_the_same_weekday():
    seasons = Seasons(baseline(28, "1d"))
    part, season = seasons.matching(MONDAY + 35 * DAY, MONDAY + 36 * DAY)
    assert season == "day_of_week"
    assert part.windows == ["2023-11-13", "2023-11-20", "2023-11-27", "2023-12-04"]
    assert part.rows == 4 * 2_400


def test_hours_take_the_finest_season_with_windows_enough():
    four_weeks = Seasons(baseline(28, "1h", 24 * 300))
    assert four_weeks.matching(MONDAY + 3600, MONDAY + 7200)[1] == "hour_of_week"
    four_days = Seasons(baseline(4, "1h", 24 * 300))
    part, season = four_days.matching(MONDAY + 3600, MONDAY + 3900)
    assert season == "hour_of_day"
    assert [one[-9:] for one in part.windows] == ["01:00:00Z"] * 4
    assert Seasons(baseline(3, "1h", 24 * 300)).matching(MONDAY, MONDAY + 3600)[1] == "all"


def test_too_few_rows_make_no_season():
    part, season = Seasons(baseline(28, "1d", 200)).matching(MONDAY, MONDAY + DAY)
    assert (season, part.rows) == ("all", 28 * 200)


@pytest.mark.parametrize(("length", "hours"), [("1w", 168), ("1d", 25)])
def test_windows_longer_than_a_slot_have_no_season(length, hours):
    seasons = Seasons(baseline(35, length))
    assert seasons.matching(MONDAY, MONDAY + hours * 3600)[1] == "all"


def test_without_windows_there_is_one_baseline():
    whole = ts.profile({"amount": [1.0, 2.0]})
    assert Seasons(whole).matching(0, 60) == (whole, "all")


def test_a_season_may_be_named():
    usual = baseline(28, "1h", 24 * 300)
    assert Seasons(usual, "hour_of_day").matching(MONDAY, MONDAY + 60)[1] == "hour_of_day"
    assert Seasons(usual, "all").matching(MONDAY, MONDAY + 60)[1] == "all"
    with pytest.raises(ParameterError, match="day_of_week"):
        Seasons(usual, "moon")


def test_a_weekend_is_no_drift_for_a_baseline_that_knows_weekends():
    usual = baseline(28, "1d")
    random = np.random.default_rng(6)
    saturday = ts.profile({"amount": random.normal(108, 10, 4_000)}, plan=usual.plan)
    start = MONDAY + 33 * DAY
    part, season = Seasons(usual).matching(start, start + DAY)
    assert season == "day_of_week"
    assert ts.compare(reference=part, current=saturday)["amount"]["psi_corrected"].status == "ok"
    whole = ts.compare(reference=usual, current=saturday)["amount"]["psi_corrected"]
    assert whole.value > whole.tolerance


def test_a_part_of_the_windows_measures_as_the_whole_when_it_is_the_whole():
    usual = baseline(12, "1d", spec={**SPEC, "segments": []})
    core = usual._core.of_windows([start for start, _ in usual.window_seconds])
    part = ts.Profile(core, spec=usual._spec)
    now = ts.profile({"amount": np.random.default_rng(7).normal(103, 11, 3_000)}, plan=usual.plan)
    whole, parts = (ts.compare(reference=r, current=now)["amount"] for r in (usual, part))
    for metric in ("psi", "psi_corrected", "total_variation", "missing_share"):
        assert whole[metric] == parts[metric]
    assert parts["psi"].usual_level is not None


def test_rows_without_windows_are_as_if_counted_without():
    data = {"at": (60 * np.arange(5_000)).astype("M8[s]"), "amount": np.arange(5_000.0) % 91}
    data["city"] = ["bern", "oslo"] * 2_500
    spec = {**SPEC, "segments": ["city"]}
    dated = ts.profile(data, spec=spec, window="1d")
    plain = ts.profile(data, plan=dated.plan)
    assert dated.to_bytes() != plain.to_bytes()
    assert dated._core.without_windows().to_bytes() == plain.to_bytes()
