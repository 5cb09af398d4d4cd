"""Quantiles in a spec and in a plan."""

from __future__ import annotations

import pytest

import tallystick as ts
from tallystick.errors import CorruptStateError, MissingColumnError, SpecError

LABEL = {"column": "y", "quantiles": {"p10": 0.1, "p90": 0.9}}
SPEC = {"schema": 1, "score": {"column": "p"}, "label": LABEL}
ROWS = {
    "p": [2.0, 4.0, 6.0] * 50,
    "y": [1, 4, 8] * 50,
    "p10": [1.0, 3.0, 5.0] * 50,
    "p90": [3.0, 5.0, 7.0] * 50,
}


def test_the_plan_reads_quantiles_as_scores():
    profile = ts.profile(ROWS, spec=SPEC)
    plan = profile.plan
    told = {"score": "p", "label": "y", "kind": "number", "quantiles": LABEL["quantiles"]}
    assert plan.outcomes == [told]
    assert {c["name"]: (c["role"], c["kind"]) for c in plan.columns} == {
        "p": ("score", "numeric"),
        "y": ("label", "numeric"),
        "p10": ("score", "numeric"),
        "p90": ("score", "numeric"),
    }
    assert ts.Plan.from_bytes(plan.to_bytes()) == plan
    assert ts.Profile.from_bytes(profile.to_bytes()) == profile


def test_other_quantiles_make_another_plan():
    def plan(quantiles):
        label = {"column": "y", "kind": "number"}
        label |= {"quantiles": quantiles} if quantiles else {}
        columns = {name: {"role": "feature"} for name in ("p10", "p90")}
        spec = SPEC | {"label": label} | ({} if quantiles else {"columns": columns})
        return ts.Plan.fit(ROWS, spec=spec)

    plans = [{"p10": 0.1, "p90": 0.9}, {"p10": 0.2, "p90": 0.9}, {"p10": 0.1}, None]
    assert len({plan(quantiles).plan_id for quantiles in plans}) == 4
    swapped = plan({"p90": 0.9, "p10": 0.1})
    assert swapped == plan(plans[0])


def test_damage_is_refused():
    whole = ts.profile(ROWS, spec=SPEC).to_bytes()
    for place in range(0, len(whole), max(1, len(whole) // 200)):
        damaged = bytearray(whole)
        damaged[place] ^= 0x55
        with pytest.raises(CorruptStateError):
            ts.Profile.from_bytes(bytes(damaged))


def test_a_plan_with_an_absent_quantile_still_counts():
    reference = ts.profile(ROWS, spec=SPEC)
    rest = {name: values for name, values in ROWS.items() if name != "p90"}
    current = ts.profile(rest | {"p90": [None] * 150}, spec=SPEC, plan=reference.plan)
    row = ts.compare(reference=reference, current=current)["p"]["interval_coverage"]
    assert (row.value, row.status, row.reason) == (None, "undetermined", "no_values")


WRONG = [
    ({"quantiles": {}}, "label.quantiles"),
    ({"quantiles": {"p10": 0.0}}, "label.quantiles.p10"),
    ({"quantiles": {"p10": 1.0}}, "label.quantiles.p10"),
    ({"quantiles": {"p10": "0.1"}}, "label.quantiles.p10"),
    ({"quantiles": {f"q{i}": i / 20 for i in range(1, 18)}}, "label.quantiles"),
    ({"quantiles": {"p10": 0.1, "p90": 0.1}}, "label.quantiles.p90"),
    ({"quantiles": {"y": 0.1}}, "label.quantiles.y"),
    ({"quantiles": {"p10": 0.1}, "kind": "class"}, "label.quantiles"),
    ({"quantiles": {"p10": 0.1}, "positive": "a"}, "label.quantiles"),
]


@pytest.mark.parametrize(("label", "key"), WRONG)
def test_what_is_no_quantile_is_refused(label, key):
    with pytest.raises(SpecError) as refused:
        ts.load_spec(SPEC | {"label": {"column": "y"} | label})
    assert key in {problem.key for problem in refused.value.problems}


def test_an_interval_has_two_ends():
    tolerated = {"column": "p", "tolerance": {"interval_coverage": 0.1}}
    ts.load_spec(SPEC | {"score": tolerated})
    for few in ({}, {"quantiles": {"a": 0.5}}):
        with pytest.raises(SpecError, match="two of label"):
            ts.load_spec(SPEC | {"score": tolerated, "label": {"column": "y"} | few})


def test_a_quantile_must_be_in_the_data():
    rest = {name: values for name, values in ROWS.items() if name != "p90"}
    with pytest.raises(MissingColumnError, match="p90"):
        ts.profile(rest, spec=SPEC)


def test_an_alert_says_whether_intervals_are_narrow():
    shifted = ROWS | {"y": [9, 9, 9] * 50}
    report = ts.compare(reference=ROWS, current=shifted, spec=SPEC)
    assert report["p"]["interval_coverage"].status == "alert"
    text = str(report)
    assert "p interval" in text
    assert "too narrow" in text
