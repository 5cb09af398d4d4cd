//! Counts on their way to a table: narrow, spread out, and added up once in a while.

use crate::BLOCK;
use crate::ahead::{STEP, fetch_behind};

/// Sub-tables that neighbouring values are spread over, so that a run of equal cells does not
/// wait for its own last increment.
pub(crate) const WAYS: usize = 4;
/// Wider tables hardly repeat a cell, and four of them would leave the first-level cache.
const WIDEST_SPLIT: usize = 1024;

/// What was counted since the last settlement.
#[derive(Debug, Default)]
pub struct Tally {
    /// The sub-tables, one `stride` apart; all in one place when `stride` is 0.
    pub(crate) counters: Vec<u32>,
    pub(crate) stride: usize,
    /// Values that are not below each edge, where they are counted so.
    pub(crate) not_below: Vec<u64>,
    /// How many values are counted in `not_below`.
    pub(crate) values: u64,
    /// Table entries or cells of a block.
    pub(crate) entries: Vec<u32>,
}

impl Tally {
    /// An empty tally of `width` cells or `edges` edges.
    pub fn open(&mut self, width: usize, edges: usize) {
        self.stride = if width > WIDEST_SPLIT { 0 } else { width };
        self.counters.clear();
        self.counters.resize(width + (WAYS - 1) * self.stride, 0);
        self.not_below.clear();
        self.not_below.resize(edges, 0);
        self.values = 0;
        self.entries.resize(BLOCK, 0);
    }

    /// Adds one for each cell of `values`.
    ///
    /// # Panics
    /// If a cell is outside of the tally.
    pub fn add<T>(&mut self, cells: &[u32], values: &[T]) {
        let stride = self.stride;
        let counters = self.counters.as_mut_slice();
        let (steps, rest) = cells.as_chunks::<STEP>();
        if stride == 0 {
            for (i, step) in steps.iter().enumerate() {
                fetch_behind(values, STEP * i);
                step.iter().for_each(|&cell| bump(counters, cell));
            }
            return rest.iter().for_each(|&cell| bump(counters, cell));
        }
        let (one, others) = counters.split_at_mut(stride);
        let (two, others) = others.split_at_mut(stride);
        let (three, four) = others.split_at_mut(stride);
        for (i, step) in steps.iter().enumerate() {
            fetch_behind(values, STEP * i);
            for quad in step.as_chunks::<WAYS>().0 {
                bump(one, quad[0]);
                bump(two, quad[1]);
                bump(three, quad[2]);
                bump(four, quad[3]);
            }
        }
        rest.iter().for_each(|&cell| bump(one, cell));
    }

    /// Lends the buffer of a block's cells.
    pub(crate) fn with_cells<R>(&mut self, rows: usize, with: impl FnOnce(&mut [u32], &mut Self) -> R) -> R {
        let mut cells = std::mem::take(&mut self.entries);
        let result = with(&mut cells[..rows], self);
        self.entries = cells;
        result
    }

    pub(crate) fn uncount(&mut self, cell: usize, times: u32) {
        if self.values > 0 {
            self.not_below[..cell].iter_mut().for_each(|count| *count -= u64::from(times));
            self.values -= u64::from(times);
        } else {
            // May pass below zero here; the sum over the sub-tables does not.
            self.counters[cell] = self.counters[cell].wrapping_sub(times);
        }
    }

    /// Hands over the count of each of `cells` cells that is not 0, and starts anew.
    pub fn settle(&mut self, cells: usize, mut hand_over: impl FnMut(usize, u64)) {
        if self.values > 0 {
            let mut above = self.values;
            for cell in 0..cells {
                let next = self.not_below.get(cell).copied().unwrap_or(0);
                hand_over(cell, above - next);
                above = next;
            }
            self.not_below.fill(0);
            self.values = 0;
            return;
        }
        let ways = if self.stride == 0 { 1 } else { WAYS };
        for cell in 0..cells {
            let way = |way: usize| self.counters[way * self.stride + cell];
            let count = (0..ways).map(way).fold(0, u32::wrapping_add);
            if count > 0 {
                hand_over(cell, u64::from(count));
            }
        }
        self.counters.fill(0);
    }
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "the body of the innermost loop")]
fn bump(counters: &mut [u32], cell: u32) {
    let counter = &mut counters[cell as usize];
    *counter = counter.wrapping_add(1);
}

/// What [`Tally`] must do.
pub fn naive_count(cells: &[u32], table: &mut [u64]) {
    for &cell in cells {
        table[cell as usize] += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::{Tally, naive_count};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn counts_as_the_naive_one(cells in prop::collection::vec(0_u32..1500, 0..3000), narrow in any::<bool>()) {
            let width = if narrow { 50 } else { 1500 };
            let cells: Vec<u32> = cells.into_iter().map(|c| c % width).collect();
            let (mut fast, mut slow) = (vec![3_u64; width as usize], vec![3_u64; width as usize]);
            let mut tally = Tally::default();
            tally.open(width as usize, 0);
            for _ in 0..2 {
                tally.add(&cells, &cells);
                tally.settle(width as usize, |cell, count| fast[cell] += count);
                naive_count(&cells, &mut slow);
            }
            prop_assert_eq!(fast, slow);
        }
    }
}
