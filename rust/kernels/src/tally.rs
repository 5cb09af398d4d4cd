//! Counts of cells.

/// Sub-tables that neighbouring values are spread over, so that a run of equal cells does not
/// wait for its own last increment.
const WAYS: usize = 4;
/// Wider tables hardly repeat a cell, and four of them would leave the first-level cache.
const WIDEST_SPLIT: usize = 1024;

/// Adds one to `table[cell]` for each cell.
///
/// # Panics
/// If a cell is outside the table.
pub fn count(cells: &[u32], table: &mut [u64], scratch: &mut Vec<u32>) {
    let width = table.len();
    if width > WIDEST_SPLIT {
        return naive_count(cells, table);
    }
    scratch.clear();
    scratch.resize(WAYS * width, 0);
    let (one, rest) = scratch.split_at_mut(width);
    let (two, rest) = rest.split_at_mut(width);
    let (three, four) = rest.split_at_mut(width);
    let mut quads = cells.chunks_exact(WAYS);
    // A call counts fewer than 2^32 cells, so the narrow counters cannot wrap.
    for quad in &mut quads {
        one[quad[0] as usize] = one[quad[0] as usize].wrapping_add(1);
        two[quad[1] as usize] = two[quad[1] as usize].wrapping_add(1);
        three[quad[2] as usize] = three[quad[2] as usize].wrapping_add(1);
        four[quad[3] as usize] = four[quad[3] as usize].wrapping_add(1);
    }
    naive_count(quads.remainder(), table);
    for (cell, total) in table.iter_mut().enumerate() {
        *total +=
            u64::from(one[cell]) + u64::from(two[cell]) + u64::from(three[cell]) + u64::from(four[cell]);
    }
}

/// What [`count`] must do.
pub fn naive_count(cells: &[u32], table: &mut [u64]) {
    for &cell in cells {
        table[cell as usize] += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::{count, naive_count};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn counts_as_the_naive_one(cells in prop::collection::vec(0_u32..1500, 0..3000), narrow in any::<bool>()) {
            let width = if narrow { 50 } else { 1500 };
            let cells: Vec<u32> = cells.into_iter().map(|c| c % width).collect();
            let (mut fast, mut slow) = (vec![3_u64; width as usize], vec![3_u64; width as usize]);
            count(&cells, &mut fast, &mut Vec::new());
            naive_count(&cells, &mut slow);
            prop_assert_eq!(fast, slow);
        }
    }
}
