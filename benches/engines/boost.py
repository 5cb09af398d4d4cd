"""boost-histogram."""

from __future__ import annotations

import boost_histogram as bh
import numpy as np
from numpy.typing import NDArray


def histogram(values: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.int64]:
    """Rows of the `len(edges) + 1` cells; NaN is left out, which the overflow would take in."""
    missing = np.isnan(values)
    counted = bh.Histogram(bh.axis.Variable(edges), storage=bh.storage.Int64())
    counted.fill(values[~missing] if missing.any() else values)
    return counted.view(flow=True)
