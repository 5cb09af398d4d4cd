"""A comparison as a cell of a notebook: what is seen at once, in the notebook's own colours."""

from __future__ import annotations

from markupsafe import Markup

from tallystick.comparison import Comparison
from tallystick.rendering.findings import Findings
from tallystick.rendering.html import contents
from tallystick.rendering.html.environment import fill, sheet

MOST_LINES = 10
MOST_FINDINGS = 3


def cell_of(comparison: Comparison) -> str:
    """The cell: no script, no picture from elsewhere, no style outside of itself."""
    findings = Findings(comparison)
    entries = contents.entries(findings)
    verdict = contents.verdict(findings)
    verdict["findings"] = verdict["findings"][:MOST_FINDINGS]
    return fill(
        "notebook.html.jinja",
        {
            "style": Markup(sheet("notebook.css")),  # noqa: S704
            "verdict": verdict,
            "entries": entries[:MOST_LINES],
            "more": max(len(entries) - MOST_LINES, 0),
        },
    )
