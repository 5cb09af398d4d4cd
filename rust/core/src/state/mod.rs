//! What is kept of the rows: integers that add.

pub mod categorical;
pub mod novel;
pub mod numeric;
pub mod sums;
pub mod wide;

pub use categorical::CategoricalState;
pub use numeric::NumericState;

use crate::plan::{Counter, Plan};

/// Rows that belong to no cell, each kind apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Specials {
    /// Nulls.
    pub null: u64,
    /// Not a number.
    pub nan: u64,
    /// Minus infinity.
    pub negative_infinity: u64,
    /// Plus infinity.
    pub positive_infinity: u64,
    /// Present, in a type that the plan cannot count.
    pub mistyped: u64,
    /// The batch had no such column.
    pub absent: u64,
}

impl Specials {
    /// In the order of their names in the format.
    #[must_use]
    pub fn to_array(self) -> [u64; 6] {
        [self.null, self.nan, self.negative_infinity, self.positive_infinity, self.mistyped, self.absent]
    }

    /// The inverse of [`Specials::to_array`].
    #[must_use]
    pub fn from_array(counts: [u64; 6]) -> Self {
        let [null, nan, negative_infinity, positive_infinity, mistyped, absent] = counts;
        Self { null, nan, negative_infinity, positive_infinity, mistyped, absent }
    }

    /// All of them.
    #[must_use]
    pub fn total(self) -> u64 {
        self.to_array().iter().sum()
    }

    /// Null, NaN and absent: one cell in every divergence, because frames turn one into another.
    #[must_use]
    pub fn missing(self) -> u64 {
        self.null + self.nan + self.absent
    }

    /// Both infinities.
    #[must_use]
    pub fn infinite(self) -> u64 {
        self.negative_infinity + self.positive_infinity
    }

    fn merge(&mut self, other: Self) {
        let (a, b) = (self.to_array(), other.to_array());
        *self = Self::from_array(std::array::from_fn(|i| a[i] + b[i]));
    }
}

/// Counts of cells `start..start + counts.len()`; all other cells are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cells {
    start: i32,
    counts: Vec<u64>,
}

impl Cells {
    /// A fixed table of `width` cells, or with `None` a window that grows as needed.
    #[must_use]
    pub fn new(width: Option<usize>) -> Self {
        Self { start: 0, counts: vec![0; width.unwrap_or(0)] }
    }

    /// Counts of the cells that are not empty, ascending.
    pub fn occupied(&self) -> impl Iterator<Item = (i32, u64)> + '_ {
        let cells = self.counts.iter().enumerate();
        cells.filter(|(_, n)| **n > 0).map(|(i, n)| (self.start + i as i32, *n))
    }

    /// The count of one cell.
    #[must_use]
    pub fn get(&self, cell: i32) -> u64 {
        let place = usize::try_from(cell - self.start);
        place.ok().and_then(|i| self.counts.get(i)).copied().unwrap_or(0)
    }

    /// Rows in all cells.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Adds to one cell.
    pub fn add(&mut self, cell: i32, count: u64) {
        self.cover(cell, cell);
        self.counts[(cell - self.start) as usize] += count;
    }

    /// Adds another table of the same partition.
    pub fn merge(&mut self, other: &Self) {
        if let Some((first, last)) = other.span() {
            self.cover(first, last);
            other.occupied().for_each(|(cell, count)| self.counts[(cell - self.start) as usize] += count);
        }
    }

    fn span(&self) -> Option<(i32, i32)> {
        let mut cells = self.occupied().map(|(cell, _)| cell);
        let first = cells.next()?;
        Some((first, cells.last().unwrap_or(first)))
    }

    /// Makes room for the cells from `first` to `last`.
    pub(crate) fn cover(&mut self, first: i32, last: i32) {
        if self.counts.is_empty() {
            self.start = first;
        }
        if first < self.start {
            let more = (self.start - first) as usize;
            self.counts.splice(0..0, std::iter::repeat_n(0, more));
            self.start = first;
        }
        let needed = (last - self.start) as usize + 1;
        if needed > self.counts.len() {
            self.counts.resize(needed, 0);
        }
    }

    /// The first cell of the table and the table.
    pub(crate) fn table(&mut self) -> (i32, &mut [u64]) {
        (self.start, &mut self.counts)
    }
}

/// The counts of one column in one slice.
#[derive(Clone, Debug, PartialEq)]
pub enum ColumnState {
    /// Of a numeric column.
    Numeric(NumericState),
    /// Of a categorical column.
    Categorical(CategoricalState),
}

/// How finely a slice is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    /// Every cell and category: the slice of all rows.
    Fine,
    /// Unions of cells and the most frequent categories: every other slice.
    Coarse,
}

impl ColumnState {
    /// An empty state.
    #[must_use]
    pub fn new(counter: &Counter, grain: Grain) -> Self {
        match counter {
            Counter::Numeric(binning) => Self::Numeric(NumericState::new(binning, grain)),
            Counter::Categorical(vocabulary) => Self::Categorical(CategoricalState::new(vocabulary, grain)),
        }
    }

    /// Adds the counts of other rows under the same counter and grain.
    pub fn merge(&mut self, other: &Self) {
        match (self, other) {
            (Self::Numeric(a), Self::Numeric(b)) => a.merge(b),
            (Self::Categorical(a), Self::Categorical(b)) => a.merge(b),
            // A plan counts a column one way; both states are of one plan.
            _ => unreachable!("states of one plan have one shape"),
        }
    }

    /// Rows that belong to no cell.
    #[must_use]
    pub fn specials(&self) -> Specials {
        match self {
            Self::Numeric(state) => state.specials,
            Self::Categorical(state) => state.specials,
        }
    }

    /// Rows that belong to a cell or category, `other` included.
    #[must_use]
    pub fn present(&self) -> u64 {
        match self {
            Self::Numeric(state) => state.cells.total(),
            Self::Categorical(state) => state.counts.iter().sum::<u64>() + state.other,
        }
    }

    /// All rows: nothing is dropped silently.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.present() + self.specials().total()
    }

    pub(crate) fn specials_mut(&mut self) -> &mut Specials {
        match self {
            Self::Numeric(state) => &mut state.specials,
            Self::Categorical(state) => &mut state.specials,
        }
    }
}

/// One slice of the rows: a state for each column of the plan.
#[derive(Clone, Debug, PartialEq)]
pub struct SliceState {
    /// Rows of the slice.
    pub rows: u64,
    /// States in the order of the plan's columns.
    pub columns: Vec<ColumnState>,
}

impl SliceState {
    /// No rows yet.
    #[must_use]
    pub fn new(plan: &Plan, grain: Grain) -> Self {
        Self {
            rows: 0,
            columns: plan.columns().iter().map(|c| ColumnState::new(&c.counter, grain)).collect(),
        }
    }

    /// Adds other rows of the same plan and grain.
    pub fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        self.columns.iter_mut().zip(&other.columns).for_each(|(a, b)| a.merge(b));
    }
}

/// The leaves that the rows of a batch belong to, as one column's loop sees them.
pub(crate) struct Leaves<'a> {
    pub states: &'a mut [SliceState],
    /// For each family of slices, the place in `states` of every row.
    pub families: &'a [Vec<u32>],
    pub column: usize,
}

impl Leaves<'_> {
    /// Calls `with` on this column's state in every leaf of a row.
    #[inline]
    pub fn each(&mut self, row: usize, mut with: impl FnMut(&mut ColumnState)) {
        for family in self.families {
            with(&mut self.states[family[row] as usize].columns[self.column]);
        }
    }
}
