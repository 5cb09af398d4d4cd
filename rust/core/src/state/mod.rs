//! What is kept of the rows: integers that add.

pub mod categorical;
mod cells;
pub mod novel;
pub mod numeric;
pub mod sums;
pub mod wide;

pub use categorical::CategoricalState;
pub use cells::Cells;
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
