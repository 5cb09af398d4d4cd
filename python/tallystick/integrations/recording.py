"""What wrappers around models share: recording predictions without ever failing one."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from tallystick.errors import TallystickError
from tallystick.monitoring import Recorder

# Up to here a call for each row is cheaper than one for all.
_FEW_ROWS = 250


class Predictions:
    """Records what a model was asked and what it answered.

    What cannot be recorded is counted as refused, and warned of the first time; with a recorder
    that is strict it is raised.

    Args:
        recorder: The recorder of the process.
    """

    def __init__(self, recorder: Recorder):
        self.recorder = recorder
        self._warned = False
        self._number = count()

    def record(
        self,
        data: Any,
        scores: Mapping[str, Any],
        *,
        rows: int,
        columns: Sequence[str] | None = None,
    ) -> None:
        """Records rows.

        Args:
            data: What `Recorder.log_batch` takes.
            scores: Answers by the plan's score columns; may be empty.
            rows: How many.
            columns: Names of a matrix' columns.
        """
        try:
            names = [*(columns or ()), *scores]
            if rows <= _FEW_ROWS and _is_float(data) and self._is_whole(names):
                self._one_by_one(data, scores, names)
            else:
                self.recorder.log_batch(data, columns=columns, score=scores, id=self._ids(rows))
        except Exception as error:  # Whatever it is, the prediction has been made.
            if self.recorder._strict:
                raise
            self.recorder._refuse()
            if not self._warned:
                self._warned = True
                # The words of other libraries may quote the data.
                why = error if isinstance(error, TallystickError) else type(error).__name__
                warnings.warn(f"predictions are not recorded: {why}", RuntimeWarning, stacklevel=4)

    def _is_whole(self, names: Sequence[str]) -> bool:
        """Whether a row has every column: one that is not there is null in a row, not absent."""
        own = {column["name"] for column in self.recorder._columns if column["role"] != "label"}
        return own == set(names)

    def _one_by_one(self, matrix: Any, scores: Mapping[str, Any], names: Sequence[str]) -> None:
        log = self.recorder.row(*names).log
        answers = [one.tolist() for one in scores.values()]
        for values, *answered in zip(matrix.tolist(), *answers, strict=True):
            log([*values, *answered])

    def _ids(self, rows: int) -> list[str] | None:
        """Names for rows that are sampled by them and have none: as good as chance."""
        if self.recorder._share is None:
            return None
        return [f"{self.recorder.id}-{next(self._number)}" for _ in range(rows)]


def score_columns(recorder: Recorder) -> list[str]:
    """The plan's score columns."""
    return [column["name"] for column in recorder._columns if column["role"] == "score"]


def class_columns(recorder: Recorder) -> dict[str, str]:
    """Of several classes: the score column of each; empty for a plan with one score."""
    score = recorder._spec.score if recorder._spec is not None else None
    return dict(score.columns or {}) if score is not None else {}


def _is_float(data: Any) -> bool:
    return getattr(getattr(data, "dtype", None), "kind", None) == "f" and data.ndim == 2
