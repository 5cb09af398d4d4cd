"""Identity is per column, and of the counting alone."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import tallystick as ts
from laws.rows import PLAN, SAMPLED, SPEC, TABLE
from tallystick.errors import TallystickError

SAMPLE = TABLE.slice(0, SAMPLED)


def ids(plan) -> dict[str, str]:
    return {column["name"]: column["binning_id"] for column in plan.columns}


def test_the_order_of_columns_does_not_matter():
    turned = SAMPLE.select(SAMPLE.column_names[::-1])
    spec = {
        **SPEC,
        "columns": dict(reversed(SPEC["columns"].items())),
        "segments": ["grade", "region"],
    }
    assert ts.Plan.fit(turned, spec=spec).to_bytes() == PLAN.to_bytes()


def test_the_order_of_rows_does_not_matter():
    order = np.random.default_rng(3).permutation(SAMPLED)
    assert ts.Plan.fit(SAMPLE.take(order), spec=SPEC).plan_id == PLAN.plan_id


@pytest.mark.parametrize(
    "more",
    [
        {"model": {"name": "m", "version": "3", "owner": "o", "runbook": "https://example.org"}},
        {"hypothesis": "nothing changes"},
        {"alerts": {"page": ["psi"], "false_pages": "1 per 30 days"}},
        {"reference": {"path": "somewhere.tally"}},
        {"score": {"column": "score", "tolerance": {"psi": 0.5}}},
        {"columns": {**SPEC["columns"], "f64": {"tolerance": {"psi": 0.3, "missing_share": 0.2}}}},
        {"columns": {**SPEC["columns"], "f64": {"decide": "ks", "page": True}}},
        {"columns": {**SPEC["columns"], "f64": {"also_named": ["double"]}}},
    ],
    ids=lambda more: "-".join(more),
)
def test_tolerances_owners_and_paths_are_not_hashed(more):
    plan = ts.Plan.fit(SAMPLE, spec={**SPEC, **more})
    assert plan.plan_id == PLAN.plan_id
    assert ids(plan) == ids(PLAN)


def test_roles_are_hashed_and_do_not_change_the_binning():
    plan = ts.Plan.fit(SAMPLE, spec={**SPEC, "segments": ["region"]})
    assert plan.plan_id != PLAN.plan_id
    assert ids(plan) == ids(PLAN)
    assert plan.differences(PLAN) == ["grade"]


def test_a_columns_identity_does_not_depend_on_its_neighbours():
    for column in ("f64", "int32", "word", "flag", "seen", "f32"):
        alone = ts.Plan.fit(SAMPLE.select([column]))
        assert ids(alone)[column] == ids(PLAN)[column]


def test_a_columns_identity_does_not_depend_on_its_name():
    plan = ts.Plan.fit(pa.table({"a": SAMPLE["score"], "b": SAMPLE["score"]}))
    assert len(set(ids(plan).values())) == 1


def test_extending_keeps_what_is_there():
    narrow = ts.Plan.fit(SAMPLE.select(["f64", "word"]))
    wider = narrow.extend(SAMPLE, columns=["int32", "flag"])
    assert ids(narrow).items() <= ids(wider).items()
    assert sorted(ids(wider)) == ["f64", "flag", "int32", "word"]
    assert wider.plan_id != narrow.plan_id
    assert wider.differences(narrow) == narrow.differences(wider) == ["flag", "int32"]
    in_two_steps = narrow.extend(SAMPLE, columns=["flag"]).extend(SAMPLE, columns=["int32"])
    assert in_two_steps.to_bytes() == wider.to_bytes()
    with pytest.raises(TallystickError):
        wider.extend(SAMPLE, columns=["flag"])


def drifting(shift: float) -> pa.Table:
    random = np.random.default_rng(11)
    return pa.table(
        {
            "old": random.normal(shift, 1, 20_000),
            "text": random.choice(["a", "b", "c"], 20_000),
            "new": random.normal(size=20_000),
            "side": random.choice(["left", "right"], 20_000),
        }
    )


def test_a_profile_under_an_extended_plan_still_compares_on_the_old_columns():
    before = ts.profile(drifting(0.0).select(["old", "text"]))
    plan = before.plan.extend(drifting(0.0), columns=["new"])
    for shift, status in ((0.0, "ok"), (1.0, "alert")):
        after = ts.profile(drifting(shift), plan=plan)
        report = ts.compare(reference=before, current=after)
        assert report.status == status
        assert report["old"]["psi_corrected"].status == status
        assert report["text"]["psi_corrected"].status == "ok"
        assert [m.reason for m in report["new"]] == ["new_column"]
        # The other way round the column is missing, and that is told.
        back = ts.compare(reference=after, current=before)
        assert back["new"]["schema"].reason == "missing_column"
        assert back["old"]["psi_corrected"].status == status


def test_segments_are_still_compared_under_an_extended_plan():
    spec = {"schema": 1, "segments": ["side"]}
    narrow = drifting(0.0).select(["old", "side"])
    before = ts.profile(narrow, spec=spec)
    after = ts.profile(drifting(1.0), plan=before.plan.extend(drifting(0.0), columns=["new"]))
    report = ts.compare(reference=before, current=after)
    assert report["old", "side=left"]["psi_corrected"].status == "alert"


def test_a_column_that_is_counted_another_way_is_told_and_not_compared():
    before = ts.profile(drifting(0.0).select(["old", "text"]))
    after = ts.profile(drifting(5.0).select(["old", "text"]))
    report = ts.compare(reference=before, current=after)
    assert report["old"]["schema"].reason == "plan_changed"
    assert "psi" not in report["old"]
    assert report["text"]["schema"].status == "ok"
    assert report["text"]["psi_corrected"].status == "ok"
    assert report.status == "undetermined"
