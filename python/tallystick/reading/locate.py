"""From a path, a glob, a directory, or a list of them, to files."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath
from urllib.parse import unquote

from tallystick.errors import InputError, nearest
from tallystick.reading.files import FileSource
from tallystick.reading.formats import FORMATS, DataFile, FileFormat, format_of, inspect

Path = str | os.PathLike[str]
Found = tuple[str, FileFormat, str]  # the file, its format, the directory that was asked for

_HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"
ACCEPTED = ", ".join(suffix for kind in FORMATS for suffix in kind.suffixes)


def from_paths(data: Path | Sequence[Path], columns: Sequence[str] | None) -> FileSource:
    """Read every file that the path, glob, directory or list of them stands for.

    Files whose name begins with a dot or an underscore are not data by convention, and are
    left out of directories and globs. A file that several of the paths stand for is read once.
    """
    patterns = [data] if isinstance(data, str | os.PathLike) else list(data)
    found: dict[str, DataFile] = {}
    for pattern in patterns:
        for path, kind, root in _expand(os.fspath(pattern)):
            key = os.path.abspath(path)
            if key not in found:
                found[key] = inspect(path, kind, _partition(path, root))
    files = list(found.values())
    return FileSource(files, _describe(patterns), columns)


def _describe(patterns: Sequence[Path]) -> str:
    first = os.fspath(patterns[0])
    return first if len(patterns) == 1 else f"{first} and {len(patterns) - 1:,} more"


def _expand(pattern: str) -> Iterator[Found]:
    if "://" in pattern:
        raise InputError(
            f"cannot read {pattern}: only local paths are read directly",
            hint="pass pyarrow.dataset.dataset(url), or an Arrow stream",
        )
    path = os.path.expanduser(pattern)
    if os.path.isdir(path):
        yield from _directory(path)
    elif os.path.exists(path):
        yield path, _known(path), os.path.dirname(path)
    elif glob.has_magic(path):
        yield from _matches(path, pattern)
    else:
        raise InputError(f"no such file: {pattern}", hint=_hint(path), path=pattern)


def _known(path: str) -> FileFormat:
    kind = format_of(path)
    if kind is None:
        raise InputError(f"cannot tell what kind of file {path} is", hint=f"accepted: {ACCEPTED}")
    return kind


def _matches(path: str, pattern: str) -> Iterator[Found]:
    # Whoever writes the underscore into the pattern means such files.
    hidden = "." if PurePath(path).name.startswith("_") else "_."
    matches = sorted(glob.glob(path, recursive=True))
    names = [match for match in matches if PurePath(match).name[0] not in hidden]
    if not names:
        raise InputError(f"no file matches {pattern}", hint=_hint(path), path=pattern)
    recursive = "**" in path  # the pattern then matches what directories hold, too
    files = [name for name in names if os.path.isfile(name)]
    base = _fixed_part(path)
    for name in files:
        yield name, _known(name), base
    if not (recursive and files):
        for name in names:
            if os.path.isdir(name):
                yield from _directory(name, base)


def _directory(root: str, base: str | None = None) -> Iterator[Found]:
    """Yield the data files in and below a directory, which must be all of one format."""
    _refuse_table_format(root)
    paths = list(_walk(root))
    kinds = {path: kind for path in paths if (kind := format_of(path)) is not None}
    formats = Counter(kind.name for kind in kinds.values())
    if not kinds:
        raise InputError(
            f"no data files in the directory {root}: {_census(paths)}",
            hint=f"accepted: {ACCEPTED}",
            path=root,
        )
    others = [path for path in paths if path not in kinds]
    if others:
        raise InputError(
            f"the directory {root} holds files of an unknown kind: {_census(others)}",
            hint=f"name the files to read: {os.path.join(root, '*' + _suffix(next(iter(kinds))))}",
            path=root,
        )
    if len(formats) > 1:
        shown = ", ".join(f"{count:,} {name}" for name, count in formats.items())
        raise InputError(
            f"the directory {root} holds files of several formats: {shown}",
            hint=f"name the files to read: {os.path.join(root, '*' + _suffix(next(iter(kinds))))}",
            path=root,
        )
    yield from ((path, kind, base or root) for path, kind in kinds.items())


def _fixed_part(pattern: str) -> str:
    """Return the directory in front of the pattern's first wildcard."""
    base = PurePath(pattern).parent
    while glob.has_magic(str(base)):
        base = base.parent
    return str(base)


def _partition(path: str, root: str) -> dict[str, str | None]:
    """Read `key=value` directory names, as Hive and Spark write them."""
    parts = [p for p in PurePath(os.path.relpath(path, root or ".")).parent.parts if "=" in p]
    pairs = (part.partition("=")[::2] for part in parts)
    return {unquote(key): None if value == _HIVE_NULL else unquote(value) for key, value in pairs}


def _walk(root: str) -> Iterator[str]:
    for folder, folders, names in os.walk(root, followlinks=True):
        folders[:] = sorted(name for name in folders if name[0] not in "_.")
        yield from (os.path.join(folder, name) for name in sorted(names) if name[0] not in "_.")


def _refuse_table_format(root: str) -> None:
    """Refuse a folder whose files alone do not say which rows are still valid."""
    if os.path.isdir(os.path.join(root, "_delta_log")):
        raise InputError(
            f"{root} is a Delta table: its files also hold rows that were deleted",
            hint="pass deltalake.DeltaTable(path)",
            path=root,
        )
    if glob.glob(os.path.join(glob.escape(root), "metadata", "*.metadata.json")):
        raise InputError(
            f"{root} is an Iceberg table: its files also hold rows that were deleted",
            hint="pass the scan of the table that pyiceberg gives",
            path=root,
        )


def _suffix(path: str) -> str:
    return PurePath(path).suffix.lower()


def _census(paths: Iterable[str]) -> str:
    """Count files by suffix, the most frequent first."""
    counts = Counter(_suffix(path) or "without suffix" for path in paths)
    return ", ".join(f"{n:,} {suffix}" for suffix, n in counts.most_common(4)) or "it is empty"


def _hint(path: str) -> str:
    """Name what does exist and comes nearest to the path."""
    missing = PurePath(path)
    parent = missing.parent
    while not os.path.isdir(parent):
        missing, parent = parent, parent.parent
    try:
        entries = sorted(os.listdir(parent))
    except OSError:
        return f"the directory {parent} cannot be listed"
    close = nearest(missing.name, entries)
    if close is not None:
        return f"did you mean {os.path.join(parent, close)}?"
    if missing == PurePath(path):
        return f"the directory {parent} holds: {_census(entries)}"
    return f"there is no {missing.name!r} in the directory {parent}"
