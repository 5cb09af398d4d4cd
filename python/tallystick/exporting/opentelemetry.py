"""Profiles and comparisons to an OpenTelemetry collector, by the official OTLP exporters."""

from __future__ import annotations

import atexit
import importlib
import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from tallystick.comparison import Comparison
from tallystick.errors import MissingDependencyError, ParameterError
from tallystick.exporting.bounding import DEFAULT_MAX_SERIES, bounded, check_max_series
from tallystick.exporting.buckets import Exemplar
from tallystick.exporting.otlp_data import Moment, Temporality, metrics_data
from tallystick.exporting.points import (
    Exemplars,
    Family,
    Point,
    Result,
    Source,
    latest,
    points_of,
)
from tallystick.exporting.sending import Queue, Sent
from tallystick.profiling import Profile

__all__ = ["Exemplar", "Exporter", "Sent"]

Protocol = Literal["http", "grpc"]
_AT_EXIT_SECONDS = 2.0
_INSTANCE = "service.instance.id"
_HOMES = {
    "http": "opentelemetry.exporter.otlp.proto.http.metric_exporter",
    "grpc": "opentelemetry.exporter.otlp.proto.grpc.metric_exporter",
}
BATCHES = Family(
    "batches", "counter", "batches", "Batches of this exporter that came to an end, by outcome."
)


class Exporter:
    """Sends results over OTLP from a thread of its own; whoever submits them never waits.

    A batch that the receiver does not take within `timeout` is dropped, and so is the oldest one
    when the queue is full. Every drop is counted (`exporter.sent`) and told to the receiver with
    the next batch (`ml.export.batches`). Counts of a source that grows lose nothing by a drop
    but the points in between. In a child process the exporter begins anew.

    Args:
        source: What to send every `interval`: a call that gives the latest profile or
            comparison (None while there is none). Left out, only what is submitted is sent.
        endpoint: The receiver, such as `http://collector:4318` (HTTP) or `http://collector:4317`
            (gRPC). Left out, what OTEL_EXPORTER_OTLP_ENDPOINT says, else localhost. The other
            variables of the exporters (headers, certificates, compression) hold too.
        protocol: "http" or "grpc".
        interval: Seconds between two readings of the source, above 0.
        timeout: Seconds until a batch counts as failed, repetitions included, above 0.
        queue_size: Most batches that wait, at least 1.
        resource: Resource attributes, such as `{"service.name": "churn-api"}`. A
            `service.instance.id` is added, another one in every process.
        headers: Sent with every request, such as a token.
        temporality: "cumulative" for a source that grows, "delta" for batches with rows of
            their own.
        exponential: Whether log-linear columns are sent as exponential histograms (scale 0, a
            bucket for each power of two) under `ml.instrument.values.exponential`.
        max_series: Most series of a batch, at least 100; see the guide.
        exemplars: Values with their traces by instrument, or a call that gives them.

    Raises:
        ParameterError: An argument is out of its domain.
        MissingDependencyError: The OTLP exporters are not installed.

    Cost: nothing to speak of where results are submitted; building and encoding a comparison of
        ten thousand series takes some tenths of a second in the thread.

    Example:
        >>> import tallystick as ts
        >>> with Exporter(endpoint="http://127.0.0.1:1", timeout=0.2) as exporter:
        ...     exporter.submit(ts.profile({"age": [31, 42, None]}))
        >>> exporter.sent.submitted, exporter.sent.delivered, exporter.sent.dropped["failed"]
        (1, 0, 1)
    """

    def __init__(
        self,
        source: Source | None = None,
        *,
        endpoint: str | None = None,
        protocol: Protocol = "http",
        interval: float = 60.0,
        timeout: float = 10.0,
        queue_size: int = 32,
        resource: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        temporality: Temporality = "cumulative",
        exponential: bool = True,
        max_series: int = DEFAULT_MAX_SERIES,
        exemplars: Exemplars | Callable[[], Exemplars] | None = None,
    ) -> None:
        _check_choice("protocol", protocol, tuple(_HOMES))
        _check_choice("temporality", temporality, ("cumulative", "delta"))
        for name, value in (("interval", interval), ("timeout", timeout)):
            if not value > 0:
                raise ParameterError(f"{name}: expected seconds above 0", name=name)
        if queue_size < 1:
            raise ParameterError("queue_size: expected at least 1", name="queue_size")
        self._make = _maker(protocol, _endpoint(endpoint, protocol), headers, timeout)
        self._source, self._exemplars = source, exemplars
        self._max_series = check_max_series(max_series)
        self._resource = _resource(resource or {})
        declared = os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
        self._is_named = _INSTANCE in {*(resource or {}), *_keys(declared)}
        self._temporality, self._exponential = temporality, exponential
        self._client: Any = None
        self._told_as: Any = None
        self._began: dict[str, tuple[int, int, int]] = {}
        self._created = time.time_ns()
        self._given_up = False
        self._queue: Queue[tuple[Result, int]] = Queue(
            self._send,
            size=queue_size,
            tick=None if source is None else self._read,
            interval=interval,
            prepare=self._connect,
            abort=self._give_up,
        )
        self._queue.start()
        atexit.register(self._end)

    def submit(self, result: Result) -> None:
        """Hands a profile or a comparison over to be sent; returns at once.

        Raises:
            ParameterError: It is neither.
        """
        if not isinstance(result, Profile | Comparison):
            raise ParameterError(
                f"result: expected a Profile or a Comparison, got {type(result).__name__}",
                hint="a call that gives the latest one is the exporter's source",
                name="result",
            )
        self._queue.put((result, time.time_ns()))

    @property
    def sent(self) -> Sent:
        """What became of the batches so far."""
        return self._queue.sent()

    def flush(self, timeout: float = 10.0) -> bool:
        """Waits until all that was submitted has come to an end; returns whether it has."""
        return self._queue.flush(timeout)

    def close(self, timeout: float = 5.0) -> None:
        """Reads the source once more, sends what waits for at most `timeout` seconds, and ends.

        What is not sent by then is dropped and counted. Called at the end of a `with`, and when
        the interpreter exits.
        """
        self._queue.close(timeout)
        self._give_up()
        atexit.unregister(self._end)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _end(self) -> None:
        self.close(_AT_EXIT_SECONDS)

    def _read(self) -> tuple[Result, int] | None:
        result = None if self._source is None else latest(self._source)
        return None if result is None else (result, time.time_ns())

    def _send(self, item: tuple[Result, int]) -> bool:
        result, at = item
        client = self._client
        exemplars = self._exemplars() if callable(self._exemplars) else self._exemplars
        points = [*bounded(points_of(result, exemplars), self._max_series), *self._outcomes()]
        data = metrics_data(
            points,
            Moment(self._start_of(result, at), at),
            resource=self._told_as,
            temporality=self._temporality,
            exponential=self._exponential,
        )
        from opentelemetry.sdk.metrics.export import MetricExportResult

        return bool(client.export(data) is MetricExportResult.SUCCESS)

    def _connect(self) -> None:
        """Makes what belongs to one process: a child has a connection and a name of its own."""
        from opentelemetry.sdk.resources import Resource

        own = {} if self._is_named else {_INSTANCE: str(uuid.uuid4())}
        self._told_as = self._resource.merge(Resource(own))
        self._client = self._make()

    def _start_of(self, result: Result, at: int) -> int:
        """When the counts began: when the exporter did, or when they fell, being others."""
        profile = result.current if isinstance(result, Comparison) else result
        plan_id = profile.plan.plan_id
        start, rows, before = self._began.get(plan_id, (self._created, 0, self._created))
        if self._temporality == "delta" or profile.rows < rows:
            start = before
        self._began[plan_id] = (start, profile.rows, at)
        return start

    def _outcomes(self) -> list[Point]:
        sent = self._queue.sent()
        ends = {"delivered": sent.delivered, **sent.dropped}
        return [Point(BATCHES, {"outcome": name}, rows, 0) for name, rows in ends.items()]

    def _give_up(self) -> None:
        if not self._given_up and self._client is not None:
            self._given_up = True
            self._client.shutdown()


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ParameterError(f"{name}: expected one of {', '.join(choices)}", name=name)


def _resource(attributes: Mapping[str, str]) -> Any:
    """The attributes with what the environment says of the process.

    Not asked for in the thread: it takes threads of its own, which the end of the interpreter,
    when a short script sends its first batch, does not give.
    """
    from opentelemetry.sdk.resources import Resource

    return Resource.create(dict(attributes))


def _keys(declared: str) -> Iterator[str]:
    """Keys of OTEL_RESOURCE_ATTRIBUTES, which reads `key=value,key=value`."""
    for pair in declared.split(","):
        yield pair.partition("=")[0].strip()


def _endpoint(endpoint: str | None, protocol: Protocol) -> str | None:
    """The address as the exporter wants it: over HTTP with the path of the signal."""
    if endpoint is None:
        return None
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ParameterError(
            "endpoint: expected an address",
            hint="such as http://localhost:4318, or http://localhost:4317 with gRPC",
            name="endpoint",
        )
    bare = protocol == "http" and parts.path in ("", "/")
    return endpoint.rstrip("/") + "/v1/metrics" if bare else endpoint


def _maker(
    protocol: Protocol, endpoint: str | None, headers: Mapping[str, str] | None, timeout: float
) -> Callable[[], Any]:
    try:
        made = importlib.import_module(_HOMES[protocol]).OTLPMetricExporter
    except ImportError as error:
        package = f"opentelemetry-exporter-otlp-proto-{protocol}"
        raise MissingDependencyError.of(package, extra="otel") from error
    given = None if headers is None else dict(headers)
    return lambda: made(endpoint=endpoint, headers=given, timeout=timeout)
