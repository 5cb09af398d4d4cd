"""Logs of which only some rows were kept: a kept row counts for those it stands for."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import tallystick as ts
from tallystick.errors import MergeError, SpecError

KEPT = 0.125  # An eighth, so that a weight of 8 is exact.
EXACT = ["brier", "ece", "log_loss", "accuracy", "precision", "recall"]
SPEC = {
    "schema": 1,
    "score": {"column": "p", "threshold": 0.35},
    "label": {"column": "y"},
    "sampling": {"column": "kind", "rates": {"kept": KEPT, "all": 1.0}},
}


def rows(seed: int, count: int = 20_000) -> pa.Table:
    """Positives all kept, negatives one in eight."""
    random = np.random.default_rng(seed)
    score = random.beta(1, 8, count)
    label = random.random(count) < score
    kind = np.where(label, "all", "kept")
    return pa.table({"p": score, "y": label, "kind": kind})


def whole(sampled: pa.Table) -> pa.Table:
    """The log that the sampled one stands for, had it kept eight of the same each time."""
    kept = sampled.filter(pa.compute.equal(sampled["kind"], "kept"))
    return pa.concat_tables([sampled, *[kept] * 7])


def compared(current: pa.Table, spec: dict) -> ts.Comparison:
    reference = ts.profile(current, spec=spec)
    return ts.compare(reference=reference, current=reference)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_weighted_rows_are_as_good_as_all_of_them(seed):
    sampled = rows(seed)
    unsampled = {key: value for key, value in SPEC.items() if key != "sampling"}
    part = compared(sampled, SPEC)["p"]
    full = compared(whole(sampled), unsampled)["p"]
    for metric in EXACT:
        assert part[metric].current_value == pytest.approx(
            full[metric].current_value, rel=1e-10, abs=1e-12
        ), metric
    for metric in ["selection_rate_ratio"]:
        assert part[metric].reference_value == pytest.approx(
            full[metric].reference_value, rel=1e-12
        )
    # Cells of strata are coarser: the change of the same rows is 0 within its bracket.
    assert part["auc"].lower <= 0 <= part["auc"].upper
    assert part["auc"].current_value == pytest.approx(full["auc"].current_value, abs=0.01)


def test_fewer_rows_say_less():
    """The interval is Kish's: wider than that of the log it stands for, of which rows are left."""
    sampled = rows(4)
    unsampled = {key: value for key, value in SPEC.items() if key != "sampling"}
    part = compared(sampled, SPEC)["p"]["ece_debiased"]
    full = compared(whole(sampled), unsampled)["p"]["ece_debiased"]
    assert part.ci_upper > full.ci_upper


def test_other_rates_are_another_plan():
    sampled = rows(5)
    other = {**SPEC, "sampling": {"column": "kind", "rates": {"kept": 0.5, "all": 1.0}}}
    one, two = ts.profile(sampled, spec=SPEC), ts.profile(sampled, spec=other)
    with pytest.raises(MergeError, match="kind"):
        one + two
    row = ts.compare(reference=one, current=two)["p"]["calibration"]
    assert (row.status, row.reason) == ("undetermined", "plan_changed")
    assert ts.Plan.from_bytes(one.plan.to_bytes()) == one.plan
    assert (one + one).to_bytes() == ts.Profile.from_bytes((one + one).to_bytes()).to_bytes()


def test_a_stratum_without_a_rate_is_not_weighed():
    sampled = rows(6)
    kind = pa.array(["all"] * 19_999 + ["new"])
    current = sampled.set_column(2, "kind", kind)
    reference = ts.profile(sampled, spec=SPEC)
    report = ts.compare(reference=reference, current=current)
    row = report["p"]["calibration"]
    assert (row.status, row.reason) == ("undetermined", "unknown_stratum")
    assert report.status != "ok"


@pytest.mark.parametrize("rates", [{}, {"a": 0.0}, {"a": 1.5}, {"a": "1"}, {"a": -0.1}])
def test_rates_are_shares(rates):
    with pytest.raises(SpecError):
        ts.Plan.fit(rows(7, 100), spec={**SPEC, "sampling": {"column": "kind", "rates": rates}})


def test_intervals_count_what_was_kept_not_what_it_stands_for():
    """Selection and base rate of the sampled log: no narrower than its own rows allow."""
    sampled = rows(8)
    part = compared(sampled, SPEC)
    rate = part["y"]["positive_rate"]
    assert rate.current_value == pytest.approx(
        compared(
            whole(sampled),
            {**SPEC, "sampling": {"column": "kind", "rates": {"kept": 1.0, "all": 1.0}}},
        )["y"]["positive_rate"].current_value,
        rel=1e-12,
    )
    assert rate.n_current <= sampled.num_rows
    ratio = part["p"]["selection_rate_ratio"]
    assert ratio.n_current <= sampled.num_rows
    unlabelled = sampled.set_column(1, "y", pa.nulls(sampled.num_rows, pa.bool_()))
    plan = ts.profile(sampled, spec=SPEC)
    bare = ts.compare(reference=plan, current=ts.profile(unlabelled, plan=plan.plan, spec=SPEC))
    assert bare["p"]["selection_rate_ratio"].n_current <= sampled.num_rows
