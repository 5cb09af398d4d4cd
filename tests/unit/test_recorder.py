"""What a recorder does with a row, whatever is in it."""

import datetime as dt
import gc
import json
import re
import threading
import types
import weakref

import numpy as np
import pandas as pd
import pytest

import tallystick as ts
from tallystick.errors import ParameterError, StoreError
from unit import recorder_rows
from unit.recorder_rows import DATA, NOON


class Text(str):
    __slots__ = ()


@pytest.fixture(scope="module")
def baseline() -> ts.Profile:
    return recorder_rows.baseline()


@pytest.fixture
def rec(baseline):
    with ts.Recorder(baseline) as recorder:
        yield recorder


def test_keys_are_found_in_any_order_interned_or_not(rec):
    row = {"age": 30.0, "visits": 3, "plan": "pro", "since": dt.date(2020, 1, 1)}
    orders = [row, dict(reversed(row.items())), {k: row[k] for k in ("plan", "age")}]
    parsed = json.loads(json.dumps({"plan": "pro", "visits": 3, "age": 30.0}))
    for one in [*orders, parsed, *orders, {Text("age"): 30.0}] * 50:
        rec.log(one)
    found = rec.profile()
    assert found.rows == 400
    assert (found["age"]["present"], found["age"]["mean"]) == (400, 30.0)
    assert (found["visits"]["present"], found["visits"]["null"]) == (250, 150)
    assert found["plan"]["most_frequent"] == [("pro", 350)]
    assert rec.counters["unknown_keys"] == 0


def test_unknown_keys_are_counted_by_name_and_their_number_is_bounded(rec):
    rec.log({"age": 1.0, "aeg": 2.0, 7: 3.0})
    rec.log({"aeg": 2.0, "age": 1.0})
    assert rec.counters["unknown_names"] == {"aeg": 2, "...": 1}
    for i in range(1000):
        rec.log({f"key {i}": i})
    counters = rec.counters
    assert counters["unknown_keys"] == 1003 == sum(counters["unknown_names"].values())
    assert len(counters["unknown_names"]) <= 66
    assert rec.profile()["age"]["present"] == 2


def test_what_the_spec_names_is_known(rec):
    rec.log({"age_years": 5.0, "note": object(), "request": "r-1", "at": NOON, "p": 0.5, "y": True})
    assert rec.counters["unknown_keys"] == 0
    assert rec.profile()["age"]["present"] == 1


def test_score_label_and_latency_stand_beside_the_features(rec):
    rec.log({"age": 1.0}, 0.25, label=True, id="a", latency=0.012)
    rec.log({"age": 1.0}, score=np.float32(0.75), label=None, latency=3)
    found = rec.profile()
    assert (found["p"]["present"], found["p"]["mean"]) == (2, 0.5)
    # A label that has not come is absent: no data quality of the request suffers.
    assert (found["y"]["most_frequent"], found["y"]["absent"]) == ([("true", 1)], 1)
    latency = rec.profile(scalar="latency_seconds")["latency_seconds"]
    assert (latency["present"], latency["maximum"]) == (2, 3.0)


def test_a_score_that_the_plan_does_not_have_is_unknown():
    with ts.Recorder(ts.profile({"a": [1, 2]})) as rec:
        rec.log({"a": 1}, 0.5, label=True)
        assert rec.counters["unknown_names"] == {"score": 1, "label": 1}


def test_latency_may_be_a_column_of_the_plan():
    with ts.Recorder(ts.profile({"latency_seconds": [0.1, 0.2]})) as rec:
        rec.log({}, latency=0.15)
        assert rec.profile()["latency_seconds"]["present"] == 1


def test_any_mapping_will_do_and_nothing_else_is_raised(rec):
    rec.log(types.MappingProxyType({"age": 3.0}))
    rec.log(None)
    rec.log(41.0)
    rec.row("age").log((1.0, 2.0))
    rec.row("age").log({"age": 1.0})
    assert rec.profile().rows == 1
    assert rec.counters["rows_refused"] == 4


def test_times_of_every_kind_find_their_window(baseline):
    noon = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
    kinds = [NOON, NOON + 0.25, noon, noon.replace(tzinfo=None), np.int64(NOON), np.float64(NOON)]
    kinds += [pd.Timestamp(noon), np.datetime64("2026-11-23T12:00:00.5"), "2026-11-23 12:00"]
    kinds += ["2026-11-23T12:00:00Z", "2026-11-23T14:30:00.123+02:00"]
    with ts.Recorder(baseline, window="1h") as rec:
        for time in kinds:
            rec.log({"age": 1.0}, time=time)
            rec.log({"age": 1.0, "at": time})
        found = rec.profile()
    assert found.windows == ["2026-11-23T12:00:00Z"]
    assert found.slices[1].rows == 2 * len(kinds)


@pytest.mark.parametrize("time", ["noon", True, float("nan"), object(), pd.NaT])
def test_what_is_no_time_is_counted_and_the_clock_asked(baseline, time):
    with ts.Recorder(baseline, window="1d") as rec:
        rec.log({"age": 1.0}, time=time)
        assert rec.counters["mistyped_times"] == 1
        year = int(rec.profile().windows[0][:4])
    assert year >= 2025


def test_times_outside_of_the_calendar_have_a_window_of_their_own(baseline):
    with ts.Recorder(baseline, window="1d") as rec:
        for time in (1e300, -1e300, float("inf"), 2**62):
            rec.log({"age": 1.0}, time=time)
        assert [(one.window, one.rows) for one in rec.profile().slices if one.segment == "all"] == [
            (None, 4),
            ("missing", 4),
        ]


def test_the_windows_are_those_of_a_batch(baseline):
    rows = [
        {name: values[i] for name, values in DATA.items() if name != "y"} | {"y": DATA["y"][i]}
        for i in range(400)
    ]
    with ts.Recorder(baseline, window="1h") as rec:
        for row in rows:
            rec.log(row)
        assert rec.profile() == ts.profile(DATA, plan=baseline.plan, window="1h")


def test_numbers_beside_the_rows_have_names_of_their_own(rec):
    tokens = rec.observe("tokens")
    for value in (1, 2.5, np.float32(4), None, float("nan"), "many"):
        tokens.log(value)
    rec.observe("tokens").log(8, time=NOON)
    found = rec.profile(scalar="tokens")["tokens"]
    assert (found["present"], found["null"], found["nan"], found["mistyped"]) == (4, 1, 1, 1)
    assert rec.profile().rows == 0
    with pytest.raises(ParameterError, match="name"):
        rec.observe("")
    for i in range(255):
        rec.observe(str(i))
    with pytest.raises(ParameterError, match="256"):
        rec.observe("one more")


STRICT = {
    "unknown key": ({"aeg": 1.0}, {}, "aeg"),
    "mistyped": ({"age": "1"}, {}, "column age"),
    "mistyped score": ({}, {"score": "high"}, "column p"),
    "time": ({"age": 1.0}, {"time": "noon"}, "time"),
    "features": (None, {}, "features"),
}


@pytest.mark.parametrize("name", STRICT)
def test_a_strict_recorder_raises_what_others_count(baseline, name):
    features, beside, says = STRICT[name]
    with ts.Recorder(baseline, strict=True) as rec:
        with pytest.raises(ParameterError, match=says) as error:
            rec.log(features, **beside)
        # Names may appear in a message, values never.
        assert not re.search("noon|high", str(error.value))
        rec.log({"age": 1.0}, 0.5, label=True, id=1, time=NOON, latency=0.1)
        assert rec.profile().rows == 1


def test_sampling_keeps_the_same_ids_everywhere(baseline):
    kept = []
    for _ in range(2):
        with ts.Recorder(baseline, sample=0.25) as rec:
            for i in range(4000):
                rec.log({"age": float(i)}, id=i)
            counters = rec.counters
            kept.append(rec.profile())
        assert counters["rows_sampled_out"] + counters["rows_logged"] == 4000
    assert kept[0] == kept[1]
    # Binomial of 4,000 and a quarter: five standard deviations are 137.
    assert 1000 - 137 < kept[0].rows < 1000 + 137
    with ts.Recorder(baseline, sample=0.25) as rec:
        ids = [str(i) for i in range(4000)]
        rec.log_batch({"age": np.arange(4000.0)}, id=ids)
        assert rec.profile()["age"] == kept[0]["age"]


def test_the_id_may_stand_among_the_features(baseline):
    kept = []
    for among in (False, True):
        with ts.Recorder(baseline, sample=0.25) as rec:
            for i in range(400):
                row = {"age": float(i)}
                if among:
                    rec.log(row | {"request": str(i)})
                else:
                    rec.log(row, id=i)
            assert rec.counters["rows_without_id"] == rec.counters["unknown_keys"] == 0
            kept.append(rec.profile())
    assert kept[0] == kept[1]


def test_the_share_is_part_of_the_plan_and_columns_still_compare(baseline):
    with ts.Recorder(baseline, sample=0.5) as rec:
        for i in range(400):
            rec.log({name: values[i] for name, values in DATA.items()}, id=i)
        sampled = rec.profile()
    assert (sampled.plan.share, baseline.plan.share) == (0.5, None)
    assert sampled.plan.differences(baseline.plan) == ["sampling"]
    assert ts.Profile.from_bytes(sampled.to_bytes()) == sampled
    report = ts.compare(reference=baseline, current=sampled)
    reasons = set(report.to_arrow().column("reason").to_pylist())
    assert not reasons & {"plan_changed", "unknown_stratum"}


def test_rows_without_an_id_are_sampled_at_the_same_rate(baseline):
    with ts.Recorder(baseline, sample=0.25) as rec:
        for _ in range(4000):
            rec.log({"age": 1.0})
        assert rec.counters["rows_without_id"] == 4000
        assert 1000 - 137 < rec.profile().rows < 1000 + 137
    strict = ts.Recorder(baseline, sample=0.25, strict=True)
    with pytest.raises(ParameterError, match="id"):
        strict.log({"age": 1.0})


def test_threads_share_a_recorder(baseline):
    with ts.Recorder(baseline) as rec:
        seen = rec.observe("seen").log

        def work(start: int) -> None:
            for i in range(start, start + 5000):
                rec.log({"age": float(i % 70), "visits": np.int64(i % 9)}, latency=0.1)
                seen(i)

        threads = [threading.Thread(target=work, args=(i * 5000,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = rec.profile()
        assert (found.rows, found["visits"]["present"]) == (20_000, 20_000)
        assert rec.profile(scalar="seen")["seen"]["maximum"] == 19_999


class Logging:
    """A number whose conversion logs a row of its own."""

    rec: ts.Recorder

    def item(self) -> float:
        self.rec.log({"age": 1.0})
        return 2.0


Logging.__module__ = "numpy"


def test_a_value_may_call_the_recorder_back(rec):
    Logging.rec = rec
    rec.log({"age": Logging()}, latency=Logging())
    assert rec.profile()["age"]["mean"] == pytest.approx(4 / 3)


def test_parameters_are_checked_and_a_spool_must_be_a_folder(baseline, tmp_path):
    for wrong in ({"window": "5 parsecs"}, {"lateness": "x"}, {"flush_seconds": 0}, {"sample": 0}):
        with pytest.raises(ParameterError, match=next(iter(wrong))):
            ts.Recorder(baseline, **wrong)
    with pytest.raises(ParameterError, match="got str"):
        ts.Recorder("baseline.tally")
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="folder"):
        ts.Recorder(baseline, spool=tmp_path / "file")
    rec = ts.Recorder(baseline, spool=tmp_path / "a" / "b")
    with pytest.raises(ParameterError, match="without a spool"):
        rec.profile()
    with pytest.raises(ParameterError, match="columns of the plan"):
        ts.Recorder(baseline).row("aeg")


def test_a_log_of_which_strata_were_kept_is_not_sampled_again():
    spec = {"schema": 1, "segments": ["kind"], "sampling": {"column": "kind", "rates": {"a": 0.5}}}
    baseline = ts.profile({"kind": ["a", "a", "b"], "x": [1, 2, 3]}, spec=spec)
    with pytest.raises(ParameterError, match="sample: expected a plan of which all rows are kept"):
        ts.Recorder(baseline, sample=0.5)
    assert baseline.plan.share is None


def test_a_recorder_goes_with_its_last_reference(baseline):
    rec = ts.Recorder(baseline)
    rec.log({"age": 1.0})
    seen = weakref.ref(rec)
    del rec
    gc.collect()
    assert seen() is None


def test_log_has_no_python_on_its_path(rec):
    assert isinstance(rec.log, types.BuiltinMethodType)
    assert isinstance(rec.observe("x").log, types.BuiltinMethodType)
    assert isinstance(rec.row("age").log, types.BuiltinMethodType)
