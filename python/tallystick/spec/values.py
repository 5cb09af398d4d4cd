"""What single values of a spec may be: each function takes what TOML gave and returns what is kept.

None of them converts: `"1"` is no number and `1` no boolean.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import PydanticCustomError

from tallystick.spec import vocabulary as words

INTEGERS = range(-(2**63), 2**64)
DURATIONS = r"[1-9][0-9]{0,5}(m|h|d|w)"
FALSE_PAGES = r"[0-9]{1,6} per [0-9]{1,6} (day|days|week|weeks)"


def refuse(expected: str, got: str | None = None) -> PydanticCustomError:
    """The error that says what was expected."""
    # Braces would be read as a template; the texts here have none.
    return PydanticCustomError("refused", "refused", {"expected": expected, "got": got})


def version(value: Any) -> int:
    """The version of the format."""
    if type(value) is not int or value != words.SCHEMA_VERSION:
        raise refuse(f"{words.SCHEMA_VERSION}, the version of the format")
    return value


def one_of(choices: tuple[str, ...], expected: str | None = None) -> Callable[[Any], str]:
    """A function that takes one of these texts."""
    expected = expected or "one of " + ", ".join(f'"{one}"' for one in choices)

    def choose(value: Any) -> str:
        if not isinstance(value, str) or value not in choices:
            raise PydanticCustomError(
                "refused", "refused", {"expected": expected, "choices": list(choices)}
            )
        return str(value)

    return choose


def number(value: Any) -> int | float:
    """Keeps integers exact: an edge at 2^53 + 1 must stay there."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse("a number")
    if isinstance(value, int):
        if value not in INTEGERS:
            raise refuse("a number", "an integer beyond 64 bits")
        return int(value)
    if not math.isfinite(value):
        raise refuse("a finite number", "an infinity or nan")
    return float(value) + 0.0  # -0.0 and 0.0 are one edge


def numbers(value: Any, expected: str) -> tuple[int | float, ...]:
    """An array of numbers."""
    if not isinstance(value, list | tuple):
        raise refuse(expected)
    for one in value:
        if isinstance(one, bool) or not isinstance(one, int | float):
            raise refuse(expected, "an array with something else than numbers")
    return tuple(number(one) for one in value)


def value_range(value: Any) -> tuple[int | float, ...]:
    """Two numbers, the lower one first."""
    expected = "[low, high], two numbers with low < high"
    ends = numbers(value, expected)
    if len(ends) != 2:
        raise refuse(expected, f"an array of {len(ends)}")
    if not ends[0] < ends[1]:
        raise refuse(expected, "a low end that is not below the high end")
    return ends


def binning(value: Any) -> str | tuple[int | float, ...]:
    """The name of a binning, or ascending edges."""
    if isinstance(value, str):
        return one_of(words.BINNINGS)(value)
    expected = "the name of a binning, or an array of ascending edges"
    edges = numbers(value, expected)
    if not 1 <= len(edges) <= words.MAX_BINS:
        raise refuse(f"between 1 and {words.MAX_BINS} edges", f"an array of {len(edges)}")
    if any(not low < high for low, high in itertools.pairwise(edges)):
        raise refuse(expected, "edges that do not ascend strictly")
    return edges


def category(value: Any) -> str:
    """The canonical text of a category: 1, 1.0 and "1" are one, booleans are words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and int(value) in INTEGERS:
        return str(int(value))
    if isinstance(value, int) and value in INTEGERS:
        return str(int(value))
    if isinstance(value, str):
        return str(value)
    raise refuse("a string, an integer or a boolean")


def categories(value: Any) -> tuple[str, ...]:
    """Categories in canonical text, each once."""
    if not isinstance(value, list | tuple):
        raise refuse("an array of categories")
    if not 1 <= len(value) <= words.MAX_CATEGORIES:
        raise refuse(f"between 1 and {words.MAX_CATEGORIES} categories", f"{len(value)}")
    names = tuple(category(one) for one in value)
    if len(set(names)) < len(names):
        raise refuse("every category once", "a category that is listed twice")
    return names


def false_pages(value: Any) -> str:
    """A rate in words."""
    expected = 'a rate such as "1 per 90 days"'
    if not isinstance(value, str):
        raise refuse(expected)
    if not re.fullmatch(FALSE_PAGES, value):
        raise refuse(expected, "a string of another form")
    if not 0.0 < rate(value) < 0.5:
        raise refuse(expected, "a rate that is not between 0 and 1 per 2 days")
    return str(value)


def rate(text: str) -> float:
    """Such a rate as a number of pages a day."""
    count, _, length, unit = text.split(" ")
    days = int(length) * (7 if unit.startswith("week") else 1)
    return int(count) / days if days else float("inf")


def thresholds(value: Any) -> tuple[float, ...]:
    """One cut or several, each once."""
    expected = "a cut above 0 and not above 1, or an array of them"
    cuts = numbers(value if isinstance(value, list | tuple) else [value], expected)
    if not 1 <= len(cuts) <= words.MAX_THRESHOLDS:
        raise refuse(f"between 1 and {words.MAX_THRESHOLDS} cuts", f"an array of {len(cuts)}")
    if any(not 0.0 < cut <= 1.0 for cut in cuts) or len(set(cuts)) < len(cuts):
        raise refuse(expected + ", each once", "others")
    return tuple(float(cut) for cut in cuts)


def score_columns(value: Any) -> dict[str, str]:
    """The column of each class's scores by category, in their order."""
    expected = 'a table of 2 to 32 classes, such as { cat = "p_cat", dog = "p_dog" }'
    if not isinstance(value, Mapping):
        raise refuse(expected)
    if not 2 <= len(value) <= words.MAX_CLASSES:
        raise refuse(expected, f"a table of {len(value)}")
    columns = [category(name) for name in value], list(value.values())
    if any(not isinstance(column, str) or not column for column in columns[1]):
        raise refuse(expected, "a class without the name of a column")
    if any(len(set(names)) < len(names) for names in columns):
        raise refuse("every class and every column once", "one that is named twice")
    return dict(zip(*columns, strict=True))


def duration(value: Any) -> str:
    """A length of time in words."""
    expected = 'a number of minutes, hours, days or weeks, such as "30d"'
    if not isinstance(value, str) or not re.fullmatch(DURATIONS, value):
        raise refuse(expected)
    return str(value)


def as_tuple(value: Any) -> Any:
    """An array of TOML as a tuple: it has arrays only, and strict tuples would refuse them."""
    return tuple(value) if isinstance(value, list) else value
