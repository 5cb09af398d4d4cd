"""A verdict in one line: of a report, and of one measurement."""

from __future__ import annotations

from tallystick.comparison import Comparison, Measurement
from tallystick.rendering import words
from tallystick.rendering.escaping import printable
from tallystick.rendering.findings import Findings
from tallystick.rendering.page import joined


def headline(findings: Findings) -> str:
    """The model, and how many of its instruments are beyond tolerance or not judged."""
    comparison = findings.comparison
    total = len(findings.instruments)
    alerting, open_ = len(findings.alerting), len(findings.not_judged)
    noun = "instrument" if total == 1 else "instruments"
    if comparison.status == "ok":
        said = f"{total} {noun} within tolerance"
    else:
        amount = str(alerting) if alerting else "none"
        parts = len(findings.alerting_in_parts)
        said = f"{amount} of {total} {noun} beyond tolerance"
        said += f" ({parts} in segments only)" if parts else ""
        said += f", {open_} not judged" if open_ else ""
    model = model_name(comparison)
    return f"{model} · {said}" if model else said


def model_name(comparison: Comparison) -> str:
    """The model's name and version, as far as they are declared."""
    if comparison.spec is None or comparison.spec.model.name is None:
        return ""
    model = comparison.spec.model
    # Without a digit it is the name of a column that holds the version of each row.
    literal = model.version and any(c.isdigit() for c in model.version)
    return printable(joined([model.name or "", model.version or "" if literal else ""], " "), 60)


def effect(row: Measurement) -> str:
    """The size of a change beside its tolerance, or why it could not be judged."""
    if row.status == "undetermined":
        return words.why_not(row)[1]
    if row.tolerance is None or row.metric == "schema":
        return words.change(row)
    return f"{words.change(row)}, tolerance {words.level(row, row.tolerance)}"
