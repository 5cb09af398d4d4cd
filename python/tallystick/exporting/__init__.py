"""Results for other programs: one file for each format or transport.

Nothing here is loaded by `import tallystick`, and no module loads its library before it is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from tallystick.exporting.files import SUFFIXES, check_path, write
from tallystick.exporting.github import append_summary, to_annotations
from tallystick.exporting.json import report_json_schema
from tallystick.exporting.junit import to_junit
from tallystick.exporting.markdown import to_markdown

if TYPE_CHECKING:
    from tallystick.exporting import opentelemetry as opentelemetry
    from tallystick.exporting import prometheus as prometheus
    from tallystick.exporting import pushgateway as pushgateway

__all__ = [
    "SUFFIXES",
    "append_summary",
    "check_path",
    "report_json_schema",
    "to_annotations",
    "to_junit",
    "to_markdown",
    "write",
]
_MODULES = ("opentelemetry", "prometheus", "pushgateway")


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"tallystick.exporting.{name}")
    raise AttributeError(f"module 'tallystick.exporting' has no attribute {name!r}")
