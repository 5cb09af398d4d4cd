"""Quantiles from sketches, and exactly."""

from __future__ import annotations

import datasketches
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from ddsketch import DDSketch
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def exact(values: Floats, shares: list[float]) -> Floats:
    return np.quantile(values, shares)


def kll(values: Floats, shares: list[float]) -> Floats:
    sketch = datasketches.kll_doubles_sketch(200)
    sketch.update(values)
    return np.array(sketch.get_quantiles(shares))


def t_digest(values: pa.Array, shares: list[float]) -> Floats:
    return pc.tdigest(values, q=shares).to_numpy()


def dd(values: Floats, shares: list[float]) -> Floats:
    sketch = DDSketch(0.004)
    for value in values.tolist():
        sketch.add(value)
    return np.array([sketch.get_quantile_value(share) for share in shares])
