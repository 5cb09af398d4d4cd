//! The change of a mean, from counts, means and variances alone.

use super::{Interval, outer_tail, student};

/// What Welch's test needs to know of one sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// Number of values.
    pub count: u64,
    /// Their mean.
    pub mean: f64,
    /// Their sample variance, divided by `count - 1`.
    pub variance: f64,
}

impl Moments {
    /// Variance of the mean; `None` where it cannot be estimated.
    fn error(&self) -> Option<f64> {
        let usable = self.count >= 2 && self.variance >= 0.0 && self.mean.is_finite();
        let error = self.variance / self.count as f64;
        (usable && error.is_finite()).then_some(error)
    }
}

struct Welch {
    difference: f64,
    error: f64,
    df: f64,
}

/// Welch (1947): unequal variances, degrees of freedom by Satterthwaite.
fn welch(reference: Moments, current: Moments) -> Option<Welch> {
    let (a, b) = (reference.error()?, current.error()?);
    let total = a + b;
    let difference = current.mean - reference.mean;
    if !(total > 0.0 && total.is_finite() && difference.is_finite()) {
        return None;
    }
    // As shares of the total, so that squares of tiny variances do not underflow.
    let (share_a, share_b) = (a / total, b / total);
    let df = 1.0
        / (share_a * share_a / (reference.count - 1) as f64 + share_b * share_b / (current.count - 1) as f64);
    Some(Welch { difference, error: total.sqrt(), df })
}

/// Interval at `level` of `current mean - reference mean`.
///
/// `None` with fewer than two values on a side, with no spread on either side (there is nothing
/// to judge a difference by), with a number that is not finite, or a level outside (0, 1).
#[must_use]
pub fn difference_interval(reference: Moments, current: Moments, level: f64) -> Option<Interval> {
    let welch = welch(reference, current)?;
    let half = welch.error * student::quantile(1.0 - outer_tail(level)?, welch.df)?;
    let (lower, upper) = (welch.difference - half, welch.difference + half);
    (lower.is_finite() && upper.is_finite()).then_some(Interval { lower, upper })
}

/// Two-sided p against equal means; `None` as in [`difference_interval`].
#[must_use]
pub fn p_value(reference: Moments, current: Moments) -> Option<f64> {
    let welch = welch(reference, current)?;
    student::two_sided(welch.difference / welch.error, welch.df)
}

/// Mean of `|current mean - reference mean|` when nothing changed: `sqrt(2/pi)` standard errors.
#[must_use]
pub fn null_level(reference: Moments, current: Moments) -> Option<f64> {
    welch(reference, current).map(|welch| welch.error * std::f64::consts::FRAC_2_PI.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(count: u64, mean: f64, variance: f64) -> Moments {
        Moments { count, mean, variance }
    }

    #[test]
    fn is_total() {
        let good = moments(10, 1.0, 2.0);
        for bad in [
            moments(1, 1.0, 0.0),
            moments(0, f64::NAN, f64::NAN),
            moments(10, f64::INFINITY, 1.0),
            moments(10, 1.0, f64::NAN),
            moments(10, 1.0, -1.0),
            moments(10, 1.0, f64::INFINITY),
        ] {
            assert_eq!(p_value(good, bad), None);
            assert_eq!(p_value(bad, good), None);
            assert_eq!(difference_interval(bad, good, 0.95), None);
        }
        let constant = moments(10, 1.0, 0.0);
        assert_eq!(p_value(constant, constant), None);
        assert!(p_value(good, constant).is_some());
        assert_eq!(p_value(moments(3, f64::MAX, 1.0), moments(3, -f64::MAX, 1.0)), None);
        assert!(p_value(moments(3, 0.0, 5e-324), moments(3, 0.0, 5e-324)).is_none_or(|p| p == 1.0));
    }
}
