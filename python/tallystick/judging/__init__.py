"""From measurements to a decision: one status for all of them, and what to look at first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tallystick.comparison.measurement import Measurement
from tallystick.errors import ParameterError

EXIT_CODES = {"ok": 0, "alert": 1, "undetermined": 4}


def roll_up(measurements: Iterable[Measurement]) -> str:
    """One status: alert over undetermined over ok.

    An alert counts wherever it is. What could not be judged counts when it concerns all rows;
    a small segment that could not be judged is listed and does not hold up the whole. Nothing
    judged at all is undetermined.
    """
    statuses = {
        row.status
        for row in measurements
        if row.decides and (row.status == "alert" or row.segment == "all")
    }
    for status in ("alert", "undetermined", "ok"):
        if status in statuses:
            return status
    return "undetermined"


def alerts(measurements: Iterable[Measurement]) -> list[Measurement]:
    """Deciding measurements beyond tolerance: pages first, then by effect over tolerance."""
    beyond = [row for row in measurements if row.decides and row.status == "alert"]
    return sorted(beyond, key=_urgency)


def _urgency(row: Measurement) -> tuple[bool, float, str, str]:
    effect = abs(row.value or 0.0) / row.tolerance if row.tolerance else float("inf")
    return (row.severity != "page", -effect, row.instrument, row.segment)


def exit_code(statuses: Sequence[str] | str, *, undetermined_passes: bool = False) -> int:
    """The process exit code of a status."""
    status = statuses if isinstance(statuses, str) else max(statuses, key=list(EXIT_CODES).index)
    if status == "undetermined" and undetermined_passes:
        return 0
    return EXIT_CODES[status]


def undetermined_passes(choice: str) -> bool:
    """What `undetermined="fail"` or `"pass"` means for a gate.

    Raises:
        ParameterError: It is neither.
    """
    if choice not in ("fail", "pass"):
        raise ParameterError(
            f"undetermined: expected fail or pass, got {choice}", name="undetermined"
        )
    return choice == "pass"


def holds_up(row: Measurement) -> bool:
    """Whether a measurement that could not be judged makes the whole undetermined."""
    return row.decides and row.status == "undetermined" and row.segment == "all"
