"""Every measure as one call on arrays, Arrow, frames or counts.

Named and called like scikit-learn's metrics, all arguments by keyword; each returns a
`Measurement`: the value with its bracket, interval, null level, p value and, where there is a
tolerance, a verdict on this measure alone. `tallystick._core.CATALOGUE` is the table of all.

Example:
    >>> from tallystick import metrics
    >>> round(metrics.psi(reference=[1, 2, 3, 4] * 100, current=[1, 2, 3, 3] * 100).value, 2)
    1.49
"""

from tallystick.metrics.calibration_errors import (
    calibration,
    ece,
    ece_debiased,
    ece_equal_mass,
    ece_smooth,
    mce,
)
from tallystick.metrics.classes import (
    balanced_top_accuracy,
    kappa,
    macro_f1,
    score_sum_violation_share,
    top_accuracy,
    top_ece_debiased,
    weighted_f1,
)
from tallystick.metrics.confusion import (
    expected_cost,
    f1,
    precision,
    recall,
    specificity,
)
from tallystick.metrics.decisions import (
    accuracy,
    balanced_accuracy,
    matthews,
    selection_rate,
    selection_rate_ratio,
)
from tallystick.metrics.distances import ks, mean, wasserstein
from tallystick.metrics.divergences import (
    chi_square,
    g_test,
    hellinger,
    jensen_shannon,
    psi,
    psi_corrected,
    total_variation,
)
from tallystick.metrics.estimates import (
    accuracy_estimate_error,
    accuracy_estimated,
    auc_estimate_error,
    auc_estimated,
    positive_rate_estimate_error,
    positive_rate_estimated,
)
from tallystick.metrics.fairness import (
    calibration_gap,
    equalized_odds_gap,
    fpr_gap,
    ppv_gap,
    selection_rate_gap,
    tpr_gap,
)
from tallystick.metrics.fairness_ratios import disparate_impact, fpr_ratio, ppv_ratio, tpr_ratio
from tallystick.metrics.labels import label_bias, label_coverage, positive_rate
from tallystick.metrics.performance import auc, average_precision, ks_classes, log_loss
from tallystick.metrics.probabilities import (
    brier,
    brier_reliability,
    brier_resolution,
    calibration_intercept,
    calibration_slope,
    spiegelhalter_z,
)
from tallystick.metrics.quantiles import interval_coverage, pinball_loss, quantile_coverage
from tallystick.metrics.residuals import bias, mae, mape, r2, rmse
from tallystick.metrics.rows import missing_share, other_share, row_count, schema

__all__ = [
    "accuracy",
    "accuracy_estimate_error",
    "accuracy_estimated",
    "auc",
    "auc_estimate_error",
    "auc_estimated",
    "average_precision",
    "balanced_accuracy",
    "balanced_top_accuracy",
    "bias",
    "brier",
    "brier_reliability",
    "brier_resolution",
    "calibration",
    "calibration_gap",
    "calibration_intercept",
    "calibration_slope",
    "chi_square",
    "disparate_impact",
    "ece",
    "ece_debiased",
    "ece_equal_mass",
    "ece_smooth",
    "equalized_odds_gap",
    "expected_cost",
    "f1",
    "fpr_gap",
    "fpr_ratio",
    "g_test",
    "hellinger",
    "interval_coverage",
    "jensen_shannon",
    "kappa",
    "ks",
    "ks_classes",
    "label_bias",
    "label_coverage",
    "log_loss",
    "macro_f1",
    "mae",
    "mape",
    "matthews",
    "mce",
    "mean",
    "missing_share",
    "other_share",
    "pinball_loss",
    "positive_rate",
    "positive_rate_estimate_error",
    "positive_rate_estimated",
    "ppv_gap",
    "ppv_ratio",
    "precision",
    "psi",
    "psi_corrected",
    "quantile_coverage",
    "r2",
    "recall",
    "rmse",
    "row_count",
    "schema",
    "score_sum_violation_share",
    "selection_rate",
    "selection_rate_gap",
    "selection_rate_ratio",
    "specificity",
    "spiegelhalter_z",
    "top_accuracy",
    "top_ece_debiased",
    "total_variation",
    "tpr_gap",
    "tpr_ratio",
    "wasserstein",
    "weighted_f1",
]
