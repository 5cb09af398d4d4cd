"""Every column type in every layout: counted as its values, wherever the array begins."""

from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import pyarrow as pa
import pytest

import tallystick as ts

ROWS = 700
RANDOM = np.random.default_rng(51)
NULL = RANDOM.random(ROWS) < 0.2
WORDS = RANDOM.choice(["ash", "beech", "cedar", "", "Ödland", "a text of more than 12 bytes"], ROWS)
NUMBERS = RANDOM.integers(0, 90, ROWS)


def array(values, kind):
    return pa.array(values, kind, mask=NULL, from_pandas=False)


def encoded(index, values):
    """A dictionary with an unused, a doubled and a null entry, and null indices."""
    entries = pa.array(["unused", *dict.fromkeys(WORDS.tolist()), "ash", None], values)
    places = {word: i + 1 for i, word in enumerate(dict.fromkeys(WORDS.tolist()))}
    doubled, null = len(entries) - 2, len(entries) - 1
    codes = [
        (null if i % 2 else None)
        if gone
        else doubled
        if word == "ash" and i % 3 == 0
        else places[word]
        for i, (word, gone) in enumerate(zip(WORDS.tolist(), NULL.tolist(), strict=True))
    ]
    return pa.DictionaryArray.from_arrays(pa.array(codes, index), entries)


INTEGERS = [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
ARRAYS = {
    **{name: array(NUMBERS, getattr(pa, name)()) for name in INTEGERS},
    "float32": array((NUMBERS / 8).astype(np.float32), pa.float32()),
    "float64": array(NUMBERS / 7, pa.float64()),
    "bool": array(NUMBERS < 30, pa.bool_()),
    "string": array(WORDS, pa.string()),
    "large_string": array(WORDS, pa.large_string()),
    "string_view": array(WORDS, pa.string()).cast(pa.string_view()),
    "date32": array(NUMBERS.astype(np.int32), pa.date32()),
    "date64": array(NUMBERS * 86_400_000, pa.date64()),
    **{
        f"timestamp[{unit}]": array(NUMBERS * 10**9, pa.timestamp(unit))
        for unit in ("s", "ms", "us", "ns")
    },
    "timestamp[us, zone]": array(NUMBERS, pa.timestamp("us", "Asia/Tokyo")),
    **{
        f"dictionary<{index}>": encoded(getattr(pa, index)(), pa.string())
        for index in INTEGERS
        if index != "uint64"
    },
    "dictionary<large>": encoded(pa.int32(), pa.large_string()),
    "dictionary<view>": encoded(pa.int32(), pa.string_view()),
    "dictionary of integers": array(NUMBERS, pa.int32()).dictionary_encode(),
    "dictionary of floats": array(NUMBERS / 7, pa.float64()).dictionary_encode(),
    "dictionary of flags": pa.DictionaryArray.from_arrays(
        array(NUMBERS % 2, pa.int8()), pa.array([True, False])
    ),
    "dictionary of times": array(NUMBERS, pa.timestamp("s")).dictionary_encode(),
    "null": pa.nulls(ROWS),
}


def table(values):
    return pa.table({"x": values})


def expected(values, plan) -> dict[str, int]:
    """Counts by plain Python: rows by category, or by the cell of the value."""
    (column,) = plan.columns
    counts: dict[str, int] = {}
    for value in values.to_pylist():
        if value is None:
            name = "__null__"
        elif column["kind"] == "categorical":
            name = str(value).lower() if isinstance(value, bool) else str(value)
        else:
            name = str(sum(edge <= ticks(value, column) for edge in column["edges"]))
        counts[name] = counts.get(name, 0) + 1
    return counts


def ticks(value, column):
    """A date or time in the ticks of its column."""
    if hasattr(value, "value"):  # pandas' own timestamps, for nanoseconds
        return value.value // column["nanoseconds"]
    if isinstance(value, dt.datetime):
        value = value if value.tzinfo else value.replace(tzinfo=dt.UTC)
        since = value - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
        return since // dt.timedelta(microseconds=1) * 1000 // column["nanoseconds"]
    if isinstance(value, dt.date):
        days = (value - dt.date(1970, 1, 1)).days
        return days * 86_400 * 10**9 // column["nanoseconds"]
    return value


def counted(profile) -> dict[str, int]:
    return {row["cell"]: row["rows"] for row in profile.to_arrow().to_pylist()}


@pytest.mark.parametrize("name", ARRAYS)
def test_values_by_value(name):
    values = ARRAYS[name]
    plan = ts.Plan.fit(table(values))
    assert counted(ts.profile(table(values), plan=plan)) == expected(values, plan)


@pytest.mark.parametrize("name", ARRAYS)
@pytest.mark.parametrize("start", [1, 3, 7, 8, 9, 64, 65])
def test_slices_that_begin_within_a_byte(name, start):
    values = ARRAYS[name]
    plan = ts.Plan.fit(table(values))
    part = values.slice(start, 100)
    assert counted(ts.profile(table(part), plan=plan)) == expected(part, plan)
    again = part.slice(3)
    assert counted(ts.profile(table(values).slice(start + 3, 97), plan=plan)) == expected(
        again, plan
    )


@pytest.mark.parametrize("name", ARRAYS)
def test_chunks_add_up(name):
    values = ARRAYS[name]
    plan = ts.Plan.fit(table(values))
    ends = [0, 0, 1, 8, 8, 77, 300, ROWS]
    chunks = [values.slice(a, b - a) for a, b in itertools.pairwise(ends)]
    chunked = pa.table({"x": pa.chunked_array(chunks)})
    assert (
        ts.profile(chunked, plan=plan).to_bytes() == ts.profile(table(values), plan=plan).to_bytes()
    )


def test_dictionaries_that_differ_from_chunk_to_chunk():
    """Codes mean nothing beyond their own chunk."""
    words = [["a", "b"], ["b", "a"], ["c", "b", "a"], []]
    codes = [[0, 0, 1], [0, 0, 1], [0, 1, 2], []]
    chunks = [
        pa.DictionaryArray.from_arrays(pa.array(c, pa.int8()), pa.array(w, pa.string()))
        for c, w in zip(codes, words, strict=True)
    ]
    chunked = pa.table({"x": pa.chunked_array(chunks)})
    facts = ts.profile(chunked)["x"]
    assert dict(facts["most_frequent"]) == {"a": 4, "b": 4, "c": 1}


def test_a_dictionary_of_nothing():
    empty = pa.DictionaryArray.from_arrays(
        pa.array([None] * 5, pa.int8()), pa.array([], pa.string())
    )
    facts = ts.profile(table(empty))["x"]
    assert (facts["null"], facts["present"]) == (5, 0)
    numbers = pa.DictionaryArray.from_arrays(
        pa.array([None] * 5, pa.int8()), pa.array([], pa.int64())
    )
    facts = ts.profile(table(numbers))["x"]
    assert (facts["null"], facts["present"]) == (5, 0)


def test_what_stands_at_a_null_does_not_count():
    """The buffer under a null may hold anything."""
    values = np.array([1.0, np.nan, np.inf, 1e308, 5.0])
    validity = pa.py_buffer(bytes([0b10001]))
    made = pa.Array.from_buffers(pa.float64(), 5, [validity, pa.py_buffer(values)])
    facts = ts.profile(table(made))["x"]
    assert (facts["null"], facts["nan"], facts["infinite"], facts["present"]) == (3, 0, 0, 2)
    assert (facts["minimum"], facts["maximum"], facts["mean"]) == (1.0, 5.0, 3.0)


@pytest.mark.parametrize(
    "values",
    [
        pa.array([[1]]),
        pa.array([{"a": 1}]),
        pa.array([b"x"]),
        pa.array([1]).cast(pa.decimal128(20)),
        pa.array([1]).cast(pa.duration("s")),
        pa.array([1], pa.int32()).cast(pa.time32("s")),
        pa.array([1.0], pa.float16()),
        pa.array([b"x"]).dictionary_encode(),
    ],
    ids=lambda values: str(values.type)[:20],
)
def test_other_types_are_refused_with_the_column_and_the_list(values):
    with pytest.raises(ts.TallystickError) as caught:
        ts.profile(pa.table({"good": [1], "odd one": values}))
    message = str(caught.value)
    assert type(caught.value).__name__ == "ColumnTypeError"
    assert "odd one" in message
    assert "supported" in message
    assert "timestamp" in message
    assert "good" not in message


def test_names_may_be_anything():
    names = ["", " ", "a.b", 'a "quoted" one', "日本", "rows", "all", "__null__", "x" * 4_000]
    made = pa.table({name: [1.0, 2.0, None] for name in names})
    profile = ts.profile(made)
    assert set(profile.columns()) == set(names)
    again = ts.Profile.from_bytes(profile.to_bytes())
    assert again == profile
    report = ts.compare(reference=profile, current=again)
    assert set(names) <= set(report.instruments)
    assert repr(report)


def test_categories_may_be_anything():
    texts = [
        "",
        " ",
        "__other__",
        "__null__",
        "\0",
        "a\nb",
        "\x1b[31m",
        "😀",
        "x" * 1_024,
        "x" * 1_025,
    ]
    made = pa.table({"x": texts * 3, "g": texts * 3})
    profile = ts.profile(made, spec={"schema": 1, "segments": ["g"]})
    assert profile["x"]["present"] == len(texts) * 3
    # Texts beyond 1,024 bytes belong to no vocabulary.
    assert profile["x"]["other"] == 3
    assert ts.Profile.from_bytes(profile.to_bytes()) == profile
    report = ts.compare(reference=profile, current=profile)
    assert "\x1b[31m" not in repr(report)
