"""A model of MLflow that records what it predicts, wherever MLflow serves it.

Saved is a model of MLflow's `pyfunc` flavour with two artifacts: the model inside, as it was, and
the baseline. Its code is three lines that call `serve` here ("models from code"), so that nothing
of it is pickled.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tallystick.errors import ParameterError
from tallystick.integrations.mlflow import mlflow_package
from tallystick.integrations.recording import Predictions, score_columns
from tallystick.monitoring import Recorder
from tallystick.profiling import load

SPOOL_VARIABLE = "TALLYSTICK_SPOOL"
"""Environment variable with the spool of the process; it goes before what was saved."""

_CODE = """\
from tallystick.integrations.mlflow_model import serve

serve()
"""


class MonitoredModel:
    """What is loaded: the model inside, and a recorder of the process.

    The score is, where the plan has one score column: an answer of one number a row, or the second
    of two. A frame gives its columns that bear names of the plan's score columns. Else the
    features alone are recorded.

    Missing data: as in `Recorder.log_batch`; what cannot be recorded is counted in `rows_refused`
        and warned of once, and the prediction is given.
    """

    def load_context(self, context: Any) -> None:
        """Loads the model inside and begins to record.

        Args:
            context: MLflow's: artifacts `model` and `baseline`, configuration `spool`, `window`
                and `flush_seconds`.
        """
        settings = dict(context.model_config)
        settings["spool"] = os.environ.get(SPOOL_VARIABLE) or settings["spool"]
        self.inner = mlflow_package().pyfunc.load_model(context.artifacts["model"])
        self.recorder = Recorder(load(context.artifacts["baseline"]), **settings)
        self._predictions = Predictions(self.recorder)

    def predict(self, context: Any, model_input: Any, params: Any = None) -> Any:  # noqa: ARG002
        """As the model inside.

        Args:
            context: MLflow's.
            model_input: What the model inside takes.
            params: Passed on to it.
        """
        answer = self.inner.predict(model_input, params=params)
        scores = self._scores(answer)
        self._predictions.record(model_input, scores, rows=len(answer))
        return answer

    def _scores(self, answer: Any) -> dict[str, Any]:
        """Answers by score column; empty where the plan has none for them."""
        columns = score_columns(self.recorder)
        if hasattr(answer, "columns"):
            return {name: answer[name] for name in columns if name in answer.columns}
        kind = getattr(getattr(answer, "dtype", None), "kind", None)
        if len(columns) != 1 or kind != "f":
            return {}
        if answer.ndim == 1:
            return {columns[0]: answer}
        return {columns[0]: answer[:, 1]} if answer.shape[1:] == (2,) else {}


def serve() -> None:
    """Tells MLflow, which runs the code of a saved model, what the model is."""
    mlflow = mlflow_package()
    mlflow.models.set_model(type("Model", (MonitoredModel, mlflow.pyfunc.PythonModel), {})())


def save_monitored(
    path: str | os.PathLike[str],
    model_uri: str,
    baseline: str | os.PathLike[str],
    *,
    spool: str | os.PathLike[str] | None = None,
    window: str = "5m",
    flush_seconds: float = 10.0,
    **saving: Any,
) -> None:
    """Saves a model of MLflow as one that records its predictions.

    Args:
        path: Folder to save to; not there yet.
        model_uri: The model inside, such as "models:/churn/3" or a folder.
        baseline: A `.tally` file: the profile that says how to count.
        spool: Folder that the process which serves it writes to; the environment variable
            `TALLYSTICK_SPOOL` goes before it. With neither, counts stay in memory.
        window: As for `Recorder`.
        flush_seconds: As for `Recorder`.
        **saving: Passed to `mlflow.pyfunc.save_model`, such as `signature`.

    Raises:
        MissingDependencyError: MLflow is not installed.
        ParameterError: The baseline is no file.
        CorruptStateError: The baseline is damaged, or none.

    Cost: what MLflow takes to copy the model.
    Source: https://mlflow.org/docs/latest/ml/model/models-from-code/

    Example:
        >>> from tallystick.integrations.mlflow_model import save_monitored
        >>> save_monitored("served", "models:/churn/3", "nowhere.tally")
        Traceback (most recent call last):
            ...
        tallystick.errors.ParameterError: baseline: expected a file, and nowhere.tally is none
          hint: ts.profile(data).save("baseline.tally")
    """
    settings = {"window": window, "flush_seconds": flush_seconds}
    _save("save_model", {"path": str(path), **saving}, model_uri, baseline, spool, settings)


def log_monitored(
    name: str,
    model_uri: str,
    baseline: str | os.PathLike[str],
    *,
    spool: str | os.PathLike[str] | None = None,
    window: str = "5m",
    flush_seconds: float = 10.0,
    **logging: Any,
) -> Any:
    """Logs a model to the active run as one that records its predictions.

    Args:
        name: Of the logged model.
        model_uri: As for `save_monitored`, as is all that follows.
        baseline: The same.
        spool: The same.
        window: The same.
        flush_seconds: The same.
        **logging: Passed to `mlflow.pyfunc.log_model`, such as `registered_model_name`.

    Returns:
        MLflow's description of the logged model.

    Raises:
        MissingDependencyError: MLflow is not installed.
        ParameterError: The baseline is no file.
        CorruptStateError: The baseline is damaged, or none.

    Example:
        >>> from tallystick.integrations.mlflow_model import log_monitored
        >>> log_monitored("served", "models:/churn/3", "nowhere.tally")
        Traceback (most recent call last):
            ...
        tallystick.errors.ParameterError: baseline: expected a file, and nowhere.tally is none
          hint: ts.profile(data).save("baseline.tally")
    """
    settings = {"window": window, "flush_seconds": flush_seconds}
    return _save("log_model", {"name": name, **logging}, model_uri, baseline, spool, settings)


def _save(
    function: str,
    arguments: dict[str, Any],
    model_uri: str,
    baseline: str | os.PathLike[str],
    spool: str | os.PathLike[str] | None,
    settings: dict[str, Any],
) -> Any:
    if not Path(baseline).is_file():
        raise ParameterError(
            f"baseline: expected a file, and {os.fspath(baseline)} is none",
            hint='ts.profile(data).save("baseline.tally")',
            name="baseline",
        )
    # Here rather than in the process that serves it.
    Recorder(load(baseline), **settings)
    save: Callable[..., Any] = getattr(mlflow_package().pyfunc, function)
    with tempfile.TemporaryDirectory() as made:
        code = Path(made) / "monitored.py"
        code.write_text(_CODE)
        return save(
            python_model=str(code),
            artifacts={"model": model_uri, "baseline": os.fspath(baseline)},
            model_config={"spool": None if spool is None else os.fspath(spool), **settings},
            **arguments,
        )
