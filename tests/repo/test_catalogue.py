"""A metric is complete: catalogued, callable, documented, emitted, and known to the spec."""

import re

import pytest

import tallystick as ts
from repo.source import ROOT
from tallystick import _core
from tallystick.spec.vocabulary import METRICS

NAMES = {metric["name"] for metric in _core.CATALOGUE}
HEADINGS = ["Formula", "Without change", "Interval and p value", "When to use it"]
HEADINGS += ["Missing data", "Cost", "Source", "Example"]
SPEC = {
    "schema": 1,
    "score": {
        "column": "p",
        "threshold": 0.5,
        "costs": {"false_positive": 1.0, "false_negative": 5.0},
    },
    "label": {"column": "y"},
    "segments": ["c"],
}
REASONS = ROOT / "rust/core/src/compare/measurement.rs"


@pytest.fixture(scope="module")
def report():
    data = {"x": [1.0, 2.0, None] * 100, "c": ["a", "b", "c"] * 100}
    data |= {"p": [0.1, 0.7, 0.4] * 100, "y": [False, True, True] * 100}
    return ts.compare(reference=data, current=data, spec=SPEC)


def test_every_row_says_what_it_is():
    assert all(all(metric.values()) for metric in _core.CATALOGUE)
    assert len(NAMES) == len(_core.CATALOGUE)


def test_every_metric_is_a_function():
    assert set(ts.metrics.__all__) == NAMES


def test_every_metric_is_documented():
    pages = {path.stem for path in (ROOT / "docs/metrics").glob("*.md")} - {"README"}
    assert pages == NAMES
    index = (ROOT / "docs/metrics/README.md").read_text()
    assert set(re.findall(r"\[`(\w+)`\]", index)) == NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_page_answers_the_same_questions(name):
    page = (ROOT / f"docs/metrics/{name}.md").read_text()
    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == HEADINGS
    unit = next(metric["unit"] for metric in _core.CATALOGUE if metric["name"] == name)
    assert f"Unit: {unit}." in page


def test_every_metric_is_emitted_and_known_to_the_spec(report):
    numbers = {"p": [0.1, 0.7, 0.4] * 100, "y": [0.2, 0.8, 1.5] * 100}
    numbers |= {"low": [0.0, 0.5, 0.1] * 100, "high": [0.5, 0.9, 2.0] * 100}
    label = {"column": "y", "quantiles": {"low": 0.1, "high": 0.9}}
    scored = {"schema": 1, "label": label, "score": {"column": "p"}}
    foretold = ts.compare(reference=numbers, current=numbers, spec=scored)
    classes = {"schema": 1, "score": {"columns": {"a": "p", "b": "q"}}, "label": {"column": "y"}}
    animals = {"p": [0.1, 0.7] * 150, "q": [0.9, 0.3] * 150, "y": ["a", "b", "b"] * 100}
    several = ts.compare(reference=animals, current=animals, spec=classes)
    reports = (report, foretold, several)
    assert {row.metric for one in reports for row in one.measurements} == NAMES
    assert set(METRICS) == NAMES


def test_both_tables_are_documented(report):
    page = (ROOT / "docs/measurements.md").read_text()
    documented = set(re.findall(r"`(\w+)`", page))
    assert set(report.to_arrow().schema.names) <= documented
    assert set(report.curves().schema.names) <= documented


def test_every_reason_and_status_is_documented():
    page = (ROOT / "docs/measurements.md").read_text()
    names = re.findall(r'Self::\w+ => "(\w+)"', REASONS.read_text())
    assert len(names) > 15
    assert set(names) <= set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
