"""Outcomes that are numbers: one profile for one multiset of rows, whatever becomes of them."""

from __future__ import annotations

import itertools
import struct

import numpy as np
import pyarrow as pa
import pytest

import tallystick as ts
from laws.rows import AWKWARD
from tallystick.errors import CorruptStateError

ROWS = 2_000
SPEC = {
    "schema": 1,
    "log": {"time": "at"},
    "score": {"column": "eta"},
    "label": {"column": "minutes", "kind": "number", "mature_after": "1d"},
    "segments": ["region"],
}
AS_OF = "2026-03-05"


def table() -> pa.Table:
    random = np.random.default_rng(5)
    eta = random.lognormal(3, 1, ROWS)
    minutes = eta * random.lognormal(0, 0.2, ROWS)
    for column in (eta, minutes):
        places = random.random(ROWS) < 0.1
        column[places] = random.choice(AWKWARD, places.sum())
    at = np.datetime64("2026-03-01", "s") + random.integers(0, 4 * 86_400, ROWS)
    return pa.table(
        {
            "at": at,
            "eta": pa.array(eta, mask=random.random(ROWS) < 0.05, from_pandas=False),
            "minutes": pa.array(minutes, mask=random.random(ROWS) < 0.1, from_pandas=False),
            "region": random.choice(["ash", "beech", "cedar"], ROWS),
        }
    )


TABLE = table()
FIRST = ts.profile(TABLE, spec=SPEC, window="1d", as_of=AS_OF)
PLAN = FIRST.plan


def count(data, **how) -> ts.Profile:
    return ts.profile(data, spec=SPEC, plan=PLAN, window="1d", as_of=AS_OF, **how)


def test_the_plan_foretells_a_number():
    assert PLAN.outcomes == [{"score": "eta", "label": "minutes", "kind": "number"}]
    assert ts.Plan.from_bytes(PLAN.to_bytes()) == PLAN
    assert ts.Profile.from_bytes(FIRST.to_bytes()) == FIRST


@pytest.mark.parametrize("seed", range(3))
def test_any_order_and_split_gives_the_same_bytes(seed):
    random = np.random.default_rng(seed)
    mixed = TABLE.take(random.permutation(ROWS))
    assert count(mixed).to_bytes() == FIRST.to_bytes()
    cuts = [0, *sorted(random.integers(0, ROWS, 4)), ROWS]
    parts = [mixed.slice(a, b - a) for a, b in itertools.pairwise(cuts)]
    assert sum((count(part) for part in parts[1:]), count(parts[0])).to_bytes() == FIRST.to_bytes()
    chunked = pa.concat_tables(parts)
    assert count(chunked, threads=3).to_bytes() == FIRST.to_bytes()


def test_segments_hold_what_their_rows_hold():
    report = ts.compare(reference=FIRST, current=TABLE, spec=SPEC, as_of=AS_OF)
    measured = report.to_arrow().to_pylist()
    rows = {r["segment"]: r["n_current"] for r in measured if r["metric"] == "mae"}
    assert rows.pop("all") == sum(rows.values()) > 0
    assert len(rows) == 3


def test_other_labels_make_another_plan():
    halved = TABLE.set_column(2, "minutes", pa.array([7.0] * ROWS))
    other = ts.profile(halved, spec=SPEC, window="1d", as_of=AS_OF).plan
    assert "minutes" in other.differences(PLAN)


def test_damage_is_refused():
    whole = FIRST.to_bytes()
    for place in range(0, len(whole), max(1, len(whole) // 200)):
        damaged = bytearray(whole)
        damaged[place] ^= 0x55
        with pytest.raises(CorruptStateError):
            ts.Profile.from_bytes(bytes(damaged))
    (length,) = struct.unpack("<Q", whole[47:55])
    assert length == len(whole) - 63


def test_a_kept_row_counts_for_those_that_it_stands_for():
    random = np.random.default_rng(8)
    y = random.normal(50, 10, 4_000)
    p = y + random.normal(1, 3, 4_000)
    kind = np.where(y > 50, "kept", "all")
    sampled = pa.table({"p": p, "y": y, "kind": kind})
    spec = {"schema": 1, "score": {"column": "p"}, "label": {"column": "y"}}
    rates = {"column": "kind", "rates": {"kept": 0.125, "all": 1.0}}
    kept = sampled.filter(pa.compute.equal(sampled["kind"], "kept"))
    whole = pa.concat_tables([sampled, *[kept] * 7])
    part = ts.profile(sampled, spec=spec | {"sampling": rates})
    part = ts.compare(reference=part, current=part)["p"]
    full = ts.profile(whole, spec=spec)
    full = ts.compare(reference=full, current=full)["p"]
    for name in ("mae", "rmse", "bias", "r2", "mape"):
        assert part[name].current_value == pytest.approx(full[name].current_value, rel=1e-10), name
    assert part["mae"].n_current == 4_000
    # Rows that weigh differently say less than those they stand for.
    assert part["mae"].ci_upper > full["mae"].ci_upper
