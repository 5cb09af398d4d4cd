"""Writes the golden states of the current format: `python tests/golden/make_states.py`.

Run it once when the format number rises, and commit the new file beside the old ones, which
stay for ever: what was written once must be readable always.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

import tallystick as ts
from tallystick import _core

STATES = Path(__file__).parent / "states"
SPEC = {
    "schema": 1,
    "log": {"time": "at"},
    "score": {"column": "score"},
    "segments": ["region"],
    "columns": {
        "amount": {"binning": "log_linear"},
        "id": {"binning": [-(2**63), 2**53, 2**53 + 1, 2**63 - 1]},
    },
}


def table() -> pa.Table:
    """Forty rows with one of everything the format can hold."""
    rows = range(40)
    extremes = [1e308, -1e308, 5e-324, float("inf"), float("-inf"), float("nan"), None]
    return pa.table(
        {
            "at": pa.array([86_400 * (i % 3) for i in rows], pa.timestamp("s")),
            "region": [["north", "south", None][i % 3] for i in rows],
            "score": [i / 40 for i in rows],
            "amount": [extremes[i % 7] if i < 14 else i * 1.5 for i in rows],
            "id": pa.array([2**53 + i % 3 for i in rows], pa.int64()),
            "age": [20 + i for i in rows],
            "word": [f"w{i % 5}" for i in rows],
        }
    )


def profile() -> ts.Profile:
    """The rows, some of them with categories that the plan has not seen."""
    rows = table()
    plan = ts.Plan.fit(rows, spec=SPEC)
    unseen = rows.set_column(6, "word", pa.array([f"new {i % 4}" for i in range(40)]))
    return ts.profile(rows, plan=plan, window="1d") + ts.profile(unseen, plan=plan, window="1d")


LABELS = {
    "schema": 1,
    "log": {"time": "at"},
    "score": {"column": "score", "threshold": [0.35, 1 / 3]},
    "label": {"column": "label", "positive": "yes"},
    "sampling": {"column": "kept", "rates": {"few": 0.25, "all": 1.0}},
}


def labelled() -> ts.Profile:
    """Scores with every kind of label, and some without a sensible score."""
    rows = range(60)
    odd = {3: None, 7: 1.5, 11: float("nan"), 13: -0.25, 17: 0.0, 19: 1.0}
    table = pa.table(
        {
            "at": pa.array([86_400 * (i % 3) for i in rows], pa.timestamp("s")),
            "score": [odd.get(i, i / 60) for i in rows],
            "label": [["yes", "no", None][i % 3] for i in rows],
            "kept": [["few", "all"][i % 2] for i in rows],
        }
    )
    return ts.profile(table, spec=LABELS, window="1d")


if __name__ == "__main__":
    STATES.mkdir(exist_ok=True)
    profile().save(STATES / f"profile-v{_core.FORMAT}.tally")
    profile().plan.save(STATES / f"plan-v{_core.FORMAT}.tally")
    labelled().save(STATES / f"labels-v{_core.FORMAT}.tally")
