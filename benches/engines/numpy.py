"""What is written by hand with numpy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

_CHUNK = 16_384  # values that stay in the first-level cache while every edge is compared


def search_and_count(values: Floats, edges: Floats) -> Counts:
    """Rows of the `len(edges) + 1` cells; NaN is left out."""
    values = _present(values)
    return np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)


def histogram(values: Floats, edges: Floats) -> Counts:
    """The inner cells only: `numpy.histogram` drops what lies outside of the edges."""
    return np.histogram(_present(values), bins=edges)[0]


def same_statistics(values: Floats, edges: Floats) -> tuple[Counts, dict[str, float]]:
    """Cells and everything else that a profile of one column holds."""
    nan, infinite = int(np.isnan(values).sum()), int(np.isinf(values).sum())
    present = values[np.isfinite(values)] if nan or infinite else values
    return search_and_count(present, edges), {
        "nan": nan,
        "infinite": infinite,
        "zeros": int((present == 0).sum()),
        "minimum": float(present.min()),
        "maximum": float(present.max()),
        "mean": float(present.mean()),
        "std": float(present.std()),
    }


@dataclass(frozen=True)
class Baseline:
    """What is kept of a reference column: its deciles, and its rows between them."""

    deciles: Floats
    counts: Counts


def baseline(reference: Mapping[str, Floats]) -> dict[str, Baseline]:
    """What PSI needs of every column of the reference."""
    shares = np.linspace(0.1, 0.9, 9)
    deciles = {name: np.quantile(values, shares) for name, values in reference.items()}
    return {
        name: Baseline(deciles[name], by_comparing(values, deciles[name]))
        for name, values in reference.items()
    }


def psi(reference: Mapping[str, Floats], current: Mapping[str, Floats]) -> dict[str, float]:
    """PSI in nats of every column over the deciles of the reference."""
    return psi_against(baseline(reference), current)


def psi_against(kept: Mapping[str, Baseline], current: Mapping[str, Floats]) -> dict[str, float]:
    """PSI in nats of every column against a baseline that was kept."""
    return {
        name: psi_of_counts(one.counts, by_comparing(current[name], one.deciles))
        for name, one in kept.items()
    }


def by_comparing(values: Floats, edges: Floats) -> Counts:
    """Rows of each cell by comparing with every edge, which for ten cells beats searching."""
    above = np.zeros(len(edges), dtype=np.int64)
    for start in range(0, len(values), _CHUNK):
        chunk = values[start : start + _CHUNK]
        above += [np.count_nonzero(chunk >= edge) for edge in edges]
    return -np.diff(np.concatenate(([len(values)], above, [0])))


def psi_of_counts(reference: Counts, current: Counts) -> float:
    """Half a row is added to every cell that either side has rows in."""
    occupied = reference + current > 0
    q, p = reference[occupied] + 0.5, current[occupied] + 0.5
    q, p = q / q.sum(), p / p.sum()
    return float(((p - q) * np.log(p / q)).sum())


def _present(values: Floats) -> Floats:
    missing = np.isnan(values)
    return values[~missing] if missing.any() else values
