//! Which cell of a frozen partition a value falls in: `searchsorted(edges, x, side="right")`.
//!
//! Any *monotone* map of the number line to a small table sends edges and values through the
//! same arithmetic, so a value whose table entry differs from an edge's is on a known side of
//! it, and only edges in the value's own entry need a true comparison. The answer is exact by
//! construction; the map only decides how many comparisons are left, nearly always one.

mod map;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::Number;
use crate::isa::cloned;
use map::Map;

/// Up to here comparing with every edge is cheaper than a table.
const COMPARE_ALL: usize = 12;

/// Finds cells for values of one type against one list of edges.
#[derive(Debug)]
pub struct Finder<T> {
    /// Ascending, each once.
    edges: Vec<T>,
    /// `ranks[r]`: how many of the caller's edges lie among the first `r` distinct ones.
    /// `None` when the caller's were distinct already.
    ranks: Option<Vec<u32>>,
    table: Option<Table<T>>,
}

#[derive(Debug)]
struct Table<T> {
    map: Map,
    /// Distinct edges in earlier entries of the table, or [`CROWDED`] when the entry holds
    /// several.
    first: Vec<u32>,
    /// The edge that decides within an entry that is not crowded.
    decider: Vec<T>,
}

/// Marks an entry that holds several edges: its values are searched for. The map is chosen so
/// that hardly any value meets one.
const CROWDED: u32 = u32::MAX;

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
        // Where the busy edges stand among the distinct ones, for edges that are distinct
        // (repeated ones are few and found by the same search).
        let busy = busy.start.min(edges.len())..busy.end.min(edges.len());
        let mut distinct: Vec<T> = edges.to_vec();
        distinct.dedup_by(|a, b| a == b);
        let ranks = (distinct.len() < edges.len()).then(|| {
            let upto = |r: usize| distinct.get(r).map_or(edges.len(), |e| edges.partition_point(|x| x < e));
            (0..=distinct.len()).map(|r| upto(r) as u32).collect()
        });
        let table = (distinct.len() > COMPARE_ALL).then(|| Table::new(&distinct, busy));
        Self { edges: distinct, ranks, table }
    }

    /// Writes, for each value, how many edges are not above it. Values are not NaN.
    ///
    /// # Panics
    /// If `cells` is shorter than `values`.
    pub fn find(&self, values: &[T], cells: &mut [u32]) {
        let cells = &mut cells[..values.len()];
        match &self.table {
            None => compare_all(values, &self.edges, cells),
            Some(table) => table.find(values, &self.edges, cells),
        }
        if let Some(ranks) = &self.ranks {
            for cell in cells {
                *cell = ranks[*cell as usize];
            }
        }
    }
}

/// What [`Finder::find`] must return.
pub fn naive_find<T: Number>(edges: &[T], values: &[T], cells: &mut [u32]) {
    for (cell, value) in cells.iter_mut().zip(values) {
        *cell = edges.partition_point(|edge| edge <= value) as u32;
    }
}

cloned! {
fn compare_all<T: Number>(values: &[T], edges: &[T], cells: &mut [u32]) {
    cells.fill(0);
    for edge in edges {
        for (cell, value) in cells.iter_mut().zip(values) {
            *cell = cell.wrapping_add(u32::from(value >= edge));
        }
    }
}
}

impl<T: Number> Table<T> {
    fn new(edges: &[T], busy: Range<usize>) -> Self {
        let busy = if busy.len() < 2 || busy.end > edges.len() { 0..edges.len() } else { busy };
        let (map, entries) = map::choose(edges, busy);
        let mut held = vec![0_u32; entries];
        edges.iter().for_each(|edge| held[map.entry(*edge)] += 1);
        let (mut first, mut decider) = (Vec::with_capacity(entries), Vec::with_capacity(entries));
        let last = edges.len() - 1;
        let mut before = 0_usize;
        for count in held {
            // An empty entry borrows the next edge, which is surely above its values; past the
            // last edge the last one is surely not above them.
            decider.push(edges[before.min(last)]);
            first.push(if count > 1 { CROWDED } else { before.min(last) as u32 });
            before += count as usize;
        }
        Self { map, first, decider }
    }

    fn find(&self, values: &[T], edges: &[T], cells: &mut [u32]) {
        find_in(self, values, edges, cells);
    }
}

cloned! {
fn find_in<T: Number>(table: &Table<T>, values: &[T], edges: &[T], cells: &mut [u32]) {
    // Entries first, which become vectors; then the look-ups, which cannot.
    table.map.entries(values, cells);
    for (cell, value) in cells.iter_mut().zip(values) {
        let entry = *cell as usize;
        let first = table.first[entry];
        *cell = if first == CROWDED {
            edges.partition_point(|edge| edge <= value) as u32
        } else {
            first.wrapping_add(u32::from(*value >= table.decider[entry]))
        };
    }
}
}
