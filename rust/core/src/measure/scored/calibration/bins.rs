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
mod tests {
    use super::super::testing::{joined, rows, scored};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn edges_are_compared_with_never_multiplied() {
        // 0.29 * 100 is 28.999999999999996 and 0.58 * 50 is 28.999999999999996, too.
        for (score, bins, bin) in [(0.29, 100, 29), (0.58, 50, 29), (0.0, 7, 0), (1.0, 7, 6), (0.1, 1, 0)] {
            assert_eq!(bin_of(score, bins), bin);
        }
        for bins in [1, 2, 3, 7, 10, 49, 100, 1000] {
            for i in 0..bins {
                let edge = f64::from(i) / f64::from(bins);
                assert_eq!(bin_of(edge, bins), i);
                assert_eq!(bin_of(edge.next_down(), bins), i.saturating_sub(1));
            }
        }
        for score in [-3.0, 2.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for bins in [1, 10, u32::MAX] {
                assert!(bin_of(score, bins) < bins);
            }
        }
    }

    #[test]
    fn a_cell_across_an_edge_has_no_bin() {
        let mut table = Scored::of_rows([(0.05, false), (0.2, true)]);
        table.cells[0].single = false;
        table.cells[0].high = 0.1;
        assert!(equal_width(&table, 10).is_some() && equal_width(&table, 15).is_none());
        assert_eq!(equal_width(&table, 0), None);
        assert_eq!(equal_mass(&table, 0), None);
        assert_eq!(equal_width(&Scored::default(), 10), None);
        assert_eq!(equal_mass(&Scored::default(), 10), None);
        let outside = Scored::of_rows([(-0.5, false), (1.5, true)]);
        let bins = equal_width(&outside, 10).expect("rows");
        assert_eq!((bins[0].low, bins[1].high, bins.len()), (0.0, 1.0, 2));
    }

    #[test]
    fn equal_scores_are_never_parted() {
        let table = scored(&[(0.1, 3), (0.2, 9), (0.9, 8)]);
        let of =
            |bins| -> Vec<f64> { equal_mass(&table, bins).expect("rows").iter().map(Bin::total).collect() };
        assert_eq!((of(2), of(4), of(1)), (vec![12.0, 8.0], vec![12.0, 8.0], vec![20.0]));
        // Ranks 3, 6, 9, ...: the first three rows are a quantile of their own.
        assert_eq!(of(7), [3.0, 9.0, 8.0]);
    }

    proptest! {
        #[test]
        fn bins_hold_the_rows_between_their_edges(rows in rows(), bins in 1_u32..40) {
            let table = Scored::of_rows(rows.iter().copied());
            for bin in equal_width(&table, bins).expect("rows") {
                let inside = |p: f64| p >= bin.low && (p < bin.high || bin.high == 1.0);
                let here: Vec<_> = rows.iter().filter(|row| inside(row.0)).collect();
                prop_assert_eq!(here.len() as f64, bin.total());
                let naive: f64 = here.iter().map(|row| row.0 - f64::from(u8::from(row.1))).sum();
                prop_assert!((naive - bin.excess()).abs() < 1e-12);
                let variance: f64 = here.iter().map(|row| row.0 * (1.0 - row.0)).sum();
                prop_assert!((variance - bin.variance).abs() < 1e-12);
            }
            prop_assert_eq!(equal_width(&joined(&table), 12).map(|b| b.len()), equal_width(&table, 12).map(|b| b.len()));
        }

        #[test]
        fn equal_mass_cuts_at_ranks(rows in rows(), bins in 1_usize..20) {
            let table = Scored::of_rows(rows.iter().copied());
            let mut sorted: Vec<f64> = rows.iter().map(|row| row.0).collect();
            sorted.sort_by(f64::total_cmp);
            let mut cuts: Vec<f64> = (1..=bins).map(|i| sorted[(i * sorted.len()).div_ceil(bins) - 1]).collect();
            cuts.dedup();
            let highest: Vec<f64> = equal_mass(&table, bins as u32).expect("rows").iter().map(|b| b.high.next_down()).collect();
            prop_assert_eq!(cuts, highest);
        }
    }
}
