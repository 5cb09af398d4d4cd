"""Every rule of a spec, broken: the key, what was expected, and all of it at once."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.errors import SpecError
from tallystick.spec import load_spec, vocabulary

# (spec without `schema`, key of the one problem, words of the message)
BROKEN: list[tuple[dict[str, Any], str, str]] = [
    ({"modle": {}}, "modle", 'did you mean "model"?'),
    ({"model": "churn"}, "model", "expected a table, got a string"),
    ({"model": {"name": 3}}, "model.name", "expected a string, got an integer"),
    ({"model": {"name": ""}}, "model.name", "a string that is not empty"),
    ({"hypothesis": True}, "hypothesis", "expected a string, got a boolean"),
    ({"log": {"tiem": "t"}}, "log.tiem", 'did you mean "time"?'),
    ({"log": {"ignore": "x"}}, "log.ignore", "expected an array, got a string"),
    ({"log": {"ignore": ["a", 1]}}, "log.ignore[1]", "expected a string, got an integer"),
    ({"score": {}}, "score.column", "expected a column, or score.columns by class"),
    ({"score": {"column": "p", "tolerance": {"psi": 0}}}, "score.tolerance.psi", "above 0"),
    (
        {"score": {"column": "p", "tolerance": {"other_share": 0.1}}},
        "score.tolerance.other_share",
        "a tolerance of numeric columns (psi, ks, missing_share)",
    ),
    ({"segments": "country"}, "segments", "expected an array, got a string"),
    ({"segments": [f"s{i}" for i in range(9)]}, "segments", "at most 8"),
    ({"segments": ["a", "a"]}, "segments[1]", "every column once"),
    ({"segments": ["a", "a=b"]}, "segments[1]", "a column without = in its name"),
    ({"columns": {"a=b": {"role": "segment"}}}, 'columns."a=b".role', "without = in its name"),
    ({"reference": {}}, "reference.path", "expected this key"),
    ({"alerts": {"page": ["missing_shar"]}}, "alerts.page[0]", '"missing_share"'),
    ({"alerts": {"false_pages": "often"}}, "alerts.false_pages", "1 per 90 days"),
    ({"alerts": {"false_pages": 1}}, "alerts.false_pages", "got an integer"),
    ({"alerts": {"false_pages": "9 per 1 days"}}, "alerts.false_pages", "between 0 and 1"),
    ({"alerts": {"false_pages": "1 per 0 days"}}, "alerts.false_pages", "between 0 and 1"),
    ({"columns": {"a": 1}}, "columns.a", "expected a table, got an integer"),
    ({"columns": {"": {}}}, 'columns.""', "not empty"),
    ({"columns": {"[key]": 1}}, 'columns."[key]"', "expected a table"),
    ({"columns": {"a": {"[key]": 1}}}, 'columns.a."[key]"', "an unknown key"),
    ({"columns": {"a": {"kind": "numerc"}}}, "columns.a.kind", 'did you mean "numeric"?'),
    ({"columns": {"a": {"role": "scroe"}}}, "columns.a.role", 'one of "feature"'),
    ({"columns": {"a": {"role": "score"}}}, "columns.a.role", "write score ="),
    ({"columns": {"a": {"role": "unit"}}}, "columns.a.role", "write log ="),
    ({"columns": {"a": {"binning": "quantle"}}}, "columns.a.binning", '"quantile"'),
    ({"columns": {"a": {"binning": []}}}, "columns.a.binning", "between 1 and"),
    ({"columns": {"a": {"binning": [1, 1]}}}, "columns.a.binning", "ascend"),
    ({"columns": {"a": {"binning": [0.0, "x"]}}}, "columns.a.binning", "else than numbers"),
    ({"columns": {"a": {"binning": [0.0, True]}}}, "columns.a.binning", "else than numbers"),
    ({"columns": {"a": {"binning": [float("nan")]}}}, "columns.a.binning", "a finite number"),
    ({"columns": {"a": {"binning": [2**64]}}}, "columns.a.binning", "beyond 64 bits"),
    ({"columns": {"a b": {"range": [3, 1]}}}, 'columns."a b".range', "low < high"),
    ({"columns": {"a": {"range": [1]}}}, "columns.a.range", "an array of 1"),
    ({"columns": {"a": {"range": "0-1"}}}, "columns.a.range", "got a string"),
    ({"columns": {"a": {"bins": 3}}}, "columns.a.bins", 'binning = "uniform"'),
    ({"columns": {"a": {"bins": 2.5}}}, "columns.a.bins", "expected an integer"),
    ({"columns": {"a": {"bins": 0}}}, "columns.a.bins", "at least 1"),
    ({"columns": {"a": {"binning": "uniform"}}}, "columns.a.range", "got nothing"),
    ({"columns": {"a": {"categories": []}}}, "columns.a.categories", "between 1 and"),
    ({"columns": {"a": {"categories": [1, "1"]}}}, "columns.a.categories", "listed twice"),
    ({"columns": {"a": {"categories": [1.5]}}}, "columns.a.categories", "a string, an integer"),
    ({"columns": {"a": {"categories": "x"}}}, "columns.a.categories", "got a string"),
    ({"columns": {"a": {"max_categories": 10**9}}}, "columns.a.max_categories", "at most 65536"),
    (
        {"columns": {"a": {"categories": ["x"], "max_categories": 3}}},
        "columns.a.max_categories",
        "beside categories",
    ),
    ({"columns": {"a": {"range": [0, 1], "categories": ["x"]}}}, "columns.a", "keys of one kind"),
    (
        {"columns": {"a": {"kind": "categorical", "range": [0, 1]}}},
        "columns.a.range",
        "keys of a categorical column",
    ),
    (
        {"columns": {"a": {"kind": "numeric", "tolerance": {"other_share": 0.1}}}},
        "columns.a.tolerance.other_share",
        "numeric columns",
    ),
    (
        {"columns": {"a": {"kind": "categorical", "decide": "ks"}}},
        "columns.a.decide",
        "a metric of categorical columns (psi_corrected, missing_share, other_share)",
    ),
    ({"columns": {"a": {"decide": "wasserstein"}}}, "columns.a.decide", "one of"),
    ({"columns": {"a": {"decide": "std"}}}, "columns.a.decide", "std comes in a later release"),
    ({"columns": {"a": {"tolerance": {"psy": 1}}}}, "columns.a.tolerance.psy", '"psi"'),
    ({"columns": {"a": {"tolerance": {"ks": 2}}}}, "columns.a.tolerance.ks", "below 1"),
    ({"columns": {"a": {"tolerance": {"psi": float("inf")}}}}, "columns.a.tolerance.psi", "finite"),
    ({"columns": {"a": {"page": 1}}}, "columns.a.page", "true or false"),
    ({"columns": {"a": {"also_named": ["a"]}}}, "columns.a.also_named[0]", "used already"),
    (
        {"columns": {"a": {"role": "time", "bins": 4}}},
        "columns.a.bins",
        "a column of role time",
    ),
    (
        {"log": {"time": "t"}, "columns": {"u": {"role": "time"}}},
        "columns.u.role",
        "one time column",
    ),
    ({"log": {"time": "t", "id": "t"}}, "log.id", "which log.time uses as time"),
    ({"score": {"column": "p"}, "segments": ["p"]}, "segments[0]", "which score.column uses"),
    (
        {"score": {"column": "p"}, "columns": {"p": {"kind": "categorical"}}},
        "columns.p.kind",
        'expected "numeric"',
    ),
    (
        {
            "score": {"column": "p", "tolerance": {"psi": 0.1}},
            "columns": {"p": {"tolerance": {"psi": 0.2}}},
        },
        "columns.p.tolerance.psi",
        "one tolerance",
    ),
    (
        {"segments": ["s"], "columns": {"s": {"kind": "numeric"}}},
        "columns.s.kind",
        "because it is a segment",
    ),
    (
        {"segments": ["s"], "columns": {"s": {"role": "ignore"}}},
        "columns.s.role",
        "segments[0] uses",
    ),
    (
        {"log": {"ignore": ["*_raw"]}, "columns": {"a_raw": {"page": True}}},
        "columns.a_raw",
        'role = "feature"',
    ),
]


def problems_of(source: Any) -> dict[str, str]:
    with pytest.raises(SpecError) as caught:
        load_spec(source)
    text = str(caught.value)
    for one in caught.value.problems:
        assert one.key in text
    return {
        one.key: f"expected {one.expected}, got {one.got}; {one.hint}"
        for one in caught.value.problems
    }


@pytest.mark.parametrize(("table", "key", "words"), BROKEN)
def test_a_broken_rule_is_told_with_its_key(table: dict[str, Any], key: str, words: str) -> None:
    found = problems_of({"schema": 1, **table})
    assert list(found) == [key]
    assert words in found[key]


def test_values_never_appear() -> None:
    private = "alice@example.org"
    table = {
        "schema": 1,
        "model": {"name": [private]},
        "alerts": {"page": [private], "false_pages": private},
        "columns": {
            "a": {"kind": private, "role": private, "binning": private, "decide": private},
            "b": {"categories": [private, private], "range": private, "page": private},
        },
    }
    with pytest.raises(SpecError) as caught:
        load_spec(table)
    assert len(caught.value.problems) == 10
    assert private not in str(caught.value)
    assert private not in repr(caught.value.context)


def test_all_problems_come_at_once() -> None:
    found = problems_of(
        {
            "modle": {},
            "score": {"column": "p", "tolerance": {"psi": -1}},
            "segments": ["s", "s"],
            "columns": {
                "a": {"kind": "numerc", "bins": 3},
                "b": {"bins": 3},
                "c": {"range": [2, 1]},
                "p": {"bins": 100},
                "t": {"role": "time", "page": True},
            },
        }
    )
    # `columns.a.bins` rests on the broken kind, and `columns.p.bins` is right for a score.
    assert set(found) == {
        "schema",
        "modle",
        "score.tolerance.psi",
        "segments[1]",
        "columns.a.kind",
        "columns.b.bins",
        "columns.c.range",
        "columns.t.page",
    }


def test_a_broken_score_does_not_accuse_its_column() -> None:
    found = problems_of({"schema": 1, "score": {"colum": "p"}, "columns": {"p": {"bins": 100}}})
    assert set(found) == {"score.column", "score.colum"}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('guard = { primary = "x" }', "guard"),
        ("outcomes = {}", "outcomes"),
        ('reference = { path = "b", season = "day_of_week" }', "reference.season"),
        ("columns.a.missing = [-999]", "columns.a.missing"),
        ('columns.a.mature_after = "2d"', "columns.a.mature_after"),
        ("columns.a.minimum_coverage = 0.9", "columns.a.minimum_coverage"),
        ('columns.a.positive = "Y"', "columns.a.positive"),
        ('columns.a.role = "outcome"', 'columns.a.role = "outcome"'),
        ("columns.a.tolerance.std = 0.02", "columns.a.tolerance.std"),
        (
            "columns.a.tolerance.selection_rate_ratio = 1.2",
            "columns.a.tolerance.selection_rate_ratio",
        ),
    ],
)
def test_later_keys_are_reserved_not_unknown(text: str, key: str) -> None:
    with pytest.raises(SpecError) as caught:
        load_spec(f"schema = 1\n{text}\n")
    (problem,) = caught.value.problems
    assert (problem.key, problem.reserved) == (key, True)
    assert "reserved for a later version of the spec" in str(caught.value)
    assert "unknown" not in str(caught.value)


def test_every_reserved_key_is_refused_as_reserved() -> None:
    for pattern in vocabulary.RESERVED_KEYS:
        place = ["a" if part == "*" else part for part in pattern]
        table: Any = {}
        for part in reversed(place):
            table = {part: table}
        # What is required beside the reserved key.
        for name, key in (("score", "column"), ("reference", "path")):
            if name in table:
                table[name][key] = "x"
        with pytest.raises(SpecError) as caught:
            load_spec({"schema": 1, **table})
        assert [one.reserved for one in caught.value.problems] == [True], pattern


def test_a_label_needs_a_score_and_a_role_of_its_own() -> None:
    found = problems_of({"schema": 1, "label": {"column": "y", "mature_after": "30d"}})
    assert set(found) == {"label", "label.mature_after"}
    scored = {"schema": 1, "score": {"column": "p"}}
    assert "label.column" in problems_of({**scored, "label": {"column": "p"}})


def test_a_label_is_a_class_or_a_number_and_not_both() -> None:
    scored = {"schema": 1, "score": {"column": "p"}}
    assert set(problems_of({**scored, "label": {"column": "y", "kind": "text"}})) == {"label.kind"}
    numeric = {"label": {"column": "y", "kind": "class"}, "columns": {"y": {"kind": "numeric"}}}
    assert set(problems_of({**scored, **numeric})) == {"columns.y.kind"}
    number = {"label": {"column": "y", "kind": "number", "positive": 1}}
    cut = {"column": "p", "threshold": 0.5, "tolerance": {"auc": 0.1, "mae_ratio": 1.1}}
    found = problems_of({"schema": 1, "score": cut, **number})
    assert set(found) == {"label.positive", "score.threshold", "score.tolerance.auc"}
    assert "label.kind makes the label a number" in str(found["label.positive"])
    both = {"label": {"column": "y"}, "columns": {"y": {"categories": ["a"]}}}
    tolerated = {"column": "p", "tolerance": {"mae_ratio": 1.1}}
    assert problems_of({"schema": 1, "score": tolerated, **both})
    none = {"schema": 1, "score": {"column": "p", "tolerance": {"mae_ratio": 1}}}
    assert set(problems_of(none)) == {"score.tolerance.mae_ratio"}


@pytest.mark.parametrize("threshold", [0, -0.1, 1.5, "0.3", [], [0.3, 0.3], [0.1] * 17, True])
def test_thresholds_are_cuts_of_the_unit_interval(threshold: object) -> None:
    found = problems_of({"schema": 1, "score": {"column": "p", "threshold": threshold}})
    assert set(found) == {"score.threshold"}


@pytest.mark.parametrize("delay", ["30", "0d", "d", "1y", 30, "-1d", "1.5d"])
def test_delays_are_whole_numbers_of_a_unit(delay: object) -> None:
    spec = {"schema": 1, "score": {"column": "p"}, "log": {"time": "t"}}
    found = problems_of({**spec, "label": {"column": "y", "mature_after": delay}})
    assert set(found) == {"label.mature_after"}
