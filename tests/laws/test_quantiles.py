"""Quantiles of outcomes that are numbers: one profile for one multiset of rows."""

from __future__ import annotations

import itertools

import numpy as np
import pyarrow as pa
import pytest

import tallystick as ts
from laws.rows import AWKWARD

ROWS = 2_000
QUANTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
SPEC = {
    "schema": 1,
    "log": {"time": "at"},
    "score": {"column": "p50"},
    "label": {"column": "minutes", "quantiles": QUANTILES, "mature_after": "1d"},
    "segments": ["region"],
}
AS_OF = "2026-03-05"


def table() -> pa.Table:
    random = np.random.default_rng(6)
    minutes = random.lognormal(3, 1, ROWS)
    columns = {
        name: minutes * random.lognormal(q - 0.5, 0.4, ROWS) for name, q in QUANTILES.items()
    }
    columns["minutes"] = minutes
    for column in columns.values():
        places = random.random(ROWS) < 0.1
        column[places] = random.choice(AWKWARD, places.sum())
    nulls = {
        name: pa.array(column, mask=random.random(ROWS) < 0.1, from_pandas=False)
        for name, column in columns.items()
    }
    at = np.datetime64("2026-03-01", "s") + random.integers(0, 4 * 86_400, ROWS)
    return pa.table(nulls | {"at": at, "region": random.choice(["ash", "beech"], ROWS)})


TABLE = table()
FIRST = ts.profile(TABLE, spec=SPEC, window="1d", as_of=AS_OF)


def count(data, **how) -> ts.Profile:
    return ts.profile(data, spec=SPEC, plan=FIRST.plan, window="1d", as_of=AS_OF, **how)


@pytest.mark.parametrize("seed", range(3))
def test_any_order_and_split_gives_the_same_bytes(seed):
    random = np.random.default_rng(seed)
    mixed = TABLE.take(random.permutation(ROWS))
    assert count(mixed).to_bytes() == FIRST.to_bytes()
    cuts = [0, *sorted(random.integers(0, ROWS, 4)), ROWS]
    parts = [mixed.slice(a, b - a) for a, b in itertools.pairwise(cuts)]
    assert sum((count(part) for part in parts[1:]), count(parts[0])).to_bytes() == FIRST.to_bytes()
    assert count(pa.concat_tables(parts), threads=3).to_bytes() == FIRST.to_bytes()


def test_segments_hold_what_their_rows_hold():
    report = ts.compare(reference=FIRST, current=TABLE, spec=SPEC, as_of=AS_OF)
    for instrument, metric in [("p10", "quantile_coverage"), ("p50", "interval_coverage")]:
        told = [r for r in report.measurements if (r.instrument, r.metric) == (instrument, metric)]
        rows = {r.segment: (r.n_current, r.current_value) for r in told}
        whole, share = rows.pop("all")
        assert len(rows) == 2
        assert whole == sum(n for n, _ in rows.values()) > 0
        assert share == pytest.approx(sum(n * value for n, value in rows.values()) / whole)
