"""Lines of a terminal page: aligned columns, wrapped sentences, one style each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

# A space that is no place to break a line.
TIED = "\xa0"
_UNIT = re.compile(r" (%|pt\b|rows?\b)")

NARROWEST = 60
WIDEST = 100


class Page:
    """Lines that fit a width."""

    def __init__(self, width: int) -> None:
        """`width` in terminal cells, kept within what the layout is made for."""
        self.width = min(max(width, NARROWEST), WIDEST)
        self.lines: list[Text] = []

    def blank(self) -> None:
        """An empty line, unless there is one."""
        if self.lines and self.lines[-1].plain:
            self.lines.append(Text())

    def line(self, *parts: tuple[str, str]) -> None:
        """A line of styled parts, wrapped with a hanging indent where it is too long."""
        text = Text.assemble(*parts)
        if cell_len(text.plain) <= self.width:
            self.lines.append(text)
        else:
            self.wrapped(text.plain, len(text.plain) - len(text.plain.lstrip()), parts[-1][1])

    def wrapped(
        self, text: str, indent: int, style: str = "", head: str = "", head_style: str = "bold"
    ) -> None:
        """A paragraph whose lines begin at `indent`; `head` stands in front of the first."""
        lines = wrap(text.strip(), self.width - indent)
        for number, part in enumerate(lines or [""]):
            front = pad(head, indent) if number == 0 else " " * indent
            self.lines.append(Text.assemble((front, head_style), (part, style)))

    def text(self) -> str:
        """All lines without styles."""
        return "\n".join(line.plain.rstrip() for line in self.lines).strip("\n")

    def print_to(self, console: Console) -> None:
        """All lines with their styles."""
        for line in self.lines:
            line.rstrip()
            console.print(line, soft_wrap=True)


def wrap(text: str, width: int) -> list[str]:
    """Breaks a text at its spaces into lines of at most `width` cells; long words are split.

    A number and its unit stay together.
    """
    lines: list[str] = []
    current = ""
    for word in tied(text).split(" "):
        while cell_len(word) > width:
            room = _fitting(word, width)
            lines += [current] if current else []
            current = ""
            lines.append(word[:room])
            word = word[room:]
        joined = f"{current} {word}" if current else word
        if cell_len(joined) <= width:
            current = joined
        else:
            lines.append(current)
            current = word
    lines += [current] if current else []
    return [line.replace(TIED, " ") for line in lines]


def tied(text: str) -> str:
    r"""The text with numbers tied to their units.

    Example:
        >>> tied("3.0 % of 5 rows").split(" ")
        ['3.0\xa0%', 'of', '5\xa0rows']
    """
    return _UNIT.sub(f"{TIED}\\1", text)


def _fitting(word: str, width: int) -> int:
    room = 0
    while room < len(word) and cell_len(word[: room + 1]) <= width:
        room += 1
    return max(room, 1)


def pad(text: str, width: int, right: bool = False) -> str:
    """Fills a text with spaces up to `width` cells."""
    spaces = " " * max(width - cell_len(text), 0)
    return spaces + text if right else text + spaces


def widths(rows: Iterable[Sequence[str]]) -> list[int]:
    """Widest cell of every column."""
    return [max(cell_len(cell) for cell in column) for column in zip(*rows, strict=True)]


def joined(items: Iterable[str], gap: str = "  ") -> str:
    """The items that are not empty, apart."""
    return gap.join(item for item in items if item)
