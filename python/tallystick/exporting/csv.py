"""A result table as CSV that spreadsheets do not run.

Spreadsheets take a cell that begins like a formula for one, in quotes or not. Names and
categories come from data, so a text that begins with one of `RISKY` gets an apostrophe in front,
and so does a text that begins with an apostrophe: take one leading apostrophe away and every text
is as it was. Numbers, times and truth values are written as they are.
"""

from __future__ import annotations

from typing import Any

from tallystick.comparison import Comparison
from tallystick.exporting.tables import table_of

# What OWASP lists, the wide forms included, which some spreadsheets take for the narrow ones; and
# the apostrophe itself.
RISKY = "=+-@\t\r\n＝＋－＠'"
_PATTERN = f"^([{RISKY.replace('-', '')}-])"


def encode(comparison: Comparison, table: str) -> bytes:
    r"""Returns the table in UTF-8: a line of names, texts in quotes, nothing at all for null.

    Example:
        >>> import tallystick as ts
        >>> rows = {"=1+1": [1, 2, 3] * 100}
        >>> text = encode(ts.compare(reference=rows, current=rows), "curves").decode()
        >>> text.splitlines()[1].split(",")[:3]
        ['"\'=1+1"', '"all"', '']
    """
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.csv as pc  # type: ignore[import-untyped]

    batch = table_of(comparison, table)
    columns = [_plain(column) for column in batch.columns]
    sink = pa.BufferOutputStream()
    pc.write_csv(pa.RecordBatch.from_arrays(columns, batch.schema.names), sink)
    return bytes(sink.getvalue())


def _plain(column: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc  # type: ignore[import-untyped]

    if not pa.types.is_string(column.type):
        return column
    return pc.replace_substring_regex(column, pattern=_PATTERN, replacement=r"'\1")
