"""Charts of a comparison, each defined once as an Altair chart.

The HTML page draws the same objects that `report.to_altair()` returns. Altair is loaded with the
first chart.
"""

from __future__ import annotations

from tallystick.rendering.charts.choice import to_altair

__all__ = ["to_altair"]
