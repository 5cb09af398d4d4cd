"""Results for other programs: one file for each format or transport.

Nothing here is loaded by `import tallystick`, and no module loads its library before it is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tallystick.exporting import opentelemetry, prometheus, pushgateway

__all__ = ["opentelemetry", "prometheus", "pushgateway"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return importlib.import_module(f"tallystick.exporting.{name}")
    raise AttributeError(f"module 'tallystick.exporting' has no attribute {name!r}")
