//! Cells of constant relative width: the top bits of a float.
//!
//! 128 cells an octave, so a cell's ends differ by at most 1/128 and its middle is within
//! 0.4 % of everything in it. Zero has cell 0; a positive number has cell `1 + (bits >> 45)`;
//! a negative one the mirror image. Integers go by their own top bits, never through a float.

use crate::ahead::{STEP, fetch_behind};
use crate::isa::cloned;
use crate::{BLOCK, Number};

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

cloned! {
/// Writes the cell of each finite value.
pub fn find<T: LogLinear>(values: &[T], cells: &mut [i32]) {
    for (cell, value) in cells.iter_mut().zip(values) {
        *cell = value.cell();
    }
}
}

/// Integers up to here are doubles, so that their cell is that of the double.
const EXACT: f64 = (1_u64 << 53) as f64;
/// Raw cells: sign, exponent and the seven bits, in one number.
const RAW: usize = 1 << (12 + BITS);
const NEGATIVE: u32 = 1 << (11 + BITS);
/// Raw cells of a page: an octave.
const PAGE: usize = 1 << BITS;

/// Counts by raw cell: the top bits of a double as they are, zero and all below the first cell's
/// end in one.
#[derive(Debug, Default)]
pub struct Octaves {
    /// Only octaves that occur are ever touched, and cost memory.
    counts: Vec<u32>,
    touched: Vec<u8>,
    raw: Vec<u32>,
}

impl Octaves {
    /// Counts finite values between `low` and `high`, at most 2^31 before they are settled.
    pub fn count<T: LogLinear>(&mut self, values: &[T], low: T, high: T) {
        if self.counts.is_empty() {
            self.counts = vec![0; RAW];
            self.touched = vec![0; RAW / PAGE];
            self.raw = vec![0; BLOCK];
        }
        let doubles = low.to_f64() >= -EXACT && high.to_f64() <= EXACT;
        // Of known length, so that no index is checked.
        let (Ok(counts), Ok(touched)) = (
            <&mut [u32; RAW]>::try_from(self.counts.as_mut_slice()),
            <&mut [u8; RAW / PAGE]>::try_from(self.touched.as_mut_slice()),
        ) else {
            return;
        };
        for block in values.chunks(BLOCK) {
            let raw = &mut self.raw[..block.len()];
            if !T::LINEAR_KEY || doubles {
                raw_cells(block, raw);
            } else {
                block.iter().zip(raw.iter_mut()).for_each(|(value, raw)| *raw = raw_of(value.cell()));
            }
            for (i, raw) in raw.chunks(STEP).enumerate() {
                fetch_behind(block, STEP * i);
                for raw in raw {
                    let raw = *raw as usize % RAW;
                    counts[raw] = counts[raw].wrapping_add(1);
                    touched[raw / PAGE] = 1;
                }
            }
        }
    }

    /// Takes a value out `times` times; it was counted as often.
    pub fn uncount<T: LogLinear>(&mut self, value: T, times: u32) {
        self.counts[raw_of(value.cell()) as usize] -= times;
    }

    /// Hands over every cell that is not empty and starts anew; `zeros` of the values were 0.
    pub fn settle(&mut self, zeros: u64, mut hand_over: impl FnMut(i32, u64)) {
        if zeros > 0 {
            hand_over(0, zeros);
        }
        for page in 0..self.touched.len() {
            if std::mem::take(&mut self.touched[page]) == 0 {
                continue;
            }
            for raw in page * PAGE..(page + 1) * PAGE {
                let zeros = if raw == 0 { zeros } else { 0 };
                let count = u64::from(std::mem::take(&mut self.counts[raw])) - zeros;
                if count > 0 {
                    hand_over(cell_of(raw as u32), count);
                }
            }
        }
    }
}

/// The raw cell of a cell; that of zero is shared with the first.
fn raw_of(cell: i32) -> u32 {
    let magnitude = cell.unsigned_abs().saturating_sub(1);
    if cell < 0 { magnitude | NEGATIVE } else { magnitude }
}

/// The inverse, for what is not zero.
fn cell_of(raw: u32) -> i32 {
    let cell = (raw & !NEGATIVE) as i32 + 1;
    if raw & NEGATIVE == 0 { cell } else { -cell }
}

cloned! {
fn raw_cells<T: LogLinear>(values: &[T], raw: &mut [u32]) {
    for (raw, value) in raw.iter_mut().zip(values) {
        // Adding 0.0 turns -0.0 into 0.0.
        *raw = ((value.to_f64() + 0.0).to_bits() >> SHIFT) as u32;
    }
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
    use super::{LogLinear, Octaves, bounds, integer_cell};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn counts_alike<T: LogLinear>(values: &[T]) {
        let (mut octaves, mut naive) = (Octaves::default(), BTreeMap::new());
        let Some(&first) = values.first() else { return };
        let low = values.iter().fold(first, |a, &b| if b < a { b } else { a });
        let high = values.iter().fold(first, |a, &b| if b > a { b } else { a });
        for _ in 0..2 {
            let zeros = values.iter().filter(|v| **v == T::ZERO).count() as u64;
            octaves.count(values, low, high);
            octaves.count(&[first], low, high);
            octaves.uncount(first, 1);
            let mut counted = BTreeMap::new();
            octaves.settle(zeros, |cell, count| assert!(counted.insert(cell, count).is_none()));
            naive.clear();
            values.iter().for_each(|value| *naive.entry(value.cell()).or_insert(0_u64) += 1);
            assert_eq!(counted, naive);
        }
    }

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
        fn octaves_count_as_cells_do(
            floats in prop::collection::vec(any::<f64>(), 0..300),
            narrow in prop::collection::vec(any::<f32>(), 0..300),
            wide in prop::collection::vec(any::<i64>(), 0..300),
            small in prop::collection::vec(-9_i32..9, 0..300),
        ) {
            let mut floats: Vec<f64> = floats.into_iter().filter(|v| v.is_finite()).collect();
            floats.extend([0.0, -0.0, 5e-324, -5e-324, f64::MAX, f64::MIN]);
            counts_alike(&floats);
            counts_alike(&narrow.into_iter().filter(|v| v.is_finite()).collect::<Vec<f32>>());
            counts_alike(&wide);
            counts_alike(&wide.iter().map(|v| v.unsigned_abs()).collect::<Vec<u64>>());
            counts_alike(&small);
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
