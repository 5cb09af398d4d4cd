"""scikit-learn: an estimator that counts its predictions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from tallystick.errors import MissingDependencyError, ParameterError
from tallystick.integrations.recording import Predictions, class_columns, score_columns
from tallystick.monitoring import Recorder

try:
    from sklearn.base import (  # type: ignore[import-untyped]
        BaseEstimator,
        MetaEstimatorMixin,
        clone,
        is_classifier,
    )
    from sklearn.exceptions import NotFittedError  # type: ignore[import-untyped]
    from sklearn.utils.metaestimators import available_if  # type: ignore[import-untyped]
    from sklearn.utils.validation import check_is_fitted  # type: ignore[import-untyped]
except ImportError as error:
    raise MissingDependencyError.of("scikit-learn", extra="sklearn") from error

_METHODS = ("predict", "predict_proba", "decision_function")


def _inner_has(name: str) -> Any:
    return available_if(lambda self: hasattr(self._inner, name))


class MonitoredEstimator(MetaEstimatorMixin, BaseEstimator):  # type: ignore[misc]
    """An estimator that answers as the one inside, and records what it predicts.

    Wrap the fitted estimator where it serves. One method is recorded, so that a row that is asked
    about twice counts once; all others pass.

    Args:
        estimator: The estimator, fitted or not.
        recorder: The recorder of the process; None records nothing.
        method: Whose calls are recorded: "predict", "predict_proba" or "decision_function". None
            takes "predict_proba" of a classifier that has it, else "predict".
        columns: Names of the columns of a matrix; None takes the names the estimator was fitted
            with. Frames bring theirs.

    Raises:
        ParameterError: `method` is another; `recorder` is none. Raised by the first prediction, as
            scikit-learn wants it.
        MissingDependencyError: scikit-learn is not installed (on import).

    The score is, where the plan has one score column: the probability of the second of two classes,
    the decision function of two, or a regressor's prediction. With `score.columns` in the spec it
    is the probability of each class, by the class's text. Else the features alone are recorded.

    Missing data: as in `Recorder.log_batch`; what cannot be recorded (a sparse matrix, a matrix
        without names) is counted in `rows_refused` and warned of once, and the prediction is given.
    Cost: that of `Recorder.row` up to 250 rows of a matrix of floats, else of `log_batch`.
    Source: https://scikit-learn.org/stable/developers/develop.html

    A copy by `sklearn.base.clone` shares the recorder. One that is saved and loaded has none, as a
    recorder belongs to a process: set `recorder` again.

    Example:
        >>> import numpy as np, tallystick as ts
        >>> from sklearn.linear_model import LogisticRegression
        >>> x, y = np.array([[1.0], [2.0], [3.0], [4.0]]), np.array([0, 0, 1, 1])
        >>> fitted = LogisticRegression().fit(x, y)
        >>> baseline = ts.profile(
        ...     {"x": x[:, 0], "p": fitted.predict_proba(x)[:, 1]},
        ...     spec={"schema": 1, "score": {"column": "p"}},
        ... )
        >>> rec = ts.Recorder(baseline)
        >>> model = MonitoredEstimator(fitted, rec, columns=["x"])
        >>> model.predict_proba(x).shape
        (4, 2)
        >>> rec.profile() == baseline
        True
    """

    def __init__(
        self,
        estimator: Any,
        recorder: Recorder | None = None,
        *,
        method: str | None = None,
        columns: Sequence[str] | None = None,
    ):
        self.estimator = estimator
        self.recorder = recorder
        self.method = method
        self.columns = columns

    def fit(self, X: Any, y: Any = None, **parameters: Any) -> Self:  # noqa: N803
        """Fits a copy of the estimator inside; nothing is recorded."""
        self.estimator_ = clone(self.estimator).fit(X, y, **parameters)
        return self

    @property
    def _inner(self) -> Any:
        """What answers: the copy that was fitted here, else the estimator as it was given."""
        return self.__dict__.get("estimator_", self.estimator)

    @_inner_has("predict")  # type: ignore[untyped-decorator]
    def predict(self, X: Any, **parameters: Any) -> Any:  # noqa: N803
        """As the estimator inside."""
        return self._answer("predict", X, parameters)

    @_inner_has("predict_proba")  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any, **parameters: Any) -> Any:  # noqa: N803
        """As the estimator inside."""
        return self._answer("predict_proba", X, parameters)

    @_inner_has("decision_function")  # type: ignore[untyped-decorator]
    def decision_function(self, X: Any, **parameters: Any) -> Any:  # noqa: N803
        """As the estimator inside."""
        return self._answer("decision_function", X, parameters)

    def __getattr__(self, name: str) -> Any:
        # Only for what is not found here: score, transform, classes_, feature_names_in_ and so on.
        if name.startswith("__") or name in ("estimator", "estimator_"):
            raise AttributeError(name)
        return getattr(self._inner, name)

    def __sklearn_tags__(self) -> Any:
        """Those of the estimator inside."""
        return self.estimator.__sklearn_tags__()

    def __sklearn_is_fitted__(self) -> bool:
        """Whether the estimator inside is fitted."""
        try:
            check_is_fitted(self._inner)
        except NotFittedError:
            return False
        return True

    def __sklearn_clone__(self) -> Self:
        """An unfitted copy that records with the same recorder."""
        return type(self)(
            clone(self.estimator), self.recorder, method=self.method, columns=self.columns
        )

    def __getstate__(self) -> dict[str, Any]:
        """All but the recorder."""
        state = dict(super().__getstate__())
        state.pop("_predictions", None)
        return {**state, "recorder": None}

    def _answer(self, method: str, X: Any, parameters: dict[str, Any]) -> Any:  # noqa: N803
        answer = getattr(self._inner, method)(X, **parameters)
        if self.recorder is not None and method == self._recorded():
            self._record(method, X, answer, self.recorder)
        return answer

    def _recorded(self) -> str:
        if self.method is None:
            told = is_classifier(self.estimator) and hasattr(self._inner, "predict_proba")
            return "predict_proba" if told else "predict"
        if self.method not in _METHODS:
            expected = ", ".join(_METHODS)
            raise ParameterError(
                f"method: expected one of {expected}, got {self.method!r}", name="method"
            )
        return self.method

    def _record(self, method: str, X: Any, answer: Any, recorder: Recorder) -> None:  # noqa: N803
        if not isinstance(recorder, Recorder):
            raise ParameterError(
                f"recorder: expected a Recorder, got {type(recorder).__name__}", name="recorder"
            )
        known = self.__dict__.get("_predictions")
        if known is None or known.recorder is not recorder:
            known = self._predictions = Predictions(recorder)
        columns = None if hasattr(X, "columns") else self._columns_of(X)
        scores = self._scores(method, answer, recorder)
        rows = X.shape[0] if hasattr(X, "shape") else len(X)
        known.record(X, scores, rows=rows, columns=columns)

    def _columns_of(self, X: Any) -> Sequence[str] | None:  # noqa: N803
        if getattr(X, "ndim", None) != 2:
            return None
        if self.columns is not None:
            return self.columns
        names = getattr(self._inner, "feature_names_in_", None)
        return None if names is None else [str(name) for name in names]

    def _scores(self, method: str, answer: Any, recorder: Recorder) -> dict[str, Any]:
        """Answers by score column; empty where the plan has none for them."""
        if not hasattr(answer, "ndim"):
            return {}  # Of several outputs there is a list.
        columns, by_class = score_columns(recorder), class_columns(recorder)
        if method == "predict_proba" and by_class:
            classes = [str(one) for one in self._inner.classes_]
            return {
                by_class[one]: answer[:, at] for at, one in enumerate(classes) if one in by_class
            }
        if len(columns) != 1:
            return {}  # None, or several of which nothing says whose they are.
        if method == "predict_proba":
            return {columns[0]: answer[:, 1]} if answer.shape[1] == 2 else {}
        is_number = answer.ndim == 1 and answer.dtype.kind == "f"
        told = method == "decision_function" or not is_classifier(self.estimator)
        return {columns[0]: answer} if told and is_number else {}
