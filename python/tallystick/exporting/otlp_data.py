"""Points as the data model of OpenTelemetry; the only place that builds the SDK's classes.

What is counted already needs none of the SDK's instruments: its data points are made as they are
and handed to the exporter. Minimum and maximum are left out: they are values of single rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tallystick.exporting.buckets import Exemplar, Histogram, Octaves
from tallystick.exporting.names import ATTRIBUTES, UNITS, opentelemetry_name
from tallystick.exporting.points import Family, Point

SCOPE = "tallystick"
Temporality = Literal["cumulative", "delta"]


@dataclass(frozen=True, slots=True)
class Moment:
    """When some points were counted, in nanoseconds since 1970.

    Attributes:
        start: When their counts began at zero.
        end: When they were read.
    """

    start: int
    end: int


def metrics_data(
    points: Iterable[Point],
    moment: Moment,
    *,
    resource: Any,
    temporality: Temporality = "cumulative",
    exponential: bool = True,
) -> Any:
    """The points as an `opentelemetry.sdk.metrics.export.MetricsData`."""
    from opentelemetry.sdk.metrics import export as sdk
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope

    grouped: dict[tuple[Family, bool], list[Point]] = {}
    for point in points:
        grouped.setdefault((point.family, _is_exponential(point, exponential)), []).append(point)
    since = sdk.AggregationTemporality[temporality.upper()]
    metrics = [
        sdk.Metric(
            # One name is one type: the two kinds of histograms may not share it.
            name=opentelemetry_name(family) + (".exponential" if by_octaves else ""),
            description=family.help,
            unit=UNITS[family.unit][1],
            data=_data(family, [_data_point(p, moment, by_octaves) for p in group], since),
        )
        for (family, by_octaves), group in grouped.items()
    ]
    from tallystick import __version__

    scope = InstrumentationScope(SCOPE, __version__)
    scoped = sdk.ScopeMetrics(scope=scope, metrics=metrics, schema_url="")
    return sdk.MetricsData([sdk.ResourceMetrics(resource, [scoped], schema_url="")])


def _is_exponential(point: Point, wanted: bool) -> bool:
    return wanted and isinstance(point.value, Histogram) and point.value.octaves is not None


def _data(family: Family, points: list[Any], since: Any) -> Any:
    from opentelemetry.sdk.metrics import export as sdk

    if family.kind == "counter":
        return sdk.Sum(points, since, is_monotonic=True)
    if family.kind == "gauge":
        return sdk.Gauge(points)
    if isinstance(points[0], sdk.ExponentialHistogramDataPoint):
        return sdk.ExponentialHistogram(points, since)
    return sdk.Histogram(points, since)


def _data_point(point: Point, moment: Moment, by_octaves: bool) -> Any:
    from opentelemetry.sdk.metrics import export as sdk

    about: Mapping[str, Any] = {
        "attributes": {ATTRIBUTES.get(name, name): text for name, text in point.labels.items()},
        "start_time_unix_nano": moment.start,
        "time_unix_nano": moment.end,
    }
    value = point.value
    if not isinstance(value, Histogram):
        return sdk.NumberDataPoint(value=value, **about)
    counted: Mapping[str, Any] = {
        "count": value.count,
        "sum": value.total,
        "min": None,
        "max": None,
        "exemplars": [_exemplar(one, moment) for one in value.exemplars],
    }
    if by_octaves and value.octaves is not None:
        return sdk.ExponentialHistogramDataPoint(**about, **counted, **_exponential(value.octaves))
    return sdk.HistogramDataPoint(
        **about,
        **counted,
        bucket_counts=list(value.counts),
        explicit_bounds=list(value.bounds),
    )


def _exponential(octaves: Octaves) -> dict[str, Any]:
    """At scale 0 bucket `k` is the octave of `2**k`.

    OpenTelemetry counts a power of two itself into the bucket below, cells into the one above.
    """
    return {
        "scale": 0,
        "zero_count": octaves.zero,
        "positive": _buckets(octaves.positive),
        "negative": _buckets(octaves.negative),
        "flags": 0,
    }


def _buckets(octaves: Mapping[int, int]) -> Any:
    from opentelemetry.sdk.metrics.export import Buckets

    if not octaves:
        return Buckets(offset=0, bucket_counts=[])
    first, last = min(octaves), max(octaves)
    return Buckets(first, [octaves.get(octave, 0) for octave in range(first, last + 1)])


def _exemplar(one: Exemplar, moment: Moment) -> Any:
    from opentelemetry.sdk.metrics import Exemplar as Traced

    at = moment.end if one.timestamp is None else round(one.timestamp * 1e9)
    span = None if one.span_id is None else int(one.span_id, 16)
    trace = int(one.trace_id, 16)
    if span is None:
        # The encoder writes both or none.
        return Traced({"trace_id": one.trace_id}, one.value, at, None, None)
    return Traced({}, one.value, at, span, trace)
