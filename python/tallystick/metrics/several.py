"""The one way from the scores of several classes and their labels to one measurement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tallystick import _core
from tallystick.comparison import Measurement
from tallystick.comparison.measurement import measurements_of
from tallystick.errors import ColumnTypeError, ParameterError
from tallystick.metrics.checking import check_between, check_whole
from tallystick.metrics.scoring import category_text, numbers_of
from tallystick.metrics.sides import values_of
from tallystick.reading import processors
from tallystick.spec.vocabulary import DEFAULT_FALSE_ALARM_RATE, MAX_CLASSES

_BATCH_ROWS = 1 << 16
_MOST_BINS = 10_000


def class_metric(
    metric: str,
    scores: Any,
    label: Any,
    classes: Sequence[Any] | None,
    *,
    reference_scores: Any = None,
    reference_label: Any = None,
    bins: int = 15,
    tolerance: float | None = None,
    false_alarm_rate: float = DEFAULT_FALSE_ALARM_RATE,
) -> Measurement:
    """Measures `metric` on rows; its change where a reference is given.

    Raises:
        ParameterError: Scores and labels of different length, other classes than the scores have,
            labels that are none of them, or a number out of its domain.
        ColumnTypeError: Scores that are no numbers.
    """
    check_whole("bins", bins, 1, _MOST_BINS)
    check_between("false_alarm_rate", false_alarm_rate, 0, 0.5)
    if tolerance is not None:
        check_between("tolerance", tolerance, 0, 1)
    if isinstance(scores, Mapping) and classes is None:
        classes = list(scores)
    names = _texts(classes)
    reference = None
    if reference_scores is not None:
        given = (reference_scores, reference_label)
        reference = _batches(given, (classes or (), names), "reference_")
    elif tolerance is not None:
        raise ParameterError(
            "tolerance: expected none without a reference, of which it is a loss",
            hint="pass reference_scores= and reference_label=",
            name="tolerance",
        )
    table, undeclared = _core.measure_classes(
        metric,
        _batches((scores, label), (classes or (), names), ""),
        names,
        reference=reference,
        bins=int(bins),
        tolerance=None if tolerance is None else float(tolerance),
        false_alarm_rate=float(false_alarm_rate),
        threads=processors(None),
    )
    if undeclared:
        raise ParameterError(
            f"label: expected one of the classes, got {undeclared} rows with others",
            hint="name every class that has scores: classes=...",
            name="label",
        )
    return measurements_of(table)[0]


def _texts(classes: Sequence[Any] | None) -> list[str]:
    """The classes in canonical text, as labels are written."""
    expected = f"classes: expected 2 to {MAX_CLASSES} labels, each once, in the order of the scores"
    if classes is None or isinstance(classes, str | bytes):
        raise ParameterError(expected, name="classes")
    texts = [category_text(one, "classes") for one in classes]
    known = {text for text in texts if text is not None}
    if not 2 <= len(texts) <= MAX_CLASSES or len(known) < len(texts):
        raise ParameterError(expected, name="classes")
    return [text for text in texts if text is not None]


def _batches(
    side: tuple[Any, Any], classes: tuple[Sequence[Any], list[str]], prefix: str
) -> list[Any]:
    """A column for each class, and the label last."""
    import pyarrow as pa  # type: ignore[import-untyped]

    (scores, label), (keys, names) = side, classes
    columns = _columns(scores, keys, f"{prefix}scores")
    # What only asks for the scores has labels that have not come.
    missing = pa.nulls(len(columns[0]), pa.string())
    labels = missing if label is None else values_of(label, None, f"{prefix}label")
    for column in (*columns, labels):
        if len(column) != len(columns[0]):
            raise ParameterError(
                f"{prefix}label: expected one for each of {len(columns[0])} rows of scores and as "
                f"many scores of each class, got {len(column)}",
                name=f"{prefix}label",
            )
    table = pa.table(
        [*columns, labels], names=[*(f"score {place}" for place in range(len(names))), "label"]
    )
    return list(table.to_batches(max_chunksize=_BATCH_ROWS))


def _columns(scores: Any, keys: Sequence[Any], name: str) -> list[Any]:
    """The scores of each class as one column."""
    if isinstance(scores, Mapping):
        if set(scores) != set(keys):
            raise ParameterError(f"{name}: expected scores of every class", name=name)
        return [numbers_of(values_of(scores[key], None, name), name) for key in keys]
    if scores is None:
        raise ParameterError(f"{name}: expected a value, got None", name=name)
    columns = _of_lists(scores, name) if _is_arrow(scores) else _of_array(scores, name)
    if len(columns) != len(keys):
        raise ParameterError(
            f"{name}: expected a score for each of {len(keys)} classes, got {len(columns)} a row",
            name=name,
        )
    return columns


def _is_arrow(scores: Any) -> bool:
    return hasattr(scores, "__arrow_c_array__") or hasattr(scores, "__arrow_c_stream__")


def _of_lists(scores: Any, name: str) -> list[Any]:
    """Lists of one length, one a row; a null one has no scores."""
    import pyarrow as pa
    import pyarrow.compute as pc  # type: ignore[import-untyped]

    lists = values_of(scores, None, name)
    kinds = pa.types
    if not (
        kinds.is_list(lists.type)
        or kinds.is_large_list(lists.type)
        or kinds.is_fixed_size_list(lists.type)
    ):
        raise ColumnTypeError(
            f"{name}: expected a list of scores a row, got {lists.type}",
            hint="or an array of shape (n, classes), or a mapping of class to scores",
        )
    lengths = pc.unique(pc.list_value_length(lists).drop_null()).to_pylist()
    if len(lengths) != 1:
        raise ParameterError(f"{name}: expected lists of one length", name=name)
    taken = (pc.list_element(lists, place) for place in range(lengths[0]))
    return [numbers_of(column, name) for column in taken]


def _of_array(scores: Any, name: str) -> list[Any]:
    """The columns of an array of shape (n, classes)."""
    import pyarrow as pa

    try:
        array = np.asarray(scores, dtype=None if hasattr(scores, "dtype") else np.float64)
        fits = array.ndim == 2 and array.dtype.kind in "fiu"
    except (TypeError, ValueError):
        fits = False
    if not fits:
        raise ColumnTypeError(
            f"{name}: expected numbers of shape (n, classes)",
            hint="a mapping of class to scores, or a column of lists, will do as well",
        )
    wide = array.astype(np.float64, copy=False)
    return [pa.array(np.ascontiguousarray(wide[:, place])) for place in range(wide.shape[1])]
