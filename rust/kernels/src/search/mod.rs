//! Which cell of a frozen partition a value falls in: `searchsorted(edges, x, side="right")`.
//!
//! Any *monotone* map of the number line to a small table sends edges and values through the
//! same arithmetic, so a value whose table entry differs from an edge's is on a known side of
//! it, and only edges in the value's own entry need a true comparison. The answer is exact by
//! construction; the map only decides how many comparisons are left, nearly always one.
//!
//! Three methods give one answer: few edges are all compared with, equal steps are computed
//! ([`uniform`]), everything else goes through a table ([`table`]).

mod compare_all;
mod map;
mod table;
#[cfg(test)]
mod tests;
mod uniform;

use std::ops::Range;
use std::sync::OnceLock;

use crate::present::finite;
use crate::tally::Tally;
use crate::{BLOCK, Number};
use table::Table;
use uniform::Uniform;

/// Up to here comparing with every edge is cheaper than a table when cells are asked for.
const FIND_ALL: usize = 12;
/// Up to so many bytes of edges it is cheaper when only counts are: the comparisons of a vector
/// are counted at once, without a cell for each value.
const COUNT_ALL_BYTES: usize = 20 * 8;

/// Finds cells for values of one type against one list of edges.
#[derive(Debug)]
pub struct Finder<T> {
    /// Ascending, each once.
    edges: Vec<T>,
    /// `ranks[r]`: how many of the caller's edges lie among the first `r` distinct ones.
    /// `None` when the caller's were distinct already.
    ranks: Option<Vec<u32>>,
    uniform: Option<Uniform>,
    /// `None` for few edges. Of equal steps it is made when a value lies too near an edge.
    table: Option<LazyTable<T>>,
}

/// A table that is made when it is first needed.
#[derive(Debug)]
struct LazyTable<T> {
    busy: Range<usize>,
    made: OnceLock<Table<T>>,
}

impl<T: Number> LazyTable<T> {
    fn get(&self, edges: &[T]) -> &Table<T> {
        self.made.get_or_init(|| Table::new(edges, self.busy.clone()))
    }
}

impl<T: Number> Finder<T> {
    /// A finder for ascending `edges`; an edge may stand there more than once. Most values are
    /// expected among the edges of the range `busy`; where they lie changes the speed, never
    /// the answer.
    ///
    /// # Panics
    /// If the edges descend somewhere or one is NaN.
    #[must_use]
    pub fn new(edges: &[T], busy: Range<usize>) -> Self {
        assert!(
            edges.windows(2).all(|w| w[0] <= w[1]) && !edges.iter().any(|e| e.is_nan()),
            "edges must ascend"
        );
        let mut distinct: Vec<T> = edges.to_vec();
        distinct.dedup_by(|a, b| a == b);
        // Where the busy edges stand among the distinct ones.
        let rank = |at: usize| edges.get(at).map_or(distinct.len(), |e| distinct.partition_point(|x| x < e));
        let busy = rank(busy.start)..rank(busy.end);
        let ranks = (distinct.len() < edges.len()).then(|| {
            let upto = |r: usize| distinct.get(r).map_or(edges.len(), |e| edges.partition_point(|x| x < e));
            (0..=distinct.len()).map(|r| upto(r) as u32).collect()
        });
        let many = distinct.len() > FIND_ALL;
        let uniform = if many { Uniform::of(&distinct) } else { None };
        let table = many.then(|| LazyTable { busy, made: OnceLock::new() });
        Self { edges: distinct, ranks, uniform, table }
    }

    /// Writes, for each value, how many edges are not above it. Values are not NaN.
    ///
    /// # Panics
    /// If `cells` is shorter than `values`.
    pub fn find(&self, values: &[T], cells: &mut [u32]) {
        let cells = &mut cells[..values.len()];
        match (&self.table, &self.uniform) {
            (None, _) => compare_all::find(values, &self.edges, cells),
            (Some(_), Some(uniform)) if uniform.find(values, cells) => {}
            (Some(table), _) => table.get(&self.edges).find(values, &self.edges, cells),
        }
        if let Some(ranks) = &self.ranks {
            for cell in cells {
                *cell = ranks[*cell as usize];
            }
        }
    }

    /// Makes an empty tally fit for [`Finder::count`].
    pub fn open(&self, tally: &mut Tally) {
        tally.open(table::width(self.edges.len()), self.edges.len());
    }

    /// Counts values, which are finite, in a tally that this finder has opened: at most 2^31
    /// before it is settled.
    pub fn count(&self, values: &[T], tally: &mut Tally) {
        values.chunks(BLOCK).for_each(|block| self.count_block(block, || true, tally));
    }

    /// Counts a block of at most [`BLOCK`] values, provided that all are finite; else it counts
    /// none and returns false. Cheaper than looking first: what reads the block from memory is
    /// the loop that has something to do meanwhile.
    pub fn count_finite(&self, block: &[T], tally: &mut Tally) -> bool {
        let mut all = true;
        let look = || {
            all = finite(block);
            all
        };
        self.count_block(block, look, tally);
        all
    }

    /// Counts a block if `go_on` says so, which is asked when the block has been read once.
    fn count_block(&self, block: &[T], go_on: impl FnOnce() -> bool, tally: &mut Tally) {
        let edges = self.edges.as_slice();
        match (&self.table, &self.uniform) {
            _ if size_of_val(edges) <= COUNT_ALL_BYTES => {
                if go_on() {
                    compare_all::count(block, edges, tally);
                }
            }
            (None, _) => tally.with_cells(block.len(), |cells, tally| {
                compare_all::find(block, edges, cells);
                if go_on() {
                    tally.add(cells, block);
                }
            }),
            (Some(table), None) => {
                let table = table.get(edges);
                table.enter(block, tally);
                if go_on() {
                    table.count(block, edges, tally);
                }
            }
            (Some(table), Some(uniform)) => {
                let unsure = tally.with_cells(block.len(), |cells, tally| {
                    let sure = uniform.find(block, cells);
                    let go_on = go_on();
                    if go_on && sure {
                        tally.add(cells, block);
                    }
                    go_on && !sure
                });
                if unsure {
                    let table = table.get(edges);
                    table.enter(block, tally);
                    table.count(block, edges, tally);
                }
            }
        }
    }

    /// Takes one value out of the tally `times` times; it was counted as often.
    pub fn uncount(&self, value: T, times: u32, tally: &mut Tally) {
        tally.uncount(self.edges.partition_point(|edge| *edge <= value), times);
    }

    /// Adds what was counted since the last time to `table`, one number a cell of the caller's
    /// edges, and empties the tally.
    pub fn settle(&self, tally: &mut Tally, table: &mut [u64]) {
        tally.settle(self.edges.len() + 1, |cell, count| {
            let cell = self.ranks.as_ref().map_or(cell, |ranks| ranks[cell] as usize);
            table[cell] += count;
        });
    }
}

/// What [`Finder::find`] must return.
pub fn naive_find<T: Number>(edges: &[T], values: &[T], cells: &mut [u32]) {
    for (cell, value) in cells.iter_mut().zip(values) {
        *cell = edges.partition_point(|edge| edge <= value) as u32;
    }
}
