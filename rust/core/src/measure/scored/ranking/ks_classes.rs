//! Kolmogorov-Smirnov between the classes: how far one cut can tell them apart.
//!
//! `max |TPR - FPR|` over all thresholds, in [0, 1]: the largest gap between the distribution
//! functions of the two classes' scores. At a cell's end the gap is exact; inside a cell it is at
//! most `max(F_i - G_(i-1), G_i - F_(i-1))`, as in [`crate::measure::ks`]. The value is the largest
//! gap at an end, which a threshold that can be named reaches.
//! Source: Hand, Measuring classifier performance, Machine Learning 77, 2009, section 2.

use super::super::{Bracketed, Scored};

/// The largest gap and where it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KsClasses {
    /// The gap: the largest at the cells' ends, which is the bracket's lower end.
    pub gap: Bracketed,
    /// Scores of at least this against scores below: the (lowest) threshold that shows it.
    pub threshold: f64,
}

/// The largest gap between the classes. `None` unless both classes have rows.
#[must_use]
pub fn ks_classes(scored: &Scored) -> Option<KsClasses> {
    let [negatives, positives] = scored.both_classes()?;
    // Counts, which add up exactly, and shares of them.
    let mut below = [0.0; 2];
    let (mut f, mut g) = (0.0_f64, 0.0_f64);
    let (mut lower, mut upper, mut threshold) = (-1.0, 0.0_f64, None);
    for cell in scored.cells.iter().filter(|cell| cell.total() > 0.0) {
        // The gap of the cut in front of the cell; that behind the last cell is 0.
        let gap = (f - g).abs();
        if gap > lower {
            (lower, threshold) = (gap, Some(cell.low));
        }
        below = [below[0] + cell.rows[0], below[1] + cell.rows[1]];
        let (to_f, to_g) = (below[0] / negatives, below[1] / positives);
        if !cell.single {
            upper = upper.max(to_f - g).max(to_g - f);
        }
        (f, g) = (to_f, to_g);
    }
    let gap = Bracketed::new(lower, lower, upper.max(lower))?.within(0.0, 1.0);
    threshold.filter(|at| at.is_finite()).map(|threshold| KsClasses { gap, threshold })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::scored::coarse::{merged, rows};
    use proptest::prelude::*;

    fn gap_at(rows: &[(f64, bool)], threshold: f64) -> f64 {
        let rate = |label| {
            let class: Vec<_> = rows.iter().filter(|row| row.1 == label).collect();
            class.iter().filter(|row| row.0 >= threshold).count() as f64 / class.len() as f64
        };
        (rate(true) - rate(false)).abs()
    }

    proptest! {
        #[test]
        fn is_the_largest_over_all_thresholds(rows in rows()) {
            let fine = ks_classes(&Scored::of_rows(rows.iter().copied()));
            let both = rows.iter().any(|row| row.1) && rows.iter().any(|row| !row.1);
            prop_assert_eq!(fine.is_some(), both);
            let Some(fine) = fine else { return Ok(()) };
            let exact = rows.iter().map(|row| gap_at(&rows, row.0)).fold(0.0, f64::max);
            prop_assert!((fine.gap.value - exact).abs() < 1e-12 && fine.gap.is_exact());
            prop_assert!((gap_at(&rows, fine.threshold) - exact).abs() < 1e-12);
            for by in [2, 5, 20, 50] {
                let coarse = ks_classes(&merged(&rows, by)).expect("two classes");
                prop_assert!(coarse.gap.holds(exact));
                prop_assert!((gap_at(&rows, coarse.threshold) - coarse.gap.value).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn known_values() {
        let rows = [(0.1, false), (0.4, false), (0.35, true), (0.8, true)];
        let ks = ks_classes(&Scored::of_rows(rows)).expect("two classes");
        assert_eq!((ks.gap.value, ks.threshold), (0.5, 0.35));
        let equal = ks_classes(&Scored::of_rows([(0.5, false), (0.5, true)])).expect("two classes");
        assert_eq!((equal.gap.value, equal.gap.bracket.upper, equal.threshold), (0.0, 0.0, 0.5));
        assert_eq!(ks_classes(&Scored::default()), None);
    }
}
