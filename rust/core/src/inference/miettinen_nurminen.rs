//! Score interval and score test of a difference of two shares (Miettinen and Nurminen 1985).
//!
//! With `d = current share - reference share` and rows `n`, `m`, the difference `delta` is kept
//! when `(d - delta)^2 <= z^2 V(delta)`, where
//! `V = (p (1 - p) / m + q (1 - q) / n) (n + m) / (n + m - 1)` and `p`, `q` are the likeliest
//! shares with `p - q = delta`. In [-1, 1]. The constrained likelihood is concave and its slope is
//! bisected: the closed form (a cubic) loses its digits where one share is near 0 or 1, and has no
//! answer when all or none of the rows have the property. Costs some thousands of divisions.
//! Source: Miettinen and Nurminen, Comparative analysis of two rates, Statistics in Medicine 4,
//! 1985; compared with others by Newcombe, Statistics in Medicine 17, 1998 (there method 6).

use super::proportion::{Share, edge_variance};
use super::{Interval, normal};

/// Halvings of the range of differences; leaves an error below 1e-15.
const HALVINGS: usize = 52;

/// Both sides, where both have a share and together more than one row.
struct Sides {
    reference: Share,
    current: Share,
    difference: f64,
}

impl Sides {
    fn new(reference: Share, current: Share) -> Option<Self> {
        let difference = current.share()? - reference.share()?;
        (reference.total() + current.total() > 1.0).then_some(Self { reference, current, difference })
    }

    /// Variance of the difference under the likeliest shares that differ by `delta`.
    fn variance(&self, delta: f64) -> f64 {
        let [low, high] =
            if delta < 0.0 { [self.current, self.reference] } else { [self.reference, self.current] };
        let rows = low.total() + high.total();
        edge_variance(low, high, delta.abs()) * (rows / (rows - 1.0))
    }

    /// Whether `delta` lies within `z` standard errors of the difference seen.
    fn keeps(&self, delta: f64, z: f64) -> bool {
        (self.difference - delta).abs() <= z * self.variance(delta).sqrt()
    }

    /// The last difference that is kept on the way from the one seen to `end`.
    fn edge(&self, end: f64, z: f64) -> f64 {
        let (mut inside, mut outside) = (self.difference, end);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(inside, outside);
            if self.keeps(middle, z) {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        f64::midpoint(inside, outside)
    }
}

/// Score interval at `level` of `current share - reference share`; it holds the difference seen.
///
/// `None` without rows on a side, with one row or less in all, or for a level outside (0, 1).
#[must_use]
pub fn interval(reference: impl Into<Share>, current: impl Into<Share>, level: f64) -> Option<Interval> {
    let sides = Sides::new(reference.into(), current.into())?;
    let z = normal::half_width(level)?;
    Some(Interval { lower: sides.edge(-1.0, z), upper: sides.edge(1.0, z) })
}

/// Two-sided p of "the shares differ by `delta`", signed as `current - reference`.
///
/// Above `1 - level` exactly inside the interval at `level`. Where the likeliest shares leave no
/// variance it is 1 for the difference seen and 0 for any other. `None` as in [`interval`], and
/// for a `delta` outside [-1, 1].
#[must_use]
pub fn p_value(reference: impl Into<Share>, current: impl Into<Share>, delta: f64) -> Option<f64> {
    let sides = Sides::new(reference.into(), current.into())?;
    if !(-1.0..=1.0).contains(&delta) {
        return None;
    }
    let (distance, variance) = (sides.difference - delta, sides.variance(delta));
    if distance == 0.0 || variance <= 0.0 {
        return Some(if distance == 0.0 { 1.0 } else { 0.0 });
    }
    normal::two_sided(distance / variance.sqrt())
}

/// p of "the share has fallen by at most `tolerance`": a gain is no harm.
///
/// The score test at the edge of the tolerance, on one side; and never below what a few rows can
/// say, the exact binomial tails of either side with the other's share moved by the tolerance, for
/// the score test leans on the normal law. `None` as in [`interval`], and for a tolerance outside
/// [0, 1).
#[must_use]
pub fn p_loss(reference: impl Into<Share>, current: impl Into<Share>, tolerance: f64) -> Option<f64> {
    let sides = Sides::new(reference.into(), current.into())?;
    if !(0.0..1.0).contains(&tolerance) {
        return None;
    }
    let (beyond, variance) = (-tolerance - sides.difference, sides.variance(-tolerance));
    if variance <= 0.0 {
        return Some(if beyond > 0.0 { 0.0 } else { 1.0 });
    }
    let score = normal::sf(beyond / variance.sqrt())?;
    let (before, now) = (sides.reference.share()?, sides.current.share()?);
    let exact = sides.current.at_most(before - tolerance).max(sides.reference.at_least(now + tolerance));
    Some(if beyond > 0.0 { score.max(exact).min(1.0) } else { score })
}

#[cfg(test)]
mod tests;
