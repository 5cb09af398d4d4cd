//! Scores in [0, 1] with a binary label: counts and score sums by cell and class, and the sums
//! that log-loss and calibration need. A row whose label is not known is of a third class.
//!
//! Every term of a sum is rounded to a fixed grid and added as an integer, so that a sum is the
//! same whatever the order of the rows. The logarithm is computed here, from additions,
//! multiplications and one division, for the same answer on every machine.

use crate::ahead::{STEP, fetch_behind};
use crate::isa::cloned;

/// Scores, their squares and the variance of Spiegelhalter's statistic are summed in units of
/// `2^-SCORE_BITS`: each to within half a unit.
pub const SCORE_BITS: i32 = 44;
/// Losses are at most 745 and summed in units of `2^-LOSS_BITS`.
pub const LOSS_BITS: i32 = 40;
/// The terms of Cox's regression are at most 14 and summed in units of `2^-LOGIT_BITS`.
pub const LOGIT_BITS: i32 = 46;
/// Scores are held this far from 0 and 1 where their logit is taken.
pub const LOGIT_CLIP: f64 = 1e-6;
/// The logit there: `ln((1 - LOGIT_CLIP) / LOGIT_CLIP)`.
pub const LOGIT_LIMIT: f64 = 13.815_509_557_963_774;

const SCORE_UNITS: f64 = (1_u64 << SCORE_BITS) as f64;
const LOSS_UNITS: f64 = (1_u64 << LOSS_BITS) as f64;
const LOGIT_UNITS: f64 = (1_u64 << LOGIT_BITS) as f64;

/// Adding this leaves an integer in the low mantissa bits, rounded to nearest even.
const ROUND: f64 = 6_755_399_441_055_744.0; // 1.5 * 2^52
const ROUND_BITS: i64 = ROUND.to_bits() as i64;

/// Sums of a block, in units of the grids above.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScoreSums {
    /// Squared scores of negatives and of positives.
    pub squares: [i64; 2],
    /// Finite losses.
    pub loss: i64,
    /// Rows whose loss is infinite.
    pub infinite: i64,
    /// `p (1 - p) (1 - 2 p)^2`.
    pub spiegelhalter: i64,
    /// `w`, `w l` and `w l^2` with `w = p (1 - p)` and `l` the logit.
    pub information: [i64; 3],
    /// `(y - p) l`.
    pub slope: i64,
}

/// A number below 2^51 in absolute value, as the nearest integer.
#[inline(always)]
#[allow(clippy::inline_always, reason = "compiled anew in each clone of its callers")]
fn rounded(value: f64) -> i64 {
    ((value + ROUND).to_bits() as i64).wrapping_sub(ROUND_BITS)
}

/// `x = 2^e m` with `m` in [sqrt(1/2), sqrt 2): e, and m - 1. Subnormal numbers count as the
/// smallest normal one.
#[inline(always)]
#[allow(clippy::inline_always, reason = "compiled anew in each clone of its callers")]
fn parts(x: f64) -> (f64, f64) {
    const ROOT_HALF: i64 = std::f64::consts::FRAC_1_SQRT_2.to_bits() as i64;
    let bits = x.max(f64::MIN_POSITIVE).to_bits() as i64;
    let exponent = bits.wrapping_sub(ROOT_HALF) >> 52;
    let mantissa = f64::from_bits(bits.wrapping_sub(exponent << 52) as u64);
    (f64::from_bits(ROUND_BITS.wrapping_add(exponent) as u64) - ROUND, mantissa - 1.0)
}

/// `e ln 2 + 2 artanh s`, `|s| < 0.172`, as a series in `s^2` of ten terms: the eleventh is below
/// 2^-56.
#[inline(always)]
#[allow(clippy::inline_always, reason = "compiled anew in each clone of its callers")]
fn ln_of_parts(exponent: f64, s: f64) -> f64 {
    // ln 2 in two parts: the first has so few bits that its product with an exponent is exact.
    const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    // In pairs of pairs (Estrin 1960): a chain of nine would wait for itself.
    let z = s * s;
    let (z2, pair) = (z * z, |low: f64, high: f64| 1.0 / low + z * (1.0 / high));
    let z4 = z2 * z2;
    let low = pair(3.0, 5.0) + z2 * pair(7.0, 9.0);
    let high = pair(11.0, 13.0) + z2 * pair(15.0, 17.0);
    let series = low + z4 * (high + z4 * (1.0 / 19.0));
    exponent * LN2_HIGH + (2.0 * s + (2.0 * s * z * series + exponent * LN2_LOW))
}

/// Natural logarithms of two positive numbers: `s = (m - 1)/(m + 1)` of both from one division, which
/// takes as long as all the rest.
#[inline(always)]
#[allow(clippy::inline_always, reason = "compiled anew in each clone of its callers")]
fn ln_of_both(x: f64, y: f64) -> (f64, f64) {
    let ((of_x, f), (of_y, g)) = (parts(x), parts(y));
    let (below_f, below_g) = (2.0 + f, 2.0 + g);
    let inverse = 1.0 / (below_f * below_g);
    (ln_of_parts(of_x, f * below_g * inverse), ln_of_parts(of_y, g * below_f * inverse))
}

/// Adds the terms of one row with a score in [0, 1]; the label is 0 or 1.
#[inline(always)]
#[allow(clippy::inline_always, reason = "compiled anew in each clone of its callers")]
fn add_terms(sums: &mut ScoreSums, p: f64, label: u8) {
    let y = f64::from(label);
    let square = rounded(p * p * SCORE_UNITS);
    let of_positive = rounded(y * (p * p) * SCORE_UNITS);
    let (of_p, of_rest) = ln_of_both(p, 1.0 - p);
    // What the score gave to the class that came.
    let given = if label == 1 { p } else { 1.0 - p };
    let loss = if label == 1 { -of_p } else { -of_rest };
    let finite = given > 0.0;
    let loss = if finite { loss } else { 0.0 };
    let logit = (of_p - of_rest).clamp(-LOGIT_LIMIT, LOGIT_LIMIT);
    let held = p.clamp(LOGIT_CLIP, 1.0 - LOGIT_CLIP);
    let weight = held * (1.0 - held);
    let lean = 1.0 - 2.0 * p;
    sums.squares[0] = sums.squares[0].wrapping_add(square.wrapping_sub(of_positive));
    sums.squares[1] = sums.squares[1].wrapping_add(of_positive);
    sums.loss = sums.loss.wrapping_add(rounded(loss * LOSS_UNITS));
    sums.infinite = sums.infinite.wrapping_add(i64::from(!finite));
    sums.spiegelhalter =
        sums.spiegelhalter.wrapping_add(rounded(p * (1.0 - p) * (lean * lean) * SCORE_UNITS));
    sums.information[0] = sums.information[0].wrapping_add(rounded(weight * LOGIT_UNITS));
    sums.information[1] = sums.information[1].wrapping_add(rounded(weight * logit * LOGIT_UNITS));
    sums.information[2] = sums.information[2].wrapping_add(rounded(weight * (logit * logit) * LOGIT_UNITS));
    sums.slope = sums.slope.wrapping_add(rounded((y - held) * logit * LOGIT_UNITS));
}

cloned! {
/// Sums over at most 1,024 rows with scores in [0, 1]; labels are 0 or 1.
pub fn score_sums(scores: &[f64], labels: &[u8]) -> ScoreSums {
    debug_assert!(scores.len() <= 1024);
    let mut sums = ScoreSums::default();
    for (&p, &label) in scores.iter().zip(labels) {
        add_terms(&mut sums, p, label);
    }
    sums
}
}

/// What looking at a block once tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Whether every score is in [0, 1] and every class 0 or 1. Only then the sums mean something.
    pub countable: bool,
    /// All sums, or those of squares alone.
    pub sums: ScoreSums,
}

/// What a row adds to its entry of the table: one row, and its units.
#[inline(always)]
#[allow(clippy::inline_always, reason = "compiled anew in each clone of its callers")]
fn addition(p: f64) -> [u64; 2] {
    [1, rounded(p * SCORE_UNITS) as u64]
}

/// 1 for a row that belongs to no cell, or has no label.
#[inline(always)]
#[allow(clippy::inline_always, reason = "compiled anew in each clone of its callers")]
fn uncountable(p: f64, class: u8) -> u64 {
    u64::from(!(0.0..=1.0).contains(&p) || class > 1)
}

cloned! {
/// What each row adds to the table, and all that is needed of the scores besides, as reading them is
/// what takes longest.
fn look_closely(scores: &[f64], classes: &[u8], additions: &mut [[u64; 2]]) -> Look {
    let (mut outside, mut sums) = (0_u64, ScoreSums::default());
    for ((added, &p), &class) in additions.iter_mut().zip(scores).zip(classes) {
        outside = outside.wrapping_add(uncountable(p, class));
        *added = addition(p);
        add_terms(&mut sums, p, class);
    }
    Look { countable: outside == 0, sums }
}
}

cloned! {
/// The same with sums of squares alone.
fn look(scores: &[f64], classes: &[u8], additions: &mut [[u64; 2]]) -> Look {
    let (mut outside, mut all, mut positives) = (0_u64, 0_i64, 0_i64);
    for ((added, &p), &class) in additions.iter_mut().zip(scores).zip(classes) {
        outside = outside.wrapping_add(uncountable(p, class));
        *added = addition(p);
        let square = rounded(p * p * SCORE_UNITS);
        all = all.wrapping_add(square);
        positives = positives.wrapping_add(square & -i64::from(class & 1));
    }
    let squares = [all.wrapping_sub(positives), positives];
    Look { countable: outside == 0, sums: ScoreSums { squares, ..ScoreSums::default() } }
}
}

/// A score of [0, 1] in units of `2^-SCORE_BITS`, to nearest even.
#[must_use]
pub fn units(score: f64) -> u64 {
    rounded(score * SCORE_UNITS) as u64
}

/// Rows and sums of scores by cell and class on their way to a table.
#[derive(Debug, Default)]
pub struct ScoreTally {
    /// Rows and units of each cell's negatives, positives and unknown ones in turn.
    entries: Vec<[u64; 2]>,
    /// What the rows of a block add: both numbers at once, in one vector.
    additions: Vec<[u64; 2]>,
    rows: usize,
}

/// Negative, positive, and unknown.
pub const CLASSES: usize = 3;
/// So many scores of at most 1 stay below 2^64 units.
const MOST_ROWS: usize = 1 << 19;

impl ScoreTally {
    /// Empties it and makes room for `cells`.
    pub fn open(&mut self, cells: usize) {
        self.entries.clear();
        self.entries.resize(CLASSES * cells, [0; 2]);
        self.rows = 0;
    }

    /// Whether a block more fits before [`ScoreTally::settle`] must be called.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.rows + crate::BLOCK > MOST_ROWS
    }

    /// Looks at a block of scores before [`ScoreTally::add`] counts it; closely, when all sums are
    /// wanted.
    pub fn look(&mut self, scores: &[f64], classes: &[u8], closely: bool) -> Look {
        self.additions.resize(scores.len(), [0; 2]);
        let look = if closely { look_closely } else { look };
        look(scores, classes, &mut self.additions)
    }

    /// Counts the block that was looked at last, by class, now that its cells are known.
    ///
    /// # Panics
    /// If a cell or class is beyond those there are.
    pub fn add(&mut self, cells: &[u32], (scores, classes): (&[f64], &[u8])) {
        self.rows += cells.len();
        let mut count = |cell: u32, class: u8, addition: [u64; 2]| {
            let entry = &mut self.entries[CLASSES * cell as usize + usize::from(class)];
            *entry = [entry[0].wrapping_add(addition[0]), entry[1].wrapping_add(addition[1])];
        };
        let (steps, rest) = cells.as_chunks::<STEP>();
        let ((of_steps, of_rest), (theirs, of_theirs)) =
            (classes.as_chunks::<STEP>(), self.additions.as_chunks::<STEP>());
        for (i, ((cells, classes), additions)) in steps.iter().zip(of_steps).zip(theirs).enumerate() {
            fetch_behind(scores, STEP * i);
            (0..STEP).for_each(|k| count(cells[k], classes[k], additions[k]));
        }
        let rest = rest.iter().zip(of_rest).zip(of_theirs);
        rest.for_each(|((cell, class), addition)| count(*cell, *class, *addition));
    }

    /// Hands out what was counted, by cell and class: rows and units; and empties it.
    pub fn settle(&mut self, mut with: impl FnMut(usize, usize, u64, u64)) {
        for (at, entry) in self.entries.iter_mut().enumerate().filter(|(_, entry)| entry[0] > 0) {
            with(at / CLASSES, at % CLASSES, entry[0], entry[1]);
            *entry = [0; 2];
        }
        self.rows = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::{LOGIT_BITS, LOGIT_CLIP, LOSS_BITS, SCORE_BITS, ScoreTally, ln_of_both, score_sums};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn logarithms_are_right_to_three_ulp(y in 0.0_f64..=1.0, x in prop_oneof![0.0_f64..=1.0, 0.0_f64..1e-300, 0.5..1.5_f64, Just(1.0), Just(f64::MIN_POSITIVE)]) {
            prop_assume!(x >= f64::MIN_POSITIVE);
            let ((got, other), expected) = (ln_of_both(x, y), x.ln());
            prop_assert!((got - expected).abs() <= 3.0 * f64::EPSILON * expected.abs(), "{x} {got} {expected}");
            prop_assert_eq!(ln_of_both(y, x), (other, got));
        }

        #[test]
        fn sums_are_those_of_the_rows(rows in prop::collection::vec((prop_oneof![0.0_f64..=1.0, Just(0.0), Just(1.0), 0.0..1e-8_f64], 0_u8..2), 0..600)) {
            let (scores, labels): (Vec<f64>, Vec<u8>) = rows.iter().copied().unzip();
            let sums = score_sums(&scores, &labels);
            let near = |units: i64, bits: i32, term: &dyn Fn(f64, f64) -> f64| {
                let expected: f64 = rows.iter().map(|(p, y)| term(*p, f64::from(*y))).sum();
                let got = units as f64 / 2_f64.powi(bits);
                // Half a unit a row, and the rounding of the doubles themselves.
                let bound = rows.len() as f64 * (2_f64.powi(-bits - 1) + 1e-14);
                (got - expected).abs() <= bound
            };
            let held = |p: f64| p.clamp(LOGIT_CLIP, 1.0 - LOGIT_CLIP);
            let logit = |p: f64| held(p).ln() - (-held(p)).ln_1p();
            let weight = |p: f64| held(p) * (1.0 - held(p));
            prop_assert!(near(sums.squares[0], SCORE_BITS, &|p, y| (1.0 - y) * p * p));
            prop_assert!(near(sums.squares[1], SCORE_BITS, &|p, y| y * p * p));
            if rows.len() <= crate::BLOCK {
                let look = |closely| ScoreTally::default().look(&scores, &labels, closely);
                prop_assert_eq!(look(true), super::Look { countable: true, sums });
                let squares = super::ScoreSums { squares: sums.squares, ..Default::default() };
                prop_assert_eq!(look(false), super::Look { countable: true, sums: squares });
            }
            prop_assert!(near(sums.spiegelhalter, SCORE_BITS, &|p, _| p * (1.0 - p) * (1.0 - 2.0 * p).powi(2)));
            prop_assert!(near(sums.information[0], LOGIT_BITS, &|p, _| weight(p)));
            prop_assert!(near(sums.information[1], LOGIT_BITS, &|p, _| weight(p) * logit(p)));
            prop_assert!(near(sums.information[2], LOGIT_BITS, &|p, _| weight(p) * logit(p).powi(2)));
            // Subnormal scores count as the smallest normal one: no loss is above 708.4.
            let loss = |p: f64, y: f64| if y == 1.0 { -p.max(f64::MIN_POSITIVE).ln() } else { -(1.0 - p).ln() };
            let finite = |p: f64, y: f64| if y == 1.0 { p > 0.0 } else { p < 1.0 };
            let told = |p: f64, y: f64| if finite(p, y) { loss(p, y) } else { 0.0 };
            prop_assert!(near(sums.loss, LOSS_BITS, &told));
            let infinite = rows.iter().filter(|(p, y)| !finite(*p, f64::from(*y))).count();
            prop_assert_eq!(sums.infinite as usize, infinite);
        }

        #[test]
        fn a_tally_is_the_table_of_its_rows(rows in prop::collection::vec((0_u32..9, 0.0_f64..=1.0, 0_u8..3), 0..700)) {
            let mut tally = ScoreTally::default();
            tally.open(9);
            for block in rows.chunks(crate::BLOCK) {
                let cells: Vec<u32> = block.iter().map(|row| row.0).collect();
                let scores: Vec<f64> = block.iter().map(|row| row.1).collect();
                let labels: Vec<u8> = block.iter().map(|row| row.2).collect();
                tally.look(&scores, &labels, false);
                tally.add(&cells, (&scores, &labels));
            }
            let unit = |p: f64| (p * 2_f64.powi(SCORE_BITS)).round_ties_even() as u64;
            let mut expected = [[[0_u64; 2]; 3]; 9];
            for (cell, score, label) in &rows {
                let entry = &mut expected[*cell as usize][usize::from(*label)];
                *entry = [entry[0] + 1, entry[1] + unit(*score)];
            }
            let mut found = [[[0_u64; 2]; 3]; 9];
            tally.settle(|cell, class, rows, units| found[cell][class] = [rows, units]);
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn what_belongs_to_no_cell_is_noticed() {
        let countable =
            |score, class| ScoreTally::default().look(&[0.5, score], &[0, class], false).countable;
        assert!(countable(0.0, 1) && countable(-0.0, 0) && countable(1.0, 0));
        assert!(!countable(0.5, 2) && !countable(f64::NAN, 0) && !countable(1.0_f64.next_up(), 0));
        assert!(!countable(-f64::MIN_POSITIVE, 1) && !countable(f64::INFINITY, 1));
        assert_eq!((super::units(0.0), super::units(1.0)), (0, 1 << SCORE_BITS));
    }

    #[test]
    fn slopes_lean_to_the_label() {
        let sums = score_sums(&[0.9, 0.9], &[1, 0]);
        let logit = (0.9_f64 / 0.1).ln();
        let expected = (0.1 * logit - 0.9 * logit) * 2_f64.powi(LOGIT_BITS);
        assert!((sums.slope as f64 - expected).abs() < 2_f64.powi(LOGIT_BITS) * 1e-14);
    }
}
