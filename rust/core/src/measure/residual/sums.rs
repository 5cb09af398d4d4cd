//! A mean of any loss from its sums, with Student's interval.

use crate::inference::mean::Moments;
use crate::inference::mover::Estimate;
use crate::inference::{Interval, outer_tail, student};

/// Rows, sum and sum of squares of one number a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanSums {
    /// Number of rows.
    pub rows: u64,
    /// Sum of the numbers.
    pub sum: f64,
    /// Sum of their squares, where it was kept.
    pub squares: Option<f64>,
}

impl MeanSums {
    /// The mean; `None` without rows or for a sum that is not finite.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.rows > 0 && self.sum.is_finite()).then(|| self.sum / self.rows as f64)
    }

    /// Count, mean and sample variance, for Welch's test and interval of a change.
    ///
    /// The variance is a difference of sums: where the mean is 10^k standard deviations it has
    /// lost 2k digits. `None` without squares, with fewer than two rows, or for squares that
    /// cannot be.
    #[must_use]
    pub fn moments(&self) -> Option<Moments> {
        let (mean, squares) = (self.mean()?, self.squares?);
        // As n mean^2, not sum^2 / n: the square of a large sum may not fit.
        let centred = squares - mean * mean * self.rows as f64;
        let valid = self.rows >= 2 && squares >= 0.0 && centred.is_finite();
        let slack = 1e-9 * squares;
        (valid && centred >= -slack).then(|| {
            let variance = centred.max(0.0) / (self.rows - 1) as f64;
            Moments { count: self.rows, mean, variance }
        })
    }

    /// The mean and Student's interval of it; `None` as in [`MeanSums::mean`].
    #[must_use]
    pub fn estimate(&self, level: f64) -> Option<Estimate> {
        let value = self.mean()?;
        let interval = || {
            let moments = self.moments()?;
            let error = (moments.variance / self.rows as f64).sqrt();
            let half = error * student::quantile(1.0 - outer_tail(level)?, (self.rows - 1) as f64)?;
            let (lower, upper) = (value - half, value + half);
            (lower.is_finite() && upper.is_finite()).then_some(Interval { lower, upper })
        };
        Some(Estimate { value, interval: interval() })
    }

    /// [`MeanSums::estimate`] of numbers that are never below 0, nor is the interval; `None` also
    /// when their sum is.
    #[must_use]
    pub fn nonnegative(&self, level: f64) -> Option<Estimate> {
        let estimate = self.estimate(level).filter(|estimate| estimate.value >= 0.0)?;
        let held = |ends: Interval| Interval { lower: ends.lower.max(0.0), ..ends };
        Some(Estimate { interval: estimate.interval.map(held), ..estimate })
    }
}
