"""What is written by hand with numpy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Columns = Mapping[str, Floats]
Deciles = Callable[[Floats], Floats]
Count = Callable[[Floats, Floats], Counts]

SHARES = np.linspace(0.1, 0.9, 9)

_CHUNK = 16_384  # values that stay in the first-level cache while every edge is compared


def uniform(values: Floats, bins: int, bounds: tuple[float, float]) -> Counts:
    """Rows of equal bins; what lies outside of the bounds is dropped."""
    return np.histogram(values, bins=bins, range=bounds)[0]


def search_and_count(values: Floats, edges: Floats) -> Counts:
    """Rows of the `len(edges) + 1` cells."""
    return np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)


def histogram(values: Floats, edges: Floats) -> Counts:
    """The inner cells only: `numpy.histogram` drops what lies outside of the edges."""
    return np.histogram(values, bins=edges)[0]


def calibration(scores: Floats, labels: NDArray[np.bool_], bins: int) -> tuple[float, float]:
    """Calibration error in equal bins, and the Brier score."""
    gaps = scores - labels
    places = np.minimum((scores * bins).astype(np.int64), bins - 1)
    excess = np.bincount(places, weights=gaps, minlength=bins)
    return float(np.abs(excess).sum() / len(scores)), float(np.mean(gaps * gaps))


def statistics(values: Floats) -> dict[str, float]:
    """Seven passes over the column, one for each figure."""
    return {
        "nan": int(np.isnan(values).sum()),
        "infinite": int(np.isinf(values).sum()),
        "zeros": int((values == 0).sum()),
        "minimum": float(values.min()),
        "maximum": float(values.max()),
        "mean": float(values.mean()),
        "std": float(values.std()),
    }


@dataclass(frozen=True)
class Baseline:
    """What is kept of a reference column: its deciles, and its rows between them."""

    deciles: Floats
    counts: Counts


def by_partition(values: Floats) -> Floats:
    """Deciles by partial sorting."""
    ranks = [int((len(values) - 1) * share) for share in SHARES]
    return np.partition(values, ranks)[ranks]


def by_quantile(values: Floats) -> Floats:
    """The same deciles by the function made for them."""
    return np.quantile(values, SHARES, method="lower")


def by_comparing(values: Floats, edges: Floats) -> Counts:
    """Rows of each cell by comparing with every edge, which for ten cells beats searching."""
    above = np.zeros(len(edges), dtype=np.int64)
    for start in range(0, len(values), _CHUNK):
        chunk = values[start : start + _CHUNK]
        above += [np.count_nonzero(chunk >= edge) for edge in edges]
    return -np.diff(np.concatenate(([len(values)], above, [0])))


def by_histogram(values: Floats, edges: Floats) -> Counts:
    """The same by the function made for it."""
    return np.histogram(values, bins=np.concatenate(([-np.inf], edges, [np.inf])))[0]


def baseline(reference: Columns, *, deciles: Deciles, count: Count) -> dict[str, Baseline]:
    """What PSI needs of every column of the reference."""
    kept = {name: deciles(values) for name, values in reference.items()}
    return {name: Baseline(kept[name], count(reference[name], kept[name])) for name in kept}


def psi(
    reference: Columns,
    current: Columns,
    *,
    deciles: Deciles = by_partition,
    count: Count = by_comparing,
) -> dict[str, float]:
    """PSI in nats of every column over the deciles of the reference."""
    return psi_against(baseline(reference, deciles=deciles, count=count), current, count=count)


def psi_against(
    kept: Mapping[str, Baseline], current: Columns, *, count: Count = by_comparing
) -> dict[str, float]:
    """PSI in nats of every column against a baseline that was kept."""
    return {
        name: psi_of_counts(one.counts, count(current[name], one.deciles))
        for name, one in kept.items()
    }


def psi_of_counts(reference: Counts, current: Counts) -> float:
    """Half a row is added to every cell that either side has rows in."""
    occupied = reference + current > 0
    q, p = reference[occupied] + 0.5, current[occupied] + 0.5
    q, p = q / q.sum(), p / p.sum()
    return float(((p - q) * np.log(p / q)).sum())
