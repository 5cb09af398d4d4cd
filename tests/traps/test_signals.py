"""Drift that is easily hidden, and differences that only look like drift."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import tallystick as ts


def verdicts(report) -> dict[tuple[str, str], str]:
    return {(m.instrument, m.metric): m.status for m in report.measurements if m.decides}


@pytest.mark.parametrize("where", ["reference", "current", "both"])
@pytest.mark.parametrize("seed", [1, 2])
def test_one_outlier_does_not_hide_a_shift_of_one_deviation(where, seed):
    """Equal-width bins from -4 to 1e6 would hold everything in one of them."""
    random = np.random.default_rng(seed)
    reference, current = random.normal(0, 1, 20_000), random.normal(1, 1, 20_000)
    if where != "current":
        reference[7] = 1e6
    if where != "reference":
        current[7] = 1e6
    report = ts.compare(reference={"x": reference}, current={"x": current})
    drift = report["x"]["psi_corrected"]
    assert drift.status == "alert"
    # The distance of N(0, 1) from N(1, 1) is 2 Phi(1/2) - 1; 5 sigma of sampling on each side.
    distance = report["x"]["ks"]
    chance = 5 * np.sqrt(2 * 0.25 / 20_000)
    assert distance.lower - chance < 0.38292 < distance.upper + chance
    assert distance.upper - distance.lower < 0.02
    # In nats it is 1 for the densities, and a little less in groups.
    assert 0.7 < report["x"]["psi"].value <= 1.05


@pytest.mark.parametrize("offset", [0.0, 1e6, 1e7, 1e8, 1e9, 1e12])
def test_a_shift_of_one_deviation_far_from_zero(offset):
    """All of it in one rounding class of f32, or in a few: an amount in cents, a clock."""
    random = np.random.default_rng(15)
    reference = ts.profile({"x": offset + random.normal(0, 1, 20_000)})
    current = ts.profile({"x": offset + random.normal(1, 1, 20_000)}, plan=reference.plan)
    assert reference.coarse == []
    row = ts.compare(reference=reference, current=current)["x"]
    assert row["psi_corrected"].status == "alert"
    assert row["ks"].upper - row["ks"].lower < 0.02


def test_one_outlier_alone_is_no_drift():
    random = np.random.default_rng(3)
    reference, current = random.normal(size=(2, 20_000))
    current[0] = 1e6
    report = ts.compare(reference={"x": reference}, current={"x": current})
    assert report.status == "ok"
    assert ts.profile({"x": current})["x"]["maximum"] == 1e6


@pytest.mark.parametrize("kind", [pa.float64(), pa.int64(), pa.string(), pa.bool_(), pa.date32()])
def test_half_a_column_turned_null_alerts(kind):
    random = np.random.default_rng(4)
    numbers = pa.array(random.integers(0, 2, 4_000).astype(np.int32))
    values = numbers.cast(kind)
    half = pa.array(values.to_pylist(), kind, mask=np.arange(4_000) % 2 == 0)
    report = ts.compare(reference={"x": values}, current={"x": half})
    missing = report["x"]["missing_share"]
    assert (missing.status, missing.value, missing.severity) == ("alert", 0.5, "page")
    assert report.status == "alert"


def test_two_hundredths_of_a_deviation_are_significant_and_harmless():
    random = np.random.default_rng(5)
    reference = ts.profile({"x": random.normal(size=200_000)})
    current = ts.profile({"x": random.normal(0.02, 1, 200_000)}, plan=reference.plan)
    drift = ts.compare(reference=reference, current=current)["x"]["psi_corrected"]
    assert drift.p_value < 1e-6
    assert (drift.status, drift.reason) == ("ok", "within_tolerance")
    assert drift.ci_upper < drift.tolerance


def test_a_category_nobody_has_seen_alerts():
    reference = {"x": ["a", "b"] * 2_000}
    current = {"x": ["a", "b", "a", "c"] * 1_000}
    report = ts.compare(reference=reference, current=current)
    assert report["x"]["other_share"].status == "alert"
    assert report["x"]["other_share"].value == 0.25
    assert report["x"]["psi_corrected"].status == "alert"


def test_a_drift_in_one_segment_that_the_total_hides():
    random = np.random.default_rng(6)
    side = random.random(40_000) < 0.05
    spec = {"schema": 1, "segments": ["g"]}
    reference = {"g": np.where(side, "small", "large").tolist(), "x": random.normal(size=40_000)}
    current = {"g": reference["g"], "x": random.normal(size=40_000) + 1.5 * side}
    report = ts.compare(reference=reference, current=current, spec=spec)
    assert report["x"]["psi_corrected"].status == "ok"
    assert report["x", "g=small"]["psi_corrected"].status == "alert"
    assert report["x", "g=large"]["psi_corrected"].status == "ok"
    assert report.status == "alert"


@pytest.mark.parametrize("rows", [2_000, 200_000])
@pytest.mark.parametrize(
    "draw",
    [
        lambda g, n: g.normal(size=n),
        lambda g, n: g.lognormal(0, 3, n),
        lambda g, n: g.uniform(1000, 1001, n),
        lambda g, n: g.integers(0, 50, n) / 10,
        lambda g, n: g.choice([0.1, 0.2, 0.3], n),
        lambda g, n: g.gamma(2.0, 9.0, n).round(2),
        lambda g, n: np.where(g.random(n) < 0.3, 0.7, g.random(n)),
        lambda g, n: g.normal(size=n) * 1e-30,
    ],
    ids=["normal", "lognormal", "dense", "tenths", "three", "cents", "atom", "small"],
)
def test_training_in_f64_and_serving_in_f32(draw, rows):
    values = draw(np.random.default_rng(7), rows)
    reference = ts.profile({"x": values})
    current = ts.profile({"x": values.astype(np.float32)}, plan=reference.plan)
    assert counts(reference) == counts(current)
    row = ts.compare(reference=reference, current=current)["x"]
    assert (row["psi"].value, row["ks"].value, row["total_variation"].value) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("decimals", [1, 2, 3])
def test_scores_in_f64_and_f32(decimals):
    """Scores are often rounded, and 0.7 in f32 lies below 0.7."""
    scores = np.random.default_rng(8).random(20_000).round(decimals)
    spec = {"schema": 1, "score": {"column": "p"}}
    reference = ts.profile({"p": scores}, spec=spec)
    current = ts.profile({"p": scores.astype(np.float32)}, plan=reference.plan)
    report = ts.compare(reference=reference, current=current)
    assert report.status == "ok"
    # Up to 256 distinct scores have cells of their own; of more, one may lie beside a group's end.
    most = 0.0 if decimals < 3 else 1e-3
    assert report["p"]["psi"].value <= most


def test_fractions_as_categories_in_f64_and_f32():
    values = np.random.default_rng(9).choice([0.1, 0.2, 2.5, 3.0, 1e-3], 5_000)
    spec = {"schema": 1, "columns": {"x": {"kind": "categorical"}}}
    reference = ts.profile({"x": values}, spec=spec)
    current = ts.profile({"x": values.astype(np.float32)}, plan=reference.plan)
    assert counts(reference) == counts(current)


def test_numbers_that_differ_are_categories_that_differ():
    """A fraction is shortened to what f32 keeps, but never into another number of the data."""
    spec = {"schema": 1, "columns": {"x": {"kind": "categorical"}}}
    for pair in ([123456789.5, 123456790.0], [16777217.5, 16777218.0]):
        assert ts.profile({"x": pair}, spec=spec)["x"]["categories"] == 2


def counts(profile) -> list[tuple[str, str, int]]:
    table = profile.to_arrow().to_pylist()
    return [(row["instrument"], row["cell"], row["rows"]) for row in table]


@pytest.mark.parametrize("share", [0.02, 0.4])
def test_null_against_nan_is_no_drift(share):
    random = np.random.default_rng(10)
    values = random.normal(size=5_000)
    gone = random.random(5_000) < share
    nulls = pa.array(values, mask=gone)
    nans = pa.array(np.where(gone, np.nan, values))
    reference = ts.profile({"x": nulls})
    current = ts.profile({"x": nans}, plan=reference.plan)
    assert reference["x"]["null"] == current["x"]["nan"] == gone.sum()
    report = ts.compare(reference=reference, current=current)
    assert report.status == "ok"
    assert report["x"]["psi"].value == 0.0
    assert report["x"]["missing_share"].value == 0.0


def test_infinity_is_not_missing():
    values = np.random.default_rng(12).normal(size=5_000)
    endless = np.where(np.arange(5_000) % 4 == 0, np.inf, values)
    report = ts.compare(reference={"x": values}, current={"x": endless})
    assert report["x"]["missing_share"].value == 0.0
    assert report["x"]["psi_corrected"].status == "alert"


def test_the_largest_double_as_a_sentinel():
    """Libraries write DBL_MAX for "none": it is a value like any other."""
    random = np.random.default_rng(13)
    biggest = np.finfo(np.float64).max
    for sentinel in (biggest, -biggest):
        reference = np.where(random.random(5_000) < 0.1, sentinel, random.normal(size=5_000))
        current = np.where(random.random(5_000) < 0.1, sentinel, random.normal(size=5_000))
        report = ts.compare(reference={"x": reference}, current={"x": current})
        # No edge fits between it and the end of the line, so its cell may hide something.
        row = report["x"]["psi_corrected"]
        assert row.status == "ok" or row.reason == "coarse_binning"
        absent = random.normal(size=5_000)
        assert ts.compare(reference={"x": reference}, current={"x": absent}).status == "alert"
    alone = ts.profile({"x": [biggest] * 10})
    assert alone["x"]["maximum"] == biggest


def test_a_fifth_of_the_rows_at_one_value_moved_to_another():
    random = np.random.default_rng(14)
    spike = random.random(20_000) < 0.2
    reference = np.where(spike, 0.0, random.normal(size=20_000))
    current = np.where(spike, 0.001, random.normal(size=20_000))
    report = ts.compare(reference={"x": reference}, current={"x": current})
    # The two values are neighbours: only a cell of its own for the atom tells them apart.
    assert 0.19 < report["x"]["ks"].lower <= report["x"]["ks"].upper < 0.24
