"""The charts: sound Altair, true to the tables, and drawn small."""

from __future__ import annotations

import itertools
import re
import sys

import altair as alt
import numpy as np
import pytest

import tallystick as ts
from tallystick.errors import MissingDependencyError, ParameterError
from tallystick.rendering.charts.choice import OF_ALL, OF_ONE
from tallystick.rendering.charts.scores import _precision_band, _roc_band
from tallystick.rendering.html.drawing import drawing
from unit.report_cases import PAYLOADS, hostile, ordinary

# What shows each chart of an ordinary classifier.
SHOWN = {
    "distribution": "income",
    "effects": "income",
    "reliability": "p_churn",
    "roc": "p_churn",
    "precision_recall": "p_churn",
    "thresholds": "p_churn",
    "fairness": "p_churn",
    "coverage": "churned",
    "timeline": "income",
}


def animals(now: bool) -> ts.Profile | dict:
    random = np.random.default_rng(4)
    kinds = np.array(["cat", "dog", "fox -> hen"])
    label = random.integers(0, 3, 2000)
    scores = random.dirichlet([1, 1, 1], 2000) + np.eye(3)[label] * (0.4 if now else 1.0)
    scores /= scores.sum(axis=1, keepdims=True)
    columns = {f"p_{i}": scores[:, i] for i in range(3)}
    return {**columns, "kind": kinds[label]}


@pytest.fixture(scope="module")
def several() -> ts.Comparison:
    classes = {"cat": "p_0", "dog": "p_1", "fox -> hen": "p_2"}
    spec = {"schema": 1, "score": {"columns": classes}, "label": {"column": "kind"}}
    reference = ts.profile(animals(False), spec=spec)
    return ts.compare(reference=reference, current=animals(True))


@pytest.mark.parametrize("chart", SHOWN)
def test_a_chart_fits_altairs_schema_and_says_what_it_shows(chart):
    made = ordinary().to_altair(chart, instrument=SHOWN[chart])
    assert isinstance(made, alt.LayerChart | alt.HConcatChart)
    spec = made.to_dict()  # validates
    assert SHOWN[chart] in spec["description"]
    assert drawing(made).startswith("<svg")


@pytest.mark.parametrize("chart", OF_ALL)
def test_charts_of_all_instruments(chart):
    made = ordinary().to_altair(chart)
    assert made.to_dict()["title"]
    assert drawing(made).count("<path") >= 3


def rows_of(chart, *fields):
    """The inline rows that have these fields."""
    spec = chart.to_dict()
    data = [spec.get("data"), *(layer.get("data") for layer in spec["layer"])]
    rows = [row for one in data if one for row in one.get("values", [])]
    rows += [row for values in spec.get("datasets", {}).values() for row in values]
    return [row for row in rows if all(name in row for name in fields)]


def test_bars_are_the_shares_of_the_table():
    report = ordinary()
    bars = rows_of(report.to_altair("distribution", instrument="income"), "inner_from")
    points = [p for p in report.curves().to_pylist() if p["instrument"] == "income"]
    points = [p for p in points if p["curve"] == "distribution"]
    for side in ("reference", "current"):
        expected = [p["y"] for p in points if p["side"] == side and p["y"]]
        assert sorted(b[side] for b in bars if b[side]) == pytest.approx(sorted(expected))


def test_other_categories_are_told_where_they_would_hide_all():
    random = np.random.default_rng(9)
    rows = {"tail": [f"N{i}" for i in random.integers(0, 3000, 20_000)]}
    chart = ts.compare(reference=rows, current=rows).to_altair("distribution", instrument="tail")
    assert "; all others " in chart.title
    assert all(row["label"] != "all others" for row in rows_of(chart, "inner_from"))


def test_a_timeline_is_what_each_window_shows():
    report = ordinary()
    chart = report.to_altair("timeline", instrument="income", metric="missing_share")
    shown = [row["value"] for row in rows_of(chart, "at", "value")]
    alone = [
        ts.compare(reference=report.reference, current=report.current.window(start))["income"][
            "missing_share"
        ].value
        for start in report.current.windows
    ]
    assert shown == alone


def test_the_band_of_a_curve_holds_every_order_within_a_cell():
    # Scores in two cells; within a cell any order is possible, and each gives a curve.
    random = np.random.default_rng(2)
    cells = [(30, 10), (20, 40)]  # positives, negatives, from the highest scored down
    points, hits, false = [], 0, 0
    for positives, negatives in [(0, 0), *cells]:
        hits, false = hits + positives, false + negatives
        precision = hits / (hits + false) if hits else 1.0
        rates = {"x_low": false / 50, "y": hits / 50}
        points.append({"roc": rates, "pr": {"x_low": hits / 50, "y": precision}})
    roc = _roc_band([p["roc"] for p in points])
    pr = _precision_band([p["pr"] for p in points])
    for _ in range(50):
        order = np.concatenate([random.permutation([1] * p + [0] * n) for p, n in cells])
        hit, miss = np.cumsum(order), np.cumsum(1 - order)
        for tp, fp in zip(hit / 50, miss / 50, strict=True):
            within = [b for b, after in itertools.pairwise(roc) if b["x"] <= fp <= after["x"]]
            assert any(b["low"] - 1e-12 <= tp <= b["high"] + 1e-12 for b in within)
        for tp, precision in zip(hit, hit / (hit + miss), strict=True):
            recall = tp / 50
            within = [b for b, after in itertools.pairwise(pr) if b["x"] <= recall <= after["x"]]
            if tp:
                assert any(b["low"] - 1e-12 <= precision <= b["high"] + 1e-12 for b in within)


def test_several_classes_show_who_is_taken_for_whom(several):
    points = [p for p in several.curves().to_pylist() if p["curve"] == "confusion"]
    assert points
    chart = several.to_altair("confusion", instrument=points[0]["instrument"])
    texts = {row["name"] for row in rows_of(chart, "at", "name")}
    # A label may hold the arrow that stands between the two.
    assert texts == {"cat", "dog", "fox -> hen"}
    shares = {(row["x"], row["y"]): row["of"] for row in rows_of(chart, "x", "y", "of")}
    assert len(shares) == 9
    for label in range(3):
        assert sum(shares[x, label] for x in range(3)) == pytest.approx(1.0)
        assert max(range(3), key=lambda x: shares[x, label]) == label
    assert "Labels (down) by predictions (across)" in several.to_html()


@pytest.mark.parametrize("payload", ["script", "attribute", "entity", "expression"])
def test_texts_in_a_drawing_are_texts(payload):
    report = hostile(PAYLOADS[payload])
    svg = drawing(report.to_altair("distribution", instrument=PAYLOADS[payload]))
    assert "<script" not in svg
    assert svg.count("<svg") == 1
    assert set(re.findall(r"<(\w+)", svg)) == {"svg", "path", "text"}


def test_drawings_are_small_and_of_what_is_seen():
    svg = drawing(ordinary().to_altair("distribution", instrument="income"))
    assert len(svg) < 4000
    assert "font-family" not in svg
    assert "class=" not in svg.replace('class="chart"', "")
    assert "transform" not in svg


def test_wrong_choices_say_what_there_is():
    report = ordinary()
    with pytest.raises(ParameterError, match="expected one of overview, heat_map") as caught:
        report.to_altair("relability")
    assert caught.value.hint == 'did you mean "reliability"?'
    with pytest.raises(ParameterError, match="expected a column of the report") as caught:
        report.to_altair("distribution", instrument="incom")
    assert caught.value.hint == 'did you mean "income"?'
    with pytest.raises(ParameterError, match="expected a column of the report"):
        report.to_altair("distribution")
    with pytest.raises(ParameterError, match="nothing to draw in reliability of income"):
        report.to_altair("reliability", instrument="income")
    rows = {"x": [1.0, 2.0] * 50}
    with pytest.raises(ParameterError, match="nothing to draw in heat_map"):
        ts.compare(reference=rows, current=rows).to_altair("heat_map")


def test_without_altair_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(MissingDependencyError, match="altair is not installed"):
        ordinary().to_altair()


def test_every_chart_is_one_that_a_test_draws():
    assert set(OF_ONE) == {*SHOWN, "residuals", "confusion"}


def test_residuals_of_a_number():
    random = np.random.default_rng(6)

    def rows(bias: float) -> dict:
        label = random.normal(50, 10, 3000)
        return {"eta": label + random.normal(bias, 3, 3000), "took": label}

    spec = {"schema": 1, "score": {"column": "eta"}, "label": {"column": "took", "kind": "number"}}
    report = ts.compare(reference=ts.profile(rows(0), spec=spec), current=rows(4))
    chart = report.to_altair("residuals", instrument="eta")
    assert chart.title.startswith("Prediction less label")
    assert "Prediction less label" in report.to_html()
