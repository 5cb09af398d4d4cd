"""Profiles and comparisons as Prometheus metrics: a collector, a text, a file.

Each metric of the catalogue is a family of its own, `tallystick_<metric>[_<part>]_<unit>`, since
one family has one unit in Prometheus, and a sum or a maximum over it means something. What is
asked across metrics is one family with the label `metric`: `tallystick_status`.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tallystick.errors import ExportError, InputError, MissingDependencyError
from tallystick.exporting.bounding import DEFAULT_MAX_SERIES, bounded, check_max_series
from tallystick.exporting.buckets import Exemplar, Histogram
from tallystick.exporting.names import check_labels, prometheus_name
from tallystick.exporting.points import (
    Exemplars,
    Family,
    Point,
    Source,
    families,
    latest,
    points_of,
)
from tallystick.profiling.files import write_state

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.core import Metric

__all__ = ["Collector", "Exemplar", "text", "write_text"]


class Collector:
    """A collector for `prometheus_client`: what its sources have when it is asked.

    Args:
        *sources: Profiles, comparisons, or calls that give the latest of either (None while
            there is nothing). Sources of several models belong into one collector, since a
            family may be told once only.
        labels: Constant labels for every series, such as `{"env": "prod"}`.
        max_series: Most series of each source, at least 100. Beyond it segments are folded,
            which `tallystick_folded_series` counts.
        exemplars: Values with their traces by instrument, or a call that gives them. They are
            shown in the OpenMetrics format only.

    Raises:
        ParameterError: An argument is out of its domain; a label's name would need changing.
        MissingDependencyError: prometheus-client is not installed.

    Example:
        >>> import tallystick as ts
        >>> from prometheus_client import CollectorRegistry
        >>> registry = CollectorRegistry()
        >>> today = ts.profile({"age": [31, 42, None]})
        >>> registry.register(Collector(lambda: today, labels={"env": "prod"}))
        >>> registry.get_sample_value("tallystick_rows_total", {"segment": "all", "env": "prod"})
        3
    """

    def __init__(
        self,
        *sources: Source,
        labels: Mapping[str, str] | None = None,
        max_series: int = DEFAULT_MAX_SERIES,
        exemplars: Exemplars | Callable[[], Exemplars] | None = None,
    ) -> None:
        client()
        self._sources = sources
        self._labels = check_labels(labels or {})
        self._max_series = check_max_series(max_series)
        self._exemplars = exemplars

    def describe(self) -> Iterator[Metric]:
        """Every family there can be, so that a registry refuses a second collector."""
        for family in families():
            yield _metric(family)

    def collect(self) -> Iterator[Metric]:
        """The metrics of the sources' latest results."""
        found: dict[Family, Metric] = {}
        for point in self._points():
            if point.family not in found:
                found[point.family] = _metric(point.family)
            _add(found[point.family], point)
        yield from found.values()

    def _points(self) -> Iterator[Point]:
        exemplars = self._exemplars() if callable(self._exemplars) else self._exemplars
        for source in self._sources:
            result = latest(source)
            if result is not None:
                for point in bounded(points_of(result, exemplars), self._max_series):
                    labels = {**point.labels, **self._labels}
                    yield Point(point.family, labels, point.value, point.rank)


def text(
    *sources: Source,
    labels: Mapping[str, str] | None = None,
    max_series: int = DEFAULT_MAX_SERIES,
    exemplars: Exemplars | Callable[[], Exemplars] | None = None,
    openmetrics: bool = False,
) -> str:
    """Returns results in Prometheus' text format.

    Args:
        *sources: See `Collector`.
        labels: Constant labels for every series, such as `{"env": "prod"}`.
        max_series: See `Collector`.
        exemplars: See `Collector`.
        openmetrics: Whether to write OpenMetrics 1.0, which has exemplars, instead.

    Raises:
        ParameterError: See `Collector`.
        MissingDependencyError: prometheus-client is not installed.

    Example:
        >>> import tallystick as ts
        >>> page = text(ts.profile({"age": [31, 42, None]}))
        >>> [line for line in page.splitlines() if line.startswith("tallystick_rows")]
        ['tallystick_rows_total{segment="all"} 3.0']
    """
    registry = registry_of(
        Collector(*sources, labels=labels, max_series=max_series, exemplars=exemplars)
    )
    home = "prometheus_client.openmetrics.exposition" if openmetrics else "prometheus_client"
    made: bytes = importlib.import_module(home).generate_latest(registry)
    return made.decode()


def write_text(
    path: str | os.PathLike[str],
    *sources: Source,
    labels: Mapping[str, str] | None = None,
    max_series: int = DEFAULT_MAX_SERIES,
) -> Path:
    """Writes results for node_exporter's textfile collector: whole or not at all.

    Args:
        path: A file in the collector's folder; it reads names that end in `.prom`.
        *sources: See `Collector`.
        labels: Constant labels for every series, such as `{"env": "prod"}`.
        max_series: See `Collector`.

    Returns:
        The path.

    Raises:
        ExportError: The file cannot be written.
        ParameterError: See `Collector`.
        MissingDependencyError: prometheus-client is not installed.

    Example:
        >>> import tallystick as ts
        >>> path = write_text("churn.prom", ts.profile({"age": [31, 42, None]}))
        >>> "tallystick_rows_total" in path.read_text()
        True
    """
    page = text(*sources, labels=labels, max_series=max_series)
    try:
        written = write_state(path, page.encode())
        # Read by another user's process, unlike a state.
        written.chmod(0o644)
    except InputError as error:
        raise ExportError(error.message, path=str(path)) from error
    return written


def registry_of(collector: Collector) -> CollectorRegistry:
    """A registry with this collector alone."""
    registry: CollectorRegistry = client().CollectorRegistry()
    registry.register(collector)
    return registry


def client() -> Any:
    """The library, or the error that names its extra."""
    try:
        return importlib.import_module("prometheus_client")
    except ImportError as error:
        raise MissingDependencyError.of("prometheus-client", extra="prometheus") from error


def _metric(family: Family) -> Metric:
    made: Metric = importlib.import_module("prometheus_client.core").Metric(
        prometheus_name(family), family.help, family.kind
    )
    return made


def _add(metric: Metric, point: Point) -> None:
    value, labels = point.value, dict(point.labels)
    if isinstance(value, Histogram):
        for suffix, more, count, exemplar in _buckets(value):
            metric.add_sample(metric.name + suffix, {**labels, **more}, count, exemplar=exemplar)
        return
    suffix = "_total" if metric.type == "counter" else ""
    metric.add_sample(metric.name + suffix, labels, value)


def _buckets(
    histogram: Histogram,
) -> Iterator[tuple[str, dict[str, str], float, Any]]:
    """Cumulative buckets, each with its exemplar, and the sum where there is one.

    A histogram with bounds below zero has no sum and no count: OpenMetrics forbids both, as the
    sum might fall. Its count is the bucket `+Inf`.
    """
    core = importlib.import_module("prometheus_client.core")
    traced = {histogram.bucket_of(one.value): one for one in histogram.exemplars}
    below = 0
    for bucket, bound in enumerate([*histogram.bounds, float("inf")]):
        below += histogram.counts[bucket]
        exemplar = None
        if bucket in traced:
            one = traced[bucket]
            exemplar = core.Exemplar(_trace(one), one.value, one.timestamp)
        yield "_bucket", {"le": _go(bound)}, below, exemplar
    if histogram.total is not None and not any(bound < 0 for bound in histogram.bounds[:1]):
        yield "_count", {}, below, None
        yield "_sum", {}, histogram.total, None


def _trace(exemplar: Exemplar) -> dict[str, str]:
    span = {} if exemplar.span_id is None else {"span_id": exemplar.span_id}
    return {"trace_id": exemplar.trace_id, **span}


def _go(value: float) -> str:
    written: str = importlib.import_module("prometheus_client.utils").floatToGoString(value)
    return written
