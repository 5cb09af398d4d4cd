"""Each window of the current rows, held against the whole reference."""

from __future__ import annotations

import datetime as dt

import numpy as np

import tallystick as ts
from unit.report_cases import SPEC, customers, ordinary

# Decisions of a comparison are made together: with segments beside them these may differ.
TOGETHER = {"q_value", "status", "reason", "window_start", "window_end"}


def plain(row: dict) -> dict:
    return {name: value for name, value in row.items() if name not in TOGETHER}


def test_a_window_shows_what_it_shows_alone():
    report = ordinary()
    rows = report.by_window().to_pylist()
    assert report.by_window().schema == report.to_arrow().schema
    starts = sorted({row["window_start"] for row in rows})
    assert [start.date().isoformat() for start in starts] == report.current.windows
    for start in starts:
        alone = ts.compare(
            reference=report.reference,
            current=report.current.window(start.date().isoformat()),
            spec=SPEC,
        )
        expected = [row for row in alone.to_arrow().to_pylist() if row["segment"] == "all"]
        seen = [row for row in rows if row["window_start"] == start]
        assert [plain(row) for row in seen] == [plain(row) for row in expected]
        assert {row["window_end"] - start for row in seen} == {dt.timedelta(days=1)}


def test_each_window_is_judged_by_itself():
    rows = customers(3, start="2026-10-11", seed=7)
    bad = np.arange(len(rows["income"])) // 600 == 1
    rows["income"][bad & (np.arange(len(bad)) % 3 == 0)] = np.nan
    report = ts.compare(reference=ordinary().reference, current=rows, spec=SPEC)
    found = {
        row["window_start"].day: row["status"]
        for row in report.by_window().to_pylist()
        if (row["instrument"], row["metric"]) == ("income", "missing_share")
    }
    assert found == {11: "ok", 12: "alert", 13: "ok"}


def test_without_windows_there_are_no_rows():
    rows = {"x": [1.0, 2.0] * 50}
    report = ts.compare(reference=rows, current=rows)
    assert report.by_window().num_rows == 0


def test_the_false_alarm_rate_is_known():
    rows = {"x": [1.0, 2.0] * 50}
    assert ts.compare(reference=rows, current=rows).false_alarm_rate == 0.01
    stricter = ts.compare(reference=rows, current=rows, false_alarm_rate=0.001)
    assert stricter.false_alarm_rate == 0.001
