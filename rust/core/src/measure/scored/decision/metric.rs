//! Measures of the four outcomes: shares of some of the rows, and what is made of them.
//!
//! | measure | formula |
//! |---|---|
//! | accuracy | `(tp + tn) / all` |
//! | precision, recall | `tp / (tp + fp)`, `tp / (tp + fn)` |
//! | specificity, false positive rate | `tn / (tn + fp)`, `fp / (tn + fp)` |
//! | negative predictive value | `tn / (tn + fn)` |
//! | selection rate | `(tp + fp) / all` |
//! | F-beta | `(1 + b^2) tp / ((1 + b^2) tp + b^2 fn + fp)` |
//! | Matthews correlation | `(tp tn - fp fn) / sqrt((tp+fp)(tp+fn)(tn+fp)(tn+fn))`, in [-1, 1] |
//! | balanced accuracy | `(recall + specificity) / 2` |
//!
//! All but Matthews' lie in [0, 1]. 0/0 is undefined and never 0.
//!
//! # Intervals
//! Shares have Wilson's. F-beta is a ratio of sums over the rows that are not true negatives; the
//! delta method gives it the variance of a share of `D / ((1 + b^2)(1 - F) + F r)` rows, with D its
//! denominator and `r = (b^4 fn + fp) / (b^2 fn + fp)`, and Wilson's interval for that many rows
//! stays in [0, 1] and is sensible at 0 and 1. (F1 is a function of the Jaccard share
//! `tp / (tp + fp + fn)`, whose Wilson interval gives nearly the same.) Balanced accuracy combines
//! those of its two shares by squares. Matthews' has none here.
//! Sources: van Rijsbergen 1979; Matthews 1975; Wilson 1927; Newcombe 1998 (combining by squares).

use super::super::Weighed;
use super::Confusion;
use crate::inference::Interval;

/// A measure of the four outcomes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Metric {
    /// Share of rows predicted right.
    Accuracy,
    /// Share of positives among the selected.
    Precision,
    /// Share of the positives that are selected.
    Recall,
    /// Share of the negatives that are not.
    Specificity,
    /// Share of the negatives that are selected.
    FalsePositiveRate,
    /// Share of negatives among those not selected.
    NegativePredictiveValue,
    /// Share of rows that are selected.
    SelectionRate,
    /// Harmonic mean of precision and recall, recall counting `beta^2` times.
    FBeta(f64),
    /// Correlation of prediction and label.
    Matthews,
    /// Mean of recall and specificity.
    BalancedAccuracy,
}

impl Metric {
    /// The F-score with precision and recall alike.
    pub const F1: Self = Self::FBeta(1.0);

    /// Every measure.
    pub const ALL: [Self; 10] = [
        Self::Accuracy,
        Self::Precision,
        Self::Recall,
        Self::Specificity,
        Self::FalsePositiveRate,
        Self::NegativePredictiveValue,
        Self::SelectionRate,
        Self::F1,
        Self::Matthews,
        Self::BalancedAccuracy,
    ];

    /// The measure; `None` where it is 0/0.
    #[must_use]
    pub fn of(self, confusion: &Confusion) -> Option<f64> {
        let value = match self {
            Self::FBeta(beta) => f_beta(confusion, beta)?.share,
            Self::Matthews => matthews(confusion),
            Self::BalancedAccuracy => {
                let [recall, specificity] = both(confusion)?;
                f64::midpoint(recall.share, specificity.share)
            }
            share => share.weighed(confusion)?.share,
        };
        value.is_finite().then_some(value)
    }

    /// Interval in the population at `level`.
    ///
    /// `None` where the measure is undefined, for [`Metric::Matthews`], without effective rows, or
    /// for a level outside (0, 1).
    #[must_use]
    pub fn interval(self, confusion: &Confusion, level: f64) -> Option<Interval> {
        match self {
            Self::FBeta(beta) => f_beta(confusion, beta)?.wilson(level),
            Self::Matthews => None,
            Self::BalancedAccuracy => balanced_interval(confusion, level),
            share => share.weighed(confusion)?.wilson(level),
        }
    }

    /// The share and its effective rows, for measures that are one.
    #[must_use]
    pub fn weighed(self, confusion: &Confusion) -> Option<Weighed> {
        let Confusion { tp, fp, fn_, tn, .. } = *confusion;
        // What is counted, and out of which [negatives, positives].
        let (part, of) = match self {
            Self::Accuracy => (tp + tn, [fp + tn, tp + fn_]),
            Self::Precision => (tp, [fp, tp]),
            Self::Recall => (tp, [0.0, tp + fn_]),
            Self::Specificity => (tn, [tn + fp, 0.0]),
            Self::FalsePositiveRate => (fp, [tn + fp, 0.0]),
            Self::NegativePredictiveValue => (tn, [tn, fn_]),
            Self::SelectionRate => (tp + fp, [fp + tn, tp + fn_]),
            Self::FBeta(_) | Self::Matthews | Self::BalancedAccuracy => return None,
        };
        let share = part / (of[0] + of[1]);
        // A comparison first: `min` would make 1 of what 0/0 is.
        (share >= 0.0).then(|| Weighed { share: share.min(1.0), rows: confusion.effective_of(of) })
    }
}

/// F-beta, and the rows of which a share would have its variance.
fn f_beta(confusion: &Confusion, beta: f64) -> Option<Weighed> {
    let Confusion { tp, fp, fn_, .. } = *confusion;
    let square = beta * beta;
    let (hits, misses) = ((1.0 + square) * tp, square * fn_ + fp);
    let share = hits / (hits + misses);
    if !(square.is_finite() && (0.0..=1.0).contains(&share)) {
        return None;
    }
    let r = if misses > 0.0 { (square * square * fn_ + fp) / misses } else { square.max(1.0) };
    let rows = (hits + misses) / ((1.0 + square) * (1.0 - share) + share * r);
    // Weighted rows count as much less as the rows it is made of.
    let factor = confusion.effective_of([fp, tp + fn_]) / (tp + fp + fn_);
    Some(Weighed { share, rows: rows * factor })
}

/// Roots first: the product of four totals may exceed the largest double.
fn matthews(confusion: &Confusion) -> f64 {
    let Confusion { tp, fp, fn_, tn, .. } = *confusion;
    let whole = ((tp + fp).sqrt() * (tp + fn_).sqrt()) * ((tn + fp).sqrt() * (tn + fn_).sqrt());
    ((tp * tn - fp * fn_) / whole).clamp(-1.0, 1.0)
}

fn both(confusion: &Confusion) -> Option<[Weighed; 2]> {
    Metric::Recall.weighed(confusion).zip(Metric::Specificity.weighed(confusion)).map(|(a, b)| [a, b])
}

fn balanced_interval(confusion: &Confusion, level: f64) -> Option<Interval> {
    let [a, b] = both(confusion)?;
    let (of_a, of_b) = (a.wilson(level)?, b.wilson(level)?);
    let middle = f64::midpoint(a.share, b.share);
    let down = (a.share - of_a.lower).hypot(b.share - of_b.lower) / 2.0;
    let up = (of_a.upper - a.share).hypot(of_b.upper - b.share) / 2.0;
    Some(Interval { lower: (middle - down).max(0.0), upper: (middle + up).min(1.0) })
}

#[cfg(test)]
mod tests;
