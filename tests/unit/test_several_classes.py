"""Scores of several classes: what is counted, what is refused, what is said."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import tallystick as ts
from tallystick import metrics
from tallystick.errors import ColumnTypeError, ParameterError, SpecError
from tallystick.rendering import to_text

COLUMNS = {"cat": "p_cat", "dog": "p_dog", "bird": "p_bird"}
SPEC = {
    "schema": 1,
    "score": {"columns": COLUMNS},
    "label": {"column": "animal"},
    "segments": ["zoo"],
}


def animals(rows=20_000, *, seed=1, blur=1.0):
    random = np.random.default_rng(seed)
    truth = random.integers(0, 3, rows)
    evidence = random.normal(size=(rows, 3)) * blur
    evidence[np.arange(rows), truth] += 2.0
    p = np.exp(evidence) / np.exp(evidence).sum(axis=1, keepdims=True)
    named = {column: p[:, k] for k, column in enumerate(COLUMNS.values())}
    labels = np.array(list(COLUMNS))[truth].astype(object)
    return {**named, "animal": labels, "zoo": random.choice(["a", "b"], rows)}


@pytest.fixture(scope="module")
def reference():
    return ts.profile(animals(), spec=SPEC)


def judged(reference, data, **settings):
    return ts.compare(reference=reference, current=data, **settings)


def test_every_class_is_an_outcome_and_so_is_the_highest_score(reference):
    found = {(one["score"], one["kind"]): one for one in reference.plan.outcomes}
    assert found["animal", "classes"]["classes"] == list(COLUMNS.items())
    assert {found[column, "class"]["positive"] for column in COLUMNS.values()} == set(COLUMNS)
    roles = {column["name"]: column["role"] for column in reference.plan.columns}
    assert {roles[column] for column in COLUMNS.values()} == {"score"}


def test_a_loss_of_accuracy_alerts_and_a_gain_does_not(reference):
    worse = judged(reference, animals(seed=2, blur=1.8))
    assert worse["animal"]["top_accuracy"].status == "alert"
    assert worse["p_dog"]["auc"].status == "alert"
    better = judged(reference, animals(seed=2, blur=0.4))
    row = better["animal"]["top_accuracy"]
    assert row.value > 0.05
    assert row.status == "ok"
    same = judged(reference, animals(seed=3))
    assert same["animal"]["top_accuracy"].status == "ok"
    assert same["animal"]["macro_f1"].status == "not_applicable"
    few = judged(reference, animals(rows=20, seed=3))
    assert few["animal"]["top_accuracy"].status == "undetermined"


def test_the_tolerance_is_declared_with_the_score(reference):
    spec = SPEC | {"score": {"columns": COLUMNS, "tolerance": {"accuracy": 0.5}}}
    row = judged(reference, animals(seed=2, blur=1.8), spec=spec)["animal"]["top_accuracy"]
    assert (row.tolerance, row.status) == (0.5, "ok")


def test_what_is_said_of_the_label_is_said_once(reference):
    rows = judged(reference, animals(seed=2)).measurements
    keys = [(row.instrument, row.segment, row.metric) for row in rows]
    assert len(set(keys)) == len(keys)
    assert [key[0] for key in keys if key[1:] == ("all", "label_coverage")] == ["animal"]
    shares = {key[0] for key in keys if key[1:] == ("all", "positive_rate")}
    assert shares == set(COLUMNS.values())


def test_labels_that_have_not_come_and_those_that_are_no_class(reference):
    data = animals(seed=2)
    none = judged(reference, data | {"animal": [None] * 20_000})
    assert none["animal"]["top_accuracy"].reason == "no_labels_yet"
    assert none["animal"]["score_sum_violation_share"].current_value == 0.0
    spec = SPEC | {"label": {"column": "animal", "minimum_coverage": 0.5}}
    some = data["animal"].copy()
    some[: len(some) * 3 // 4] = "fish"
    row = judged(reference, data | {"animal": some}, spec=spec)["animal"]
    assert row["top_accuracy"].reason == "low_coverage"
    assert row["label_coverage"].current_value == 0.25
    assert row["top_accuracy"].n_current == 5_000


def test_rows_without_all_scores_have_no_prediction(reference):
    data = animals(seed=2)
    dog = data["p_dog"].copy()
    dog[:100] = np.nan
    dog[100:150] = 1.5
    dog[150:400] += 0.01
    row = judged(reference, data | {"p_dog": np.clip(dog, None, 1.5)})["animal"]
    assert row["top_accuracy"].n_current == 20_000 - 150
    off = row["score_sum_violation_share"]
    beyond = int((dog[150:400] > 1).sum())  # these are outside of [0, 1] themselves
    assert off.n_current == 20_000 - 150 - beyond
    assert round(off.current_value * off.n_current) == 250 - beyond


def test_of_equal_scores_the_first_class_is_predicted():
    even = {"a": [0.5, 0.5], "b": [0.5, 0.5]}
    assert metrics.top_accuracy(scores=even, label=["a", "a"]).value == 1.0
    assert metrics.top_accuracy(scores=even, label=["a", "a"], classes=["b", "a"]).value == 0.0


def test_two_classes_agree_with_one():
    random = np.random.default_rng(7)
    p = np.round(random.beta(2, 2, 5_000), 3)
    p[p == 0.5] = 0.501
    y = random.random(5_000) < p
    one = metrics.accuracy(score=p, label=y, threshold=0.5)
    two = metrics.top_accuracy(scores={True: p, False: 1 - p}, label=y)
    assert (one.value, one.ci_lower, one.ci_upper) == (two.value, two.ci_lower, two.ci_upper)


def test_scores_of_any_form_are_one():
    data = animals(rows=500)
    array = np.array([data[column] for column in COLUMNS.values()]).T
    named = dict(zip(COLUMNS, array.T, strict=True))
    lists = pa.array(array.tolist())
    forms = [array, lists, pa.chunked_array([lists[:9], lists[9:]]), array.tolist()]
    forms.append(lists.cast(pa.list_(pa.float64(), 3)))
    expected = metrics.kappa(scores=named, label=data["animal"])
    for form in forms:
        assert metrics.kappa(scores=form, label=data["animal"], classes=list(COLUMNS)) == expected
    holes = [None, *array.tolist()[1:]]
    found = metrics.kappa(scores=pa.array(holes), label=data["animal"], classes=list(COLUMNS))
    assert found.n_current == 499


def test_a_change_is_told_with_its_interval():
    before, now = animals(rows=2_000), animals(rows=2_000, seed=2, blur=2.0)
    side = [{one: data[column] for one, column in COLUMNS.items()} for data in (before, now)]
    for name in ("top_accuracy", "macro_f1", "weighted_f1", "kappa", "balanced_top_accuracy"):
        row = getattr(metrics, name)(
            scores=side[1],
            label=now["animal"],
            reference_scores=side[0],
            reference_label=before["animal"],
        )
        assert row.ci_lower < row.value < row.ci_upper < 0, name


def test_where_there_is_no_value_the_reason_is_told():
    alone = {"a": [0.9, 0.8], "b": [0.1, 0.2]}
    assert metrics.kappa(scores=alone, label=["a", "a"]).reason == "one_class"
    assert metrics.macro_f1(scores=alone, label=[None, None]).reason == "no_labels_yet"
    outside = {"a": [9.0, 8.0], "b": [0.1, 0.2]}
    assert metrics.macro_f1(scores=outside, label=["a", "b"]).reason == "scores_outside"


SCORES = {"a": [0.9, 0.2], "b": [0.1, 0.8]}


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"label": ["a", "c"]}, ParameterError),
        ({"label": ["a"]}, ParameterError),
        ({"label": None}, ParameterError),
        ({"scores": [[0.1, 0.9], [0.2, 0.8]]}, ParameterError),
        ({"scores": [[0.1, 0.9]] * 2, "classes": ["a", "a"]}, ParameterError),
        ({"scores": [[0.1, 0.9]] * 2, "classes": ["a"]}, ParameterError),
        ({"scores": [[0.1, 0.9]] * 2, "classes": "ab"}, ParameterError),
        ({"scores": [[0.1, 0.9]] * 2, "classes": ["a", "b", "c"]}, ParameterError),
        ({"scores": [0.1, 0.9], "classes": ["a", "b"]}, ColumnTypeError),
        ({"scores": [["x", "y"]] * 2, "classes": ["a", "b"]}, ColumnTypeError),
        ({"scores": {"a": ["x", "y"], "b": [0.1, 0.2]}}, ColumnTypeError),
        ({"scores": {"a": [0.1, 0.2], "b": [0.1]}}, ParameterError),
        ({"scores": pa.array([[0.1], [0.1, 0.2]]), "classes": ["a", "b"]}, ParameterError),
        ({"scores": pa.array([0.1, 0.2]), "classes": ["a", "b"]}, ColumnTypeError),
        ({"scores": None, "classes": ["a", "b"]}, ParameterError),
        ({"classes": ["a", "c"]}, ParameterError),
        ({"tolerance": 0.1}, ParameterError),
        (
            {"reference_scores": SCORES, "reference_label": ["a", "b"], "tolerance": 1},
            ParameterError,
        ),
    ],
)
def test_what_does_not_fit_is_refused(given, error):
    arguments = {"scores": SCORES, "label": ["a", "b"]} | given
    with pytest.raises(error):
        metrics.top_accuracy(**arguments)


@pytest.mark.parametrize(
    ("score", "label", "keys"),
    [
        ({}, {}, {"score.column"}),
        ({"columns": COLUMNS, "column": "p"}, {}, {"score.columns"}),
        ({"columns": COLUMNS}, {"positive": "cat"}, {"label.positive"}),
        ({"columns": COLUMNS}, {"kind": "number"}, {"score.columns"}),
        ({"columns": {"cat": "p"}}, {}, {"score.columns"}),
        ({"columns": {"cat": "p", "dog": "p"}}, {}, {"score.columns"}),
        ({"columns": {"cat": "p", "dog": 1}}, {}, {"score.columns"}),
        ({"columns": ["p", "q"]}, {}, {"score.columns"}),
        ({"columns": {str(k): f"p{k}" for k in range(33)}}, {}, {"score.columns"}),
        ({"columns": {"cat": "p", "dog": "animal"}}, {}, {"label.column"}),
        ({"column": "p", "tolerance": {"accuracy": 0.1}}, {}, {"score.tolerance.accuracy"}),
    ],
)
def test_specs_that_contradict_themselves(score, label, keys):
    with pytest.raises(SpecError) as caught:
        ts.load_spec({"schema": 1, "score": score, "label": {"column": "animal"} | label})
    assert {problem.key for problem in caught.value.problems} == keys


def test_the_order_of_the_classes_is_part_of_what_is_declared():
    turned = SPEC | {"score": {"columns": dict(reversed(COLUMNS.items()))}}
    first, second = (ts.load_spec(one) for one in (SPEC, turned))
    assert first.spec_id != second.spec_id
    plans = [ts.Plan.fit(animals(rows=100), spec=one) for one in (first, second)]
    assert plans[0].differences(plans[1]) == ["animal"]


def test_several_classes_need_a_label():
    with pytest.raises(SpecError, match=r"score\.columns"):
        ts.load_spec({"schema": 1, "score": {"columns": COLUMNS}})


def test_classes_are_labels_in_canonical_text():
    data = {"p0": [0.9, 0.2, 0.6] * 50, "p1": [0.1, 0.8, 0.4] * 50, "y": [0.0, 1.0, 1.0] * 50}
    spec = {"schema": 1, "score": {"columns": {0: "p0", 1: "p1"}}, "label": {"column": "y"}}
    report = ts.compare(reference=data, current=data, spec=spec)
    assert report["y"]["top_accuracy"].current_value == 2 / 3


def test_the_page_says_which_classes_are_mixed_up(reference):
    text = to_text(judged(reference, animals(seed=2, blur=1.8)), width=100)
    assert all(said in text for said in ("animal accuracy", " pt [", "taken for", "of rows"))
    assert "predicted right" in text
    assert "positive" not in text.split("LABELS")[1]
    early = to_text(judged(reference, animals(seed=2) | {"animal": [None] * 20_000}), width=100)
    assert "none yet" in early


def test_strata_are_weighed():
    data = animals(rows=6_000)
    kept = data["animal"] != "cat"
    kept |= np.arange(6_000) % 10 == 0
    log = {name: np.asarray(values)[kept] for name, values in data.items() if name != "zoo"}
    log["stratum"] = np.where(log["animal"] == "cat", "cats", "others")
    spec = {
        "schema": 1,
        "score": {"columns": COLUMNS},
        "label": {"column": "animal"},
        "sampling": {"column": "stratum", "rates": {"cats": 0.1, "others": 1.0}},
    }
    report = ts.compare(reference=log, current=log, spec=spec)
    p = np.array([log[column] for column in COLUMNS.values()]).T
    right = np.array(list(COLUMNS))[np.argmax(p, axis=1)] == log["animal"]
    weight = np.where(log["stratum"] == "cats", 10.0, 1.0)
    row = report["animal"]["top_accuracy"]
    assert abs(row.current_value - np.average(right, weights=weight)) < 1e-12
