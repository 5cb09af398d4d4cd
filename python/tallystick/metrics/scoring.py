"""The one way from scores and labels to one measurement, which every metric of both goes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tallystick import _core
from tallystick.comparison import Measurement
from tallystick.comparison.measurement import measurements_of
from tallystick.errors import ColumnTypeError, ParameterError, did_you_mean
from tallystick.metrics.checking import check_between, check_whole, is_number
from tallystick.metrics.sides import values_of
from tallystick.reading import processors
from tallystick.spec.arrow_types import type_name
from tallystick.spec.vocabulary import DEFAULT_FALSE_ALARM_RATE, GAP_INTERVALS

_MOST_SORTED = 1 << 18
"""So many rows are sorted by score, and nothing is bracketed; more are counted in cells."""

_MOST_FITTED = 1 << 14
"""The same for what goes over the sorted rows many times."""

_MOST_BINS = 10_000
_BATCH_ROWS = 1 << 16
_OF_BINS = frozenset(
    {
        *("ece", "mce", "brier", "brier_reliability", "brier_resolution"),
        *("label_coverage", "positive_rate"),
    }
)
"""Metrics that cells of equal width are enough for."""

CUTS = frozenset(
    {
        *("selection_rate", "selection_rate_ratio", "selection_rate_gap", "disparate_impact"),
        *("tpr_gap", "fpr_gap", "ppv_gap", "equalized_odds_gap"),
        *("tpr_ratio", "fpr_ratio", "ppv_ratio"),
        *("accuracy", "balanced_accuracy", "precision", "recall", "specificity", "f1", "matthews"),
        "expected_cost",
    }
)
"""Metrics of decisions at a threshold."""

_OF_ANY_SCORE = CUTS | {"auc", "average_precision", "ks_classes"}
"""Metrics of ranks and of decisions, which take any finite score, not probabilities alone."""

_OF_SUMS = frozenset(
    {
        *("log_loss", "spiegelhalter_z", "label_bias", "positive_rate_estimated"),
        "calibration_gap",
    }
)
"""Metrics that cells say as much of as the single rows do."""


ANY_LABEL = ""
"""A label to count where all that counts is whether there is one."""


def given(name: str, value: Any) -> Any:
    """The argument, which must not be None."""
    if value is None:
        raise ParameterError(f"{name}: expected a value, got None", name=name)
    return value


def score_metric(
    metric: str,
    *,
    score: Any = None,
    label: Any = None,
    reference: Any = None,
    group: Any = None,
    positive: Any = None,
    threshold: float | None = None,
    bins: int = 15,
    tolerance: float | None = None,
    false_alarm_rate: float = DEFAULT_FALSE_ALARM_RATE,
    exact: bool | None = None,
    threads: int | None = None,
    costs: tuple[float, float, float, float] | None = None,
    interval: str = GAP_INTERVALS[0],
) -> Measurement:
    """Measures `metric` on rows; see `score_metrics`.

    Args:
        metric: The metric's name.
        score: Scores; None for metrics of labels.
        label: Labels; None for metrics of scores.
        reference: Scores of a reference, for metrics of a change.
        group: Which rows belong to a group, for metrics of it against the rest.
        positive: The label that the score is the probability of.
        threshold: Where decisions are made.
        bins: Bins of calibration errors.
        tolerance: Largest harmless value, where the metric decides.
        false_alarm_rate: Chance of an alert when the effect is within tolerance.
        exact: Whether rows are sorted; by default while they are few.
        threads: Most threads.
        costs: Of false positives, false negatives, true positives and true negatives.
        interval: How that of a difference between a group and the rest is made.

    Raises:
        ParameterError: Scores and labels of different length, labels that need `positive=`, or
            a number out of its domain.
        ColumnTypeError: Scores that are no numbers.
    """
    _check_tolerance(metric, tolerance)
    return score_metrics(
        [metric],
        score=score,
        label=label,
        reference=reference,
        group=group,
        positive=positive,
        threshold=threshold,
        bins=bins,
        tolerance=tolerance,
        false_alarm_rate=false_alarm_rate,
        exact=exact,
        threads=threads,
        costs=costs,
        interval=interval,
    )[0]


def score_metrics(
    metrics: Sequence[str],
    *,
    score: Any,
    label: Any,
    reference: Any = None,
    group: Any = None,
    positive: Any = None,
    threshold: float | None = None,
    bins: int = 15,
    tolerance: float | None = None,
    false_alarm_rate: float = DEFAULT_FALSE_ALARM_RATE,
    exact: bool | None = None,
    threads: int | None = None,
    costs: tuple[float, float, float, float] | None = None,
    interval: str = GAP_INTERVALS[0],
) -> list[Measurement]:
    """Measures all `metrics` in one reading; the arguments are those of `score_metric`."""
    _check(threshold, bins, exact)
    _check_interval(interval)
    check_between("false_alarm_rate", false_alarm_rate, 0, 0.5)
    scored = _side(score, label, "score" if reference is None else "current")
    before = None if reference is None else _side(reference, label, "reference")
    whole = None
    if group is not None:
        scored, whole = _parted(scored, group)
    rows = max(side.num_rows for side in (scored, before) if side is not None)
    depth = _depth(metrics, rows, exact)

    def measured(depth: str) -> tuple[list[Measurement], list[int]]:
        table, left_out = _core.measure_scored(
            metrics,
            _batches(scored),
            reference=None if before is None else _batches(before),
            whole=None if whole is None else _batches(whole),
            positive=category_text(positive, "positive"),
            threshold=None if threshold is None else float(threshold),
            bins=int(bins),
            tolerance=None if tolerance is None else float(tolerance),
            false_alarm_rate=float(false_alarm_rate),
            depth=depth,
            threads=processors(threads),
            costs=costs,
            gap_interval=interval,
        )
        return measurements_of(table), left_out

    found, left_out = measured(depth)
    outside = any(row.reason == "scores_outside" for row in found)
    if depth == "cells" and outside and _OF_ANY_SCORE.issuperset(metrics):
        # Scores of any range have no cells: their rows are sorted.
        found, left_out = measured("rows")
    undeclared = left_out[0]
    if undeclared:
        raise ParameterError(
            f"label: expected false and true, or 0 and 1, got {undeclared} rows with others",
            hint="name the label that the score is the probability of: positive=...",
            name="label",
        )
    return found


def _depth(metrics: Sequence[str], rows: int, exact: bool | None) -> str:
    """How closely rows are looked at."""
    if _OF_ANY_SCORE.issuperset(metrics):
        return "rows" if (rows <= _MOST_SORTED if exact is None else exact) else "cells"
    if _OF_BINS.issuperset(metrics):
        return "bins"
    return "probabilities" if rows <= _MOST_FITTED and not _OF_SUMS.issuperset(metrics) else "cells"


def _side(score: Any, label: Any, name: str) -> Any:
    """Scores and labels side by side."""
    import pyarrow as pa  # type: ignore[import-untyped]

    # What the metric has no use for is made up: scores of one half, one class for all rows.
    if score is None:
        labels = values_of(label, None, "label")
        scores = pa.array(np.full(len(labels), 0.5))
    else:
        scores = numbers_of(values_of(score, None, name), name)
        made_up = pa.repeat(False, len(scores))
        labels = made_up if label is None else values_of(label, None, "label")
    if len(scores) != len(labels):
        raise ParameterError(
            f"label: expected one for each of {len(scores)} scores, got {len(labels)}",
            name="label",
        )
    return pa.table({"score": scores, "label": labels})


def _parted(scored: Any, group: Any) -> tuple[Any, Any]:
    """The rows of the group, and those of the group and the rest."""
    import pyarrow as pa
    import pyarrow.compute as pc  # type: ignore[import-untyped]

    mask = values_of(group, None, "group")
    if not pa.types.is_boolean(mask.type):
        raise ColumnTypeError(
            f"group: expected booleans, got {type_name(mask.type)}",
            hint='such as group=table["country"] == "NO"',
        )
    if len(mask) != scored.num_rows:
        raise ParameterError(
            f"group: expected one for each of {scored.num_rows} scores, got {len(mask)}",
            name="group",
        )
    return scored.filter(mask), scored.filter(pc.is_valid(mask))


def _batches(side: Any) -> list[Any]:
    return list(side.to_batches(max_chunksize=_BATCH_ROWS))


def numbers_of(scores: Any, name: str) -> Any:
    """The scores, of a type that the core reads."""
    import pyarrow as pa

    kind = scores.type.value_type if pa.types.is_dictionary(scores.type) else scores.type
    plain = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    if not (plain or pa.types.is_null(kind)):
        raise ColumnTypeError(
            f"{name}: expected numbers, got {type_name(scores.type)}", hint="cast them to float64"
        )
    direct = pa.types.is_integer(kind) or pa.types.is_float64(kind) or pa.types.is_float32(kind)
    # Null alone, as the type of an empty list, says nothing of the values.
    return scores if direct and kind == scores.type else scores.cast(pa.float64())


def _check(threshold: Any, bins: Any, exact: Any) -> None:
    if threshold is not None and not (is_number(threshold) and math.isfinite(threshold)):
        raise ParameterError("threshold: expected a finite number", name="threshold")
    check_whole("bins", bins, 1, _MOST_BINS)
    if exact is not None and not isinstance(exact, bool):
        raise ParameterError("exact: expected True, False or None", name="exact")


def _check_interval(interval: Any) -> None:
    if interval not in GAP_INTERVALS:
        raise ParameterError(
            f"interval: expected one of {', '.join(GAP_INTERVALS)}",
            hint=did_you_mean(str(interval), list(GAP_INTERVALS)),
            name="interval",
        )


def _check_tolerance(metric: str, tolerance: Any) -> None:
    if tolerance is not None:
        ratio = metric == "selection_rate_ratio"
        check_between("tolerance", tolerance, int(ratio), math.inf if ratio else 1)


def category_text(label: Any, name: str) -> str | None:
    """The canonical text of a label, as categories are written; None for None."""
    value = label.item() if isinstance(label, np.generic) else label
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_number(value) and math.isfinite(value):
        if value == int(value):
            return str(int(value))
        # A fraction is the category of its float32 rounding.
        return np.format_float_positional(np.float32(value), unique=True, trim="-")
    raise ParameterError(f"{name}: expected a label: a text, a boolean or a number", name=name)
