"""The tree of errors is complete, teaches, and survives a process border."""

from __future__ import annotations

import pickle

import pytest

from tallystick import errors
from tallystick.errors import ERRORS, TallystickError

BASES = {
    "spec": ValueError,
    "spec_version": ValueError,
    "input": ValueError,
    "missing_column": KeyError,
    "column_type": TypeError,
    "parameter": ValueError,
    "merge": ValueError,
    "state": ValueError,
    "corrupt_state": ValueError,
    "state_version": ValueError,
    "store": RuntimeError,
    "missing_dependency": ImportError,
    "internal": RuntimeError,
}


def descendants(kind: type[TallystickError]) -> set[type[TallystickError]]:
    below = {one for child in kind.__subclasses__() for one in descendants(child)}
    return below | {kind}


def test_the_table_holds_every_class_once() -> None:
    assert set(ERRORS.values()) == descendants(TallystickError)
    assert all(kind.code == code for code, kind in ERRORS.items())
    # A class that forgot its code would inherit its parent's.
    assert all("code" in vars(kind) for kind in ERRORS.values())
    assert all(kind.__name__ in errors.__all__ for kind in ERRORS.values())


def test_codes_are_snake_case() -> None:
    assert all(code.isidentifier() and code == code.lower() for code in ERRORS)


@pytest.mark.parametrize(("code", "base"), BASES.items())
def test_built_in_handlers_catch_them(code: str, base: type[Exception]) -> None:
    with pytest.raises(base, match="said"):
        raise ERRORS[code]("said")


def test_families() -> None:
    for code in ("missing_column", "column_type", "parameter"):
        assert issubclass(ERRORS[code], errors.InputError)
    for code in ("corrupt_state", "state_version"):
        assert issubclass(ERRORS[code], errors.StateError)
    assert issubclass(errors.SpecVersionError, errors.SpecError)


@pytest.mark.parametrize("kind", ERRORS.values())
def test_text_is_message_and_hint(kind: type[TallystickError]) -> None:
    error = kind("what happened", hint="what to do", columns=["age"])
    assert str(error) == "what happened\n  hint: what to do"
    assert error.context == {"columns": ["age"]}
    if kind is not errors.InternalError:
        assert str(kind("what happened")) == "what happened"
        assert kind("what happened").hint is None
        assert kind("what happened").context == {}


@pytest.mark.parametrize("kind", ERRORS.values())
def test_pickling_keeps_everything(kind: type[TallystickError]) -> None:
    error = kind("what happened", hint="what to do", columns=["age"])
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - made on the line itself
    assert type(copy) is kind
    assert (str(copy), copy.hint, copy.context) == (str(error), error.hint, error.context)


def test_an_internal_error_says_how_to_report_it() -> None:
    text = str(errors.InternalError("index out of range"))
    assert text.startswith("index out of range\n  hint: this is a bug in tallystick")
    assert "open an issue" in text
    assert "without any data" in text
    assert "Python 3." in text


def test_a_missing_dependency_names_the_extra() -> None:
    error = errors.MissingDependencyError.of("altair", extra="report")
    assert "pip install 'tallystick[report]'" in str(error)
    assert error.context == {"package": "altair", "extra": "report"}


def test_a_spec_error_groups_what_is_reserved() -> None:
    problems = (
        errors.Problem("label", "outcomes", "a reserved key", reserved=True),
        errors.Problem("segmnts", "one of segments", "an unknown key", 'did you mean "segments"?'),
    )
    error = errors.SpecError.of("churn.toml", problems)
    assert error.problems == problems
    assert str(error).splitlines() == [
        "churn.toml: 2 problems",
        "  segmnts: expected one of segments, got an unknown key",
        '    hint: did you mean "segments"?',
        "  reserved for a later version of the spec, leave out for now:",
        "    label  outcomes",
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("incme", "income"), ("INCOME", "income"), ("plan ", "Plan"), ("zzz", None), ("", None)],
)
def test_nearest(name: str, expected: str | None) -> None:
    assert errors.nearest(name, ["income", "age", "Plan"]) == expected


def test_nearest_of_nothing() -> None:
    assert errors.nearest("age", []) is None
    assert errors.did_you_mean("age", []) is None
