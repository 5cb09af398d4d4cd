"""From pydantic's findings to problems that a person can act on."""

from __future__ import annotations

import datetime as dt
import re
import typing
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from tallystick.errors import Problem, did_you_mean
from tallystick.spec import vocabulary as words
from tallystick.spec.model import Spec

Location = tuple[int | str, ...]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_EXPECTED: Mapping[str, str] = {
    "missing": "this key",
    "string_type": "a string",
    "string_unicode": "a string of valid Unicode",
    "string_too_short": "a string that is not empty",
    "int_type": "an integer",
    "int_from_float": "an integer",
    "int_parsing_size": "a smaller integer",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "dict_type": "a table",
    "tuple_type": "an array",
    "too_long": "a shorter array",
    "invalid_key": "a key that is a string",
}
_SCHEMA_HINT = f"write schema = {words.SCHEMA_VERSION}"
_BOUNDS: Mapping[str, tuple[str, str]] = {
    "greater_than": ("gt", "above"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "below"),
    "less_than_equal": ("le", "at most"),
}


def key_path(location: Sequence[int | str]) -> str:
    """Writes a location as TOML would, quoting names that need it.

    Example:
        >>> key_path(("columns", "device.os", "also_named", 0))
        'columns."device.os".also_named[0]'
    """
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
            continue
        bare = _BARE_KEY.fullmatch(part) is not None
        name = part if bare else '"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"'
        text += f".{name}" if text else name
    return text


def kind_of(value: Any) -> str:
    """Names the type of a value in TOML's words; never the value."""
    # bool before int and datetime before date: the former are subclasses of the latter.
    kinds: tuple[tuple[str, type | tuple[type, ...]], ...] = (
        ("a boolean", bool),
        ("an integer", int),
        ("a float", float),
        ("a string", str),
        ("an array", (list, tuple)),
        ("a table", Mapping),
        ("a date-time", dt.datetime),
        ("a date", dt.date),
        ("a time", dt.time),
    )
    for name, kind in kinds:
        if isinstance(value, kind):
            return name
    return "nothing" if value is None else f"a {type(value).__name__}"


def explain(found: Mapping[str, Any]) -> Problem:
    """Turns one entry of `ValidationError.errors()` into a problem."""
    location: Location = found["loc"]
    type_ = found["type"]
    if len(location) == 3 and location[-1] == "[key]" and type_ != "extra_forbidden":
        # So pydantic says that the name of the table itself is wrong.
        location = location[:-1]
    key = key_path(location)
    context: Mapping[str, Any] = found.get("ctx", {})
    value = found["input"]
    if type_ == "extra_forbidden":
        return _unknown(location)
    if type_ == "missing":
        hint = _SCHEMA_HINT if location == ("schema",) else None
        return Problem(key, "this key", "nothing", hint)
    if type_ == "refused":
        return _refused(location, value, context)
    if type_ in _BOUNDS:
        name, word = _BOUNDS[type_]
        return Problem(key, f"a number {word} {context[name]:g}", "a number beyond that")
    if type_ == "too_long":
        return Problem(key, f"at most {context['max_length']} entries", "more entries")
    if type_ == "string_too_short":
        return Problem(key, _EXPECTED[type_], "an empty string")
    return Problem(key, _EXPECTED.get(type_, "a valid value"), kind_of(value))


def _refused(location: Location, value: Any, context: Mapping[str, Any]) -> Problem:
    key = key_path(location)
    hint = _SCHEMA_HINT if location == ("schema",) else None
    choices = context.get("choices")
    if choices is not None and isinstance(value, str):
        hint = did_you_mean(value, choices)
        if location[0] == "columns" and location[-1] == "role":
            if value in words.RESERVED_ROLES:
                meaning = words.RESERVED_ROLES[value]
                return Problem(f'{key} = "{value}"', meaning, "a reserved role", reserved=True)
            hint = words.ROLES_ELSEWHERE.get(value, hint)
        elif value in words.LATER_METRICS:
            hint = f"{value} comes in a later release"
    return Problem(key, context["expected"], context.get("got") or kind_of(value), hint)


def _unknown(location: Location) -> Problem:
    key = key_path(location)
    meaning = _reserved(location)
    if meaning is not None:
        return Problem(key, meaning, "a reserved key", reserved=True)
    choices = _keys_at(location[:-1])
    hint = did_you_mean(str(location[-1]), choices)
    return Problem(key, "one of " + ", ".join(choices), "an unknown key", hint)


def _reserved(location: Location) -> str | None:
    for pattern, meaning in words.RESERVED_KEYS.items():
        pairs = zip(pattern, location, strict=False)
        if len(pattern) == len(location) and all(want in ("*", got) for want, got in pairs):
            return meaning
    if location[-2:-1] == ("tolerance",) and location[-1] in words.LATER_METRICS:
        return f"tolerance of {location[-1]}"
    return None


def _keys_at(location: Location) -> list[str]:
    """The keys that the table at `location` may have."""
    table: type[BaseModel] = Spec
    for part in location:
        if table is Spec and part == "columns":
            continue
        fields = {field.alias or name: field for name, field in table.model_fields.items()}
        # Under `columns` the next part is a column's name, whatever it is.
        name = "columns" if location[0] == "columns" and table is Spec else str(part)
        table = _table_in(fields[name].annotation)
    return [field.alias or name for name, field in table.model_fields.items()]


def _table_in(annotation: Any) -> type[BaseModel]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = [one for one in typing.get_args(annotation) if one not in (str, type(None))]
    return _table_in(next(one for one in inner if typing.get_origin(one) is not typing.Annotated))
