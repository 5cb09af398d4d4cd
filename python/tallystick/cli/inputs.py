"""From what stands on the command line to profiles."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tallystick.errors import InputError
from tallystick.reading import RichProgress

if TYPE_CHECKING:
    from tallystick.profiling import Plan, Profile
    from tallystick.spec import Spec

STATE_SUFFIX = ".tally"


def require_folder(out: Path | None) -> None:
    """Refuses an output that cannot be written before the work is done, not after.

    Raises:
        InputError: The output's folder does not exist.
    """
    if out is not None and not out.absolute().parent.is_dir():
        raise InputError(
            f"{out}: cannot be written: there is no folder {out.parent}",
            hint=f"mkdir -p {shlex.quote(str(out.parent))}",
            path=str(out),
        )


def require_report(html: Path | None) -> None:
    """Refuses an HTML report that cannot be made or written before the work is done, not after.

    Raises:
        MissingDependencyError: What draws it is not installed.
        InputError: Its folder does not exist.
    """
    if html is not None:
        from tallystick.rendering.html import require

        require_folder(html)
        require()


def is_state(path: str) -> bool:
    """Whether a path names a saved profile rather than data."""
    return path.endswith(STATE_SUFFIX)


def load_profile(path: str) -> Profile:
    """Reads a saved profile."""
    from tallystick.profiling import load

    return load(path)


@dataclass(frozen=True, slots=True)
class Reading:
    """How both sides are read."""

    spec: Spec | None = None
    window: str | None = None
    threads: int | None = None
    as_of: str | None = None


def open_side(path: str, reading: Reading, *, plan: Plan | None = None) -> Profile:
    """A saved profile as it is, or data counted under a plan or one of its own."""
    from tallystick.profiling import profile

    if is_state(path):
        return load_profile(path)
    return profile(
        path,
        spec=reading.spec,
        plan=plan,
        window=reading.window,
        threads=reading.threads,
        as_of=reading.as_of,
        progress=RichProgress(),
    )


def open_spec(path: Path | None) -> Spec | None:
    """Reads a spec, if there is one."""
    from tallystick.spec import load_spec

    return None if path is None else load_spec(path)


def declared_reference(spec: Spec | None, path: Path | None) -> str | None:
    """The reference that a spec names; relative to the spec, wherever the command is run."""
    if spec is None or spec.reference is None or path is None:
        return None
    declared = spec.reference.path
    return declared if "://" in declared else str(path.parent / declared)


def two_sides(
    first: str | None,
    second: str | None,
    reference: str | None,
    current: str | None,
    declared: str | None,
) -> tuple[str, str]:
    """Which path is the reference and which the current data.

    Two arguments are both, one is the current data; the options say it by name; what is then
    still open is the spec's reference.
    """
    given = [one for one in (first, second) if one is not None]
    for option, value in (("--reference", reference), ("--current", current)):
        if value is not None and len(given) == 2:
            raise typer.BadParameter(f"both sides stand there already: leave out {option}")
    if len(given) == 2:
        return given[0], given[1]
    if given and current is not None:
        if reference is not None:
            raise typer.BadParameter("three paths for two sides")
        return given[0], current
    now = given[0] if given else current
    if now is None:
        raise typer.BadParameter("expected the current data: tallystick compare REFERENCE CURRENT")
    before = reference or declared
    if before is None:
        raise typer.BadParameter(
            "expected a reference: tallystick compare REFERENCE CURRENT, or a --spec with "
            'reference = { path = "..." }'
        )
    return before, now


def described(profile: Profile, path: str) -> Profile:
    """The profile with a path as its source."""
    profile.origin = replace(profile.origin, description=path)
    return profile
