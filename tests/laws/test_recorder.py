"""The same log through recorders of many processes and in one batch: the same bytes."""

import multiprocessing

import numpy as np
import pyarrow as pa
import pytest

import tallystick as ts

PROCESSES = 8
ROWS = 24_000
START = 1_795_435_200
SPEC = {
    "schema": 1,
    "log": {"time": "at"},
    "score": {"column": "score", "threshold": 0.4},
    "label": {"column": "label"},
    "segments": ["region"],
    "columns": {"amount": {"binning": "log_linear"}},
}


@pytest.fixture(scope="module")
def log() -> pa.Table:
    """Rows out of order, over many windows, with everything that is awkward in them."""
    random = np.random.default_rng(20)
    awkward = [0.0, -0.0, 5e-324, 1e308, -1e308, np.inf, -np.inf, np.nan, 0.1, 2.0**53]
    feature = random.normal(size=ROWS)
    places = random.random(ROWS) < 0.1
    feature[places] = random.choice(awkward, places.sum())
    words = np.array(["north", "south", "", "Ödland", *(f"new {i}" for i in range(2000))])
    score = random.random(ROWS)
    return pa.table(
        {
            "at": pa.array((START + random.integers(0, 7200, ROWS)) * 10**6, pa.timestamp("us")),
            "feature": pa.array(feature, mask=random.random(ROWS) < 0.05, from_pandas=False),
            "visits": pa.array(random.integers(-(2**62), 2**62, ROWS)),
            "amount": random.lognormal(3, 2, ROWS),
            "region": random.choice(words[:3], ROWS),
            "word": random.choice(words, ROWS),
            "score": score,
            "label": random.random(ROWS) < score,
        }
    )


@pytest.fixture(scope="module")
def plan(log) -> ts.Plan:
    return ts.Plan.fit(log.slice(0, 4000), spec=SPEC)


def serve(plan: bytes, spool: str, rows: list[dict], way: str) -> None:
    rec = ts.Recorder(
        ts.Plan.from_bytes(plan), spool=spool, window="5m", flush_seconds=0.02, lateness="1s"
    )
    if way == "rows":
        log = rec.row(*rows[0]).log
        for row in rows:
            log(tuple(row.values()))
    elif way == "batches":
        for start in range(0, len(rows), 701):
            rec.log_batch(pa.Table.from_pylist(rows[start : start + 701]))
    else:
        for row in rows:
            score, label, at = row.pop("score"), row.pop("label"), row.pop("at")
            rec.log(row, score, label=label, time=at)
    assert rec.close()
    assert rec.counters["rows_lost"] == rec.counters["mistyped_values"] == 0


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_eight_processes_and_one_batch_make_the_same_bytes(log, plan, tmp_path, method):
    context = multiprocessing.get_context(method)
    ways = ["dicts", "rows", "batches"]
    processes = []
    for turn in range(PROCESSES):
        rows = log.take(list(range(turn, ROWS, PROCESSES))).to_pylist()
        way = ways[turn % len(ways)]
        arguments = (plan.to_bytes(), str(tmp_path), rows, way)
        processes.append(context.Process(target=serve, args=arguments))
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * PROCESSES
    spool = ts.read_spool(tmp_path)
    whole = ts.profile(log, plan=plan, window="5m")
    assert spool.profile.to_bytes() == whole.to_bytes()
    assert sum(one.rows for one in spool.windows) == ROWS
    assert [one.start for one in spool.windows] == whole.windows
    windows = [spool.window(one.start) for one in spool.windows]
    assert sum(windows[1:], windows[0]).to_bytes() == whole.to_bytes()
    assert len(spool.recorders) == PROCESSES
