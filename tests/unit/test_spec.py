"""Spec files: what loads, what cannot be read, ids, and the JSON Schema."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tallystick.errors import ParameterError, SpecError, SpecVersionError
from tallystick.spec import Spec, load_spec, vocabulary
from tallystick.spec.schema import SCHEMA_PATH, schema_text, spec_json_schema

CHURN = """
schema     = 1
model      = { name = "churn", version = "model_version", owner = "growth-ml", \
runbook = "https://runbooks.example/churn" }
hypothesis = "Of customers scored 0.30, 30 % leave within 30 days"
log        = { time = "scored_at", id = "request_id", unit = "customer_id", \
ignore = ["debug.*", "*_raw"] }
score      = { column = "p_churn", tolerance = { psi = 0.10 } }
segments   = ["country", "channel"]
reference  = { path = "baseline.tally" }
alerts     = { page = ["missing_share", "other_share", "row_count", "ece_debiased"], \
false_pages = "1 per 90 days" }
[columns]
income_eur     = { range = [0, 1_000_000], tolerance = { missing_share = 0.02 } }
plan           = { tolerance = { other_share = 0.01 } }
"device.os"    = { also_named = ["os"] }
"""


def problems_of(source: Any) -> dict[str, str | None]:
    with pytest.raises(SpecError) as caught:
        load_spec(source)
    return {one.key: f"{one.expected}; {one.got}; {one.hint}" for one in caught.value.problems}


def test_the_churn_spec_loads() -> None:
    spec = load_spec(CHURN)
    assert spec.model.name == "churn"
    assert spec.log.ignore == ("debug.*", "*_raw")
    assert spec.score is not None
    assert spec.score.tolerance.declared() == {"psi": 0.10}
    assert spec.segments == ("country", "channel")
    assert spec.alerts.page[-1] == "ece_debiased"
    assert spec.columns["income_eur"].range == (0, 1_000_000)
    assert spec.columns["device.os"].also_named == ("os",)


def test_the_smallest_spec_has_the_documented_defaults() -> None:
    spec = load_spec({"schema": 1})
    assert spec.alerts.page == vocabulary.DEFAULT_PAGE
    assert spec.alerts.false_alarm_rate == 0.01
    assert (spec.score, spec.reference, spec.columns, spec.segments) == (None, None, {}, ())


def test_sources(tmp_path: Path) -> None:
    path = tmp_path / "churn.toml"
    # Editors of some systems write a byte order mark and carriage returns.
    path.write_bytes(b"\xef\xbb\xbf" + CHURN.replace("\n", "\r\n").encode())
    spec = load_spec(path)
    assert load_spec(str(path)) == spec
    assert load_spec(tomllib.loads(CHURN)) == spec
    assert load_spec(CHURN) == spec
    assert load_spec(spec) is spec


@pytest.mark.parametrize("version", [2, 10**30])
def test_a_later_version_is_one_clear_message(version: int) -> None:
    with pytest.raises(SpecVersionError, match="later version") as caught:
        load_spec({"schema": version, "new_key": 1})
    assert caught.value.context["supported"] == 1


@pytest.mark.parametrize("version", [0, -1, "1", 1.0, True, None])
def test_no_version_of_ours(version: Any) -> None:
    assert "write schema = 1" in problems_of({"schema": version})["schema"]


def test_no_version_at_all() -> None:
    assert "write schema = 1" in problems_of({})["schema"]


def test_a_missing_file_offers_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "churn.toml").write_text(CHURN)
    with pytest.raises(SpecError, match=r'did you mean "churn.toml"\?'):
        load_spec(tmp_path / "chrun.toml")
    with pytest.raises(SpecError, match="there is no folder"):
        load_spec(tmp_path / "none" / "churn.toml")
    with pytest.raises(SpecError, match="end it with a line break"):
        load_spec("schema = 1")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes("hypothesis = 'é'".encode("latin-1"))
    with pytest.raises(SpecError, match="UTF-8"):
        load_spec(tmp_path / "latin.toml")
    with pytest.raises(SpecError, match="cannot be read"):
        load_spec(tmp_path)
    with pytest.raises(SpecError, match="not a path"):
        load_spec("churn\0.toml")


@pytest.mark.parametrize(
    "text",
    ["schema = \n", "a = 1\na = 2\n", "x = " + "9" * 5000 + "\n", "x = " + "[" * 100_000 + "\n"],
)
def test_text_that_is_no_toml(text: str) -> None:
    with pytest.raises(SpecError, match="not TOML"):
        load_spec(text)


@pytest.mark.parametrize("source", [None, 3, b"schema = 1\n", ["schema"]])
def test_other_sources_are_named(source: Any) -> None:
    with pytest.raises(ParameterError, match="expected a path, TOML text, a mapping or a Spec"):
        load_spec(source)


def test_a_spec_made_by_hand_is_checked_too() -> None:
    spec = Spec.model_validate({"schema": 1, "segments": ["a", "a"]})
    with pytest.raises(SpecError, match="every column once"):
        load_spec(spec)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("1 per 90 days", 1 / 90),
        ("2 per 52 weeks", 2 / 364),
        ("1 per 1 week", 1 / 7),
        ("0 per 9 days", None),
        ("1 per 2 days", None),
    ],
)
def test_false_pages(text: str, rate: float | None) -> None:
    table = {"schema": 1, "alerts": {"false_pages": text}}
    if rate is None:
        assert "between 0 and 1 per 2 days" in problems_of(table)["alerts.false_pages"]
    else:
        assert load_spec(table).alerts.false_alarm_rate == rate


def test_integers_stay_exact_and_zero_has_no_sign() -> None:
    edges = [-0.0, 2**53 + 1, 2**64 - 1]
    spec = load_spec({"schema": 1, "columns": {"a": {"binning": edges}}})
    found = spec.columns["a"].binning
    assert found == (0.0, 2**53 + 1, 2**64 - 1)
    assert str(found[0]) == "0.0"


def test_categories_are_kept_in_canonical_text() -> None:
    spec = load_spec({"schema": 1, "columns": {"a": {"categories": [2, 3.0, True, "x"]}}})
    assert spec.columns["a"].categories == ("2", "3", "true", "x")


def test_an_ignored_column_can_be_called_back() -> None:
    columns = {"a_raw": {"role": "feature"}, "b_raw": {"role": "ignore"}}
    spec = load_spec({"schema": 1, "log": {"ignore": ["*_raw"]}, "columns": columns})
    assert spec.columns["a_raw"].role == "feature"


def test_a_customer_may_be_row_and_unit() -> None:
    log = {"id": "customer_id", "unit": "customer_id"}
    assert load_spec({"schema": 1, "log": log}).log.unit == "customer_id"


def test_the_id_follows_the_meaning() -> None:
    spec = load_spec(CHURN)
    reordered = dict(reversed(list(tomllib.loads(CHURN).items())))
    reordered["columns"]["income_eur"]["range"] = [0.0, 1e6]
    reordered["columns"]["income_eur"]["also_named"] = []
    assert load_spec(reordered).spec_id == spec.spec_id
    assert len(spec.spec_id) == 16
    assert int(spec.spec_id, 16) >= 0
    for old, new in [
        ("missing_share = 0.02", "missing_share = 0.03"),
        ("growth-ml", "churn-ml"),
        ('["country", "channel"]', '["country"]'),
        ("baseline.tally", "other.tally"),
    ]:
        assert load_spec(CHURN.replace(old, new)).spec_id != spec.spec_id, old


def test_the_id_is_stable() -> None:
    # Pinned: results are stored under it.
    table = {"schema": 1, "columns": {"é": {"range": [0.0, 1.5]}}}
    text = rb'{"columns":{"\u00e9":{"range":[0,1.5]}},"schema":1}'
    assert hashlib.blake2b(text, digest_size=8).hexdigest() == "d1fa73e9a10397e1"
    assert load_spec(table).spec_id == "d1fa73e9a10397e1"


def test_the_schema_file_is_up_to_date() -> None:
    assert SCHEMA_PATH.read_text(encoding="utf-8") == schema_text(), (
        "write it anew with `python -m tallystick.spec.schema`"
    )


def test_the_schema_knows_every_key() -> None:
    schema = spec_json_schema()
    assert schema["additionalProperties"] is False
    assert {name: set(one["properties"]) for name, one in schema["$defs"].items()} == {
        "Model": {"name", "version", "owner", "runbook"},
        "Log": {"time", "id", "unit", "ignore"},
        "Score": {"column", "columns", "threshold", "costs", "gap_interval", "tolerance"},
        "Costs": {"false_positive", "false_negative", "true_positive", "true_negative"},
        "ScoreTolerance": {*vocabulary.DEFAULT_TOLERANCES, *vocabulary.OUTCOME_TOLERANCES},
        "Label": {"column", "kind", "positive", "quantiles", "mature_after", "minimum_coverage"},
        "Tolerance": set(vocabulary.DEFAULT_TOLERANCES),
        "Sampling": {"column", "rates"},
        "Reference": {"path"},
        "Alerts": {"page", "false_pages"},
        "Column": {
            "role",
            "kind",
            "binning",
            "range",
            "bins",
            "categories",
            "max_categories",
            "tolerance",
            "decide",
            "also_named",
            "page",
        },
    }


def test_the_vocabulary_agrees_with_itself() -> None:
    assert set(vocabulary.TOLERANCE_OF.values()) == set(vocabulary.DEFAULT_TOLERANCES)
    assert set(vocabulary.TOLERANCE_OF) <= set(vocabulary.METRICS)
    assert set(vocabulary.DEFAULT_PAGE) <= set(vocabulary.METRICS)
    assert not set(vocabulary.METRICS) & set(vocabulary.LATER_METRICS)
    used = {name for names in vocabulary.TOLERANCES_BY_KIND.values() for name in names}
    assert used == set(vocabulary.DEFAULT_TOLERANCES)
