"""A value is counted as what it is, whatever its type; none is raised into the request."""

import datetime as dt
import enum

import numpy as np
import pandas as pd
import pytest

import tallystick as ts
from unit import recorder_rows


@pytest.fixture(scope="module")
def baseline() -> ts.Profile:
    return recorder_rows.baseline()


@pytest.fixture
def rec(baseline):
    with ts.Recorder(baseline) as recorder:
        yield recorder


class Level(enum.IntEnum):
    HIGH = 3


class Text(str):
    __slots__ = ()


NUMBERS = {
    "float": (41.5, "present"),
    "int": (41, "present"),
    "numpy float64": (np.float64(41.5), "present"),
    "numpy float32": (np.float32(41.5), "present"),
    "numpy int64": (np.int64(41), "present"),
    "numpy uint8": (np.uint8(41), "present"),
    "enum": (Level.HIGH, "present"),
    "large": (2**62 + 1, "present"),
    "larger": (2**63 + 1, "present"),
    "none": (None, "null"),
    "pandas NA": (pd.NA, "null"),
    "nan": (float("nan"), "nan"),
    "numpy nan": (np.float32("nan"), "nan"),
    "infinite": (float("inf"), "infinite"),
    "bool": (True, "mistyped"),
    "numpy bool": (np.bool_(True), "mistyped"),
    "text": ("41", "mistyped"),
    "bytes": (b"41", "mistyped"),
    "huge": (10**30, "mistyped"),
    "date": (dt.date(2026, 1, 1), "mistyped"),
    "list": ([41], "mistyped"),
    "array": (np.array([41.0]), "mistyped"),
    "object": (object(), "mistyped"),
}


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("column", ["age", "visits"])
def test_a_number_is_counted_as_what_it_is(rec, name, column):
    value, where = NUMBERS[name]
    rec.log({column: value})
    rec.row(column).log((value,))
    found = rec.profile()[column]
    parts = ("present", "null", "nan", "infinite", "mistyped", "absent")
    assert {part: found[part] for part in parts if found[part]} == {where: 2}
    assert rec.counters["mistyped_values"] == (2 if where == "mistyped" else 0)


CATEGORIES = {
    "text": ("pro", [("pro", 1)], []),
    "subclass": (Text("pro"), [("pro", 1)], []),
    "numpy text": (np.str_("pro"), [("pro", 1)], []),
    "unseen": ("trial", [], [("trial", 1)]),
    "int": (7, [], [("7", 1)]),
    "float": (7.0, [], [("7", 1)]),
    "fraction": (np.float32(0.1), [], [("0.1", 1)]),
    "bool": (True, [], [("true", 1)]),
    "numpy bool": (np.bool_(False), [], [("false", 1)]),
    "above int64": (2**64 - 1, [], [("18446744073709551615", 1)]),
    "empty": ("", [], [("", 1)]),
}


@pytest.mark.parametrize("name", CATEGORIES)
def test_a_category_is_counted_in_its_canonical_form(rec, name):
    value, frequent, unseen = CATEGORIES[name]
    rec.log({"plan": value})
    found = rec.profile()["plan"]
    assert (found["most_frequent"], found["unseen"]) == (frequent, unseen)


@pytest.mark.parametrize("value", [b"pro", "\ud800", 2**64, dt.date(2026, 1, 1), ["pro"], object()])
def test_what_is_no_category_is_mistyped(rec, value):
    rec.log({"plan": value})
    assert rec.profile()["plan"]["mistyped"] == 1


@pytest.mark.parametrize(
    "value",
    [
        dt.date(2020, 1, 5),
        dt.datetime(2020, 1, 5, 23),
        dt.datetime(2020, 1, 5, 1, tzinfo=dt.timezone(dt.timedelta(hours=-5))),
        pd.Timestamp("2020-01-05"),
        np.datetime64("2020-01-05T10:00:00.000000001"),
    ],
)
def test_a_date_is_counted_by_its_day(rec, value):
    rec.log({"since": value})
    day = (dt.date(2020, 1, 5) - dt.date(1970, 1, 1)).days
    assert (rec.profile()["since"]["minimum"], rec.profile()["since"]["present"]) == (day, 1)


@pytest.mark.parametrize("value", [pd.NaT, np.datetime64("NaT"), None])
def test_a_missing_date_is_null(rec, value):
    rec.log({"since": value})
    assert rec.profile()["since"]["null"] == 1
