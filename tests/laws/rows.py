"""One table with everything awkward in it, and the plan that it is counted under."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

import tallystick as ts

ROWS = 3_000
SAMPLED = 900
WORDS = ["ash", "beech", "cedar", "Ödland", "", "elm"]
SPEC = {
    "schema": 1,
    "log": {"time": "at"},
    "score": {"column": "score"},
    "segments": ["region", "grade"],
    "columns": {
        "i64": {"binning": [-(2**63), -1, 0, 1, 2**53, 2**53 + 1, 2**53 + 2]},
        "u64": {"binning": [1, 2**53, 2**53 + 1, 2**63, 2**64 - 1]},
        "amount": {"binning": "log_linear"},
        "even": {"binning": "uniform", "range": [-1, 1], "bins": 7},
    },
}
INTEGERS = {
    name: getattr(pa, name)() for name in ("int8", "int16", "int32", "uint8", "uint16", "uint32")
}
AWKWARD = [
    *(0.0, -0.0, 5e-324, -5e-324, 2.2250738585072014e-308, 1e308, -1e308, 1.5e308),
    *(np.inf, -np.inf, np.nan, 1e-300, 0.1, float(np.float32(0.1)), 2.0**53, 1e15 + 0.25),
]


def holes(random, values, kind, share=0.1):
    """The values as an array of that type, some of them null."""
    return pa.array(values, kind, mask=random.random(len(values)) < share, from_pandas=False)


def floats(random, rows):
    """Normal values, one in ten of them awkward."""
    values = random.normal(size=rows)
    places = random.random(rows) < 0.1
    values[places] = random.choice(AWKWARD, places.sum())
    return values


def build(seed: int, rows: int = ROWS) -> pa.Table:
    """Rows of every supported type, with nulls, extremes and unseen categories."""
    random = np.random.default_rng(seed)
    wide = np.array([-(2**63), 2**63 - 1, 2**53, 2**53 + 1, -1, 0, 1])
    high = np.array([0, 2**53, 2**53 + 1, 2**63, 2**64 - 1], np.uint64)
    words = np.array([*WORDS, *(f"new {i}" for i in range(40))])
    text = random.choice(words, rows)
    # What a plan of the first rows has not seen.
    unseen = (np.arange(rows) >= SAMPLED) & (random.random(rows) < 0.2)
    text[unseen] = random.choice(["late 1", "late 2", "late 3"], unseen.sum())
    narrow = {
        name: holes(random, random.integers(0, 120, rows), kind) for name, kind in INTEGERS.items()
    }
    with np.errstate(over="ignore"):
        single = floats(random, rows).astype(np.float32)
    return pa.table(
        {
            "at": holes(random, random.integers(0, 9 * 86_400, rows), pa.timestamp("s"), 0.02),
            "region": holes(random, random.choice(WORDS[:3], rows), pa.string()),
            "grade": holes(random, text, pa.string()),
            "score": holes(random, random.random(rows), pa.float64()),
            "f64": holes(random, floats(random, rows), pa.float64()),
            "f32": holes(random, single, pa.float32()),
            "amount": holes(random, floats(random, rows), pa.float64()),
            "even": holes(random, floats(random, rows), pa.float64()),
            "i64": holes(random, random.choice(wide, rows), pa.int64()),
            "u64": holes(random, random.choice(high, rows), pa.uint64()),
            "flag": holes(random, random.random(rows) < 0.3, pa.bool_()),
            "word": holes(random, text, pa.string()),
            "code": holes(random, text, pa.string()).dictionary_encode(),
            "day": holes(random, random.integers(-400, 400, rows).astype(np.int32), pa.date32()),
            "seen": holes(random, random.integers(0, 10**15, rows), pa.timestamp("us")),
            "tick": holes(random, random.integers(0, 10**18, rows), pa.timestamp("ns")),
            **narrow,
        }
    )


TABLE = build(1)
PLAN = ts.Plan.fit(TABLE.slice(0, SAMPLED), spec=SPEC)


def count(data, *, plan=PLAN, window="1d", **reading) -> ts.Profile:
    """The profile of the data under one plan, by day and by segment."""
    return ts.profile(data, plan=plan, window=window, **reading)
