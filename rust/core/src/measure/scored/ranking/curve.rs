//! Points of the ROC, precision-recall and gain curves, from one walk down the score.
//!
//! Every point is a cut between two cells, where all rates are exact. Between two neighbouring
//! points both rates only grow, so the ROC curve stays in the rectangle that they span, the gain
//! curve likewise, and the precision between `t/(t + f')` and `t'/(t' + f)` ([`CurvePoint::between`]),
//! however the rows lie inside.
//!
//! # Which points
//! Few enough to draw: a cut is left out while the step over it stays short in recall, in false
//! positive rate, and in the logarithm of the rows selected (the top of a ranking is where
//! precision moves). A long step, that is a corner, keeps both its ends.
//! Source: Fawcett, An introduction to ROC analysis, Pattern Recognition Letters 27, 2006.

use super::super::{NEGATIVE, POSITIVE, Scored};
use crate::measure::Bracket;

/// The rows with a score of at least `threshold`, in rates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvePoint {
    /// Rows are selected when their score is at least this.
    pub threshold: f64,
    /// Selected share of all rows: `gain(share) = recall`.
    pub share: f64,
    /// Selected share of the positives: recall, true positive rate, gain.
    pub recall: f64,
    /// Selected share of the negatives.
    pub false_positive_rate: f64,
    /// Share of positives among the selected; `None` at the first point, which selects nothing.
    pub precision: Option<f64>,
    /// Holds the precision at every threshold from the point before down to this one.
    pub between: Option<Bracket>,
}

/// No more points than this, whatever the cells.
pub const MOST_POINTS: usize = 200;

/// The points from "nothing selected" down to "all selected". Empty unless both classes have rows.
#[must_use]
pub fn curve(scored: &Scored) -> Vec<CurvePoint> {
    let Some(all) = scored.both_classes() else {
        return Vec::new();
    };
    let cuts = cuts(scored);
    let mut kept: Vec<Cut> = Vec::new();
    for (place, cut) in cuts.iter().enumerate() {
        let long = |next: &Cut| kept.last().is_none_or(|last| last.distance(next, all) > LONGEST);
        if cuts.get(place + 1).is_none_or(long) {
            kept.push(*cut);
        }
    }
    let before = std::iter::once(None).chain(kept.iter().map(Some));
    kept.iter().zip(before).map(|(cut, before)| cut.point(before, all)).collect()
}

/// Steps up to this long are not broken. Any two steps in a row are longer, all together they
/// have length at most 3, so there are at most `2 * 3 / LONGEST + 2` points.
const LONGEST: f64 = 6.0 / (MOST_POINTS as f64 - 5.0);

/// What is selected from a cell's lower end upwards.
#[derive(Clone, Copy)]
struct Cut {
    threshold: f64,
    above: [f64; 2],
}

fn cuts(scored: &Scored) -> Vec<Cut> {
    let occupied = || scored.cells.iter().rev().filter(|cell| cell.total() > 0.0);
    let mut above = [0.0; 2];
    let top = occupied().next().map(|cell| Cut { threshold: cell.high, above });
    let below = occupied().map(|cell| {
        above = [above[0] + cell.rows[0], above[1] + cell.rows[1]];
        Cut { threshold: cell.low, above }
    });
    top.into_iter().chain(below).collect()
}

impl Cut {
    fn rows(&self) -> f64 {
        self.above[NEGATIVE] + self.above[POSITIVE]
    }

    /// Length of the step: at most 1 in each of the three over the whole curve.
    fn distance(&self, next: &Self, all: [f64; 2]) -> f64 {
        let rates = (0..2).map(|class| (next.above[class] - self.above[class]) / all[class]);
        let whole = (all[0] + all[1]).max(1.0);
        // From one row on: less than that is nothing on this scale.
        let depth = |cut: &Self| cut.rows().max(1.0).ln();
        let deeper = if whole > 1.0 { (depth(next) - depth(self)) / whole.ln() } else { 0.0 };
        rates.sum::<f64>() + deeper
    }

    fn point(&self, before: Option<&Self>, all: [f64; 2]) -> CurvePoint {
        let [f, t] = self.above;
        // Rounding may carry a running sum past the total by its last digit.
        let share = |part: f64, whole: f64| (part / whole).min(1.0);
        let bound = |above: f64, below: f64| share(above, above + below);
        CurvePoint {
            threshold: self.threshold.clamp(f64::MIN, f64::MAX),
            share: share(self.rows(), all[0] + all[1]),
            recall: share(t, all[POSITIVE]),
            false_positive_rate: share(f, all[NEGATIVE]),
            precision: before.map(|_| bound(t, f)),
            between: before.map(|before| {
                let [less_f, less_t] = before.above;
                let lower = if less_t > 0.0 { bound(less_t, f) } else { 0.0 };
                let upper = if t > 0.0 { bound(t, less_f) } else { 0.0 };
                Bracket { lower: lower.min(bound(t, f)), upper: upper.max(bound(t, f)) }
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::scored::coarse::{Draws, merged, rows};
    use proptest::prelude::*;

    fn rate(rows: &[(f64, bool)], threshold: f64, label: bool) -> f64 {
        let class = || rows.iter().filter(|row| row.1 == label);
        class().filter(|row| row.0 >= threshold).count() as f64 / class().count() as f64
    }

    proptest! {
        #[test]
        fn points_are_exact_and_steps_hold_the_rest(rows in rows(), by in 1..60_usize) {
            let points = curve(&merged(&rows, by));
            for point in &points {
                prop_assert!((point.recall - rate(&rows, point.threshold, true)).abs() < 1e-12);
                prop_assert!((point.false_positive_rate - rate(&rows, point.threshold, false)).abs() < 1e-12);
            }
            for pair in points.windows(2) {
                let between = pair[1].between.expect("a step");
                for at in rows.iter().map(|row| row.0).filter(|at| (pair[1].threshold..pair[0].threshold).contains(at)) {
                    let of = |label| rows.iter().filter(|row| row.0 >= at && row.1 == label).count() as f64;
                    let precision = of(true) / (of(true) + of(false));
                    prop_assert!(between.lower - 1e-12 <= precision && precision <= between.upper + 1e-12);
                }
            }
        }
    }

    #[test]
    fn few_points_and_the_ends() {
        let rows = Draws(5).ranked(6000, 300, 4.0);
        let points = curve(&Scored::of_rows(rows));
        assert!((60..=MOST_POINTS).contains(&points.len()), "{}", points.len());
        let ends =
            [points.first(), points.last()].map(|p| p.map(|p| (p.share, p.recall, p.false_positive_rate)));
        assert_eq!(ends, [Some((0.0, 0.0, 0.0)), Some((1.0, 1.0, 1.0))]);
        let corner = Scored::of_rows((0..2000).map(|i| (f64::from(i / 1000), i >= 1000)));
        assert!(curve(&corner).iter().any(|p| p.recall == 1.0 && p.false_positive_rate == 0.0));
        assert!(curve(&Scored::default()).is_empty());
        let weighed = Scored { effective: [1.0; 2], ..merged(&[(0.1, true), (0.1, false)], 1) };
        assert_eq!(curve(&weighed).len(), 2);
    }
}
