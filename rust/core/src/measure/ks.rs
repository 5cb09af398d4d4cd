//! Kolmogorov-Smirnov: the largest gap between the two distribution functions, in [0, 1].
//!
//! `D = max |F - G|`. Counts in cells tell F and G at the cells' ends exactly and between them
//! within the rows of the cell, so D is bracketed: at least the largest gap at an end, at most
//! `max(F_i - G_(i-1), G_i - F_(i-1))` over the cells. A cell with a single value has no inside
//! and adds no slack; when every occupied cell is single (or empty on a side) the bracket is
//! exact. Its width is at most the largest share of a cell.
//!
//! # Bias
//! Without change D is about `0.87 sqrt(1/n + 1/m)` on average. The p-value uses the limit law on
//! the *lower* end of the bracket, so it errs on the high side twice: for the cells, and for
//! ties (values seen more than once), with which the true law lies lower still.

use super::{Bracket, Pair, Totals};
use crate::inference::kolmogorov;

/// Bracket of D from counts in cells ordered by value (values only: no missing, no categories).
///
/// `single[i]` says that cell i holds one single value; cells beyond its end count as not single.
/// `None` when a side has no rows.
#[must_use]
pub fn ks(pair: Pair, single: &[bool]) -> Option<Bracket> {
    let Totals { n, m } = pair.totals()?;
    let (mut below_r, mut below_c) = (0_i128, 0_i128);
    let (mut lower, mut upper) = (0_i128, 0_i128);
    for (cell, (r, c)) in pair.cells().enumerate() {
        let (to_r, to_c) = (below_r + r, below_c + c);
        lower = lower.max((to_r * m - to_c * n).abs());
        if !single.get(cell).copied().unwrap_or(false) {
            upper = upper.max(to_r * m - below_c * n).max(to_c * n - below_r * m);
        }
        (below_r, below_c) = (to_r, to_c);
    }
    let whole = n as f64 * m as f64;
    let gap = |difference: i128| (difference as f64 / whole).min(1.0);
    Some(Bracket { lower: gap(lower), upper: gap(upper.max(lower)) })
}

/// What D shows on average when nothing has changed: `sqrt(pi/2) ln 2 sqrt(1/n + 1/m)`, the
/// mean of the limit law. An upper estimate when there are ties. `None` when a side has no rows.
#[must_use]
pub fn null_level(pair: Pair) -> Option<f64> {
    Some((kolmogorov::mean() * pair.scale()?.sqrt()).min(1.0))
}

/// p of no change: the limit law at the lower end of the bracket, hence conservative.
///
/// `None` when a side has no rows.
#[must_use]
pub fn p_value(pair: Pair) -> Option<f64> {
    // The lower end does not depend on which cells are single.
    kolmogorov::sf(ks(pair, &[])?.lower / pair.scale()?.sqrt())
}

/// p of "the populations' distance is at most `tolerance`", conservative.
///
/// By the triangle inequality the observed distance exceeds the true one by no more than two
/// samples of one population would differ: `sf((lower - tolerance) / sqrt(1/n + 1/m))`.
#[must_use]
pub fn p_tolerance(pair: Pair, tolerance: f64) -> Option<f64> {
    let beyond = ks(pair, &[])?.lower - tolerance;
    kolmogorov::sf(beyond.max(0.0) / pair.scale()?.sqrt())
}

/// Half the width of an interval of the populations' distance at `level`, by the same argument.
#[must_use]
pub fn half_width(pair: Pair, level: f64) -> Option<f64> {
    Some(kolmogorov::critical(1.0 - level)? * pair.scale()?.sqrt())
}

/// The smallest number of current rows whose [`half_width`] is within `tolerance`.
#[must_use]
pub fn rows_to_judge(n: u64, tolerance: f64, level: f64) -> Option<u64> {
    let scale = (tolerance / kolmogorov::critical(1.0 - level)?).powi(2) - 1.0 / n as f64;
    if n > 0 && scale > 0.0 { crate::inference::whole_rows(1.0 / scale) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets() {
        let pair = Pair { reference: &[2, 2, 0], current: &[0, 1, 3] };
        assert_eq!(ks(pair, &[]), Some(Bracket { lower: 0.75, upper: 1.0 }));
        assert_eq!(ks(pair, &[false, true]), Some(Bracket { lower: 0.75, upper: 0.75 }));
        assert_eq!(ks(Pair { reference: &[0], current: &[1] }, &[]), None);
        assert_eq!(p_value(Pair { reference: &[4, 4], current: &[1, 1] }), Some(1.0));
    }

    #[test]
    fn against_a_tolerance() {
        let pair = Pair { reference: &[600, 400], current: &[300, 700] };
        assert_eq!(p_tolerance(pair, 0.0), p_value(pair));
        assert_eq!(p_tolerance(pair, 0.3), Some(1.0));
        assert!(p_tolerance(pair, 0.1).zip(p_tolerance(pair, 0.2)).is_some_and(|(a, b)| a < b));
        let rows = rows_to_judge(10_000, 0.05, 0.95).expect("enough reference");
        let half = |m: u64| half_width(Pair { reference: &[10_000], current: &[m] }, 0.95);
        assert!(half(rows) <= Some(0.05) && half(rows - 1) > Some(0.05));
        assert_eq!(rows_to_judge(500, 0.05, 0.95), None);
        assert_eq!(rows_to_judge(0, 0.05, 0.95), None);
    }
}
