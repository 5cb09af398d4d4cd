"""What is said of scores, their labels and the decisions made with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tallystick.comparison import Measurement
from tallystick.rendering import numbers
from tallystick.rendering.escaping import printable
from tallystick.rendering.findings import ALL, Findings


@dataclass(frozen=True, slots=True)
class Form:
    """How a metric of scores is written.

    Attributes:
        label: The instrument's name, and what of it.
        before: The word in front of the value.
        value: The value and the ends of its interval.
        side: What one side shows.
        signed: Whether a value above 0 has its sign.
        unit: What follows a value, not the ends of its interval.
    """

    label: str
    before: str
    value: Callable[[float], str]
    side: Callable[[float | None], str]
    signed: bool = False
    unit: str = ""


def _probability(value: float | None) -> str:
    return "-" if value is None else numbers.distance(value)


def _gap(value: float | None) -> str:
    return "-" if value is None else f"{numbers.points(value)} pt"


FORMS: Mapping[str, Form] = {
    "ece_debiased": Form("{} calibration", "error ", numbers.distance, _probability),
    "auc": Form("{} AUC", "", numbers.distance, _probability, signed=True),
    "selection_rate_ratio": Form("{} selected", "ratio ", numbers.number, numbers.share),
    "label_coverage": Form("{} known", "", numbers.share, numbers.share),
    "equalized_odds_gap": Form("{} equal odds", "gap ", _gap, _gap),
    "mae": Form("{} error", "", numbers.number, numbers.number, signed=True),
    "top_accuracy": Form("{} accuracy", "", numbers.points, numbers.share, signed=True, unit=" pt"),
    "interval_coverage": Form("{} interval", "off by ", _gap, numbers.share, signed=True),
}

_FAULTS = {
    "over_confident": "scores are too near 0 and 1",
    "under_confident": "scores are too far from 0 and 1",
    "too_high": "scores are above what happens",
    "too_low": "scores are below what happens",
    "miscalibrated": "scores are off in no simple shape",
}
_REMEDIES = {
    "to be recalibrated": "recalibration mends it",
    "to be fitted anew": "recalibration does not mend it, a new fit is needed",
}


def change(row: Measurement) -> str:
    """The value of a metric of scores with its interval."""
    form = FORMS[row.metric]
    if row.value is None:
        return "-"
    sign = "+" if form.signed and row.value > 0 else ""
    text = f"{form.before}{sign}{form.value(row.value)}{form.unit}"
    if row.ci_lower is None or row.ci_upper is None:
        return text
    return f"{text} [{form.value(row.ci_lower)}, {form.value(row.ci_upper)}]"


def level(row: Measurement, value: float) -> str:
    """A value on the scale of the metric, such as its tolerance."""
    form = FORMS[row.metric]
    exact = form.value is numbers.distance and value == row.tolerance
    return numbers.tolerance(value) if exact else f"{form.value(value)}{form.unit}"


def sides(row: Measurement) -> tuple[str, str]:
    """What the reference and the current data show."""
    side = FORMS[row.metric].side
    return side(row.reference_value), side(row.current_value)


def of_calibration(findings: Findings, row: Measurement, _: bool) -> str:
    """What is wrong with the scores, what mends it, and where it shows most."""
    verdict = findings.find(row.instrument, ALL, "calibration")
    if row.segment != ALL or verdict is None:
        return ""
    said = [_FAULTS.get(verdict.reason, "")]
    said += [text for ending, text in _REMEDIES.items() if verdict.method.endswith(ending)]
    said.append(_farthest_bin(findings, row))
    return "; ".join(text for text in said if text)


def _farthest_bin(findings: Findings, row: Measurement) -> str:
    """The bin that adds most to the error."""
    points = findings.points(row.instrument, "reliability")
    bins = [one for one in points if one["side"] == "current"]

    def off(one: Mapping[str, Any]) -> float:
        return float(one["n"] * abs(one["y"] - float(one["label"])))

    worst = max(bins, key=off, default=None)
    if worst is None:
        return ""
    rows, mean = numbers.count(worst["n"]), numbers.share(float(worst["label"]))
    return f"of {rows} rows scored {mean} on average, {numbers.share(worst['y'])} are positive"


def of_area(_: Findings, row: Measurement, __: bool) -> str:
    """What the area means, in pairs of rows."""
    if row.current_value is None or row.reference_value is None:
        return ""
    now, before = (100 * value for value in (row.current_value, row.reference_value))
    pairs = f"a positive scores above a negative in {now:.1f} of 100 pairs"
    return f"{pairs}, against {before:.1f} in the reference"


def of_errors(findings: Findings, row: Measurement, _: bool) -> str:
    """Whether predictions are off to one side, and how much of the labels they tell."""
    said = []
    bias = findings.find(row.instrument, row.segment, "bias")
    if bias is not None and bias.current_value is not None:
        side = "above" if bias.current_value > 0 else "below"
        said.append(f"on average {numbers.number(abs(bias.current_value))} {side} what happens")
    told = findings.find(row.instrument, row.segment, "r2")
    if told is not None and told.current_value is not None:
        shares = numbers.share(told.current_value), numbers.share(told.reference_value)
        said.append(f"R2 {shares[0]}, against {shares[1]} in the reference")
    return "predictions are " + "; ".join(said) if said else ""


def of_accuracy(findings: Findings, row: Measurement, with_sides: bool) -> str:
    """How often the highest scored class is right, and which classes are mixed up more often."""
    if row.current_value is None or row.reference_value is None:
        return ""
    said = []
    if not with_sides:
        now, before = sides(row)[::-1]
        said.append(f"{now} of rows have their label scored highest, against {before} before")
    if row.segment == ALL:
        said.append(_mixed_up(findings, row))
    return "; ".join(text for text in said if text)


def _mixed_up(findings: Findings, row: Measurement) -> str:
    """The wrong prediction whose share of the rows grew most."""
    shares: dict[str, dict[str, float]] = {}
    for point in findings.points(row.instrument, "confusion"):
        shares.setdefault(point["label"], {})[point["side"]] = point["y"]

    def grown(key: str) -> float:
        return shares[key].get("current", 0.0) - shares[key].get("reference", 0.0)

    # A label that holds the arrow itself is split at the wrong place, and then not told.
    pairs = {key: key.split(" -> ") for key in shares}
    wrong = [key for key, pair in pairs.items() if len(pair) == 2 and pair[0] != pair[1]]
    worst = max(wrong, key=grown, default=None)
    if worst is None or grown(worst) <= 0.0:
        return ""
    label, predicted = (f'"{printable(text, 24)}"' for text in pairs[worst])
    now, before = (numbers.share(shares[worst].get(side, 0.0)) for side in ("current", "reference"))
    return f"most: {label} taken for {predicted}, {before} -> {now} of rows"


def of_intervals(_: Findings, row: Measurement, __: bool) -> str:
    """Whether foretold intervals are too narrow or too wide."""
    if row.current_value is None or row.value is None:
        return ""
    shares = numbers.share(row.current_value), numbers.share(row.current_value - row.value)
    size = "narrow" if row.value < 0 else "wide"
    return f"{shares[0]} of labels are inside their intervals, {shares[1]} declared: too {size}"


def of_selection(_: Findings, row: Measurement, with_sides: bool) -> str:
    """How many rows are selected."""
    now, before = sides(row)
    if row.current_value is None:
        return ""
    rows = numbers.count(row.current_value * row.n_current)
    if with_sides:
        return f"{rows} of {numbers.count(row.n_current)} rows are at or above the threshold"
    return f"{now} of rows are at or above the threshold, against {before} in the reference"


def of_odds(findings: Findings, row: Measurement, _: bool) -> str:
    """The two gaps, of which the larger one decides."""
    said = []
    for metric, what in {"tpr_gap": "true", "fpr_gap": "false"}.items():
        gap = findings.find(row.instrument, row.segment, metric)
        if gap is not None and gap.value is not None:
            said.append(f"{what} positive rate {numbers.points(gap.value, sign=True)} pt")
    return f"{', '.join(said)} against all other rows" if said else ""


def no_labels(row: Measurement) -> tuple[str, str]:
    """Nothing has a label yet."""
    side = "reference" if row.n_current else "current data"
    return "labels", f"no row of the {side} has a label yet"


def low_coverage(row: Measurement) -> tuple[str, str]:
    """Fewer labels than are asked for."""
    if row.metric == "label_coverage":
        shares = numbers.share(row.current_value), numbers.share(row.tolerance)
        return "labels", f"{shares[0]} of rows have a label, {shares[1]} are asked for"
    return "labels", "fewer rows have a label than are asked for"


def one_class(_: Measurement) -> tuple[str, str]:
    """Nothing to tell apart."""
    return "labels", "all labels of a side are of one class"


def scores_outside(_: Measurement) -> tuple[str, str]:
    """Scores that are no probabilities."""
    return "scores", "more than 1 % of the scores are outside of [0, 1] and were left out"


def small_group(_: Measurement) -> tuple[str, str]:
    """A segment that is hardly there."""
    return "group", "too few rows or events to be told apart from the rest"


def labels_line(findings: Findings) -> str:
    """How many rows have a label and how many of those are positive; else what is expected."""
    found = {row.metric: row for row in findings.rows if row.segment == ALL}
    coverage, rate = found.get("label_coverage"), found.get("positive_rate")
    what = "positive"
    if "top_accuracy" in found:
        # Each class has positives of its own.
        rate, what = found["top_accuracy"], "predicted right"
    if coverage is None or rate is None:
        return ""
    known = round((coverage.current_value or 0.0) * coverage.n_current)
    if known:
        said = f"{known:,} of {numbers.plural(coverage.n_current, 'row')}"
        if rate.current_value is not None:
            said += f", {numbers.share(rate.current_value)} {what}"
        if rate.reference_value is not None:
            said += f", {numbers.share(rate.reference_value)} in the reference"
        return said
    expected = found.get("positive_rate_estimated")
    if expected is None or expected.value is None or what != "positive":
        return "none yet"
    share = numbers.share(expected.value)
    return f"none yet; the scores promise {share} positive, if they still hold"
