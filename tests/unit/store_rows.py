"""Frames as recorders would write them."""

from __future__ import annotations

import tallystick as ts
from tallystick.storage import Frame, Heard

START = 1_699_999_800
LENGTH = 300
BASELINE = ts.profile({"age": [31, 42, 53], "plan": ["pro", "free", "pro"]})


def rows(*ages: int) -> ts.Profile:
    return ts.profile({"age": list(ages), "plan": ["pro"] * len(ages)}, plan=BASELINE.plan)


def frame(recorder: str, sequence: int, window: int, *ages: int, late: int = 0, stream: str = ""):
    start = START + window * LENGTH
    return Frame(recorder, sequence, stream, start, start + LENGTH, late, rows(*ages)._core)


def status(recorder: str, sequence: int, watermark: int | None, finished: bool = False):
    return Heard(recorder, sequence, None, watermark, finished, counters={"rows_logged": sequence})
