"""Rules of a spec that need more than one key, but no data."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tallystick.errors import Problem
from tallystick.spec import vocabulary as words
from tallystick.spec.label_kind import COLUMN_KINDS, contradictions, declared_label_kind
from tallystick.spec.model import Column, Spec
from tallystick.spec.problems import key_path

# A customer's id may name the row and be randomised; what is judged in parts by its values, and
# the score, are features anyway.
_SHARED_ROLES = (
    {"id", "unit"},
    {"unit", "segment"},
    {"segment", "feature"},
    {"score", "feature"},
)
_BY_RANK = ("ignore", "time", "id", "score", "label", "segment", "unit")
_KEYS_OF = {
    "numeric": ("binning", "range", "bins"),
    "categorical": ("categories", "max_categories"),
}


def check_spec(spec: Spec) -> list[Problem]:
    """Returns everything that contradicts itself in a well-formed spec.

    Example:
        >>> from tallystick.spec.model import Spec
        >>> spec = Spec(schema=1, segments=("country", "country"))
        >>> [problem.key for problem in check_spec(spec)]
        ['segments[1]']
    """
    rules: tuple[Callable[[Spec], Iterator[Problem]], ...] = (
        _segments_are_few_and_listed_once,
        _segments_can_be_named,
        _time_and_id_are_one_column,
        _columns_have_one_role,
        _score_is_one_column_or_several,
        _score_is_numeric,
        _label_has_a_score,
        _costs_are_of_decisions,
        _quantiles_are_told_apart,
        _ignored_columns_stay_ignored,
        _other_names_are_unique,
        _columns_agree_with_themselves,
    )
    return [problem for rule in rules for problem in rule(spec)]


@dataclass(frozen=True, slots=True)
class Claim:
    """One place of a spec that gives a column a role."""

    key: str
    column: str
    role: str


def claims(spec: Spec) -> list[Claim]:
    """Returns every place that gives a column a role, in the order of the format."""
    named = [
        ("log.time", spec.log.time, "time"),
        ("log.id", spec.log.id, "id"),
        ("log.unit", spec.log.unit, "unit"),
        *((key, column, "score") for key, column in _score_columns(spec)),
        ("label.column", None if spec.label is None else spec.label.column, "label"),
    ]
    if spec.label is not None:
        columns = spec.label.quantiles or {}
        named += [(key_path(("label", "quantiles", name)), name, "score") for name in columns]
    if spec.sampling is not None:
        named.append(("sampling.column", spec.sampling.column, "segment"))
    found = [Claim(key, column, role) for key, column, role in named if column is not None]
    found += [Claim(f"segments[{i}]", name, "segment") for i, name in enumerate(spec.segments)]
    found += [
        Claim(key_path(("columns", name, "role")), name, column.role)
        for name, column in spec.columns.items()
        if column.role is not None
    ]
    return found


def _score_columns(spec: Spec) -> Iterator[tuple[str, str]]:
    """Every column with scores, after the key that names it."""
    if spec.score is None:
        return
    if spec.score.column is not None:
        yield "score.column", spec.score.column
    for category, column in (spec.score.columns or {}).items():
        yield key_path(("score", "columns", category)), column


def role_of(spec: Spec, column: str) -> str:
    """Returns the role of a column; the more special one where it has two."""
    held = {claim.role for claim in claims(spec) if claim.column == column}
    return next((role for role in _BY_RANK if role in held), "feature")


def ignoring_pattern(spec: Spec, column: str) -> str | None:
    """Returns the pattern of `log.ignore` that covers the column, or None."""
    return next((one for one in spec.log.ignore if fnmatch.fnmatchcase(column, one)), None)


def _segments_are_few_and_listed_once(spec: Spec) -> Iterator[Problem]:
    for index, name in enumerate(spec.segments):
        if name in spec.segments[:index]:
            yield Problem(f"segments[{index}]", "every column once", f"{name} again")
    total = len({claim.column for claim in claims(spec) if claim.role == "segment"})
    if total > words.MAX_SEGMENTS:
        limit = f"at most {words.MAX_SEGMENTS}, those by role included"
        yield Problem("segments", limit, f"{total} columns")


def _segments_can_be_named(spec: Spec) -> Iterator[Problem]:
    # The only name that results and exporters could not pass on as it is: `a=b=c` would be a value
    # of the column `a` or of `a=b`. All others are values of labels, where any text is allowed.
    for claim in claims(spec):
        if claim.role == "segment" and "=" in claim.column:
            hint = "rename it in the data: segments are named column=value"
            yield Problem(claim.key, "a column without = in its name", claim.column, hint)


def _time_and_id_are_one_column(spec: Spec) -> Iterator[Problem]:
    first: dict[str, Claim] = {}
    for claim in claims(spec):
        if claim.role in ("time", "id"):
            earlier = first.setdefault(claim.role, claim)
            if earlier.column != claim.column:
                got = f"{claim.column} besides {earlier.column} ({earlier.key})"
                yield Problem(claim.key, f"one {claim.role} column", got)


def _columns_have_one_role(spec: Spec) -> Iterator[Problem]:
    first: dict[str, Claim] = {}
    for claim in claims(spec):
        earlier = first.setdefault(claim.column, claim)
        if earlier.role != claim.role and {earlier.role, claim.role} not in _SHARED_ROLES:
            got = f"{claim.column} as {claim.role}, which {earlier.key} uses as {earlier.role}"
            yield Problem(claim.key, "a column without another role", got)


def _costs_are_of_decisions(spec: Spec) -> Iterator[Problem]:
    if spec.score is not None and spec.score.costs is not None and not spec.score.threshold:
        yield Problem("score.costs", "score.threshold beside it", "no threshold")


def _quantiles_are_told_apart(spec: Spec) -> Iterator[Problem]:
    quantiles = {} if spec.label is None else spec.label.quantiles or {}
    first: dict[float, str] = {}
    for name, share in quantiles.items():
        where = key_path(("label", "quantiles", name))
        earlier = first.setdefault(share, name)
        if earlier != name:
            yield Problem(where, "each share once", f"{share} again, as of {earlier}")
        if spec.columns.get(name, Column()).kind == "categorical":
            kind = key_path(("columns", name, "kind"))
            yield Problem(kind, f'"numeric", because {where} names the column', '"categorical"')
    tolerance = None if spec.score is None else spec.score.tolerance.interval_coverage
    if spec.label is not None and tolerance is not None and len(quantiles) < 2:
        where, wanted = "score.tolerance.interval_coverage", "two of label.quantiles or more"
        yield Problem(where, wanted, f"{len(quantiles)}")


def _label_has_a_score(spec: Spec) -> Iterator[Problem]:
    if spec.label is None:
        return
    if spec.score is None:
        yield Problem("label", 'score = { column = "..." } beside it', "no score")
    if spec.label.mature_after is not None and spec.log.time is None:
        yield Problem("label.mature_after", 'log = { time = "..." } beside it', "no time column")
    yield from contradictions(spec)


def _score_is_one_column_or_several(spec: Spec) -> Iterator[Problem]:
    score, label = spec.score, spec.label
    if score is None:
        return
    if score.columns is None:
        if score.column is None:
            yield Problem("score.column", "a column, or score.columns by class", "neither")
        if score.tolerance.accuracy is not None:
            where = "score.tolerance.accuracy"
            yield Problem(where, "score.columns beside it: a tolerance of several classes", "none")
        return
    if score.column is not None:
        yield Problem("score.columns", "either column or columns", "both")
    if label is None:
        yield Problem("score.columns", 'label = { column = "..." } beside it', "no label")
    elif label.positive is not None:
        yield Problem("label.positive", "no such key beside score.columns", "a label")


def _score_is_numeric(spec: Spec) -> Iterator[Problem]:
    if spec.score is None:
        return
    if spec.score.tolerance.other_share is not None:
        yield _foreign_tolerance(("score", "tolerance", "other_share"), "numeric")
    for key, name in _score_columns(spec):
        column = spec.columns.get(name, Column())
        if column.kind == "categorical":
            where = key_path(("columns", name, "kind"))
            yield Problem(where, f'"numeric", because {key} names the column', '"categorical"')
        for tolerance in spec.score.tolerance.declared():
            if tolerance in column.tolerance.declared():
                where = key_path(("columns", name, "tolerance", tolerance))
                got = f"a second one beside score.tolerance.{tolerance}"
                yield Problem(where, "one tolerance", got)


def _ignored_columns_stay_ignored(spec: Spec) -> Iterator[Problem]:
    claimed = {claim.column for claim in claims(spec)}
    for name in spec.columns:
        pattern = ignoring_pattern(spec, name)
        if pattern is not None and name not in claimed:
            yield Problem(
                key_path(("columns", name)),
                "a column that is read",
                f'one that log.ignore covers by "{pattern}"',
                'write role = "feature" to read it, or take the entry out',
            )


def _other_names_are_unique(spec: Spec) -> Iterator[Problem]:
    owners = {name: name for name in spec.columns}
    owners |= {claim.column: claim.column for claim in claims(spec)}
    for name, column in spec.columns.items():
        for index, other in enumerate(column.also_named):
            if other in owners:
                where = key_path(("columns", name, "also_named", index))
                yield Problem(where, "a name of no other column", f"{other}, used already")
            owners.setdefault(other, name)


def _columns_agree_with_themselves(spec: Spec) -> Iterator[Problem]:
    scores = set() if spec.score is None else set(spec.score.all_columns)
    for name, column in spec.columns.items():
        place = ("columns", name)
        role = role_of(spec, name)
        if role in ("ignore", "time", "id", "unit"):
            for key in sorted(column.model_fields_set - {"role", "also_named"}):
                where = key_path((*place, key))
                yield Problem(where, "no such key", f"one on a column of role {role}")
            continue
        if role == "segment" and column.kind == "numeric":
            where = key_path((*place, "kind"))
            yield Problem(where, '"categorical", because it is a segment', '"numeric"')
            continue
        implied = {"segment": "categorical", "score": "numeric"}.get(role)
        if role == "label":
            implied = COLUMN_KINDS.get(declared_label_kind(spec) or "")
        yield from _keys_fit(place, column, column.kind or implied)
        is_probability = name in scores and declared_label_kind(spec) != "number"
        yield from _cells_agree(place, column, is_score=is_probability)


def _keys_fit(place: tuple[str, ...], column: Column, kind: str | None) -> Iterator[Problem]:
    if column.categories is not None and column.max_categories is not None:
        where = key_path((*place, "max_categories"))
        yield Problem(where, "no such key beside categories", "an integer")
    if kind is None:
        one = {kind: declared_keys(column, kind) for kind in words.KINDS}
        if all(one.values()):
            got = " and ".join(keys[0] for keys in one.values())
            yield Problem(key_path(place), "keys of one kind, numeric or categorical", got)
        return
    other = "categorical" if kind == "numeric" else "numeric"
    for key in declared_keys(column, other):
        where = key_path((*place, key))
        yield Problem(where, f"keys of a {kind} column", f"a key of {other} columns")
    yield from judged_amiss(place[1], column, kind)


def declared_keys(column: Column, kind: str) -> list[str]:
    """Returns the declared keys that only columns of this kind have."""
    keys = _KEYS_OF[kind]
    return [key for key in keys if getattr(column, key) is not None]


def judged_amiss(name: str, column: Column, kind: str) -> Iterator[Problem]:
    """Yields tolerances and deciding metrics that a column of this kind does not have."""
    fitting = words.TOLERANCES_BY_KIND[kind]
    for tolerance in column.tolerance.declared():
        if tolerance not in fitting:
            yield _foreign_tolerance(("columns", name, "tolerance", tolerance), kind)
    if column.decide is not None and words.TOLERANCE_OF[column.decide] not in fitting:
        metrics = ", ".join(one for one, key in words.TOLERANCE_OF.items() if key in fitting)
        where = key_path(("columns", name, "decide"))
        yield Problem(where, f"a metric of {kind} columns ({metrics})", "one of the other kind")


def _cells_agree(place: tuple[str, ...], column: Column, *, is_score: bool) -> Iterator[Problem]:
    uniform = column.binning == "uniform" or (is_score and column.binning is None)
    if column.bins is not None and not uniform:
        yield Problem(
            key_path((*place, "bins")), 'no such key without binning = "uniform"', "an integer"
        )
    if column.binning == "uniform" and column.range is None and not is_score:
        yield Problem(key_path((*place, "range")), "[low, high] for uniform cells", "nothing")


def _foreign_tolerance(location: tuple[str, ...], kind: str) -> Problem:
    names = ", ".join(words.TOLERANCES_BY_KIND[kind])
    return Problem(
        key_path(location), f"a tolerance of {kind} columns ({names})", f"{location[-1]}"
    )
