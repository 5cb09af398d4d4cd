"""Many predictions at once are what they are one by one."""

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import tallystick as ts
from tallystick.errors import InputError, ParameterError

ROWS = 3000
START = 1_795_435_200


@pytest.fixture(scope="module")
def log() -> pa.Table:
    random = np.random.default_rng(5)
    times = START + random.integers(-90_000, 90_000, ROWS)
    return pa.table(
        {
            "at": pa.array(times * 1_000_000, pa.timestamp("us")),
            "a": random.normal(size=ROWS),
            "b": pa.array(random.integers(0, 9, ROWS), mask=random.random(ROWS) < 0.1),
            "kind": random.choice(["x", "y", "z"], ROWS),
            "p": random.random(ROWS),
            "y": random.random(ROWS) < 0.3,
        }
    )


@pytest.fixture(scope="module")
def plan(log) -> ts.Plan:
    spec = {
        "schema": 1,
        "log": {"time": "at"},
        "score": {"column": "p"},
        "label": {"column": "y"},
        "segments": ["kind"],
    }
    return ts.Plan.fit(log.slice(0, 1000), spec=spec)


@pytest.mark.parametrize("window", [None, "1h", "1w"])
@pytest.mark.parametrize("kind", ["arrow", "pandas", "polars", "mapping", "parts"])
def test_every_kind_of_batch_is_what_a_profile_makes_of_it(log, plan, window, kind):
    data = {
        "arrow": lambda: [log],
        "pandas": lambda: [log.to_pandas()],
        "polars": lambda: [pl.from_arrow(log)],
        "mapping": lambda: [{name: log.column(name) for name in log.column_names}],
        "parts": lambda: log.to_batches(max_chunksize=700),
    }[kind]()
    with ts.Recorder(plan, window=window) as rec:
        for one in data:
            rec.log_batch(one)
        assert rec.profile() == ts.profile(log, plan=plan, window=window)
        assert rec.counters["rows_logged"] == ROWS


@pytest.mark.parametrize("form", ["seconds", "floats", "datetimes", "timestamps", "arrow"])
def test_what_stands_beside_the_data_joins_it(log, plan, form):
    features = log.select(["a", "b", "kind"])
    seconds = log["at"].cast(pa.int64()).to_numpy() // 1_000_000
    time = {
        "seconds": seconds,
        "floats": seconds + 0.5,
        "datetimes": [dt.datetime.fromtimestamp(int(s), dt.UTC) for s in seconds],
        "timestamps": pd.to_datetime(seconds, unit="s").to_numpy(),
        "arrow": log["at"],
    }[form]
    with ts.Recorder(plan, window="1h") as rec:
        rec.log_batch(features, score=log["p"], label=log["y"].to_pylist(), time=time)
        assert rec.profile() == ts.profile(log, plan=plan, window="1h")


def test_a_matrix_needs_names(log, plan):
    matrix = np.column_stack([log["a"].to_numpy(), log["p"].to_numpy()])
    with ts.Recorder(plan) as rec:
        rec.log_batch(matrix, columns=["a", "p"])
        assert rec.profile()["p"]["mean"] == pytest.approx(matrix[:, 1].mean())
        for names in (None, ["a"]):
            with pytest.raises(ParameterError, match="2 columns"):
                rec.log_batch(matrix, columns=names)


def test_one_instant_for_all(log, plan):
    with ts.Recorder(plan, window="1h") as rec:
        for time in (START, float(START), dt.datetime.fromtimestamp(START, dt.UTC)):
            rec.log_batch(log.select(["a"]), time=time)
        rec.log_batch(log.select(["a"]).slice(0, 0))
        assert rec.profile().windows == ["2026-11-23T12:00:00Z"]
        assert rec.profile().rows == 3 * ROWS


def test_mistakes_are_named_without_values(log, plan):
    with ts.Recorder(plan, sample=0.5) as rec:
        for wrong in ({"score": [1.0]}, {"label": [True]}, {"time": [START]}, {"id": ["secret"]}):
            with pytest.raises(ParameterError, match=f"{next(iter(wrong))}: expected") as error:
                rec.log_batch(log, **({"id": range(ROWS)} | wrong))
            assert "secret" not in str(error.value)
        with pytest.raises(ParameterError, match="sampled by it"):
            rec.log_batch(log)
        with pytest.raises(ParameterError, match="seconds since 1970"):
            rec.log_batch(log, id=range(ROWS), time=["noon"] * ROWS)
        with pytest.raises(InputError, match="matrix"):
            rec.log_batch("secret", id=[])
    rec = ts.Recorder(ts.profile({"a": [1.0]}))
    with pytest.raises(ParameterError, match="one column of that role"):
        rec.log_batch({"a": [1.0]}, score=[0.5])
