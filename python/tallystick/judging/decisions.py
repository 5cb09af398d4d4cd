"""What was decided about one measurement of one window."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from tallystick.judging.rules import Standing


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision as the store keeps it: also those that nothing came of, with the reason.

    Attributes:
        model: Whose window.
        window_plan_id: How it was counted.
        window_start, window_end: Its seconds since 1970.
        revision: Its revision when it was decided about; later ones change measurements only.
        instrument, segment, metric: What was measured.
        severity: "page", "warn" or "info".
        status: Of the measurement: "ok", "alert" or "undetermined".
        measured: Its reason, as in docs/measurements.md.
        value, tolerance: Of the measurement.
        action: "raised", "cleared" or "none".
        reason: Why, or why not: see `judging.rules.Verdict`; `came_late` is a window that first
            came after a later one had been decided about.
        recent: Marks of the latest judged windows up to this one: b beyond, w within, u well
            within.
        raised_at: End of the window that raised the alert that stands, if one does.
        told_at: End of the window that raised the latest alert, if there was one.
        decided: When, by the clock.
    """

    model: str
    window_plan_id: str
    window_start: int
    window_end: int
    revision: int
    instrument: str
    segment: str
    metric: str
    severity: str
    status: str
    measured: str
    value: float | None
    tolerance: float | None
    action: str
    reason: str
    recent: str
    raised_at: int | None
    told_at: int | None
    decided: float

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is about."""
        return self.instrument, self.segment, self.metric

    @property
    def standing(self) -> Standing:
        """Where it leaves the instrument."""
        return Standing(self.recent, self.raised_at, self.told_at)

    def to_dict(self) -> dict[str, Any]:
        """As JSON-like values."""
        return asdict(self)
