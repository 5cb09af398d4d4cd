//! What scores and binary labels tell together: calibration, ranking, decisions at a cut.
//!
//! Everything is a pure function of one table, [`Scored`]: rows and sums of the score by cell and
//! class, and a few sums over all rows. The table of a profile has some 1,500 cells, that of
//! single rows ([`Scored::of_rows`]) one for each distinct score; then nothing is bracketed.
//! Counts are doubles so that rows may carry weights (sampled logs); whole numbers below 2^53 stay
//! exact.

mod bracketed;
pub mod calibration;
#[cfg(test)]
mod coarse;
pub mod decision;
pub mod estimate;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod hostile;
pub mod ranking;
mod rows;
mod weighed;

pub use bracketed::Bracketed;
pub use weighed::Weighed;

pub use rows::{LOGIT_CLIP, LOGIT_LIMIT};

/// Index of the class that the score speaks against.
pub const NEGATIVE: usize = 0;
/// Index of the class that the score is the probability of.
pub const POSITIVE: usize = 1;

/// Rows whose scores share a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoreCell {
    /// Scores of the cell are at least this,
    pub low: f64,
    /// and below this.
    pub high: f64,
    /// Whether all scores of the cell are one value: nothing is unknown of their order.
    pub single: bool,
    /// Weight of the rows of the negative and of the positive class.
    pub rows: [f64; 2],
    /// Weighted sums of their scores.
    pub scores: [f64; 2],
}

impl ScoreCell {
    /// Weight of all rows.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.rows[NEGATIVE] + self.rows[POSITIVE]
    }

    /// Weighted sum of all scores.
    #[must_use]
    pub fn score(&self) -> f64 {
        self.scores[NEGATIVE] + self.scores[POSITIVE]
    }

    /// Sum of score minus label, without cancelling the positive rows' ones first.
    #[must_use]
    pub fn excess(&self) -> f64 {
        self.scores[NEGATIVE] + (self.scores[POSITIVE] - self.rows[POSITIVE])
    }
}

/// Sums over all rows with a score in [0, 1] and a label; `p` is the score, `y` the label.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ScoreSums {
    /// `sum p^2` of either class.
    pub squares: [f64; 2],
    /// `sum -ln p` over positives and `-ln(1 - p)` over negatives, where that is finite.
    pub log_loss: f64,
    /// Weight of rows whose loss is infinite: a score of exactly 0 or 1, and the other label.
    pub infinite_loss: f64,
    /// `sum p (1 - p) (1 - 2 p)^2`: the variance of Spiegelhalter's statistic.
    pub spiegelhalter: f64,
    /// `sum p (1 - p)`, `sum p (1 - p) l` and `sum p (1 - p) l^2` with `l = ln(p / (1 - p))`, `p`
    /// held within [1e-6, 1 - 1e-6]: the information of Cox's regression.
    pub information: [f64; 3],
    /// `sum (y - p) l`: the score of Cox's slope, `p` held as before.
    pub slope: f64,
}

/// Scores and labels of some rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scored {
    /// Cells in ascending order of the score; empty ones may be left out.
    pub cells: Vec<ScoreCell>,
    /// Sums over all rows.
    pub sums: ScoreSums,
    /// Kish's effective number of rows of either class, `(sum w)^2 / sum w^2`: what intervals
    /// count with. The number of rows itself when every row weighs the same.
    pub effective: [f64; 2],
}

impl Scored {
    /// Adds the rows of another table over the same cells, each `weight` times. Effective rows are
    /// left as they are.
    pub fn add(&mut self, other: &Self, weight: f64) {
        for cell in &other.cells {
            let at = self.cells.partition_point(|held| held.low < cell.low);
            if self.cells.get(at).is_none_or(|held| held.low > cell.low) {
                self.cells.insert(at, ScoreCell { rows: [0.0; 2], scores: [0.0; 2], ..*cell });
            }
            let held = &mut self.cells[at];
            for class in [NEGATIVE, POSITIVE] {
                held.rows[class] += weight * cell.rows[class];
                held.scores[class] += weight * cell.scores[class];
            }
        }
        let (sums, more) = (&mut self.sums, &other.sums);
        let pairs = sums.squares.iter_mut().zip(more.squares);
        pairs.chain(sums.information.iter_mut().zip(more.information)).for_each(|(a, b)| *a += weight * b);
        sums.log_loss += weight * more.log_loss;
        sums.infinite_loss += weight * more.infinite_loss;
        sums.spiegelhalter += weight * more.spiegelhalter;
        sums.slope += weight * more.slope;
    }

    /// Weight of the rows of either class.
    #[must_use]
    pub fn rows(&self) -> [f64; 2] {
        self.cells.iter().fold([0.0; 2], |[a, b], cell| [a + cell.rows[0], b + cell.rows[1]])
    }

    /// Weight of all rows.
    #[must_use]
    pub fn total(&self) -> f64 {
        let [negative, positive] = self.rows();
        negative + positive
    }

    /// Weight of the rows of either class; `None` without rows, or when the table is none that rows
    /// make: a negative weight, a total too large for a double, an end of a cell that is NaN.
    pub(crate) fn weights(&self) -> Option<[f64; 2]> {
        let sound = |cell: &ScoreCell| {
            !cell.low.is_nan() && !cell.high.is_nan() && cell.rows.iter().all(|rows| *rows >= 0.0)
        };
        let (rows, total) = (self.rows(), self.total());
        (total > 0.0 && total.is_finite() && self.cells.iter().all(sound)).then_some(rows)
    }

    /// [`Self::weights`]; `None` unless both classes have rows.
    pub(crate) fn both_classes(&self) -> Option<[f64; 2]> {
        self.weights().filter(|[negatives, positives]| *negatives > 0.0 && *positives > 0.0)
    }

    /// Kish's effective number of all rows.
    #[must_use]
    pub fn effective_total(&self) -> f64 {
        let rows = self.rows();
        let squares: f64 = (0..2)
            .filter(|class| self.effective[*class] > 0.0)
            .map(|class| rows[class] * rows[class] / self.effective[class])
            .sum();
        if squares > 0.0 { self.total() * self.total() / squares } else { 0.0 }
    }
}
