"""Results as text: what a person reads in a terminal, a log, or a notebook."""

from tallystick.rendering.escaping import printable
from tallystick.rendering.profile_page import contents, contents_text
from tallystick.rendering.series import series_text, worst_segments, worst_text
from tallystick.rendering.terminal import render, to_text

__all__ = [
    "contents",
    "contents_text",
    "printable",
    "render",
    "series_text",
    "to_text",
    "worst_segments",
    "worst_text",
]
