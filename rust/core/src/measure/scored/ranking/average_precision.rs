//! Average precision: precision at each positive, averaged over the positives.
//!
//! `AP = sum (R_k - R_(k-1)) P_k` over the distinct scores from the top, `R` recall and `P`
//! precision of all rows down to and including that score (ties are one step), in (0, 1]. A score
//! that knows nothing has about the share of positives. The trapezoid under the precision-recall
//! curve is another number, and too high (Davis and Goadrich 2006).
//!
//! # Bracket
//! Take a cell that is not `single`, `p` positives and `n` negatives in it, `t` and `f` above it.
//! No row of it can have a precision above `(t + p)/(t + p + f)`, and when all its positives tie
//! above its negatives all have that: the best. The j-th positive has at least
//! `(t + j)/(t + j + f + n)`, and has that when all negatives come first and no positives tie: the
//! worst. Rows with unequal weights are held by the integral of that over the positives' weight;
//! they are told by an effective number of rows that is not the number of rows.
//!
//! # Interval
//! Normal on the logit scale with `A (1 - A) / P` for the variance of A (Boyd, Eng and Page 2013),
//! `P` the effective positives; Wilson's interval at 1. It takes the precisions of the positives
//! for independent draws of a share and leaves out what the negatives' sample adds. Simulated with 20
//! to 200 positives a nominal 95 % held 94 to 100 %, widest where the value is low; other shapes of
//! the two laws may hold less. It speaks of one share of positives only.

use super::super::weighed::Weighed;
use super::super::{Bracketed, POSITIVE, ScoreCell, Scored};
use crate::inference::{Interval, normal};

/// The average precision with each cell as one step, and its bracket. `None` unless both classes
/// have rows.
#[must_use]
pub fn average_precision(scored: &Scored) -> Option<Bracketed> {
    let [_, positives] = scored.both_classes()?;
    let unit = has_unit_rows(scored);
    let (mut above, mut sums) = ([0.0; 2], [0.0; 3]);
    for cell in scored.cells.iter().rev().filter(|cell| cell.total() > 0.0) {
        let tied = tied(cell, above);
        let [worst, best] =
            if cell.single { [tied; 2] } else { [worst(cell, above, unit), best(cell, above)] };
        sums = [sums[0] + tied, sums[1] + worst, sums[2] + best];
        above = [above[0] + cell.rows[0], above[1] + cell.rows[1]];
    }
    let [value, lower, upper] = sums.map(|sum| sum / positives);
    Bracketed::new(value, lower, upper).map(|average| average.within(0.0, 1.0))
}

/// Interval of the population's value at `level`, within [0, 1], as wide as the bracket at least.
///
/// `None` unless both classes have rows, or for a level outside (0, 1).
#[must_use]
pub fn interval(scored: &Scored, level: f64) -> Option<Interval> {
    let average = average_precision(scored)?;
    let (z, rows) = (normal::half_width(level)?, scored.effective[POSITIVE]);
    let error = 1.0 / (rows * average.value * (1.0 - average.value)).sqrt();
    if !(error.is_finite() && error < 1e6) {
        let wilson = Weighed { share: average.value, rows }.wilson(level)?;
        let (lower, upper) = (average.bracket.lower, average.bracket.upper);
        return Some(Interval { lower: wilson.lower.min(lower), upper: wilson.upper.max(upper) });
    }
    let reach = |from: f64, z: f64| 1.0 / (1.0 + ((1.0 / from - 1.0).ln() - z * error).exp());
    let (lower, upper) = (reach(average.bracket.lower, -z), reach(average.bracket.upper, z));
    (lower <= upper).then_some(Interval { lower, upper })
}

/// Whether every row weighs 1: Kish's number is the number of rows, and cells hold whole numbers.
fn has_unit_rows(scored: &Scored) -> bool {
    let whole = scored.cells.iter().flat_map(|cell| cell.rows).all(|rows| rows.fract() == 0.0);
    whole && scored.rows() == scored.effective
}

fn tied(cell: &ScoreCell, [f, t]: [f64; 2]) -> f64 {
    let [n, p] = cell.rows;
    p * (t + p) / (t + p + f + n)
}

fn best(cell: &ScoreCell, [f, t]: [f64; 2]) -> f64 {
    let p = cell.rows[POSITIVE];
    if p > 0.0 { p * (t + p) / (t + p + f) } else { 0.0 }
}

/// Up to this many positives are added one by one; beyond, the sum is bounded by an integral.
const ONE_BY_ONE: f64 = 64.0;

/// `sum over j of 1 - s/(t + j + s)` with `s = f + n`. The subtracted sum is convex in j and so at
/// most its integral from 1/2 to p + 1/2; for rows of any weight, at most that from 0 to p.
fn worst(cell: &ScoreCell, [f, t]: [f64; 2], unit: bool) -> f64 {
    let [n, p] = cell.rows;
    let s = f + n;
    if p <= 0.0 || s <= 0.0 {
        return p.max(0.0);
    }
    if unit && p <= ONE_BY_ONE {
        return (1..=p as u32).map(|j| (t + f64::from(j)) / (t + f64::from(j) + s)).sum();
    }
    let start = t + s + if unit { 0.5 } else { 0.0 };
    (p - s * (p / start).ln_1p()).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::scored::coarse::{merged, rows};
    use proptest::prelude::*;

    /// By its definition: for each positive the precision among rows that score as high.
    pub(super) fn by_rows(rows: &[(f64, bool)]) -> Option<f64> {
        let positives: Vec<_> = rows.iter().filter(|row| row.1).collect();
        let precision = |of: &(f64, bool)| {
            let as_high = || rows.iter().filter(|row| row.0 >= of.0);
            as_high().filter(|row| row.1).count() as f64 / as_high().count() as f64
        };
        let sum: f64 = positives.iter().map(|row| precision(row)).sum();
        (!positives.is_empty() && positives.len() < rows.len()).then(|| sum / positives.len() as f64)
    }

    proptest! {
        #[test]
        fn is_the_mean_precision(rows in rows()) {
            let (exact, scored) = (by_rows(&rows), Scored::of_rows(rows.iter().copied()));
            let fine = average_precision(&scored);
            prop_assert_eq!(exact.is_some(), fine.is_some());
            let Some((exact, fine)) = exact.zip(fine) else { return Ok(()) };
            prop_assert!((fine.value - exact).abs() < 1e-12 && fine.is_exact());
            for by in [2, 5, 20, 50] {
                let mut coarse = merged(&rows, by);
                let sharp = average_precision(&coarse).expect("two classes");
                prop_assert!(sharp.holds(exact), "{} {:?}", exact, sharp);
                coarse.effective[POSITIVE] *= 0.9;
                let weighed = average_precision(&coarse).expect("two classes");
                prop_assert!(weighed.holds(sharp.bracket.lower) && weighed.holds(sharp.bracket.upper));
            }
            let interval = interval(&scored, 0.95).expect("two classes");
            prop_assert!(0.0 <= interval.lower && interval.lower <= exact && exact <= interval.upper);
        }

        /// Every order of the rows of one cell below three others, with and without ties.
        #[test]
        fn holds_every_order(inside in proptest::collection::vec((0..6_u8, any::<bool>()), 1..9)) {
            let above = [(7.0, true), (8.0, false), (9.0, true)];
            let rows: Vec<_> = inside.iter().map(|r| (f64::from(r.0), r.1)).chain(above).collect();
            let Some(exact) = by_rows(&rows) else { return Ok(()) };
            let coarse = merged(&rows, 6);
            prop_assert!(average_precision(&coarse).is_some_and(|average| average.holds(exact)));
        }
    }

    #[test]
    fn known_values() {
        let rows = [(0.1, false), (0.4, false), (0.35, true), (0.8, true)];
        let average = average_precision(&Scored::of_rows(rows)).expect("two classes");
        assert!((average.value - 5.0 / 6.0).abs() < 1e-15);
        let all = average_precision(&merged(&rows, 4)).expect("two classes");
        assert!((all.value - 0.5).abs() < 1e-15 && all.bracket.upper == 1.0);
        assert!((all.bracket.lower - 5.0 / 12.0).abs() < 1e-15);
        assert_eq!(average_precision(&Scored::default()), None);
        assert_eq!(average_precision(&Scored::of_rows([(0.5, true)])), None);
        let best = Scored::of_rows((0..20).map(|i| (f64::from(i), i >= 10)));
        assert!(interval(&best, 0.95).is_some_and(|i| i.upper == 1.0 && (0.7..0.75).contains(&i.lower)));
    }

    #[test]
    fn many_rows_in_a_cell_are_bounded_closely() {
        let sum = |p: u32| (1..=p).map(|j| f64::from(j) / f64::from(j + 300)).sum::<f64>();
        let cell =
            |p: f64| ScoreCell { low: 0.0, high: 1.0, single: false, rows: [300.0, p], scores: [0.0; 2] };
        for p in [64, 65, 500, 10_000] {
            let bound = worst(&cell(f64::from(p)), [0.0, 0.0], true);
            assert!(bound <= sum(p) + 1e-9 && sum(p) - bound < 1e-3, "{p}");
        }
    }
}
