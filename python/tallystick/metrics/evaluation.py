"""What scores and labels of two classes tell, in one reading of the rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tallystick import _core
from tallystick.comparison import Measurement
from tallystick.errors import ParameterError, did_you_mean
from tallystick.metrics.scoring import CUTS, given, score_metrics

_OF_MORE = frozenset({"selection_rate_ratio", "label_bias", "label_coverage", "expected_cost"})
_ALL = [
    metric["name"]
    for metric in _core.CATALOGUE
    if metric["needs"] == "labels" and metric["name"] not in _OF_MORE
]


def evaluate(
    *,
    score: Any,
    label: Any,
    positive: Any = None,
    threshold: float | None = None,
    metrics: Sequence[str] | None = None,
    bins: int = 15,
    threads: int | None = None,
) -> dict[str, Measurement]:
    """Measures scores by their labels: calibration, ranking, and decisions at a threshold.

    The metrics are those of `ts.metrics`, each with its interval, made from one reading. Rows are
    counted in cells, so that rankings of more than 16,384 rows have a certified bracket.

    Args:
        score: Scores in [0, 1]: array, list, Series, Arrow array. Shape (n,).
        label: Labels, shape (n,).
        positive: The label that the score is the probability of; true or 1 by default.
        threshold: Where decisions are made; without one they are not measured.
        metrics: Names of metrics; by default all that need scores and labels alone: not those of
            a reference, a group, costs, or rows without a label.
        bins: Bins of calibration errors, 1 to 10,000.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement for each metric, by name.

    Raises:
        ParameterError: An unknown metric, labels that need `positive`, arguments of different
            length, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers.

    Missing data: rows without a score or label are left out; scores outside of [0, 1] make every
        metric undetermined, with the reason "scores_outside".
    Cost: about 5 ns a row and thread; 2.3 ns for ece, mce and brier alone.
    Source: each metric's page.

    Example:
        >>> import tallystick as ts
        >>> found = ts.evaluate(score=[0.1, 0.4, 0.6, 0.9] * 50, label=[0, 0, 1, 1] * 50)
        >>> found["auc"].value, round(found["brier"].value, 3)
        (1.0, 0.085)
    """
    wanted = list(_ALL if metrics is None else metrics)
    for name in wanted:
        if name not in _ALL:
            raise ParameterError(
                f"metrics: expected metrics of scores and labels, got {name}",
                hint=did_you_mean(name, _ALL),
                name="metrics",
            )
    if threshold is None:
        wanted = [name for name in wanted if name not in CUTS]
    found = score_metrics(
        wanted,
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        threshold=threshold,
        bins=bins,
        threads=threads,
    )
    return {row.metric: row for row in found}
