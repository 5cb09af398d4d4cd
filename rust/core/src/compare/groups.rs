//! The cells that divergences work on: about ten groups of nearly equal reference mass, made of
//! whole cells, and one each for what lies beyond the reference's range, is missing, is
//! infinite, or could not be counted.

use crate::binning::{Binning, Rule, equal_mass};
use crate::plan::Counter;
use crate::state::{CategoricalState, ColumnState, Grain, NumericState};
use crate::vocabulary::{Vocabulary, shown};

/// How the cells of one column are grouped; frozen by the reference's slice of all rows.
pub(super) enum Grouping<'a> {
    Numeric {
        binning: &'a Binning,
        grain: Grain,
        starts: Vec<i32>,
    },
    Categorical {
        vocabulary: &'a Vocabulary,
    },
    /// Counts that came as such, each cell its own group.
    Given,
}

/// The category of a group, or its `[low, high)`.
pub(super) type Described = (Option<String>, Option<(f64, f64)>);

/// Cells that stand for rows in no cell: missing, infinite, mistyped.
pub(super) const SPECIAL_GROUPS: usize = 3;

impl<'a> Grouping<'a> {
    /// Groups the cells of `counter` by the reference's masses. Slices know coarse cells only,
    /// so groups are unions of those unless `grain` says that no slice is compared.
    pub(super) fn new(
        counter: &'a Counter,
        (reference, counted): (&ColumnState, Grain),
        groups: usize,
        grain: Grain,
    ) -> Self {
        // A reference that was taken out of windows knows coarse cells only.
        let grain = if counted == Grain::Coarse { Grain::Coarse } else { grain };
        match (counter, reference) {
            (Counter::Numeric(binning), ColumnState::Numeric(state)) => {
                let starts = starts(binning, (state, counted), groups, grain);
                Self::Numeric { binning, grain, starts }
            }
            (Counter::Categorical(vocabulary), _) => Self::Categorical { vocabulary },
            (Counter::Numeric(binning), _) => Self::Numeric { binning, grain, starts: vec![i32::MIN] },
        }
    }

    /// Rows in each group, the special ones last.
    pub(super) fn counts(&self, state: &ColumnState, grain: Grain) -> Vec<u64> {
        let mut counts = match (self, state) {
            (Self::Numeric { .. }, ColumnState::Numeric(state)) => self.numeric(state, grain),
            (Self::Categorical { vocabulary }, ColumnState::Categorical(state)) => {
                categorical(vocabulary, state, grain)
            }
            (Self::Given, ColumnState::Categorical(state)) => state.counts.clone(),
            _ => vec![0],
        };
        let specials = state.specials();
        counts.extend([specials.missing(), specials.infinite(), specials.mistyped]);
        counts
    }

    fn numeric(&self, state: &NumericState, state_grain: Grain) -> Vec<u64> {
        let Self::Numeric { binning, grain, starts } = self else { return Vec::new() };
        let mut counts = vec![0; starts.len()];
        for (cell, rows) in state.cells.occupied() {
            let coarsen = *grain == Grain::Coarse && state_grain == Grain::Fine;
            let cell = if coarsen { binning.coarse_of(cell) } else { cell };
            counts[starts.partition_point(|start| *start <= cell) - 1] += rows;
        }
        counts
    }

    /// What each group holds, for drawing.
    pub(super) fn describe(&self) -> Vec<Described> {
        match self {
            Self::Numeric { binning, grain, starts } => {
                let low_of = |cell: i32| match grain {
                    Grain::Fine => binning.bounds(cell).0,
                    Grain::Coarse => binning.coarse_bounds(cell).0,
                };
                let low = |i: usize| if i == 0 { f64::NEG_INFINITY } else { low_of(starts[i]) };
                let high = |i: usize| starts.get(i + 1).map_or(f64::INFINITY, |start| low_of(*start));
                (0..starts.len()).map(|i| (None, Some((low(i), high(i))))).collect()
            }
            Self::Given => Vec::new(),
            Self::Categorical { vocabulary } => {
                let cells = vocabulary.coarse_cells();
                let rest = cells < vocabulary.categories().len();
                let named = if rest { cells - 1 } else { cells };
                let mut labels: Vec<_> = vocabulary.categories()[..named]
                    .iter()
                    .map(|c| (Some(shown(c).into_owned()), None))
                    .collect();
                if rest {
                    labels.push((Some("__rest__".to_owned()), None));
                }
                labels.push((Some("__other__".to_owned()), None));
                labels
            }
        }
    }
}

/// First cells of the groups: below the reference's range, its interior, above.
fn starts(
    binning: &Binning,
    (reference, counted): (&NumericState, Grain),
    groups: usize,
    grain: Grain,
) -> Vec<i32> {
    let coarsen = grain == Grain::Coarse && counted == Grain::Fine;
    let coarse = |cell: i32| if coarsen { binning.coarse_of(cell) } else { cell };
    let interior = match binning.rule() {
        Rule::LogLinear => {
            let span: Vec<i32> = reference.cells.occupied().map(|(cell, _)| coarse(cell)).collect();
            match (span.first(), span.last()) {
                (Some(first), Some(last)) => *first..*last + 1,
                _ => return vec![i32::MIN],
            }
        }
        _ => interior(binning, grain),
    };
    let mut masses = vec![0_u64; (interior.end - interior.start).max(0) as usize];
    for (cell, rows) in reference.cells.occupied() {
        if let Some(mass) =
            usize::try_from(coarse(cell) - interior.start).ok().and_then(|i| masses.get_mut(i))
        {
            *mass += rows;
        }
    }
    let mut starts = vec![i32::MIN];
    starts.extend(equal_mass(&masses, groups).iter().map(|start| interior.start + *start as i32));
    starts.push(interior.end);
    starts
}

/// Cells between the two outer ones, which lie beyond the sample or the given edges.
fn interior(binning: &Binning, grain: Grain) -> std::ops::Range<i32> {
    let coarse_end = binning.coarse_cells().map_or(1, |cells| cells as i32 - 1);
    match grain {
        Grain::Coarse => 1..coarse_end.max(1),
        Grain::Fine => {
            let cells = binning.cells().map_or(2, |cells| cells as i32);
            let first = (0..cells).find(|cell| binning.coarse_of(*cell) >= 1).unwrap_or(1);
            let end = (0..cells).find(|cell| binning.coarse_of(*cell) >= coarse_end).unwrap_or(cells);
            first..end.max(first)
        }
    }
}

fn categorical(vocabulary: &Vocabulary, state: &CategoricalState, grain: Grain) -> Vec<u64> {
    let mut counts = vec![0; vocabulary.coarse_cells()];
    for (category, rows) in state.counts.iter().enumerate() {
        let cell =
            if grain == Grain::Fine { vocabulary.coarse_of(category as u32) as usize } else { category };
        counts[cell] += rows;
    }
    counts.push(state.other);
    counts
}
