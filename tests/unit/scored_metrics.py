"""Which measure of scores and labels takes what, and rows for them."""

from __future__ import annotations

import numpy as np

from tallystick import _core, metrics

NEEDS = {metric["name"]: metric["needs"] for metric in _core.CATALOGUE}
OF_THRESHOLDS = [
    *("selection_rate", "accuracy", "balanced_accuracy", "precision", "recall", "specificity"),
    *("f1", "matthews", "accuracy_estimated", "accuracy_estimate_error", "expected_cost"),
]
OF_LABELS_ALONE = ["label_coverage", "positive_rate"]
OF_SCORES_ALONE = [
    *("selection_rate", "positive_rate_estimated", "auc_estimated", "accuracy_estimated")
]
ALL = [
    name
    for name, needs in NEEDS.items()
    if needs in ("labels", "scores") and name != "selection_rate_ratio"
]
OF_PAIRS = [name for name in ALL if name not in {*OF_LABELS_ALONE, *OF_SCORES_ALONE}]
OF_ANY_SCORE = [
    *("auc", "average_precision", "ks_classes"),
    *(name for name in OF_THRESHOLDS if "_estimate" not in name),
]
OF_PROBABILITIES = [name for name in ALL if name not in {*OF_ANY_SCORE, *OF_LABELS_ALONE}]

RANDOM = np.random.default_rng(11)
SCORES = RANDOM.random(600)
LABELS = RANDOM.random(600) < SCORES


def measured(name, score, label, **settings):
    """The metric of scores and labels, of which it takes what it needs."""
    if name in OF_THRESHOLDS:
        settings.setdefault("threshold", 0.5)
    if name == "expected_cost":
        settings |= {"false_positive": 1.0, "false_negative": 5.0}
    if name not in OF_LABELS_ALONE:
        settings["score"] = score
    if name not in OF_SCORES_ALONE:
        settings["label"] = label
    return getattr(metrics, name)(**settings)
