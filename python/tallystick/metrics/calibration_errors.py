"""Whether of the rows scored p a share p is positive: errors of calibration, and the verdict."""

from __future__ import annotations

from typing import Any

from tallystick.comparison import Measurement
from tallystick.metrics.scoring import given, score_metric


def calibration(
    *,
    score: Any,
    label: Any,
    positive: Any = None,
    bins: int = 15,
    tolerance: float | None = None,
    threads: int | None = None,
) -> Measurement:
    """What is wrong with the calibration, in a word, and what to do.

    First whether: `ece_debiased` against the tolerance. Then the shape, the simplest that explains
    it: a shift of all scores, else a slope of Cox's regression other than 1. A state rather than a
    number: `value` is None. Range none.

    Args:
        score: Probability of the positive label, in [0, 1]: array, list, Series, Arrow array, or a
            table of one column. Shape (n,).
        label: What happened, in the same order: booleans, numbers or texts. Shape (n,).
        positive: The label that the score is the probability of, all others being negative; by
            default true or 1, and then only false and 0 are taken for negative.
        bins: Number of bins, 1 to 10,000.
        tolerance: Largest harmless calibration error; by default 0.02.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement whose `reason` is the finding: "calibrated", "over_confident",
        "under_confident", "too_high", "too_low" or "miscalibrated"; "too_few_rows" where right
        scores could show the tolerance too. `method` ends in the remedy: recalibrate, or fit anew.

    Raises:
        ParameterError: Scores and labels of different length, labels that need `positive=`, or a
            number out of its domain.
        ColumnTypeError: Scores that are no numbers, or labels that are no categories.

    Missing data: rows with a missing score or label are left out; `n_current` tells how many are
        left. Scores outside of [0, 1] are never clipped: the answer is then undetermined, with the
        reason "scores_outside".
    Cost: about 6 ns a row; up to 16,384 rows are sorted, at about 60 ns a row.
    Source: Van Calster et al. 2016, Journal of Clinical Epidemiology 74.

    Example:
        >>> from tallystick import metrics
        >>> score, label = [0.1] * 2000 + [0.9] * 2000, [0, 0, 0, 1] * 500 + [0, 1, 1, 1] * 500
        >>> metrics.calibration(score=score, label=label).reason
        'over_confident'
    """
    return score_metric(
        "calibration",
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        bins=bins,
        tolerance=tolerance,
        threads=threads,
    )


def ece(
    *,
    score: Any,
    label: Any,
    positive: Any = None,
    bins: int = 15,
    threads: int | None = None,
) -> Measurement:
    """Expected calibration error in bins of equal width.

    `sum |sum of scores - positives| / n` over the bins `[i/B, (i+1)/B)`, the last one closed. Range
    [0, 1]; above 0 in any sample, however right the scores are.

    Args:
        score: Probability of the positive label, in [0, 1]: array, list, Series, Arrow array, or a
            table of one column. Shape (n,).
        label: What happened, in the same order: booleans, numbers or texts. Shape (n,).
        positive: The label that the score is the probability of, all others being negative; by
            default true or 1, and then only false and 0 are taken for negative.
        bins: Number of bins, 1 to 10,000.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement; `null_level` is what right scores show at this many rows, `p_value` the
        chi-square test that all scores are right over the bins.

    Raises:
        ParameterError: Scores and labels of different length, labels that need `positive=`, or a
            number out of its domain.
        ColumnTypeError: Scores that are no numbers, or labels that are no categories.

    Missing data: rows with a missing score or label are left out; `n_current` tells how many are
        left. Scores outside of [0, 1] are never clipped: the answer is then undetermined, with the
        reason "scores_outside".
    Cost: about 2.5 ns a row.
    Source: Naeini, Cooper and Hauskrecht 2015.

    Example:
        >>> from tallystick import metrics
        >>> round(metrics.ece(score=[0.1, 0.1, 0.8, 0.8], label=[0, 0, 1, 0], bins=10).value, 12)
        0.2
    """
    return score_metric(
        "ece",
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        bins=bins,
        threads=threads,
    )


def ece_equal_mass(
    *,
    score: Any,
    label: Any,
    positive: Any = None,
    bins: int = 15,
    threads: int | None = None,
) -> Measurement:
    """Expected calibration error in bins of equal mass.

    `sum |sum of scores - positives| / n` over bins cut at the scores of rank `i n / B`; equal
    scores are never parted, so that there may be fewer bins. Range [0, 1]; above 0 in any sample.

    Args:
        score: Probability of the positive label, in [0, 1]: array, list, Series, Arrow array, or a
            table of one column. Shape (n,).
        label: What happened, in the same order: booleans, numbers or texts. Shape (n,).
        positive: The label that the score is the probability of, all others being negative; by
            default true or 1, and then only false and 0 are taken for negative.
        bins: Number of bins, 1 to 10,000.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement; `null_level` is what right scores show at this many rows, `p_value` the
        chi-square test that all scores are right over the bins.

    Raises:
        ParameterError: Scores and labels of different length, labels that need `positive=`, or a
            number out of its domain.
        ColumnTypeError: Scores that are no numbers, or labels that are no categories.

    Missing data: rows with a missing score or label are left out; `n_current` tells how many are
        left. Scores outside of [0, 1] are never clipped: the answer is then undetermined, with the
        reason "scores_outside".
    Cost: about 6 ns a row; up to 16,384 rows are sorted, at about 60 ns a row.
    Source: Nixon et al. 2019.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.ece_equal_mass(score=[0.1, 0.2, 0.7, 0.8], label=[0, 0, 1, 0], bins=2)
        >>> round(m.value, 12)
        0.2
    """
    return score_metric(
        "ece_equal_mass",
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        bins=bins,
        threads=threads,
    )


def ece_debiased(
    *,
    score: Any,
    label: Any,
    positive: Any = None,
    bins: int = 15,
    tolerance: float | None = None,
    false_alarm_rate: float = 0.01,
    threads: int | None = None,
) -> Measurement:
    """Calibration error with the sampling error taken out; the one that decides.

    Root, with its sign, of `sum (n_b/n) [gap_b^2 - y_b (1 - y_b) / (n_b - 1)]` over bins of equal
    mass, `gap_b` the mean score less the share of positives `y_b`. Range about [-1/2, 1]; below 0
    as often as above if scores are right.

    Args:
        score: Probability of the positive label, in [0, 1]: array, list, Series, Arrow array, or a
            table of one column. Shape (n,).
        label: What happened, in the same order: booleans, numbers or texts. Shape (n,).
        positive: The label that the score is the probability of, all others being negative; by
            default true or 1, and then only false and 0 are taken for negative.
        bins: Number of bins, 1 to 10,000.
        tolerance: Largest harmless error; by default 0.02.
        false_alarm_rate: Chance of an alert when the effect is within tolerance.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement with the interval of the true error over these bins. Its status is the verdict
        against `tolerance`: ok, alert or undetermined.

    Raises:
        ParameterError: Scores and labels of different length, labels that need `positive=`, or a
            number out of its domain.
        ColumnTypeError: Scores that are no numbers, or labels that are no categories.

    Missing data: rows with a missing score or label are left out; `n_current` tells how many are
        left. Scores outside of [0, 1] are never clipped: the answer is then undetermined, with the
        reason "scores_outside".
    Cost: about 6 ns a row; up to 16,384 rows are sorted, at about 60 ns a row.
    Source: Bröcker 2012; Kumar, Liang and Ma 2019.

    Example:
        >>> from tallystick import metrics
        >>> score, label = [0.2] * 5000 + [0.6] * 5000, [1, 0, 0, 0, 0] * 1000 + [1, 0] * 2500
        >>> m = metrics.ece_debiased(score=score, label=label, tolerance=0.02)
        >>> m.status, m.reason
        ('alert', 'beyond_tolerance')
    """
    return score_metric(
        "ece_debiased",
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        bins=bins,
        tolerance=tolerance,
        false_alarm_rate=false_alarm_rate,
        threads=threads,
    )


def ece_smooth(
    *,
    score: Any,
    label: Any,
    positive: Any = None,
    threads: int | None = None,
) -> Measurement:
    """Smooth calibration error: no bins, and a scale it finds itself.

    The width sigma at which `integral |1/n sum K_sigma(t, p_i) (y_i - p_i)| dt` is sigma, K a
    Gaussian kernel reflected at 0 and 1. Range [0, 1]; above 0 in any sample.

    Args:
        score: Probability of the positive label, in [0, 1]: array, list, Series, Arrow array, or a
            table of one column. Shape (n,).
        label: What happened, in the same order: booleans, numbers or texts. Shape (n,).
        positive: The label that the score is the probability of, all others being negative; by
            default true or 1, and then only false and 0 are taken for negative.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement without an interval or a p value.

    Raises:
        ParameterError: Scores and labels of different length, labels that need `positive=`, or a
            number out of its domain.
        ColumnTypeError: Scores that are no numbers, or labels that are no categories.

    Missing data: rows with a missing score or label are left out; `n_current` tells how many are
        left. Scores outside of [0, 1] are never clipped: the answer is then undetermined, with the
        reason "scores_outside".
    Cost: about 6 ns a row; up to 16,384 rows are sorted, at about 60 ns a row, and the kernel takes
        up to 0.1 s.
    Source: Błasiok and Nakkiran, ICLR 2024.

    Example:
        >>> from tallystick import metrics
        >>> round(metrics.ece_smooth(score=[0.5] * 100, label=[1] * 70 + [0] * 30).value, 3)
        0.2
    """
    return score_metric(
        "ece_smooth",
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        threads=threads,
    )


def mce(
    *,
    score: Any,
    label: Any,
    positive: Any = None,
    bins: int = 15,
    threads: int | None = None,
) -> Measurement:
    """Largest calibration error of a bin.

    `max |mean score - share of positives|` over the bins `[i/B, (i+1)/B)` with at least 30 rows.
    Range [0, 1]; above 0 in any sample, and more so with more bins.

    Args:
        score: Probability of the positive label, in [0, 1]: array, list, Series, Arrow array, or a
            table of one column. Shape (n,).
        label: What happened, in the same order: booleans, numbers or texts. Shape (n,).
        positive: The label that the score is the probability of, all others being negative; by
            default true or 1, and then only false and 0 are taken for negative.
        bins: Number of bins, 1 to 10,000.
        threads: Most threads; default TALLYSTICK_THREADS, else one per core, of large columns.

    Returns:
        A Measurement without an interval; undetermined where no bin has 30 rows.

    Raises:
        ParameterError: Scores and labels of different length, labels that need `positive=`, or a
            number out of its domain.
        ColumnTypeError: Scores that are no numbers, or labels that are no categories.

    Missing data: rows with a missing score or label are left out; `n_current` tells how many are
        left. Scores outside of [0, 1] are never clipped: the answer is then undetermined, with the
        reason "scores_outside".
    Cost: about 2.5 ns a row.
    Source: Naeini, Cooper and Hauskrecht 2015.

    Example:
        >>> from tallystick import metrics
        >>> m = metrics.mce(score=[0.1] * 50 + [0.8] * 50, label=[0] * 50 + [1, 0] * 25)
        >>> round(m.value, 12)
        0.3
    """
    return score_metric(
        "mce",
        score=given("score", score),
        label=given("label", label),
        positive=positive,
        bins=bins,
        threads=threads,
    )
