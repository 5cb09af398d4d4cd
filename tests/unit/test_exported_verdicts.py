"""Verdicts as files: JUnit's structure, Markdown within its length, annotations within GitHub's."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from xml.etree import ElementTree as ET

import pytest

import tallystick as ts
from tallystick.comparison import Comparison
from tallystick.errors import ExportError, ParameterError
from tallystick.exporting import append_summary, to_annotations
from tallystick.judging import exit_code
from unit.exported import report_of, wide_report

STATUSES = ["ok", "alert", "undetermined"]


@pytest.fixture(scope="module")
def reports():
    return {status: report_of(status) for status in STATUSES}


@pytest.fixture(scope="module")
def wide():
    return wide_report(1000)


def nothing_judged() -> ts.Comparison:
    """A report none of whose rows decides."""
    report = report_of("ok")
    bare = Comparison(
        report.reference,
        report.current,
        None,
        (report.to_arrow(), report.curves()),
        report._settings,
    )
    bare.measurements = [dataclasses.replace(m, decides=False) for m in report.measurements]
    assert bare.status == "undetermined"
    return bare


# What the schema of the xunit plugin of Jenkins (junit-10.xsd) allows: attributes that must and
# may be there, and children.
VERDICT = (set(), {"type", "message"}, set())
JUNIT = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {
            "group",
            "time",
            "skipped",
            "timestamp",
            "hostname",
            "id",
            "package",
            "file",
            "log",
            "url",
        },
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, set(), set()),
    "testcase": (
        {"name"},
        {"time", "classname", "group"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "failure": VERDICT,
    "error": VERDICT,
    "skipped": VERDICT,
}


def junit(report: ts.Comparison, **more: str) -> ET.Element:
    root = ET.fromstring(report.to_junit(**more))  # noqa: S314 - our own
    assert root.tag == "testsuites"
    for element in root.iter():
        required, allowed, children = JUNIT[element.tag]
        assert required <= set(element.attrib) <= required | allowed, element.tag
        assert {child.tag for child in element} <= children, element.tag
        if element.tag not in ("failure", "property", "error", "skipped"):
            assert not (element.text or "").strip()
    for element in (root, *root):
        cases = list(element.iter("testcase"))
        assert int(element.get("tests")) == len(cases)
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            if element.get(name) is not None:
                assert int(element.get(name)) == len(list(element.iter(tag)))
        names = [(case.get("classname"), case.get("name")) for case in cases]
        assert len(set(names)) == len(names)
        assert all(len(case) <= 1 for case in cases)
    return root


@pytest.mark.parametrize("undetermined", ["fail", "pass"])
@pytest.mark.parametrize("status", [*STATUSES, "nothing"])
def test_junit_is_red_exactly_when_the_gate_is(reports, status, undetermined):
    report = nothing_judged() if status == "nothing" else reports[status]
    root = junit(report, undetermined=undetermined)
    red = int(root.get("failures")) + int(root.get("errors")) > 0
    code = exit_code(report.status, undetermined_passes=undetermined == "pass")
    assert red == (code != 0)


@pytest.mark.parametrize("status", STATUSES)
def test_junit_has_a_test_for_each_deciding_measurement(reports, status):
    report = reports[status]
    counts = Counter(m.status for m in report.measurements if m.decides)
    open_over_all = sum(m.segment == "all" for m in report.undetermined)
    root = junit(report)
    cases = list(root.iter("testcase"))
    assert len(cases) == sum(counts.values())
    assert len(list(root.iter("failure"))) == counts["alert"]
    assert len(list(root.iter("error"))) == open_over_all
    assert len(list(root.iter("skipped"))) == counts["undetermined"] - open_over_all
    assert sum(len(case) == 0 for case in cases) == counts["ok"]


def test_what_passes_is_skipped_with_its_reason(reports):
    root = junit(reports["undetermined"], undetermined="pass")
    skipped = list(root.iter("skipped"))
    assert len(skipped) == len(reports["undetermined"].undetermined)
    assert all(one.get("message").startswith("not judged: ") for one in skipped)
    assert {one.get("type") for one in skipped} == {
        m.reason for m in reports["undetermined"].undetermined
    }


def test_a_failure_says_what_how_much_and_what_was_accepted(reports):
    root = junit(reports["alert"])
    suite = next(one for one in root if one.get("name") == "fare")
    case = next(one for one in suite.iter("testcase") if one.get("name") == "missing_share")
    assert case.get("classname") == "churn v14.fare"
    failure = case[0]
    assert re.fullmatch(r"\+\d+\.\d pt \[.*\], tolerance 5\.0 pt", failure.get("message"))
    assert failure.get("type") == "beyond_tolerance"
    assert "of rows have no value" in failure.text
    told = {one.get("name"): one.get("value") for one in suite.iter("property")}
    assert told["status"] == "alert"
    assert told["n_current"] == "20000"


@pytest.mark.parametrize("status", STATUSES)
def test_markdown_begins_with_the_verdict(reports, status):
    text = reports[status].to_markdown()
    assert text.startswith(f"### {status.upper()}: churn v14 · ")
    assert ("**Beyond tolerance**" in text) == (status == "alert")
    assert "runbook <https://runbooks.example/churn>" in text
    assert "owner growth" in text
    assert "`mapping of columns`" in text


def test_markdown_says_when_undetermined_passes(reports):
    said = "This gate lets pass what could not be judged. It is not ok."
    assert said in reports["undetermined"].to_markdown(undetermined="pass")
    assert said not in reports["undetermined"].to_markdown()
    assert said not in reports["ok"].to_markdown(undetermined="pass")


@pytest.mark.parametrize("limit", [16_384, 20_000, 65_536])
def test_markdown_keeps_its_length_and_says_what_is_left_out(wide, limit):
    text = wide.to_markdown(limit=limit)
    assert len(text) <= limit
    beyond, open_ = (
        text.partition(f"**{title}**")[2].partition("more: `--json` has all.")[0]
        for title in ("Beyond tolerance", "Not judged (is not ok)")
    )
    for part in (beyond, open_):
        shown = part.count("\n| ") - 2
        more = int(re.search(r"\.\.\. and ([\d,]+) $", part).group(1).replace(",", ""))
        assert shown >= 1
        assert more > 0
    assert "within tolerance" in text, "the end is not cut off"
    assert "Plan `" in text


def test_a_small_report_fits_without_loss(reports):
    assert "more: `--json` has all" not in reports["alert"].to_markdown()


def test_a_limit_that_holds_no_report(reports):
    with pytest.raises(ParameterError, match="at least 16384"):
        reports["ok"].to_markdown(limit=100)


def levels(lines: list[str]) -> Counter[str]:
    return Counter(line.split(" ")[0].strip(":") for line in lines)


def test_pages_are_errors_and_warnings_are_warnings(reports):
    found = to_annotations(reports["alert"])
    assert any(re.match("::error title=fare missing::", line) for line in found)
    assert any(re.match("::warning title=fare::psi", line) for line in found)
    assert to_annotations(reports["ok"]) == []


@pytest.mark.parametrize(("undetermined", "level"), [("fail", "error"), ("pass", "warning")])
@pytest.mark.parametrize("empty", [False, True])
def test_what_could_not_be_judged_is_annotated(reports, undetermined, level, empty):
    report = nothing_judged() if empty else reports["undetermined"]
    found = to_annotations(report, undetermined=undetermined)
    assert found
    assert set(levels(found)) == {level}
    assert all("not judged::" in line for line in found)


def test_annotations_stay_within_what_github_shows(wide):
    found = to_annotations(wide)
    assert max(levels(found).values()) == 10
    beyond = [line for line in found if line.startswith("::warning")]
    assert re.match(r"::warning title=[\d,%C]+ more::", beyond[-1])


def test_a_summary_is_appended_to(reports, tmp_path):
    path = tmp_path / "summary.md"
    path.write_text("of another step")
    append_summary(reports["ok"], path)
    append_summary(reports["alert"], path)
    text = path.read_text()
    assert (
        text == f"of another step\n{reports['ok'].to_markdown()}\n{reports['alert'].to_markdown()}"
    )


def test_a_summary_that_cannot_be_written(reports, tmp_path):
    with pytest.raises(ExportError, match="cannot be written: Is a directory"):
        append_summary(reports["ok"], tmp_path)


def test_other_words_than_fail_and_pass(reports):
    report = reports["ok"]
    calls = [report.to_junit, report.to_markdown, lambda **k: to_annotations(report, **k)]
    for call in calls:
        with pytest.raises(ParameterError, match="expected fail or pass, got maybe"):
            call(undetermined="maybe")
