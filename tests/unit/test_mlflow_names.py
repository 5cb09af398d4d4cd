"""Names of metrics that MLflow takes, none of which stands for two things."""

from __future__ import annotations

import posixpath
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.errors import MissingDependencyError
from tallystick.integrations.mlflow import _legal, _metrics, log_report
from traps.hostile import PAYLOADS, hostile_report
from unit.exported import report_of

# What MLflow says of itself, on every system.
LEGAL = re.compile(r"[/\w.\- ]*")


def assert_legal(name: str) -> None:
    assert LEGAL.fullmatch(name), name
    assert posixpath.normpath(name) == name
    assert len(name) <= 250
    # A store of files makes a file of each.
    assert all(0 < len(part.encode()) <= 255 for part in name.split("/"))


@given(st.text())
def test_every_text_has_a_legal_name(text):
    assert_legal(f"tallystick/{_legal(text)}/psi")


@given(st.sets(st.text(alphabet="a/._=@-\n", max_size=4), min_size=2))
def test_no_two_texts_share_a_name(texts):
    assert len({_legal(text) for text in texts}) == len(texts)


@pytest.mark.parametrize("name", ["dep_delay", "größe", "a b", "x-1.5", "日付"])
def test_a_legal_name_stays(name):
    assert _legal(name) == name


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_hostile_names_are_renamed_and_said(payload):
    metrics, renamed = _metrics(hostile_report(payload), segments=True)
    for name in metrics:
        assert_legal(name)
    assert payload in {original["instrument"] for original in renamed.values()}
    assert set(renamed) <= set(metrics)


def test_no_name_is_a_folder_of_another():
    metrics, renamed = _metrics(report_of("alert"), segments=True)
    folders = {name.rpartition("/")[0] for name in metrics}
    assert not folders & set(metrics)
    assert not renamed


def test_what_the_names_hold():
    report = report_of("alert")
    metrics, _ = _metrics(report, segments=True)
    row = report["fare"]["missing_share"]
    assert metrics["tallystick/fare/missing_share"] == row.value
    assert metrics["tallystick/fare/missing_share.current"] == row.current_value
    part = report["fare", "city=oslo"]["missing_share"]
    assert metrics["tallystick/fare/city.oslo/missing_share"] == part.value
    assert metrics["tallystick/report/alerts"] == len(report.alerts)
    plain, _ = _metrics(report, segments=False)
    assert not [name for name in plain if "city." in name]


def test_segments_of_columns_with_dots_stay_apart():
    import tallystick as ts

    data = {"a.b": ["c", "d"] * 500, "a": ["b.c", "e"] * 500, "x": [1, 2] * 500}
    report = ts.compare(reference=data, current=data, spec={"schema": 1, "segments": ["a.b", "a"]})
    metrics, renamed = _metrics(report, segments=True)
    rows = {(m.instrument, m.segment, m.metric) for m in report.measurements if m.value is not None}
    values = [name for name in metrics if not name.endswith(".current")]
    assert len(values) == len(rows) + 2
    assert {one["segment"] for one in renamed.values()} == {"a.b=c", "a.b=d"}


def test_without_mlflow_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'tallystick\[mlflow\]'"):
        log_report(report_of("ok"))
