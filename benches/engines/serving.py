"""A prediction recorded as it is served, by each library: numbers, categories, score, latency."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

import numpy as np

NUMBERS, CATEGORIES = 50, 5
WORDS = ("red", "green", "blue", "another one")
# What others need to be told: bounds of buckets for numbers whose range nobody knows before.
BUCKETS = tuple(0.05 * 1.6**i for i in range(15))
LATENCIES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)

Record = tuple[dict[str, Any], float, float]
Recording = Callable[[Any], object]


def records(rows: int, seed: int = 0) -> list[Record]:
    """Features, score and latency, as a web framework hands them over."""
    random = np.random.default_rng(seed)
    # Positive: a histogram of OpenTelemetry takes no others.
    numbers = random.lognormal(size=(rows, NUMBERS)).tolist()
    words = random.choice(WORDS, (rows, CATEGORIES)).tolist()
    names = [f"number_{i:02d}" for i in range(NUMBERS)] + [f"word_{i}" for i in range(CATEGORIES)]
    beside = zip(random.random(rows).tolist(), random.exponential(0.02, rows).tolist(), strict=True)
    rows_of = zip(numbers, words, strict=True)
    return [
        (dict(zip(names, [*one, *other], strict=True)), score, latency)
        for (one, other), (score, latency) in zip(rows_of, beside, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Recorded:
    """One library at work.

    Attributes:
        record: Records one prediction.
        rows: How many have been recorded.
        all_of: Records every row, with nothing between the calls of the library.
    """

    record: Recording
    rows: Callable[[], int]
    all_of: Callable[[Sequence[Any]], None]


def tallystick(sample: Sequence[Record], *, way: str, spool: str) -> Recorded:
    import tallystick as ts

    columns = {name: [features[name] for features, _, _ in sample] for name in sample[0][0]}
    columns["score"] = [score for _, score, _ in sample]
    plan = ts.Plan.fit(columns, spec={"schema": 1, "score": {"column": "score"}})
    rec = ts.Recorder(plan, spool=spool, window="5m")
    log, row = rec.log, rec.row(*sample[0][0]).log

    def as_dict(record: Record) -> None:
        features, score, latency = record
        log(features, score, latency=latency)

    def as_tuple(record: Any) -> None:
        values, score, latency = record
        row(values, score, latency=latency)

    def rows() -> int:
        assert rec.flush()
        return ts.read_spool(spool).scalars["latency_seconds"].rows

    def all_of(records: Sequence[Any]) -> None:
        call = row if way == "tuple" else log
        for values, score, latency in records:
            call(values, score, latency=latency)

    return Recorded(as_tuple if way == "tuple" else as_dict, rows, all_of)


def prometheus(sample: Sequence[Record]) -> Recorded:
    from prometheus_client import CollectorRegistry, Counter, Histogram

    registry = CollectorRegistry()
    names = list(sample[0][0])
    numbers = [
        (name, Histogram(name, name, registry=registry, buckets=BUCKETS))
        for name in names[:NUMBERS]
    ]
    words = [(name, Counter(name, name, ["value"], registry=registry)) for name in names[NUMBERS:]]
    score = Histogram("score", "score", registry=registry, buckets=[i / 15 for i in range(1, 16)])
    latency = Histogram("latency", "latency", registry=registry, buckets=LATENCIES)

    def record(one: Record) -> None:
        features, scored, taken = one
        for name, histogram in numbers:
            histogram.observe(features[name])
        for name, counter in words:
            counter.labels(features[name]).inc()
        score.observe(scored)
        latency.observe(taken)

    def rows() -> int:
        return int(registry.get_sample_value("latency_count") or 0)

    return Recorded(record, rows, partial(_one_by_one, record))


def opentelemetry(sample: Sequence[Record]) -> Recorded:
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader

    reader = InMemoryMetricReader()
    meter = MeterProvider([reader]).get_meter("race")
    about = {"model": "m", "version": "1"}
    names = list(sample[0][0])
    numbers = [(name, meter.create_histogram(name)) for name in names[:NUMBERS]]
    words = [(name, meter.create_counter(name)) for name in names[NUMBERS:]]
    score, latency = meter.create_histogram("score"), meter.create_histogram("latency")

    def record(one: Record) -> None:
        features, scored, taken = one
        for name, histogram in numbers:
            histogram.record(features[name], about)
        for name, counter in words:
            counter.add(1, {**about, "value": features[name]})
        score.record(scored, about)
        latency.record(taken, about)

    def rows() -> int:
        data = reader.get_metrics_data()
        metrics = data.resource_metrics[0].scope_metrics[0].metrics
        points = {one.name: one.data.data_points for one in metrics}
        return sum(point.count for point in points["latency"])

    return Recorded(record, rows, partial(_one_by_one, record))


def _one_by_one(record: Recording, rows: Sequence[Any]) -> None:
    for row in rows:
        record(row)


def in_turn(recorded: Recorded, rows: Sequence[Any]) -> list[int]:
    """Nanoseconds of each call, one after another."""
    record, clock, times = recorded.record, time.perf_counter_ns, []
    for row in rows:
        started = clock()
        record(row)
        times.append(clock() - started)
    return times


def in_threads(recorded: Recorded, rows: Sequence[Any], threads: int) -> list[int]:
    """The same from several threads at once, each with a part of the rows."""
    parts = [rows[start::threads] for start in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        return list(chain.from_iterable(pool.map(partial(in_turn, recorded), parts)))


def in_tasks(recorded: Recorded, rows: Sequence[Any], tasks: int) -> list[int]:
    """The same from tasks of one event loop, each of which gives way after every call."""
    record, clock, times = recorded.record, time.perf_counter_ns, []

    async def serve(part: Sequence[Any]) -> None:
        for row in part:
            started = clock()
            record(row)
            times.append(clock() - started)
            await asyncio.sleep(0)

    async def serve_all() -> None:
        await asyncio.gather(*(serve(rows[start::tasks]) for start in range(tasks)))

    asyncio.run(serve_all())
    return times


def asgi_by_hand(app: Any) -> tuple[Any, Callable[[], int]]:
    """What frameworks document for middleware, with a histogram in it; how many it has counted."""
    from prometheus_client import CollectorRegistry, Histogram
    from starlette.middleware.base import BaseHTTPMiddleware

    registry = CollectorRegistry()
    seconds = Histogram("seconds", "seconds", registry=registry, buckets=LATENCIES)

    async def dispatch(request: Any, call_next: Any) -> Any:
        started = time.perf_counter()
        response = await call_next(request)
        seconds.observe(time.perf_counter() - started)
        return response

    def rows() -> int:
        return int(registry.get_sample_value("seconds_count") or 0)

    return BaseHTTPMiddleware(app, dispatch), rows
