"""Measurements in plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tallystick.comparison import Measurement
from tallystick.rendering import numbers, score_words
from tallystick.rendering.escaping import printable
from tallystick.rendering.findings import ALL, Finding, Findings

NAME_WIDTH = 48
CATEGORY_WIDTH = 24
_DISTANCES = {"psi_corrected": "psi", "ks": "ks"}
_SPECIAL = {
    "__missing__": "missing",
    "__infinite__": "infinite",
    "__mistyped__": "of another type",
    "__other__": "categories new to the plan",
    "__rest__": "all other categories",
    "rest": "the rest",
}
# The part of the rows with a defect that a segment has to hold before it is pointed at, and how
# much more often than elsewhere.
_CONCENTRATED = 0.6
_MORE_OFTEN = 1.5


def name(text: str) -> str:
    """A column's name."""
    return printable(text, NAME_WIDTH)


def category(text: str) -> str:
    """A value of a column, in quotes."""
    return _SPECIAL.get(text) or f'"{printable(text, CATEGORY_WIDTH)}"'


def segment(text: str) -> str:
    """A segment as "column=value"."""
    column, _, value = text.partition("=")
    value = _SPECIAL.get(value, value)
    return f"{printable(column, NAME_WIDTH)}={printable(value, CATEGORY_WIDTH)}"


def names(all_of_them: Sequence[str], most: int = 6) -> str:
    """Some names, and how many more."""
    shown = ", ".join(name(one) for one in all_of_them[:most])
    return shown if len(all_of_them) <= most else f"{shown}, {len(all_of_them) - most} more"


def label(row: Measurement) -> str:
    """What was measured, where."""
    what = {
        "missing_share": "{} missing",
        "other_share": "{}: unseen category",
    }.get(row.metric, "{}")
    if row.metric in score_words.FORMS:
        what = score_words.FORMS[row.metric].label
    text = what.format(name(row.instrument))
    return text if row.segment == ALL else f"{text}, {segment(row.segment)}"


def change(row: Measurement) -> str:
    """The size of a change with its interval."""
    if row.metric == "schema":
        return {"missing_column": "column missing", "retyped": "type changed"}.get(row.reason, "-")
    if row.metric in score_words.FORMS:
        return score_words.change(row)
    if row.value is None:
        return "-"
    if row.metric in _DISTANCES:
        text, ends = f"{_DISTANCES[row.metric]} {numbers.distance(row.value)}", numbers.distance
    else:
        text, ends = f"{numbers.points(row.value, sign=True)} pt", numbers.points
    if row.ci_lower is None or row.ci_upper is None:
        return text
    return f"{text} [{ends(row.ci_lower)}, {ends(row.ci_upper)}]"


def level(row: Measurement, value: float | None) -> str:
    """A value on the scale of the row's metric, such as its tolerance."""
    if value is None:
        return "-"
    if row.metric in score_words.FORMS:
        return score_words.level(row, value)
    if row.metric in _DISTANCES:
        return numbers.tolerance(value) if value == row.tolerance else numbers.distance(value)
    return f"{numbers.points(value)} pt"


def sides(findings: Findings, row: Measurement) -> tuple[str, str]:
    """What the reference and the current data show: shares, else means, else nothing."""
    if row.metric in _DISTANCES:
        mean = findings.find(row.instrument, row.segment, "mean")
        if mean is None:
            return "", ""
        show = value_of(findings, row.instrument)
        return show(mean.reference_value), show(mean.current_value)
    if row.metric == "schema":
        return "", ""
    if row.metric in score_words.FORMS:
        return score_words.sides(row)
    return numbers.share(row.reference_value), numbers.share(row.current_value)


def value_of(findings: Findings, instrument: str) -> Callable[[float | None], str]:
    """How values of a column are written: dates as such."""
    return value_format(findings.columns.get(instrument, {}))


def value_format(column: Mapping[str, Any]) -> Callable[[float | None], str]:
    """How values of a column of a plan are written."""
    if column.get("domain") != "temporal":
        return numbers.number
    unit = column.get("nanoseconds")
    if unit is None:
        return lambda _: "-"

    def write(value: float | None) -> str:
        second = None if value is None else value * unit / 1e9
        return "-" if second is None else numbers.moment(second, unit >= numbers.DAY * 10**9)

    return write


def sentences(findings: Findings, finding: Finding, with_sides: bool) -> list[str]:
    """What an alert means, in one or two plain sentences."""
    row = finding.lead
    explain = {
        "schema": _of_schema,
        "missing_share": _of_missing,
        "other_share": _of_unseen,
        "ece_debiased": score_words.of_calibration,
        "auc": score_words.of_area,
        "mae": score_words.of_errors,
        "top_accuracy": score_words.of_accuracy,
        "interval_coverage": score_words.of_intervals,
        "selection_rate_ratio": score_words.of_selection,
        "equalized_odds_gap": score_words.of_odds,
    }.get(row.metric, _of_drift)
    where = _where(findings, row)
    also = "" if where and len(finding.others) == 1 else _elsewhere(finding)
    return [text for text in (explain(findings, row, with_sides), where, also) if text]


def _of_schema(findings: Findings, row: Measurement, _: bool) -> str:
    column = findings.counted.get(row.instrument, {})
    lost = column.get("absent", row.n_current) or column.get("mistyped", 0)
    rows = f"{numbers.count(lost)} of {numbers.plural(row.n_current, 'row')}"
    if row.reason == "retyped":
        return f"{rows} hold it in a type that the plan cannot count; they are judged no further"
    return f"{rows} came without this column; nothing else of it is judged"


def _of_missing(_: Findings, row: Measurement, with_sides: bool) -> str:
    if row.current_value is None or row.reference_value is None:
        return ""
    if with_sides:
        return f"{numbers.count(row.current_value * row.n_current)} rows have no value"
    shares = numbers.share(row.current_value), numbers.share(row.reference_value)
    return f"{shares[0]} of rows have no value, against {shares[1]} in the reference"


def _of_unseen(findings: Findings, row: Measurement, with_sides: bool) -> str:
    column = findings.counted.get(row.instrument, {})
    unseen = column.get("unseen") or []
    if row.segment != ALL or not unseen:
        before = "" if with_sides else f", against {numbers.share(row.reference_value)} before"
        return f"{numbers.share(row.current_value)} of rows have a category new to the plan{before}"
    shown = [f"{category(text)} {numbers.plural(rows, 'row')}" for text, rows in unseen[:3]]
    more = round(column.get("unseen_distinct", len(unseen))) - len(shown)
    if more > 0:
        exact = "" if column.get("unseen_complete", True) else "about "
        shown.append(f"{exact}{numbers.plural(more, 'further category').replace('ys', 'ies')}")
    return "new to the plan: " + ", ".join(shown)


def _of_drift(findings: Findings, row: Measurement, with_sides: bool) -> str:
    said = []
    moved = findings.find(row.instrument, row.segment, "total_variation")
    if moved is not None and moved.value is not None:
        said.append(f"at least {100 * moved.value:.0f} % of rows would have to move to undo it")
    before, now = sides(findings, row)
    if before and not with_sides:
        said.append(f"mean {before} -> {now}")
    if row.segment == ALL:
        said.append(most_moved(findings, row.instrument))
    return "; ".join(text for text in said if text)


def most_moved(findings: Findings, instrument: str) -> str:
    """The group of rows whose share changed most."""
    shares: dict[tuple[Any, ...], dict[str, float]] = {}
    for point in findings.points(instrument, "distribution"):
        key = point["label"], point["x_low"], point["x_high"]
        shares.setdefault(key, {})[point["side"]] = point["y"]
    if not shares:
        return ""

    def gap(key: tuple[Any, ...]) -> float:
        return shares[key].get("current", 0.0) - shares[key].get("reference", 0.0)

    key = max(shares, key=lambda one: abs(gap(one)))
    sides = shares[key]
    before, now = (numbers.share(sides.get(side, 0.0)) for side in ("reference", "current"))
    return f"most: {_group(findings, instrument, key)} {before} -> {now}"


def _group(findings: Findings, instrument: str, key: tuple[Any, ...]) -> str:
    text, low, high = key
    if text is not None:
        return category(text)
    show = value_of(findings, instrument)
    if low is None:
        return f"below {show(high)}"
    return f"from {show(low)}" if high is None else f"{show(low)} to {show(high)}"


def _where(findings: Findings, row: Measurement) -> str:
    """Names the segment that holds most of the rows with a defect, if one does."""
    if row.segment != ALL or row.metric not in ("missing_share", "other_share"):
        return ""
    parts = [r for r in findings.rows if r.metric == row.metric and r.instrument == row.instrument]
    parts = [part for part in parts if part.segment != ALL]
    worst = max(parts, key=_defects, default=None)
    total = _defects(row)
    if worst is None or not total or _defects(worst) < _CONCENTRATED * total:
        return ""
    rest = row.n_current - worst.n_current
    elsewhere = max(total - _defects(worst), 0.0) / rest if rest else 0.0
    if (worst.current_value or 0.0) < _MORE_OFTEN * elsewhere or not rest:
        return ""
    part = f"{100 * _defects(worst) / total:.0f} % of these rows have {segment(worst.segment)}"
    there = numbers.share(worst.current_value)
    return f"{part}: {there} there, {numbers.share(elsewhere)} elsewhere"


def _defects(row: Measurement) -> float:
    return (row.current_value or 0.0) * row.n_current


def _elsewhere(finding: Finding) -> str:
    """The other segments of the same alert, or that the total hides it."""
    said = []
    total = finding.total
    if total is not None and total.status == "ok":
        said.append(f"all rows together hide it ({change(total).split(' [')[0]})")
    if finding.others:
        worst = finding.others[0]
        size = change(worst).split(" [")[0]
        if len(finding.others) == 1:
            said.append(f"also in {segment(worst.segment)}, {size}")
        else:
            amount = f"also in {len(finding.others)} segments"
            said.append(f"{amount}, most in {segment(worst.segment)}, {size}")
    return "; ".join(said)


def why_not(row: Measurement) -> tuple[str, str]:
    """Why something could not be judged, as a word and as what it would take."""
    explain: Mapping[str, Callable[[Measurement], tuple[str, str]]] = {
        "no_rows": _no_rows,
        "no_values": _no_values,
        "constant": _constant,
        "plan_changed": _plan_changed,
        "coarse_binning": _coarse,
        "usual_variation": _usual,
        "straddles_tolerance": _straddles,
        "too_few_rows": _too_few,
        "no_labels_yet": score_words.no_labels,
        "low_coverage": score_words.low_coverage,
        "one_class": score_words.one_class,
        "scores_outside": score_words.scores_outside,
        "small_group": score_words.small_group,
    }
    return explain.get(row.reason, _open)(row)


def _open(row: Measurement) -> tuple[str, str]:
    return "open", change(row)


def varies(row: Measurement) -> bool:
    """Whether no number of rows decides, because the reference itself is not steady."""
    usual = row.usual_level is not None and row.tolerance and row.usual_level > row.tolerance
    return row.reason == "too_few_rows" and row.n_needed is None and bool(usual)


def _no_rows(row: Measurement) -> tuple[str, str]:
    sides = [("reference", row.n_reference), ("current data", row.n_current)]
    empty = " and the ".join(side for side, rows in sides if not rows)
    return "empty", f"the {empty} has no rows" if " and " not in empty else f"the {empty} have none"


def _no_values(_: Measurement) -> tuple[str, str]:
    return "values", "no value on either side: nothing to compare"


def _constant(_: Measurement) -> tuple[str, str]:
    return "single", "one value on both sides: nothing to compare; log.ignore leaves it out"


def _plan_changed(_: Measurement) -> tuple[str, str]:
    return "plan", "the two sides count it in different cells: profile one again with --plan"


def _coarse(row: Measurement) -> tuple[str, str]:
    bracket = f"between {level(row, row.lower)} and {level(row, row.upper)}"
    return "coarse", f"{bracket}, tolerance {level(row, row.tolerance)}: the cells are too wide"


def _usual(row: Measurement) -> tuple[str, str]:
    wobble = f" (up to {level(row, row.usual_level)})" if row.usual_level is not None else ""
    limit = level(row, row.tolerance)
    if row.value is None or row.tolerance is None or abs(row.value) <= row.tolerance:
        return "usual", f"the reference's own windows differ by more than {limit}{wobble}"
    text = f"{change(row)} would be beyond {limit}"
    return "usual", f"{text}, but the reference's windows also differ among themselves{wobble}"


def _straddles(row: Measurement) -> tuple[str, str]:
    text = f"{change(row)} straddles {level(row, row.tolerance)}"
    if row.n_needed is None:
        return "close", text
    return "close", f"{text}; needs about {numbers.about(row.n_needed)} rows"


def _too_few(row: Measurement) -> tuple[str, str]:
    against = f"tolerance {level(row, row.tolerance)}"
    if row.n_needed is not None and row.n_needed > row.n_current:
        have, need = numbers.count(row.n_current), numbers.count(row.n_needed)
        noun = "labelled rows" if row.metric == "ece_debiased" else "rows"
        return "rows", f"{have} of the {need} {noun} needed at {against}"
    if varies(row):
        return "usual", f"the reference's own windows differ by more than the {against}"
    if row.value is None:
        return "rows", f"{numbers.count(row.n_current)} rows are too few"
    if row.n_needed is not None or row.metric in score_words.FORMS:
        return "rows", f"{change(row)} is not surely within {level(row, row.tolerance)}"
    have = numbers.count(row.n_reference)
    return "rows", f"the reference needs more than its {have} rows at {against}"
