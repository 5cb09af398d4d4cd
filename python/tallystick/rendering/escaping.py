"""Text that came with the data, made safe to print."""

from __future__ import annotations

import re
import unicodedata

from rich.cells import cell_len, set_cell_size

# Control sequences, from their first byte to their last: colours, cursor moves, titles, links.
_SEQUENCES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI
    r"|(?:\x1b[\]P^_X]|[\x90\x98\x9d-\x9f]).*?(?:\x07|\x1b\\|\x9c|$)"  # OSC, DCS, PM, APC, SOS
    r"|\x1b[ -/]*[0-~]",
    re.DOTALL,
)
# Controls, invisible formatting (bidi marks among it), lone surrogates, line separators.
_UNSAFE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def printable(text: str, width: int | None = None) -> str:
    r"""Returns `text` so that it cannot move the cursor, colour, reorder or hide anything.

    Control sequences go; every other control, formatting or line-breaking character becomes
    U+FFFD, so that two different names rarely look alike. With `width`, what is longer in
    terminal cells ends in "…".

    Example:
        >>> printable("\x1b[31mred\x1b[0m\u202eab"), printable("abcdef", 4)
        ('red�ab', 'abc…')
    """
    text = _SEQUENCES.sub("", text)
    if not text.isascii() or not text.isprintable():
        text = "".join("\ufffd" if unicodedata.category(c) in _UNSAFE else c for c in text)
    return text if width is None else shortened(text, width)


def shortened(text: str, width: int) -> str:
    """Returns `text` cut to `width` terminal cells, ending in "…" when it was longer."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(width - 1, 0)).rstrip() + "…"


def shortened_left(text: str, width: int) -> str:
    """The same with the front cut off: of a path the end tells more."""
    if cell_len(text) <= width:
        return text
    while text and cell_len(text) > width - 1:
        text = text[1:]
    return "…" + text
