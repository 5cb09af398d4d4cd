"""Histograms and quantiles of one column of numbers, exact or certified."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallystick import _core
from tallystick.errors import ColumnTypeError, ParameterError
from tallystick.metrics.sides import values_of
from tallystick.reading import processors
from tallystick.spec.arrow_types import type_name

_MOST_BINS = 65_535


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """Rows in each bin, and rows in none, each kind apart; unpacks as `counts, edges`.

    Attributes:
        counts: Rows of each bin `[edges[i], edges[i + 1])`, the last one closed. Shape (bins,).
        edges: The edges. Shape (bins + 1,).
        below, above: Finite values outside of the edges.
        null, nan, infinite: Rows that are no finite number.

    Example:
        >>> import tallystick as ts
        >>> counts, edges = ts.histogram([1, 2, 2, 9], bins=2, range=(0, 4))
        >>> counts.tolist(), edges.tolist()
        ([1, 2], [0.0, 2.0, 4.0])
    """

    counts: NDArray[np.int64]
    edges: NDArray[Any]
    below: int
    above: int
    null: int
    nan: int
    infinite: int

    def __iter__(self) -> Iterator[NDArray[Any]]:
        return iter((self.counts, self.edges))

    @property
    def rows(self) -> int:
        """All rows: those in bins and those in none."""
        outside = self.below + self.above + self.null + self.nan + self.infinite
        return int(self.counts.sum()) + outside


@dataclass(frozen=True, slots=True, eq=False)
class Quantiles:
    """Quantiles with the interval that each is certain to lie in.

    Attributes:
        q: What was asked for. Shape (k,).
        values: A value of each quantile; NaN where there are no values. Shape (k,).
        lower, upper: The interval; both are the value where it is exact. Shape (k,).
        rows: Finite values, which are ranked.
        null, nan, infinite: Rows that are not.

    Example:
        >>> import tallystick as ts
        >>> found = ts.quantiles([1.0, 2.0, 3.0, 4.0], [0.5])
        >>> bool(found.lower[0] <= 2.0 <= found.upper[0])
        True
    """

    q: NDArray[np.float64]
    values: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    rows: int
    null: int
    nan: int
    infinite: int


def histogram(
    values: Any,
    bins: int | Sequence[float] = 10,
    *,
    range: tuple[float, float] | None = None,  # noqa: A002 (as numpy calls it)
    edges: Sequence[float] | None = None,
    column: str | None = None,
    threads: int | None = None,
) -> Histogram:
    """Counts numbers between edges as `numpy.histogram` does, exactly and in one pass.

    Row x is in bin i when `edges[i] <= x < edges[i + 1]`, of the last bin also when x is its
    upper edge: by comparing true values with true edges, never by rounding a quotient.

    Args:
        values: Array, list, Series, Arrow array, or a table with `column=`. Shape (n,).
        bins: Number of bins of equal width, 1 to 65,535; or their edges.
        range: Lowest and highest edge; by default the smallest and largest finite value.
        edges: Instead of bins and range: edges that do not descend. Shape (bins + 1,).
        column: The column to take when `values` is a table.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Histogram; `counts, edges = ts.histogram(...)` unpacks it.

    Raises:
        ParameterError: Edges, bins or range make no bins.
        ColumnTypeError: Values that are no numbers.

    Missing data: null, NaN and infinities are in no bin and counted apart, also where numpy
        refuses them.
    Cost: about 0.4 ns a value for equal widths, 0.3 to 0.8 for other edges; a reading more
        without `range`.
    Source: numpy.histogram. Of float64 and of integers up to 2^53 the answer is numpy's. Of float32
        numpy rounds the edges to float32, of larger integers it rounds the values to float64;
        here the float64 edges and the true values are compared.

    Example:
        >>> import tallystick as ts
        >>> found = ts.histogram([0.1, 0.58, 1.0, None, 7.0], bins=50, range=(0, 1))
        >>> int(found.counts[29]), int(found.counts[-1]), found.null, found.above
        (1, 1, 1, 1)
    """
    chunks = _chunks(values, column)
    if not np.isscalar(bins):
        if edges is not None:
            raise ParameterError("edges: expected none beside a list of bins", name="edges")
        edges = bins  # type: ignore[assignment]
    if edges is not None and range is not None:
        raise ParameterError("range: expected none beside edges", name="range")
    drawn = _equal_edges(chunks, bins, range) if edges is None else _given_edges(edges)
    import pyarrow as pa  # type: ignore[import-untyped]

    most = processors(threads)
    counts, below, above, specials = _core.histogram(chunks, pa.array(drawn), most)
    null, nan, negative, positive = specials
    counted = np.frombuffer(counts, np.int64).copy()
    return Histogram(counted, drawn, below, above, null, nan, negative + positive)


def quantiles(
    values: Any,
    q: float | Sequence[float],
    *,
    exact: bool = False,
    column: str | None = None,
    threads: int | None = None,
) -> Quantiles:
    """Quantiles of numbers, certified from one pass or exact from two, without sorting.

    The q-quantile is the smallest x with `F(x) >= q`, the value of rank `ceil(q n)`: numpy's
    `inverted_cdf`. One pass brackets it within 1/128 of its size; the second looks up the values
    inside the bracket.

    Args:
        values: Array, list, Series, Arrow array, or a table with `column=`. Shape (n,).
        q: Quantiles in [0, 1]. Shape (k,).
        exact: Read the values a second time and return them exactly.
        column: The column to take when `values` is a table.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        Quantiles; `values` lies within [`lower`, `upper`], and so does the true quantile.

    Raises:
        ParameterError: A q outside [0, 1].
        ColumnTypeError: Values that are no numbers.

    Missing data: null, NaN and infinities are not ranked but counted apart. Without any value
        all quantiles are NaN.
    Cost: about 0.7 ns a value, memory for a few thousand counters; exact about 3 ns, and memory
        for the values of the cells in question.
    Source: Hyndman and Fan 1996, type 1.

    Example:
        >>> import tallystick as ts
        >>> found = ts.quantiles(range(1, 1001), [0.5, 0.99], exact=True)
        >>> found.values.tolist()
        [500.0, 990.0]
    """
    asked = np.atleast_1d(np.asarray(q, np.float64))
    if asked.ndim != 1 or not ((asked >= 0) & (asked <= 1)).all():
        raise ParameterError("q: expected numbers from 0 to 1", name="q")
    chunks, most = _chunks(values, column), processors(threads)
    found, rows, specials = _core.quantiles(chunks, asked.tolist(), bool(exact), most)
    null, nan, negative, positive = specials
    table = np.array(found).T if rows else np.full((3, len(asked)), np.nan)
    middle, lower, upper = table.reshape(3, -1)
    return Quantiles(asked, middle, lower, upper, rows, null, nan, negative + positive)


def _chunks(values: Any, column: str | None) -> list[Any]:
    """The values as Arrow arrays of one numeric type."""
    import pyarrow as pa

    array = values_of(values, column, "values")
    if pa.types.is_null(array.type):
        array = array.cast(pa.float64())
    kind = array.type.value_type if pa.types.is_dictionary(array.type) else array.type
    if pa.types.is_float16(kind) or pa.types.is_decimal(kind):
        array = array.cast(pa.float64())
    elif not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        raise ColumnTypeError(
            f"values: expected numbers, got {type_name(array.type)}",
            hint="cast them, or count categories with ts.profile",
        )
    return array.chunks if isinstance(array, pa.ChunkedArray) else [array]


def _given_edges(edges: Any) -> NDArray[Any]:
    drawn = np.asarray(edges)
    whole = np.issubdtype(drawn.dtype, np.integer)
    numeric = whole or np.issubdtype(drawn.dtype, np.floating)
    fits = numeric and drawn.ndim == 1 and len(drawn) >= 2
    if not (fits and np.isfinite(drawn).all() and (drawn[1:] >= drawn[:-1]).all()):
        raise ParameterError(
            "edges: expected at least two finite numbers, none below the one before", name="edges"
        )
    if whole:
        return drawn if drawn.dtype == np.uint64 else drawn.astype(np.int64)
    return drawn.astype(np.float64)


def _equal_edges(
    chunks: list[Any], bins: Any, limits: tuple[float, float] | None
) -> NDArray[np.float64]:
    whole = isinstance(bins, int | np.integer) and not isinstance(bins, bool)
    if not (whole and 1 <= bins <= _MOST_BINS):
        raise ParameterError(f"bins: expected a whole number from 1 to {_MOST_BINS}", name="bins")
    low, high = _core.extent(chunks) or (0.0, 1.0) if limits is None else _checked(limits)
    if low == high:
        low, high = low - 0.5, high + 0.5
    drawn = np.linspace(low, high, int(bins) + 1)
    if limits is None:
        # Integers beyond 2^53 may be rounded: no value is to fall outside for that. A float of
        # Python's compares exactly with an integer, one of numpy's does not.
        if float(drawn[0]) > low:
            drawn[0] = np.nextafter(drawn[0], -np.inf)
        if float(drawn[-1]) < high:
            drawn[-1] = np.nextafter(drawn[-1], np.inf)
    if not (drawn[1:] > drawn[:-1]).all():
        raise ParameterError(
            f"bins: expected fewer than {bins}, the range holds too few numbers", name="bins"
        )
    return drawn


def _checked(limits: Any) -> tuple[float, float]:
    try:
        low, high = (float(limit) for limit in limits)
    except (TypeError, ValueError):
        low, high = np.nan, np.nan
    if not (np.isfinite(high - low) and low <= high):
        raise ParameterError(
            "range: expected two finite numbers, the lower one first", name="range"
        )
    return low, high
