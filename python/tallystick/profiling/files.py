"""State files: written whole or not at all, read back checked."""

from __future__ import annotations

import contextlib
import os
import uuid
from pathlib import Path

from tallystick.errors import InputError, did_you_mean


def write_state(path: str | os.PathLike[str], data: bytes) -> Path:
    """Writes `data` to a temporary neighbour, syncs it, and renames it into place."""
    target = Path(path)
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex}.tmp")
    try:
        with open(temporary, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise InputError(f"{target}: cannot be written: {reason}", path=str(target)) from error
    _sync_folder(target.parent)
    return target


def _sync_folder(folder: Path) -> None:
    # The rename itself is durable once the folder is; not every file system offers it.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def read_state(path: str | os.PathLike[str]) -> bytes:
    """The bytes of a state file.

    Raises:
        InputError: The file is not there or cannot be read.
    """
    source = Path(path)
    try:
        return source.read_bytes()
    except OSError as error:
        neighbours = [neighbour.name for neighbour in source.parent.glob("*.tally")]
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise InputError(
            f"{source}: cannot be read: {reason}",
            hint=did_you_mean(source.name, neighbours),
            path=str(source),
        ) from error
