"""Whether a label is a class or a number, as far as the spec says so.

`label.kind` says it. Without it, keys that only one kind has say it as well: a positive label, a
threshold or a tolerance of probabilities on one side; quantiles, numeric cells of the label or a
tolerance of errors on the other. Where the spec says nothing, `infer` goes by the type of the data.
"""

from __future__ import annotations

from collections.abc import Iterator

from tallystick.errors import Problem
from tallystick.spec import vocabulary as words
from tallystick.spec.model import Column, Spec
from tallystick.spec.problems import key_path

COLUMN_KINDS = {"class": "categorical", "number": "numeric"}
"""How the label's column is counted."""

_KEYS = {"class": ("categories", "max_categories"), "number": ("binning", "range", "bins")}


def declared_label_kind(spec: Spec) -> str | None:
    """Returns "class" or "number" where the spec says which, else None.

    Example:
        >>> from tallystick.spec import load_spec
        >>> scored = {"schema": 1, "score": {"column": "p"}, "label": {"column": "y"}}
        >>> declared_label_kind(load_spec(scored)) is None
        True
        >>> declared_label_kind(load_spec(scored | {"label": {"column": "y", "positive": 1}}))
        'class'
    """
    if spec.label is None:
        return None
    if spec.label.kind is not None:
        return spec.label.kind
    return next((kind for kind, _ in _evidence(spec)), None)


def contradictions(spec: Spec) -> Iterator[Problem]:
    """Yields the keys that a label of the declared kind does not have."""
    kind = declared_label_kind(spec)
    for of, key in _evidence(spec):
        if of != kind:
            also = "label.kind" if spec.label and spec.label.kind else "another key"
            yield Problem(key, f"no such key, as {also} makes the label a {kind}", f"a key of {of}")


def _evidence(spec: Spec) -> Iterator[tuple[str, str]]:
    """Every key that only one kind of label has, with that kind."""
    if spec.label is None:
        return
    if spec.label.positive is not None:
        yield "class", "label.positive"
    if spec.label.quantiles is not None:
        yield "number", "label.quantiles"
    yield from _of_score(spec)
    yield from _of_column(spec, spec.label.column)


def _of_score(spec: Spec) -> Iterator[tuple[str, str]]:
    if spec.score is None:
        return
    if spec.score.columns is not None:
        yield "class", "score.columns"
    if spec.score.threshold is not None:
        yield "class", "score.threshold"
    for name in spec.score.tolerance.declared():
        if name in words.OUTCOME_TOLERANCES:
            kind = "number" if name in words.NUMBER_TOLERANCES else "class"
            yield kind, f"score.tolerance.{name}"


def _of_column(spec: Spec, name: str) -> Iterator[tuple[str, str]]:
    column = spec.columns.get(name, Column())
    for kind, keys in _KEYS.items():
        if column.kind == COLUMN_KINDS[kind]:
            yield kind, key_path(("columns", name, "kind"))
        for key in keys:
            if getattr(column, key) is not None:
                yield kind, key_path(("columns", name, key))
