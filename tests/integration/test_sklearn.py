"""Real estimators of scikit-learn, monitored: the same answers, and counts as of one batch."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.utils.estimator_checks import check_estimator

import tallystick as ts
from tallystick.integrations.sklearn import MonitoredEstimator

SPEC = {"schema": 1, "score": {"column": "p"}}


def frame(load) -> tuple[pd.DataFrame, pd.Series]:
    data = load(as_frame=True)
    return data.data, data.target


@pytest.fixture(scope="module")
def cancer():
    x, y = frame(load_breast_cancer)
    return x, y, make_pipeline(StandardScaler(), LogisticRegression()).fit(x, y)


def scored(x: pd.DataFrame, **scores) -> dict[str, np.ndarray]:
    return {**{name: x[name].to_numpy() for name in x.columns}, **scores}


def recorder(rows, spec=SPEC, **settings) -> ts.Recorder:
    return ts.Recorder(ts.profile(rows, spec=spec), **settings)


def counted(rec: ts.Recorder, rows) -> tuple[bytes, bytes]:
    """What was recorded, and what one batch of these rows is under the same plan."""
    profile = rec.profile()
    return profile.to_bytes(), ts.profile(rows, plan=profile.plan).to_bytes()


def test_a_frame_is_recorded_as_one_batch_is(cancer):
    x, _, fitted = cancer
    p = fitted.predict_proba(x)
    rec = recorder(scored(x, p=p[:, 1]))
    np.testing.assert_array_equal(MonitoredEstimator(fitted, rec).predict_proba(x), p)
    recorded, batch = counted(rec, scored(x, p=p[:, 1]))
    assert recorded == batch


@pytest.mark.parametrize("rows", [1, 7, 250, 251, 569])
def test_a_matrix_takes_the_names_that_were_fitted(cancer, rows):
    x, _, fitted = cancer
    rec = recorder(scored(x, p=fitted.predict_proba(x)[:, 1]))
    part = x.iloc[:rows]
    bare = LogisticRegression(max_iter=10_000).fit(x, cancer[1])
    answer = MonitoredEstimator(bare, rec).predict_proba(part.set_axis(x.columns, axis=1))
    named = MonitoredEstimator(fitted[-1], rec, columns=list(x.columns))
    scaled = fitted[0].transform(part)
    named.predict_proba(scaled)
    both = {name: np.concatenate([part[name], scaled[:, at]]) for at, name in enumerate(x.columns)}
    p = np.concatenate([answer[:, 1], fitted[-1].predict_proba(scaled)[:, 1]])
    recorded, batch = counted(rec, {**both, "p": p})
    assert recorded == batch


def test_missing_values_of_a_matrix_are_counted_alike(cancer):
    x, y, _ = cancer
    holes = x.to_numpy(copy=True)[:100]
    holes[::3, 0] = np.nan
    forest = RandomForestClassifier(5, random_state=0).fit(x.to_numpy(), y)
    p = forest.predict_proba(holes)[:, 1]
    columns = dict(zip(x.columns, holes.T, strict=True))
    rec = recorder(scored(x, p=forest.predict_proba(x.to_numpy())[:, 1]))
    MonitoredEstimator(forest, rec, columns=list(x.columns)).predict_proba(holes)
    recorded, batch = counted(rec, {**columns, "p": p})
    assert recorded == batch


def test_only_one_method_is_recorded(cancer):
    x, y, fitted = cancer
    rec = recorder(scored(x, p=fitted.predict_proba(x)[:, 1]))
    model = MonitoredEstimator(fitted, rec)
    np.testing.assert_array_equal(model.predict(x), fitted.predict(x))
    np.testing.assert_array_equal(model.decision_function(x), fitted.decision_function(x))
    assert model.score(x, y) == fitted.score(x, y)
    assert list(model.classes_) == list(fitted.classes_)
    assert rec.profile().rows == 0
    # Classes are no score.
    MonitoredEstimator(fitted, rec, method="predict").predict(x)
    assert rec.profile().rows == len(x)
    assert rec.profile()["p"]["absent"] == len(x)
    bare = fitted[-1]
    MonitoredEstimator(bare, rec, method="predict", columns=list(x.columns)).predict(
        x.to_numpy()[:9]
    )
    assert rec.profile()["p"]["absent"] == len(x) + 9


def test_a_decision_function_is_a_score():
    x, y = frame(load_breast_cancer)
    fitted = make_pipeline(StandardScaler(), LinearSVC()).fit(x, y)
    score = fitted.decision_function(x)
    spec = {**SPEC, "columns": {"p": {"binning": "quantile"}}}
    rec = recorder(scored(x, p=score), spec)
    model = MonitoredEstimator(fitted, rec, method="decision_function")
    assert not hasattr(model, "predict_proba")
    model.decision_function(x)
    recorded, batch = counted(rec, scored(x, p=score))
    assert recorded == batch


def test_a_regressor_gives_its_prediction():
    x, y = frame(load_diabetes)
    fitted = LinearRegression().fit(x, y)
    rows = scored(x, p=fitted.predict(x), y=y.to_numpy())
    spec = {**SPEC, "label": {"column": "y", "kind": "number"}}
    rec = recorder(rows, spec)
    MonitoredEstimator(fitted, rec).predict(x)
    assert rec.profile()["p"]["mean"] == ts.profile(rows, spec=spec)["p"]["mean"]
    assert rec.profile().rows == len(x)


def test_each_of_several_classes_has_its_column():
    x, y = frame(load_wine)
    fitted = RandomForestClassifier(10, random_state=0).fit(x, y)
    p = fitted.predict_proba(x)
    spec = {"schema": 1, "score": {"columns": {"0": "p0", "1": "p1", "2": "p2"}}}
    spec["label"] = {"column": "y"}
    rows = scored(x, p0=p[:, 0], p1=p[:, 1], p2=p[:, 2], y=y.astype(str).to_numpy())
    rec = recorder(rows, spec)
    MonitoredEstimator(fitted, rec).predict_proba(x)
    profile = rec.profile()
    for at, name in enumerate(("p0", "p1", "p2")):
        assert profile[name]["mean"] == pytest.approx(p[:, at].mean(), abs=1e-12)
        assert profile[name]["null"] == 0


def test_what_cannot_be_recorded_is_warned_of_once_and_predicted(cancer):
    x, y, _ = cancer
    sparse = csr_matrix(x.to_numpy())
    fitted = LogisticRegression(max_iter=10_000).fit(sparse, y)
    rec = recorder(scored(x, p=np.linspace(0, 1, len(x))))
    model = MonitoredEstimator(fitted, rec)
    with pytest.warns(RuntimeWarning, match="predictions are not recorded") as warned:
        answer = model.predict_proba(sparse)
    np.testing.assert_array_equal(answer, fitted.predict_proba(sparse))
    model.predict_proba(sparse)
    # Warnings are errors here: a second one would have failed.
    assert len(warned) == 1
    assert rec.counters["rows_refused"] == 2
    strict = recorder(scored(x, p=np.linspace(0, 1, len(x))), strict=True)
    with pytest.raises(ts.errors.TallystickError):
        MonitoredEstimator(fitted, strict).predict_proba(sparse)


def test_several_outputs_are_recorded_without_a_score(cancer):
    x, y, _ = cancer
    fitted = RandomForestClassifier(5, random_state=0).fit(x, np.column_stack([y, 1 - y]))
    rec = recorder(scored(x, p=np.linspace(0, 1, len(x))))
    assert len(MonitoredEstimator(fitted, rec).predict_proba(x)) == 2
    assert rec.profile().rows == rec.profile()["p"]["absent"] == len(x)


def test_errors_of_other_libraries_do_not_fail_a_prediction(cancer, monkeypatch):
    x, _, fitted = cancer
    rec = recorder(scored(x, p=np.linspace(0, 1, len(x))))
    monkeypatch.setattr(ts.Recorder, "log_batch", lambda *_, **__: {}["17.99"])
    with pytest.warns(RuntimeWarning, match="predictions are not recorded: KeyError$"):
        MonitoredEstimator(fitted, rec).predict_proba(x)
    assert rec.counters["rows_refused"] == 1


def test_a_matrix_without_names_is_told_how_to_name_it(cancer):
    x, y, _ = cancer
    fitted = LogisticRegression(max_iter=10_000).fit(x.to_numpy(), y)
    rec = recorder(scored(x, p=np.linspace(0, 1, len(x))))
    with pytest.warns(RuntimeWarning, match="columns: expected a name for each of the 30 columns"):
        MonitoredEstimator(fitted, rec).predict_proba(x.to_numpy())


def test_a_sample_is_kept_at_its_rate(cancer):
    x, _, fitted = cancer
    rows = scored(x, p=fitted.predict_proba(x)[:, 1])
    rec = recorder(rows, sample=0.5)
    model = MonitoredEstimator(fitted, rec)
    for _ in range(20):
        model.predict_proba(x)
    asked = 20 * len(x)
    # Six standard deviations of a binomial share.
    assert abs(rec.profile().rows - asked / 2) < 6 * np.sqrt(asked) / 2


def test_a_copy_shares_the_recorder_and_a_saved_one_has_none(cancer):
    x, y, fitted = cancer
    rec = recorder(scored(x, p=fitted.predict_proba(x)[:, 1]))
    model = MonitoredEstimator(fitted, rec)
    model.predict_proba(x)
    copy = clone(model)
    assert copy.recorder is rec
    assert copy.estimator is not fitted
    loaded = pickle.loads(pickle.dumps(model))  # noqa: S301
    assert loaded.recorder is None
    np.testing.assert_array_equal(loaded.predict_proba(x), fitted.predict_proba(x))
    assert rec.profile().rows == len(x)
    assert cross_val_score(model, x, y, cv=3).min() > 0.9


def test_parameters_that_are_none_are_refused(cancer):
    x, _, fitted = cancer
    rec = recorder(scored(x, p=fitted.predict_proba(x)[:, 1]))
    with pytest.raises(ts.errors.ParameterError, match="method: expected one of"):
        MonitoredEstimator(fitted, rec, method="transform").predict(x)
    with pytest.raises(ts.errors.ParameterError, match="recorder: expected a Recorder, got str"):
        MonitoredEstimator(fitted, "rec").predict_proba(x)


@pytest.mark.parametrize("inside", [LogisticRegression(), LinearRegression(), LinearSVC()])
def test_it_is_an_estimator(inside):
    # Some checks ask for array libraries that are not here.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        done = check_estimator(MonitoredEstimator(inside), on_fail=None, on_skip=None)
    failed = [one["check_name"] for one in done if one["status"] == "failed"]
    assert failed == []
    assert sum(one["status"] == "passed" for one in done) > 40
