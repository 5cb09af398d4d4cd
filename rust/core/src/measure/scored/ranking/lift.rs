//! Cumulative gain and lift: what a share of the rows taken from the top holds of the positives.
//!
//! `gain(s) = positives among the top share s / positives`, in [0, 1]; `lift(s) = gain(s) / s`, in
//! [0, 1/s], 1 for a score that knows nothing. Where the share ends inside a cell the gain is
//! interpolated between the cell's ends. For ties (a `single` cell) that is the mean over all ways
//! to break them, and exact by convention. In other cells the rows taken may have been anything
//! from all negatives first to all positives first: the bracket.
//! Source: Piatetsky-Shapiro and Masand, Estimating campaign benefits and modeling lift, 1999.

use super::super::{Bracketed, Scored};

/// Share of the positives among the top `share` of the rows.
///
/// `None` unless both classes have rows and 0 < share <= 1.
#[must_use]
pub fn gain(scored: &Scored, share: f64) -> Option<Bracketed> {
    let [negatives, positives] = scored.both_classes()?;
    if !(share > 0.0 && share <= 1.0) {
        return None;
    }
    let mut left = share * (negatives + positives);
    let mut found = 0.0;
    for cell in scored.cells.iter().rev().filter(|cell| cell.total() > 0.0) {
        let [n, p] = cell.rows;
        if left < cell.total() {
            let middle = p * left / cell.total();
            let (worst, best) =
                if cell.single { (middle, middle) } else { ((left - n).max(0.0), p.min(left)) };
            let of = |more: f64| (found + more) / positives;
            return Bracketed::new(of(middle), of(worst), of(best)).map(|gain| gain.within(0.0, 1.0));
        }
        left -= cell.total();
        found += p;
    }
    Bracketed::new(1.0, 1.0, 1.0)
}

/// [`gain`] over the share itself: how many times more positives than rows taken blindly.
#[must_use]
pub fn lift(scored: &Scored, share: f64) -> Option<Bracketed> {
    let Bracketed { value, bracket } = gain(scored, share)?;
    Bracketed::new(value / share, bracket.lower / share, bracket.upper / share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::scored::coarse::{merged, rows};
    use proptest::prelude::*;

    /// Row by row from the top, the last row in part, each tie group at its mean.
    fn by_rows(rows: &[(f64, bool)], share: f64) -> f64 {
        let group = |at: f64| rows.iter().filter(move |row| row.0 == at);
        let mean = |at: f64| group(at).filter(|row| row.1).count() as f64 / group(at).count() as f64;
        let mut sorted = rows.to_vec();
        sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
        let taken = share * rows.len() as f64;
        let part = |i: usize| (taken - i as f64).clamp(0.0, 1.0);
        let found: f64 = sorted.iter().enumerate().map(|(i, row)| part(i) * mean(row.0)).sum();
        found / rows.iter().filter(|row| row.1).count() as f64
    }

    proptest! {
        #[test]
        fn is_what_the_top_rows_hold(rows in rows(), share in 0.001..1.0_f64) {
            let fine = gain(&Scored::of_rows(rows.iter().copied()), share);
            let Some(fine) = fine else { return Ok(()) };
            let exact = by_rows(&rows, share);
            prop_assert!((fine.value - exact).abs() < 1e-12 && fine.is_exact());
            for by in [2, 5, 20, 50] {
                prop_assert!(gain(&merged(&rows, by), share).is_some_and(|gain| gain.holds(exact)));
            }
        }
    }

    #[test]
    fn known_values() {
        let rows = [(0.1, false), (0.4, false), (0.35, true), (0.8, true)];
        let fine = Scored::of_rows(rows);
        assert_eq!(gain(&fine, 0.25), Bracketed::new(0.5, 0.5, 0.5));
        assert_eq!(lift(&fine, 0.25), Bracketed::new(2.0, 2.0, 2.0));
        assert_eq!(lift(&fine, 1.0), Bracketed::new(1.0, 1.0, 1.0));
        assert_eq!(gain(&merged(&rows, 4), 0.25), Bracketed::new(0.25, 0.0, 0.5));
        for share in [0.0, -1.0, 1.1, f64::NAN] {
            assert_eq!(gain(&fine, share), None);
        }
        assert_eq!(gain(&Scored::of_rows([(0.5, true)]), 0.5), None);
    }
}
