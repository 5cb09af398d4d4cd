"""What a whole comparison comes to, in sentences that every page shares."""

from __future__ import annotations

from collections.abc import Sequence

from tallystick.comparison import Comparison, Measurement
from tallystick.judging.effects import closeness
from tallystick.rendering import numbers, words
from tallystick.rendering.escaping import printable
from tallystick.rendering.findings import ALL, Findings
from tallystick.rendering.page import joined

MOST_NAMES = 12


def headline(findings: Findings) -> str:
    """How many instruments are how, behind the status."""
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
    """Name and version of the model, as far as the spec says them."""
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


def open_groups(findings: Findings) -> list[tuple[str, str, list[Measurement]]]:
    """What could not be judged over all rows: a word why, what it would take, and of what."""
    groups: dict[tuple[str, str], list[Measurement]] = {}
    for row in findings.open:
        groups.setdefault(words.why_not(row), []).append(row)
    ordered = sorted(groups.items(), key=lambda item: item[0][0])
    return [(word, text, rows) for (word, text), rows in ordered]


def open_labels(rows: Sequence[Measurement]) -> str:
    """Several of those that could not be judged for one reason."""
    shown = ", ".join(open_label(row) for row in rows[:MOST_NAMES])
    more = len(rows) - MOST_NAMES
    return shown if more <= 0 else f"{shown}, {more:,} more"


def open_label(row: Measurement) -> str:
    """One of them, with what is usual where that is why."""
    seen = f" ({words.level(row, row.usual_level)})" if words.varies(row) else ""
    return words.label(row) + seen


def open_parts(parts: Sequence[Measurement]) -> str:
    """What could not be judged in segments, in one sentence."""
    segments = list(dict.fromkeys(row.segment for row in parts))
    shown = ", ".join(words.segment(one) for one in segments[:3])
    more = f" and {len(segments) - 3} more" if len(segments) > 3 else ""
    wants = {"rows": ("too_few_rows",), "labels": ("no_labels_yet", "low_coverage")}
    counts = {noun: sum(row.reason in of for row in parts) for noun, of in wants.items()}
    all_of = next((noun for noun, count in counts.items() if count == len(parts)), None)
    some = [f"{count:,} for want of {noun}" for noun, count in counts.items() if count]
    reason = "".join(f", {one}" for one in ([f"all for want of {all_of}"] if all_of else some))
    judgements = numbers.plural(len(parts), "judgement")
    those = "it does" if len(parts) == 1 else "they do"
    where = f"{numbers.plural(len(segments), 'segment')} ({shown}{more})"
    return f"{judgements} left open in {where}{reason}; {those} not count in the verdict"


def within(findings: Findings) -> str:
    """How much is fine, and what came nearest to its tolerance."""
    said = [f"{len(findings.fine)} of {len(findings.instruments)}"]
    changed = len(findings.changed)
    if changed:
        said.append(f"of which {changed} changed detectably, but little")
    near = findings.nearest
    text = ", ".join(said)
    if near is not None:
        text += f"; nearest: {words.label(near)} {_of_tolerance(near)}"
    return text


def _of_tolerance(row: Measurement) -> str:
    value = words.level(row, row.value) if closeness(row) else "0"
    return f"{value} of {words.level(row, row.tolerance)}"


def schema(findings: Findings) -> str:
    """Columns that came, went or changed their type, and files that are not alike."""
    comparison = findings.comparison
    said = []
    new = findings.new_columns
    if new:
        noun = "new column" if len(new) == 1 else "new columns"
        said.append(f"{noun} {words.names(new)}: not in the plan, not read")
    plain = [one for one in findings.rows if one.metric == "schema" and one.segment == ALL]
    lost = [one.instrument for one in plain if one.reason == "missing_column"]
    retyped = [one.instrument for one in plain if one.reason == "retyped"]
    said += [f"missing {words.names(lost)}"] if lost else []
    said += [f"retyped {words.names(retyped)}"] if retyped else []
    for side in (comparison.reference, comparison.current):
        said += [printable(line) for line in side.origin.differences[:3]]
        more = len(side.origin.differences) - 3
        said += [f"{more} more columns not alike in all files"] if more > 0 else []
    return " · ".join(said)


def coarse(comparison: Comparison) -> str:
    """Columns in whose large cells changes cannot be seen."""
    found = comparison.reference.coarse
    if not found:
        return ""
    text = f"{words.names(found)}: single cells hold over 2 % of the rows, changes in them"
    return f"{text} cannot be seen"


def counted(comparison: Comparison, peak_memory_bytes: int | None = None) -> str:
    """How many rows were counted, and what that took."""
    current = comparison.current
    columns = current.columns()
    rows = min((column["rows"] for column in columns.values()), default=current.rows)
    took = [one.origin.seconds for one in (comparison.reference, current)]
    known = [seconds for seconds in took if seconds is not None]
    said = [
        f"{rows:,} of {numbers.plural(current.rows, 'row')}",
        numbers.plural(len(columns), "column"),
        numbers.seconds(sum(known)) if known else "",
        f"{numbers.size(peak_memory_bytes)} peak" if peak_memory_bytes is not None else "",
    ]
    return joined(said, ", ")


def whose(comparison: Comparison) -> str:
    """Owner, runbook, and the identities of spec and plan."""
    spec = comparison.spec
    model = None if spec is None else spec.model
    said = [
        f"owner {printable(model.owner)}" if model and model.owner else "",
        f"runbook {printable(model.runbook)}" if model and model.runbook else "",
        f"spec {spec.spec_id[:7]}" if spec else "",
        f"plan {comparison.reference.plan.plan_id[:7]}",
    ]
    return joined(said, " · ")
