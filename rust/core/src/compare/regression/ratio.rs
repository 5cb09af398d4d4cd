//! The ratio of two means of numbers that are never negative, on its logarithm.
//!
//! `ln(c / r)` is taken for normal with variance `v_c / (m c^2) + v_r / (n r^2)` (delta method);
//! as the variances are estimated, Student's law with Satterthwaite's degrees of freedom stands in
//! for the normal one, as in Welch's test.

use crate::inference::mean::Moments;
use crate::inference::{outer_tail, student};

/// A logarithm of a ratio, its standard error and degrees of freedom.
#[derive(Clone, Copy)]
pub(super) struct LogRatio {
    log: f64,
    error: f64,
    df: f64,
}

impl LogRatio {
    /// `None` unless both means are above 0, each of two rows or more.
    pub(super) fn of(reference: Moments, current: Moments) -> Option<Self> {
        let positive = |side: Moments| side.mean > 0.0 && side.count >= 2;
        if !(positive(reference) && positive(current)) {
            return None;
        }
        // The relative standard error first: its square may not fit where the variance does.
        let part = |side: Moments| (side.variance.sqrt() / side.mean).powi(2) / side.count as f64;
        let (a, b) = (part(reference), part(current));
        let total = a + b;
        let log = current.mean.ln() - reference.mean.ln();
        let share = |part: f64| if total > 0.0 { part / total } else { 0.5 };
        let freedom = |part: f64, count: u64| share(part).powi(2) / (count - 1) as f64;
        let df = 1.0 / (freedom(a, reference.count) + freedom(b, current.count));
        let ratio = Self { log, error: total.sqrt(), df };
        (log.is_finite() && total.is_finite() && df.is_finite()).then_some(ratio)
    }

    /// p of "the ratio is at most `tolerance`": one-sided, as a smaller one is no harm.
    pub(super) fn p_tolerance(self, tolerance: f64) -> Option<f64> {
        let beyond = self.log - tolerance.ln();
        if self.error == 0.0 {
            return Some(if beyond > 0.0 { 0.0 } else { 1.0 });
        }
        let tail = student::two_sided(beyond / self.error, self.df)? / 2.0;
        Some(if beyond > 0.0 { tail } else { 1.0 - tail })
    }

    /// Upper end of the ratio's two-sided interval at `level`.
    pub(super) fn upper(self, level: f64) -> Option<f64> {
        let half = self.error * student::quantile(1.0 - outer_tail(level)?, self.df)?;
        let upper = (self.log + half).exp();
        upper.is_finite().then_some(upper)
    }
}

#[cfg(test)]
mod tests {
    use super::LogRatio;
    use crate::inference::mean::Moments;

    fn moments(count: u64, mean: f64, variance: f64) -> Moments {
        Moments { count, mean, variance }
    }

    #[test]
    fn p_and_interval_agree_at_the_edge() {
        let ratio = LogRatio::of(moments(50, 2.0, 3.0), moments(80, 2.2, 4.0)).unwrap();
        let upper = ratio.upper(0.95).unwrap();
        assert!((ratio.p_tolerance(upper).unwrap() - 0.975).abs() < 1e-9);
        assert!(upper > 1.1 && ratio.p_tolerance(1.1).unwrap() > 0.499);
    }

    #[test]
    fn is_total() {
        let good = moments(10, 1.0, 1.0);
        for bad in [moments(1, 1.0, 1.0), moments(9, 0.0, 0.0), moments(9, f64::NAN, 1.0)] {
            assert!(LogRatio::of(good, bad).is_none() && LogRatio::of(bad, good).is_none());
        }
        let exact = LogRatio::of(moments(5, 1.0, 0.0), moments(5, 2.0, 0.0)).unwrap();
        assert_eq!((exact.p_tolerance(1.5), exact.p_tolerance(2.5)), (Some(0.0), Some(1.0)));
        let huge = LogRatio::of(moments(5, 1e-300, 1e-300), moments(5, 1e300, 1e300));
        assert!(huge.is_none_or(|ratio| ratio.p_tolerance(1.25).is_some_and(|p| p <= 1.0)));
    }
}
