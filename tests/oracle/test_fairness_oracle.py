"""Gaps and ratios of rates, with their intervals, agree with statsmodels and scipy.

statsmodels 0.15 is no judge of Miettinen and Nurminen's interval: it differs from the score test's
definition in the third digit. scipy maximises the likelihood and finds the roots here.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import norm
from statsmodels.stats.proportion import confint_proportions_2indep

import tallystick as ts
from tallystick import metrics
from tallystick.errors import ParameterError

# Counts of the group and of the rest: selected positives, other positives, selected negatives,
# other negatives.
TABLES = [
    ((12, 8, 10, 20), (40, 10, 20, 130)),
    ((400, 100, 30, 470), (3000, 1000, 500, 5500)),
    ((7, 93, 6, 194), (900, 100, 7, 993)),
    ((49, 1, 5, 45), (30, 20, 25, 25)),
]
# All or none of a side.
EDGES = [
    ((0, 20, 0, 20), (0, 40, 0, 40)),
    ((20, 0, 20, 0), (40, 0, 40, 0)),
    ((20, 0, 20, 0), (0, 40, 0, 40)),
    ((0, 30, 5, 5), (0, 60, 30, 30)),
]
METHODS = ["newcombe", "miettinen_nurminen"]


def rows(counts):
    selected = np.repeat([0.9, 0.1, 0.9, 0.1], counts)
    return selected, np.repeat([1, 1, 0, 0], counts)


def arguments(table):
    (scores, labels), (rest_scores, rest_labels) = map(rows, table)
    group = np.repeat([True, False], [len(scores), len(rest_scores)])
    both = {"score": np.r_[scores, rest_scores], "label": np.r_[labels, rest_labels]}
    return {"group": group, "threshold": 0.5, **both}


def share(rate, counts):
    tp, fn, fp, tn = counts
    return {"tpr": (tp, tp + fn), "fpr": (fp, fp + tn), "ppv": (tp, tp + fp)}[rate]


def score_interval(a, m, b, n):
    """Differences `a/m - b/n` that the score test keeps at 95 %, by scipy."""
    seen, z = a / m - b / n, norm.isf(0.025)

    def variance(delta):
        def loss(q):
            p = q + delta
            return -(
                a * np.log(p) + (m - a) * np.log1p(-p) + b * np.log(q) + (n - b) * np.log1p(-q)
            )

        bounds = (max(0.0, -delta) + 1e-12, min(1.0, 1.0 - delta) - 1e-12)
        q = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-12}).x
        p = q + delta
        return (p * (1 - p) / m + q * (1 - q) / n) * (m + n) / (m + n - 1)

    def beyond(delta):
        return (seen - delta) ** 2 - z * z * variance(delta)

    return brentq(beyond, -0.999, seen), brentq(beyond, seen, 0.999)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("rate", ["tpr", "fpr", "ppv"])
@pytest.mark.parametrize("interval", METHODS)
def test_a_gap_and_its_interval(interval, rate, table):
    (group, of_group), (rest, of_rest) = (share(rate, counts) for counts in table)
    found = getattr(metrics, f"{rate}_gap")(**arguments(table), interval=interval)
    if interval == "newcombe":
        lower, upper = confint_proportions_2indep(
            group, of_group, rest, of_rest, compare="diff", method="newcomb"
        )
        error = 1e-12
    else:
        lower, upper = score_interval(group, of_group, rest, of_rest)
        # A maximum is found to the root of the precision of what is maximised.
        error = 1e-7
    assert found.value == pytest.approx(group / of_group - rest / of_rest, abs=1e-14)
    assert found.ci_lower == pytest.approx(lower, abs=error)
    assert found.ci_upper == pytest.approx(upper, abs=error)
    assert interval.split("_")[0] in found.method.lower()


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("rate", ["tpr", "fpr", "ppv"])
def test_a_ratio_and_its_interval(rate, table):
    (group, of_group), (rest, of_rest) = (share(rate, counts) for counts in table)
    found = getattr(metrics, f"{rate}_ratio")(**arguments(table))
    lower, upper = confint_proportions_2indep(
        group, of_group, rest, of_rest, compare="ratio", method="log"
    )
    assert found.value == pytest.approx((group / of_group) / (rest / of_rest), rel=1e-14)
    assert found.ci_lower == pytest.approx(lower, rel=1e-12)
    assert found.ci_upper == pytest.approx(upper, rel=1e-12)


@pytest.mark.parametrize("table", EDGES)
@pytest.mark.parametrize("rate", ["tpr", "fpr"])
@pytest.mark.parametrize("interval", METHODS)
def test_none_and_all_of_a_side_have_an_interval(interval, rate, table):
    found = getattr(metrics, f"{rate}_gap")(**arguments(table), interval=interval)
    (group, of_group), (rest, of_rest) = (share(rate, counts) for counts in table)
    assert found.value == group / of_group - rest / of_rest
    assert -1 <= found.ci_lower <= found.value <= found.ci_upper <= 1
    assert found.ci_lower < found.ci_upper
    assert 0 <= found.p_value <= 1


def test_the_wider_odds_follow_the_interval_that_is_asked_for():
    newcombe, score = (
        metrics.equalized_odds_gap(**arguments(TABLES[0]), interval=interval)
        for interval in METHODS
    )
    assert newcombe.value == score.value
    assert (newcombe.ci_lower, newcombe.ci_upper) != (score.ci_lower, score.ci_upper)


def test_an_interval_that_is_not_known_is_refused_with_the_nearest():
    with pytest.raises(ParameterError, match="newcombe, miettinen_nurminen") as refused:
        metrics.tpr_gap(**arguments(TABLES[0]), interval="miettinen")
    assert "miettinen_nurminen" in refused.value.hint


def test_a_spec_chooses_the_interval():
    drawn = np.random.default_rng(5)
    data = {"p": drawn.random(900), "c": drawn.choice(["a", "b"], 900)}
    data["y"] = drawn.random(900) < data["p"]
    spec = {
        "schema": 1,
        "segments": ["c"],
        "score": {"column": "p", "threshold": 0.5, "gap_interval": "miettinen_nurminen"},
        "label": {"column": "y"},
    }
    report = ts.compare(reference=data, current=data, spec=spec)
    row = report["p", "c=a"]["tpr_gap"]
    one = metrics.tpr_gap(
        group=data["c"] == "a",
        score=data["p"],
        label=data["y"],
        threshold=0.5,
        interval="miettinen_nurminen",
    )
    assert (row.value, row.ci_lower, row.ci_upper) == (one.value, one.ci_lower, one.ci_upper)
    assert row.method == one.method
