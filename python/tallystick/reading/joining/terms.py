"""What is joined and how, checked against the columns of both sides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa  # type: ignore[import-untyped]

from tallystick.errors import (
    ColumnTypeError,
    InputError,
    MissingColumnError,
    ParameterError,
    did_you_mean,
)
from tallystick.reading.joining.clock import can_be_time, duration, instant
from tallystick.reading.joining.ids import can_be_id
from tallystick.reading.joining.values import can_be_label
from tallystick.reading.progress import Progress
from tallystick.reading.source import Source
from tallystick.spec.arrow_types import type_name

_LEAST_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Terms:
    """The arguments of `join_labels` but for the sources; see there."""

    on: str
    label: str
    predicted_at: str | None
    labelled_at: str | None
    cutoff: int | None
    memory_budget_bytes: int
    progress: Progress | None

    def check(self, predictions: Source, labels: Source) -> None:
        """Compare with the columns of both sides.

        Raises:
            MissingColumnError: A column is not there.
            ColumnTypeError: A column's type is not fit for its use.
            InputError: The predictions have the label already.
        """
        for source, time in ((predictions, self.predicted_at), (labels, self.labelled_at)):
            _check(source, "on", self.on, can_be_id, "whole numbers, texts or bytes")
            if time is not None:
                name = "predicted_at" if source is predictions else "labelled_at"
                _check(source, name, time, can_be_time, "dates or timestamps")
        _check(labels, "label", self.label, can_be_label, "numbers, texts, booleans or times")
        if self.label in predictions.columns:
            raise InputError(
                f"label: {predictions.description} has a column {self.label} already",
                hint="leave it out: open_source(predictions, columns=[...]); or rename one of both",
                columns=[self.label],
            )

    def keys(self) -> list[str]:
        """The columns of the predictions that are read to join them."""
        return [name for name in (self.on, self.predicted_at) if name is not None]

    def label_columns(self) -> list[str]:
        """The columns of the labels that are read."""
        return [name for name in (self.on, self.label, self.labelled_at) if name is not None]


def cutoff(
    as_of: dt.datetime | None, mature_after: dt.timedelta | None, predicted_at: str | None
) -> int | None:
    """Return the time after which predictions are immature; None when none are.

    Raises:
        ParameterError: One argument needs another that is not given, or is of another kind.
    """
    _check_kind("as_of", as_of, dt.datetime, "a datetime")
    _check_kind("mature_after", mature_after, dt.timedelta, "a timedelta, such as timedelta(30)")
    if mature_after is not None and mature_after < dt.timedelta(0):
        raise ParameterError(
            "mature_after: expected a length of time, got a negative one", name="mature_after"
        )
    if as_of is None:
        if mature_after is not None:
            raise ParameterError(
                "mature_after: expected as_of with it, got none",
                hint="pass as_of=, the time at which the labels were collected",
                name="mature_after",
            )
        return None
    if predicted_at is None:
        raise ParameterError(
            "as_of: expected predicted_at with it, got none",
            hint="pass predicted_at=, the column with the time of each prediction",
            name="as_of",
        )
    return instant(as_of) - duration(mature_after or dt.timedelta(0))


def budget(memory_budget_bytes: int) -> int:
    """Return the budget, at least 1 MiB.

    Raises:
        ParameterError: It is not a whole number above 0.
    """
    whole = isinstance(memory_budget_bytes, int) and not isinstance(memory_budget_bytes, bool)
    if not whole or memory_budget_bytes < 1:
        raise ParameterError(
            "memory_budget_bytes: expected a whole number above 0", name="memory_budget_bytes"
        )
    return max(memory_budget_bytes, _LEAST_BYTES)


def _check_kind(name: str, value: object, kind: type, expected: str) -> None:
    if value is not None and not isinstance(value, kind):
        raise ParameterError(f"{name}: expected {expected}, got {type(value).__name__}", name=name)


def _check(
    source: Source, argument: str, name: str, fits: Callable[[pa.DataType], bool], expected: str
) -> None:
    names: Sequence[str] = source.columns
    if name not in names:
        raise MissingColumnError(
            f"{argument}: no column {name} in {source.description}",
            hint=did_you_mean(str(name), names),
            columns=[name],
        )
    kind = source.schema.field(name).type
    if not fits(kind):
        raise ColumnTypeError(
            f"{argument}: expected {expected} in column {name} of {source.description}, "
            f"got {type_name(kind)}",
            columns=[name],
        )
