"""What is counted of scores and labels is a function of the rows, and adds up."""

from __future__ import annotations

import datetime as dt
from functools import reduce
from operator import add

import numpy as np
import pyarrow as pa
import pytest

import tallystick as ts

SPEC = {
    "schema": 1,
    "log": {"time": "at"},
    "score": {"column": "p", "threshold": [0.35, 1 / 3]},
    "label": {"column": "y", "positive": "yes", "mature_after": "5d"},
    "segments": ["region"],
}
DAYS, ROWS = 12, 30_000
AS_OF = "2026-03-13"


def table(seed: int) -> pa.Table:
    random = np.random.default_rng(seed)
    score = random.beta(0.5, 3, ROWS)
    odd = random.integers(0, 200, ROWS)
    score[odd == 0], score[odd == 1], score[odd == 2] = np.nan, 1.5, 0.0
    label = np.where(random.random(ROWS) < score, "yes", "no").astype(object)
    label[random.random(ROWS) < 0.2] = None
    label[odd == 3] = "perhaps"
    start = dt.datetime(2026, 3, 1)
    minutes = random.integers(0, DAYS * 1440, ROWS)
    return pa.table(
        {
            "at": [start + dt.timedelta(minutes=int(one)) for one in minutes],
            "p": pa.array(score, mask=odd == 4),
            "y": label,
            "region": random.choice(["north", "south", "east"], ROWS),
        }
    )


@pytest.fixture(scope="module")
def whole():
    rows = table(1)
    # Categories in the order of the first rows, so that "perhaps" may be one or not.
    plan = ts.Plan.fit(rows.filter(pa.compute.not_equal(rows["y"], "perhaps")), spec=SPEC)
    return rows, plan, counted(rows, plan).to_bytes()


def counted(rows: pa.Table, plan: ts.Plan, threads: int = 1) -> ts.Profile:
    return ts.profile(rows, plan=plan, spec=SPEC, window="1d", as_of=AS_OF, threads=threads)


def test_any_order_chunking_and_number_of_threads(whole):
    rows, plan, expected = whole
    order = np.random.default_rng(2).permutation(ROWS)
    assert counted(rows.take(order), plan).to_bytes() == expected
    chunks = pa.Table.from_batches(rows.to_batches(max_chunksize=777))
    assert counted(chunks, plan).to_bytes() == expected
    assert counted(rows, plan, threads=3).to_bytes() == expected


def test_days_segments_and_shards_add_up(whole):
    rows, plan, expected = whole
    days = pa.compute.day(rows["at"])
    by_day = [rows.filter(pa.compute.equal(days, day)) for day in range(1, DAYS + 1)]
    by_region = [
        rows.filter(pa.compute.equal(rows["region"], one)) for one in ("north", "south", "east")
    ]
    shards = [rows.slice(start, 4_321) for start in range(0, ROWS, 4_321)]
    for parts in (by_day, by_region, shards):
        total = reduce(add, [counted(part, plan) for part in parts])
        assert total.to_bytes() == expected


def test_a_score_and_its_cast_to_f32_are_counted_by_their_true_value(whole):
    rows, plan, _ = whole
    narrow = rows.set_column(1, "p", rows["p"].cast(pa.float32()))
    widened = rows.set_column(1, "p", narrow["p"].cast(pa.float64()))
    assert counted(narrow, plan).to_bytes() == counted(widened, plan).to_bytes()


@pytest.mark.parametrize("kind", [pa.dictionary(pa.int32(), pa.string()), pa.large_string()])
def test_a_label_is_its_text(whole, kind):
    rows, plan, expected = whole
    assert counted(rows.set_column(2, "y", rows["y"].cast(kind)), plan).to_bytes() == expected


def test_what_is_set_apart_is_told(whole):
    rows, plan, _ = whole
    profile = counted(rows, plan)
    report = ts.compare(reference=profile, current=profile, spec=SPEC)
    young = pa.compute.greater(rows["at"], pa.scalar(dt.datetime(2026, 3, 8))).to_pylist()
    texts, scores = rows["y"].to_pylist(), rows["p"].to_pylist()
    mature = [text for text, one in zip(texts, young, strict=True) if not one]
    labelled = sum(text in ("yes", "no") for text in mature)
    row = report["y"]["label_coverage"]
    assert row.n_current == len(mature)
    assert row.current_value == pytest.approx(labelled / len(mature), abs=1e-15)
    usable = [
        text == "yes"
        for text, score, one in zip(texts, scores, young, strict=True)
        if not one and text in ("yes", "no") and score is not None and 0 <= score <= 1
    ]
    assert report["p"]["brier"].n_current == len(usable)
    assert report["y"]["positive_rate"].current_value == pytest.approx(np.mean(usable), abs=1e-15)
