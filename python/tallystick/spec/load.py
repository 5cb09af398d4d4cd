"""Reading a spec: from a file, a text or a table, with all problems at once."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tallystick.errors import ParameterError, Problem, SpecError, SpecVersionError, did_you_mean
from tallystick.spec import vocabulary as words
from tallystick.spec.check import check_spec
from tallystick.spec.model import Spec
from tallystick.spec.problems import Location, explain, key_path, kind_of

_COLUMNS_OF_SCORES = (("score", "column"), ("score", "columns"))


def load_spec(source: str | os.PathLike[str] | Mapping[str, Any] | Spec) -> Spec:
    r"""Reads a spec and checks it.

    Args:
        source: A path; TOML text (a string with a line break); a mapping as `tomllib` returns
            it; or a spec, which is returned as it is.

    Returns:
        The spec, frozen. What it leaves out is inferred later, from the data's types.

    Raises:
        SpecError: The file cannot be read, is no TOML, or breaks rules of the format. All
            broken rules are listed, each with its key path, in `error.problems`.
        SpecVersionError: The spec is of a later version.
        ParameterError: `source` is of another type.

    Missing data: a key that is left out takes its default; TOML has no null.
    Cost: milliseconds. Source: TOML 1.0 (toml.io).

    Example:
        >>> spec = load_spec("schema = 1\nsegments = ['country']\n")
        >>> spec.segments
        ('country',)
        >>> load_spec({"schema": 1, "model": {"nmae": "churn"}})
        Traceback (most recent call last):
        tallystick.errors.SpecError: spec: 1 problem
          model.nmae: expected one of name, version, owner, runbook, got an unknown key
            hint: did you mean "name"?
    """
    if isinstance(source, Spec):
        problems = check_spec(source)
        if problems:
            raise SpecError.of("spec", problems)
        return source
    if isinstance(source, Mapping):
        return _validated(dict(source), "spec")
    if isinstance(source, str) and "\n" in source:
        return _validated(_parsed(source, "spec"), "spec")
    if isinstance(source, str | os.PathLike):
        path = os.fspath(source)
        if isinstance(path, str):
            return _validated(_parsed(_text(path), path), path)
    raise ParameterError(
        f"spec: expected a path, TOML text, a mapping or a Spec, got {kind_of(source)}",
        parameter="spec",
    )


def _text(path: str) -> str:
    try:
        # The byte order mark that some editors write is no part of the text.
        return Path(path).read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise SpecError(f"{path}: no such spec", hint=_path_hint(path), path=path) from None
    except UnicodeDecodeError:
        raise SpecError(f"{path}: expected a text in UTF-8, got other bytes", path=path) from None
    except (OSError, ValueError) as error:
        # ValueError: a path with a null byte.
        reason = getattr(error, "strerror", None) or "not a path"
        raise SpecError(f"{path!r}: cannot be read: {reason}", path=path) from None


def _path_hint(path: str) -> str | None:
    if "=" in path and not path.endswith(".toml"):
        return "to pass TOML text instead of a path, end it with a line break"
    folder = Path(path).parent
    try:
        siblings = [one.name for one in folder.iterdir()]
    except OSError:
        return f"there is no folder {folder}"
    return did_you_mean(Path(path).name, siblings)


def _parsed(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"{where}: not TOML: {error}", where=where) from None
    except (ValueError, RecursionError):
        # tomllib passes on the interpreter's own limits on digits and on depth.
        reason = "a number of too many digits, or arrays nested too deeply"
        raise SpecError(f"{where}: not TOML that can be read: {reason}", where=where) from None


def _validated(raw: dict[str, Any], where: str) -> Spec:
    _refuse_later_versions(raw, where)
    try:
        spec = Spec.model_validate(raw)
    except ValidationError as error:
        found = error.errors(include_url=False)
        problems = [explain(one) for one in found]
        problems += _checked_around(raw, [one["loc"] for one in found])
        raise SpecError.of(where, problems) from None
    problems = check_spec(spec)
    if problems:
        raise SpecError.of(where, problems)
    return spec


def _refuse_later_versions(raw: Mapping[str, Any], where: str) -> None:
    version = raw.get("schema")
    # The keys of another version are no use listing: one clear message instead.
    if type(version) is int and version > words.SCHEMA_VERSION:
        raise SpecVersionError(
            f"{where}: expected schema = {words.SCHEMA_VERSION}, got a later version",
            hint="a later release of tallystick reads it",
            supported=words.SCHEMA_VERSION,
        )


def _checked_around(raw: dict[str, Any], broken: Sequence[Location]) -> list[Problem]:
    """Checks what is well-formed although other parts are not, so that all comes at once.

    The broken parts are cut out. What contradicts itself only because of a cut is not told.
    """
    cut: set[Location] = set()
    rest = raw
    for location in broken:
        place = _table_or_value(location)
        if not place:
            return []
        if place == ("schema",):
            rest = {**rest, "schema": words.SCHEMA_VERSION}
            continue
        rest = _without(rest, place)
        cut.add(place)
    try:
        spec = Spec.model_validate(rest)
    except ValidationError:
        return []
    if spec.score is not None and not spec.score.all_columns:
        # Which columns are scores is not known.
        cut.add(("score",))
    return [one for one in check_spec(spec) if not _rests_on_a_cut(one.key, cut)]


def _table_or_value(location: Location) -> Location:
    """The smallest part that can be cut out and leaves a valid table behind."""
    for length, part in enumerate(location):
        if isinstance(part, int):
            return location[:length]
    if location[0] == "columns":
        return location[:2] if location[-1] == "[key]" else location[:3]
    # A score without any column is no score.
    return location[:1] if location[:2] in _COLUMNS_OF_SCORES else location[:2]


def _without(table: Mapping[str, Any], place: Location) -> dict[str, Any]:
    head, rest = str(place[0]), place[1:]
    kept = {key: value for key, value in table.items() if key != head}
    inner = table.get(head)
    if rest and isinstance(inner, Mapping):
        return kept | {head: _without(inner, rest)}
    return kept


def _rests_on_a_cut(key: str, cut: Iterable[Location]) -> bool:
    for place in cut:
        if place == ("score",) and key == "label":
            return True
        # Whether `bins` fits a column depends on its being the score.
        scope = "columns" if place == ("score",) else key_path(place[:2])
        if place[0] in ("score", "columns") and f"{key}.".startswith(f"{scope}."):
            return True
    return False
