//! Bins of scores: what errors of calibration are summed over.
//!
//! Equal width: `[i/B, (i+1)/B)`, the last one closed, the edges the doubles nearest to `i/B`.
//! (M. P. Naeini, G. F. Cooper and M. Hauskrecht, AAAI 2015, leave open whose edges are whose; netcal
//! and C. Guo et al., ICML 2017, take `(i/B, (i+1)/B]`. On scores with two decimals the two differ.)
//! Equal mass: cut at the scores of ranks `ceil(i N / B)`, equal scores never parted, so there may
//! be fewer than B of them and they need not hold equally many rows.
//!
//! Both are exact: a bin is a union of whole cells or there is no answer. Bins without rows are
//! left out.

use super::super::{NEGATIVE, POSITIVE, ScoreCell, Scored};

/// Rows with scores between two edges.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// Scores of the bin are at least this,
    pub low: f64,
    /// and below this (for equal width; the last bin is closed).
    pub high: f64,
    /// Weight of the rows of the negative and of the positive class.
    pub rows: [f64; 2],
    /// Weighted sums of their scores.
    pub scores: [f64; 2],
    /// `sum p (1 - p)`: the variance of the number of positives if the scores are right.
    ///
    /// From the cells' means, hence too large by the variance of the scores inside a cell.
    pub variance: f64,
    /// Kish-effective rows per unit of weight: 1 when every row weighs 1.
    pub per_weight: f64,
}

impl Bin {
    /// Weight of all rows.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.rows[NEGATIVE] + self.rows[POSITIVE]
    }

    /// Effective number of rows: what sampling errors count with.
    #[must_use]
    pub fn effective(&self) -> f64 {
        self.total() * self.per_weight
    }

    /// Sum of score minus label, without cancelling the positive rows' ones first.
    #[must_use]
    pub fn excess(&self) -> f64 {
        self.scores[NEGATIVE] + (self.scores[POSITIVE] - self.rows[POSITIVE])
    }

    /// Mean score less share of positives: above 0 where scores are too high.
    #[must_use]
    pub fn gap(&self) -> f64 {
        self.excess() / self.total()
    }

    /// Mean of the scores.
    #[must_use]
    pub fn mean_score(&self) -> f64 {
        (self.scores[NEGATIVE] + self.scores[POSITIVE]) / self.total()
    }

    /// Share of positive rows.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.rows[POSITIVE] / self.total()
    }

    /// `y (1 - y)` with `y` the share of positives.
    pub(super) fn label_variance(&self) -> f64 {
        self.share() * (self.rows[NEGATIVE] / self.total())
    }

    fn empty(low: f64, high: f64, per_weight: f64) -> Self {
        Self { low, high, rows: [0.0; 2], scores: [0.0; 2], variance: 0.0, per_weight }
    }

    fn add(&mut self, cell: &ScoreCell) {
        for class in [NEGATIVE, POSITIVE] {
            self.rows[class] += cell.rows[class];
            self.scores[class] += cell.scores[class];
        }
        // Below 0 for what is not a probability, which has no variance.
        self.variance += (cell.score() * (1.0 - cell.score() / cell.total())).max(0.0);
    }
}

/// Weight of all rows of some bins.
pub(super) fn total(bins: &[Bin]) -> f64 {
    bins.iter().map(Bin::total).sum()
}

/// Cells with rows, their total weight and effective rows per weight; `None` without rows.
fn occupied(scored: &Scored) -> Option<(impl Iterator<Item = &ScoreCell>, f64, f64)> {
    let total = scored.total();
    let per_weight = scored.effective_total() / total;
    let cells = scored.cells.iter().filter(|cell| cell.total() > 0.0);
    (total > 0.0 && total.is_finite() && per_weight.is_finite()).then_some((cells, total, per_weight))
}

/// Bins of equal width.
///
/// `None` without rows, for no bins, or when a cell holds several scores on both sides of an edge.
#[must_use]
pub fn equal_width(scored: &Scored, bins: u32) -> Option<Vec<Bin>> {
    let (cells, _, per_weight) = occupied(scored)?;
    let last = bins.checked_sub(1)?;
    let edge = |i: u32| f64::from(i) / f64::from(bins);
    let mut joined: Vec<Bin> = Vec::new();
    for cell in cells {
        let at = bin_of(cell.low, bins);
        if !cell.single && at < last && cell.high > edge(at + 1) {
            return None;
        }
        let (low, high) = (edge(at), edge(at.saturating_add(1)));
        if joined.last().is_none_or(|bin| bin.low != low) {
            joined.push(Bin::empty(low, high, per_weight));
        }
        joined.last_mut()?.add(cell);
    }
    Some(joined)
}

/// Index of the bin that holds `score`: the number of inner edges at or below it.
fn bin_of(score: f64, bins: u32) -> u32 {
    let guess = (score * f64::from(bins)) as u32; // held at the ends of u32
    let last = bins - 1;
    // The product is rounded, the edges are other roundings: the true bin is at most one off.
    let below = guess.min(last).saturating_sub(1);
    let reached = |i: &u32| *i <= last && f64::from(*i) / f64::from(bins) <= score;
    (below + 1..=below.saturating_add(2)).take_while(reached).last().unwrap_or(below)
}

/// Bins of equal mass: cut above the cells in which the rows of rank `i N / B` (rounded up) lie.
///
/// `None` without rows or for no bins. Edges are those of the cells: `low` of the first cell and
/// `high` of the last.
#[must_use]
pub fn equal_mass(scored: &Scored, bins: u32) -> Option<Vec<Bin>> {
    let (cells, total, per_weight) = occupied(scored)?;
    if bins == 0 {
        return None;
    }
    let (mut joined, mut below, mut open) = (Vec::<Bin>::new(), 0.0, false);
    for cell in cells {
        if !open {
            joined.push(Bin::empty(cell.low, cell.high, per_weight));
        }
        let bin = joined.last_mut()?;
        bin.add(cell);
        bin.high = cell.high;
        // Quantiles passed so far, as floor(below B / N): whole numbers of rows stay exact.
        let passed = |rows: f64| (rows * f64::from(bins) / total).floor();
        open = passed(below + cell.total()) <= passed(below);
        below += cell.total();
    }
    Some(joined)
}

#[cfg(test)]
#[path = "bins_tests.rs"]
mod tests;
