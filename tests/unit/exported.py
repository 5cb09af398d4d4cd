"""Reports of each status, to be written to files."""

from __future__ import annotations

import numpy as np

import tallystick as ts

SPEC = {
    "schema": 1,
    "model": {
        "name": "churn",
        "version": "v14",
        "owner": "growth",
        "runbook": "https://runbooks.example/churn",
    },
    "segments": ["city"],
}


def rows(count: int, shift: float = 0.0, missing: float = 0.0, seed: int = 5) -> dict:
    random = np.random.default_rng(seed)
    fare = random.gamma(2.0, 9.0, count) + shift
    fare[random.random(count) < missing] = np.nan
    return {
        "fare": fare,
        "plan": random.choice(["free", "pro"], count),
        "city": random.choice(["oslo", "bern"], count, p=[0.99, 0.01]),
    }


def report_of(status: str) -> ts.Comparison:
    """A report with this status; parts of it are open in all but the smallest."""
    now = {
        "ok": rows(40_000, seed=6),
        "alert": rows(20_000, shift=9.0, missing=0.2, seed=6),
        "undetermined": rows(60, seed=6),
    }[status]
    report = ts.compare(reference=rows(40_000), current=now, spec=SPEC)
    assert report.status == status
    return report


def wide_report(instruments: int) -> ts.Comparison:
    """As many instruments with long names: half of them beyond tolerance, half not judged."""
    names = [f"@{i:04}|" + "`<@|$:#" * 8 for i in range(instruments)]
    open_ = {name: [1] * 1000 for name in names[instruments // 2 :]}
    before = {name: [1, 2] * 500 for name in names[: instruments // 2]}
    now = {name: [1, 1] * 500 for name in before}
    return ts.compare(reference=before | open_, current=now | open_)
