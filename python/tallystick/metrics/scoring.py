"""The one way from scores and labels to one measurement, which every metric of both goes."""

from __future__ import annotations

from typing import Any

from tallystick import _core
from tallystick.comparison import Measurement
from tallystick.comparison.measurement import measurements_of
from tallystick.errors import ParameterError
from tallystick.metrics.sides import values_of
from tallystick.reading import processors
from tallystick.spec.vocabulary import DEFAULT_FALSE_ALARM_RATE

_MOST_SORTED = 1 << 18
"""So many rows are sorted by score, and nothing is bracketed; more are counted in cells."""

_BATCH_ROWS = 1 << 16
_OF_BINS = frozenset({"ece", "mce", "brier"})
"""Metrics that cells of their own bins are enough for."""

_OF_RANKS = frozenset({"auc", "average_precision", "ks_classes"})
"""Metrics that take any finite score, not probabilities alone."""

CUTS = frozenset(
    {
        "accuracy",
        "balanced_accuracy",
        "precision",
        "recall",
        "specificity",
        "f1",
        "matthews",
        "selection_rate",
    }
)
"""Metrics of decisions, which take any finite score too."""


def score_metric(
    metric: str,
    score: Any,
    label: Any,
    *,
    positive: Any = None,
    threshold: float | None = None,
    bins: int = 15,
    tolerance: float | None = None,
    false_alarm_rate: float = DEFAULT_FALSE_ALARM_RATE,
    exact: bool | None = None,
    threads: int | None = None,
) -> Measurement:
    """Measures `metric` on rows.

    Raises:
        ParameterError: Scores and labels of different length, labels that need `positive=`, or
            a number out of its domain.
        ColumnTypeError: Scores that are no numbers.
    """
    batches, rows = _batches(score, label)
    exact = rows <= _MOST_SORTED if exact is None else exact
    any_score = metric in _OF_RANKS or metric in CUTS
    depth = "rows" if exact and any_score else "bins" if metric in _OF_BINS else "cells"
    row, left_out = _measured(
        metric,
        batches,
        positive=_text(positive),
        threshold=None if threshold is None else float(threshold),
        bins=_count(bins),
        tolerance=None if tolerance is None else float(tolerance),
        false_alarm_rate=float(false_alarm_rate),
        depth=depth,
        threads=processors(threads),
    )
    undeclared, *_, outside = left_out
    if undeclared:
        raise ParameterError(
            f"label: expected false and true, or 0 and 1, got {undeclared} rows with others",
            hint="name the label that the score is the probability of: positive=...",
            name="label",
        )
    if outside and any_score and depth == "cells":
        # Scores of any range have no cells: their rows are sorted.
        return score_metric(
            metric,
            score,
            label,
            positive=positive,
            threshold=threshold,
            exact=True,
            threads=threads,
        )
    return row


def _measured(metric: str, batches: Any, **settings: Any) -> tuple[Measurement, list[int]]:
    table, left_out = _core.measure_scored(metric, batches, **settings)
    return measurements_of(table)[0], left_out


def _batches(score: Any, label: Any) -> tuple[list[Any], int]:
    import pyarrow as pa  # type: ignore[import-untyped]

    sides = {name: values_of(data, None, name) for name, data in _both(score, label).items()}
    lengths = {name: len(values) for name, values in sides.items()}
    if lengths["score"] != lengths["label"]:
        raise ParameterError(
            f"label: expected one for each of {lengths['score']} scores, got {lengths['label']}",
            name="label",
        )
    return pa.table(sides).to_batches(max_chunksize=_BATCH_ROWS), lengths["score"]


def _both(score: Any, label: Any) -> dict[str, Any]:
    for name, data in {"score": score, "label": label}.items():
        if data is None:
            raise ParameterError(f"{name}: expected values, got None", name=name)
    return {"score": score, "label": label}


def _count(bins: Any) -> int:
    if isinstance(bins, bool) or not isinstance(bins, int):
        raise ParameterError("bins: expected a whole number from 1 to 10000", name="bins")
    if not 1 <= bins <= 10_000:
        raise ParameterError("bins: expected a whole number from 1 to 10000", name="bins")
    return bins


def _text(positive: Any) -> str | None:
    """The canonical text of a label, as categories are written."""
    if positive is None or isinstance(positive, str):
        return positive
    if isinstance(positive, bool):
        return "true" if positive else "false"
    if isinstance(positive, float) and positive.is_integer():
        return str(int(positive))
    return str(positive)
