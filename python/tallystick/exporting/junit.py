"""A verdict as JUnit's XML, which CI servers list as tests.

A test is a deciding measurement, a suite an instrument. Failures are alerts; errors are what could
not be judged and holds up the verdict. So the file has failures or errors exactly when
`tallystick compare` ends in another exit code than 0, and nothing that could not be judged reads
as passed: where it does not hold up the verdict it is skipped, with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from tallystick.comparison import Comparison, Measurement
from tallystick.judging import holds_up, undetermined_passes
from tallystick.rendering import printable
from tallystick.rendering.findings import ALL, Finding, Findings
from tallystick.rendering.summary import effect, headline, model_name
from tallystick.rendering.words import sentences

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WIDTH = 200


def to_junit(comparison: Comparison, *, undetermined: str = "fail") -> str:
    """Returns the verdict as JUnit's XML.

    Args:
        comparison: The report.
        undetermined: `"fail"` makes an error of what could not be judged over all rows, `"pass"`
            a skipped test. In segments it is skipped either way, as it is no part of the verdict.

    Raises:
        ParameterError: `undetermined` is neither.

    Example:
        >>> import tallystick as ts
        >>> rows = {"plan": ["pro", "free"] * 500}
        >>> print(ts.compare(reference=rows, current=rows).to_junit().splitlines()[1])
        <testsuites name="tallystick" tests="4" failures="0" errors="0">
    """
    passes = undetermined_passes(undetermined)
    findings = Findings(comparison)
    root = ET.Element("testsuites", name="tallystick")
    model = model_name(comparison) or "tallystick"
    for instrument, rows in _by_instrument(comparison.measurements).items():
        suite = ET.SubElement(root, "testsuite", name=_name(instrument))
        for row in rows:
            name = row.metric if row.segment == ALL else f"{row.metric} [{_name(row.segment)}]"
            case = ET.SubElement(
                suite, "testcase", classname=f"{_text(model)}.{_name(instrument)}", name=name
            )
            _judge(case, findings, row, passes)
    if comparison.status == "undetermined" and not any(map(holds_up, comparison.measurements)):
        _nothing_judged(root, passes)
    _properties(root, findings)
    _count(root)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _by_instrument(rows: Iterable[Measurement]) -> dict[str, list[Measurement]]:
    found: dict[str, list[Measurement]] = {}
    for row in rows:
        if row.decides:
            found.setdefault(row.instrument, []).append(row)
    return found


def _judge(case: ET.Element, findings: Findings, row: Measurement, passes: bool) -> None:
    if row.status == "ok":
        return
    kind = "skipped"
    if row.status == "alert":
        kind = "failure"
    elif holds_up(row) and not passes:
        kind = "error"
    said = _text(effect(row))
    message = said if kind == "failure" else f"not judged: {said}"
    verdict = ET.SubElement(case, kind, type=row.reason, message=message)
    if kind == "failure":
        told = sentences(findings, Finding(row, (), None), False)
        verdict.text = "\n".join(_text(one) for one in told)


def _nothing_judged(root: ET.Element, passes: bool) -> None:
    suite = ET.SubElement(root, "testsuite", name="rows")
    case = ET.SubElement(suite, "testcase", classname="tallystick", name="verdict")
    kind = "skipped" if passes else "error"
    ET.SubElement(case, kind, type="no_values", message="not judged: nothing could be")


def _properties(root: ET.Element, findings: Findings) -> None:
    """Each suite says what report it is of: many servers show a suite alone."""
    comparison = findings.comparison
    facts = {
        "status": comparison.status,
        "verdict": _text(headline(findings)),
        "plan_id": comparison.reference.plan.plan_id,
        "spec_id": comparison.spec.spec_id if comparison.spec else "",
        "n_reference": str(comparison.reference.rows),
        "n_current": str(comparison.current.rows),
    }
    for suite in root:
        properties = ET.Element("properties")
        for name, value in facts.items():
            ET.SubElement(properties, "property", name=name, value=value)
        suite.insert(0, properties)


def _count(root: ET.Element) -> None:
    for element in (root, *root):
        of = {"tests": "testcase", "failures": "failure", "errors": "error"}
        if element is not root:
            of["skipped"] = "skipped"  # the schema knows it of suites only
        for name, tag in of.items():
            element.set(name, str(sum(1 for _ in element.iter(tag))))


def _name(text: str) -> str:
    return _text(text, _WIDTH)


def _text(text: str, width: int | None = None) -> str:
    r"""Text that XML 1.0 may hold, and that hides nothing.

    Example:
        >>> _text("a\x1b[31mb\x00\uffff")
        'ab\ufffd\ufffd'
    """
    return _ILLEGAL.sub("\ufffd", printable(text, width))
