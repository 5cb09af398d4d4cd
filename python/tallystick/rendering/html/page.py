"""A comparison as one HTML file: it loads nothing, runs nothing, and reads well on paper."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from altair.utils.schemapi import debug_mode
from markupsafe import Markup

from tallystick.comparison import Comparison
from tallystick.rendering import numbers, summary, words
from tallystick.rendering.charts.choice import draw
from tallystick.rendering.charts.decisions import binary_tables
from tallystick.rendering.charts.segments import GAPS, gap
from tallystick.rendering.findings import ALL, Finding, Findings
from tallystick.rendering.html import contents, tables
from tallystick.rendering.html.contents import Entry
from tallystick.rendering.html.drawing import drawing
from tallystick.rendering.html.environment import colors, fill, sheet

# Instruments with a card of their own; the others are lines of the table.
MOST_CARDS = 50
_LABELS = ("reliability", "roc", "precision_recall", "thresholds", "residuals", "confusion")


def page_of(comparison: Comparison) -> str:
    """The page as text."""
    # That our charts fit Altair's schema is tested once, and not asked again for each of them.
    with debug_mode(False):
        values = _values(Findings(comparison))
    return fill("page.html.jinja", values)


def _values(findings: Findings) -> dict[str, Any]:
    comparison = findings.comparison
    entries = contents.entries(findings)
    detailed = [one for one in entries if _has_labels(findings, one)]
    detailed += [one for one in entries if one not in detailed]
    detailed = [one for one in entries if one in detailed[:MOST_CARDS]]
    for one in detailed:
        one.detailed = True
    style = colors() + sheet("page.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return {
        "style": Markup(style),  # noqa: S704
        "style_hash": f"sha256-{digest}",
        "verdict": contents.verdict(findings),
        "entries": entries,
        "anchors": {one.name: one.anchor for one in detailed},
        "cards": [_card(findings, one) for one in detailed],
        "heat_map": _figure(draw("heat_map")(findings)),
        "window_noun": numbers.window_noun(comparison.current.window_seconds),
        "false_alarm_rate": numbers.share(comparison.false_alarm_rate),
        "whose": summary.whose(comparison),
        "runbook": contents.runbook(comparison),
    }


def _has_labels(findings: Findings, entry: Entry) -> bool:
    curves = ("reliability", "roc", "residuals", "confusion")
    return any(findings.points(entry.name, curve) for curve in curves)


def _figure(chart: Any | None) -> dict[str, Any] | None:
    if chart is None:
        return None
    return {"title": chart.title, "svg": drawing(chart)}


def _figures(*charts: Any | None) -> list[dict[str, Any]]:
    return [one for chart in charts if (one := _figure(chart)) is not None]


def _card(findings: Findings, entry: Entry) -> dict[str, Any]:
    name = entry.name
    found = [one for one in findings.beyond if one.lead.instrument == name]
    labelled = _has_labels(findings, entry)
    over_time = draw("timeline")(findings, name)
    return {
        "entry": entry,
        "sentences": [_said(findings, one) for one in found] + _why(findings, entry),
        "figures": _figures(
            draw("distribution")(findings, name),
            draw("effects")(findings, name),
            over_time,
            draw("coverage")(findings, name),
            draw("timeline")(findings, name, "label_coverage"),
        ),
        "labels": _label_figures(findings, name, over_time) if labelled else [],
        "confusions": [_confusion(one) for one in binary_tables(findings, name)],
        "fairness": _figures(*(gap(findings, name, metric) for metric in GAPS)) if labelled else [],
        "lines": tables.lines(findings, name),
    }


def _label_figures(findings: Findings, name: str, shown: Any | None) -> list[dict[str, Any]]:
    """What labels say of a score; its calibration by window, unless that is shown already."""
    charts = [draw(one)(findings, name) for one in _LABELS]
    over_time = draw("timeline")(findings, name, "ece_debiased")
    if over_time is not None and (shown is None or shown.title != over_time.title):
        charts.append(over_time)
    return _figures(*charts)


def _said(findings: Findings, finding: Finding) -> dict[str, str]:
    one = contents.told(findings, finding)
    return {"head": f"{one['label']} {one['change']}", "text": one["text"]}


def _why(findings: Findings, entry: Entry) -> list[dict[str, str]]:
    """What it would take, where it was not judged."""
    rows = [row for row in findings.open if row.instrument == entry.name and row.segment == ALL]
    return [
        {"head": f"{words.label(row)} not judged", "text": contents.sentence(words.why_not(row)[1])}
        for row in rows
    ]


def _confusion(one: dict[str, Any]) -> dict[str, Any]:
    cells = {name: numbers.share(share) for name, share in one["cells"].items()}
    return {
        "threshold": f"{one['threshold']:g}",
        "side": one["side"],
        "n": numbers.count(one["n"]),
        "hit": cells["true positive"],
        "missed": cells["false negative"],
        "false": cells["false positive"],
        "passed": cells["true negative"],
    }
