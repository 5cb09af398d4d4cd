//! Which cell of a frozen partition a value falls in: `searchsorted(edges, x, side="right")`.
//!
//! Any *monotone* map of the number line to a small table sends edges and values through the
//! same arithmetic, so a value whose table entry differs from an edge's is on a known side of
//! it, and only edges in the value's own entry need a true comparison. The answer is exact by
//! construction; the map only decides how many comparisons are left, nearly always one.

mod map;
#[cfg(test)]
mod tests;

use crate::Number;
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
    /// Distinct edges in earlier entries of the table.
    first: Vec<u32>,
    /// The edge that decides within the entry, when no entry holds two.
    decider: Option<Vec<T>>,
}

impl<T: Number> Finder<T> {
    /// A finder for ascending `edges`; an edge may stand there more than once.
    ///
    /// # Panics
    /// If the edges descend somewhere or one is NaN.
    #[must_use]
    pub fn new(edges: &[T]) -> Self {
        assert!(
            edges.windows(2).all(|w| w[0] <= w[1]) && !edges.iter().any(|e| e.is_nan()),
            "edges must ascend"
        );
        let mut distinct: Vec<T> = edges.to_vec();
        distinct.dedup_by(|a, b| a == b);
        let ranks = (distinct.len() < edges.len()).then(|| {
            let upto = |r: usize| distinct.get(r).map_or(edges.len(), |e| edges.partition_point(|x| x < e));
            (0..=distinct.len()).map(|r| upto(r) as u32).collect()
        });
        let table = (distinct.len() > COMPARE_ALL).then(|| Table::new(&distinct));
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

fn compare_all<T: Number>(values: &[T], edges: &[T], cells: &mut [u32]) {
    cells.fill(0);
    for edge in edges {
        for (cell, value) in cells.iter_mut().zip(values) {
            *cell = cell.wrapping_add(u32::from(value >= edge));
        }
    }
}

impl<T: Number> Table<T> {
    fn new(edges: &[T]) -> Self {
        let (map, entries) = map::choose(edges);
        let mut first = vec![0_u32; entries + 1];
        for edge in edges {
            first[map.entry(*edge) + 1] += 1;
        }
        let crowded = first.iter().any(|&held| held > 1);
        for entry in 1..first.len() {
            first[entry] += first[entry - 1];
        }
        let last = edges.len() - 1;
        let decider = (!crowded).then(|| {
            (0..entries)
                .map(|entry| {
                    // An empty entry borrows the next edge, which is surely above its values;
                    // past the last edge the last one is surely not above them.
                    let rank = first[entry] as usize;
                    if rank > last {
                        first[entry] -= 1;
                    }
                    edges[rank.min(last)]
                })
                .collect()
        });
        Self { map, first, decider }
    }

    fn find(&self, values: &[T], edges: &[T], cells: &mut [u32]) {
        match (&self.decider, &self.map) {
            (Some(deciders), map) => {
                map.each(values, |i, entry| {
                    cells[i] = self.first[entry].wrapping_add(u32::from(values[i] >= deciders[entry]));
                });
            }
            (None, map) => map.each(values, |i, entry| {
                let (low, high) = (self.first[entry] as usize, self.first[entry + 1] as usize);
                let within = edges[low..high].partition_point(|edge| *edge <= values[i]);
                cells[i] = (low + within) as u32;
            }),
        }
    }
}
