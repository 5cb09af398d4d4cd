"""The names of families and labels in each format.

No name of a spec, a column or a category ever becomes part of a metric's name: they are values of
labels, where any text is allowed, so that none is changed on the way out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from tallystick.errors import ParameterError
from tallystick.exporting.points import Family

UNITS: Final[Mapping[str, tuple[str, str]]] = {
    "agreement": ("", "1"),
    "batches": ("", "{batch}"),
    "column unit": ("", "{value}"),
    "correlation": ("", "1"),
    "cost": ("", "{cost}"),
    "distance": ("ratio", "1"),
    "label unit": ("", "{label}"),
    "logits": ("logits", "{logit}"),
    "measurements": ("", "{measurement}"),
    "nats": ("nats", "{nat}"),
    "precision": ("ratio", "1"),
    "probability": ("ratio", "1"),
    "ratio": ("ratio", "1"),
    "rows": ("rows", "{row}"),
    "series": ("series", "{series}"),
    "share": ("ratio", "1"),
    "share of variance": ("ratio", "1"),
    "slope": ("", "1"),
    "squared probability": ("ratio", "1"),
    "standard errors": ("", "1"),
    "state": ("", "1"),
    "statistic": ("", "1"),
}
"""Units of the catalogue: as the end of a Prometheus name, and as OpenTelemetry writes them."""

PREFIX: Final = "tallystick"
RESERVED_LABELS: Final = frozenset(
    {"bound", "instrument", "job", "kind", "le", "metric", "plan_id", "reason"}
    | {"segment", "severity", "side", "spec_id", "state", "status"}
)
_LABEL = re.compile(r"(?!__)[a-zA-Z_][a-zA-Z0-9_]*")

ATTRIBUTES: Final[Mapping[str, str]] = {
    "bound": "ml.bound",
    "instrument": "ml.instrument.name",
    "kind": "ml.folded.kind",
    "metric": "ml.metric.name",
    "model": "ml.model.name",
    "model_version": "ml.model.version",
    "outcome": "ml.export.outcome",
    "plan_id": "ml.plan.id",
    "reason": "ml.reason",
    "segment": "ml.segment",
    "severity": "ml.severity",
    "side": "ml.side",
    "spec_id": "ml.spec.id",
    "state": "ml.value.state",
    "status": "ml.status",
}
"""Labels of points as OpenTelemetry's attributes."""

_OTEL: Final[Mapping[str, str]] = {
    "rows": "ml.rows",
    "instrument_rows": "ml.instrument.rows",
    "instrument_values": "ml.instrument.values",
    "status": "ml.measurement.status",
    "status_reason": "ml.measurement.reason",
    "needed": "ml.measurement.needed",
    "report_status": "ml.report.status",
    "decisions": "ml.report.decisions",
    "model_info": "ml.report.info",
    "folded": "ml.export.folded",
    "batches": "ml.export.batches",
}


def prometheus_name(family: Family) -> str:
    """The family's name without the suffix of its type, such as `_total`.

    A measurement is named by its metric, the part of it, and its unit, always in this order and
    never shortened: `selection_rate` in shares and `selection_rate_ratio` would be one name.

    Example:
        >>> from tallystick.exporting.points import measured
        >>> prometheus_name(measured("psi_corrected")), prometheus_name(measured("auc", "change"))
        ('tallystick_psi_corrected_nats', 'tallystick_auc_change_ratio')
    """
    unit = UNITS[family.unit][0]
    # A counter's rows stand in its name already.
    wanted = unit if family.metric or family.name in ("needed", "folded") else ""
    return "_".join(part for part in (PREFIX, family.name, family.part, wanted) if part)


def opentelemetry_name(family: Family) -> str:
    """The family's name in OpenTelemetry.

    Example:
        >>> from tallystick.exporting.points import measured
        >>> opentelemetry_name(measured("auc", "change"))
        'ml.measurement.auc.change'
    """
    if not family.metric:
        return _OTEL[family.name]
    return ".".join(part for part in ("ml.measurement", family.name, family.part) if part)


def check_labels(labels: Mapping[str, str], of: str = "labels") -> dict[str, str]:
    """Constant labels as they were given; a name that Prometheus would need changed is refused.

    Raises:
        ParameterError: A name is no label's name or one of ours, or a value is no text.
    """
    for name, value in labels.items():
        if not isinstance(name, str) or not _LABEL.fullmatch(name):
            raise ParameterError(
                f"{of}: expected names of letters, digits and _ that begin with a letter or one "
                f"_, got {name!r}",
                name=of,
            )
        if name in RESERVED_LABELS:
            raise ParameterError(
                f"{of}: expected names besides tallystick's own and Prometheus', got {name}",
                hint=f"add a prefix, such as my_{name}",
                name=of,
            )
        if not isinstance(value, str) or not value:
            raise ParameterError(f"{of}: expected a text that is not empty for {name}", name=of)
    return dict(labels)
