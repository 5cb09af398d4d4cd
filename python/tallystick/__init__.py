"""What changed in production data, how surely, and whether it matters.

Five nouns, one direction: a spec says what to measure, a plan how to count, a profile holds the
counts, a comparison says what changed, a decision says what to do. Importing this package loads
none of the heavy libraries; each name is resolved on first use.

Example:
    >>> import numpy as np
    >>> import tallystick as ts
    >>> random = np.random.default_rng(7)
    >>> baseline = ts.profile({"age": random.normal(40, 9, 50_000)})
    >>> today = ts.profile({"age": random.normal(49, 9, 20_000)}, plan=baseline.plan)
    >>> ts.compare(reference=baseline, current=today).status
    'alert'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tallystick import exporting, metrics
    from tallystick.comparison import Comparison, Measurement, compare
    from tallystick.errors import TallystickError
    from tallystick.metrics.evaluation import evaluate
    from tallystick.metrics.values import Histogram, Quantiles, histogram, quantiles
    from tallystick.monitoring import Monitor, Recorder, read_spool
    from tallystick.profiling import Plan, Profile, load, profile
    from tallystick.spec import Spec, load_spec
    from tallystick.storage import Store

__all__ = [
    "Comparison",
    "Histogram",
    "Measurement",
    "Monitor",
    "Plan",
    "Profile",
    "Quantiles",
    "Recorder",
    "Spec",
    "Store",
    "TallystickError",
    "__version__",
    "compare",
    "evaluate",
    "exporting",
    "histogram",
    "load",
    "load_spec",
    "metrics",
    "profile",
    "quantiles",
    "read_spool",
]

_HOMES = {
    "Comparison": "tallystick.comparison",
    "Histogram": "tallystick.metrics.values",
    "Measurement": "tallystick.comparison",
    "Monitor": "tallystick.monitoring",
    "Plan": "tallystick.profiling",
    "Profile": "tallystick.profiling",
    "Quantiles": "tallystick.metrics.values",
    "Recorder": "tallystick.monitoring",
    "Spec": "tallystick.spec",
    "Store": "tallystick.storage",
    "TallystickError": "tallystick.errors",
    "compare": "tallystick.comparison",
    "evaluate": "tallystick.metrics.evaluation",
    "histogram": "tallystick.metrics.values",
    "load": "tallystick.profiling",
    "load_spec": "tallystick.spec",
    "profile": "tallystick.profiling",
    "quantiles": "tallystick.metrics.values",
    "read_spool": "tallystick.monitoring",
}


def __getattr__(name: str) -> Any:
    if name in ("exporting", "metrics"):
        return importlib.import_module(f"tallystick.{name}")
    if name == "__version__":
        return importlib.import_module("tallystick._core").__version__
    if name in _HOMES:
        value = getattr(importlib.import_module(_HOMES[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'tallystick' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
