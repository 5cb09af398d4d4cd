//! Cells by a table: a monotone map to an entry, and one comparison with the entry's edge.

use std::ops::Range;

use super::map::{self, Map};
use crate::Number;
use crate::ahead::{STEP, fetch_behind};
use crate::tally::{Tally, WAYS};

/// For each entry of a map, the edges in earlier entries and the edge that decides within it.
#[derive(Debug)]
pub(super) struct Table<T> {
    map: Map,
    /// Distinct edges in earlier entries. Of an entry that holds several edges, the mark
    /// [`Table::crowded`], which is no cell: its values are searched for.
    first: Vec<u32>,
    decider: Vec<T>,
    edges: usize,
}

impl<T: Number> Table<T> {
    /// A table for distinct ascending edges, at least one.
    pub(super) fn new(edges: &[T], busy: Range<usize>) -> Self {
        let busy = if busy.len() < 2 || busy.end > edges.len() { 0..edges.len() } else { busy };
        let (map, entries) = map::choose(edges, busy);
        let mut held = vec![0_u32; entries];
        edges.iter().for_each(|edge| held[map.entry(*edge)] += 1);
        let mut table = Self {
            map,
            first: Vec::with_capacity(entries),
            decider: Vec::with_capacity(entries),
            edges: edges.len(),
        };
        let last = edges.len() - 1;
        let mut before = 0_usize;
        for count in held {
            // An empty entry borrows the next edge, which is surely above its values; past the
            // last edge the last one is surely not above them.
            table.decider.push(edges[before.min(last)]);
            table.first.push(if count > 1 { table.crowded() } else { before.min(last) as u32 });
            before += count as usize;
        }
        table
    }

    /// The mark of a crowded entry. Its values count there or, by the comparison, one further.
    fn crowded(&self) -> u32 {
        self.edges as u32 + 1
    }

    pub(super) fn find(&self, values: &[T], edges: &[T], cells: &mut [u32]) {
        self.map.entries(values, cells);
        let mut crowded = false;
        for (cell, value) in cells.iter_mut().zip(values) {
            let (first, decider) = self.at(*cell);
            *cell = first + u32::from(*value >= decider);
            crowded |= first == self.crowded();
        }
        if crowded {
            let lost = cells.iter_mut().zip(values).filter(|(cell, _)| **cell >= self.crowded());
            lost.for_each(|(cell, value)| *cell = search(edges, *value));
        }
    }

    /// Writes the entries of a block, at most [`crate::BLOCK`] values.
    pub(super) fn enter(&self, values: &[T], tally: &mut Tally) {
        self.map.entries(values, &mut tally.entries[..values.len()]);
    }

    /// Counts a block of values whose entries were written just before.
    pub(super) fn count(&self, values: &[T], edges: &[T], tally: &mut Tally) {
        let Tally { counters, stride, entries, .. } = tally;
        let (counters, stride) = (counters.as_mut_slice(), *stride);
        let entries = &entries[..values.len()];
        let width = width(self.edges);
        assert!(counters.len() >= width + 3 * stride, "the tally was opened for this table");
        let mut add = |way: usize, value: T, entry: u32| {
            let (first, decider) = self.at(entry);
            let cell = first as usize + usize::from(value >= decider);
            // SAFETY: `first` is at most `crowded` = width - 2, so that cell < width, and the
            // counters hold it in each of the four ways, as was asserted.
            let counter = unsafe { counters.get_unchecked_mut(way * stride + cell) };
            *counter = counter.wrapping_add(1);
        };
        let ((steps, rest), (of_steps, of_rest)) = (values.as_chunks::<STEP>(), entries.as_chunks::<STEP>());
        for (i, (step, of_step)) in steps.iter().zip(of_steps).enumerate() {
            fetch_behind(values, STEP * i);
            for k in 0..STEP {
                add(k % WAYS, step[k], of_step[k]);
            }
        }
        rest.iter().zip(of_rest).for_each(|(value, entry)| add(0, *value, *entry));
        self.search_crowded(values, edges, tally);
    }

    /// Moves the values that were counted in crowded entries to where they belong.
    fn search_crowded(&self, values: &[T], edges: &[T], tally: &mut Tally) {
        let crowded = self.crowded() as usize;
        let any = (0..4).any(|way| {
            let at = way * tally.stride + crowded;
            tally.counters[at] > 0 || tally.counters[at + 1] > 0
        });
        if !any {
            return;
        }
        for way in 0..4 {
            let at = way * tally.stride + crowded;
            tally.counters[at..at + 2].fill(0);
        }
        for (i, value) in values.iter().enumerate() {
            if self.first[tally.entries[i] as usize] == self.crowded() {
                let cell = search(edges, *value) as usize;
                tally.counters[cell] = tally.counters[cell].wrapping_add(1);
            }
        }
    }

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the look-up of the innermost loop")]
    fn at(&self, entry: u32) -> (u32, T) {
        let entry = entry as usize;
        debug_assert!(entry < self.first.len() && self.first.len() == self.decider.len());
        // SAFETY: every map clamps its entries to the last of the table it was chosen with, and
        // both lists have one element an entry.
        unsafe { (*self.first.get_unchecked(entry), *self.decider.get_unchecked(entry)) }
    }
}

/// Cells that a tally of a table needs: the true ones and the two of crowded entries.
pub(super) fn width(edges: usize) -> usize {
    edges + 3
}

/// How many edges are not above the value.
fn search<T: Number>(edges: &[T], value: T) -> u32 {
    edges.partition_point(|edge| *edge <= value) as u32
}
