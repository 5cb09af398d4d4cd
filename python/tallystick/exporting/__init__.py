"""Results for other programs: one file for each format or transport.

Nothing here is loaded by `import tallystick`, and no module loads its library before it is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tallystick.exporting import opentelemetry as opentelemetry
    from tallystick.exporting import prometheus as prometheus
    from tallystick.exporting import pushgateway as pushgateway

_MODULES = ("opentelemetry", "prometheus", "pushgateway")


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"tallystick.exporting.{name}")
    raise AttributeError(f"module 'tallystick.exporting' has no attribute {name!r}")
