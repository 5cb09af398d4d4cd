"""How charts look: one palette by role, one size that fits a phone.

Colours are those of a page on white. Each belongs to one role only, so that the HTML page can
turn every colour of a drawing into the variable of its role, which follows light and dark.
"""

from __future__ import annotations

# By role; the names are the CSS variables of the page.
INK = "#1c2129"
MUTED = "#5a6371"
GRID = "#e6e9ee"
REFERENCE = "#c5ccd8"
REFERENCE_LINE = "#77839a"
CURRENT = "#2559d8"
CURRENT_PALE = "#b9cbf6"
ALERT = "#c33419"
OPEN = "#946200"
OK = "#1d7a55"
# Cells of the heat map, by effect over tolerance.
CALM = "#dfe7ef"
NEAR = "#a9bdd3"
BEYOND = "#e98a6f"
FAR = "#b3270f"

ROLES = {
    "ink": INK,
    "muted": MUTED,
    "grid": GRID,
    "reference": REFERENCE,
    "reference-line": REFERENCE_LINE,
    "current": CURRENT,
    "current-pale": CURRENT_PALE,
    "alert": ALERT,
    "open": OPEN,
    "ok": OK,
    "calm": CALM,
    "near": NEAR,
    "beyond": BEYOND,
    "far": FAR,
}
# The same roles on a dark page.
DARK = {
    "ink": "#e9ecf1",
    "muted": "#a5afbd",
    "grid": "#2b323d",
    "reference": "#465062",
    "reference-line": "#98a5ba",
    "current": "#82a8ff",
    "current-pale": "#2d4275",
    "alert": "#ff8d74",
    "open": "#e2b44c",
    "ok": "#5cc79b",
    "calm": "#263140",
    "near": "#45617f",
    "beyond": "#c0583d",
    "far": "#ff8d74",
}
STATUS = {"alert": ALERT, "undetermined": OPEN, "ok": OK, "not_applicable": CURRENT}

# A card on a phone of 390 px has this much room.
WIDTH = 300
FONT_SIZE = 11


# Room for fonts that are wider than those of the machine that draws.
PADDING = {"left": 12, "right": 8, "top": 3, "bottom": 3}
CONFIG = {
    "view": {"stroke": None},
    "axis": {
        "labelColor": MUTED,
        "titleColor": MUTED,
        "labelFontSize": FONT_SIZE,
        "titleFontSize": FONT_SIZE,
        "titleFontWeight": "normal",
        "domain": False,
        "ticks": False,
        "gridColor": GRID,
        "labelPadding": 5,
        "labelSeparation": 8,
    },
    "axisX": {"grid": False},
    "title": {"anchor": "start", "color": INK, "fontSize": 12, "fontWeight": 600, "offset": 8},
    "text": {"fontSize": FONT_SIZE, "color": MUTED},
    "legend": {"disable": True},
    # A page names each drawing as a whole.
    "aria": False,
}
