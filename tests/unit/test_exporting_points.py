"""What is exported before any format: exact buckets, every state, names, and a bound."""

from __future__ import annotations

import math
import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tallystick as ts
from tallystick import _core
from tallystick.errors import ParameterError
from tallystick.exporting import points as made
from tallystick.exporting.bounding import FOLDED_VALUE, bounded
from tallystick.exporting.buckets import Exemplar, Histogram
from tallystick.exporting.names import ATTRIBUTES, UNITS, opentelemetry_name, prometheus_name
from tallystick.exporting.points import families, points_of

FLOATS = st.lists(
    st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0.0, -0.0, 0.5, 1.0, 2.0]),
    min_size=1,
    max_size=60,
)
BINNINGS = (
    {"binning": "quantile"},
    {"binning": "log_linear"},
    {"binning": "uniform", "range": [-1, 2], "bins": 30},
    {"binning": [-2, 0.5, 1, 2]},
)


def histograms(profile: ts.Profile) -> dict[tuple[str, str], Histogram]:
    return {
        (p.labels["instrument"], p.labels["segment"]): p.value
        for p in points_of(profile)
        if p.family is made.VALUES and isinstance(p.value, Histogram)
    }


def holds(histogram: Histogram, values: np.ndarray) -> None:
    """Every bucket has the rows that are at most its bound and above the one before."""
    finite = values[np.isfinite(values)]
    below = [int((finite <= bound).sum()) for bound in histogram.bounds]
    assert list(np.cumsum(histogram.counts)) == [*below, len(finite)]
    assert list(histogram.bounds) == sorted(set(histogram.bounds))


@pytest.mark.parametrize("column", BINNINGS, ids=lambda one: str(one["binning"]))
@given(usual=FLOATS, now=FLOATS)
def test_buckets_are_exact_for_any_floats_in_every_segment(column, usual, now):
    spec = {"schema": 1, "columns": {"x": column}, "segments": ["s"]}
    # Both values of the segment are known to the plan.
    usual = [*usual, 0.5, 0.5]
    sides = [{"x": x, "s": ["a", "b"] * (len(x) // 2) + ["a"] * (len(x) % 2)} for x in (usual, now)]
    plan = ts.profile(sides[0], spec=spec).plan
    profile = ts.profile(sides[1], plan=plan, spec=spec)
    found = histograms(profile)
    values, segments = np.array(now), np.array(sides[1]["s"])
    holds(found["x", "all"], values)
    for segment in set(sides[1]["s"]):
        holds(found["x", f"s={segment}"], values[segments == segment])
    assert len({one.bounds for one in found.values()}) == 1
    assert len(found["x", "all"].bounds) <= 42


@pytest.mark.parametrize("binning", ["quantile", "log_linear"])
@given(st.lists(st.integers(-(2**40), 2**40) | st.integers(-3, 9), min_size=1, max_size=60))
def test_bounds_of_integers_are_integers(binning, values):
    spec = {"schema": 1, "columns": {"x": {"binning": binning}}}
    found = histograms(ts.profile({"x": values}, spec=spec))["x", "all"]
    holds(found, np.array(values, dtype=float))
    assert all(bound == int(bound) for bound in found.bounds)


def test_bounds_depend_on_the_plan_alone():
    random = np.random.default_rng(5)
    plan = ts.profile({"x": random.gamma(2, 3, 5000)}).plan
    later = [ts.profile({"x": random.gamma(2, 3, n) * n}, plan=plan) for n in (1, 10, 100)]
    bounds = {histograms(one)["x", "all"].bounds for one in later}
    assert len(bounds) == 1
    assert 15 <= len(bounds.pop()) <= 22


def test_dates_are_seconds_since_1970():
    at = np.array(["2026-11-23T10:00", "2026-11-24", "2026-11-25"], dtype="datetime64[ms]")
    found = histograms(ts.profile({"at": at}))["at", "all"]
    holds(found, at.astype("int64") / 1000)


def test_a_sum_is_only_told_of_values_that_cannot_make_it_fall():
    data = {"x": [1.5, 2.25, None, math.inf], "y": [1.5, -2.25, 0.0, 1.0]}
    found = histograms(ts.profile(data))
    assert found["x", "all"].total == 3.75
    assert found["y", "all"].total is None


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=60))
def test_octaves_hold_the_rows_of_their_powers_of_two(values):
    spec = {"schema": 1, "columns": {"x": {"binning": "log_linear"}}}
    found = histograms(ts.profile({"x": np.array(values, dtype=float)}, spec=spec))["x", "all"]
    octaves = found.octaves
    assert octaves is not None
    expected: dict[bool, Counter[int]] = {True: Counter(), False: Counter()}
    for value in values:
        if value:
            expected[value > 0][max(math.frexp(abs(value))[1] - 1, -1023)] += 1
    assert octaves.zero == sum(value == 0 for value in values)
    assert dict(octaves.positive) == dict(expected[True])
    assert dict(octaves.negative) == dict(expected[False])


def test_every_row_has_a_state():
    data = {
        "x": [1.0, math.nan, None, math.inf, -math.inf, 2.0],
        "c": ["a", "b", None, "z", "a", "b"],
    }
    plan = ts.profile({"x": [1.0, 1.0], "c": ["a", "b"]}).plan
    found: dict[str, dict[str, float]] = {"x": {}, "c": {}}
    for point in points_of(ts.profile(data, plan=plan)):
        if point.family is made.INSTRUMENT_ROWS:
            found[point.labels["instrument"]][point.labels["state"]] = point.value
    some = {"negative_infinity": 1, "positive_infinity": 1, "nan": 1}
    none = dict.fromkeys(some, 0) | {"mistyped": 0, "absent": 0}
    assert found["x"] == none | some | {"counted": 2, "null": 1}
    assert found["c"] == none | {"counted": 4, "null": 1, "other": 1}


def test_exemplars_stay_the_latest_of_their_bucket():
    plan = ts.profile({"x": list(range(1000))}).plan
    profile = ts.profile({"x": [1, 500]}, plan=plan)
    traces = [Exemplar(500.0, f"{n:032x}", timestamp=float(t)) for n, t in ((1, 9), (2, 3))]
    traces.append(Exemplar(1e9, "f" * 32))
    found = [p.value for p in points_of(profile, {"x": traces}) if p.family is made.VALUES]
    assert [one.trace_id for one in found[0].exemplars] == [f"{1:032x}", "f" * 32]
    assert found[0].bucket_of(1e9) == len(found[0].bounds)


@pytest.mark.parametrize("ids", [{"trace_id": "4bf9"}, {"trace_id": "g" * 32}, {"span_id": "1"}])
def test_exemplars_have_ids_of_traces(ids):
    with pytest.raises(ParameterError, match="hex digits"):
        Exemplar(1.0, **{"trace_id": "f" * 32, **ids})


def test_bounds_of_log_linear_columns_cover_both_sides():
    spec = {"schema": 1, "columns": {"x": {"binning": "log_linear"}}}
    usual = ts.profile({"x": [0.01, 0.5]}, spec=spec)
    report = ts.compare(reference=usual, current=ts.profile({"x": [3.0, 90.0]}, plan=usual.plan))
    (found,) = (p.value for p in points_of(report) if p.family is made.VALUES)
    assert found.bounds[1] < 0.01
    assert found.bounds[-1] > 90.0


def test_every_family_has_a_name_of_its_own_that_needs_no_change():
    everything = families()
    for names in (
        [prometheus_name(family) for family in everything],
        [opentelemetry_name(family) for family in everything],
    ):
        assert len(set(names)) == len(names)
        assert all(re.fullmatch(r"[a-z][a-z0-9_.]*", name) for name in names)
    assert {row["unit"] for row in _core.CATALOGUE} <= set(UNITS)


def test_every_label_has_an_attribute():
    data = {"x": [1.0, 2.0] * 50, "c": ["a", "b"] * 50}
    spec = {"schema": 1, "model": {"name": "m", "version": "1"}, "segments": ["c"]}
    report = ts.compare(reference=data, current=data, spec=spec)
    labels = {name for point in bounded(points_of(report)) for name in point.labels}
    assert labels <= set(ATTRIBUTES)
    assert labels >= {"model", "model_version", "instrument", "segment", "status", "spec_id"}


def test_statuses_and_numbers_are_those_of_the_table():
    random = np.random.default_rng(1)
    usual = {"x": random.normal(0, 1, 3000), "c": random.choice(["a", "b"], 3000)}
    now = {"x": random.normal(1, 1, 900), "c": ["a"] * 880 + ["b"] * 20}
    spec = {"schema": 1, "segments": ["c"]}
    report = ts.compare(reference=usual, current=now, spec=spec)
    points = points_of(report)
    shown = {
        (p.labels["instrument"], p.labels["segment"], p.labels["metric"]): p.labels["status"]
        for p in points
        if p.family is made.STATUS and p.value == 1.0
    }
    decided = [row for row in report.measurements if row.decides]
    assert shown == {(row.instrument, row.segment, row.metric): row.status for row in decided}
    assert set(shown.values()) == set(made.STATUSES)
    reasons = {p.labels["reason"] for p in points if p.family is made.REASON}
    assert reasons == {row.reason for row in decided if row.status != "ok"}
    for family, of in (("psi", "value"), ("mean", "current_value")):
        wanted = {
            (row.instrument, row.segment): getattr(row, of)
            for row in report.measurements
            if row.metric == family
        }
        got = {
            (p.labels["instrument"], p.labels["segment"]): p.value
            for p in points
            if p.family == made.measured(family) and p.labels.get("side") != "reference"
        }
        assert got == wanted
    counts = {p.labels["status"]: p.value for p in points if p.family is made.DECISIONS}
    assert counts == {one: sum(r.status == one for r in decided) for one in made.STATUSES}


@pytest.fixture(scope="module")
def wide():
    random = np.random.default_rng(2)
    rows = 4000
    data = {f"x{i}": random.normal(0, 1, rows) for i in range(6)}
    data["country"] = random.choice([f"c{i}" for i in range(20)], rows)
    data["device"] = random.choice(["ios", "android", "web"], rows)
    spec = {"schema": 1, "segments": ["country", "device"]}
    usual = ts.profile(data, spec=spec)
    return ts.compare(reference=usual, current=ts.profile(data, plan=usual.plan), spec=spec)


@pytest.mark.parametrize("limit", [100, 400, 800, 1500, 2500, 4000])
def test_the_number_of_series_is_bounded_and_what_is_folded_is_counted(wide, limit):
    points = points_of(wide)
    kept = bounded(points, limit)
    assert sum(point.series for point in kept) <= limit
    told = {p.labels["kind"]: p.value for p in kept if p.family is made.FOLDED}
    gauges = [p for p in points if p.family.kind == "gauge"]
    shown = [p for p in kept if p.family.kind == "gauge" and p.family is not made.FOLDED]
    assert len(gauges) == len(shown) + told["measurements"]
    assert told["measurements"] + told["counts"] > 0
    # Nothing that alerts is hidden: the counts of decisions stay, whatever goes.
    assert sum(p.value for p in kept if p.family is made.DECISIONS) == sum(
        row.decides for row in wide.measurements
    )


@pytest.mark.parametrize("limit", [2000, 2500, 4000])
def test_folded_segments_keep_their_rows(wide, limit):
    kept = bounded(points_of(wide), limit)
    rows: Counter[str] = Counter()
    buckets: Counter[str] = Counter()
    for point in kept:
        column, _, value = point.labels.get("segment", "").partition("=")
        if value and point.family is made.ROWS:
            rows[column] += int(point.value)
        if value and point.family is made.VALUES and point.labels["instrument"] == "x3":
            buckets[column] += point.value.count
    assert rows == buckets == {"country": 4000, "device": 4000}
    assert any(p.labels.get("segment") == f"country={FOLDED_VALUE}" for p in kept)


def test_within_the_limit_nothing_is_folded(wide):
    kept = bounded(points_of(wide), 100_000)
    assert {p.value for p in kept if p.family is made.FOLDED} == {0}
    assert not any(FOLDED_VALUE in p.labels.get("segment", "") for p in kept)


def test_a_category_with_the_name_of_missing_values_makes_no_series_twice():
    data = {"x": [1.0, 2.0] * 60, "c": ["__missing__", None, "a"] * 40}
    spec = {"schema": 1, "segments": ["c"]}
    report = ts.compare(reference=data, current=data, spec=spec)
    kept = bounded(points_of(report))
    keys = [(p.family, *sorted(p.labels.items())) for p in kept]
    assert len(set(keys)) == len(keys)
    rows = {p.labels["segment"]: p.value for p in kept if p.family is made.ROWS}
    assert rows == {"all": 120, "c=__missing__": 40, "c='__missing__'": 40, "c=a": 40}
    assert next(p.value for p in kept if p.labels.get("kind") == "measurements") == 0


@pytest.mark.parametrize("source", [{"x": [1]}, lambda: [1], None])
def test_a_source_is_a_result_or_a_call_that_gives_one(source):
    if source is None:
        assert made.latest(lambda: None) is None
        return
    with pytest.raises(ParameterError, match="a Profile, a Comparison, or a call"):
        made.latest(source)
