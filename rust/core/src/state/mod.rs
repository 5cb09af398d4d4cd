//! What is kept of the rows: integers that add.

pub mod binary;
pub mod categorical;
mod cells;
pub mod novel;
pub mod numeric;
pub mod quantile;
pub mod regression;
pub mod sums;
pub mod top;
pub mod wide;

pub use binary::BinaryState;
pub use categorical::CategoricalState;
pub use cells::Cells;
pub use numeric::NumericState;
pub use quantile::{QuantileState, QuantileStates};
pub use regression::RegressionState;
pub use top::TopState;

use crate::outcome::{Outcome, Target};
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

    /// Counts rows that kernels found: nulls, NaN, minus and plus infinities.
    pub(crate) fn add(&mut self, [null, nan, negative, positive]: [u64; 4]) {
        self.null += null;
        self.nan += nan;
        self.negative_infinity += negative;
        self.positive_infinity += positive;
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

/// The counts of one outcome in one slice.
#[derive(Clone, Debug, PartialEq)]
pub enum OutcomeState {
    /// Of a score of classes.
    Class(Box<BinaryState>),
    /// Of a score of numbers.
    Number(Box<RegressionState>),
    /// Of the scores of several classes.
    Top(Box<TopState>),
}

impl OutcomeState {
    /// No rows yet.
    #[must_use]
    pub fn new(outcome: &Outcome, grain: Grain) -> Self {
        match &outcome.target {
            Target::Class(classes) => Self::Class(Box::new(BinaryState::new(&classes.binning, grain))),
            Target::Number(number) => Self::Number(Box::new(RegressionState::new(number, grain))),
            Target::Top(top) => Self::Top(Box::new(TopState::new(top, grain))),
        }
    }

    /// The counts of a score of classes.
    #[must_use]
    pub fn class(&self) -> Option<&BinaryState> {
        if let Self::Class(state) = self { Some(state) } else { None }
    }

    /// The counts of a score of numbers.
    #[must_use]
    pub fn number(&self) -> Option<&RegressionState> {
        if let Self::Number(state) = self { Some(state) } else { None }
    }

    /// The counts of several classes.
    #[must_use]
    pub fn top(&self) -> Option<&TopState> {
        if let Self::Top(state) = self { Some(state) } else { None }
    }

    /// Adds other rows of the same outcome and grain.
    pub fn merge(&mut self, other: &Self) {
        match (self, other) {
            (Self::Class(a), Self::Class(b)) => a.merge(b),
            (Self::Number(a), Self::Number(b)) => a.merge(b),
            (Self::Top(a), Self::Top(b)) => a.merge(b),
            // A plan counts an outcome one way; both states are of one plan.
            _ => unreachable!("states of one plan have one shape"),
        }
    }

    /// All rows: nothing is dropped silently.
    #[must_use]
    pub fn rows(&self) -> u64 {
        match self {
            Self::Class(state) => state.rows(),
            Self::Number(state) => state.rows(),
            Self::Top(state) => state.rows(),
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
    /// States in the order of the plan's outcomes.
    pub outcomes: Vec<OutcomeState>,
}

impl SliceState {
    /// No rows yet.
    #[must_use]
    pub fn new(plan: &Plan, grain: Grain) -> Self {
        Self {
            rows: 0,
            columns: plan.columns().iter().map(|c| ColumnState::new(&c.counter, grain)).collect(),
            outcomes: plan.outcomes().iter().map(|o| OutcomeState::new(o, grain)).collect(),
        }
    }

    /// Adds other rows of the same plan and grain.
    pub fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        self.columns.iter_mut().zip(&other.columns).for_each(|(a, b)| a.merge(b));
        self.outcomes.iter_mut().zip(&other.outcomes).for_each(|(a, b)| a.merge(b));
    }
}

/// The leaves that the rows of a batch belong to, as one column's loop sees them.
pub(crate) struct Leaves<'a> {
    pub states: &'a mut [SliceState],
    pub families: &'a [Family],
    pub column: usize,
}

impl Leaves<'_> {
    /// Calls `with` on this column's state in every leaf and on the leaf's rows.
    pub fn each(&mut self, mut with: impl FnMut(&mut ColumnState, &Rows<'_>)) {
        for family in self.families {
            for run in &family.runs {
                let rows = family.rows(run);
                with(&mut self.states[run.leaf as usize].columns[self.column], &rows);
            }
        }
    }

    /// The same of an outcome, whose place `column` is.
    pub fn each_outcome(&mut self, mut with: impl FnMut(&mut OutcomeState, &Rows<'_>)) {
        for family in self.families {
            for run in &family.runs {
                let rows = family.rows(run);
                with(&mut self.states[run.leaf as usize].outcomes[self.column], &rows);
            }
        }
    }
}

/// Which leaf of one family of slices each row of a batch belongs to: the rows of a leaf in a
/// run, so that a leaf is counted as a whole batch is.
#[derive(Debug)]
pub(crate) struct Family {
    /// The rows by leaf; `None` when they lie so already.
    order: Option<Vec<u32>>,
    pub runs: Vec<Run>,
}

/// Neighbouring rows of one leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub leaf: u32,
    pub start: usize,
    pub end: usize,
}

/// The rows of a run.
pub(crate) enum Rows<'a> {
    Range(std::ops::Range<usize>),
    List(&'a [u32]),
}

impl Rows<'_> {
    pub fn for_each(&self, with: impl FnMut(usize)) {
        match self {
            Self::Range(range) => range.clone().for_each(with),
            Self::List(rows) => rows.iter().map(|row| *row as usize).for_each(with),
        }
    }
}

/// Rows may lie in runs as they come when these are so long on average.
const LONG_RUN: usize = 32;

impl Family {
    /// Of the leaf of every row.
    pub fn of(leaves: &[u32]) -> Self {
        let changes = leaves.windows(2).filter(|pair| pair[0] != pair[1]).count();
        if changes * LONG_RUN <= leaves.len() {
            return Self { order: None, runs: runs(leaves.iter().copied()) };
        }
        // A counting sort: the rows of a leaf stay in their order.
        let leaves_seen = leaves.iter().max().map_or(0, |leaf| *leaf as usize + 1);
        let mut next = vec![0_u32; leaves_seen + 1];
        leaves.iter().for_each(|leaf| next[*leaf as usize + 1] += 1);
        (0..leaves_seen).for_each(|leaf| next[leaf + 1] += next[leaf]);
        let mut order = vec![0_u32; leaves.len()];
        for (row, &leaf) in leaves.iter().enumerate() {
            let place = &mut next[leaf as usize];
            order[*place as usize] = row as u32;
            *place += 1;
        }
        // What was the place of the next row is the end of the leaf's run now.
        let mut start = 0;
        let run = |(leaf, &end): (usize, &u32)| {
            let run = Run { leaf: leaf as u32, start, end: end as usize };
            start = run.end;
            run
        };
        let runs = next[..leaves_seen].iter().enumerate().map(run);
        let runs = runs.filter(|run| run.start < run.end).collect();
        Self { order: Some(order), runs }
    }

    /// The rows of a run.
    pub fn rows(&self, run: &Run) -> Rows<'_> {
        match &self.order {
            None => Rows::Range(run.start..run.end),
            Some(order) => Rows::List(&order[run.start..run.end]),
        }
    }
}

fn runs(leaves: impl Iterator<Item = u32>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (row, leaf) in leaves.enumerate() {
        match runs.last_mut() {
            Some(run) if run.leaf == leaf => run.end = row + 1,
            _ => runs.push(Run { leaf, start: row, end: row + 1 }),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::{Family, Rows};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_row_is_in_the_run_of_its_leaf(leaves in prop::collection::vec(0_u32..9, 0..300), length in 1_usize..80) {
            let long: Vec<u32> = leaves.iter().flat_map(|leaf| std::iter::repeat_n(*leaf, length)).collect();
            let family = Family::of(&long);
            let mut seen = vec![0; long.len()];
            for run in &family.runs {
                let rows = family.rows(run);
                prop_assert!(length < 32 || matches!(rows, Rows::Range(_)));
                rows.for_each(|row| {
                    assert_eq!(long[row], run.leaf);
                    seen[row] += 1;
                });
            }
            prop_assert!(seen.iter().all(|times| *times == 1));
        }
    }
}
