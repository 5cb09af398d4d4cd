"""What a receiver of OTLP decodes, and what happens when there is none, or a slow one."""

from __future__ import annotations

import math
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest

import tallystick as ts
from tallystick.errors import MissingDependencyError, ParameterError
from tallystick.exporting.opentelemetry import Exemplar, Exporter
from unit.exporters import (
    PAYLOADS,
    VALUES,
    attributes,
    grpc_receiver,
    hostile_report,
    http_receiver,
    number,
    points,
)

NOTHING = {"queue_full": 0, "failed": 0, "closed": 0}
# Nothing listens there.
CLOSED_PORT = "http://127.0.0.1:1"
# A close takes at most its timeout and a quarter of a second; machines that are shared stall.
SLACK = 1.5


@pytest.fixture(params=["http", "grpc"])
def protocol(request):
    return request.param


@pytest.fixture
def receiver(protocol):
    with http_receiver() if protocol == "http" else grpc_receiver() as one:
        yield one


@pytest.fixture(scope="module")
def report():
    random = np.random.default_rng(4)
    usual = {"age": random.normal(40, 9, 5000), "wait": random.lognormal(0, 1, 5000)}
    now = {"age": random.normal(48, 9, 2000), "wait": random.lognormal(0, 1, 2000)}
    now["wait"][:7] = 0.0
    spec = {
        "schema": 1,
        "model": {"name": "churn", "version": "v3"},
        "columns": {"wait": {"binning": "log_linear"}},
    }
    plan = ts.profile(usual, spec=spec)
    return ts.compare(reference=plan, current=ts.profile(now, plan=plan.plan), spec=spec), now


def test_a_receiver_gets_numbers_histograms_and_where_they_come_from(receiver, protocol, report):
    compared, now = report
    trace = Exemplar(50.0, "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", 1795600000.5)
    with Exporter(
        endpoint=receiver.endpoint,
        protocol=protocol,
        resource={"service.name": "churn-api"},
        headers={"x-token": "t0"},
        exemplars={"age": [trace]},
    ) as exporter:
        exporter.submit(compared)
        assert exporter.flush()
        assert exporter.sent.delivered == 1
    assert receiver.headers["x-token"] == "t0"
    resource = receiver.resource()
    assert resource["service.name"] == "churn-api"
    assert len(resource["service.instance.id"]) == 36
    found = receiver.metrics()
    psi = found["ml.measurement.psi"]
    assert (psi.unit, psi.WhichOneof("data")) == ("{nat}", "gauge")
    assert number(psi, instrument__name="age", segment="all") == compared["age"]["psi"].value
    about = attributes(points(psi)[0])
    assert about["ml.model.name"] == "churn"
    assert about["ml.model.version"] == "v3"
    status = {"instrument__name": "age", "metric__name": "psi_corrected", "severity": "warn"}
    assert number(found["ml.measurement.status"], status="alert", **status) == 1
    assert number(found["ml.measurement.status"], status="undetermined", **status) == 0
    rows = found["ml.instrument.rows"].sum
    assert rows.is_monotonic
    assert rows.aggregation_temporality == 2
    counted = {"instrument__name": "age", "value__state": "counted"}
    assert number(found["ml.instrument.rows"], **counted) == 2000
    explicit(found["ml.instrument.values"], now["age"], trace)
    exponential(found["ml.instrument.values.exponential"], now["wait"])


def explicit(metric, values, trace):
    (point,) = points(metric)
    assert attributes(point)["ml.instrument.name"] == "age"
    bounds = list(point.explicit_bounds)
    below = [int((values <= bound).sum()) for bound in bounds]
    assert list(np.cumsum(point.bucket_counts)) == [*below, len(values)]
    assert point.count == len(values)
    assert point.sum == pytest.approx(values.sum())
    assert point.start_time_unix_nano < point.time_unix_nano
    # Minimum and maximum are values of single rows.
    assert not point.HasField("min")
    assert not point.HasField("max")
    (exemplar,) = point.exemplars
    assert exemplar.as_double == 50.0
    assert exemplar.trace_id.hex() == trace.trace_id
    assert exemplar.span_id.hex() == trace.span_id
    assert exemplar.time_unix_nano == 1795600000500000000


def exponential(metric, values):
    (point,) = points(metric)
    assert attributes(point)["ml.instrument.name"] == "wait"
    assert point.scale == 0
    assert point.zero_count == 7
    assert point.count == len(values)
    octaves = {math.frexp(value)[1] - 1 for value in values if value}
    assert point.positive.offset == min(octaves)
    for index, count in enumerate(point.positive.bucket_counts, point.positive.offset):
        # No value is a power of two, where OpenTelemetry's buckets are closed at the other end.
        assert count == ((values > 2.0**index) & (values <= 2.0 ** (index + 1))).sum()
    assert not point.negative.bucket_counts


def test_log_linear_columns_may_be_explicit_too(report):
    with http_receiver() as receiver:
        with Exporter(endpoint=receiver.endpoint, exponential=False) as exporter:
            exporter.submit(report[0])
        found = receiver.metrics()
    assert "ml.instrument.values.exponential" not in found
    names = {attributes(p)["ml.instrument.name"] for p in points(found["ml.instrument.values"])}
    assert names == {"age", "wait"}


def test_hostile_names_arrive_as_they_were(receiver, protocol):
    with Exporter(endpoint=receiver.endpoint, protocol=protocol) as exporter:
        exporter.submit(hostile_report())
    found = receiver.metrics()
    assert all(name.startswith("ml.") for name in found)
    seen = [attributes(point) for point in points(found["ml.instrument.rows"])]
    assert {one["ml.instrument.name"] for one in seen} == {*PAYLOADS, "country"}
    assert {one["ml.segment"] for one in seen} == {"all", *(f"country={p}" for p in VALUES)}
    assert {one["ml.model.name"] for one in seen} == {"".join(VALUES)}


def test_a_source_is_read_at_every_interval_and_once_more_at_the_end():
    rows = [ts.profile({"x": [1, 2]})]
    with http_receiver() as receiver:
        with Exporter(lambda: rows[-1], endpoint=receiver.endpoint, interval=0.1) as exporter:
            receiver.wait_for(2)
            exporter.flush()
            rows.append(rows[0] + rows[0])
            exporter.close()
        first, last = receiver.metrics(0)["ml.rows"], receiver.metrics()["ml.rows"]
    assert (number(first, segment="all"), number(last, segment="all")) == (2, 4)
    # Cumulative: all counts are since one moment.
    assert points(first)[0].start_time_unix_nano == points(last)[0].start_time_unix_nano


def test_counts_that_fall_began_anew():
    with http_receiver() as receiver:
        with Exporter(endpoint=receiver.endpoint) as exporter:
            plan = ts.profile({"x": [1, 2, 3]})
            for data in ([1, 2, 3], [1, 2, 3, 4], [1]):
                exporter.submit(ts.profile({"x": data}, plan=plan.plan))
        counts = [points(receiver.metrics(n)["ml.rows"])[0] for n in range(3)]
    assert counts[0].start_time_unix_nano == counts[1].start_time_unix_nano
    assert counts[2].start_time_unix_nano == counts[1].time_unix_nano


def test_batches_with_rows_of_their_own_are_deltas():
    with http_receiver() as receiver:
        with Exporter(endpoint=receiver.endpoint, temporality="delta") as exporter:
            for data in ([1, 2, 3], [1, 2, 3, 4]):
                exporter.submit(ts.profile({"x": data}))
        found = [receiver.metrics(n)["ml.instrument.rows"].sum for n in range(2)]
    assert {one.aggregation_temporality for one in found} == {1}


def test_a_source_that_fails_is_counted_and_asked_again(caplog):
    answers = iter([ValueError("no"), ts.profile({"x": [1]})])

    def source() -> ts.Profile | None:
        answer = next(answers, None)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with http_receiver() as receiver:
        with Exporter(source, endpoint=receiver.endpoint, interval=0.05) as exporter:
            receiver.wait_for(1)
        assert exporter.sent.dropped == {**NOTHING, "failed": 1}
    assert "the source of an export failed" in caplog.text


def busy(exporter: Exporter, batches: int) -> float:
    """Submits as serving would; returns the seconds that it took."""
    profile = ts.profile({"x": [1.0, 2.0]})
    began = time.monotonic()
    for _ in range(batches):
        exporter.submit(profile)
    return time.monotonic() - began


def all_accounted_for(exporter: Exporter, submitted: int) -> None:
    sent = exporter.sent
    assert sent.submitted == submitted
    assert sent.delivered + sum(sent.dropped.values()) + sent.waiting == submitted
    assert sent.waiting == 0


def test_a_receiver_that_is_down_costs_the_batches_and_nothing_else(protocol):
    exporter = Exporter(endpoint=CLOSED_PORT, protocol=protocol, timeout=0.2, queue_size=4)
    # Waiting for the network would take 100 times the timeout.
    assert busy(exporter, 100) < 10.0
    began = time.monotonic()
    exporter.close(timeout=1.5)
    assert time.monotonic() - began < 1.5 + SLACK
    all_accounted_for(exporter, 100)
    assert exporter.sent.delivered == 0
    assert exporter.sent.dropped["queue_full"] >= 90


def test_a_receiver_that_is_slow_is_not_waited_for(receiver, protocol):
    receiver.delay = 30.0
    exporter = Exporter(endpoint=receiver.endpoint, protocol=protocol, timeout=20, queue_size=4)
    assert busy(exporter, 20) < 10.0
    assert exporter.flush(timeout=0.1) is False
    began = time.monotonic()
    exporter.close(timeout=0.5)
    assert time.monotonic() - began < 0.5 + SLACK
    all_accounted_for(exporter, 20)
    dropped = exporter.sent.dropped
    assert dropped["closed"] + dropped["failed"] >= 4
    assert dropped["queue_full"] >= 15
    # What ends after the close gave up on it has been counted.
    receiver.released.set()
    exporter._queue.thread.join(10)
    assert not exporter._queue.thread.is_alive()
    all_accounted_for(exporter, 20)


@pytest.mark.parametrize(
    ("protocol", "status"),
    [("http", 400), ("http", 503), ("grpc", "INVALID_ARGUMENT"), ("grpc", "UNAVAILABLE")],
    indirect=["protocol"],
)
def test_a_receiver_that_refuses_is_told_of_it_when_it_takes_again(receiver, protocol, status):
    receiver.status = status
    with Exporter(endpoint=receiver.endpoint, protocol=protocol, timeout=0.5) as exporter:
        busy(exporter, 1)
        assert exporter.flush()
        assert exporter.sent.dropped == {**NOTHING, "failed": 1}
        receiver.status = 200
        busy(exporter, 1)
        assert exporter.flush()
        assert exporter.sent.delivered == 1
    found = receiver.metrics()["ml.export.batches"]
    assert found.sum.is_monotonic
    assert number(found, export__outcome="failed") == 1
    assert number(found, export__outcome="queue_full") == 0


def test_closing_twice_or_too_late_is_no_mistake():
    with http_receiver() as receiver:
        with Exporter(endpoint=receiver.endpoint) as exporter:
            busy(exporter, 1)
        exporter.close()
        busy(exporter, 2)
        all_accounted_for(exporter, 3)
        assert exporter.sent.dropped == {**NOTHING, "closed": 2}
    assert not [t for t in threading.enumerate() if t.name == "tallystick-export" and t.is_alive()]


SCRIPT = """
import os, sys, time, warnings
import tallystick as ts
from tallystick.exporting.opentelemetry import Exporter

warnings.simplefilter("ignore")
profile = ts.profile({"x": [1, 2]})
exporter = Exporter(lambda: profile, endpoint=sys.argv[1], interval=0.1)
"""


def run(code: str, endpoint: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", SCRIPT + textwrap.dedent(code), endpoint]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)


def test_a_child_process_exports_on_its_own():
    with http_receiver() as receiver:
        run(
            """
            exporter.flush()
            time.sleep(0.3)
            child = os.fork()
            if child == 0:
                time.sleep(0.5)
                exporter.close()
                os._exit(0 if exporter.sent.delivered else 1)
            assert os.waitpid(child, 0)[1] == 0
            exporter.close()
            """,
            receiver.endpoint,
        )
        instances = {
            receiver.resource(n)["service.instance.id"] for n in range(len(receiver.requests))
        }
    assert len(instances) == 2


def test_a_name_of_the_instance_that_is_given_stays(monkeypatch):
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=test")
    with http_receiver() as receiver:
        named = {"service.instance.id": "worker-1"}
        with Exporter(endpoint=receiver.endpoint, resource=named) as exporter:
            busy(exporter, 1)
        monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=worker-2")
        with Exporter(endpoint=receiver.endpoint) as exporter:
            busy(exporter, 1)
        assert receiver.resource(0)["deployment.environment"] == "test"
        assert [receiver.resource(n)["service.instance.id"] for n in (0, 1)] == [
            "worker-1",
            "worker-2",
        ]


def test_the_end_of_the_interpreter_sends_what_there_is_and_does_not_hang():
    with http_receiver() as receiver:
        run("exporter.submit(profile)", receiver.endpoint)
        assert number(receiver.metrics()["ml.rows"], segment="all") == 2
    began = time.monotonic()
    run("exporter.submit(profile)", CLOSED_PORT)
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"protocol": "thrift"}, "protocol: expected one of http, grpc"),
        ({"temporality": "total"}, "temporality: expected one of"),
        ({"interval": 0}, "interval: expected seconds above 0"),
        ({"timeout": math.nan}, "timeout: expected seconds above 0"),
        ({"queue_size": 0}, "queue_size: expected at least 1"),
        ({"max_series": 1}, "max_series: expected"),
        ({"endpoint": "localhost:4318"}, "endpoint: expected an address"),
    ],
)
def test_what_cannot_be_is_refused_before_a_thread_starts(wrong, said):
    with pytest.raises(ParameterError, match=said):
        Exporter(**wrong)
    assert not [t for t in threading.enumerate() if t.name == "tallystick-export" and t.is_alive()]


def test_only_results_are_submitted():
    with Exporter(endpoint=CLOSED_PORT) as exporter:
        with pytest.raises(ParameterError, match="a Profile or a Comparison, got dict"):
            exporter.submit({"x": 1})
        assert exporter.sent.submitted == 0


def test_a_missing_library_is_named_with_its_extra(protocol, monkeypatch):
    name = f"opentelemetry.exporter.otlp.proto.{protocol}.metric_exporter"
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingDependencyError) as caught:
        Exporter(protocol=protocol)
    assert "pip install 'tallystick[otel]'" in str(caught.value)
