//! How far predictions of a number are from it: regression from simple sums.
//!
//! With `e = prediction - label` over `n` rows: MAE `sum |e| / n`, RMSE `sqrt(sum e^2 / n)`, both
//! in [0, infinity); bias `sum e / n`, positive when predictions are too high; R2
//! `1 - sum e^2 / sum (y - mean)^2`, in (-infinity, 1]; MAPE `sum |e / y| / n` over rows whose
//! label is not 0, the others are counted. Intervals: Student's for means, see [`rmse`] and [`r2`]
//! for theirs. Rows are taken to be independent, and of equal weight. Differences of independent
//! samples: Welch for means ([`crate::inference::mean`] on [`MeanSums::moments`]), otherwise
//! [`crate::inference::mover`].
//! Sources: Hyndman and Koehler, International Journal of Forecasting 22, 2006; Gneiting, JASA
//! 106, 2011 (which measure asks for which prediction).

mod sums;

#[cfg(test)]
mod tests;

pub use sums::MeanSums;

use crate::inference::mover::Estimate;
use crate::inference::proportion::{Share, wilson_interval};
use crate::inference::{Interval, chi_square, normal, outer_tail};

/// Labels of the rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Labels {
    /// Their mean.
    pub mean: f64,
    /// `sum (y - mean)^2`.
    pub centred_squares: f64,
}

/// Sums of `|e / y|` over rows whose label is not 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Percentage {
    /// Rows, sum and sum of squares.
    pub sums: MeanSums,
    /// Rows left out because their label is 0.
    pub zeros: u64,
}

/// Sums over the rows of one side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Residuals {
    /// Number of rows.
    pub rows: u64,
    /// `sum |e|`.
    pub absolute: f64,
    /// `sum e`.
    pub sum: f64,
    /// `sum e^2`.
    pub squares: f64,
    /// `sum e^4`, where it was kept.
    pub fourth: Option<f64>,
    /// The labels, where they were kept.
    pub labels: Option<Labels>,
    /// The percentages, where they were kept.
    pub percentage: Option<Percentage>,
}

/// A mean of percentages and how many rows it does not speak of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mape {
    /// The mean, as a fraction: 0.1 is ten per cent.
    pub estimate: Estimate,
    /// Rows left out because their label is 0.
    pub zeros: u64,
}

impl Residuals {
    /// The absolute residuals, for their mean and its changes.
    #[must_use]
    pub fn absolute_sums(&self) -> MeanSums {
        MeanSums { rows: self.rows, sum: self.absolute, squares: Some(self.squares) }
    }

    /// The residuals themselves.
    #[must_use]
    pub fn signed_sums(&self) -> MeanSums {
        MeanSums { rows: self.rows, sum: self.sum, squares: Some(self.squares) }
    }

    /// The squared residuals; Welch on them compares the RMSEs of two sides.
    #[must_use]
    pub fn squared_sums(&self) -> MeanSums {
        MeanSums { rows: self.rows, sum: self.squares, squares: self.fourth }
    }
}

/// Mean absolute error. `None` without rows or for sums that cannot be.
#[must_use]
pub fn mae(residuals: &Residuals, level: f64) -> Option<Estimate> {
    residuals.absolute_sums().nonnegative(level)
}

/// Bias, `mean prediction - mean label`; `None` as in [`mae`].
#[must_use]
pub fn bias(residuals: &Residuals, level: f64) -> Option<Estimate> {
    residuals.signed_sums().estimate(level)
}

/// Root of the mean squared error; `None` as in [`mae`].
///
/// With fourth powers the interval is the delta method's on the logarithm of the mean square. At
/// 95 % it covers 92 % for 30 normal residuals and 94 % for 100; for Laplace's law 87 % and 92 %,
/// 95 % from 1000. Without them it is the chi-square law's with `n` degrees of freedom: exact for
/// normal residuals without bias, but 80 % for Laplace's law, however many rows. No
/// interval when every residual is 0.
#[must_use]
pub fn rmse(residuals: &Residuals, level: f64) -> Option<Estimate> {
    let square = residuals.squared_sums().mean().filter(|mean| *mean >= 0.0)?;
    let interval = match residuals.fourth {
        Some(_) => by_fourth_powers(residuals, square, level),
        None => by_normal_law(residuals, level),
    };
    let interval = interval.filter(|ends| square > 0.0 && ends.lower.is_finite() && ends.upper.is_finite());
    Some(Estimate { value: square.sqrt(), interval: interval.map(|ends| ends_with(ends, square.sqrt())) })
}

/// Rounding, or a level near 0, must not leave the value outside.
fn ends_with(ends: Interval, value: f64) -> Interval {
    Interval { lower: ends.lower.min(value), upper: ends.upper.max(value) }
}

fn by_fourth_powers(residuals: &Residuals, square: f64, level: f64) -> Option<Interval> {
    let moments = residuals.squared_sums().moments()?;
    let relative = (moments.variance / residuals.rows as f64).sqrt() / square;
    let half = normal::half_width(level)? * relative / 2.0;
    let value = square.sqrt();
    Some(Interval { lower: value * (-half).exp(), upper: value * half.exp() })
}

fn by_normal_law(residuals: &Residuals, level: f64) -> Option<Interval> {
    let (tail, df) = (outer_tail(level)?, residuals.rows as f64);
    let end = |p: f64| chi_square::quantile(p, df).map(|x| (residuals.squares / x).sqrt());
    Some(Interval { lower: end(1.0 - tail)?, upper: end(tail)? })
}

/// Coefficient of determination; `None` without kept labels, without rows, or when all labels are
/// one value.
///
/// The interval is Fisher's: the root is taken for a correlation, `atanh` of it for normal with
/// variance `1 / (n - 3)`. It holds for jointly normal labels and predictions that carry no bias
/// and the right scale (then R2 is the squared correlation); sums of squares tell no more. No
/// interval at or below 0, where R2 is no square, with 3 rows or fewer, or at exactly 1.
#[must_use]
pub fn r2(residuals: &Residuals, level: f64) -> Option<Estimate> {
    let spread = residuals.labels?.centred_squares;
    let valid = residuals.rows > 0 && residuals.squares >= 0.0 && spread > 0.0;
    let value = 1.0 - residuals.squares / spread;
    (valid && value.is_finite()).then(|| Estimate { value, interval: fisher(value, residuals.rows, level) })
}

fn fisher(value: f64, rows: u64, level: f64) -> Option<Interval> {
    if !(value > 0.0 && value < 1.0 && rows > 3) {
        return None;
    }
    let half = normal::half_width(level)? / ((rows - 3) as f64).sqrt();
    let centre = value.sqrt().atanh();
    let square = |z: f64| z.max(0.0).tanh().powi(2);
    Some(ends_with(Interval { lower: square(centre - half), upper: square(centre + half) }, value))
}

/// Mean absolute percentage error; `None` when it was not kept or every label is 0.
#[must_use]
pub fn mape(residuals: &Residuals, level: f64) -> Option<Mape> {
    let Percentage { sums, zeros } = residuals.percentage?;
    Some(Mape { estimate: sums.nonnegative(level)?, zeros })
}

/// Loss of a quantile prediction for one row: `q (y - f)` when the label is above the prediction,
/// `(1 - q) (f - y)` below; its mean is [`MeanSums::nonnegative`]. In [0, infinity).
///
/// `None` unless 0 < q < 1 and both numbers are finite. Source: Koenker and Bassett, 1978.
#[must_use]
pub fn pinball_loss(label: f64, prediction: f64, quantile: f64) -> Option<f64> {
    let above = label - prediction;
    let loss = if above >= 0.0 { quantile * above } else { (quantile - 1.0) * above };
    (quantile > 0.0 && quantile < 1.0 && loss.is_finite()).then_some(loss)
}

/// Share of labels inside their predicted intervals, with Wilson's interval: compare it with the
/// nominal level of the predictions. `None` without rows.
#[must_use]
pub fn coverage(inside: impl Into<Share>, level: f64) -> Option<Estimate> {
    let inside = inside.into();
    Some(Estimate { value: inside.share()?, interval: wilson_interval(inside, level) })
}
