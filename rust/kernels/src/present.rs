//! Separates values that can be counted in cells from those that are missing or not finite.

use crate::Number;
use crate::ahead::{STEP, fetch_behind};
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

    /// The bits of 64 rows from row `i` on, the first one lowest; those past the end are 0.
    #[must_use]
    #[inline]
    pub fn word(&self, i: usize) -> u64 {
        let bit = self.offset + i;
        let bytes = self.bytes.get(bit / 8..).unwrap_or_default();
        let mut near = [0_u8; 16];
        if let Some((all, _)) = bytes.split_at_checked(9) {
            near[..9].copy_from_slice(all);
        } else {
            near[..bytes.len()].copy_from_slice(bytes);
        }
        (u128::from_le_bytes(near) >> (bit % 8)) as u64
    }

    /// Whether each of the first `rows` is present.
    #[must_use]
    pub fn all(&self, rows: usize) -> bool {
        (0..rows).step_by(64).all(|i| !self.word(i) & lowest(rows - i) == 0)
    }

    /// How many of the first `rows` are absent.
    #[must_use]
    pub fn absent(&self, rows: usize) -> usize {
        let words = (0..rows).step_by(64);
        let present = words.map(|i| (self.word(i) & lowest(rows - i)).count_ones() as usize);
        rows - present.sum::<usize>()
    }
}

/// A word with its lowest `rows` bits set.
fn lowest(rows: usize) -> u64 {
    if rows >= 64 { u64::MAX } else { (1 << rows) - 1 }
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

/// Why this present value belongs to no cell; `None` when it belongs to one.
#[must_use]
#[inline]
pub fn special<T: Number>(value: T) -> Option<Special> {
    if value.is_finite() {
        None
    } else if value.is_nan() {
        Some(Special::Nan)
    } else if value > T::ZERO {
        Some(Special::PositiveInfinity)
    } else {
        Some(Special::NegativeInfinity)
    }
}

/// Whether every value of the block is present and finite.
#[must_use]
pub fn all_finite<T: Number>(values: &[T], validity: Option<Bits<'_>>) -> bool {
    if validity.is_some_and(|bits| !bits.all(values.len())) {
        return false;
    }
    // Of integers the compiler knows.
    finite(values)
}

cloned! {
/// Whether every value is neither NaN nor infinite.
pub(crate) fn finite<T: Number>(values: &[T]) -> bool {
    // No early exit: the loop stays a vector of comparisons.
    let mut all = true;
    for value in values {
        all &= value.is_finite();
    }
    all
}
}

/// A block in which a value of its own stands in for every one that cannot be counted, so that
/// the loops over it need no mask. Whoever adds the block up takes the stand-ins out again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Filled<T> {
    /// The first value of the block that can be counted; `None` when there is none.
    pub stand_in: Option<T>,
    /// How many rows are absent, NaN, minus infinite and plus infinite.
    pub specials: [u64; 4],
}

impl<T> Filled<T> {
    /// Rows that the stand-in stands for.
    #[must_use]
    pub fn stood_in(&self) -> u64 {
        self.specials.iter().sum()
    }
}

/// Fills a block: writes `filled`, and to `keep` a 1 for each row that can be counted and a 0
/// for each that cannot.
pub fn fill<T: Number>(
    values: &[T],
    validity: Option<Bits<'_>>,
    filled: &mut Vec<T>,
    keep: &mut Vec<u8>,
) -> Filled<T> {
    keep.clear();
    keep.resize(values.len(), 1);
    let null = match validity {
        None => 0,
        Some(bits) => {
            for (word, rows) in keep.chunks_mut(64).enumerate() {
                (0..64).step_by(STEP).for_each(|row| fetch_behind(values, 64 * word + row));
                spread(bits.word(64 * word), rows);
            }
            values.len() as u64 - kept(keep)
        }
    };
    let [nan, negative, positive] = see_specials(values, keep);
    let countable = keep.iter().position(|&kept| kept == 1);
    let stand_in = countable.map(|row| values[row]);
    filled.clear();
    filled.extend_from_slice(values);
    if let Some(stand_in) = stand_in {
        put_in(filled, keep, stand_in);
    }
    Filled { stand_in, specials: [null, nan, negative, positive] }
}

/// One byte a bit.
fn spread(word: u64, rows: &mut [u8]) {
    let (eights, rest) = rows.as_chunks_mut::<8>();
    for (i, eight) in eights.iter_mut().enumerate() {
        // The byte eight times over, each time with another bit kept, which a carry then moves
        // to the top of its own byte.
        let byte = word >> (8 * i) & 0xff;
        let kept = byte.wrapping_mul(0x0101_0101_0101_0101) & 0x8040_2010_0804_0201;
        let top = (kept | kept.wrapping_add(0x7f7f_7f7f_7f7f_7f7f)) >> 7 & 0x0101_0101_0101_0101;
        *eight = top.to_le_bytes();
    }
    for (i, row) in rest.iter_mut().enumerate() {
        *row = (word >> (8 * eights.len() + i) & 1) as u8;
    }
}

cloned! {
/// How many rows are kept.
fn kept(keep: &[u8]) -> u64 {
    let mut kept = 0_u64;
    for row in keep {
        kept = kept.wrapping_add(u64::from(*row));
    }
    kept
}
}

cloned! {
/// Marks the rows that are not finite, and counts NaN, minus and plus infinity among those that
/// are present.
fn see_specials<T: Number>(values: &[T], keep: &mut [u8]) -> [u64; 3] {
    let (mut nan, mut negative, mut positive) = (0_u64, 0_u64, 0_u64);
    if !T::LINEAR_KEY {
        for (&value, kept) in values.iter().zip(keep.iter()) {
            nan = nan.wrapping_add(u64::from(value.is_nan()) & u64::from(*kept));
        }
        for (&value, kept) in values.iter().zip(keep.iter_mut()) {
            // Numbers rather than truths: no step waits for the outcome of another.
            let infinite = u64::from(*kept) & u64::from(!value.is_finite());
            negative = negative.wrapping_add(infinite & u64::from(value < T::ZERO));
            positive = positive.wrapping_add(infinite & u64::from(value > T::ZERO));
        }
        for (&value, kept) in values.iter().zip(keep.iter_mut()) {
            *kept &= u8::from(value.is_finite());
        }
    }
    [nan, negative, positive]
}
}

cloned! {
fn put_in<T: Number>(values: &mut [T], keep: &[u8], stand_in: T) {
    for (value, kept) in values.iter_mut().zip(keep) {
        *value = if *kept == 1 { *value } else { stand_in };
    }
}
}

/// Leaves only the values whose byte is 1.
pub fn keep_only<T: Copy>(values: &mut Vec<T>, keep: &[u8]) {
    let mut kept = 0;
    for row in 0..values.len() {
        // Always written, so that no step waits for what the byte is.
        values[kept] = values[row];
        kept += usize::from(keep[row]);
    }
    values.truncate(kept);
}

/// What [`fill`] must find, row by row.
#[must_use]
pub fn naive_specials<T: Number>(values: &[T], validity: Option<Bits<'_>>) -> Vec<Option<Special>> {
    let why = |(row, value): (usize, &T)| {
        if validity.is_some_and(|bits| !bits.get(row)) { Some(Special::Null) } else { special(*value) }
    };
    values.iter().enumerate().map(why).collect()
}

#[cfg(test)]
mod tests {
    use super::{Bits, Filled, Special, all_finite, fill, keep_only, naive_specials};
    use proptest::prelude::*;

    #[test]
    fn bits_respect_their_offset() {
        let bytes: Vec<u8> = (0..40_u8).map(|i| i.wrapping_mul(37) ^ 0b1010_1100).collect();
        for offset in 0..70 {
            let bits = Bits::new(&bytes, offset);
            for rows in 0..=(8 * bytes.len() - offset) {
                let naive = (0..rows).filter(|&i| !bits.get(i)).count();
                assert_eq!(bits.absent(rows), naive);
                assert_eq!(bits.all(rows), naive == 0);
            }
            let naive = (0..64).fold(0, |word, i| word | u64::from(bits.get(i)) << i);
            assert_eq!(bits.word(0), naive);
        }
    }

    #[test]
    fn each_special_value_is_told_apart() {
        let values = [f64::NAN, 1.0, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 7.0, -0.0];
        let bytes = [0b0101_1111_u8];
        let (mut filled, mut keep) = (vec![], vec![]);
        let found = fill(&values, Some(Bits::new(&bytes, 0)), &mut filled, &mut keep);
        assert_eq!(found, Filled { stand_in: Some(1.0), specials: [1, 2, 1, 1] });
        assert_eq!((filled, keep), (vec![1.0, 1.0, 1.0, 1.0, 1.0, 1.0, -0.0], vec![0, 1, 0, 0, 0, 0, 1]));
        assert!(!all_finite(&values, None));
        assert!(all_finite(&[1_u64, u64::MAX], None));
        let nothing = fill(&[f64::NAN; 3], None, &mut vec![], &mut vec![]);
        assert_eq!(nothing, Filled { stand_in: None, specials: [0, 3, 0, 0] });
    }

    proptest! {
        #[test]
        fn as_row_by_row(
            picks in prop::collection::vec(0_usize..7, 0..300),
            bytes in prop::collection::vec(any::<u8>(), 40..50),
            offset in 0_usize..20,
            nulls in any::<bool>(),
        ) {
            let kinds = [1.5_f32, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.0, 3.0, f32::MAX];
            let values: Vec<f32> = picks.into_iter().map(|i| kinds[i]).collect();
            let validity = nulls.then(|| Bits::new(&bytes, offset));
            let (mut filled, mut keep) = (vec![], vec![]);
            let found = fill(&values, validity, &mut filled, &mut keep);
            let naive = naive_specials(&values, validity);
            prop_assert_eq!(all_finite(&values, validity), naive.iter().all(Option::is_none));
            let stand_in = naive.iter().position(Option::is_none).map(|row| values[row]);
            prop_assert_eq!(found.stand_in, stand_in);
            for (row, why) in naive.iter().enumerate() {
                prop_assert_eq!(keep[row] == 1, why.is_none());
                let held = if why.is_none() { values[row] } else { stand_in.unwrap_or(values[row]) };
                prop_assert!(filled[row] == held || stand_in.is_none());
            }
            let countable = |row: &usize| naive[*row].is_none();
            let kept: Vec<f32> = (0..values.len()).filter(countable).map(|row| values[row]).collect();
            keep_only(&mut filled, &keep);
            prop_assert_eq!(filled, kept);
            let all = [Special::Null, Special::Nan, Special::NegativeInfinity, Special::PositiveInfinity];
            let naive = all.map(|kind| naive.iter().filter(|why| **why == Some(kind)).count() as u64);
            prop_assert_eq!(found.specials, naive);
        }
    }
}
