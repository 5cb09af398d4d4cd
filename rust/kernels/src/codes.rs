//! Counts of codes, such as the keys of a dictionary.

use crate::isa::cloned;
use crate::tally::Tally;

/// Rows of each code below `width`, and of all others together.
///
/// # Panics
/// If `width` is `u32::MAX`.
#[must_use]
pub fn count(codes: &[u32], width: usize) -> (Vec<u64>, u64) {
    let beyond = u32::try_from(width).ok().filter(|width| *width < u32::MAX);
    let beyond = beyond.expect("codes are narrower than their type");
    let mut table = vec![0_u64; width + 1];
    let mut tally = Tally::default();
    tally.open(width + 1, 0);
    let mut clamped = std::mem::take(&mut tally.entries);
    // A run stays below what a narrow counter holds.
    for run in codes.chunks(1 << 31) {
        for block in run.chunks(clamped.len()) {
            if all_below(block, width) {
                tally.add(block, block);
            } else {
                let cells = &mut clamped[..block.len()];
                clamp(block, beyond, cells);
                tally.add(cells, block);
            }
        }
        tally.settle(width + 1, |code, rows| table[code] += rows);
    }
    let others = table.pop().unwrap_or(0);
    (table, others)
}

cloned! {
fn clamp(codes: &[u32], last: u32, clamped: &mut [u32]) {
    for (clamped, code) in clamped.iter_mut().zip(codes) {
        *clamped = (*code).min(last);
    }
}
}

cloned! {
/// Rows of one code.
pub fn count_one(codes: &[u32], wanted: u32) -> u64 {
    let mut rows = 0_u64;
    for code in codes {
        rows = rows.wrapping_add(u64::from(*code == wanted));
    }
    rows
}
}

/// Whether every code is below `width`.
#[must_use]
pub fn all_below(codes: &[u32], width: usize) -> bool {
    u32::try_from(width).is_err() || codes.is_empty() || (largest(codes) as usize) < width
}

cloned! {
fn largest(codes: &[u32]) -> u32 {
    let mut largest = 0;
    for code in codes {
        largest = largest.max(*code);
    }
    largest
}
}

/// What [`count`] must return.
#[must_use]
pub fn naive_count(codes: &[u32], width: usize) -> (Vec<u64>, u64) {
    let rows = |code: usize| codes.iter().filter(|held| **held as usize == code).count() as u64;
    let table: Vec<u64> = (0..width).map(rows).collect();
    let counted: u64 = table.iter().sum();
    (table, codes.len() as u64 - counted)
}

#[cfg(test)]
mod tests {
    use super::{all_below, count, count_one, naive_count};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_the_naive_ones(codes in prop::collection::vec(prop_oneof![0_u32..40, Just(u32::MAX)], 0..3000), width in 0_usize..50) {
            prop_assert_eq!(count(&codes, width), naive_count(&codes, width));
            prop_assert_eq!(all_below(&codes, width), codes.iter().all(|code| (*code as usize) < width));
            prop_assert_eq!(count_one(&codes, u32::MAX), count(&codes, 40).1);
        }
    }
}
