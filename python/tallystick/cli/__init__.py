"""The command `tallystick`: arguments in, a page or JSON out, an exit code that says what is."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs the command and exits: 0 ok, 1 alert, 2 usage, 3 error, 4 undetermined, 130 Ctrl-C.

    Args:
        arguments: What follows the command's name; those of the process when left out.
    """
    try:
        from tallystick.cli.app import app
        from tallystick.cli.output import prepare_streams

        prepare_streams()
        app(None if arguments is None else list(arguments), prog_name="tallystick")
    except KeyboardInterrupt:
        # Also while the libraries are still being imported.
        sys.exit(130)
    sys.exit(0)
