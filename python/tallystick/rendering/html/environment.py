"""The templates and the style sheet: package data, filled with every value escaped."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tallystick.rendering.charts import theme
from tallystick.rendering.page import tied

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def _tied(value: Any) -> Any:
    # Markup is done already; what is not text has no units.
    return tied(value) if type(value) is str else value


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_tied,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def fill(template: str, values: Mapping[str, Any]) -> str:
    """The template with the values in it."""
    return _environment().get_template(template).render(values)


@functools.cache
def sheet(name: str) -> str:
    """A style sheet on one line, without its comments."""
    text = (_TEMPLATES / name).read_text(encoding="utf-8")
    return " ".join(_COMMENT.sub("", text).split())


def colors() -> str:
    """The colours of all roles, for light and for dark."""
    light, dark = (
        "".join(f"--{role}:{color};" for role, color in roles.items())
        for roles in (theme.ROLES, theme.DARK)
    )
    return f":root{{{light}}}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"
