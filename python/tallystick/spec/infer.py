"""A spec against the data's types: every column that will be read, and why it is read so."""

from __future__ import annotations

import glob
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from tallystick.errors import (
    ColumnTypeError,
    InputError,
    MissingColumnError,
    Problem,
    SpecError,
    did_you_mean,
)
from tallystick.spec import arrow_types
from tallystick.spec import vocabulary as words
from tallystick.spec.check import (
    claims,
    declared_keys,
    ignoring_pattern,
    judged_amiss,
    role_of,
)
from tallystick.spec.label_kind import COLUMN_KINDS, declared_label_kind
from tallystick.spec.model import Column, Spec
from tallystick.spec.problems import key_path
from tallystick.spec.resolved import INSTRUMENTS, Resolved, ResolvedColumn

# The log's own columns; data without them can still be counted, though not by time.
_OPTIONAL = ("time", "id", "unit", "version", "label")


def resolve(spec: Spec | None, schema: Any) -> Resolved:
    """Decides for every column of the data how it is read.

    Args:
        spec: What is declared; None infers everything.
        schema: A `pyarrow.Schema`, or anything that exports one.

    Returns:
        The resolved columns. Numbers, dates and timestamps become numeric with quantile
        cells; booleans and strings categorical; segments categorical whatever their type; the
        score numeric with 1,200 uniform cells on [0, 1]. A label is a class, unless the spec says
        that it is a number or its type is float: then it and the score get quantile cells.

    Raises:
        MissingColumnError: A declared column, score or segment is not in the data.
        SpecError: The spec does not fit the data's types.
        ColumnTypeError: A type cannot be counted. Nothing is left out silently, so that holds
            for columns that are not declared too; `log.ignore` leaves them out.
        InputError: Two columns of the data have one name.

    Missing data: looks at types only; a column of type null is categorical.
    Cost: a few microseconds per column.
    Source: the rules are this page's own.

    Example:
        >>> import pyarrow as pa
        >>> schema = pa.schema([("age", pa.int32()), ("plan", pa.string())])
        >>> for column in resolve(None, schema).columns:
        ...     print(column.name, column.kind, column.binning, "because", column.reason)
        age numeric quantile because int32
        plan categorical vocabulary because string
    """
    pairs = arrow_types.fields(schema)
    twice = sorted(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
    if twice:
        names = ", ".join(twice)
        raise InputError(f"expected every column once, got twice: {names}", columns=twice)
    return _Resolver(spec or Spec(schema=words.SCHEMA_VERSION), dict(pairs)).run()


class _Resolver:
    """One run of `resolve`; collects what is wrong before raising any of it."""

    def __init__(self, spec: Spec, types: Mapping[str, Any]) -> None:
        self.spec = spec
        self.types = types
        self.spec_problems: list[Problem] = []
        self.bad_types: dict[str, str] = {}
        self.to_ignore: list[str] = []
        self.places: dict[str, str] = {}
        for claim in claims(spec):
            self.places.setdefault(claim.column, claim.key)
        self.label_kind, self.label_kind_why = self._label_kind()

    def _label_kind(self) -> tuple[str, str]:
        """Class or number, with the words why."""
        declared = declared_label_kind(self.spec)
        label = self.spec.label
        if declared is not None or label is None:
            return declared or "class", ""
        found = (self.types[one] for one in self._source_names(label.column) if one in self.types)
        if any(arrow_types.is_float(type_) for type_ in found):
            return "number", "a number unless there are only 0 and 1"
        return "class", ""

    def run(self) -> Resolved:
        found = self._names_in_data()
        absent = self._absent(found.values())
        ignored, columns = [], []
        for source, type_ in self.types.items():
            name = found.get(source, source)
            if self._is_ignored(name):
                ignored.append(source)
            else:
                columns.append(self._column(name, self._role(name), type_))
        columns += [self._column(name, self._role(name), None) for name in absent]
        self._raise()
        named = {role: self._named(role) for role in ("time", "id", "unit")}
        version = next((one.name for one in columns if one.role == "version"), None)
        return Resolved(
            columns=tuple(columns),
            **named,
            version=version,
            segments=self._segments(),
            ignored=tuple(ignored),
            absent=tuple(absent),
        )

    def _names_in_data(self) -> dict[str, str]:
        """Name in the data -> name of the instrument, for all that the spec names."""
        found: dict[str, str] = {}
        declared = dict.fromkeys((*self.spec.columns, *self.places))
        for name in declared:
            present = [one for one in self._source_names(name) if one in self.types]
            if len(present) > 1 and self._role(name) != "ignore":
                where = key_path(("columns", name, "also_named"))
                got = " and ".join(present)
                problem = Problem(where, "one of the names in the data", got)
                self.spec_problems.append(problem)
            found |= dict.fromkeys(present, name)
        return found

    def _source_names(self, name: str) -> tuple[str, ...]:
        column = self.spec.columns.get(name)
        return (name,) if column is None else (name, *column.also_named)

    def _role(self, name: str) -> str:
        role = role_of(self.spec, name)
        if role == "feature" and name == self.spec.model.version and name not in self.spec.columns:
            return "version"
        return role

    def _is_ignored(self, name: str) -> bool:
        if name in self.places or name in self.spec.columns:
            return self._role(name) == "ignore"
        return self._role(name) != "version" and ignoring_pattern(self.spec, name) is not None

    def _absent(self, found: Iterable[str]) -> list[str]:
        names = [one for one in (*self.spec.columns, *self.places) if one not in set(found)]
        wanted = [name for name in dict.fromkeys(names) if self._role(name) != "ignore"]
        missing = [name for name in wanted if self._role(name) not in _OPTIONAL]
        if missing:
            lines = [f"{self._place(name)}: no column {name} in the data" for name in missing]
            hints = [self._missing_hint(name) for name in missing]
            told = [f"{name}: {hint}" for name, hint in zip(missing, hints, strict=True) if hint]
            raise MissingColumnError(
                _listed("missing from the data", lines),
                hint="; ".join(told) or None,
                columns=missing,
            )
        return wanted

    def _place(self, name: str) -> str:
        return self.places.get(name) or key_path(("columns", name))

    def _missing_hint(self, name: str) -> str | None:
        return did_you_mean(name, self.types)

    def _named(self, role: str) -> str | None:
        return next((one.column for one in claims(self.spec) if one.role == role), None)

    def _segments(self) -> tuple[str, ...]:
        names = (one.column for one in claims(self.spec) if one.role == "segment")
        return tuple(dict.fromkeys(names))

    def _column(self, name: str, role: str, type_: Any) -> ResolvedColumn:
        declared = self.spec.columns.get(name, Column())
        if role not in INSTRUMENTS or (role in _OPTIONAL and type_ is None):
            return self._companion(name, role, type_)
        kind, reason = self._kind(name, role, declared, type_)
        self.spec_problems += [
            one
            for one in judged_amiss(name, declared, kind)
            if declared.kind is None and role == "feature"
        ]
        is_number = self.label_kind == "number"
        binning, range_, bins = _cells(role, declared, kind, is_probability=not is_number)
        defaults = {**words.DEFAULT_TOLERANCES, **words.OUTCOME_TOLERANCES}
        tolerances = {**defaults, **declared.tolerance.declared()}
        # Several classes are judged as one instrument, under the name of their label. Columns of
        # quantiles have the role of a score too, but nothing of its outcome.
        score = self.spec.score
        is_score = score is not None and name in score.all_columns
        several = score is not None and score.columns is not None
        has_outcome = is_score or (role == "label" and several)
        if has_outcome and score is not None:
            given = score.tolerance.declared()
            of_label = {key: given[key] for key in given if key in words.OUTCOME_TOLERANCES}
            tolerances |= given if is_score else of_label
        judged = words.TOLERANCES_BY_KIND[kind]
        if has_outcome:
            judged += tuple(words.OUTCOME_TOLERANCES)
        decide = declared.decide or "psi_corrected"
        pages = self._page_metrics(declared, role, decide)
        return ResolvedColumn(
            name=name,
            source_names=self._source_names(name),
            kind=kind,
            role=role,
            binning=binning,
            range=range_,
            bins=bins,
            max_categories=_max_categories(declared) if kind == "categorical" else None,
            categories=declared.categories,
            tolerances={key: tolerances[key] for key in judged},
            decide=decide,
            page=decide in pages,
            page_metrics=pages,
            reason=reason,
        )

    def _companion(self, name: str, role: str, type_: Any) -> ResolvedColumn:
        """A column that is read for its role and not measured."""
        place = "model.version" if role == "version" else self._place(name)
        reason = f"named by {place}"
        if type_ is None:
            hint = self._missing_hint(name)
            reason += ", absent from this data" + (f"; {hint}" if hint else "")
        elif role == "time" and not arrow_types.is_clock(type_):
            got = arrow_types.type_name(type_)
            self.bad_types[name] = f"expected a date or timestamp for {place}, got {got}"
        return ResolvedColumn(
            name=name,
            source_names=self._source_names(name),
            kind="numeric" if role == "time" else "categorical",
            role=role,
            binning="none",
            range=None,
            bins=None,
            max_categories=None,
            categories=None,
            tolerances={},
            decide="",
            page=False,
            page_metrics=(),
            reason=reason,
        )

    def _kind(self, name: str, role: str, declared: Column, type_: Any) -> tuple[str, str]:
        got = arrow_types.type_name(type_)
        kind, why = _wanted_kind(role, declared, self._place(name))
        if role == "label":
            kind, why = COLUMN_KINDS[self.label_kind], self.label_kind_why or why
            if self.label_kind == "number" and arrow_types.is_clock(type_):
                self.bad_types[name] = f"expected numbers for label.column, got {got}"
                return kind, got
        natural = arrow_types.natural_kind(type_)
        if kind is None:
            kind, why = natural, ""
        if kind is None or not arrow_types.fits(type_, kind):
            if natural is None:
                self.bad_types[name] = f"expected a supported type, got {got}"
                if role == "feature" and name not in self.spec.columns:
                    self.to_ignore.append(name)
            else:
                self.bad_types[name] = f"expected a {kind} type ({why}), got {got}"
            return kind or "categorical", got
        return kind, f"{got}, {why}" if why else got

    def _page_metrics(self, declared: Column, role: str, decide: str) -> tuple[str, ...]:
        if declared.page is not None:
            return words.METRICS if declared.page else ()
        pages = tuple(self.spec.alerts.page)
        if "psi" in pages or role == "score":
            # Who asks for psi means the drift; and a drifting score pages by default.
            pages += ("psi_corrected",) if "psi" in pages else (decide,)
        return tuple(dict.fromkeys(pages))

    def _raise(self) -> None:
        if self.spec_problems:
            raise SpecError.of("spec against the data", self.spec_problems)
        if self.bad_types:
            lines = [f"{name}: {text}" for name, text in self.bad_types.items()]
            lines.append(f"supported: {', '.join(arrow_types.SUPPORTED)}")
            raise ColumnTypeError(
                _listed("cannot be counted", lines, named=len(self.bad_types)),
                hint=self._type_hint(),
                columns=list(self.bad_types),
                supported=list(arrow_types.SUPPORTED),
            )

    def _type_hint(self) -> str:
        hints = []
        if len(self.to_ignore) < len(self.bad_types):
            hints.append("cast declared columns where the data is made")
        if self.to_ignore:
            patterns = ", ".join(f'"{glob.escape(name)}"' for name in self.to_ignore)
            hints.append(f"leave the undeclared out by log = {{ ignore = [{patterns}] }}")
        return "; ".join(hints)


def _listed(what: str, lines: list[str], *, named: int | None = None) -> str:
    count = len(lines) if named is None else named
    head = f"1 column {what}" if count == 1 else f"{count} columns {what}"
    return "\n  ".join([head, *lines])


def _wanted_kind(role: str, declared: Column, place: str) -> tuple[str | None, str]:
    """The kind that the spec asks for, with the words why."""
    if declared.kind is not None:
        return declared.kind, "kind is declared"
    if role in ("segment", "score", "label"):
        return ("numeric" if role == "score" else "categorical"), f"named by {place}"
    for kind in words.KINDS:
        keys = declared_keys(declared, kind)
        if keys:
            return kind, f"{keys[0]} is declared"
    return None, ""


def _max_categories(declared: Column) -> int:
    if declared.categories is not None:
        return len(declared.categories)
    return declared.max_categories or words.DEFAULT_MAX_CATEGORIES


def _cells(
    role: str, declared: Column, kind: str, *, is_probability: bool
) -> tuple[str | tuple[int | float, ...], tuple[int | float, ...] | None, int | None]:
    if kind == "categorical":
        return "vocabulary", None, None
    # Cells of probabilities; declared bins ask for them too.
    is_uniform = role == "score" and (is_probability or declared.bins is not None)
    binning = declared.binning or ("uniform" if is_uniform else "quantile")
    if binning != "uniform":
        return binning, declared.range, None
    is_score = role == "score"
    range_ = declared.range or (words.SCORE_RANGE if is_score else None)
    return binning, range_, declared.bins or (words.SCORE_BINS if is_score else words.UNIFORM_BINS)
