"""A report in a real MLflow, in a store of files of its own."""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from repo.source import ROOT
from tallystick.errors import ExportError, ParameterError
from tallystick.integrations.mlflow import log_report
from traps.hostile import PAYLOADS, hostile_report
from unit.exported import report_of


@pytest.fixture
def mlflow(tmp_path, monkeypatch):
    # The small package has no database; its store of files asks for this word.
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlflow
    mlflow.set_tracking_uri((tmp_path / "runs").as_uri())
    yield mlflow
    while mlflow.active_run():
        mlflow.end_run()


@pytest.fixture(scope="module")
def report():
    return report_of("alert")


def test_the_active_run_gets_metrics_files_and_the_status(mlflow, report, tmp_path):
    page = tmp_path / "report.html"
    page.write_text("<p>a page</p>")
    with mlflow.start_run() as run:
        logged = log_report(report, files=[page], step=3)
    assert logged.run_id == run.info.run_id
    client = mlflow.MlflowClient()
    held = client.get_run(logged.run_id).data
    assert held.metrics == pytest.approx(dict(logged.metrics))
    assert held.metrics["tallystick/fare/psi"] == report["fare"]["psi"].value
    assert held.tags["tallystick.status"] == "alert"
    assert held.tags["tallystick.plan_id"] == report.reference.plan.plan_id
    assert held.tags["tallystick.spec_id"] == report.spec.spec_id
    history = client.get_metric_history(logged.run_id, "tallystick/fare/psi")
    assert [one.step for one in history] == [3]
    names = [one.path for one in client.list_artifacts(logged.run_id, "tallystick")]
    assert names == list(logged.artifacts)
    assert "tallystick/report.html" in names
    folder = Path(client.download_artifacts(logged.run_id, "tallystick", str(tmp_path)))
    assert pq.read_table(folder / "measurements.parquet").num_rows == len(report.measurements)
    assert (folder / "report.md").read_text() == report.to_markdown()


def test_a_run_by_its_id(mlflow, report):
    with mlflow.start_run() as run:
        pass
    logged = log_report(report, run_id=run.info.run_id, segments=True)
    held = mlflow.MlflowClient().get_run(run.info.run_id).data.metrics
    assert held == pytest.approx(dict(logged.metrics))
    assert "tallystick/fare/city.oslo/psi" in held


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_names_that_mlflow_refuses(mlflow, payload, tmp_path):
    report = hostile_report(payload)
    with mlflow.start_run():
        logged = log_report(report, segments=True)
    client = mlflow.MlflowClient()
    assert client.get_run(logged.run_id).data.metrics == pytest.approx(dict(logged.metrics))
    folder = Path(client.download_artifacts(logged.run_id, "tallystick", str(tmp_path)))
    assert json.loads((folder / "metric_names.json").read_text()) == logged.renamed
    assert payload in {one["instrument"] for one in logged.renamed.values()}
    files = {path.name for path in (tmp_path / "runs").rglob("*")}
    assert not files & {"passwd", "etc"}


def test_no_run_and_none_such(mlflow, report):
    with pytest.raises(ParameterError, match="expected an active run"):
        log_report(report)
    with pytest.raises(ExportError, match=r"MLflow: .*not found"):
        log_report(report, run_id="0" * 32)
    with mlflow.start_run(), pytest.raises(ParameterError, match="files: expected files"):
        log_report(report, files=["no.html"])


def test_a_server_that_is_down(mlflow, report, monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    mlflow.set_tracking_uri("http://127.0.0.1:9")
    with pytest.raises(ExportError, match="MLflow: "):
        log_report(report, run_id="0" * 32)


def test_the_example_of_the_guide(mlflow, report):
    page = (ROOT / "docs" / "guide" / "files.md").read_text()
    code = re.search(r"^```py\n(.*?)^```", page, re.MULTILINE | re.DOTALL).group(1)
    told = {"report": report}
    exec(compile(code, "files.md", "exec"), told)  # noqa: S102
    assert mlflow.MlflowClient().get_run(told["logged"].run_id).data.tags["tallystick.status"]
