"""Whether a label is a class or a number: what the spec says, the type, and the rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import tallystick as ts
from tallystick.errors import ColumnTypeError, ParameterError
from tallystick.spec import load_spec, resolve

SCORED = {"schema": 1, "score": {"column": "p"}, "label": {"column": "y"}}
SCORES = np.random.default_rng(1).random(40)


def kind(label, spec=SCORED, score=SCORES):
    plan = ts.Plan.fit({"p": score, "y": label}, spec=spec)
    return plan.outcomes[0]["kind"]


AMOUNTS = np.linspace(0.0, 9.0, 40)
FLAGS = np.tile([0, 1], 20)
LABELS = [
    (AMOUNTS, "number"),
    (AMOUNTS.astype(np.float32), "number"),
    (pa.array(AMOUNTS).dictionary_encode(), "number"),
    (FLAGS, "class"),
    (FLAGS.astype(bool), "class"),
    # A frame makes floats of integers while some are missing.
    (FLAGS.astype(float), "class"),
    (pd.Series([0, 1, None, -0.0] * 10), "class"),
    (pa.array([1.0, None] * 20).dictionary_encode(), "class"),
    (np.where(np.arange(40) == 3, 2.0, FLAGS), "number"),
    (np.where(np.arange(40) == 3, np.inf, FLAGS), "number"),
    (np.full(40, np.nan), "number"),
]


@pytest.mark.parametrize(("label", "expected"), LABELS)
def test_the_type_says_it_and_rows_of_0_and_1(label, expected):
    assert kind(label) == expected


def with_(label=None, score=None, columns=None):
    spec = {**SCORED, "columns": columns or {}}
    spec["label"] = SCORED["label"] | (label or {})
    spec["score"] = SCORED["score"] | (score or {})
    return spec


DECLARED = [
    (with_({"kind": "number"}), FLAGS, "number"),
    (with_({"kind": "number"}), FLAGS.astype(float), "number"),
    (with_({"kind": "class", "positive": 1}), np.tile([1.0, 2.0], 20), "class"),
    (with_({"positive": 2}), np.tile([1.0, 2.0], 20), "class"),
    (with_(score={"threshold": 0.5}), FLAGS.astype(float), "class"),
    (with_(score={"tolerance": {"auc": 0.1}}), FLAGS.astype(float), "class"),
    (with_(score={"tolerance": {"mae_ratio": 1.5}}), FLAGS, "number"),
    (with_(columns={"y": {"binning": [1, 2, 3]}}), FLAGS, "number"),
    (with_(columns={"y": {"kind": "numeric"}}), FLAGS, "number"),
    (with_({"positive": 3}, columns={"y": {"kind": "categorical"}}), np.full(40, 3.0), "class"),
]


@pytest.mark.parametrize(("spec", "label", "expected"), DECLARED)
def test_what_is_declared_goes_before_type_and_rows(spec, label, expected):
    assert kind(label, spec) == expected


def test_cells_are_those_of_numbers():
    schema = pa.schema([("p", pa.float64()), ("y", pa.float64())])
    resolved = resolve(load_spec(SCORED), schema)
    assert resolved.column("p").binning == resolved.column("y").binning == "quantile"
    assert "unless there are only 0 and 1" in resolved.column("y").reason
    declared = load_spec(with_({"positive": 1}))
    assert resolve(declared, schema).column("p").binning == "uniform"
    binned = load_spec(with_(columns={"p": {"range": [0, 10], "bins": 5}}))
    assert resolve(binned, schema).column("p").bins == 5


def test_integers_that_are_amounts_are_told_what_to_write():
    with pytest.raises(ParameterError, match="positive") as refused:
        kind(np.arange(40))
    assert 'label.kind = "number"' in str(refused.value)


def test_times_are_no_numbers_to_foretell():
    times = pa.array(range(40), pa.timestamp("s"))
    with pytest.raises(ColumnTypeError, match=r"label\.column"):
        kind(times, with_({"kind": "number"}))


def test_the_spec_that_a_profile_keeps_is_the_one_that_was_given():
    reference = ts.profile({"p": SCORES, "y": FLAGS.astype(float)}, spec=SCORED)
    report = ts.compare(reference=reference, current={"p": SCORES, "y": FLAGS.astype(float)})
    assert report["p"]["auc"].current_value is not None
    assert report.to_arrow()["spec_id"][0].as_py() == load_spec(SCORED).spec_id


def test_labels_that_are_missing_are_a_status():
    reference = ts.profile({"p": AMOUNTS, "y": AMOUNTS + 1}, spec=SCORED)
    for current in ({"p": AMOUNTS}, {"p": AMOUNTS, "y": ["late"] * 40}):
        row = ts.compare(reference=reference, current=current)["p"]["mae"]
        assert (row.status, row.reason) == ("undetermined", "no_labels_yet")
