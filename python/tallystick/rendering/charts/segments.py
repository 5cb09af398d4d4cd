"""Segments beside each other: gaps of rates, and how many rows have a label."""

from __future__ import annotations

from typing import Any

import altair as alt

from tallystick.rendering import words
from tallystick.rendering.charts import theme
from tallystick.rendering.charts.ranges import ranges
from tallystick.rendering.findings import ALL, Findings
from tallystick.rendering.series import worst_segments

MOST_SEGMENTS = 12
# In the order in which they are drawn; the title says what a gap is.
GAPS = {
    "selection_rate_gap": "Selected, against the rest",
    "tpr_gap": "True positive rate, against the rest",
    "fpr_gap": "False positive rate, against the rest",
}


def fairness(findings: Findings, instrument: str) -> Any | None:
    """Gaps between each segment and all other rows, one panel for each rate."""
    panels = [one for metric in GAPS if (one := gap(findings, instrument, metric)) is not None]
    if not panels:
        return None
    plain = []
    for panel in panels:
        # Only the whole has a config.
        panel.config = alt.Undefined
        panel.padding = alt.Undefined
        plain.append(panel)
    said = f"Gaps of {words.name(instrument)} between segments and all other rows"
    look = {"padding": theme.PADDING, "config": theme.CONFIG}
    return alt.hconcat(*plain, description=said, **look)


def gap(findings: Findings, instrument: str, metric: str) -> Any | None:
    """One rate: the segments whose gap is surely largest, worst first."""
    rows = worst_segments(findings.comparison, score=instrument, metric=metric, most=MOST_SEGMENTS)
    if not rows:
        return None
    drawn = [
        {
            "label": words.segment(row.segment),
            "value": row.value,
            "low": row.ci_lower,
            "high": row.ci_upper,
            "before": row.reference_value,
            "color": theme.STATUS.get(row.status, theme.CURRENT),
        }
        for row in rows
    ]
    lines = [(0.0, "", theme.MUTED)]
    decides = findings.find(instrument, rows[0].segment, "equalized_odds_gap")
    if decides is not None and decides.tolerance is not None and metric != "selection_rate_gap":
        lines += [(-decides.tolerance, "", theme.ALERT), (decides.tolerance, "", theme.ALERT)]
    worst = words.change(rows[0])
    said = f"{GAPS[metric]}, {words.name(instrument)}: most in {drawn[0]['label']}, {worst}"
    axis = alt.Axis(title=None, grid=True, tickCount=4, format="+%")
    return ranges(drawn, lines, title=GAPS[metric], description=said, axis=axis)


def coverage(findings: Findings, instrument: str) -> Any | None:
    """Share of rows with a label, over all rows and by segment, lowest first."""
    rows = [one for one in findings.rows_of(instrument) if one.metric == "label_coverage"]
    whole = [one for one in rows if one.segment == ALL]
    parts = [one for one in rows if one.segment != ALL and one.current_value is not None]
    parts.sort(key=lambda one: one.current_value or 0.0)
    shown = [*whole, *parts[:MOST_SEGMENTS]]
    if not shown:
        return None
    drawn = [
        {
            "label": "all rows" if row.segment == ALL else words.segment(row.segment),
            "value": row.current_value,
            "before": row.reference_value,
            "low": None,
            "high": None,
            "color": theme.STATUS.get(row.status, theme.CURRENT),
        }
        for row in shown
    ]
    least = whole[0].tolerance if whole else None
    lines = [] if least is None else [(least, "minimum", theme.ALERT)]
    axis = alt.Axis(title=None, grid=True, tickCount=5, format="%")
    return ranges(
        drawn,
        lines,
        scale=alt.Scale(zero=False, nice=True, domainMax=1),
        axis=axis,
        title="Rows with a label",
        description=f"Share of rows with a label, {words.name(instrument)}, "
        "reference and current, over all rows and by segment",
    )
