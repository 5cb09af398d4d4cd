//! Many classes: what a K x K table of true against predicted classes tells.
//!
//! Recall of a class is its share of the rows that are of it, precision of the rows predicted as
//! it, F1 their harmonic mean `2 tp / (true + predicted)`; all in [0, 1]. What has no rows is
//! `None` for a single class. Averages go over the classes that occur, true or predicted, and
//! count an undefined precision or recall of such a class as 0 (scikit-learn's
//! `zero_division=0`); balanced accuracy goes over the classes that occur as true ones.
//! Micro-averaged precision, recall and F1 of one label a row are all [`accuracy`].
//!
//! Intervals: Wilson's for shares ([`accuracy`], recall, precision); [`macro_f1`] and [`kappa`] say
//! how theirs are made. Rows are taken to be independent.
//! Sources: Sokolova and Lapalme, Information Processing and Management 45, 2009; Takahashi et
//! al., Applied Intelligence 52, 2022 (intervals of F1); Cohen, 1960.

mod averages;
mod kappa;

#[cfg(test)]
mod tests;

pub use averages::{balanced_accuracy, macro_f1, macro_precision, macro_recall, weighted_f1};
pub use kappa::kappa;

use super::residual::MeanSums;
use crate::inference::Interval;
use crate::inference::mover::Estimate;
use crate::inference::proportion::{Share, wilson_interval};

/// Rows by true class (the rows of the table) and predicted class (its columns).
#[derive(Debug, Clone, PartialEq)]
pub struct ClassTable {
    counts: Vec<f64>,
    truth: Vec<f64>,
    predicted: Vec<f64>,
    total: f64,
    effective: f64,
}

impl ClassTable {
    /// Of `classes` x `classes` counts, true class by true class.
    ///
    /// `effective` is Kish's number of rows for weighted counts; `None` when rows weigh alike.
    /// `None` without rows, when the counts are not a square of at least two classes, or when a
    /// number is negative or not finite.
    #[must_use]
    pub fn new(counts: &[f64], classes: usize, effective: Option<f64>) -> Option<Self> {
        let square = classes >= 2 && classes.checked_mul(classes) == Some(counts.len());
        if !square || !counts.iter().all(|count| (0.0..=1e90).contains(count)) {
            return None;
        }
        let (mut truth, mut predicted) = (vec![0.0; classes], vec![0.0; classes]);
        for (row, of_truth) in counts.chunks_exact(classes).zip(&mut truth) {
            for (count, of_predicted) in row.iter().zip(&mut predicted) {
                *of_truth += count;
                *of_predicted += count;
            }
        }
        let total: f64 = truth.iter().sum();
        let effective = effective.unwrap_or(total);
        let valid = total >= 1e-90 && (1e-90..=1e90).contains(&effective);
        valid.then(|| Self { counts: counts.to_vec(), truth, predicted, total, effective })
    }

    /// Number of classes.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.truth.len()
    }

    /// Rows of a class that were predicted as it.
    fn hits(&self, class: usize) -> f64 {
        self.counts.get(class * (self.classes() + 1)).copied().unwrap_or(0.0)
    }

    /// `count` and `rest` rows as effective ones: the table's weights lie evenly.
    fn share(&self, count: f64, rest: f64) -> Option<Share> {
        Share { count, rest }.with_total((count + rest) / self.total * self.effective)
    }

    /// Shares of the table by true and predicted class.
    fn cells(&self) -> impl Iterator<Item = (usize, usize, f64)> + '_ {
        let classes = self.classes();
        self.counts.iter().enumerate().map(move |(at, n)| (at / classes, at % classes, n / self.total))
    }
}

/// One class against all others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassScores {
    /// `tp / true rows`; `None` when the class never is true.
    pub recall: Option<Estimate>,
    /// `tp / predicted rows`; `None` when it never is predicted.
    pub precision: Option<Estimate>,
    /// `2 tp / (true + predicted rows)`; `None` when it does not occur.
    pub f1: Option<Estimate>,
}

fn wilson(share: Share, level: f64) -> Option<Estimate> {
    Some(Estimate { value: share.share()?, interval: wilson_interval(share, level) })
}

/// Share of rows whose predicted class is the true one.
#[must_use]
pub fn accuracy(table: &ClassTable, level: f64) -> Option<Estimate> {
    let (right, wrong) = table.cells().fold((0.0, 0.0), |(right, wrong), (truth, predicted, p)| {
        if truth == predicted { (right + p, wrong) } else { (right, wrong + p) }
    });
    wilson(Share { count: right, rest: wrong }.with_total(table.effective)?, level)
}

/// Recall, precision and F1 of every class.
///
/// F1 is `2 J / (1 + J)` of `J = tp / (tp + fn + fp)`, a share, so Wilson's interval of `J` is
/// carried over: it has no trouble at 0 and 1.
#[must_use]
pub fn by_class(table: &ClassTable, level: f64) -> Vec<ClassScores> {
    let one = |class: usize| {
        let (hits, truth, predicted) = (table.hits(class), table.truth[class], table.predicted[class]);
        let of = |rest: f64| table.share(hits, rest).and_then(|share| wilson(share, level));
        // Sums of doubles may leave a crumb below 0.
        let (missed, wrong) = ((truth - hits).max(0.0), (predicted - hits).max(0.0));
        ClassScores { recall: of(missed), precision: of(wrong), f1: of(missed + wrong).map(f1_of_overlap) }
    };
    (0..table.classes()).map(one).collect()
}

fn f1_of_overlap(overlap: Estimate) -> Estimate {
    let f1 = |j: f64| 2.0 * j / (1.0 + j);
    let ends = |ends: Interval| Interval { lower: f1(ends.lower), upper: f1(ends.upper) };
    Estimate { value: f1(overlap.value), interval: overlap.interval.map(ends) }
}

/// Brier score over all classes: mean of `sum over classes (p - y)^2`, in [0, 2].
///
/// `squares` is the sum over rows and classes of `p^2`, `of_truth` the sum over rows of the true
/// class's `p`: `(squares - 2 of_truth + rows) / rows`. Two classes give twice the binary score.
/// For an interval keep the rows' losses in [`MeanSums`]. `None` without rows or for sums that
/// cannot be. Source: Brier, Monthly Weather Review 78, 1950.
#[must_use]
pub fn brier(rows: f64, squares: f64, of_truth: f64) -> Option<f64> {
    let value = (squares - 2.0 * of_truth + rows) / rows;
    // Rounding alone may take a perfect score a little below 0.
    let possible = rows > 0.0 && (-1e-9..=2.0 + 1e-9).contains(&value);
    possible.then(|| value.clamp(0.0, 2.0))
}

/// [`brier`] with Student's interval, from the rows' losses.
#[must_use]
pub fn brier_of_losses(losses: &MeanSums, level: f64) -> Option<Estimate> {
    let estimate = losses.nonnegative(level).filter(|estimate| estimate.value <= 2.0)?;
    let held = |ends: Interval| Interval { upper: ends.upper.min(2.0), ..ends };
    Some(Estimate { interval: estimate.interval.map(held), ..estimate })
}
