"""What a page says of scores, labels and decisions."""

from __future__ import annotations

import dataclasses

import numpy as np
import pyarrow as pa
import pytest
from rich.cells import cell_len

import tallystick as ts
from tallystick.rendering import to_text, words

SPEC = {
    "schema": 1,
    "segments": ["channel"],
    "score": {"column": "p_churn", "threshold": 0.5},
    "label": {"column": "churned"},
}


def customers(rows=20_000, *, seed=1, chance=None, labelled=1.0, scores=None):
    random = np.random.default_rng(seed)
    score = random.beta(2, 5, rows)
    churned = random.random(rows) < (score if chance is None else chance(score))
    known = random.random(rows) < labelled
    return {
        "p_churn": score if scores is None else scores(score),
        "churned": [bool(y) if one else None for y, one in zip(churned, known, strict=True)],
        "channel": random.choice(["app", "web"], rows),
    }


@pytest.fixture(scope="module")
def baseline():
    return ts.profile(customers(), spec=SPEC)


def page(baseline, width=100, **changes):
    current = ts.profile(customers(seed=2, **changes), plan=baseline.plan)
    text = to_text(ts.compare(reference=baseline, current=current, spec=SPEC), width)
    assert all(cell_len(line) <= width for line in text.splitlines())
    return " ".join(text.split())


def test_scores_that_are_off_say_how_and_what_mends_it(baseline):
    text = page(baseline, chance=lambda p: p * 0.5)
    assert text.startswith("ALERT")
    assert "warn p_churn calibration" in text
    assert " error 0.1" in text
    assert "recalibration mends it; of " in text
    assert "% are positive" in text


def test_a_lost_ranking_is_told_in_pairs(baseline):
    text = page(baseline, chance=lambda p: np.full(len(p), 0.28))
    assert "warn p_churn AUC" in text
    assert "a positive scores above a negative in 50." in text or "in 49." in text
    assert "a new fit is needed" in text


def test_more_selections_are_a_ratio(baseline):
    text = page(baseline, scores=lambda p: np.minimum(p * 1.3, 1.0), chance=lambda p: p * 1.3)
    assert "warn p_churn selected" in text
    assert " ratio 2" in text
    assert "of 20,000 rows are at or above the threshold" in text
    narrow = page(baseline, 80, scores=lambda p: np.minimum(p * 1.3, 1.0), chance=lambda p: p * 1.3)
    assert "of rows are at or above the threshold, against" in narrow


def test_labels_that_have_not_come_leave_the_rest_judged(baseline):
    text = page(baseline, labelled=0.0)
    assert text.startswith("UNDETERMINED")
    assert "labels p_churn calibration, p_churn AUC: no row of the current data has a label" in text
    assert "all for want of labels" in text
    assert "LABELS none yet; the scores promise 28." in text


def test_few_labels_say_how_many_are_needed(baseline):
    text = page(baseline, labelled=0.02)
    assert "labelled rows needed at tolerance 0.02" in text
    assert "of 20,000 rows, " in text
    assert "% positive, 28." in text


def test_labels_of_one_class_and_scores_outside_have_their_words(baseline):
    text = page(baseline, chance=lambda p: np.zeros(len(p)))
    assert "p_churn AUC all labels of a side are of one class" in text
    text = page(baseline, scores=lambda p: np.where(p > 0.6, p + 1, p))
    assert "outside of [0, 1] and were left out" in text


def test_a_reference_without_labels_is_named(baseline):
    random = np.random.default_rng(8)
    scores = random.random(50_000)
    spec = {"schema": 1, "score": {"column": "p"}, "label": {"column": "y"}}
    labels = random.random(50_000) < scores
    before = {"p": scores, "y": pa.nulls(50_000, pa.bool_())}
    report = ts.compare(reference=before, current={"p": scores, "y": labels}, spec=spec)
    assert report["p"]["auc"].reason == "no_labels_yet"
    assert report["p"]["ece_debiased"].status == "ok"
    assert "no row of the reference has a label" in report.to_text()


def test_what_is_within_is_measured_in_its_own_tolerance(baseline):
    text = page(baseline)
    assert text.startswith("OK")
    assert "nearest: p_churn" in text
    assert " pt of " not in text


def test_every_reason_has_words(baseline):
    row = ts.metrics.ece_debiased(score=[0.5, 0.25] * 20, label=[0, 1] * 20)
    reasons = {
        *("no_rows", "no_values", "constant", "coarse_binning", "usual_variation"),
        *("straddles_tolerance", "too_few_rows", "no_labels_yet", "low_coverage", "one_class"),
        *("scores_outside", "small_group"),
    }
    for reason in reasons:
        word, text = words.why_not(dataclasses.replace(row, reason=reason))
        assert word not in ("", "open"), reason
        assert text, reason


def test_predictions_of_numbers_have_units_not_points():
    random = np.random.default_rng(6)

    def rows(spread: float) -> dict[str, np.ndarray]:
        value = random.normal(100, 20, 5_000)
        return {"pred": value, "y": value + random.normal(2 * (spread - 1), 5 * spread, 5_000)}

    spec = {"schema": 1, "score": {"column": "pred"}, "label": {"column": "y"}}
    text = ts.compare(reference=rows(1.0), current=rows(2.0), spec=spec).to_text()
    line = next(line for line in text.splitlines() if "pred error" in line)
    assert " pt" not in line
    assert "%" not in line
    assert "below what happens; R2 " in text
