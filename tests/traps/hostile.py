"""Names and categories that would do harm where they are not shown as text."""

from __future__ import annotations

import tallystick as ts

PAYLOADS = {
    "script": "</script><script>alert(1)</script>",
    "attribute": '"><img src=x onerror=alert(1)>',
    "label": '"} 1\nup{',
    "formula": "=cmd|' /C calc'!A0",
    "plus": "+1+1",
    "minus": "-1+1",
    "at": "@SUM(1)",
    "tab": "\t=1",
    "return": "\r=1",
    "line feed": "\n=1",
    "wide": "＝1+1",
    "apostrophe": "'=1",
    "ansi": "\x1b[31mred\x1b[0m\x1b]8;;https://example.org\x07link\x1b]8;;\x07",
    "right to left": "\u202etxt.exe\u2066",
    "not in xml": "a\x0b\ufffe\uffff]]>&#0;",
    "command": "\n::error::x%0A::add-mask::y",
    "line": "::stop-commands::x",
    "mention": "@octocat @a/team #1 GH-2 https://example.org www.example.org a@example.org",
    "markdown": "[x](https://example.org) ![y](z) **b** _i_ ~~s~~ `c` | $m$ :tada: :100: <b>",
    "pipes": "a\\|b`|``|\\",
    "heading": "# x\n\n- y\n\n---",
    "entity": "&lt;script&gt; &amp; &#64;octocat",
    "dots": "../../etc/passwd",
    "spaces": "  ",
    "long": "x" * 300 + "@octocat|`",
}
SEGMENT = "where"


def hostile_report(payload: str) -> ts.Comparison:
    """Every kind of finding about a payload: as column, category, segment, model, owner."""
    before = {
        payload: [1.0, 2.0, 3.0, 4.0] * 500,
        "plan": ["free", "pro"] * 1000,
        "steady": ["a", "b", "c", "d"] * 500,
        f"{payload} lost": [1, 2] * 1000,
        SEGMENT: [payload, "here"] * 1000,
    }
    now = {
        payload: [4.0, 4.0, 4.0, None] * 500,
        "plan": [payload, "pro"] * 1000,
        "steady": ["a", "b", "c", "d"] * 500,
        f"{payload} new": [1, 2] * 1000,
        SEGMENT: [payload, "here"] * 1000,
    }
    spec = {
        "schema": 1,
        "model": {"name": payload, "version": "v1", "owner": payload, "runbook": payload},
        "segments": [SEGMENT],
    }
    return ts.compare(reference=before, current=now, spec=spec)
