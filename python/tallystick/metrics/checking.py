"""Numbers of a call, within their domains."""

from __future__ import annotations

import math
import numbers
from typing import Any

from tallystick.errors import ParameterError


def check_between(name: str, value: Any, low: float, high: float) -> None:
    """Refuses what is no number above `low` and below `high`."""
    if not (is_number(value) and low < value < high):
        most = "" if high == math.inf else f" and below {high}"
        raise ParameterError(f"{name}: expected a finite number above {low}{most}", name=name)


def check_whole(name: str, value: Any, low: int, high: int) -> None:
    """Refuses what is no whole number from `low` to `high`."""
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not (whole and low <= value <= high):
        raise ParameterError(f"{name}: expected a whole number from {low} to {high}", name=name)


def is_number(value: Any) -> bool:
    """Whether it is a number; true and false are none."""
    return isinstance(value, numbers.Real) and not isinstance(value, bool)
