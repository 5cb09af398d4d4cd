//! Separates values that can be counted in cells from those that are missing or not finite.

use crate::Number;
use crate::isa::cloned;

/// Validity bits as Arrow keeps them: bit `offset + i` set means row `i` is present.
#[derive(Clone, Copy, Debug)]
pub struct Bits<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Bits<'a> {
    /// Bits of `bytes` from bit `offset` on.
    #[must_use]
    pub fn new(bytes: &'a [u8], offset: usize) -> Self {
        Self { bytes, offset }
    }

    /// Whether row `i` is present.
    #[must_use]
    #[inline]
    pub fn get(&self, i: usize) -> bool {
        let bit = self.offset + i;
        self.bytes[bit / 8] >> (bit % 8) & 1 == 1
    }

    /// The same bits from row `start` on.
    #[must_use]
    pub fn from_row(&self, start: usize) -> Self {
        Self { bytes: self.bytes, offset: self.offset + start }
    }

    /// How many of the first `rows` are absent.
    #[must_use]
    pub fn absent(&self, rows: usize) -> usize {
        let (mut present, mut i) = (0, 0);
        while i < rows {
            let bit = self.offset + i;
            if bit.is_multiple_of(8) && i + 8 <= rows {
                present += self.bytes[bit / 8].count_ones() as usize;
                i += 8;
            } else {
                present += usize::from(self.get(i));
                i += 1;
            }
        }
        rows - present
    }
}

/// Why a value belongs to no cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Special {
    /// Arrow null.
    Null,
    /// Not a number.
    Nan,
    /// Minus infinity.
    NegativeInfinity,
    /// Plus infinity.
    PositiveInfinity,
}

/// Whether every value of the block is present and finite.
#[must_use]
pub fn all_finite<T: Number>(values: &[T], validity: Option<Bits<'_>>) -> bool {
    if validity.is_some_and(|bits| bits.absent(values.len()) > 0) {
        return false;
    }
    finite(values)
}

cloned! {
fn finite<T: Number>(values: &[T]) -> bool {
    // No early exit: the loop stays a vector of comparisons.
    let mut found = [0_u64; 8];
    let (chunks, rest) = values.as_chunks::<8>();
    for chunk in chunks {
        for lane in 0..8 {
            found[lane] |= u64::from(!chunk[lane].is_finite());
        }
    }
    found.iter().all(|&lane| lane == 0) && rest.iter().all(|value| value.is_finite())
}
}

/// Copies the countable values to `kept` and their positions to `rows`; calls
/// `special(row, why)` for the others, in order.
pub fn split<T: Number>(
    values: &[T],
    validity: Option<Bits<'_>>,
    kept: &mut Vec<T>,
    rows: &mut Vec<u32>,
    mut special: impl FnMut(usize, Special),
) {
    kept.clear();
    rows.clear();
    for (row, &value) in values.iter().enumerate() {
        if validity.is_some_and(|bits| !bits.get(row)) {
            special(row, Special::Null);
        } else if value.is_finite() {
            kept.push(value);
            rows.push(row as u32);
        } else if value.is_nan() {
            special(row, Special::Nan);
        } else if value > T::ZERO {
            special(row, Special::PositiveInfinity);
        } else {
            special(row, Special::NegativeInfinity);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bits, Special, all_finite, split};

    #[test]
    fn bits_respect_their_offset() {
        let bytes = [0b1010_1100_u8, 0b0000_0111];
        for offset in 0..10 {
            let bits = Bits::new(&bytes, offset);
            for rows in 0..=(16 - offset) {
                let naive = (0..rows).filter(|&i| !bits.get(i)).count();
                assert_eq!(bits.absent(rows), naive);
            }
        }
    }

    #[test]
    fn each_special_value_is_told_apart() {
        let values = [1.0, f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 7.0, -0.0];
        let bytes = [0b0101_1111_u8];
        let (mut kept, mut rows, mut seen) = (vec![], vec![], vec![]);
        split(&values, Some(Bits::new(&bytes, 0)), &mut kept, &mut rows, |row, why| seen.push((row, why)));
        assert_eq!((kept, rows), (vec![1.0, -0.0], vec![0, 6]));
        let (nan, up, down) = (Special::Nan, Special::PositiveInfinity, Special::NegativeInfinity);
        assert_eq!(seen, [(1, nan), (2, nan), (3, up), (4, down), (5, Special::Null)]);
        assert!(!all_finite(&values, None));
        assert!(all_finite(&[1_u64, u64::MAX], None));
    }
}
