//! Shares of rows: intervals and tests for one share and for a change of it.
//!
//! Every law takes a [`Proportion`] of whole rows or a [`Share`] of weighted ones.

use super::{Interval, normal, whole_rows};

pub use super::share::Share;

/// `count` rows of `total` have the property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proportion {
    /// Rows with the property.
    pub count: u64,
    /// All rows.
    pub total: u64,
}

impl Proportion {
    /// The share; `None` when there are no rows or more counted than there are.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        (self.total > 0 && self.count <= self.total).then(|| self.count as f64 / self.total as f64)
    }
}

/// Wilson's score interval of a share at `level` (Wilson 1927).
///
/// All shares `p` with `|p_hat - p| <= z sqrt(p (1 - p) / n)`. Within [0, 1], never empty,
/// sensible at 0 and at n of n. `None` without rows or for a level outside (0, 1).
#[must_use]
pub fn wilson_interval(part: impl Into<Share>, level: f64) -> Option<Interval> {
    let part = part.into();
    let (p, q) = (part.share()?, part.complement().share()?);
    let z = normal::half_width(level)?;
    let z2 = z * z / part.total();
    let root = (z2 * (p * q + z2 / 4.0)).sqrt();
    // At the ends the two terms are equal; rounding must not leave a crumb of probability.
    let lower = if part.count == 0.0 { 0.0 } else { (p + z2 / 2.0 - root) / (1.0 + z2) };
    let upper = if part.rest == 0.0 { 1.0 } else { (p + z2 / 2.0 + root) / (1.0 + z2) };
    Some(Interval { lower: lower.clamp(0.0, 1.0), upper: upper.clamp(0.0, 1.0) })
}

/// Newcombe's hybrid-score interval of `current share - reference share` (Newcombe 1998, method
/// 10): the two Wilson intervals, combined by squares.
///
/// `extra_variance` is the variance of the share between periods in which nothing is wrong (the
/// baseline's own windows), 0 when unknown; the interval widens by it. Within [-1, 1].
/// `None` without rows on a side, or for a negative or non-finite variance.
#[must_use]
pub fn newcombe_interval(
    reference: impl Into<Share>,
    current: impl Into<Share>,
    level: f64,
    extra_variance: f64,
) -> Option<Interval> {
    if !(extra_variance >= 0.0 && extra_variance.is_finite()) {
        return None;
    }
    let (reference, current) = (reference.into(), current.into());
    let (p, q) = (current.share()?, reference.share()?);
    let (of_p, of_q) = (wilson_interval(current, level)?, wilson_interval(reference, level)?);
    let extra = normal::half_width(level)? * extra_variance.sqrt();
    let difference = p - q;
    let down = (p - of_p.lower).hypot(of_q.upper - q).hypot(extra);
    let up = (of_p.upper - p).hypot(q - of_q.lower).hypot(extra);
    Some(Interval { lower: (difference - down).max(-1.0), upper: (difference + up).min(1.0) })
}

/// Two-sided p of no change: the score test with the pooled share. Symmetric in the sides.
///
/// 1 when every row (or none) has the property. `None` without rows on a side.
#[must_use]
pub fn p_value(reference: impl Into<Share>, current: impl Into<Share>) -> Option<f64> {
    p_tolerance(reference, current, 0.0, 0.0)
}

/// p of "the share has not moved by more than `tolerance`", in either direction.
///
/// The score test at the edge of the tolerance: with `d = |current - reference|` and `s` its
/// standard error under the likeliest pair of shares that differ by exactly the tolerance
/// (Miettinen and Nurminen 1985; Farrington and Manning 1990, without the factor N/(N-1)),
/// `p = P(Z > (d - tolerance)/s) + P(Z > (d + tolerance)/s)`. At tolerance 0 it is the score
/// test of no change. `extra_variance` as in [`newcombe_interval`]. `None` without rows on a
/// side, for a tolerance outside [0, 1), or a negative or non-finite variance.
#[must_use]
pub fn p_tolerance(
    reference: impl Into<Share>,
    current: impl Into<Share>,
    tolerance: f64,
    extra_variance: f64,
) -> Option<f64> {
    let valid = (0.0..1.0).contains(&tolerance) && extra_variance >= 0.0;
    if !valid || !extra_variance.is_finite() {
        return None;
    }
    let (reference, current) = (reference.into(), current.into());
    let (p, q) = (current.share()?, reference.share()?);
    let difference = (p - q).abs();
    let (low, high) = if p < q { (current, reference) } else { (reference, current) };
    let variance = edge_variance(low, high, tolerance) + extra_variance;
    if variance <= 0.0 {
        return Some(if difference > tolerance { 0.0 } else { 1.0 });
    }
    let error = variance.sqrt();
    let near = normal::sf((difference - tolerance) / error)?;
    let far = normal::sf((difference + tolerance) / error)?;
    Some((near + far).min(1.0))
}

/// [`p_tolerance`], but never below what a few rows can say.
///
/// The score test leans on the normal law, which at a handful of rows calls one missing value
/// an alarm. So p is also at least the exact binomial tail of the current side, with the
/// reference's share moved by the tolerance, and that of the reference, with the current
/// side's. Arguments and `None` as there.
#[must_use]
pub fn p_tolerance_guarded(
    reference: impl Into<Share>,
    current: impl Into<Share>,
    tolerance: f64,
    extra_variance: f64,
) -> Option<f64> {
    let (reference, current) = (reference.into(), current.into());
    let score = p_tolerance(reference, current, tolerance, extra_variance)?;
    let (p, q) = (current.share()?, reference.share()?);
    let exact = if p > q {
        current.at_least(q + tolerance).max(reference.at_most(p - tolerance))
    } else {
        current.at_most(q - tolerance).max(reference.at_least(p + tolerance))
    };
    Some(score.max(exact).min(1.0))
}

/// Variance of the difference under the likeliest shares that differ by exactly `tolerance`.
pub(super) fn edge_variance(low: Share, high: Share, tolerance: f64) -> f64 {
    let (n, m) = (low.total(), high.total());
    let share = if tolerance == 0.0 {
        (low.count + high.count) / (n + m)
    } else {
        likeliest_lower_share(low, high, tolerance)
    };
    let upper = (share + tolerance).min(1.0);
    share * (1.0 - share) / n + upper * (1.0 - upper) / m
}

/// The share `p` of `low` that maximises the likelihood when `high` has `p + tolerance`.
///
/// The log-likelihood is concave, so its slope is bisected; Farrington and Manning's closed form
/// (a cubic) loses its digits near the ends of the range.
fn likeliest_lower_share(low: Share, high: Share, tolerance: f64) -> f64 {
    let term = |count: f64, share: f64| if count == 0.0 { 0.0 } else { count / share };
    let slope = |p: f64| {
        term(low.count, p) - term(low.rest, 1.0 - p) + term(high.count, p + tolerance)
            - term(high.rest, 1.0 - p - tolerance)
    };
    let (mut left, mut right) = (0.0, 1.0 - tolerance);
    for _ in 0..60 {
        let middle = f64::midpoint(left, right);
        if slope(middle) > 0.0 {
            left = middle;
        } else {
            right = middle;
        }
    }
    f64::midpoint(left, right)
}

/// Mean of `|current - reference|` when nothing changed: `sqrt(2/pi)` standard errors, or the
/// value for single rows, `2 p (1 - p)`, where that is smaller (rare events in few rows).
///
/// `None` without rows on a side.
#[must_use]
pub fn null_level(reference: impl Into<Share>, current: impl Into<Share>) -> Option<f64> {
    let (reference, current) = (reference.into(), current.into());
    reference.share()?;
    current.share()?;
    let variance = edge_variance(reference, current, 0.0);
    let scale = 1.0 / reference.total() + 1.0 / current.total();
    Some((std::f64::consts::FRAC_2_PI * variance).sqrt().min(2.0 * variance / scale))
}

/// Rows of `current` at which a two-sided interval would set the change seen now apart from the
/// tolerance, were the shares to stay: `z sqrt(v) <= | |change| - tolerance |`.
///
/// `None` when no number of rows does (the reference is too small, the change is on the
/// tolerance) or the arguments are refused as in [`p_tolerance`].
#[must_use]
pub fn rows_to_decide(
    reference: impl Into<Share>,
    current: impl Into<Share>,
    tolerance: f64,
    extra_variance: f64,
    level: f64,
) -> Option<u64> {
    let valid = (0.0..1.0).contains(&tolerance) && extra_variance >= 0.0;
    if !valid || !extra_variance.is_finite() {
        return None;
    }
    let (reference, current) = (reference.into(), current.into());
    let (p, q) = (current.share()?, reference.share()?);
    let gap = ((p - q).abs() - tolerance).abs() / normal::half_width(level)?;
    // A share of 0 or 1 so far says little: Wilson's centre for one more row each way.
    let smooth = |part: Share| (part.count + 1.0) / (part.total() + 2.0);
    let (p, q) = (smooth(current), smooth(reference));
    let left = gap * gap - extra_variance - q * (1.0 - q) / reference.total();
    if left > 0.0 { whole_rows(p * (1.0 - p) / left) } else { None }
}
