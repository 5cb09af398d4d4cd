"""Drift as a test.

Nothing of it is a plugin that pytest loads by itself: a test imports what it asserts.
"""

from __future__ import annotations

import os
from typing import Any

from tallystick.comparison import Comparison, compare
from tallystick.errors import ParameterError
from tallystick.profiling import load

_CHOICES = ("fail", "skip", "pass")


def assert_no_drift(
    reference: Any,
    current: Any,
    *,
    spec: Any = None,
    undetermined: str = "fail",
    **comparing: Any,
) -> Comparison:
    """Fails, and says what changed, unless `current` is within tolerance of `reference`.

    Args:
        reference: A profile, the path of a `.tally` file, or data, as for `ts.compare`.
        current: The same.
        spec: Tolerances and names; those of the reference when left out.
        undetermined: What to do about what could not be judged: `"fail"`, `"skip"` the rest of
            the test, with the reason, or `"pass"`.
        **comparing: Passed to `ts.compare`, such as `false_alarm_rate`.

    Returns:
        The comparison, for further assertions.

    Raises:
        AssertionError: Something is beyond tolerance, or could not be judged. The message holds
            the findings of the terminal.
        ParameterError: `undetermined` is none of the three.
        InputError: A side cannot be read.

    Example:
        >>> rows = {"plan": ["pro", "free"] * 500}
        >>> assert_no_drift(rows, rows)["plan"]["psi"].value
        0.0
        >>> assert_no_drift(rows, {"plan": ["pro"] * 1000})
        Traceback (most recent call last):
            ...
        AssertionError: ALERT  1 of 1 instrument beyond tolerance
        ...
    """
    __tracebackhide__ = True
    if undetermined not in _CHOICES:
        raise ParameterError(
            f"undetermined: expected {', '.join(_CHOICES)}, got {undetermined}", name="undetermined"
        )
    report = compare(reference=_open(reference), current=_open(current), spec=spec, **comparing)
    if report.status == "alert" or (report.status == "undetermined" and undetermined == "fail"):
        raise AssertionError(report.to_short_text())
    if report.status == "undetermined" and undetermined == "skip":
        import pytest

        pytest.skip(report.to_short_text())
    return report


def _open(side: Any) -> Any:
    if isinstance(side, str | os.PathLike) and str(side).endswith(".tally"):
        return load(side)
    return side
