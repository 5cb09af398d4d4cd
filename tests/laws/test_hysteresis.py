"""How often the rule of two in three raises an alert for nothing, against the exact rate."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

import tallystick as ts
from tallystick.judging.rules import Rules, Standing, decide

PLAN = {"plan": ["pro", "free"] * 5000}
ROW = ts.compare(reference=PLAN, current=PLAN)["plan"]["psi_corrected"]
BEYOND = replace(ROW, status="alert", value=1.2 * ROW.tolerance, ci_lower=ROW.tolerance)
UNDER = replace(ROW, status="ok", value=0.0)
RULES = Rules(cooldown="1s")


def exact_rate(p: float) -> float:
    """Alerts a window, of independent windows that are beyond with probability p, else well within.

    By the law of the chain whose state is the last two windows and whether an alert stands; written
    down from the rule's words, not from its code.
    """
    states = list(itertools.product("bu", "bu", (False, True)))
    place = {state: at for at, state in enumerate(states)}
    step = np.zeros((len(states), len(states)))
    raises = np.zeros(len(states))
    for first, second, stands in states:
        for mark, chance in (("b", p), ("u", 1 - p)):
            three = first + second + mark
            is_raised = not stands and mark == "b" and three.count("b") >= 2
            is_cleared = stands and three == "uuu"
            after = (second, mark, (stands or is_raised) and not is_cleared)
            step[place[first, second, stands], place[after]] += chance
            raises[place[first, second, stands]] += chance * is_raised
    # The stationary law: the left eigenvector of eigenvalue 1.
    system = np.vstack([step.T - np.eye(len(states)), np.ones(len(states))])
    law = np.linalg.lstsq(system, np.append(np.zeros(len(states)), 1.0), rcond=None)[0]
    return float(law @ raises)


def alerts(beyond: np.ndarray) -> int:
    standing, raised = Standing(), 0
    for number, is_beyond in enumerate(beyond):
        verdict = decide(BEYOND if is_beyond else UNDER, standing, RULES, 2 * number)
        standing = verdict.standing
        raised += verdict.action == "raised"
    return raised


@pytest.mark.parametrize("p", [0.01, 0.05, 0.2])
def test_false_alerts_come_at_the_exact_rate(p):
    windows = 60_000
    raised = alerts(np.random.default_rng(17).random(windows) < p)
    expected = windows * exact_rate(p)
    # An alert ends before the next begins, so counts vary no more than independent ones would:
    # four standard deviations are passed once in 16,000 seeds.
    assert abs(raised - expected) <= 4 * math.sqrt(expected)


def test_at_the_promised_rate_of_a_window_that_is_one_in_five_thousand():
    # Two in a row, or two with one between: p squared each, less what stands raised already.
    assert 0.95 * 2 * 0.01**2 < exact_rate(0.01) < 2 * 0.01**2


def test_a_steady_stream_at_the_edge_of_its_tolerance_rarely_raises():
    """Windows whose true effect *is* the tolerance: the worst that is still accepted.

    A window alerts with a probability of at most 0.01 then: of 400 windows eleven or more do in
    one of 300 streams at most, and in nine of ten streams nothing is raised.
    """
    random = np.random.default_rng(5)
    share = 0.5
    reference = ts.profile({"plan": random.permutation(["a", "b"] * 200_000)})
    # The share at which psi is 0.10, for two categories of one half each.
    now = next(q for q in np.arange(0.5, 0.9, 1e-4) if (q - share) * math.log(q / (1 - q)) >= 0.10)
    flags, standing, raised = 0, Standing(), 0
    for number in range(400):
        rows = random.binomial(4_000, now)
        window = ts.profile({"plan": ["a"] * rows + ["b"] * (4_000 - rows)}, plan=reference.plan)
        row = ts.compare(reference=reference, current=window)["plan"]["psi_corrected"]
        verdict = decide(row, standing, RULES, 2 * number)
        standing = verdict.standing
        flags += row.status == "alert"
        raised += verdict.action == "raised"
    assert flags <= 10
    assert raised == 0
