"""What the tests of exporters share: hostile names, a comparison with them, a receiver of OTLP."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from concurrent import futures
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import grpc
import numpy as np
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2 as service
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2_grpc as service_grpc

import tallystick as ts

PAYLOADS = (
    "</script><script>alert(1)</script>",
    '"} 1\nup{job="x"} 0\n# TYPE up gauge',
    "=cmd|' /C calc'!A0",
    "\x1b[31mred\x1b[0m",
    "\u202eright to left\u2069",
    "back\\slash \\n and \r\n lines",
    "\x01 \u2028 \x85",
    '日本語 {le="+Inf"} # {trace_id="1"} 1',
)


VERSION = 'v"} 1\nup 1'
# Arrow's C interface ends the name of a column at a NUL: values may have one, columns not.
VALUES = (*PAYLOADS, "nul\x00")


def hostile_report() -> ts.Comparison:
    """Every payload as a column, as a segment's value, and in the model's name."""
    random = np.random.default_rng(3)
    rows = 40 * len(VALUES)
    data: dict[str, Any] = {name: random.normal(0.0, 1.0, rows) for name in PAYLOADS}
    data["country"] = list(VALUES) * 40
    spec = {
        "schema": 1,
        "model": {"name": "".join(VALUES), "version": VERSION},
        "segments": ["country"],
    }
    usual = ts.profile(data, spec=spec)
    return ts.compare(reference=usual, current=ts.profile(data, plan=usual.plan), spec=spec)


class Receiver:
    """A collector on loopback, HTTP or gRPC, that decodes with the official package.

    Attributes:
        requests: What arrived, decoded.
        status: HTTP status to answer with, or name of a gRPC status; 200 and "OK" take the data.
        delay: Seconds to wait before the answer.
        headers: Of the last request, in lower case.
    """

    def __init__(self) -> None:
        self.requests: list[Any] = []
        self.status: int | str = 200
        self.delay = 0.0
        self.headers: dict[str, str] = {}
        self.endpoint = ""
        # Ends a delay when the test is over.
        self.released = threading.Event()

    def take(self, request: Any, headers: dict[str, str]) -> None:
        self.headers = headers
        self.released.wait(self.delay)
        if self.status in (200, "OK"):
            self.requests.append(request)

    def wait_for(self, requests: int, seconds: float = 10.0) -> None:
        end = time.monotonic() + seconds
        while len(self.requests) < requests and time.monotonic() < end:
            time.sleep(0.01)
        assert len(self.requests) >= requests

    def metrics(self, request: int = -1) -> dict[str, Any]:
        found = self.requests[request].resource_metrics[0].scope_metrics[0].metrics
        assert len({metric.name for metric in found}) == len(found)
        return {metric.name: metric for metric in found}

    def resource(self, request: int = -1) -> dict[str, str]:
        return attributes(self.requests[request].resource_metrics[0].resource)


def attributes(holder: Any) -> dict[str, str]:
    return {one.key: one.value.string_value for one in holder.attributes}


def points(metric: Any) -> list[Any]:
    return list(getattr(metric, metric.WhichOneof("data")).data_points)


def number(metric: Any, **wanted: str) -> float:
    """The value of the one point with these attributes, given without their `ml.`."""
    named = {"ml." + key.replace("__", "."): value for key, value in wanted.items()}
    found = [p for p in points(metric) if named.items() <= attributes(p).items()]
    assert len(found) == 1, [attributes(p) for p in points(metric)]
    one = found[0]
    return float(getattr(one, one.WhichOneof("value")))


@contextlib.contextmanager
def http_receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            request = service.ExportMetricsServiceRequest.FromString(body)
            receiver.take(request, {k.lower(): v for k, v in self.headers.items()})
            with contextlib.suppress(OSError):
                self.send_response(int(receiver.status))
                self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    receiver.endpoint = f"http://127.0.0.1:{server.server_port}"
    try:
        yield receiver
    finally:
        receiver.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def grpc_receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Servicer(service_grpc.MetricsServiceServicer):
        def Export(self, request: Any, context: Any) -> Any:  # noqa: N802
            receiver.take(request, {k: str(v) for k, v in context.invocation_metadata()})
            if receiver.status not in (200, "OK"):
                context.abort(grpc.StatusCode[str(receiver.status)], "as the test asks")
            return service.ExportMetricsServiceResponse()

    server = grpc.server(futures.ThreadPoolExecutor(2))
    service_grpc.add_MetricsServiceServicer_to_server(Servicer(), server)
    receiver.endpoint = f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield receiver
    finally:
        receiver.released.set()
        server.stop(0).wait()
