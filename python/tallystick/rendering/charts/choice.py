"""Which chart: by name, for one instrument or for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tallystick.errors import MissingDependencyError, ParameterError, did_you_mean
from tallystick.rendering.findings import Findings

if TYPE_CHECKING:
    from tallystick.comparison import Comparison

_HERE = "tallystick.rendering.charts"
# Of one instrument, in the order in which a page shows them.
OF_ONE = {
    "distribution": "distribution:distribution",
    "effects": "effects:effects",
    "reliability": "scores:reliability",
    "roc": "scores:roc",
    "precision_recall": "scores:precision_recall",
    "thresholds": "decisions:thresholds",
    "residuals": "scores:residuals",
    "confusion": "decisions:confusion",
    "fairness": "segments:fairness",
    "coverage": "segments:coverage",
    "timeline": "windows:timeline",
}
OF_ALL = {"overview": "effects:overview", "heat_map": "windows:heat_map"}


def to_altair(
    comparison: Comparison,
    chart: str = "overview",
    *,
    instrument: str | None = None,
    metric: str | None = None,
) -> Any:
    """Returns one of the charts of the HTML page as an `altair` chart, to be changed or combined.

    Args:
        comparison: What to show.
        chart: Of all instruments `overview` or `heat_map`; of one `distribution`, `effects`,
            `reliability`, `roc`, `precision_recall`, `thresholds`, `residuals`, `confusion`,
            `fairness`, `coverage` or `timeline`.
        instrument: The column, for charts of one.
        metric: What a `timeline` shows; the deciding metric if left out.

    Returns:
        An `altair.LayerChart`, or an `altair.HConcatChart` of several.

    Raises:
        MissingDependencyError: Altair is not installed.
        ParameterError: There is no such chart or instrument, or nothing to draw in it.

    Example:
        >>> import tallystick as ts
        >>> rows = {"plan": ["pro", "free"] * 500}
        >>> chart = ts.compare(reference=rows, current=rows).to_altair(
        ...     "distribution", instrument="plan"
        ... )
        >>> chart.title
        'Distribution, share of rows'
    """
    findings = Findings(comparison)
    known = {**OF_ALL, **OF_ONE}
    if chart not in known:
        raise ParameterError(
            f"chart: expected one of {', '.join(known)}",
            hint=did_you_mean(chart, known),
            name="chart",
        )
    if chart in OF_ALL:
        drawn = draw(chart)(findings)
    else:
        name = _known_instrument(findings, chart, instrument)
        drawn = _of_one(findings, chart, name, metric)
    if drawn is None:
        what = f"{chart} of {instrument}" if chart in OF_ONE else chart
        raise ParameterError(
            f"chart: nothing to draw in {what}",
            hint="docs/guide/report.md says what each chart needs",
            name="chart",
        )
    return drawn


def draw(chart: str) -> Callable[..., Any]:
    """The function that makes a chart.

    Raises:
        MissingDependencyError: Altair is not installed.
    """
    import importlib

    need("altair")
    module, name = {**OF_ALL, **OF_ONE}[chart].split(":")
    function: Callable[..., Any] = getattr(importlib.import_module(f"{_HERE}.{module}"), name)
    return function


def need(*packages: str) -> None:
    """Imports what draws, or says which extra brings it."""
    import importlib

    for package in packages:
        try:
            importlib.import_module(package)
        except ImportError as error:
            raise MissingDependencyError.of(
                _PROJECTS.get(package, package), extra="report"
            ) from error


_PROJECTS: Mapping[str, str] = {"vl_convert": "vl-convert-python"}


def _known_instrument(findings: Findings, chart: str, instrument: str | None) -> str:
    names = findings.instruments
    if instrument in names:
        return instrument
    raise ParameterError(
        f"instrument: expected a column of the report for the chart {chart}",
        hint=None if instrument is None else did_you_mean(instrument, names),
        name="instrument",
    )


def _of_one(findings: Findings, chart: str, instrument: str, metric: str | None) -> Any:
    if chart == "timeline":
        return draw(chart)(findings, instrument, metric)
    return draw(chart)(findings, instrument)
