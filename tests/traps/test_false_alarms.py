"""The chance of any alert, when every effect is within its tolerance, is at most the stated one."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from scipy.optimize import brentq
from scipy.stats import binom

import tallystick as ts

# A bound that a right implementation breaks once in a thousand runs of other seeds.
UNLIKELY = 0.999


def normal(seed: int, rows: int, columns: int) -> dict[str, np.ndarray]:
    values = np.random.default_rng(seed).normal(size=(columns, rows))
    return {f"c{i}": column for i, column in enumerate(values)}


def test_three_hundred_reports_of_twenty_columns():
    reference = ts.profile(normal(1, 20_000, 20))
    alarms = unjudged = 0
    for seed in range(300):
        current = ts.profile(normal(10_000 + seed, 2_000, 20), plan=reference.plan)
        report = ts.compare(reference=reference, current=current, false_alarm_rate=0.05)
        alarms += report.status == "alert"
        unjudged += report.status == "undetermined"
    assert alarms <= binom.ppf(UNLIKELY, 300, 0.05)
    # Quiet because it knows, not because it is blind.
    assert unjudged == 0


def shifted(shares: np.ndarray, psi: float) -> np.ndarray:
    """Shares at exactly that population stability index from the given ones."""
    direction = np.where(np.arange(len(shares)) % 2 == 0, 1.0, -1.0)

    def tilted(strength):
        moved = shares * np.exp(strength * direction)
        return moved / moved.sum()

    def index(strength):
        moved = tilted(strength)
        return float(((moved - shares) * np.log(moved / shares)).sum())

    return tilted(brentq(lambda strength: index(strength) - psi, 0, 2))


SHARES = np.array([0.19, 0.17, 0.15, 0.12, 0.1, 0.08, 0.07, 0.05, 0.04, 0.03])
NAMES = [f"k{i}" for i in range(10)]


def drawn(shares: np.ndarray, seed: int, rows: int, columns: int) -> pa.Table:
    random = np.random.default_rng(seed)
    codes = random.choice(10, size=(columns, rows), p=shares).astype(np.int8)
    return pa.table(
        {f"c{i}": pa.DictionaryArray.from_arrays(c, NAMES) for i, c in enumerate(codes)}
    )


def exactly(shares: np.ndarray, rows: int, columns: int) -> pa.Table:
    codes = np.repeat(np.arange(10), np.round(shares * rows).astype(int)).astype(np.int8)
    array = pa.DictionaryArray.from_arrays(codes, NAMES)
    return pa.table({f"c{i}": array for i in range(columns)})


@pytest.mark.parametrize(("columns", "rows"), [(1, 2_000), (5, 2_000), (5, 20_000)])
def test_effects_exactly_at_their_tolerance(columns, rows):
    reference = ts.profile(exactly(SHARES, 1_000_000, columns))
    edge = shifted(SHARES, 0.10)
    alarms = 0
    for seed in range(300):
        current = ts.profile(drawn(edge, seed, rows, columns), plan=reference.plan)
        report = ts.compare(reference=reference, current=current, false_alarm_rate=0.05)
        alarms += report.status == "alert"
    assert alarms <= binom.ppf(UNLIKELY, 300, 0.05)


def test_effects_beyond_their_tolerance_are_found():
    reference = ts.profile(exactly(SHARES, 1_000_000, 5))
    beyond = shifted(SHARES, 0.20)
    for seed in range(20):
        current = ts.profile(drawn(beyond, seed, 5_000, 5), plan=reference.plan)
        assert ts.compare(reference=reference, current=current).status == "alert"


def test_a_missing_share_exactly_at_its_tolerance():
    random = np.random.default_rng(31)
    reference = ts.profile({"x": pa.array(np.arange(500_000.0), mask=np.arange(500_000) % 50 == 0)})
    alarms = 0
    for _ in range(300):
        gone = random.random(4_000) < 0.02 + 0.05
        values = pa.array(random.random(4_000) * 500_000, mask=gone)
        current = ts.profile({"x": values}, plan=reference.plan)
        report = ts.compare(reference=reference, current=current, false_alarm_rate=0.05)
        alarms += report["x"]["missing_share"].status == "alert"
    assert alarms <= binom.ppf(UNLIKELY, 300, 0.05)


@pytest.mark.parametrize("rows", [1, 2, 5, 10, 50, 200, 1_000])
@pytest.mark.parametrize("rate", [0.01, 1e-4])
def test_no_number_of_rows_is_too_small_for_a_share(rows, rate):
    """Exactly: every count of missing rows, weighed by its chance at the edge of the tolerance.

    A report of a hundred columns judges the smallest p against a hundredth of its rate.
    """
    reference = ts.profile({"x": np.arange(200_000.0)})
    alarms = 0.0
    for count in range(rows + 1):
        chance = binom.pmf(count, rows, 0.05)
        if count / rows <= 0.05 or chance < rate / 1e4:
            continue
        values = pa.array(np.arange(float(rows)), mask=np.arange(rows) < count)
        current = ts.profile({"x": values}, plan=reference.plan)
        missing = ts.compare(reference=reference, current=current)["x"]["missing_share"]
        alarms += chance * (missing.p_tolerance <= rate)
    assert alarms <= rate


@pytest.mark.parametrize(
    ("rows", "groups", "levels"),
    [(100, 10, (0.17, 0.25)), (200, 20, (0.17, 0.25)), (200, 10, (0.09, 0.13))],
)
def test_small_samples_show_large_indices_and_do_not_alert(rows, groups, levels):
    """Without drift psi is about (groups - 1)(1/n + 1/m): 0.18 for 100 rows on each side."""
    seen = []
    for seed in range(200):
        random = np.random.default_rng(seed)
        reference, current = random.normal(size=(2, rows))
        report = ts.compare(reference={"x": reference}, current={"x": current}, groups=groups)
        assert not report.alerts
        assert report["x"]["psi_corrected"].status == "undetermined"
        assert report["x"]["psi_corrected"].reason == "too_few_rows"
        assert report["x"]["psi_corrected"].n_needed is None or (
            report["x"]["psi_corrected"].n_needed > rows
        )
        seen.append(report["x"]["psi"].value)
    assert levels[0] < np.mean(seen) < levels[1]
    # A rule of thumb would have paged.
    assert np.mean(np.array(seen) > 0.1) > 0.3


def test_segments_without_drift_do_not_alert():
    spec = {"schema": 1, "segments": ["g"]}

    def data(seed, rows):
        random = np.random.default_rng(seed)
        names = random.choice([f"g{i}" for i in range(8)], rows)
        return {"g": names.tolist(), "x": random.normal(size=rows), "y": random.random(rows)}

    reference = ts.profile(data(1, 40_000), spec=spec)
    alarms = 0
    for seed in range(60):
        current = ts.profile(data(100 + seed, 8_000), plan=reference.plan)
        alarms += ts.compare(reference=reference, current=current).status == "alert"
    assert alarms <= binom.ppf(UNLIKELY, 60, 0.01)


def wobbling(seed: int, days: int, rows: int, wobble: float, first: int = 0) -> pa.Table:
    """Ten cells whose shares differ from day to day by a factor exp(N(0, wobble))."""
    random = np.random.default_rng(seed)
    cells, times = [], []
    for day in range(first, first + days):
        shares = np.exp(random.normal(0, wobble, 10))
        cells.append(random.choice(10, rows, p=shares / shares.sum()) + 0.5)
        times.append(86_400 * day + random.integers(0, 86_400, rows))
    at = pa.array(np.concatenate(times), pa.timestamp("s"))
    return pa.table({"at": at, "x": np.concatenate(cells)})


WOBBLE = {"schema": 1, "log": {"time": "at"}}


def test_a_daily_wobble_of_three_percent_does_not_alert():
    reference = ts.profile(wobbling(1, 20, 10_000, 0.03), spec=WOBBLE, window="1d")
    small = 0
    for seed in range(40):
        today = wobbling(100 + seed, 1, 10_000, 0.03, first=20)
        current = ts.profile(today, plan=reference.plan, window="1d")
        report = ts.compare(reference=reference, current=current)
        drift = report["x"]["psi_corrected"]
        assert report.status == "ok"
        assert drift.usual_level is not None
        assert 0 < report["x"]["psi"].usual_level < 0.02
        small += drift.p_value < 0.01
    # Against no change at all these days are significant far more often than by chance.
    assert small > binom.ppf(UNLIKELY, 40, 0.01)


def test_a_large_usual_wobble_is_not_called_an_alert_when_windows_show_it():
    table = wobbling(2, 20, 5_000, 0.3)
    by_day = ts.profile(table, spec=WOBBLE, window="1d")
    as_one = ts.profile(table, spec=WOBBLE, plan=by_day.plan)
    alarms = {"by day": 0, "as one": 0}
    for seed in range(40):
        today = ts.profile(
            wobbling(200 + seed, 1, 5_000, 0.3, first=20), plan=by_day.plan, window="1d"
        )
        alarms["by day"] += bool(ts.compare(reference=by_day, current=today).alerts)
        alarms["as one"] += bool(ts.compare(reference=as_one, current=today).alerts)
    assert alarms["by day"] <= binom.ppf(UNLIKELY, 40, 0.01)
    assert alarms["as one"] > 3
    # A real shift still shows, whatever is usual.
    moved = wobbling(999, 1, 5_000, 0.3, first=20)
    moved = moved.set_column(1, "x", pc.add(moved["x"], 5.0))
    current = ts.profile(moved, plan=by_day.plan, window="1d")
    assert ts.compare(reference=by_day, current=current).status == "alert"
