"""Every measure as one call on arrays, Arrow, frames or counts.

Named and called like scikit-learn's metrics, all arguments by keyword; each returns a
`Measurement`: the value with its bracket, interval, null level, p value and, where there is a
tolerance, a verdict on this measure alone. `tallystick._core.CATALOGUE` is the table of all.

Example:
    >>> from tallystick import metrics
    >>> round(metrics.psi(reference=[1, 2, 3, 4] * 100, current=[1, 2, 3, 3] * 100).value, 2)
    1.49
"""

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
from tallystick.metrics.residuals import bias, mae, mape, r2, rmse
from tallystick.metrics.rows import missing_share, other_share, row_count, schema

__all__ = [
    "bias",
    "chi_square",
    "g_test",
    "hellinger",
    "jensen_shannon",
    "ks",
    "mae",
    "mape",
    "mean",
    "missing_share",
    "other_share",
    "psi",
    "psi_corrected",
    "r2",
    "rmse",
    "row_count",
    "schema",
    "total_variation",
    "wasserstein",
]
