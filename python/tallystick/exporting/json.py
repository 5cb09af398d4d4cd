"""A result table as JSON, and the schema of it.

The document is what `report.to_json()` and `tallystick compare --json` give: the status, where
both sides came from, and the rows. `report-v1.schema.json` in this folder describes it; within
version 1 columns may be added, and none is renamed, retyped or taken away.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tallystick.comparison import Comparison
from tallystick.exporting.tables import require_table

SCHEMA_PATH = Path(__file__).with_name("report-v1.schema.json")


def encode(comparison: Comparison, table: str) -> bytes:
    """Returns the document with the rows of one table; what is not finite becomes null."""
    if require_table(table) == "measurements":
        return (comparison.to_json() + "\n").encode()
    told = {name: value for name, value in comparison.to_dict().items() if name != "measurements"}
    told["curves"] = [_point(row) for row in comparison.curves().to_pylist()]
    return (json.dumps(told, indent=2, allow_nan=False) + "\n").encode()


def _point(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    if isinstance(value, float) and value - value != 0.0:
        return None
    return value.isoformat() if hasattr(value, "isoformat") else value


def report_json_schema() -> dict[str, Any]:
    """Returns the JSON Schema of the document.

    Example:
        >>> sorted(report_json_schema()["$defs"])
        ['curve_point', 'measurement', 'side']
    """
    schema: dict[str, Any] = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    return schema
