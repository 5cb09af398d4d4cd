"""What commands print, where, and with which exit code they end."""

from __future__ import annotations

import functools
import json
import math
import os
import sys
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

import typer

from tallystick.errors import InternalError, TallystickError
from tallystick.rendering import numbers, printable

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console


EXIT_ERROR = 3
_UNREDIRECTED_WIDTH = 100

P = ParamSpec("P")


def command(function: Callable[P, int]) -> Callable[P, None]:
    """Makes a command of a function that returns an exit code.

    What goes wrong ends in a message and exit code 3, never in 1, which means an alert.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        as_json = bool(kwargs.get("as_json"))
        try:
            code = function(*args, **kwargs)
        except TallystickError as error:
            _tell(error, as_json)
            code = EXIT_ERROR
        except (typer.Exit, typer.TyperException):
            raise
        except MemoryError:
            _tell(InternalError("out of memory", hint="try --threads 1"), as_json)
            code = EXIT_ERROR
        except Exception as error:
            traceback.print_exc()
            _tell(InternalError(f"{type(error).__name__} where none was expected"), as_json)
            code = EXIT_ERROR
        raise typer.Exit(code)

    return run


def _tell(error: TallystickError, as_json: bool) -> None:
    if as_json:
        said = {"code": error.code, "message": error.message, "hint": error.hint}
        print_json({"error": {**said, "context": error.context}})
        return
    from rich.text import Text

    lines = [printable(line) for line in error.message.split("\n")]
    hints = [printable(line) for line in (error.hint or "").split("\n") if line]
    text = Text.assemble(("error: ", "bold red"), "\n".join(lines))
    for hint in hints:
        text.append("\n  hint: ", "bold").append(hint)
    _print(lambda: console(stderr=True).print(text, soft_wrap=True))


def console(*, stderr: bool = False) -> Console:
    """A console as wide as the terminal; 100 cells where there is none."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else _UNREDIRECTED_WIDTH
    return Console(file=stream, width=width, highlight=False)


def show(draw: Callable[[Console], object]) -> None:
    """Draws on standard output."""
    _print(lambda: draw(console()))


def say(text: str = "") -> None:
    """Prints a line of our own words on standard output."""
    from rich.text import Text

    _print(lambda: console().print(Text(text), soft_wrap=True))


def say_written(paths: Iterable[Path], word: str = "wrote") -> None:
    """Says which files there are now, and how large they are."""
    for path in paths:
        say(f"  {word} {printable(str(path))}, {numbers.size(path.stat().st_size)}")


def say_pushed(places: Iterable[str]) -> None:
    """Says where metrics were pushed to."""
    for place in places:
        say(f"  pushed to {printable(place)}")


def note(text: str) -> None:
    """Prints a line on standard error, beside whatever a program reads."""
    from rich.text import Text

    _print(lambda: console(stderr=True).print(Text(text), soft_wrap=True))


def say_nothing(_: str = "") -> None:
    """Keeps standard output for JSON alone."""


def print_json(value: Any) -> None:
    """Prints JSON; numbers that are not finite become null."""
    print_text(json.dumps(_finite(value), indent=2, allow_nan=False, default=str))


def print_text(text: str, *, stderr: bool = False) -> None:
    """Prints a text for programs: no styles, no wrapping."""

    def write() -> None:
        stream = sys.stderr if stderr else sys.stdout
        stream.write(text if text.endswith("\n") else text + "\n")
        stream.flush()

    _print(write)


def _print(write: Callable[[], object]) -> None:
    try:
        write()
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has seen enough (`| head`); the exit code still says what was found.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def prepare_streams() -> None:
    """Lets terminals that cannot show a character show a question mark instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def peak_memory_bytes() -> int | None:
    """The most memory this process has held, where the system tells."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
