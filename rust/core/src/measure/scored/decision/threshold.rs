//! The threshold that a measure, or a cost, would choose.
//!
//! Only the lower ends of cells, where outcomes are exact, and "select nothing" can be proposed;
//! the best threshold of all may lie inside a cell, and the bracket says how much better it could
//! be at most. A threshold chosen on rows looks better on them than on the next ones.
//!
//! Youden's index is `recall - false positive rate`, in [-1, 1] (Youden, Cancer 3, 1950). The
//! expected cost is `(c_fp fp + c_fn fn + c_tp tp + c_tn tn) / rows`; a benefit is a negative cost
//! (Elkan, The foundations of cost-sensitive learning, 2001).

use super::super::{Bracketed, NEGATIVE, POSITIVE, Scored};
use super::{Confusion, Decision, Metric};

/// A proposed threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Best {
    /// Rows are selected when their score is at least this; among equals the highest.
    pub threshold: f64,
    /// What it reaches, and within the bracket what any threshold could.
    pub reaches: Bracketed,
    /// The outcomes at it.
    pub confusion: Confusion,
}

/// The four costs of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Costs {
    /// Of selecting a negative.
    pub fp: f64,
    /// Of missing a positive.
    pub fn_: f64,
    /// Of selecting a positive.
    pub tp: f64,
    /// Of leaving a negative.
    pub tn: f64,
}

impl Costs {
    /// Whether all are numbers that can be added up.
    #[must_use]
    pub fn is_finite(self) -> bool {
        [self.fp, self.fn_, self.tp, self.tn].iter().all(|cost| cost.is_finite())
    }

    /// Standard error of the mean cost of a row, each of the four being as frequent as seen. `None`
    /// with fewer than two effective rows.
    #[must_use]
    pub fn standard_error(self, confusion: &Confusion, effective: f64) -> Option<f64> {
        let Confusion { tp, fp, fn_, tn, .. } = *confusion;
        let mean = self.per_row(confusion)?;
        let parts = [(self.fp, fp), (self.fn_, fn_), (self.tp, tp), (self.tn, tn)];
        let squares: f64 = parts.iter().map(|(cost, rows)| rows * (cost - mean) * (cost - mean)).sum();
        let error = (squares / confusion.total() / (effective - 1.0)).sqrt();
        (effective >= 2.0 && error.is_finite()).then_some(error)
    }

    /// Expected cost of a row; `None` without rows or when it is not finite.
    #[must_use]
    pub fn per_row(self, confusion: &Confusion) -> Option<f64> {
        let Confusion { tp, fp, fn_, tn, .. } = *confusion;
        let cost = (self.fp * fp + self.fn_ * fn_ + self.tp * tp + self.tn * tn) / confusion.total();
        cost.is_finite().then_some(cost)
    }

    /// Expected cost of a row at a threshold, and its bracket.
    #[must_use]
    pub fn at(self, decision: &Decision) -> Option<Bracketed> {
        decision.extremes(|confusion| self.per_row(confusion))
    }
}

/// Youden's index; `None` unless both classes have rows.
#[must_use]
pub fn youden(confusion: &Confusion) -> Option<f64> {
    Some(Metric::Recall.of(confusion)? - Metric::FalsePositiveRate.of(confusion)?)
}

/// The threshold at which a measure is largest. `None` when it is defined at none.
///
/// For [`Metric::BalancedAccuracy`] it is that of Youden's index, `2 b - 1`.
#[must_use]
pub fn best_by(scored: &Scored, metric: Metric) -> Option<Best> {
    search(scored, |confusion| metric.of(confusion))
}

/// The threshold with the largest Youden index. `None` unless both classes have rows.
#[must_use]
pub fn best_youden(scored: &Scored) -> Option<Best> {
    search(scored, youden)
}

/// The threshold with the smallest expected cost a row. `None` without rows.
#[must_use]
pub fn cheapest(scored: &Scored, costs: Costs) -> Option<Best> {
    let best = search(scored, |confusion| costs.per_row(confusion).map(|cost| -cost))?;
    let (value, bracket) = (best.reaches.value, best.reaches.bracket);
    Some(Best { reaches: Bracketed::new(-value, -bracket.lower, -bracket.upper)?, ..best })
}

/// From the top down; `of` must move in one direction with either class that is selected.
fn search(scored: &Scored, of: impl Fn(&Confusion) -> Option<f64>) -> Option<Best> {
    let (rows, effective) = (scored.weights()?, scored.effective);
    let outcomes = |above: [f64; 2]| {
        let [tn, fn_] = [NEGATIVE, POSITIVE].map(|class| (rows[class] - above[class]).max(0.0));
        Confusion { tp: above[POSITIVE], fp: above[NEGATIVE], fn_, tn, effective }
    };
    let cells = || scored.cells.iter().rev().filter(|cell| cell.total() > 0.0);
    let mut above = [0.0; 2];
    let mut best = offer(None, cells().next()?.high, outcomes(above), &of);
    let mut most = f64::NEG_INFINITY;
    for cell in cells() {
        let [n, p] = cell.rows;
        if !cell.single {
            let corners = [[above[0] + n, above[1]], [above[0], above[1] + p]];
            most = corners.into_iter().filter_map(|at| of(&outcomes(at))).fold(most, f64::max);
        }
        above = [above[0] + n, above[1] + p];
        best = offer(best, cell.low, outcomes(above), &of);
    }
    let (value, threshold, confusion) = best?;
    let threshold = threshold.clamp(f64::MIN, f64::MAX);
    Some(Best { threshold, reaches: Bracketed::new(value, value, most.max(value))?, confusion })
}

type Found = (f64, f64, Confusion);

/// The better of the best so far and what the threshold reaches.
fn offer(
    best: Option<Found>,
    threshold: f64,
    confusion: Confusion,
    of: impl Fn(&Confusion) -> Option<f64>,
) -> Option<Found> {
    match of(&confusion) {
        Some(value) if best.is_none_or(|best| value > best.0) => Some((value, threshold, confusion)),
        _ => best,
    }
}

#[cfg(test)]
mod tests {
    use super::super::decide;
    use super::*;
    use crate::measure::scored::coarse::{merged, rows};
    use proptest::prelude::*;

    const COSTS: Costs = Costs { fp: 1.0, fn_: 5.0, tp: -0.5, tn: 0.25 };

    proptest! {
        #[test]
        fn nothing_is_better(rows in rows()) {
            let fine = Scored::of_rows(rows.iter().copied());
            let at = |threshold| decide(&fine, threshold).expect("rows");
            let thresholds: Vec<f64> = rows.iter().map(|row| row.0).chain([2.0]).collect();
            for metric in [Metric::F1, Metric::BalancedAccuracy, Metric::Accuracy] {
                let Some(best) = best_by(&fine, metric) else { continue };
                let all = thresholds.iter().filter_map(|t| at(*t).measure(metric)).map(|m| m.value);
                let most = all.fold(f64::NEG_INFINITY, f64::max);
                prop_assert!((best.reaches.value - most).abs() < 1e-12 && best.reaches.is_exact());
                prop_assert_eq!(at(best.threshold).confusion, best.confusion);
                for by in [2, 5, 20] {
                    let coarse = best_by(&merged(&rows, by), metric).expect("as above");
                    prop_assert!(coarse.reaches.holds(most));
                    prop_assert_eq!(at(coarse.threshold).confusion, coarse.confusion);
                }
            }
            let Some(best) = cheapest(&fine, COSTS) else { return Ok(()) };
            let all = thresholds.iter().filter_map(|t| COSTS.at(&at(*t))).map(|cost| cost.value);
            let least = all.fold(f64::INFINITY, f64::min);
            prop_assert!((best.reaches.value - least).abs() < 1e-12);
            prop_assert!(cheapest(&merged(&rows, 7), COSTS).is_some_and(|best| best.reaches.holds(least)));
        }
    }

    #[test]
    fn by_hand() {
        let scored = Scored::of_rows([(0.1, false), (0.4, false), (0.35, true), (0.8, true)]);
        let f1 = best_by(&scored, Metric::F1).expect("rows");
        assert_eq!((f1.threshold, f1.reaches.value), (0.35, 0.8));
        let youden = best_youden(&scored).expect("two classes");
        assert_eq!((youden.threshold, youden.reaches.value), (0.8, 0.5));
        let dear = Costs { fp: 100.0, fn_: 1.0, tp: 10.0, tn: 0.0 };
        let none = cheapest(&scored, dear).expect("rows");
        assert_eq!((none.reaches.value, none.confusion.tp + none.confusion.fp), (0.5, 0.0));
        assert_eq!(best_by(&Scored::default(), Metric::F1), None);
        assert_eq!(cheapest(&scored, Costs { fp: f64::NAN, ..dear }), None);
        assert_eq!(best_youden(&Scored::of_rows([(0.5, true)])), None);
    }
}
