"""Labels of a float type that are classes all the same.

A frame turns integers with missing values into floats: 0 and 1 come as 0.0 and 1.0 while some
labels have not come yet. A float label that nobody said anything about is a number, unless the
sample holds nothing but 0 and 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tallystick.spec import Resolved, Spec, declared_label_kind

_CLASSES = {0.0, 1.0}
# 0, minus 0, 1, NaN and null: with more distinct values some are no classes.
_MOST = 5


def holds_classes(spec: Spec, resolved: Resolved, batches: Sequence[Any]) -> bool:
    """Whether a label taken for a number holds 0 and 1 only, in a sample that has any."""
    if spec.label is None or declared_label_kind(spec) is not None:
        return False
    name = spec.label.column
    if not any(one.name == name and one.kind == "numeric" for one in resolved.instruments):
        return False
    found: set[float] = set()
    for batch in batches:
        distinct = batch.column(name).unique()
        if len(distinct) > _MOST:
            return False
        found.update(value for value in distinct.to_pylist() if value is not None)
    present = {value for value in found if value == value}
    return bool(present) and present <= _CLASSES


def of_classes(spec: Spec) -> Spec:
    """The spec with its label declared as a class."""
    label = spec.label and spec.label.model_copy(update={"kind": "class"})
    return spec.model_copy(update={"label": label})
