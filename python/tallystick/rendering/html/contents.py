"""What stands on the page, as plain values for its template."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from tallystick.comparison import Comparison, Measurement
from tallystick.rendering import numbers, score_words, summary, words
from tallystick.rendering.escaping import printable
from tallystick.rendering.findings import ALL, Finding, Findings
from tallystick.rendering.html import strips

if TYPE_CHECKING:
    from tallystick.profiling import Profile

STATUS_WORDS = {
    "alert": "Alert",
    "undetermined": "Undetermined",
    "ok": "Ok",
    "not_applicable": "Informs",
}
# More strokes than these are a bar.
MOST_NOTCHES = 150
MOST_FINDINGS = 6
MOST_OPEN = 8


@dataclass(slots=True)
class Entry:
    """An instrument as a line of the overview.

    Attributes:
        name: As it is in the data.
        shown: As it is written.
        anchor: Name of its card on the page; never made from data.
        status: Worst of its deciding measurements, those of segments included when they alert.
        row: The measurement that says most of it.
        cells: The texts of the line.
        parts: In how many segments it is beyond tolerance.
        detailed: Whether it has a card.
    """

    name: str
    shown: str
    anchor: str
    status: str
    row: Measurement | None
    cells: dict[str, str]
    parts: int
    detailed: bool = False
    shape: Markup = field(default_factory=Markup)
    strip: Markup = field(default_factory=Markup)

    @property
    def word(self) -> str:
        """The status as a word."""
        return STATUS_WORDS[self.status]


def entries(findings: Findings) -> list[Entry]:
    """All instruments: pages, warnings, what is open, and what came nearest to its tolerance."""
    places = {name: at for at, name in enumerate(findings.instruments)}
    return [_entry(findings, places[name], name) for name in findings.by_urgency]


def _entry(findings: Findings, at: int, name: str) -> Entry:
    row = findings.main_row(name)
    alerts = [one for one in findings.rows_of(name) if one.decides and one.status == "alert"]
    cells = {"change": "-", "tolerance": "", "metric": "", "where": "", "note": ""}
    if row is not None:
        # The distances name themselves in front of their value.
        plain = row.metric in ("psi_corrected", "ks", "schema")
        cells = {
            "change": words.change(row),
            "tolerance": "" if row.tolerance is None else words.level(row, row.tolerance),
            "metric": "" if plain else row.metric.replace("_", " "),
            "note": "" if row.decides else "informs:",
            "where": "" if row.segment == ALL else words.segment(row.segment),
        }
    return Entry(
        name=name,
        shown=words.name(name),
        anchor=f"i{at}",
        status=findings.status_of(name),
        row=row,
        cells=cells,
        parts=len({one.segment for one in alerts if one.segment != ALL}),
        shape=strips.shape(findings.points(name, "distribution")),
        strip=strips.effect(row) if row is not None else Markup(""),
    )


def told(findings: Findings, finding: Finding) -> dict[str, Any]:
    """A finding in plain words."""
    row = finding.lead
    return {
        "severity": row.severity,
        "label": words.label(row),
        "instrument": row.instrument,
        "change": words.change(row),
        "tolerance": "" if row.metric == "schema" else words.level(row, row.tolerance),
        "text": " ".join(map(sentence, words.sentences(findings, finding, False))),
        "strip": strips.effect(row),
    }


def sentence(text: str) -> str:
    """A phrase of ours as a sentence: they begin with words, figures or quotes of our own."""
    return f"{_capital(text)}."


def _capital(text: str) -> str:
    # Names of distances are written as they are.
    return text if text.startswith(("psi ", "ks ")) else text[:1].upper() + text[1:]


def verdict(findings: Findings) -> dict[str, Any]:
    """The first screen: the verdict, what changed most, and what was not judged."""
    comparison = findings.comparison
    beyond = findings.beyond
    groups = summary.open_groups(findings)
    head, _, rest = summary.headline(findings).partition(" · ")
    return {
        "status": comparison.status,
        "word": STATUS_WORDS[comparison.status],
        "model": summary.model_name(comparison),
        "headline": _capital(rest or head),
        "notches": _notches(findings),
        "sides": sides(comparison),
        "findings": [told(findings, one) for one in beyond[:MOST_FINDINGS]],
        "more_findings": max(len(beyond) - MOST_FINDINGS, 0),
        "open": [_open(*group) for group in groups[:MOST_OPEN]],
        "more_open": max(len(groups) - MOST_OPEN, 0),
        "open_parts": summary.open_parts(findings.open_parts) if findings.open_parts else "",
        "within": summary.within(findings),
        "notes": _notes(findings),
    }


def _open(word: str, text: str, rows: list[Measurement]) -> dict[str, str]:
    return {"word": word, "text": text, "of": summary.open_labels(rows)}


def _notes(findings: Findings) -> list[tuple[str, str]]:
    comparison = findings.comparison
    found = [
        ("Labels", score_words.labels_line(findings)),
        ("Schema", summary.schema(findings)),
        ("Coarse", summary.coarse(comparison)),
        ("Counted", summary.counted(comparison)),
    ]
    return [(head, text) for head, text in found if text]


def _notches(findings: Findings) -> dict[str, Any]:
    statuses = [findings.status_of(name) for name in findings.instruments]
    known = {status: statuses.count(status) for status in STATUS_WORDS}
    counts = {status: count for status, count in known.items() if count}
    said = {
        "alert": "beyond tolerance",
        "undetermined": "not judged",
        "ok": "within",
        "not_applicable": "only inform",
    }
    few = len(statuses) <= MOST_NOTCHES
    return {
        "strokes": strips.tally(counts) if few else "",
        "shares": [] if few else _bar(counts),
        "counts": [(status, count, said[status]) for status, count in counts.items()],
    }


def _bar(counts: dict[str, int]) -> list[dict[str, Any]]:
    """Parts of a bar of length 100."""
    total, at, parts = sum(counts.values()), 0.0, []
    for status, count in counts.items():
        wide = 100 * count / total
        parts.append({"status": status, "x": round(at, 2), "width": round(wide, 2)})
        at += wide
    return parts


def sides(comparison: Comparison) -> list[dict[str, str]]:
    """What was compared with what."""
    return [
        _side("Reference", comparison.reference),
        _side("Current", comparison.current),
    ]


def _side(name: str, profile: Profile) -> dict[str, str]:
    origin = profile.origin
    files = origin.files or 0
    source = printable(origin.description or "in memory")
    return {
        "name": name,
        "rows": numbers.count(profile.rows),
        "span": numbers.span(profile.window_seconds) if profile.window_seconds else "",
        "source": source + (f", {numbers.plural(files, 'file')}" if files > 1 else ""),
    }


def runbook(comparison: Comparison) -> dict[str, str]:
    """Who answers, and where it says what to do; a link only where it is one."""
    model = comparison.spec.model if comparison.spec is not None else None
    address = (model.runbook or "") if model is not None else ""
    return {
        "owner": printable(model.owner or "") if model is not None else "",
        "text": printable(address),
        "link": address if address.startswith(("https://", "http://")) else "",
    }
