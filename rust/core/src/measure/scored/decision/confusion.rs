//! The four outcomes of a threshold: true and false positives and negatives.
//!
//! A row is predicted positive when its score is at least the threshold. Cells wholly on one side
//! are counted; of a cell that the threshold cuts, the rows above it may be any of the cell's
//! positives and any of its negatives. All measures of [`super::Metric`] move in one direction with
//! each of the two, so their extremes are at the four corners (none or all of either). The value
//! shown takes the cell's scores for evenly spread.

use super::super::{Bracketed, NEGATIVE, POSITIVE, Scored};
use super::Metric;
use crate::inference::Interval;

/// Weights of the rows by prediction and class.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Confusion {
    /// Predicted positive, and positive.
    pub tp: f64,
    /// Predicted positive, but negative.
    pub fp: f64,
    /// Predicted negative, but positive.
    pub fn_: f64,
    /// Predicted negative, and negative.
    pub tn: f64,
    /// Kish's effective number of rows of either class: what intervals count with.
    pub effective: [f64; 2],
}

impl Confusion {
    /// Weight of all rows.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.tp + self.fp + self.fn_ + self.tn
    }

    /// Effective number of some of the rows, of either class; 0 when there are none.
    ///
    /// Rows of a class are taken to weigh alike wherever they are.
    pub(super) fn effective_of(&self, part: [f64; 2]) -> f64 {
        let all = [self.fp + self.tn, self.tp + self.fn_];
        let squares: f64 = (0..2)
            .filter(|class| part[*class] > 0.0)
            .map(|class| part[class] * (all[class] / self.effective[class]))
            .sum();
        let weight = part[NEGATIVE] + part[POSITIVE];
        let rows = weight * (weight / squares);
        if rows.is_finite() { rows } else { 0.0 }
    }
}

/// What is known of the outcomes at a threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decision {
    /// Rows are predicted positive when their score is at least this.
    pub threshold: f64,
    /// The outcomes, rows of a cut cell shared out by the place of the threshold in it.
    pub confusion: Confusion,
    /// Cut cell: no row, all negatives, all positives, and all rows predicted positive.
    corners: [Confusion; 4],
}

/// The outcomes at a threshold. `None` without rows, or for a threshold that is NaN.
#[must_use]
pub fn decide(scored: &Scored, threshold: f64) -> Option<Decision> {
    let rows = scored.weights().filter(|_| !threshold.is_nan())?;
    let (mut above, mut cut, mut share) = ([0.0; 2], [0.0; 2], 0.0);
    for cell in scored.cells.iter().filter(|cell| cell.total() > 0.0) {
        match selected(cell.low, cell.high, cell.single, threshold) {
            1.0 => above = [above[0] + cell.rows[0], above[1] + cell.rows[1]],
            0.0 => {}
            part => (cut, share) = (cell.rows, part),
        }
    }
    let with = |negatives: f64, positives: f64| {
        let (fp, tp) = (above[NEGATIVE] + negatives, above[POSITIVE] + positives);
        let (tn, fn_) = ((rows[NEGATIVE] - fp).max(0.0), (rows[POSITIVE] - tp).max(0.0));
        Confusion { tp, fp, fn_, tn, effective: scored.effective }
    };
    let [n, p] = cut;
    let corners = [with(0.0, 0.0), with(n, 0.0), with(0.0, p), with(n, p)];
    Some(Decision { threshold, confusion: with(n * share, p * share), corners })
}

/// Share of a cell's rows that are at or above the threshold, were they evenly spread.
pub(in super::super) fn selected(low: f64, high: f64, single: bool, threshold: f64) -> f64 {
    if threshold <= low {
        return 1.0;
    }
    // A single value is the cell's lower end.
    if threshold >= high || single {
        return 0.0;
    }
    let share = (high - threshold) / (high - low);
    // A cell that is cut stays so, however near to an end or wide.
    if share > 0.0 && share < 1.0 { share } else { 0.5 }
}

impl Decision {
    /// A measure and its bracket; `None` where it is undefined (0/0).
    #[must_use]
    pub fn measure(&self, metric: Metric) -> Option<Bracketed> {
        metric.of(&self.confusion)?;
        // Towards a corner that selects nothing, or all, the correlation goes to 0; the other
        // measures that are 0/0 there reach their extremes at the corners next to it.
        let limit = (metric == Metric::Matthews).then_some(0.0);
        self.extremes(|confusion| metric.of(confusion).or(limit))
    }

    /// A function that moves in one direction with either class that is selected.
    pub(super) fn extremes(&self, of: impl Fn(&Confusion) -> Option<f64>) -> Option<Bracketed> {
        let corners = || self.corners.iter().filter_map(&of);
        let value = of(&self.confusion)?;
        let [lower, upper] = [corners().fold(value, f64::min), corners().fold(value, f64::max)];
        Bracketed::new(value, lower, upper)
    }

    /// Interval of the measure in the population at `level`, widened over the bracket.
    ///
    /// `None` where the measure is undefined or has no interval ([`Metric::interval`]).
    #[must_use]
    pub fn interval(&self, metric: Metric, level: f64) -> Option<Interval> {
        let first = metric.interval(&self.confusion, level)?;
        let corners = self.corners.iter().filter_map(|corner| metric.interval(corner, level));
        Some(corners.fold(first, |all, one| Interval {
            lower: all.lower.min(one.lower),
            upper: all.upper.max(one.upper),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::ScoreCell;
    use super::*;
    use crate::measure::scored::coarse::{merged, rows};
    use proptest::prelude::*;

    fn by_rows(rows: &[(f64, bool)], threshold: f64) -> Confusion {
        let count = |chosen, label| {
            rows.iter().filter(|row| (row.0 >= threshold, row.1) == (chosen, label)).count() as f64
        };
        let [tp, fp, fn_, tn] =
            [(true, true), (true, false), (false, true), (false, false)].map(|(a, b)| count(a, b));
        Confusion { tp, fp, fn_, tn, effective: [fp + tn, tp + fn_] }
    }

    proptest! {
        #[test]
        fn counts_rows(rows in rows(), threshold in (0..=84_u8).prop_map(|t| f64::from(t) / 80.0)) {
            let exact = by_rows(&rows, threshold);
            let fine = decide(&Scored::of_rows(rows.iter().copied()), threshold);
            prop_assert_eq!(fine.map(|d| d.confusion), (!rows.is_empty()).then_some(exact));
            for by in [2, 5, 20, 50].into_iter().filter(|_| !rows.is_empty()) {
                let coarse = decide(&merged(&rows, by), threshold).expect("rows");
                for metric in Metric::ALL {
                    let Some((value, known)) = metric.of(&exact).zip(coarse.measure(metric)) else { continue };
                    prop_assert!(known.holds(value), "{:?} {} {:?}", metric, value, known);
                    if let Some(interval) = coarse.interval(metric, 0.95) {
                        prop_assert!(interval.lower <= value + 1e-12 && value <= interval.upper + 1e-12);
                    }
                }
            }
        }
    }

    #[test]
    fn degenerate() {
        assert_eq!(decide(&Scored::default(), 0.5), None);
        let one = Scored::of_rows([(0.5, true)]);
        assert_eq!(decide(&one, f64::NAN), None);
        assert_eq!(decide(&one, 0.5).map(|d| (d.confusion.tp, d.confusion.total())), Some((1.0, 1.0)));
        assert_eq!(decide(&one, f64::INFINITY).map(|d| d.confusion.fn_), Some(1.0));
        assert_eq!(decide(&one, 0.6).and_then(|d| d.measure(Metric::Precision)), None);
        let wide = ScoreCell {
            low: f64::NEG_INFINITY,
            high: f64::INFINITY,
            single: false,
            rows: [1.0, 1.0],
            scores: [0.0; 2],
        };
        let scored = Scored { cells: vec![wide], effective: [1.0; 2], ..Scored::default() };
        let cut = decide(&scored, 0.5).and_then(|d| d.measure(Metric::Recall));
        assert_eq!(cut, Bracketed::new(0.5, 0.0, 1.0));
    }
}
