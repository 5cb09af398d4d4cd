"""A report in a run of MLflow: measurements as metrics, files as artifacts, the status as a tag.

MLflow allows letters, digits and `_ - .` and space in a part of a metric's name, and a slash
between parts. A part that is not so, or too long, is made so and gets a piece of its hash, so that
no two names become one. What was renamed stands in `metric_names.json` among the artifacts, and in
what `log_report` returns.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import math
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tallystick.comparison import Comparison, Measurement
from tallystick.errors import ExportError, MissingDependencyError, ParameterError

FOLDER = "tallystick"
"""First part of every metric's name, and folder of the artifacts."""
_ILLEGAL = re.compile(r"[^\w.\- ]")
_LONGEST_BYTES = 80
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Logged:
    """What was logged.

    Attributes:
        run_id: The run.
        metrics: Values by name.
        renamed: Names that differ from the data's: instrument and segment by the metric's name.
        artifacts: Files, as MLflow names them.
    """

    run_id: str
    metrics: Mapping[str, float]
    renamed: Mapping[str, Mapping[str, str]]
    artifacts: Sequence[str]


def log_report(
    report: Comparison,
    *,
    run_id: str | None = None,
    segments: bool = False,
    step: int = 0,
    files: Sequence[str | os.PathLike[str]] = (),
) -> Logged:
    """Logs a report to a run of MLflow.

    Args:
        report: The comparison.
        run_id: The run; the active one when left out.
        segments: Whether to log the measurements of segments as well, of which there may be
            thousands. The artifacts hold all of them in any case.
        step: MLflow's step, at least 0.
        files: More files for the artifacts.

    Returns:
        What was logged. A measurement is two metrics at most: `tallystick/age/psi` its value,
        `tallystick/age/missing_share.current` what the current data shows, for metrics of one
        side. In a segment it is `tallystick/age/country.DE/psi`. What has no value is left out.
        `tallystick/report/alerts` and `tallystick/report/undetermined` count what decides, and the
        tag `tallystick.status` is the verdict.

    Raises:
        MissingDependencyError: MLflow is not installed.
        ParameterError: There is no active run, or a file is not there.
        ExportError: MLflow refused, or cannot be reached.
    """
    mlflow = mlflow_package()
    if run_id is None:
        run_id = _active(mlflow)
    for file in files:
        if not Path(file).is_file():
            raise ParameterError(f"files: expected files, and {file} is none", name="files")
    metrics, renamed = _metrics(report, segments)
    try:
        client = mlflow.MlflowClient()
        _log_metrics(mlflow, client, run_id, metrics, step)
        for name, value in _tags(report).items():
            client.set_tag(run_id, name, value)
        artifacts = _log_files(client, run_id, report, renamed, files)
    except mlflow.MlflowException as error:
        said = str(error).partition("\n")[0]
        raise ExportError(f"MLflow: {said}", run_id=run_id) from error
    return Logged(run_id, metrics, renamed, artifacts)


def mlflow_package() -> Any:
    """MLflow itself.

    Raises:
        MissingDependencyError: It is not installed.
    """
    try:
        # By name, because it is checked for types with and without.
        return importlib.import_module("mlflow")
    except ImportError as error:
        raise MissingDependencyError.of("mlflow", extra="mlflow") from error


def _active(mlflow: Any) -> str:
    run = mlflow.active_run()
    if run is None:
        raise ParameterError(
            "run_id: expected an active run of MLflow, or the id of one",
            hint="with mlflow.start_run(): log_report(report)",
            name="run_id",
        )
    return str(run.info.run_id)


def _metrics(
    report: Comparison, segments: bool
) -> tuple[dict[str, float], dict[str, dict[str, str]]]:
    rows = [row for row in report.measurements if segments or row.segment == "all"]
    metrics: dict[str, float] = {
        f"{FOLDER}/report/alerts": len(report.alerts),
        f"{FOLDER}/report/undetermined": len(report.undetermined),
    }
    renamed: dict[str, dict[str, str]] = {}
    for row in rows:
        stem, legal = _stem(row)
        for name, value in _values(row):
            metrics[f"{stem}/{name}"] = value
            if not legal:
                renamed[f"{stem}/{name}"] = {"instrument": row.instrument, "segment": row.segment}
    return metrics, renamed


def _values(row: Measurement) -> Iterator[tuple[str, float]]:
    for name, value in (
        (row.metric, row.value),
        (f"{row.metric}.current", row.current_value),
    ):
        if value is not None and math.isfinite(value):
            yield name, value


def _stem(row: Measurement) -> tuple[str, bool]:
    """Instrument and segment as parts of a metric's name, and whether they can be read from it."""
    parts = [row.instrument]
    if row.segment != "all":
        # "country.DE" for "country=DE"; a dot in the column's name would make two of them one.
        dotted = "." in row.segment.partition("=")[0]
        parts.append(row.segment if dotted else row.segment.replace("=", ".", 1))
    legal = [_legal(part) for part in parts]
    return "/".join([FOLDER, *legal]), parts == legal


def _legal(part: str) -> str:
    """A part of a name as MLflow takes it.

    Example:
        >>> _legal("dep_delay"), _legal("a/b"), _legal("..")
        ('dep_delay', 'a_b-...', '-...')
    """
    legal = _ILLEGAL.sub("_", part).strip(" .")
    legal = legal.encode()[:_LONGEST_BYTES].decode(errors="ignore")
    if legal == part and legal:
        return part
    return f"{legal}-{hashlib.blake2s(part.encode(), digest_size=4).hexdigest()}"


def _log_metrics(
    mlflow: Any, client: Any, run_id: str, metrics: Mapping[str, float], step: int
) -> None:
    now = int(time.time() * 1000)
    entities = [mlflow.entities.Metric(name, value, now, step) for name, value in metrics.items()]
    for start in range(0, len(entities), _BATCH):
        client.log_batch(run_id, metrics=entities[start : start + _BATCH])


def _tags(report: Comparison) -> dict[str, str]:
    spec = report.spec.spec_id if report.spec else None
    tags = {"status": report.status, "plan_id": report.reference.plan.plan_id, "spec_id": spec}
    return {f"tallystick.{name}": value for name, value in tags.items() if value is not None}


def _log_files(
    client: Any,
    run_id: str,
    report: Comparison,
    renamed: Mapping[str, Mapping[str, str]],
    files: Sequence[str | os.PathLike[str]],
) -> list[str]:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        report.write(folder / "measurements.parquet")
        report.write(folder / "curves.parquet", table="curves")
        report.write(folder / "report.md")
        if renamed:
            (folder / "metric_names.json").write_text(json.dumps(renamed, indent=2))
        for file in files:
            shutil.copy(file, folder)
        client.log_artifacts(run_id, str(folder), FOLDER)
        return sorted(f"{FOLDER}/{path.name}" for path in folder.iterdir())
