"""Files: written whole or not at all. State files: read back checked."""

from __future__ import annotations

import contextlib
import os
import uuid
from pathlib import Path

from tallystick.errors import InputError, did_you_mean


def write_state(path: str | os.PathLike[str], data: bytes) -> Path:
    """Writes a state file as `write_whole` does.

    Raises:
        InputError: The file cannot be written.
    """
    target = Path(path)
    try:
        write_whole(target, data)
    except OSError as error:
        raise InputError(f"{target}: cannot be written: {why(error)}", path=str(target)) from error
    return target


def write_whole(target: Path, data: bytes) -> None:
    """Writes `data` to a temporary neighbour, syncs it, and renames it into place.

    Raises:
        OSError: It cannot be done; what stood there before stands there still.
    """
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex}.tmp")
    try:
        with open(temporary, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(target.parent)


def why(error: OSError) -> str:
    """The system's own words for an error."""
    return os.strerror(error.errno) if error.errno else type(error).__name__


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
        raise InputError(
            f"{source}: cannot be read: {why(error)}",
            hint=did_you_mean(source.name, neighbours),
            path=str(source),
        ) from error
