"""Labels that lie in a file of their own, joined to the predictions before they are counted."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tallystick.errors import ParameterError, SpecError
from tallystick.profiling.windows import instant, window_seconds
from tallystick.reading import Progress, Source, open_source
from tallystick.reading.joining import LabelReport, join_labels
from tallystick.spec import Spec


@dataclass(frozen=True, slots=True)
class Labels:
    """Where labels lie, and how they find their predictions.

    Attributes:
        data: Anything `ts.profile` accepts, with the id, the label, and perhaps when it came.
        on: Column of both sides that names the prediction; default `log.id` of the spec.
        labelled_at: Column of the labels that tells when each came: the latest one counts.
    """

    data: Any
    on: str | None = None
    labelled_at: str | None = None


@contextlib.contextmanager
def with_labels(
    source: Source,
    labels: Labels | None,
    spec: Spec | None,
    *,
    as_of: str | dt.date | dt.datetime | None,
    progress: Progress | None,
    memory_budget_bytes: int,
) -> Iterator[tuple[Source, LabelReport | None]]:
    """The source with its labels, and how the join went; as it is when there are none.

    Raises:
        SpecError: The spec does not say which column is the label.
        ParameterError: Nothing says which column names the predictions.
    """
    if labels is None:
        yield source, None
        return
    if spec is None or spec.label is None:
        raise SpecError(
            "labels: expected a spec that names the label, got none",
            hint='add label = { column = "..." } and score = { column = "..." }',
        )
    on = labels.on or spec.log.id
    if on is None:
        raise ParameterError(
            "on: expected the column that names the predictions, got none",
            hint='on="id" (--on id), or log.id = "..." in the spec',
            name="on",
        )
    delay, moment = spec.label.mature_after, None
    if delay is not None:
        now = dt.datetime.now(dt.UTC) if as_of is None else as_of
        moment = dt.datetime.fromtimestamp(instant(now), dt.UTC)
    time = spec.log.time
    joined = join_labels(
        source,
        open_source(labels.data),
        on=on,
        label=spec.label.column,
        predicted_at=time if time in source.schema.names else None,
        labelled_at=labels.labelled_at,
        as_of=moment,
        mature_after=None if delay is None else dt.timedelta(seconds=window_seconds(delay)),
        memory_budget_bytes=memory_budget_bytes,
        progress=progress,
    )
    with joined:
        yield joined.source, joined.report
