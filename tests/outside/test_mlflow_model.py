"""A monitored model in a real MLflow: saved, loaded and asked as MLflow does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import tallystick as ts
from tallystick.integrations.mlflow_model import SPOOL_VARIABLE, log_monitored, save_monitored

SPEC = {"schema": 1, "score": {"column": "p"}}
pytestmark = pytest.mark.filterwarnings("ignore")  # MLflow's own, of saving without a signature.


@pytest.fixture
def mlflow(tmp_path, monkeypatch):
    # The small package has no database; its store of files asks for this word.
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    monkeypatch.delenv(SPOOL_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlflow.pyfunc
        import mlflow.sklearn
    mlflow.set_tracking_uri((tmp_path / "runs").as_uri())
    return mlflow


@pytest.fixture
def model(mlflow, tmp_path):
    """Features, their scores, and the folders of a saved model and its baseline."""
    data = load_breast_cancer(as_frame=True)
    fitted = make_pipeline(StandardScaler(), LogisticRegression()).fit(data.data, data.target)
    p = fitted.predict_proba(data.data)[:, 1]
    ts.profile({**dict(data.data.items()), "p": p}, spec=SPEC).save(tmp_path / "baseline.tally")
    mlflow.sklearn.save_model(
        fitted,
        str(tmp_path / "inside"),
        pyfunc_predict_fn="predict_proba",
        pip_requirements=["scikit-learn"],
        serialization_format="cloudpickle",  # How the model inside is kept is its owner's choice.
    )
    return data.data, p


def test_what_it_predicts_is_in_the_spool(mlflow, model, tmp_path):
    x, p = model
    inside, baseline = str(tmp_path / "inside"), tmp_path / "baseline.tally"
    save_monitored(tmp_path / "served", inside, baseline, spool=tmp_path / "spool", window="1h")
    served = mlflow.pyfunc.load_model(str(tmp_path / "served"))
    np.testing.assert_array_equal(served.predict(x)[:, 1], p)
    served.predict(x[:10])
    assert served.unwrap_python_model().recorder.close()
    spool = ts.read_spool(tmp_path / "spool")
    rows = pd.concat([x, x[:10]]).assign(p=np.concatenate([p, p[:10]]))
    expected = ts.profile(rows, plan=spool.profile.plan)
    assert spool.profile.rows == len(x) + 10
    for name in (*x.columns, "p"):
        assert spool.profile[name] == expected[name], name
    assert not list((tmp_path / "served").rglob("python_model.pkl"))


def test_a_logged_model_takes_the_spool_of_its_process(mlflow, model, tmp_path):
    x, _ = model
    with mlflow.start_run():
        logged = log_monitored("served", str(tmp_path / "inside"), tmp_path / "baseline.tally")
    x[:50].to_parquet(tmp_path / "rows.parquet")
    code = (
        "import json, sys, mlflow.pyfunc, pandas as pd\n"
        "served = mlflow.pyfunc.load_model(sys.argv[1])\n"
        "print(json.dumps(served.predict(pd.read_parquet('rows.parquet')).tolist()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, logged.model_uri],
        env={**os.environ, SPOOL_VARIABLE: "spool", "MLFLOW_TRACKING_URI": "runs"},
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert len(json.loads(done.stdout)) == 50
    assert ts.read_spool(tmp_path / "spool").profile.rows == 50


def test_what_cannot_be_recorded_is_predicted(mlflow, model, tmp_path):
    x, p = model
    save_monitored(tmp_path / "served", str(tmp_path / "inside"), tmp_path / "baseline.tally")
    served = mlflow.pyfunc.load_model(str(tmp_path / "served"))
    with pytest.warns(RuntimeWarning, match="predictions are not recorded"):
        answer = served.predict(x.to_numpy())  # It has no names.
    np.testing.assert_array_equal(answer[:, 1], p)
    assert served.unwrap_python_model().recorder.counters["rows_refused"] == 1


def test_a_baseline_that_is_none_is_refused_when_saving(mlflow, tmp_path):
    (tmp_path / "torn.tally").write_bytes(b"torn")
    with pytest.raises(ts.errors.StateError):
        save_monitored(tmp_path / "served", "inside", tmp_path / "torn.tally")
    assert not (tmp_path / "served").exists()
