"""Comparisons for the report: an ordinary one, hostile ones, and those with nothing to draw."""

from __future__ import annotations

import functools

import numpy as np

import tallystick as ts

# What must be seen as text wherever it comes from.
PAYLOADS = {
    "script": "</script><script>alert(1)</script>",
    "style": "</style><img src=x onerror=alert(1)>",
    "attribute": '"><svg onload="alert(1)" x="',
    "single": "' onmouseover='alert(1)",
    "template": "{{ 7 * 7 }}{% include 'x' %}",
    "entity": "&lt;b&gt; &amp;",
    "prometheus": '"} 1\nup{',
    "formula": "=cmd|' /C calc'!A0",
    "ansi": "\x1b[31mred\x1b[0m",
    "right_to_left": "\u202egnp.exe",
    "expression": "datum.x'] + alert(1) //",
    "long": "w" * 300,
    "empty": "",
}
# Of these nothing may be left as it was.
NEVER = ("<script", "<img", "onload=", "onerror=", "onmouseover=", "\x1b", "\u202e")

SPEC = {
    "schema": 1,
    "model": {"name": "churn", "version": "v14", "owner": "growth-ml"},
    "log": {"time": "at"},
    "segments": ["channel"],
    "score": {"column": "p_churn", "threshold": 0.35},
    "label": {"column": "churned"},
}


def customers(days: int, *, start: str = "2026-10-01", seed: int = 1, now: bool = False) -> dict:
    """Rows of a classifier's log; `now` brings drift, new categories and wrong scores."""
    random = np.random.default_rng(seed)
    rows = days * 600
    score = random.beta(2, 5, rows)
    channel = random.choice(["app", "web", "shop"], rows, p=[0.5, 0.3, 0.2])
    plans = ["free", "basic", "pro", "pro_2027"]
    income = random.lognormal(8 + 0.4 * now, 0.5, rows)
    income[random.random(rows) < 0.1 * now] = np.nan
    return {
        "at": (np.datetime64(start) + np.arange(rows) // 600).astype("M8[s]"),
        "channel": channel,
        "plan": random.choice(plans, rows, p=[0.5, 0.3, 0.15, 0.05] if now else [0.5, 0.3, 0.2, 0]),
        "income": income,
        "age": random.integers(18, 80, rows),
        "p_churn": score,
        "churned": random.random(rows) < score * (0.5 if now else 1.0),
    }


@functools.cache
def ordinary() -> ts.Comparison:
    """Alerts, windows, segments and labels: everything that can be drawn of a classifier."""
    reference = ts.profile(customers(10), spec=SPEC, window="1d")
    rows = customers(4, start="2026-10-11", seed=2, now=True)
    return ts.compare(reference=reference, current=rows)


def hostile(payload: str) -> ts.Comparison:
    """The payload as a column, a category, a segment, a model, an owner and a runbook."""
    random = np.random.default_rng(3)

    def rows(share: float) -> dict:
        values = [payload, "plain"]
        return {
            "at": np.repeat(np.array(["2026-10-01", "2026-10-02"], "M8[s]"), 500),
            payload or "empty": random.choice(values, 1000, p=[share, 1 - share]),
            "segment": random.choice(values, 1000),
            "amount": random.normal(10 * share, 1, 1000),
        }

    spec = {
        "schema": 1,
        "log": {"time": "at"},
        "segments": ["segment"],
        "model": {"name": payload or "m", "owner": payload or "o", "runbook": payload or "r"},
    }
    reference = ts.profile(rows(0.2), spec=spec, window="1d")
    return ts.compare(reference=reference, current=rows(0.7))


def quiet() -> dict[str, ts.Comparison]:
    """Reports with little or nothing to draw."""
    some = {"x": [1.0, 2.0, 3.0] * 100, "c": ["a", "b", "c"] * 100}
    nothing = {"x": [None] * 300, "c": [None] * 300}
    reference = ts.profile(some)
    labels = {"schema": 1, "score": {"column": "p"}, "label": {"column": "y"}}
    scores = np.linspace(0.05, 0.95, 300)
    labelled = ts.profile({"p": scores, "y": scores > 0.5}, spec=labels)
    constant = {"k": ["one"] * 300}

    def against(rows: object, base: ts.Profile = reference) -> ts.Comparison:
        return ts.compare(reference=base, current=rows)

    return {
        "same": against(some),
        "no rows": against({"x": np.empty(0), "c": np.empty(0, dtype=str)}),
        "few rows": against({"x": [1.0], "c": ["a"]}),
        "no values": ts.compare(reference=nothing, current=nothing),
        "all missing": against(nothing),
        "missing column": against({"x": [1.0] * 300, "z": [1.0] * 300}),
        "retyped": against({"x": ["a"] * 300, "c": [1.5] * 300}),
        "constant": ts.compare(reference=constant, current=constant),
        "one class": against({"p": scores, "y": [True] * 300}, labelled),
        "no labels": against({"p": scores, "y": [None] * 300}, labelled),
        "scores outside": against({"p": scores * 5, "y": scores > 0.5}, labelled),
    }
