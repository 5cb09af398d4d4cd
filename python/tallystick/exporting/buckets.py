"""Histograms whose buckets are unions of a column's cells, so that every count is exact.

Cells are `[low, high)`; Prometheus and OpenTelemetry count values up to and including a bound. The
bound of an edge is therefore the largest value below it: of integers the edge less one, of floats
the next number down.
"""

from __future__ import annotations

import bisect
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tallystick.errors import ParameterError

MAX_OCTAVES = 20
"""Most bounds above (and below) zero of a column in log-linear cells."""

# Log-linear cells divide numbers below the smallest normal one evenly: they count as one octave.
_SUBNORMAL = -1023


@dataclass(frozen=True, slots=True)
class Exemplar:
    """One value with the trace it was seen in; an exporter shows the latest in each bucket.

    Attributes:
        value: In the unit of the instrument.
        trace_id: 32 hex digits.
        span_id: 16 hex digits, if known.
        timestamp: Seconds since 1970, if known.

    Raises:
        ParameterError: An id is of another form.

    Example:
        >>> Exemplar(0.83, "4bf92f3577b34da6a3ce929d0e0e4736").value
        0.83
    """

    value: float
    trace_id: str
    span_id: str | None = None
    timestamp: float | None = None

    def __post_init__(self) -> None:
        for name, text, digits in (("trace_id", self.trace_id, 32), ("span_id", self.span_id, 16)):
            if text is not None and not re.fullmatch(f"[0-9a-fA-F]{{{digits}}}", text):
                raise ParameterError(f"{name}: expected {digits} hex digits", name=name)


@dataclass(frozen=True, slots=True)
class Octaves:
    """Rows by the power of two below their size: `k` holds sizes in `[2**k, 2**(k+1))`."""

    zero: int
    positive: Mapping[int, int]
    negative: Mapping[int, int]

    def __add__(self, other: Octaves) -> Octaves:
        return Octaves(
            self.zero + other.zero,
            _added(self.positive, other.positive),
            _added(self.negative, other.negative),
        )


@dataclass(frozen=True, slots=True)
class Histogram:
    """Finite values of a column in buckets.

    Attributes:
        bounds: Ascending; a bucket holds values up to and including its bound.
        counts: Rows of each bucket, one more than bounds: the last is unbounded.
        total: Sum of the values; None where negative ones were seen, since it could then fall.
        octaves: The same rows by powers of two; None unless the cells allow it.
        exemplars: At most one a bucket.
    """

    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    total: float | None
    octaves: Octaves | None = None
    exemplars: tuple[Exemplar, ...] = ()

    @property
    def count(self) -> int:
        """Rows of all buckets."""
        return sum(self.counts)

    def bucket_of(self, value: float) -> int:
        """The bucket that a value belongs to."""
        return bisect.bisect_left(self.bounds, value)

    def __add__(self, other: Histogram) -> Histogram:
        known = self.total is not None and other.total is not None
        both = self.octaves is not None and other.octaves is not None
        return Histogram(
            self.bounds,
            tuple(a + b for a, b in zip(self.counts, other.counts, strict=True)),
            (self.total or 0.0) + (other.total or 0.0) if known else None,
            self.octaves + other.octaves if both and self.octaves and other.octaves else None,
        )


class Layout:
    """The buckets of one column, the same in every segment.

    Args:
        column: The column as the plan describes it.
        counted: Counts of all rows, of one profile or more: log-linear cells have no ends, so
            that their bounds are the powers of two around what was seen.
    """

    def __init__(self, column: Mapping[str, Any], counted: Iterable[Mapping[str, Any]]) -> None:
        self._logarithmic = column["binning"] == "log_linear"
        # Dates are counted in units since 1970; the base unit of time is the second.
        self._scale = column.get("nanoseconds", 1e9) / 1e9
        if self._logarithmic:
            edges = _octave_edges([octaves_of(one["cells"]) for one in counted])
        else:
            edges = _without_lone_negative(column["coarse_edges"])
        below = _largest_float_below if column["domain"] == "float" else _largest_integer_below
        # Two edges may share a bound: of integers 0 < x and 1 <= x are one.
        bounds = {below(edge): edge for edge in reversed(edges)}
        self._bounds = tuple(bound * self._scale for bound in reversed(bounds))
        self._edges = list(reversed(bounds.values()))

    def histogram(
        self, counted: Mapping[str, Any], exemplars: Sequence[Exemplar] = ()
    ) -> Histogram:
        """The counts of some rows in these buckets."""
        counts = [0] * (len(self._edges) + 1)
        for (low, _), rows in counted["cells"]:
            counts[bisect.bisect_right(self._edges, low)] += rows
        total = None
        if (counted["minimum"] or 0.0) >= 0.0:
            total = (counted["mean"] or 0.0) * counted["counted"] * self._scale
        octaves = octaves_of(counted["cells"]) if self._logarithmic else None
        made = Histogram(self._bounds, tuple(counts), total, octaves)
        if not exemplars:
            return made
        latest = {made.bucket_of(e.value): e for e in sorted(exemplars, key=_moment)}
        kept = tuple(latest[bucket] for bucket in sorted(latest))
        return Histogram(self._bounds, tuple(counts), total, octaves, kept)


def octaves_of(cells: Iterable[tuple[tuple[float, float], int]]) -> Octaves:
    """Log-linear cells, brought together by powers of two.

    Example:
        >>> octaves_of([((1.0, 1.125), 2), ((1.5, 1.625), 1), ((4.0, 4.5), 5)]).positive
        {0: 3, 2: 5}
    """
    zero, positive, negative = 0, dict[int, int](), dict[int, int]()
    for (low, high), rows in cells:
        if low <= 0.0 < high:
            zero += rows
        elif low > 0.0:
            octave = _octave(low)
            positive[octave] = positive.get(octave, 0) + rows
        else:
            # Mirrored: the size of the cell's smallest member is just below its open end.
            octave = _octave(-math.nextafter(high, -math.inf))
            negative[octave] = negative.get(octave, 0) + rows
    return Octaves(zero, positive, negative)


def _without_lone_negative(edges: Sequence[float]) -> list[float]:
    """Formats give no sum to a histogram with a bound below zero.

    Where that is only the reference's lower end, such as 0 of what is never negative, the sum is
    worth more than the bound.
    """
    return list(
        edges[1:] if edges and edges[0] <= 0 and not any(e < 0 for e in edges[1:]) else edges
    )


def _octave(size: float) -> int:
    return max(math.frexp(size)[1] - 1, _SUBNORMAL)


def _largest_float_below(edge: float) -> float:
    return math.nextafter(edge, -math.inf)


def _largest_integer_below(edge: float) -> float:
    return float(math.ceil(edge) - 1)


def _octave_edges(seen: Sequence[Octaves]) -> list[float]:
    positive = sorted({octave for one in seen for octave in one.positive})
    negative = sorted({octave for one in seen for octave in one.negative})
    above = [math.ldexp(1.0, octave) for octave in _thinned(positive)]
    below = [math.nextafter(-math.ldexp(1.0, o), math.inf) for o in reversed(_thinned(negative))]
    # What is below the smallest number above zero is zero or less.
    return [*below, math.nextafter(0.0, 1.0), *above]


def _thinned(octaves: Sequence[int]) -> list[int]:
    """Every octave of the range and the one above; every second, fourth, ... when too many."""
    if not octaves:
        return []
    ends = range(octaves[0], octaves[-1] + 2)
    step = 1
    while len(ends) > MAX_OCTAVES * step:
        step *= 2
    return [octave for octave in ends if octave % step == 0 and _SUBNORMAL < octave < 1024]


def _added(one: Mapping[int, int], other: Mapping[int, int]) -> dict[int, int]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in {**one, **other}}


def _moment(exemplar: Exemplar) -> float:
    return exemplar.timestamp or 0.0
