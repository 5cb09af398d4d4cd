"""Where each chart begins: rows of its own, never a frame or an address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import altair as alt


def plot(rows: Iterable[dict[str, Any]]) -> alt.Chart:
    """A chart over rows that travel with it."""
    return alt.Chart(alt.InlineData(values=list(rows)))
