"""The model that the examples serve: a logistic regression on the features of tumours.

`python examples/model.py FOLDER` trains it on scikit-learn's breast-cancer data and writes
`model.json`, its weights, and `baseline.tally`, what the training data and their scores looked
like. A server needs the two files, and neither scikit-learn nor pickle.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path

FEATURES = ("mean_radius", "mean_texture", "mean_smoothness", "mean_concavity", "mean_symmetry")
SPEC = {"schema": 1, "model": {"name": "tumours"}, "score": {"column": "score"}}


class Model:
    """Scores one row of features."""

    def __init__(self, weights: Mapping[str, float], intercept: float):
        self._weights, self._intercept = dict(weights), intercept

    @classmethod
    def load(cls, folder: Path) -> Model:
        """Reads what `train` has written."""
        saved = json.loads((folder / "model.json").read_text())
        return cls(saved["weights"], saved["intercept"])

    def score(self, features: Mapping[str, float]) -> float:
        """The probability that it is malignant."""
        weighed = sum(weight * features[name] for name, weight in self._weights.items())
        return 1 / (1 + math.exp(-min(max(weighed + self._intercept, -700), 700)))


def train(folder: Path) -> None:
    """Writes the model and the baseline."""
    from sklearn.datasets import load_breast_cancer
    from sklearn.linear_model import LogisticRegression

    import tallystick as ts

    data = load_breast_cancer()
    names = [str(name).replace(" ", "_") for name in data.feature_names]
    rows = data.data[:, [names.index(name) for name in FEATURES]]
    # Weights for features in units of their own deviation, and back.
    center, scale = rows.mean(axis=0), rows.std(axis=0)
    fitted = LogisticRegression().fit((rows - center) / scale, data.target == 0)
    weights = fitted.coef_[0] / scale
    intercept = float(fitted.intercept_[0] - weights @ center)
    model = Model(dict(zip(FEATURES, weights.tolist(), strict=True)), intercept)

    columns = dict(zip(FEATURES, rows.T.tolist(), strict=True))
    columns["score"] = [model.score(dict(zip(FEATURES, row, strict=True))) for row in rows.tolist()]
    folder.mkdir(parents=True, exist_ok=True)
    ts.profile(columns, spec=SPEC).save(folder / "baseline.tally")
    saved = {"weights": model._weights, "intercept": intercept}
    (folder / "model.json").write_text(json.dumps(saved, indent=1))


if __name__ == "__main__":
    train(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
