"""What a comparison says, sorted for a reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tallystick import _core
from tallystick.comparison import Comparison, Measurement
from tallystick.comparison.measurement import measurements_of
from tallystick.judging.effects import closeness

ALL = "all"
# From here on a change without tolerance counts as seen, after correction for many looks.
DETECTABLE = 0.01
# Instruments that are shown window by window.
MOST_OVER_TIME = 60
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

    def rows_of(self, instrument: str) -> list[Measurement]:
        """All measurements of an instrument."""
        return self._by_instrument.get(instrument, [])

    def main_row(self, instrument: str) -> Measurement | None:
        """The measurement that says most of an instrument: an alert, what is open, the nearest."""
        rows = self.rows_of(instrument)
        alerts = [one for one in rows if one.decides and one.status == "alert"]
        if alerts:
            return min(alerts, key=_most_urgent)
        whole = [one for one in rows if one.segment == ALL and one.metric != "schema"]
        decide = [one for one in whole if one.decides]
        order = {"undetermined": 0, "ok": 1}
        if decide:
            return min(decide, key=lambda r: (order.get(r.status, 2), -closeness(r)))
        return next((one for one in whole if one.metric == "psi_corrected"), None)

    def status_of(self, instrument: str) -> str:
        """The worst of its deciding measurements; of segments alerts alone count."""
        decide = [one for one in self.rows_of(instrument) if one.decides]
        if any(one.status == "alert" for one in decide):
            return "alert"
        whole = {one.status for one in decide if one.segment == ALL}
        return next((one for one in ("undetermined", "ok") if one in whole), "not_applicable")

    @cached_property
    def by_urgency(self) -> list[str]:
        """Instruments: pages, warnings, what is open, and what came nearest to its tolerance."""
        order = {"alert": 0, "undetermined": 1, "ok": 2}

        def urgency(name: str) -> tuple[int, bool, float]:
            row = self.main_row(name)
            near = closeness(row) if row is not None else 0.0
            return order.get(self.status_of(name), 3), row is None or row.severity != "page", -near

        return sorted(self.instruments, key=urgency)

    def points(self, instrument: str, curve: str) -> list[dict[str, Any]]:
        """Points of a curve of an instrument."""
        return self._points.get((instrument, curve), [])

    @cached_property
    def _by_instrument(self) -> dict[str, list[Measurement]]:
        found: dict[str, list[Measurement]] = {}
        for row in self.rows:
            found.setdefault(row.instrument, []).append(row)
        return found

    @cached_property
    def _points(self) -> dict[tuple[str, str], list[dict[str, Any]]]:
        found: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for point in self.comparison.curves().to_pylist():
            found.setdefault((point["instrument"], point["curve"]), []).append(point)
        return found

    @cached_property
    def windows(self) -> dict[tuple[str, str], list[Measurement]]:
        """What each window shows, by instrument and metric, oldest first; of the most urgent."""
        found: dict[tuple[str, str], list[Measurement]] = {}
        if len(self.comparison.current.window_seconds) > 1:
            for row in measurements_of(self._over_time(self.comparison.by_window())):
                found.setdefault((row.instrument, row.metric), []).append(row)
        return found

    def _over_time(self, rows: Any) -> Any:
        """Those that decide and how many labels there are: typing all others would take long."""
        import pyarrow as pa  # type: ignore[import-untyped]
        import pyarrow.compute as pc  # type: ignore[import-untyped]

        urgent = pa.array(self.by_urgency[:MOST_OVER_TIME], pa.string())
        told = pc.or_(rows["decides"], pc.equal(rows["metric"], "label_coverage"))
        return rows.filter(pc.and_(told, pc.is_in(rows["instrument"], value_set=urgent)))

    @cached_property
    def columns(self) -> dict[str, dict[str, Any]]:
        """The columns of the reference's plan, by name."""
        return {column["name"]: column for column in self.comparison.reference.plan.columns}

    @cached_property
    def counted(self) -> dict[str, Any]:
        """What was counted of each of the current data's columns, by name."""
        return self.comparison.current.columns()

    @property
    def instruments(self) -> list[str]:
        """What is judged: the reference's columns."""
        return list(self.columns)

    @cached_property
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

    @cached_property
    def alerting(self) -> set[str]:
        """Instruments with an alert anywhere."""
        return {row.instrument for row in self.comparison.alerts}

    @property
    def alerting_in_parts(self) -> set[str]:
        """Those of `alerting` with nothing beyond tolerance over all rows."""
        whole = {row.instrument for row in self.comparison.alerts if row.segment == ALL}
        return self.alerting - whole

    @cached_property
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


def _most_urgent(row: Measurement) -> tuple[bool, bool, float]:
    return row.severity != "page", row.segment != ALL, -closeness(row)


def _discoveries(rows: Iterable[Measurement], rate: float) -> set[str]:
    """Instruments whose change is beyond chance at a false discovery rate."""
    tested = sorted(
        ((row.p_value, row.instrument) for row in rows if row.p_value is not None),
        key=lambda pair: pair[0],
    )
    passed = [i for i, (p, _) in enumerate(tested, 1) if p <= rate * i / len(tested)]
    return {name for _, name in tested[: passed[-1] if passed else 0]}
