"""Effects of all kinds on one scale."""

from __future__ import annotations

import math

from tallystick.comparison.measurement import Measurement


def closeness(row: Measurement) -> float:
    """The effect in units of its tolerance; a distance less its bias may be below 0."""
    value = row.value or 0.0
    if row.unit == "ratio":
        both = value > 0 and row.tolerance is not None and row.tolerance > 1
        return abs(math.log(value)) / math.log(row.tolerance or math.e) if both else 0.0
    if row.metric == "label_coverage":
        # A minimum, which nothing comes near to from within.
        return 0.0
    if row.metric == "auc":
        value = -value  # only a loss counts
    effect = abs(value) if row.unit == "share" else max(value, 0.0)
    return effect / row.tolerance if row.tolerance else 0.0
