"""Whatever a spec file holds, it loads or is a SpecError."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.errors import InputError, SpecError, SpecVersionError
from tallystick.spec import load_spec, resolve, vocabulary

WORDS = sorted(
    {
        *("schema", "model", "hypothesis", "log", "score", "segments", "reference", "alerts"),
        *("columns", "name", "version", "time", "id", "unit", "ignore", "column", "tolerance"),
        *("path", "page", "false_pages", "role", "kind", "binning", "range", "bins", "decide"),
        *("categories", "max_categories", "also_named", "label", "guard", "missing", "season"),
        *vocabulary.DEFAULT_TOLERANCES,
        *vocabulary.ROLES,
        *vocabulary.KINDS,
        *vocabulary.BINNINGS,
        *vocabulary.METRICS,
        *("1 per 90 days", "a", "b", "*", "a.b", ""),
    }
)
TEXTS = st.sampled_from(WORDS) | st.text(max_size=5)
LEAVES = (
    TEXTS
    | st.integers()
    | st.sampled_from([0, 1, 2**53 + 1, 10**400])
    | st.floats()
    | st.booleans()
    | st.none()
    | st.dates()
    | st.datetimes()
    | st.times()
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def table_of(*keys: str, values: st.SearchStrategy[Any] = VALUES) -> st.SearchStrategy[Any]:
    """Tables that mostly use the keys of the format, and are sometimes something else."""
    known = st.fixed_dictionaries({}, optional=dict.fromkeys(keys, values))
    return known | VALUES


NUMBERS = st.lists(st.integers(-9, 9) | st.floats(), max_size=4)
COLUMN = st.fixed_dictionaries(
    {},
    optional={
        "role": st.sampled_from(vocabulary.ROLES) | VALUES,
        "kind": st.sampled_from(vocabulary.KINDS) | VALUES,
        "binning": st.sampled_from(vocabulary.BINNINGS) | NUMBERS | VALUES,
        "range": NUMBERS | VALUES,
        "bins": st.integers(-1, 70_000) | VALUES,
        "categories": st.lists(LEAVES, max_size=4) | VALUES,
        "max_categories": st.integers(-1, 70_000) | VALUES,
        "tolerance": table_of(*vocabulary.DEFAULT_TOLERANCES, values=st.floats(0, 2) | VALUES),
        "decide": st.sampled_from(tuple(vocabulary.TOLERANCE_OF)) | VALUES,
        "also_named": st.lists(TEXTS, max_size=3) | VALUES,
        "page": st.booleans() | VALUES,
    },
)
SPECS = st.fixed_dictionaries(
    {},
    optional={
        "schema": st.just(1) | VALUES,
        "model": table_of("name", "version", "owner", "runbook"),
        "hypothesis": VALUES,
        "log": table_of("time", "id", "unit", "ignore", values=TEXTS | VALUES),
        "score": table_of("column", "tolerance", "threshold", values=TEXTS | VALUES),
        "segments": st.lists(TEXTS, max_size=10) | VALUES,
        "reference": table_of("path", "season"),
        "alerts": table_of("page", "false_pages", values=st.lists(TEXTS, max_size=4) | VALUES),
        "columns": st.dictionaries(TEXTS, COLUMN | VALUES, max_size=4) | VALUES,
    },
)


# Well-formed, so that rules between keys and the data's types have their say.
NAMES = st.sampled_from(["a", "b", "c", "d.e"])
LIKELY_COLUMN = st.fixed_dictionaries(
    {},
    optional={
        "role": st.sampled_from(vocabulary.ROLES),
        "kind": st.sampled_from(vocabulary.KINDS),
        "binning": st.sampled_from(vocabulary.BINNINGS) | st.just([0, 1.5]),
        "range": st.just([0, 9]),
        "bins": st.integers(1, 50),
        "categories": st.just(["x", 2]),
        "tolerance": st.dictionaries(
            st.sampled_from(tuple(vocabulary.DEFAULT_TOLERANCES)), st.floats(0.01, 1), max_size=1
        ),
        "decide": st.sampled_from(tuple(vocabulary.TOLERANCE_OF)),
        "also_named": st.lists(NAMES, max_size=1),
        "page": st.booleans(),
    },
).map(lambda table: dict(list(table.items())[-3:]))
LIKELY = st.fixed_dictionaries(
    {"schema": st.just(1)},
    optional={
        "model": st.fixed_dictionaries({"version": NAMES}),
        "log": st.fixed_dictionaries(
            {}, optional={"time": NAMES, "id": NAMES, "ignore": st.just(["d.*"])}
        ),
        "score": st.fixed_dictionaries({"column": NAMES}),
        "segments": st.lists(NAMES, max_size=1),
        "columns": st.dictionaries(NAMES, LIKELY_COLUMN, max_size=2),
    },
)
TYPES = st.sampled_from(
    [
        *(pa.int64(), pa.float64(), pa.string(), pa.bool_(), pa.date32(), pa.null()),
        *(pa.timestamp("us"), pa.dictionary(pa.int8(), pa.string()), pa.binary()),
    ]
)


@settings(max_examples=600, deadline=None, derandomize=True)
@given(
    SPECS
    | LIKELY
    | st.dictionaries(TEXTS, VALUES, max_size=6)
    | st.dictionaries(st.integers() | TEXTS, VALUES)
)
def test_any_table_loads_or_is_a_spec_error(table: dict[Any, Any]) -> None:
    try:
        spec = load_spec(table)
    except SpecError as error:
        refusal = error
    else:
        assert load_spec(spec) is spec
        assert len(spec.spec_id) == 16
        return
    assert refusal.problems or isinstance(refusal, SpecVersionError)
    assert all(one.key and one.expected and one.got for one in refusal.problems)


@settings(max_examples=600, deadline=None, derandomize=True)
@given(LIKELY, st.lists(st.tuples(NAMES, TYPES), max_size=4, unique_by=lambda pair: pair[0]))
def test_any_spec_resolves_against_any_types_or_says_why(
    table: dict[str, Any], pairs: list[tuple[str, pa.DataType]]
) -> None:
    try:
        found = resolve(load_spec(table), pa.schema(pairs))
    except (SpecError, InputError) as error:
        refusal = error
    else:
        # Every column of the data is accounted for, once.
        read = [name for one in found.columns for name in one.source_names]
        assert all((name in read) != (name in found.ignored) for name, _ in pairs)
        names = [one.name for one in found.columns]
        assert len(set(names)) == len(names)
        for one in found.instruments:
            assert one.tolerance(one.decide) is not None
            assert (one.kind == "categorical") == (one.binning == "vocabulary")
            assert (one.binning == "uniform") == (one.bins is not None)
        return
    assert str(refusal)
    assert refusal.context


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(max_size=60) | st.lists(st.sampled_from([*WORDS, "=", "[", "]", "{", '"', "\n"])))
def test_any_text_loads_or_is_a_spec_error(source: str | list[str]) -> None:
    text = source if isinstance(source, str) else " ".join(source)
    try:
        spec = load_spec(text + "\n")
    except SpecError as error:
        refusal = str(error)
    else:
        # Only a text that names the version can load.
        assert "schema" in text
        assert spec.schema_version == 1
        return
    assert refusal.startswith("spec: ")
