"""The two result tables by name."""

from __future__ import annotations

from typing import Any

from tallystick.comparison import Comparison
from tallystick.errors import ParameterError, did_you_mean

TABLES = ("measurements", "curves")


def table_of(comparison: Comparison, table: str) -> Any:
    """A result table as a `pyarrow.RecordBatch`."""
    return comparison.to_arrow() if require_table(table) == "measurements" else comparison.curves()


def require_table(table: str) -> str:
    """Refuses a name that is none of the two tables'.

    Raises:
        ParameterError: It is neither.
    """
    if table not in TABLES:
        raise ParameterError(
            f"table: expected {' or '.join(TABLES)}, got {table}",
            hint=did_you_mean(table, TABLES),
            name="table",
        )
    return table
