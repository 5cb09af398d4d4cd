"""What is exported of a profile or a comparison, before any format: families of points.

Prometheus and OpenTelemetry write the same points, each under its own names (`names`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tallystick import _core
from tallystick.comparison import Comparison, Measurement
from tallystick.errors import ParameterError
from tallystick.exporting.buckets import Exemplar, Histogram, Layout
from tallystick.judging import roll_up
from tallystick.profiling import Profile

Result = Profile | Comparison
Source = Result | Callable[[], Result | None]
"""A profile or a comparison, or a call that gives the latest: a recorder's, say."""
Exemplars = Mapping[str, Sequence[Exemplar]]

Kind = Literal["counter", "gauge", "histogram"]
ALL = "all"
STATUSES = ("ok", "alert", "undetermined")
STATES = (
    "counted",
    "other",
    "null",
    "nan",
    "negative_infinity",
    "positive_infinity",
    "mistyped",
    "absent",
)
PARTS = ("", "change", "interval", "bracket", "tolerance")
_CATALOGUE = {metric["name"]: metric for metric in _core.CATALOGUE}


@dataclass(frozen=True, slots=True)
class Family:
    """Points of one name.

    Attributes:
        name: Of what is told; a metric's name in the catalogue for measurements.
        kind: "counter" of rows that only grow, "gauge", or "histogram".
        unit: As in the catalogue.
        help: One line for people.
        metric: Whether it is a measurement's family.
        part: What of a measurement, from `PARTS`; its value when empty.
    """

    name: str
    kind: Kind
    unit: str
    help: str
    metric: bool = False
    part: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a family.

    Attributes:
        family: See `Family`.
        labels: Which one, by internal names; a format may rename the keys.
        value: A number, or a histogram.
        rank: What is left out last when there are too many; 0 is the most important.
    """

    family: Family
    labels: Mapping[str, str]
    value: float | Histogram
    rank: int

    @property
    def series(self) -> int:
        """How many time series it makes in a format that keeps buckets apart."""
        return len(self.value.counts) + 2 if isinstance(self.value, Histogram) else 1


ROWS = Family("rows", "counter", "rows", "Rows that were counted.")
INSTRUMENT_ROWS = Family(
    "instrument_rows", "counter", "rows", "Rows by what became of the instrument's value."
)
VALUES = Family(
    "instrument_values",
    "histogram",
    "column unit",
    "Finite values of a numeric instrument, in its own unit; dates in seconds since 1970.",
)
STATUS = Family(
    "status", "gauge", "state", "1 for the status that a deciding measurement has, 0 for others."
)
REASON = Family(
    "status_reason", "gauge", "state", "1 for the reason of a status other than ok; no other shown."
)
NEEDED = Family(
    "needed", "gauge", "rows", "Current rows that it would take to judge what is undetermined."
)
REPORT_STATUS = Family(
    "report_status", "gauge", "state", "1 for the status of the whole comparison, 0 for others."
)
DECISIONS = Family(
    "decisions", "gauge", "measurements", "Deciding measurements by status, those left out too."
)
MODEL_INFO = Family("model_info", "gauge", "state", "Always 1: which spec and plan were in use.")
FOLDED = Family(
    "folded",
    "gauge",
    "series",
    "Series left out to stay within the limit; rows of segments stand in column=__folded__.",
)
OTHERS = (
    ROWS,
    INSTRUMENT_ROWS,
    VALUES,
    STATUS,
    REASON,
    NEEDED,
    REPORT_STATUS,
    DECISIONS,
    MODEL_INFO,
    FOLDED,
)


def measured(metric: str, part: str = "") -> Family:
    """The family of a part of a metric's measurements."""
    row = _CATALOGUE[metric]
    what = {
        "": row["title"],
        "change": f"Change of: {row['title']}",
        "interval": f"Sampling interval at 95 % of the effect: {row['title']}",
        "bracket": f"Certified bracket due to binning: {row['title']}",
        "tolerance": f"Largest effect that is accepted: {row['title']}",
    }[part]
    return Family(metric, "gauge", row["unit"], f"{what} ({row['unit']}).", True, part)


def families() -> list[Family]:
    """Every family there can be."""
    named = [name for name, row in _CATALOGUE.items() if row["unit"] != "state"]
    return [*OTHERS, *(measured(name, part) for name in named for part in PARTS)]


def latest(source: Source) -> Result | None:
    """What a source has now; None when a call has nothing yet."""
    result = source() if callable(source) else source
    if result is None or isinstance(result, Profile | Comparison):
        return result
    raise ParameterError(
        "source: expected a Profile, a Comparison, or a call that returns one or None, got "
        f"{type(result).__name__}",
        name="source",
    )


def points_of(result: Result, exemplars: Exemplars | None = None) -> list[Point]:
    """Every point of a profile, or of a comparison and its current profile.

    Example:
        >>> import tallystick as ts
        >>> found = points_of(ts.profile({"age": [31, 42, None]}))
        >>> {p.labels["state"]: p.value for p in found if p.family is INSTRUMENT_ROWS and p.value}
        {'counted': 2, 'null': 1}
    """
    if isinstance(result, Comparison):
        model = _model(result)
        made = [*_report(result), *_measurements(result.measurements)]
        made += _counts(result.current, result.reference, exemplars or {})
    else:
        model = _declared(result)
        made = list(_counts(result, None, exemplars or {}))
    return [Point(p.family, {**model, **p.labels}, p.value, p.rank) for p in made]


def _model(comparison: Comparison) -> dict[str, str]:
    first = next(iter(comparison.measurements), None)
    if first is None:
        return _declared(comparison.current)
    return _present({"model": first.model, "model_version": first.model_version})


def _declared(profile: Profile) -> dict[str, str]:
    model = None if profile._spec is None else profile._spec.model
    return _present({} if model is None else {"model": model.name, "model_version": model.version})


def _present(labels: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in labels.items() if value}


def _report(comparison: Comparison) -> Iterator[Point]:
    rows = [row for row in comparison.measurements if row.decides]
    whole = roll_up(comparison.measurements)
    for status in STATUSES:
        yield Point(REPORT_STATUS, {"status": status}, float(status == whole), 0)
        found = sum(row.status == status for row in rows)
        yield Point(DECISIONS, {"status": status}, found, 0)
    first = next(iter(comparison.measurements), None)
    ids = {} if first is None else {"spec_id": first.spec_id, "plan_id": first.plan_id}
    yield Point(MODEL_INFO, _present(ids), 1, 0)


def _measurements(rows: Iterable[Measurement]) -> Iterator[Point]:
    for row in rows:
        where = {"instrument": row.instrument, "segment": row.segment}
        of_part = 0 if row.segment == ALL else 4
        if row.decides:
            yield from _judged(row, where, of_part)
        if _CATALOGUE[row.metric]["unit"] != "state":
            rank = of_part + (0 if row.decides else 3)
            yield from _levels(row, where, rank)


def _judged(row: Measurement, where: Mapping[str, str], rank: int) -> Iterator[Point]:
    labels = {**where, "metric": row.metric}
    for status in STATUSES:
        shown = {**labels, "severity": row.severity, "status": status}
        yield Point(STATUS, shown, float(status == row.status), rank)
    if row.status != "ok":
        yield Point(REASON, {**labels, "reason": row.reason}, 1, rank)
    if row.status == "undetermined" and row.n_needed is not None:
        yield Point(NEEDED, labels, row.n_needed, rank)


def _levels(row: Measurement, where: Mapping[str, str], rank: int) -> Iterator[Point]:
    side = _CATALOGUE[row.metric]["side"]
    if side == "change":
        yield from _number(row, "", where, row.value, rank)
    else:
        for name, level in (("current", row.current_value), ("reference", row.reference_value)):
            yield from _number(row, "", {**where, "side": name}, level, rank)
        if side == "both":
            yield from _number(row, "change", where, row.value, rank)
    ends = (("interval", row.ci_lower, row.ci_upper), ("bracket", row.lower, row.upper))
    for part, lower, upper in ends if row.decides else ends[1:]:
        yield from _number(row, part, {**where, "bound": "lower"}, lower, rank)
        yield from _number(row, part, {**where, "bound": "upper"}, upper, rank)
    yield from _number(row, "tolerance", where, row.tolerance, rank)


def _number(
    row: Measurement, part: str, labels: Mapping[str, str], value: float | None, rank: int
) -> Iterator[Point]:
    if value is not None:
        yield Point(measured(row.metric, part), labels, value, rank)


def _counts(profile: Profile, reference: Profile | None, exemplars: Exemplars) -> Iterator[Point]:
    columns = profile.plan.columns
    segments = profile._core.segments()
    layouts = _layouts(columns, segments[0][2], reference)
    for segment, rows, counted in segments:
        of_part = 0 if segment == ALL else 4
        yield Point(ROWS, {"segment": segment}, rows, of_part + 1)
        for column, counts in zip(columns, counted, strict=True):
            name = column["name"]
            where = {"instrument": name, "segment": segment}
            for state in STATES:
                if state in counts:
                    labels = {**where, "state": state}
                    yield Point(INSTRUMENT_ROWS, labels, counts[state], of_part + 1)
            if name in layouts:
                traced = exemplars.get(name, ()) if segment == ALL else ()
                histogram = layouts[name].histogram(counts, traced)
                yield Point(VALUES, where, histogram, of_part + 2)


def _layouts(
    columns: Sequence[Mapping[str, Any]],
    counted: Sequence[Mapping[str, Any]],
    reference: Profile | None,
) -> dict[str, Layout]:
    """The buckets of numeric columns; without edges of their own from what both sides have seen."""
    seen = {column["name"]: [counts] for column, counts in zip(columns, counted, strict=True)}
    if reference is not None and any(column.get("binning") == "log_linear" for column in columns):
        ids = {column["name"]: column["binning_id"] for column in columns}
        before = reference._core.segments()[0][2]
        for column, counts in zip(reference.plan.columns, before, strict=True):
            if ids.get(column["name"]) == column["binning_id"]:
                seen[column["name"]].append(counts)
    numeric = (column for column in columns if column["kind"] == "numeric")
    return {column["name"]: Layout(column, seen[column["name"]]) for column in numeric}
