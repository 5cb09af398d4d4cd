"""Hysteresis: what a window makes of an instrument, after what went before."""

from __future__ import annotations

from dataclasses import replace

import pytest

import tallystick as ts
from tallystick.errors import ParameterError
from tallystick.judging.rules import Rules, Standing, Verdict, decide, is_severe

PLAN = {"plan": ["pro", "free"] * 5000}
RULES = Rules(cooldown="1h")
HOUR = 3600


def measured(effect: float, status: str, reason: str = "", **more):
    """A measurement whose effect is so many tolerances."""
    row = ts.compare(reference=PLAN, current=PLAN)["plan"]["psi_corrected"]
    value = effect * row.tolerance
    ends = {"ci_lower": 0.8 * value, "ci_upper": 1.2 * value}
    return replace(row, value=value, status=status, reason=reason, **{**ends, **more})


BEYOND = measured(1.5, "alert")
FAR = measured(4.0, "alert")
WITHIN = measured(0.9, "ok")
UNDER = measured(0.2, "ok")
FEW = measured(0.2, "undetermined", "too_few_rows")
RESTLESS = measured(0.2, "undetermined", "usual_variation")


def story(*rows, rules=RULES, hours=1) -> list[Verdict]:
    standing, told = Standing(), []
    for number, row in enumerate(rows, 1):
        told.append(decide(row, standing, rules, number * hours * HOUR))
        standing = told[-1].standing
    return told


def reasons(*rows, **more) -> list[str]:
    return [one.reason for one in story(*rows, **more)]


def test_one_window_raises_nothing():
    last = story(UNDER, BEYOND)[-1]
    assert (last.action, last.reason) == ("none", "not_repeated")
    assert last.standing.raised_at is None


@pytest.mark.parametrize("between", [[], [WITHIN], [UNDER], [FEW], [FEW, FEW, FEW], [FEW, WITHIN]])
def test_two_of_three_judged_windows_raise(between):
    last = story(BEYOND, *between, BEYOND)[-1]
    assert (last.action, last.reason) == ("raised", "repeated")


def test_two_of_four_do_not():
    assert reasons(BEYOND, UNDER, UNDER, BEYOND)[-1] == "not_repeated"


def test_a_window_within_tolerance_raises_nothing_whatever_came_before():
    # Held back by the cooldown, then within: what was beyond is no reason any more.
    rows = [FAR, UNDER, UNDER, UNDER, BEYOND, BEYOND, WITHIN]
    told = story(*rows, rules=Rules(cooldown="6h"))
    assert [one.reason for one in told[-3:]] == ["not_repeated", "cooling_down", "within_tolerance"]


def test_one_far_beyond_raises_at_once():
    assert [(one.action, one.reason) for one in story(FAR)] == [("raised", "severe")]


def test_three_windows_well_within_clear():
    told = story(FAR, UNDER, UNDER, WITHIN, UNDER, UNDER, UNDER)
    assert [one.action for one in told] == ["raised", *["none"] * 5, "cleared"]
    assert {one.reason for one in told[1:-1]} == {"not_yet_calm"}
    assert told[-1].standing.raised_at is None


def test_while_it_stands_nothing_is_raised_again():
    assert reasons(FAR, FAR, BEYOND) == ["severe", "already_raised", "already_raised"]


def test_what_could_not_be_judged_neither_raises_nor_clears():
    told = story(FAR, UNDER, UNDER, FEW, FEW, UNDER)
    assert [one.reason for one in told[3:5]] == ["undetermined"] * 2
    assert told[4].standing == told[2].standing
    assert told[-1].action == "cleared"
    assert set(reasons(FEW, FEW, FEW)) == {"undetermined"}


def test_where_what_is_usual_exceeds_the_tolerance_alerts_do_not_stand_for_ever():
    assert [one.action for one in story(FAR, RESTLESS, RESTLESS, RESTLESS)][-1] == "cleared"
    # But such a window is none that was judged, as long as nothing stands.
    assert reasons(RESTLESS) == ["undetermined"]


def test_the_cooldown_holds_back_and_then_tells():
    calm = [UNDER, UNDER, UNDER]
    told = story(FAR, *calm, FAR, FAR, FAR, FAR, rules=Rules(cooldown="6h"))
    late = ["cooling_down", "cooling_down", "severe", "already_raised"]
    assert [one.reason for one in told[4:]] == late
    assert told[6].standing.told_at == 7 * HOUR


def test_the_marks_kept_are_bounded():
    assert len(story(*[UNDER] * 50)[-1].standing.recent) == 3


def test_severity_is_of_the_near_end_of_the_interval():
    assert is_severe(FAR, RULES)
    unsure = measured(4.0, "alert", ci_lower=2.4 * FAR.tolerance)
    assert not is_severe(unsure, RULES)
    assert is_severe(unsure, replace(RULES, severe=2.4))
    assert not is_severe(replace(FAR, status="ok"), RULES)


@pytest.mark.parametrize(
    ("value", "low", "high", "severe"),
    [(4.0, 3.0, 5.0, True), (0.25, 0.2, 0.33, True), (0.25, 0.2, 0.9, False), (4, 0.9, 9, False)],
)
def test_ratios_are_far_on_either_side(value, low, high, severe):
    row = replace(FAR, unit="ratio", value=value, ci_lower=low, ci_upper=high, tolerance=1.5)
    assert is_severe(row, RULES) is severe


def test_a_missing_column_is_severe():
    report = ts.compare(
        reference=ts.profile({"a": [1.0, 2.0] * 50, "b": [1.0] * 100}),
        current={"a": [1.0, 2.0] * 50},
    )
    row = report["b"]["schema"]
    assert decide(row, Standing(), RULES, HOUR).reason == "severe"


@pytest.mark.parametrize(
    "wrong",
    [
        {"raise_windows": 0},
        {"raise_windows": 4},
        {"of_windows": 101},
        {"clear_windows": 0},
        {"clear_share": 0.0},
        {"severe": 0.5},
        {"cooldown": "soon"},
    ],
)
def test_rules_that_cannot_be(wrong):
    with pytest.raises(ParameterError) as caught:
        Rules(**wrong)
    assert caught.value.context["name"] in wrong or "raise_windows" in wrong
