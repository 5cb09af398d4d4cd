//! The L2 calibration error over bins with the sampling error taken out.
//!
//! `theta = sum (n_b/N) [gap_b^2 - y_b (1 - y_b) / (n_b - 1)]`: unbiased for the weighted mean of
//! the squared true gaps, and below 0 about as often as above when scores are right. The value is
//! its root with its sign, on the scale of ECE, in about [-1/2, 1]. Bins with fewer than two rows
//! say nothing. Sources: J. Bröcker, Estimating reliability and resolution of probability
//! forecasts through decomposition of the empirical score, Climate Dynamics 39, 2012; A. Kumar,
//! P. Liang and T. Ma, Verified uncertainty calibration, Advances in Neural
//! Information Processing Systems 32, 2019.
//!
//! # Law
//! Each `gap^2` is a scaled noncentral chi-square of one degree; the scales `v_b/N` differ with the
//! variance `v_b` of a label in the bin. The sum is held to be `a` times one of `df` degrees,
//! `theta_hat / a + df ~ chi-square'(df, theta / a)`: its mean is right by construction, and its
//! variance, `2 a^2 df + 4 a theta`, by the choice of `a`, the larger of
//!
//! - `sum v^2 / (N sum v)`, right when nothing is wrong (F. E. Satterthwaite, 1946), and
//! - `sum w gap^2 v / (N sum w gap^2)`, right when sampling error is small beside the gaps.
//!
//! `v` is the larger of what scores and labels say, so both tests and intervals err on the safe
//! side where events are rare. Subtracting the labels' variance, not the scores', matters there:
//! for a Poisson count X of mean m, `(X - m)^2 - X` has the normal law's variance `2 m^2`, while
//! `(X - m)^2 - m` has `2 m^2 + m`. The simulated rates are in `simulation.rs`.
//!
//! Known limit: where the whole error sits in one bin with a hundredth of the rows and a few expected
//! events, a test at 1 % rejects up to 3 % and a 95 % interval covers 91 %.

use super::bins::Bin;
use crate::inference::{Interval, chi_square, noncentral_chi_square, whole_rows};

/// Probability that no miscalibration stays under the tolerance, required before a judgement.
const CONFIDENCE: f64 = 0.99;

/// The debiased error of some bins, with its law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Debiased {
    /// Estimate of the squared error; may be below 0.
    pub squared: f64,
    /// Scale `a` of the law.
    scale: f64,
    /// Degrees of freedom of the law, at least 1.
    df: f64,
    /// The scale times effective rows when nothing is wrong.
    null_variance: f64,
    /// Degrees of freedom when nothing is wrong.
    null_df: f64,
}

/// Sums over the bins that say something; `w` is a bin's share of all rows.
#[derive(Default)]
struct Sums {
    squared: f64,
    weight: f64,
    /// `sum w gap^2`, `sum w gap^2 v`.
    gaps: [f64; 2],
    /// `sum v`, `sum v^2`.
    variances: [f64; 2],
    effective: f64,
}

impl Sums {
    fn over(bins: &[Bin]) -> Self {
        let mut sums = Self::default();
        for bin in bins.iter().filter(|bin| bin.total() > 0.0) {
            let (weight, rows) = (bin.total(), bin.effective());
            sums.weight += weight;
            sums.effective += rows;
            if rows < 2.0 {
                continue;
            }
            let squared = bin.gap() * bin.gap();
            let labels = bin.label_variance() / (rows - 1.0);
            // The variance of one label: the labels' unbiased estimate, or what the scores expect.
            let variance = (labels * rows).max(bin.variance / weight);
            sums.squared += weight * (squared - labels);
            sums.gaps[0] += weight * squared;
            sums.gaps[1] += weight * squared * variance;
            sums.variances[0] += variance;
            sums.variances[1] += variance * variance;
        }
        sums
    }
}

impl Debiased {
    /// Of bins. `None` when no bin has two rows.
    #[must_use]
    pub fn of(bins: &[Bin]) -> Option<Self> {
        let sums = Sums::over(bins);
        let told = bins.iter().any(|bin| bin.total() > 0.0 && bin.effective() >= 2.0);
        let [all, squares] = sums.variances;
        // Labels that cannot be otherwise have no law: all scores 0 or 1, and right.
        let null_variance = if all > 0.0 { squares / all } else { 0.0 };
        let at_gaps = if sums.gaps[0] > 0.0 { sums.gaps[1] / sums.gaps[0] } else { 0.0 };
        let variance = null_variance.max(at_gaps);
        let degrees = |variance: f64| if variance > 0.0 { (all / variance).max(1.0) } else { 1.0 };
        told.then(|| Self {
            squared: sums.squared / sums.weight,
            scale: variance / sums.effective,
            df: degrees(variance),
            null_variance,
            null_df: degrees(null_variance),
        })
    }

    /// The root of the squared error, with its sign: on the scale of ECE.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.squared.signum() * self.squared.abs().sqrt()
    }

    /// What stands for the chi-square variable; `None` where labels cannot vary.
    fn statistic(&self) -> Option<f64> {
        let x = self.squared / self.scale + self.df;
        (self.scale > 0.0 && x.is_finite()).then_some(x.max(0.0))
    }

    /// Interval at `level` of the true error over these bins: all errors with which neither tail
    /// at the estimate is below `(1 - level) / 2`. At least 0; a point where labels cannot vary.
    ///
    /// `None` for a level outside (0, 1).
    #[must_use]
    pub fn interval(&self, level: f64) -> Option<Interval> {
        crate::inference::outer_tail(level)?;
        let Some(x) = self.statistic() else {
            let value = self.squared.max(0.0).sqrt();
            return Some(Interval { lower: value, upper: value });
        };
        let bounds = noncentral_chi_square::noncentrality_bounds(x, self.df, level)?;
        let root = |lambda: f64| (lambda * self.scale).sqrt().min(1.0);
        Some(Interval { lower: root(bounds.lower), upper: root(bounds.upper) })
    }

    /// p of "the true error over these bins is at most `tolerance`".
    ///
    /// `None` for a tolerance outside [0, 1]. Tolerance 0 asks for perfect calibration;
    /// [`super::perfect::p_value`] is the sharper test of that.
    #[must_use]
    pub fn p_tolerance(&self, tolerance: f64) -> Option<f64> {
        if !(0.0..=1.0).contains(&tolerance) {
            return None;
        }
        let Some(x) = self.statistic() else {
            return Some(if self.squared > tolerance * tolerance { 0.0 } else { 1.0 });
        };
        noncentral_chi_square::sf(x, self.df, tolerance * tolerance / self.scale)
    }

    /// Effective rows from which on right scores stay within `tolerance` in 99 % of samples, with
    /// rows spread over the bins as they are: `a (quantile(.99; df) - df) <= tolerance^2`.
    ///
    /// `None` for a tolerance that is not positive.
    #[must_use]
    pub fn rows_to_judge(&self, tolerance: f64) -> Option<u64> {
        let above = chi_square::quantile(CONFIDENCE, self.null_df)? - self.null_df;
        if tolerance > 0.0 { whole_rows(self.null_variance * above / (tolerance * tolerance)) } else { None }
    }
}

#[cfg(test)]
#[path = "debiased_tests.rs"]
mod tests;
