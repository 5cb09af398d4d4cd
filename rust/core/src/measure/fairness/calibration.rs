//! Gap of calibration in the large: does the score overstate one group more than the rest?
//!
//! `sum (p - y) / n` of the group minus that of the rest, in [-2, 2], unbiased. Its variance is
//! `sum p (1 - p) / n^2` on either side: what the labels vary by when the scores are right. The
//! interval is normal, and is exact only near calibration: a score that claims far more certainty
//! than it has makes it too narrow. Opposite errors inside a group cancel; this is not an ECE.
//! Source: Spiegelhalter, Statistics in Medicine 5, 1986.

use super::{Gap, Judgement, Suppressed, enough};
use crate::inference::{Interval, normal};

/// Sums over the rows of a group; `p` is the score, `y` the label.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Residual {
    /// Weight of all rows.
    pub rows: f64,
    /// Effective rows; the rows themselves without weights.
    pub effective: f64,
    /// `sum (p - y)`.
    pub excess: f64,
    /// `sum p (1 - p)`.
    pub variance: f64,
}

impl Residual {
    /// Mean residual and its variance, where there are rows and events enough: `sum p (1 - p)` is
    /// at most the expected number of either label.
    fn mean(&self) -> Result<(f64, f64), Suppressed> {
        let each = self.variance / self.rows;
        enough(self.effective, each * self.effective)?;
        let (mean, variance) = (self.excess / self.rows, each / self.effective);
        let possible = mean.abs() <= 1.0 && each <= 0.25 * (1.0 + 1e-9);
        if possible { Ok((mean, variance)) } else { Err(Suppressed::Invalid) }
    }
}

/// Mean residual of the group minus that of the rest.
///
/// # Errors
///
/// [`Suppressed`] says why there is no number.
pub fn calibration_gap(
    group: &Residual,
    rest: &Residual,
    Judgement { level, tolerance, .. }: Judgement,
) -> Result<Gap, Suppressed> {
    let ((of_group, variance), (of_rest, of_rest_variance)) = (group.mean()?, rest.mean()?);
    let (value, error) = (of_group - of_rest, (variance + of_rest_variance).sqrt());
    let judged = || {
        let half = normal::half_width(level)? * error;
        let interval = Interval { lower: (value - half).max(-2.0), upper: (value + half).min(2.0) };
        let near = normal::sf((value.abs() - tolerance) / error)?;
        let far = normal::sf((value.abs() + tolerance) / error)?;
        let gap = Gap { value, interval, p_value: (near + far).min(1.0) };
        (0.0..1.0).contains(&tolerance).then_some(gap)
    };
    judged().ok_or(Suppressed::Invalid)
}
