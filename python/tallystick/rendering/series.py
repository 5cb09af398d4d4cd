"""Several comparisons with one reference, a line each: what labels say of a score over time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from tallystick.rendering import numbers, words
from tallystick.rendering.page import Page, pad, widths

if TYPE_CHECKING:
    from tallystick.comparison import Comparison, Measurement

_STYLES = {"alert": "bold red", "undetermined": "yellow", "ok": "green"}
_VERDICTS = {
    "calibrated": "calibrated",
    "over_confident": "too sure",
    "under_confident": "unsure",
    "too_high": "too high",
    "too_low": "too low",
    "miscalibrated": "off",
    "no_labels_yet": "no labels",
    "low_coverage": "few labels",
    "too_few_rows": "few labels",
}
_HEAD = ("", "rows", "labels", "events", "scores", "error", "AUC", "cut", "verdict")


def series_text(
    reports: Mapping[str, Comparison], *, score: str, label: str, console: Console | None = None
) -> str:
    """A table with a line for each comparison; printed to `console` if there is one.

    Labels: share of mature rows that have one. Events: share of positives among them. Scores:
    their mean. Error: `ece_debiased`. Cut: share of rows at or above the threshold.

    Args:
        reports: Comparisons with one reference, by what stands in front of their line.
        score: The score's instrument.
        label: The label's instrument.
        console: Where to print it in colour.
    """
    page = Page(console.width if console else 100)
    rows = [_HEAD, *(_line(name, one, score, label) for name, one in reports.items())]
    width = widths(rows)
    styles = [_STYLES.get(one.status, "") for one in reports.values()]
    for number, row in enumerate(rows):
        sized = enumerate(zip(row, width, strict=True))
        cells = [pad(cell, size, right=at > 0) for at, (cell, size) in sized]
        cells[-1] = row[-1]
        status = "dim" if number == 0 else styles[number - 1]
        page.line(("  " + "  ".join(cells), status))
    if console is not None:
        page.print_to(console)
    return page.text()


def _area(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _line(name: str, report: Comparison, score: str, label: str) -> tuple[str, ...]:
    of_score, of_label = report[score], report[label]

    def shown(row: Measurement, write: Callable[[float | None], str]) -> str:
        mark = " !" if row.status == "alert" else " ?" if row.status == "undetermined" else "  "
        return write(row.current_value) + mark

    return (
        name,
        numbers.count(report.current.rows),
        numbers.share(of_label["label_coverage"].current_value),
        numbers.share(of_label["positive_rate"].current_value),
        numbers.share(of_score["mean"].current_value),
        shown(of_score["ece_debiased"], numbers.share),
        shown(of_score["auc"], _area),
        shown(of_score["selection_rate_ratio"], numbers.share),
        _VERDICTS.get(of_score["calibration"].reason, ""),
    )


def worst_segments(
    report: Comparison, *, score: str, metric: str, most: int = 5
) -> list[Measurement]:
    """The segments whose gap is surely largest, worst first; suppressed ones are not among them."""
    rows = [one for one in report.measurements if (one.instrument, one.metric) == (score, metric)]
    told = [one for one in rows if one.value is not None and one.ci_lower is not None]
    return sorted(told, key=_surely, reverse=True)[:most]


def _surely(row: Measurement) -> float:
    """Lower bound of the size of a gap."""
    low, high = row.ci_lower or 0.0, row.ci_upper or 0.0
    return max(low, -high, 0.0)


def worst_text(rows: Sequence[Measurement], *, console: Console | None = None) -> str:
    """Gaps of segments, a line each."""
    page = Page(console.width if console else 100)
    cells = [(words.segment(one.segment), words.change(one)) for one in rows]
    width = widths(cells) if cells else []
    for row in cells:
        page.line(("  " + pad(row[0], width[0]) + "  " + row[1], ""))
    if console is not None:
        page.print_to(console)
    return page.text()
