//! Cells of constant relative width: the top bits of a float.
//!
//! 128 cells an octave, so a cell's ends differ by at most 1/128 and its middle is within
//! 0.4 % of everything in it. Zero has cell 0; a positive number has cell `1 + (bits >> 45)`;
//! a negative one the mirror image. Integers go by their own top bits, never through a float.

use crate::Number;

/// Mantissa bits kept: 2^7 cells an octave.
pub const BITS: u32 = 7;
const SHIFT: u32 = 52 - BITS;

/// A number that has a log-linear cell.
pub trait LogLinear: Number {
    /// The cell of a finite value.
    fn cell(self) -> i32;
}

impl LogLinear for f64 {
    #[inline]
    fn cell(self) -> i32 {
        let magnitude = (self.to_bits() & !(1 << 63)) >> SHIFT;
        let cell = magnitude as i32 + 1;
        if self == 0.0 {
            0
        } else if self < 0.0 {
            -cell
        } else {
            cell
        }
    }
}

impl LogLinear for f32 {
    #[inline]
    fn cell(self) -> i32 {
        f64::from(self).cell()
    }
}

#[inline]
fn integer_cell(magnitude: u64) -> i32 {
    if magnitude == 0 {
        return 0;
    }
    let zeros = magnitude.leading_zeros();
    let exponent = 63 - zeros;
    // Shift the leading one out, keep the seven bits behind it.
    let mantissa = if zeros == 63 { 0 } else { (magnitude << (zeros + 1)) >> (64 - BITS) };
    (((1023 + exponent) << BITS) as i32) + mantissa as i32 + 1
}

macro_rules! integers {
    ($($t:ty),*) => {$(
        impl LogLinear for $t {
            #[inline]
            fn cell(self) -> i32 {
                let wide = i128::from(self);
                let cell = integer_cell(wide.unsigned_abs() as u64);
                if wide < 0 { -cell } else { cell }
            }
        }
    )*};
}
integers!(i8, i16, i32, i64, u8, u16, u32, u64);

/// Writes the cell of each finite value.
pub fn find<T: LogLinear>(values: &[T], cells: &mut [i32]) {
    for (cell, value) in cells.iter_mut().zip(values) {
        *cell = value.cell();
    }
}

/// The half-open interval `[low, high)` of floats in a cell.
#[must_use]
pub fn bounds(cell: i32) -> (f64, f64) {
    if cell == 0 {
        return (-0.0, f64::from_bits(1));
    }
    let from = (u64::from(cell.unsigned_abs()) - 1) << SHIFT;
    let (low, high) = (f64::from_bits(from.max(1)), f64::from_bits(from + (1 << SHIFT)));
    if cell > 0 { (low, high) } else { ((-high).next_up(), (-low).next_up()) }
}

#[cfg(test)]
mod tests {
    use super::{LogLinear, bounds, integer_cell};
    use proptest::prelude::*;

    #[test]
    fn zero_is_alone() {
        assert_eq!((0.0_f64.cell(), (-0.0_f64).cell(), 0_u64.cell()), (0, 0, 0));
        assert_eq!(5e-324_f64.cell(), 1);
        assert_eq!((-5e-324_f64).cell(), -1);
    }

    #[test]
    fn integers_at_the_rim_are_not_rounded_up() {
        assert_eq!(((1_i64 << 60) - 1).cell() + 1, (1_i64 << 60).cell());
        assert_eq!(u64::MAX.cell(), integer_cell(u64::MAX));
        assert!(u64::MAX.cell() < (u64::MAX as f64).cell());
    }

    proptest! {
        #[test]
        fn a_value_lies_within_its_cell(value in any::<f64>().prop_filter("finite", |v| v.is_finite())) {
            let (low, high) = bounds(value.cell());
            prop_assert!(low <= value && value < high);
        }

        #[test]
        fn cells_ascend(a in any::<f64>(), b in any::<f64>()) {
            prop_assume!(a.is_finite() && b.is_finite() && a <= b);
            prop_assert!(a.cell() <= b.cell());
        }

        #[test]
        fn small_integers_agree_with_floats(value in -(1_i64 << 53)..(1_i64 << 53)) {
            prop_assert_eq!(value.cell(), (value as f64).cell());
        }
    }
}
