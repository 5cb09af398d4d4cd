"""The words and numbers of spec v1, each in one place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SCHEMA_VERSION: Final = 1

KINDS: Final = ("numeric", "categorical")
ROLES: Final = ("feature", "ignore", "time", "id", "segment")
BINNINGS: Final = ("quantile", "log_linear", "uniform")

DEFAULT_TOLERANCES: Final[Mapping[str, float]] = {
    "psi": 0.10,
    "ks": 0.10,
    "missing_share": 0.05,
    "other_share": 0.05,
}
"""Largest harmless change: nats for psi, absolute differences of shares for the others."""

TOLERANCE_OF: Final[Mapping[str, str]] = {
    "psi_corrected": "psi",
    "ks": "ks",
    "missing_share": "missing_share",
    "other_share": "other_share",
}
"""Metrics that can decide, each with the tolerance it is judged against."""

TOLERANCES_BY_KIND: Final[Mapping[str, tuple[str, ...]]] = {
    "numeric": ("psi", "ks", "missing_share"),
    "categorical": ("psi", "missing_share", "other_share"),
}

OUTCOME_TOLERANCES: Final[Mapping[str, float | None]] = {
    "ece_debiased": 0.02,
    "auc": 0.05,
    "selection_rate_ratio": 1.25,
    "fairness_gap": None,
    "mae_ratio": 1.25,
    "accuracy": 0.05,
    "interval_coverage": 0.05,
}
"""What a score has besides the tolerances of its kind: an error of probabilities, a loss of area, a
ratio of shares either way, and a difference of a segment's rates, which is not judged unless it is
declared: what is fair is not a default. Of a score that foretells a number the ratio of its mean
absolute error to the reference's, and a difference of the share of labels inside their foretold
intervals from the declared one; of scores of several classes a loss of accuracy."""

GAP_INTERVALS: Final = ("newcombe", "miettinen_nurminen")
"""How the interval of a difference between a segment and the rest is made; the first by default."""

LABEL_KINDS: Final = ("class", "number")
NUMBER_TOLERANCES: Final = ("mae_ratio", "interval_coverage")
"""Tolerances of a score that foretells a number; the others of an outcome are of classes."""

METRICS: Final = (
    "psi",
    "psi_corrected",
    "ks",
    "total_variation",
    "jensen_shannon",
    "hellinger",
    "chi_square",
    "g_test",
    "wasserstein",
    "missing_share",
    "other_share",
    "row_count",
    "mean",
    "schema",
    "label_coverage",
    "positive_rate",
    "label_bias",
    "calibration",
    "ece_debiased",
    "ece",
    "ece_equal_mass",
    "ece_smooth",
    "mce",
    "brier",
    "brier_reliability",
    "brier_resolution",
    "spiegelhalter_z",
    "calibration_slope",
    "calibration_intercept",
    "auc",
    "average_precision",
    "ks_classes",
    "log_loss",
    "selection_rate",
    "selection_rate_ratio",
    "accuracy",
    "balanced_accuracy",
    "precision",
    "recall",
    "specificity",
    "f1",
    "matthews",
    "positive_rate_estimated",
    "auc_estimated",
    "accuracy_estimated",
    "calibration_gap",
    "disparate_impact",
    "equalized_odds_gap",
    "fpr_gap",
    "ppv_gap",
    "tpr_ratio",
    "fpr_ratio",
    "ppv_ratio",
    "selection_rate_gap",
    "tpr_gap",
    "positive_rate_estimate_error",
    "auc_estimate_error",
    "accuracy_estimate_error",
    "mae",
    "rmse",
    "bias",
    "r2",
    "mape",
    "pinball_loss",
    "quantile_coverage",
    "interval_coverage",
    "expected_cost",
    "top_accuracy",
    "top_ece_debiased",
    "macro_f1",
    "weighted_f1",
    "kappa",
    "balanced_top_accuracy",
    "score_sum_violation_share",
)
"""Metrics that this release computes."""

LATER_METRICS: Final = (
    "wasserstein_iqr",
    "cramer_von_mises",
    "nan_share",
    "infinite_share",
    "range_violation_share",
    "rate_ratio",
    "freshness_seconds",
    "duplicate_id_share",
    "std",
)
"""Metrics of later releases: they may be named in `alerts.page`, and nowhere else yet."""

DEFAULT_PAGE: Final = ("missing_share", "other_share", "row_count", "schema")
"""What pages when `alerts.page` is left out: quality, while feature drift only warns."""

DEFAULT_FALSE_ALARM_RATE: Final = 0.01
DEFAULT_MAX_CATEGORIES: Final = 4096
MAX_CATEGORIES: Final = 65_536
MAX_BINS: Final = 65_536
MAX_SEGMENTS: Final = 8
MAX_THRESHOLDS: Final = 16
MAX_CLASSES: Final = 32
MAX_STRATA: Final = 32
MAX_QUANTILES: Final = 16
SCORE_RANGE: Final = (0.0, 1.0)
SCORE_BINS: Final = 1200
"""Divisible by every usual number of calibration bins."""
UNIFORM_BINS: Final = 240

RESERVED_KEYS: Final[Mapping[tuple[str, ...], str]] = {
    ("outcomes",): "further outcomes besides the label",
    ("guard",): "promote, hold or roll back a candidate",
    ("reference", "season"): "comparison with the same season of the reference",
    ("columns", "*", "missing"): "numbers that stand for a missing value",
    ("columns", "*", "positive"): "the value that counts as the outcome",
    ("columns", "*", "mature_after"): "how long an outcome takes to be final",
    ("columns", "*", "minimum_coverage"): "share of outcomes needed before judging",
    ("columns", "*", "tolerance", "selection_rate_ratio"): "tolerance of the share above a cut",
}
"""Keys of later versions and what they will be for; `*` stands for any column."""

RESERVED_ROLES: Final[Mapping[str, str]] = {
    "outcome": "a column with what really happened",
}

ROLES_ELSEWHERE: Final[Mapping[str, str]] = {
    "score": 'write score = { column = "..." }',
    "label": 'write label = { column = "..." }',
    "unit": 'write log = { unit = "..." }',
}
"""Roles that have a place of their own outside of [columns]."""
