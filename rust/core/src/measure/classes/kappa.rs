//! Cohen's kappa: agreement beyond what the margins alone would give.

use super::ClassTable;
use crate::inference::mover::Estimate;
use crate::inference::{Interval, normal};

/// `(a - e) / (1 - e)` with the accuracy `a` and `e = sum over classes true share * predicted
/// share`; in [-1, 1], 0 for predictions that have nothing to do with the truth.
///
/// The interval is the delta method's on the multinomial table (the large-sample variance of
/// Fleiss, Cohen and Everitt, Psychological Bulletin 72, 1969). `None` when all rows have one true
/// class and that is always predicted: there is nothing to agree on. No interval when the
/// derivative does not vary, as in a table without errors.
#[must_use]
pub fn kappa(table: &ClassTable, level: f64) -> Option<Estimate> {
    let share = |rows: &[f64]| rows.iter().map(|n| n / table.total).collect::<Vec<f64>>();
    let (truth, predicted) = (share(&table.truth), share(&table.predicted));
    // Both complements are sums of the cells that disagree, so nothing cancels near 1.
    let disagree: f64 = table.cells().filter(|(t, p, _)| t != p).map(|(_, _, share)| share).sum();
    let expected: f64 = truth.iter().zip(&predicted).map(|(t, p)| t * (1.0 - p)).sum();
    let value = 1.0 - disagree / expected;
    if !(expected > 1e-15 && value.is_finite()) {
        return None;
    }
    // d(a - e) and d(1 - e) by a cell's share: the margins enter e with the other side's share.
    let slope = |t: usize, p: usize| {
        let same = if t == p { 1.0 } else { 0.0 };
        (same - (predicted[t] + truth[p]) * (disagree / expected)) / expected
    };
    let interval = || {
        let half = normal::half_width(level)? * delta_error(table, slope)?;
        Some(Interval { lower: (value - half).max(-1.0), upper: (value + half).min(1.0) })
    };
    Some(Estimate { value: value.clamp(-1.0, 1.0), interval: interval() })
}

/// Standard error of a function of a multinomial table's shares with the given derivatives by
/// true and predicted class: `sqrt((sum p g^2 - (sum p g)^2) / n)`.
///
/// `None` when it is 0 or not finite.
pub(super) fn delta_error(table: &ClassTable, slope: impl Fn(usize, usize) -> f64) -> Option<f64> {
    let mean: f64 = table.cells().map(|(truth, predicted, p)| p * slope(truth, predicted)).sum();
    let variance: f64 =
        table.cells().map(|(truth, predicted, p)| p * (slope(truth, predicted) - mean).powi(2)).sum();
    let error = (variance / table.effective).sqrt();
    (error > 1e-14 && error.is_finite()).then_some(error)
}
