"""What is written by hand with numba: the plain loops, published on the page."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numba
import numpy as np


@numba.njit
def uniform(values, bins, low, high):
    """Equal bins, found by arithmetic: fast, but not exact for values beside an edge."""
    counts = np.zeros(bins, np.int64)
    scale = bins / (high - low)
    for x in values:
        if low <= x < high:
            counts[min(int((x - low) * scale), bins - 1)] += 1
        elif x == high:
            counts[bins - 1] += 1
    return counts


@numba.njit
def searched(values, edges):
    """Rows of the `len(edges) + 1` cells by binary search."""
    counts = np.zeros(len(edges) + 1, np.int64)
    for x in values:
        low, high = 0, len(edges)
        while low < high:
            middle = (low + high) // 2
            if x >= edges[middle]:
                low = middle + 1
            else:
                high = middle
        counts[low] += 1
    return counts


@numba.njit
def compared(values, edges):
    """The same by comparing with every edge, a chunk in the cache at a time."""
    above = np.zeros(len(edges), np.int64)
    for start in range(0, len(values), 2048):
        chunk = values[start : start + 2048]
        for k in range(len(edges)):
            found = 0
            for x in chunk:
                found += x >= edges[k]
            above[k] += found
    counts = np.empty(len(edges) + 1, np.int64)
    counts[0] = len(values) - above[0]
    counts[1:-1] = above[:-1] - above[1:]
    counts[-1] = above[-1]
    return counts


@numba.njit
def merge(first, second):
    """The Kolmogorov-Smirnov distance of two sorted samples."""
    n, m, i, j, largest = len(first), len(second), 0, 0, 0.0
    while i < n and j < m:
        x = min(first[i], second[j])
        while i < n and first[i] <= x:
            i += 1
        while j < m and second[j] <= x:
            j += 1
        largest = max(largest, abs(i / n - j / m))
    return largest


@numba.njit
def sort_and_merge(first, second):
    """The same of unsorted ones."""
    return merge(np.sort(first), np.sort(second))


@numba.njit
def calibration(scores, labels, bins):
    """Calibration error in equal bins, and the Brier score; edges are not exact."""
    excess = np.zeros(bins)
    squares = 0.0
    for i in range(len(scores)):
        gap = scores[i] - labels[i]
        excess[min(int(scores[i] * bins), bins - 1)] += gap
        squares += gap * gap
    return np.abs(excess).sum() / len(scores), squares / len(scores)


def source(loop: Callable[..., Any]) -> str:
    """The loop as a block of the page."""
    return f"```py\n{inspect.getsource(loop.py_func)}```"
