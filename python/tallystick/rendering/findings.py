"""What a comparison says, sorted for a reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tallystick import _core
from tallystick.comparison import Comparison, Measurement
from tallystick.judging.effects import closeness

ALL = "all"
# From here on a change without tolerance counts as seen, after correction for many looks.
DETECTABLE = 0.01
# Their p values are not about a change.
_OF_ONE_SIDE = {metric["name"] for metric in _core.CATALOGUE if metric["side"] == "current"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One metric of one instrument beyond its tolerance, in all rows or in segments.

    Attributes:
        lead: The measurement to show: of all rows if that is one of them, else the largest.
        others: The same in other segments, largest first.
        total: The metric over all rows, if the lead is of a segment.
    """

    lead: Measurement
    others: tuple[Measurement, ...]
    total: Measurement | None


class Findings:
    """The measurements of a comparison by what they mean for a reader."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        self.rows = comparison.measurements
        self._by_key = {(row.instrument, row.segment, row.metric): row for row in self.rows}

    def find(self, instrument: str, segment: str, metric: str) -> Measurement | None:
        """One measurement, if it was made."""
        return self._by_key.get((instrument, segment, metric))

    def points(self, instrument: str, curve: str) -> list[dict[str, Any]]:
        """Points of a curve of an instrument."""
        import pyarrow.compute as pc  # type: ignore[import-untyped]

        curves = self.comparison.curves()
        of_column = curves.filter(pc.equal(curves["instrument"], instrument))
        of_curve = of_column.filter(pc.equal(of_column["curve"], curve))
        rows: list[dict[str, Any]] = of_curve.to_pylist()
        return rows

    @property
    def instruments(self) -> list[str]:
        """What is judged: the reference's columns."""
        return [column["name"] for column in self.comparison.reference.plan.columns]

    @property
    def beyond(self) -> list[Finding]:
        """Alerts, one for each instrument and metric; what follows from a lost column goes."""
        alerts = self.comparison.alerts
        lost = {row.instrument for row in alerts if row.metric == "schema"}
        groups: dict[tuple[str, str], list[Measurement]] = {}
        for row in alerts:
            if row.metric == "schema" or row.instrument not in lost:
                groups.setdefault((row.instrument, row.metric), []).append(row)
        found = [self._finding(group) for group in groups.values()]
        return sorted(found, key=lambda one: (one.lead.severity != "page", one.lead.segment != ALL))

    def _finding(self, group: Sequence[Measurement]) -> Finding:
        lead = next((row for row in group if row.segment == ALL), group[0])
        total = None
        if lead.segment != ALL:
            total = self.find(lead.instrument, ALL, lead.metric)
        return Finding(lead, tuple(row for row in group if row is not lead), total)

    @property
    def alerting(self) -> set[str]:
        """Instruments with an alert anywhere."""
        return {row.instrument for row in self.comparison.alerts}

    @property
    def alerting_in_parts(self) -> set[str]:
        """Those of `alerting` with nothing beyond tolerance over all rows."""
        whole = {row.instrument for row in self.comparison.alerts if row.segment == ALL}
        return self.alerting - whole

    @property
    def open(self) -> list[Measurement]:
        """What could not be judged over all rows."""
        return [row for row in self.comparison.undetermined if row.segment == ALL]

    @property
    def open_parts(self) -> list[Measurement]:
        """What could not be judged in segments; no part of the verdict."""
        return [row for row in self.comparison.undetermined if row.segment != ALL]

    @property
    def not_judged(self) -> set[str]:
        """Instruments without an alert that could not be judged in full."""
        return {row.instrument for row in self.open} - self.alerting

    @property
    def fine(self) -> list[str]:
        """Instruments that are within all of their tolerances."""
        rest = self.alerting | self.not_judged
        return [name for name in self.instruments if name not in rest]

    @property
    def changed(self) -> list[str]:
        """Those of `fine` that did change, by Benjamini-Hochberg over what was judged."""
        fine = set(self.fine)
        judged = [r for r in self.rows if r.decides and r.segment == ALL and r.instrument in fine]
        seen = _discoveries((r for r in judged if r.metric not in _OF_ONE_SIDE), DETECTABLE)
        return [name for name in self.fine if name in seen]

    @property
    def nearest(self) -> Measurement | None:
        """What came nearest to its tolerance among `fine`."""
        fine = set(self.fine)
        judged = [
            row
            for row in self.rows
            if row.decides and row.segment == ALL and row.instrument in fine and row.tolerance
        ]
        near = max(judged, key=closeness, default=None)
        return near if near is not None and closeness(near) > 0.01 else None

    @property
    def new_columns(self) -> list[str]:
        """Columns of the current data that nothing counts."""
        return [row.instrument for row in self.rows if row.reason == "new_column"]


def _discoveries(rows: Iterable[Measurement], rate: float) -> set[str]:
    """Instruments whose change is beyond chance at a false discovery rate."""
    tested = sorted(
        ((row.p_value, row.instrument) for row in rows if row.p_value is not None),
        key=lambda pair: pair[0],
    )
    passed = [i for i, (p, _) in enumerate(tested, 1) if p <= rate * i / len(tested)]
    return {name for _, name in tested[: passed[-1] if passed else 0]}
