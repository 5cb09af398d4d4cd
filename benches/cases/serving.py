"""A record in serving: what a request pays for its metrics."""

from __future__ import annotations

import asyncio
import json
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from benches import child
from benches.case import BARE, OURS, Case, Engines, Group, Sample
from benches.engines import serving

# Bursts that the recorder's buffers take, as in serving: what is timed is the call. What is logged
# for long at that pace waits for the thread that counts.
ROWS, SCALARS = 2_000, 1_000
# The recorder's buffers are made while the first of these are logged.
WARM = 30
TUPLE, PARSED = f"{OURS}, as a tuple", f"{OURS}, as parsed JSON"
PROMETHEUS, MULTIPROCESS = "prometheus_client", "prometheus_client, multiprocess"
OTEL = "OpenTelemetry SDK"
WHYLOGS = "whylogs, DatasetProfile.track"
# Rows that the slower ones get.
FEWER = {OTEL: 200, WHYLOGS: 50}
THREADS, TASKS = 4, 64
QUANTILES = {"p50": 0.5, "p99": 0.99, "p999": 0.999}
# Where the calls are made, and how each is timed there.
PLACES = {
    "": ("", serving.in_turn),
    "-threads": (f", {THREADS} threads", partial(serving.in_threads, threads=THREADS)),
    "-asyncio": (f", {TASKS} tasks of asyncio", partial(serving.in_tasks, tasks=TASKS)),
}
CALLS, FEWER_CALLS = 20_000, {OTEL: 4_000}

# Each library, and the rows as it is given them.
Contestants = dict[str, tuple[serving.Recorded, list[Any]]]

NOTE = """\
50 floats, 5 strings, a score and a latency, recorded one prediction at a time. With tallystick they
are counted in the cells of a learned plan (NaN, nulls and unseen categories told apart), kept by
windows of 5 minutes and written to a spool, by a thread that runs meanwhile. In prometheus_client
and the OpenTelemetry SDK each number is a histogram of about 15 fixed buckets, each string a
counter with a label. Keys of the dict are the same objects each time, as in code; of parsed JSON
they are others every time. Quantiles of calls are of each one timed alone, some 50 ns of the timer
included; threads share the GIL, and tasks of asyncio give way after every call. Asserted: each
library has recorded every row.
"""


def cases() -> Iterator[Case]:
    with tempfile.TemporaryDirectory() as folder:
        sample = serving.records(ROWS)
        engines = _engines(sample, Path(folder))
        runs = {
            name: partial(recorded.all_of, rows[: FEWER.get(name, ROWS)])
            for name, (recorded, rows) in engines.items()
        }
        children: Engines = {
            MULTIPROCESS: partial(child.sample, "serve_prometheus.py", ROWS),
            WHYLOGS: partial(
                child.sample, "serve_whylogs.py", FEWER[WHYLOGS], environment="whylogs"
            ),
        }
        yield Case(
            name="serving-record",
            title="a record of 57 values",
            values=ROWS,
            engines={**runs, **children},
            agree=partial(must_agree, engines),
            rounds=7,
            fewer=FEWER,
            unit="records",
        )
        yield Case(
            name="serving-threads",
            title=f"the same from {THREADS} threads",
            values=ROWS * THREADS,
            engines={name: partial(_in_threads, run) for name, run in runs.items() if name != OTEL},
            agree=partial(must_agree, engines),
            rounds=7,
            unit="records",
        )
        yield _scalar(folder)
        yield _asgi()
        for place, quantile in product(PLACES, QUANTILES):
            yield _tail(engines, place, quantile)


def _engines(sample: Sequence[serving.Record], folder: Path) -> Contestants:
    def ours(way: str) -> serving.Recorded:
        return serving.tallystick(sample, way=way, spool=str(folder / way))

    tuples = [(tuple(features.values()), *beside) for features, *beside in sample]
    parsed = [(json.loads(json.dumps(features)), *beside) for features, *beside in sample]
    return {
        OURS: (ours("dict"), list(sample)),
        TUPLE: (ours("tuple"), tuples),
        PARSED: (ours("parsed"), parsed),
        PROMETHEUS: (serving.prometheus(sample), list(sample)),
        OTEL: (serving.opentelemetry(sample), list(sample)),
    }


def must_agree(engines: Contestants) -> None:
    for name, (recorded, rows) in engines.items():
        few = rows[: FEWER.get(name, ROWS)]
        before = _rows(recorded)
        recorded.all_of(few)
        assert _rows(recorded) - before == len(few), name


def _rows(recorded: serving.Recorded) -> int:
    try:
        return recorded.rows()
    except (KeyError, AttributeError):  # Nothing yet.
        return 0


def _in_threads(run: Callable[[], object]) -> None:
    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _tail(engines: Contestants, place: str, quantile: str) -> Case:
    """The time that a share of the calls stay below."""
    where, timed = PLACES[place]
    share = QUANTILES[quantile]

    def run(recorded: serving.Recorded, rows: list[Any], calls: int) -> Sample:
        many = (rows * (calls // len(rows) + 1))[:calls]
        seconds = float(np.quantile(timed(recorded, many), share)) / 1e9
        return Sample(seconds, seconds)

    return Case(
        name=f"serving-{quantile}{place}",
        title=f"the {share:.1%} quantile of calls{where}",
        values=1,
        engines={
            name: partial(run, recorded, rows, FEWER_CALLS.get(name, CALLS))
            for name, (recorded, rows) in engines.items()
        },
        agree=partial(must_agree, engines),
        rounds=3,
        unit="calls",
        in_check=False,
    )


def _scalar(folder: str) -> Case:
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader
    from prometheus_client import CollectorRegistry, Histogram

    import tallystick as ts

    values = [latency for _, _, latency in serving.records(SCALARS, seed=1)]
    rec = ts.Recorder(ts.profile({"x": [1.0]}), spool=folder, window="5m")
    registry = CollectorRegistry()
    histogram = Histogram("x", "x", registry=registry, buckets=serving.LATENCIES)
    reader = InMemoryMetricReader()
    meter = MeterProvider([reader]).get_meter("race")
    calls = {
        OURS: rec.observe("x").log,
        PROMETHEUS: histogram.observe,
        OTEL: meter.create_histogram("x").record,
    }

    def all_values(call: Callable[[float], object]) -> None:
        deque(map(call, values), maxlen=0)

    def agree() -> None:
        for call in calls.values():
            for _ in range(WARM):
                all_values(call)
        assert rec.flush()
        metrics = reader.get_metrics_data().resource_metrics[0].scope_metrics[0].metrics
        counts = {
            OURS: ts.read_spool(folder).scalars["x"].rows,
            PROMETHEUS: registry.get_sample_value("x_count"),
            OTEL: metrics[0].data.data_points[0].count,
        }
        assert set(counts.values()) == {WARM * SCALARS}, counts

    return Case(
        name="serving-scalar",
        title="a single number",
        values=SCALARS,
        engines={name: partial(all_values, call) for name, call in calls.items()},
        agree=agree,
        repeat=2,
        unit="values",
    )


def _asgi() -> Case:
    import tallystick as ts
    from tallystick.integrations.asgi import Middleware

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        pass

    async def all_requests(app: Any) -> None:
        for _ in range(ROWS):
            await app({"type": "http", "method": "GET", "path": "/", "headers": []}, receive, send)

    def run(app: Any) -> None:
        asyncio.run(all_requests(app))

    rec = ts.Recorder(ts.profile({"x": [1.0]}))
    by_hand, rows = serving.asgi_by_hand(app)
    counted = Middleware(app, rec)

    def agree() -> None:
        run(counted)
        run(by_hand)
        assert rec.profile(scalar="request_seconds").rows == rows() == ROWS

    return Case(
        name="serving-asgi",
        title="a request through the middleware of ASGI, to an application that only answers",
        values=ROWS,
        engines={
            OURS: partial(run, counted),
            "starlette BaseHTTPMiddleware + prometheus_client": partial(run, by_hand),
            BARE: partial(run, app),
        },
        agree=agree,
        unit="requests",
    )


GROUP = Group("serving", "A record in serving", NOTE, cases)
