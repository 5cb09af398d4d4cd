"""boost-histogram."""

from __future__ import annotations

import boost_histogram as bh
import numpy as np
from numpy.typing import NDArray


def uniform(
    values: NDArray[np.float64], bins: int, bounds: tuple[float, float]
) -> NDArray[np.int64]:
    """Rows of equal bins."""
    counted = bh.Histogram(bh.axis.Regular(bins, *bounds), storage=bh.storage.Int64())
    return counted.fill(values).view()


def between(values: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.int64]:
    """Rows of the `len(edges) + 1` cells."""
    counted = bh.Histogram(bh.axis.Variable(edges), storage=bh.storage.Int64())
    return counted.fill(values).view(flow=True)
