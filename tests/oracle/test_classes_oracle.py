"""Measures of several classes against scikit-learn on the same rows."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    cohen_kappa_score,
    confusion_matrix,
    f1_score,
)

import tallystick as ts
from tallystick import metrics

CLOSE = 1e-12
ORACLES = {
    "top_accuracy": accuracy_score,
    "macro_f1": lambda y, p: f1_score(y, p, average="macro", zero_division=0),
    "weighted_f1": lambda y, p: f1_score(y, p, average="weighted", zero_division=0),
    "kappa": cohen_kappa_score,
    "balanced_top_accuracy": lambda y, p: np.mean(recalls(y, p)),
}


def recalls(labels, predicted):
    """Recall of every class that is a label: what balanced accuracy averages."""
    return [np.mean(predicted[labels == one] == one) for one in np.unique(labels)]


def sample(seed, rows=4000):
    """Scores with ties and many sums, labels of which one may be rare or never scored highest."""
    random = np.random.default_rng(seed)
    classes = int(random.integers(2, 8))
    weights = random.dirichlet(np.full(classes, 0.8))
    labels = random.choice(classes, rows, p=weights)
    evidence = random.normal(size=(rows, classes))
    evidence[np.arange(rows), labels] += random.uniform(0, 3)
    scores = np.exp(evidence)
    scores /= scores.sum(axis=1, keepdims=True)
    return np.round(scores, int(random.integers(1, 4))), labels


@pytest.mark.parametrize("seed", range(12))
def test_one_call_agrees(seed):
    scores, labels = sample(seed)
    predicted = np.argmax(scores, axis=1)  # the first of equal ones
    for name, oracle in ORACLES.items():
        found = getattr(metrics, name)(
            scores=scores, label=labels, classes=range(scores.shape[1])
        ).value
        assert abs(found - oracle(labels, predicted)) <= CLOSE, name


def test_balanced_accuracy_is_scikit_learns_where_every_class_is_a_label():
    scores, labels = sample(1)
    labels[:8] = np.arange(8) % scores.shape[1]
    found = metrics.balanced_top_accuracy(
        scores=scores, label=labels, classes=range(scores.shape[1])
    )
    expected = balanced_accuracy_score(labels, np.argmax(scores, axis=1))
    assert abs(found.value - expected) <= CLOSE


@pytest.mark.parametrize("seed", range(3))
def test_a_profile_agrees(seed):
    scores, labels = sample(seed)
    names = [f"class {k}" for k in range(scores.shape[1])]
    data = {f"p{k}": scores[:, k] for k in range(len(names))}
    data |= {"y": np.array(names)[labels], "part": np.where(np.arange(len(labels)) % 3, "a", "b")}
    columns = {name: f"p{k}" for k, name in enumerate(names)}
    spec = {
        "schema": 1,
        "score": {"columns": columns},
        "label": {"column": "y"},
        "segments": ["part"],
    }
    report = ts.compare(reference=data, current=data, spec=spec)
    predicted = np.argmax(scores, axis=1)
    for segment, rows in {"all": slice(None), "part=b": slice(None, None, 3)}.items():
        found = {
            row.metric: row
            for row in report.measurements
            if row.instrument == "y" and row.segment == segment
        }
        for name, oracle in ORACLES.items():
            expected = oracle(labels[rows], predicted[rows])
            assert abs(found[name].current_value - expected) <= CLOSE, (segment, name)
    table = confusion_matrix(labels, predicted, labels=range(len(names)))
    points = [p for p in report.curves().to_pylist() if p["curve"] == "confusion"]
    drawn = {p["label"]: p["n"] for p in points if p["side"] == "current"}
    expected = {
        f"{one} -> {other}": table[i, j]
        for i, one in enumerate(names)
        for j, other in enumerate(names)
        if table[i, j]
    }
    assert drawn == expected
    assert abs(sum(p["y"] for p in points if p["side"] == "current") - 1) < CLOSE


def test_the_error_of_confidence_is_that_of_a_score_of_right_answers():
    scores, labels = sample(5, rows=20_000)
    right = np.argmax(scores, axis=1) == labels
    found = metrics.top_ece_debiased(scores=scores, label=labels, classes=range(scores.shape[1]))
    expected = metrics.ece_debiased(score=scores.max(axis=1), label=right)
    assert abs(found.value - expected.value) < 1e-9
    assert abs(found.p_value - expected.p_value) < 1e-9
