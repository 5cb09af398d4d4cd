"""Labels that come later, joined to the predictions they belong to."""

from __future__ import annotations

import datetime as dt
from typing import Self

import pyarrow as pa  # type: ignore[import-untyped]

from tallystick.reading.files import FileSource
from tallystick.reading.joining.ids import MixedIdsError
from tallystick.reading.joining.join import Join
from tallystick.reading.joining.report import LabelReport
from tallystick.reading.joining.source import JoinedSource
from tallystick.reading.joining.spool import kept
from tallystick.reading.joining.terms import Terms, budget, cutoff
from tallystick.reading.joining.values import MixedLabelsError
from tallystick.reading.joining.workspace import Workspace
from tallystick.reading.lazy import DatasetSource
from tallystick.reading.memory import MemorySource
from tallystick.reading.progress import Progress
from tallystick.reading.source import Source
from tallystick.reading.threads import MEMORY_BUDGET_BYTES

__all__ = ["Joined", "LabelReport", "join_labels"]

# Sources whose rows come in the same order whenever they are read.
_IN_ORDER = (FileSource, MemorySource, DatasetSource)
_KEPT_SHARE = 8


class Joined:
    """Predictions with their labels, and how the join went.

    It is a context manager: temporary files, if any were needed, go at the end of the block, and
    the source cannot be read any more. Without a block they go with the last reference.

    Attributes:
        source: The predictions' columns, and the label as the last one. It can be read again,
            also when the predictions could not.
        report: What was found.

    Example:
        >>> from tallystick.reading import open_source
        >>> sent = open_source({"id": ["a", "b"], "score": [0.9, 0.2]})
        >>> came = open_source({"id": ["b"], "paid": [True]})
        >>> with join_labels(sent, came, on="id", label="paid") as joined:
        ...     [batch.to_pydict() for unit in joined.source.units() for batch in unit.read()]
        [{'id': ['a', 'b'], 'score': [0.9, 0.2], 'paid': [None, True]}]
    """

    def __init__(self, source: Source, report: LabelReport, workspace: Workspace):
        self.source = source
        self.report = report
        self._workspace = workspace

    def close(self) -> None:
        """Remove the temporary files; may be called more than once."""
        self._workspace.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def join_labels(
    predictions: Source,
    labels: Source,
    *,
    on: str,
    label: str,
    predicted_at: str | None = None,
    labelled_at: str | None = None,
    as_of: dt.datetime | None = None,
    mature_after: dt.timedelta | None = None,
    memory_budget_bytes: int = MEMORY_BUDGET_BYTES,
    progress: Progress | None = None,
) -> Joined:
    """Give every prediction the label of its id, from labels that came later.

    Rules. An id has one label: the latest by `labelled_at`, which replaces earlier ones; a null
    that is latest withdraws the label. Different labels at the latest time, or different labels
    when there are no times, are conflicting: the id has none. Without times a null says nothing,
    since nobody knows whether it came first. All rows of the predictions with an id get its
    label. Rows predicted after ``as_of - mature_after`` are immature: their label is null
    even if it has come, because labels that come early are not like the others.

    Ids are compared by their canonical texts when their types differ, so that 1, 1.0 and "1" are
    one; whole numbers are compared as such. Texts are compared by 128-bit fingerprints under a
    key drawn for each join, whatever their length: two different ones are taken for one with a
    chance of at most 2^-128.

    Missing data: null, NaN and infinity are no id, and never join. NaN is no label. A prediction
    without a time is mature; a label without a time is older than all that have one. What is
    wrong with the data is counted in the report and is never an exception.

    Cost: linear in the rows, in memory bounded by the budget and what threads read at a time.
    Labels are read once, ids and times of the predictions once, and again when the result is
    read. If the labels fit (a row needs about 200 bytes of the budget), ids are looked up in
    memory. Otherwise fingerprints, times and labels, but neither ids nor other columns, are
    divided by ids among temporary files, joined part by part, and put into the order of the
    predictions: at most about 100 bytes a row on disk. Predictions that can be read once only
    are kept whole, on disk if need be. Every distinct text of a label is held in memory.

    Source: partitioned hash join, DeWitt et al. (1984), "Implementation techniques for main memory
    database systems"; strongly universal multilinear hashing, Lemire and Kaser (2014),
    "Strongly universal string hashing is fast".

    Args:
        predictions: Rows with an id; a row is a prediction.
        labels: Rows with an id and a label.
        on: The column of ids, of this name on both sides.
        label: The labels' column with the label, which the predictions must not have.
        predicted_at: The predictions' column of times: dates or timestamps, UTC if naive.
        labelled_at: The labels' column of times.
        as_of: The time at which the labels were collected; UTC if naive.
        mature_after: How long labels take to come; none at all if only `as_of` is given.
        memory_budget_bytes: What the join may hold, at least 1 MiB; readers come on top of it.
        progress: Told about the rows of each pass.

    Returns:
        The joined source, the report, and how to end: ``with join_labels(...) as joined``.

    Raises:
        MissingColumnError: A column is not in the data.
        ColumnTypeError: Ids, labels or times are of a type that cannot be that.
        ParameterError: An argument is out of its domain, or lacks another that it needs.
        InputError: The predictions have a column named like the label; or a source or the
            temporary directory cannot be read or written.

    Example:
        >>> import datetime as dt
        >>> from tallystick.reading import open_source
        >>> day = lambda n: dt.datetime(2026, 3, n)
        >>> sent = open_source({"id": [1, 2, 3], "at": [day(1), day(1), day(9)]})
        >>> came = open_source(
        ...     {"id": [1, 1, 3], "fraud": [True, False, True], "seen": [day(3), day(6), day(9)]}
        ... )
        >>> joined = join_labels(
        ...     sent, came, on="id", label="fraud", predicted_at="at", labelled_at="seen",
        ...     as_of=day(10), mature_after=dt.timedelta(days=7),
        ... )
        >>> joined.report.labelled, joined.report.corrected, joined.report.immature
        (1, 1, 1)
        >>> [batch.column("fraud").to_pylist() for batch in joined.source.sample()]
        [[False, None, None]]
    """
    terms = Terms(
        on=on,
        label=label,
        predicted_at=predicted_at,
        labelled_at=labelled_at,
        cutoff=cutoff(as_of, mature_after, predicted_at),
        memory_budget_bytes=budget(memory_budget_bytes),
        progress=progress,
    )
    terms.check(predictions, labels)
    workspace = Workspace()
    try:
        return _joined(terms, predictions, labels, workspace)
    except BaseException:  # Ctrl-C as well: nothing stays behind
        workspace.close()
        raise


def _joined(terms: Terms, predictions: Source, labels: Source, workspace: Workspace) -> Joined:
    """Join again when types turn up that the schemas did not announce."""
    description = f"{predictions.description} joined with {labels.description}"
    labels = labels.select(terms.label_columns())
    held = terms.memory_budget_bytes // _KEPT_SHARE
    if not labels.rereadable:
        labels = kept(labels, workspace, held, terms.progress)
    if not predictions.rereadable:
        predictions = kept(predictions, workspace, held, terms.progress)
    whole = all(_whole(source.schema.field(terms.on).type) for source in (predictions, labels))
    kind = labels.schema.field(terms.label).type
    while True:
        try:
            join = Join(terms, workspace, whole=whole, kind=kind)
            states = join.labels(labels)
            if not states.divided:
                attachment = join.in_memory(states, predictions.select(terms.keys()))
            else:
                if not isinstance(predictions, _IN_ORDER):
                    predictions = kept(predictions, workspace, held, terms.progress)
                attachment = join.in_parts(states, predictions.select(terms.keys()))
        except MixedIdsError:
            whole = False
        except MixedLabelsError as found:
            kind = found.kind
        else:
            names = [*predictions.columns, terms.label]
            source = JoinedSource(predictions, attachment, description, names)
            return Joined(source, join.report(), workspace)


def _whole(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_integer(kind))
