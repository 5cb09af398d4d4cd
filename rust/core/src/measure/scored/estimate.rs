//! What a score says of its own performance before the labels are known (confidence-based
//! performance estimation).
//!
//! If the score is the probability of the positive class, a row with score p is p of a positive and
//! 1 - p of a negative. So a cell of R rows whose scores sum to S holds S expected positives and
//! R - S expected negatives, and every measure of counts has an estimate: [`Unlabelled::expected`]
//! is the table that [`super::ranking`] and [`super::decision`] then read.
//!
//! **An estimate, blind to concept drift.** It is as good as the calibration: where scores are too
//! high or the relation of features to labels has moved, it is wrong and nothing in it shows that.
//! Show it with evidence of calibration on labelled rows of the same kind, and set it against the
//! labels once they come.
//!
//! # What is exact
//! Counts, accuracy, Brier score and positive rate are linear in the labels: their expectations are
//! exact. Precision is too (what is selected is known); recall, F1 and the area are ratios of
//! expectations, off by the order of 1/rows. Brackets speak of the order inside cells, as always.
//!
//! # Intervals
//! [`realised_interval`] is where the measure of *these* rows will lie once labelled: labels vary
//! about their scores with the Poisson-binomial variance `sum p (1 - p)`, taken at the cells' mean
//! scores (an upper bound, p (1 - p) being concave). Where the population's value lies, the sampling
//! of the scores included, is told by the intervals of the expected table: [`Metric::interval`] of
//! its confusion, [`super::ranking::auc::interval`].
//! Sources: Guillory et al. 2021; Białek, Kuberski, Perrakis, Bifet 2023 (CBPE).

use super::decision::{Confusion, Metric, decide};
use super::{Bracketed, ScoreCell, ScoreSums, Scored, Weighed};
use crate::inference::Interval;

/// Rows whose scores share a cell, their labels unknown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnlabelledCell {
    /// Scores of the cell are at least this,
    pub low: f64,
    /// and below this.
    pub high: f64,
    /// Whether all scores of the cell are one value.
    pub single: bool,
    /// Weight of the rows.
    pub rows: f64,
    /// Weighted sum of their scores.
    pub scores: f64,
}

/// Calibrated scores without labels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unlabelled {
    /// Cells in ascending order of the score.
    pub cells: Vec<UnlabelledCell>,
    /// Kish's effective number of rows.
    pub effective: f64,
}

impl From<&Scored> for Unlabelled {
    /// Forgets the labels: the estimate for rows whose labels are known, to set beside them.
    fn from(scored: &Scored) -> Self {
        let of = |cell: &ScoreCell| UnlabelledCell {
            low: cell.low,
            high: cell.high,
            single: cell.single,
            rows: cell.total(),
            scores: cell.score(),
        };
        Self { cells: scored.cells.iter().map(of).collect(), effective: scored.effective_total() }
    }
}

impl UnlabelledCell {
    /// Mean score, held within [0, 1]; 0 without rows.
    fn mean(&self) -> f64 {
        if self.rows > 0.0 { (self.scores / self.rows).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// `sum p (1 - p)` at the mean score: at least what the rows have.
    fn variance(&self) -> f64 {
        self.rows * self.mean() * (1.0 - self.mean())
    }
}

impl Unlabelled {
    /// Weight of all rows.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.cells.iter().map(|cell| cell.rows).sum()
    }

    /// The table with the expected rows of either class, effective rows shared out alike.
    ///
    /// For rankings and decisions: sums that need single rows ([`ScoreSums`]) are left at 0.
    #[must_use]
    pub fn expected(&self) -> Scored {
        let of = |cell: &UnlabelledCell| {
            let (positives, mean) = (cell.rows * cell.mean(), cell.mean());
            let rows = [cell.rows - positives, positives];
            let UnlabelledCell { low, high, single, .. } = *cell;
            ScoreCell { low, high, single, rows, scores: rows.map(|rows| rows * mean) }
        };
        let cells = self.cells.iter().filter(|cell| cell.rows > 0.0).map(of).collect();
        let mut scored = Scored { cells, sums: ScoreSums::default(), effective: [0.0; 2] };
        let (rows, total) = (scored.rows(), self.total());
        if total > 0.0 {
            scored.effective = rows.map(|rows| self.effective * (rows / total));
        }
        scored
    }

    /// How much more the variance of a weighted sum is than its weights say: `sum w^2 / sum w`.
    fn inflation(&self) -> Option<f64> {
        let factor = self.total() / self.effective;
        (factor > 0.0 && factor.is_finite()).then_some(factor)
    }
}

/// Expected share of positives: the mean score. `None` without rows.
#[must_use]
pub fn positive_rate(unlabelled: &Unlabelled) -> Option<f64> {
    let positives: f64 = unlabelled.cells.iter().map(|cell| cell.rows * cell.mean()).sum();
    Some(positives / unlabelled.total()).filter(|share| (0.0..=1.0).contains(share))
}

/// Expected Brier score, `sum p (1 - p) / rows`: at the cells' means, and its bracket.
///
/// A cell of mean m has at most `m (1 - m)` a row; the spread of scores between its ends takes off
/// at most `(high - m)(m - low)` (Bhatia and Davis). `None` without rows.
#[must_use]
pub fn brier(unlabelled: &Unlabelled) -> Option<Bracketed> {
    let total = unlabelled.total();
    let most: f64 = unlabelled.cells.iter().map(UnlabelledCell::variance).sum();
    let spread = |cell: &UnlabelledCell| {
        let (mean, low, high) = (cell.mean(), cell.low.max(0.0), cell.high.min(1.0));
        let taken = ((high - mean) * (mean - low)).max(0.0).min(mean * (1.0 - mean));
        if cell.single { 0.0 } else { cell.rows * taken }
    };
    let less: f64 = unlabelled.cells.iter().map(spread).sum();
    let [value, lower] = [most / total, (most - less) / total];
    Bracketed::new(value, lower, value).map(|brier| brier.within(0.0, 1.0))
}

/// Where a measure of these rows will lie, at `level`, once they have labels.
///
/// The delta method on the labels alone: `dM/dTP` over the selected and `dM/dFN` over the others,
/// each times `sum p (1 - p)` there; as the effective rows of a share, so that it stays within
/// [0, 1]. For accuracy, precision, recall and F1; the selection rate is known already. A cut cell
/// counts by its share above the threshold. `None` for other measures, where the measure is
/// undefined, without rows, or for a level outside (0, 1).
#[must_use]
pub fn realised_interval(
    unlabelled: &Unlabelled,
    threshold: f64,
    metric: Metric,
    level: f64,
) -> Option<Interval> {
    let decision = decide(&unlabelled.expected(), threshold)?;
    let share = metric.of(&decision.confusion)?;
    let slopes = slopes(&decision.confusion, metric)?;
    let mut variances = [0.0; 2];
    for cell in &unlabelled.cells {
        let above = super::decision::confusion::selected(cell.low, cell.high, cell.single, threshold);
        variances[0] += above * cell.variance();
        variances[1] += (1.0 - above) * cell.variance();
    }
    let labels: f64 = (0..2).map(|side| slopes[side] * slopes[side] * variances[side]).sum();
    of_variance(share, labels * unlabelled.inflation()?).wilson(level)
}

/// The share of as many rows as give it the variance; known for certain when that is 0.
fn of_variance(share: f64, variance: f64) -> Weighed {
    let rows = if variance > 0.0 { share * (1.0 - share) / variance } else { f64::INFINITY };
    Weighed { share, rows }
}

/// How a measure moves with the positives among the selected, and among the others.
fn slopes(confusion: &Confusion, metric: Metric) -> Option<[f64; 2]> {
    let Confusion { tp, fp, fn_, .. } = *confusion;
    let slopes = match metric {
        Metric::Accuracy => [1.0, -1.0].map(|sign| sign / confusion.total()),
        Metric::Precision => [1.0 / (tp + fp), 0.0],
        Metric::Recall => [fn_, -tp].map(|of| of / (tp + fn_) / (tp + fn_)),
        Metric::FBeta(1.0) => {
            let whole = tp + fp + tp + fn_;
            [2.0 * (tp + fp + fn_), -2.0 * tp].map(|of| of / whole / whole)
        }
        _ => return None,
    };
    slopes.iter().all(|slope| slope.is_finite()).then_some(slopes)
}

/// Where the share of positives of these rows will lie, at `level`, once they have labels. `None`
/// without rows, or for a level outside (0, 1).
#[must_use]
pub fn realised_rate_interval(unlabelled: &Unlabelled, level: f64) -> Option<Interval> {
    let (share, total) = (positive_rate(unlabelled)?, unlabelled.total());
    let labels: f64 = unlabelled.cells.iter().map(UnlabelledCell::variance).sum();
    let variance = labels / total / total * unlabelled.inflation()?;
    of_variance(share, variance).wilson(level)
}

#[cfg(test)]
mod tests;
