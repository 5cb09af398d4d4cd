//! Sums on a fixed integer grid: the same integer whatever the order of the values.
//!
//! A grid's `step` is a power of two, frozen with the binning. A value `v` becomes
//! `high = round(v / step)` and `low = round((v / step - high) * 2^40)`, both integers that
//! add without error; together they stand for `v` to within `step * 2^-41`. Values of
//! `step * 2^40` and more are outside of the grid and left to the caller, who keeps them in a
//! wider, slower accumulator.

/// Bits of the fraction kept below a step.
pub const FRACTION_BITS: u32 = 40;
/// Bits of the whole part: values below `step * 2^40` are on the grid.
pub const WHOLE_BITS: u32 = 40;
/// Exponents of steps are kept within these, where neither step nor limit overflows.
pub const EXPONENTS: std::ops::RangeInclusive<i32> = -960..=960;

use crate::isa::cloned;
use crate::number::{Number, Pivot};

const FRACTION: f64 = (1_u64 << FRACTION_BITS) as f64;
/// Adding this leaves an integer in the low mantissa bits, rounded to nearest even.
const ROUND: f64 = 6_755_399_441_055_744.0; // 1.5 * 2^52
const ROUND_BITS: i64 = ROUND.to_bits() as i64;

/// A fixed grid: values are counted in units of `2^(exponent - 40)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    exponent: i32,
    inverse: f64,
    limit: f64,
}

impl Grid {
    /// The grid of step `2^exponent`, the exponent clamped to [`EXPONENTS`].
    #[must_use]
    pub fn new(exponent: i32) -> Self {
        let exponent = exponent.clamp(*EXPONENTS.start(), *EXPONENTS.end());
        Self { exponent, inverse: 2_f64.powi(-exponent), limit: 2_f64.powi(exponent + WHOLE_BITS as i32) }
    }

    /// The exponent of the step.
    #[must_use]
    pub fn exponent(&self) -> i32 {
        self.exponent
    }

    /// Whether the grid holds `value`.
    #[must_use]
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "compiled anew in each clone of its callers")]
    pub fn holds(&self, value: f64) -> bool {
        value.abs() < self.limit
    }

    /// `value`, or 0 when the grid does not hold it, in whole steps and 2^-40 fractions.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "compiled anew in each clone of its callers")]
    #[must_use]
    pub fn split(&self, value: f64) -> (i64, i64) {
        self.split_held(if self.holds(value) { value } else { 0.0 })
    }

    /// The same of a value that the grid holds.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "compiled anew in each clone of its callers")]
    fn split_held(&self, value: f64) -> (i64, i64) {
        let steps = value * self.inverse;
        let shifted = steps + ROUND;
        let rest = steps - (shifted - ROUND);
        let high = (shifted.to_bits() as i64).wrapping_sub(ROUND_BITS);
        let low = ((rest * FRACTION + ROUND).to_bits() as i64).wrapping_sub(ROUND_BITS);
        (high, low)
    }
}

/// Sum of a block on the grid, and how many values lie outside of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BlockSum {
    /// Whole steps.
    pub high: i64,
    /// Fractions of 2^-40 steps.
    pub low: i64,
    /// Values that the grid does not hold.
    pub outside: u64,
}

impl BlockSum {
    // 2^20 values of less than 2^40 steps: no sum wraps. The lines are the shape that the
    // compiler makes vectors of.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "compiled anew in each clone of its callers")]
    fn add(&mut self, (high, low): (i64, i64)) {
        self.high = self.high.wrapping_add(high);
        self.low = self.low.wrapping_add(low);
    }

    /// The sum in units of `2^(exponent - 40)`.
    #[must_use]
    pub fn units(&self) -> i128 {
        (i128::from(self.high) << FRACTION_BITS) + i128::from(self.low)
    }
}

cloned! {
/// Sums of the differences of at most 2^20 values from the pivot, and of their squares. Both
/// grids must hold those of the smallest and the largest value; then they hold all.
pub fn moments<T: Number>(values: &[T], pivot: Pivot, first: &Grid, second: &Grid) -> (BlockSum, BlockSum) {
    debug_assert!(values.len() <= 1 << 20);
    let (first, second) = (*first, *second);
    let (mut one, mut two) = (BlockSum::default(), BlockSum::default());
    for &value in values {
        let difference = value.difference(pivot);
        one.add(first.split_held(difference));
        two.add(second.split_held(difference * difference));
    }
    (one, two)
}
}

cloned! {
/// Sums of at most 2^20 differences and of their squares; what a grid does not hold is told.
pub fn moments_within(differences: &[f64], first: &Grid, second: &Grid) -> (BlockSum, BlockSum) {
    debug_assert!(differences.len() <= 1 << 20);
    let (first, second) = (*first, *second);
    let (mut one, mut two) = (BlockSum::default(), BlockSum::default());
    for &difference in differences {
        let square = difference * difference;
        one.add(first.split(difference));
        one.outside = one.outside.wrapping_add(u64::from(!first.holds(difference)));
        two.add(second.split(square));
        two.outside = two.outside.wrapping_add(u64::from(!second.holds(square)));
    }
    (one, two)
}
}

#[cfg(test)]
mod tests {
    use super::{BlockSum, EXPONENTS, FRACTION_BITS, Grid, moments, moments_within};
    use crate::number::Pivot;
    use proptest::prelude::*;

    const FROM_ZERO: Pivot = Pivot { float: 0.0, integer: 0, whole: false };

    fn sum(values: &[f64], grid: &Grid) -> BlockSum {
        moments_within(values, grid, grid).0
    }

    fn sum_of_squares(values: &[f64], grid: &Grid) -> BlockSum {
        moments_within(values, grid, grid).1
    }

    /// The value of `units` on the grid, exact while it fits 53 bits.
    fn value(units: i128, grid: &Grid) -> f64 {
        units as f64 * 2_f64.powi(grid.exponent()) * 2_f64.powi(-(FRACTION_BITS as i32))
    }

    #[test]
    fn integers_are_exact() {
        let values: Vec<f64> = (-500..1500).map(f64::from).collect();
        let total = sum(&values, &Grid::new(7));
        assert_eq!(total.units(), 999_000_i128 << (FRACTION_BITS - 7));
    }

    #[test]
    fn what_the_grid_cannot_hold_is_told() {
        let grid = Grid::new(0);
        let total = sum(&[1.0, 2_f64.powi(40), f64::MAX, -f64::MAX, 2_f64.powi(40).next_down()], &grid);
        assert_eq!(total.outside, 3);
    }

    #[test]
    fn extreme_exponents_are_clamped() {
        assert_eq!(Grid::new(i32::MAX).exponent(), *EXPONENTS.end());
        assert_eq!(sum(&[5e-324], &Grid::new(i32::MIN)).units(), 0);
    }

    #[test]
    fn integers_subtract_integers_near_the_rim() {
        let values: Vec<i64> = (0..500).map(|i| i64::MAX - i).collect();
        let pivot = Pivot { float: 0.0, integer: i64::MAX - 250, whole: true };
        let (one, two) = moments(&values, pivot, &Grid::new(0), &Grid::new(0));
        let squares: i128 = (-249..=250).map(|i: i128| i * i).sum();
        assert_eq!((one.units() >> FRACTION_BITS, two.units() >> FRACTION_BITS), (250, squares));
    }

    proptest! {
        #[test]
        fn with_and_without_a_check_agree(values in prop::collection::vec(-1e9_f64..1e9, 0..200), pivot in -1e6_f64..1e6) {
            let pivot = Pivot { float: pivot, ..FROM_ZERO };
            let (first, second) = (Grid::new(-3), Grid::new(25));
            let differences: Vec<f64> = values.iter().map(|value| value - pivot.float).collect();
            prop_assert_eq!(moments(&values, pivot, &first, &second), moments_within(&differences, &first, &second));
        }

        #[test]
        fn one_value_is_within_the_stated_bound(v in -1e9_f64..1e9, exponent in 0_i32..30) {
            let grid = Grid::new(exponent);
            let got = value(sum(&[v], &grid).units(), &grid);
            prop_assert!((got - v).abs() <= 2_f64.powi(exponent - 41) + v.abs() * f64::EPSILON);
        }

        #[test]
        fn any_order_and_split_gives_the_same(mut values in prop::collection::vec(any::<f64>(), 1..200), cut in 0_usize..200) {
            values.retain(|v| v.is_finite());
            let grid = Grid::new(3);
            let whole = sum_of_squares(&values, &grid);
            values.reverse();
            let (a, b) = values.split_at(cut.min(values.len()));
            let (a, b) = (sum_of_squares(a, &grid), sum_of_squares(b, &grid));
            prop_assert_eq!(whole.units(), a.units() + b.units());
            prop_assert_eq!(whole.outside, a.outside + b.outside);
        }
    }
}
