//! Counts of cells: a fixed table, or pages that appear as they are needed.

/// Log-linear cells of a page: an octave of the fine ones.
const PAGE: i32 = 128;
/// A page that nothing was counted in.
const NONE: u16 = u16::MAX;

/// Rows in each cell of one partition.
#[derive(Clone, Debug)]
pub struct Cells {
    /// Where the pages of a paged table stand in `counts`; `None` for a fixed table.
    pages: Option<Pages>,
    counts: Vec<u64>,
}

/// Cells far apart (zero and one, say) cost two pages and not all that is between them. There
/// are at most 4,096 octaves of doubles, of both signs, so a page number fits 16 bits.
#[derive(Clone, Debug, Default)]
struct Pages {
    first: i32,
    slots: Vec<u16>,
}

impl Pages {
    fn slot(&self, page: i32) -> Option<usize> {
        let place = usize::try_from(page.wrapping_sub(self.first)).ok()?;
        self.slots.get(place).filter(|slot| **slot != NONE).map(|slot| usize::from(*slot))
    }

    /// Gives a page the next slot.
    fn open(&mut self, page: i32, slot: usize) {
        if self.slots.is_empty() {
            self.first = page;
        }
        if page < self.first {
            self.slots.splice(0..0, std::iter::repeat_n(NONE, (self.first - page) as usize));
            self.first = page;
        }
        let place = (page - self.first) as usize;
        if place >= self.slots.len() {
            self.slots.resize(place + 1, NONE);
        }
        self.slots[place] = slot as u16;
    }
}

impl Cells {
    /// A fixed table of `width` cells, or with `None` pages.
    #[must_use]
    pub fn new(width: Option<usize>) -> Self {
        let pages = if width.is_some() { None } else { Some(Pages::default()) };
        Self { pages, counts: vec![0; width.unwrap_or(0)] }
    }

    /// Counts of the cells that are not empty, ascending.
    pub fn occupied(&self) -> impl Iterator<Item = (i32, u64)> + '_ {
        let (first, pages): (i32, Vec<Option<usize>>) = match &self.pages {
            None => (0, (0..self.counts.len().div_ceil(PAGE as usize)).map(Some).collect()),
            Some(pages) => {
                let slot = |slot: &u16| (*slot != NONE).then(|| usize::from(*slot));
                (pages.first, pages.slots.iter().map(slot).collect())
            }
        };
        let held = pages.into_iter().enumerate().filter_map(|(page, slot)| Some((page as i32, slot?)));
        held.flat_map(move |(page, slot)| {
            let start = slot * PAGE as usize;
            let counts = &self.counts[start..self.counts.len().min(start + PAGE as usize)];
            let cells = counts.iter().enumerate().filter(|(_, count)| **count > 0);
            cells.map(move |(i, count)| ((first + page) * PAGE + i as i32, *count))
        })
    }

    /// The count of one cell.
    #[must_use]
    pub fn get(&self, cell: i32) -> u64 {
        self.place(cell).and_then(|place| self.counts.get(place)).copied().unwrap_or(0)
    }

    /// Rows in all cells.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Adds to one cell.
    #[inline]
    pub fn add(&mut self, cell: i32, count: u64) {
        let place = match self.place(cell) {
            Some(place) => place,
            None => self.open(cell),
        };
        self.counts[place] += count;
    }

    /// Adds another table of the same partition.
    pub fn merge(&mut self, other: &Self) {
        other.occupied().for_each(|(cell, count)| self.add(cell, count));
    }

    #[inline]
    fn place(&self, cell: i32) -> Option<usize> {
        match &self.pages {
            None => usize::try_from(cell).ok(),
            Some(pages) => {
                let slot = pages.slot(cell.div_euclid(PAGE))?;
                Some(slot * PAGE as usize + cell.rem_euclid(PAGE) as usize)
            }
        }
    }

    fn open(&mut self, cell: i32) -> usize {
        let slot = self.counts.len() / PAGE as usize;
        if let Some(pages) = &mut self.pages {
            pages.open(cell.div_euclid(PAGE), slot);
            self.counts.resize(self.counts.len() + PAGE as usize, 0);
        }
        slot * PAGE as usize + cell.rem_euclid(PAGE) as usize
    }

    /// The whole of a fixed table.
    pub(crate) fn table(&mut self) -> &mut [u64] {
        &mut self.counts
    }
}

impl PartialEq for Cells {
    /// The same rows in the same cells, wherever the pages stand.
    fn eq(&self, other: &Self) -> bool {
        self.occupied().eq(other.occupied())
    }
}

#[cfg(test)]
mod tests {
    use super::Cells;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn cells_far_apart_cost_two_pages() {
        let mut cells = Cells::new(None);
        cells.add(0, 1);
        cells.add(130_945, 2);
        cells.add(-262_016, 3);
        assert_eq!(cells.counts.len(), 3 * 128);
        assert_eq!(cells.occupied().collect::<Vec<_>>(), [(-262_016, 3), (0, 1), (130_945, 2)]);
    }

    proptest! {
        #[test]
        fn as_a_map(added in prop::collection::vec((-3000_i32..3000, 1_u64..5), 0..60)) {
            let (mut cells, mut map) = (Cells::new(None), BTreeMap::new());
            for (cell, count) in &added {
                cells.add(*cell, *count);
                *map.entry(*cell).or_insert(0) += count;
            }
            prop_assert_eq!(cells.occupied().collect::<Vec<_>>(), map.clone().into_iter().collect::<Vec<_>>());
            prop_assert!(map.iter().all(|(cell, count)| cells.get(*cell) == *count));
            let mut twice = cells.clone();
            twice.merge(&cells);
            prop_assert_eq!(twice.total(), 2 * cells.total());
        }
    }
}
