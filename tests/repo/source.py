"""Reading the repository's own sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "python" / "tallystick"
RUST = ROOT / "rust"

# Strings first, so that a comment sign inside one does not open a comment and the reverse.
_RUST_TEXT = re.compile(
    r"""
      (?P<comment> //[^\n]* | /\*.*?\*/ )
    | (?P<string>  b?r(?P<hashes>\#*)".*?"(?P=hashes) | b?"(?:\\.|[^"\\])*" )
    | (?P<char>    b?'(?:\\.[^']*|[^'\\])' )
    """,
    re.VERBOSE | re.DOTALL,
)
_TEST_MODULE = re.compile(r"#\[cfg\(test\)\]\s*(?:#\[[^\]]*\]\s*)*mod\s+\w+\s*\{")


def files(*suffixes: str, under: Path = ROOT) -> Iterator[Path]:
    """Sources with one of the suffixes, without what is built."""
    built = {"target", "__pycache__"}
    for path in sorted(under.rglob("*")):
        parts = path.relative_to(under).parts
        hidden = any(part in built or part.startswith(".") for part in parts)
        if path.suffix in suffixes and not hidden and path.is_file():
            yield path


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def rust_code(text: str) -> str:
    """Rust without comments, and with empty strings and characters; lines keep their numbers."""

    def blank(match: re.Match[str]) -> str:
        quote = {"string": '""', "char": "' '", "comment": ""}[str(match.lastgroup)]
        return quote + "\n" * match.group().count("\n")

    return _RUST_TEXT.sub(blank, text)


def without_tests(code: str) -> str:
    """The output of `rust_code` without its `#[cfg(test)] mod name { ... }`."""
    while match := _TEST_MODULE.search(code):
        depth, end = 1, match.end()
        while depth and end < len(code):
            depth += {"{": 1, "}": -1}.get(code[end], 0)
            end += 1
        code = code[: match.start()] + "\n" * code.count("\n", match.start(), end) + code[end:]
    return code


def is_rust_test(path: Path) -> bool:
    return path.name == "tests.rs" or "tests" in path.relative_to(RUST).parts


def lines_with(pattern: str, code: str) -> list[int]:
    """Numbers of the lines where the pattern occurs."""
    return [n for n, line in enumerate(code.splitlines(), 1) if re.search(pattern, line)]
