//! One column of one batch into its states: which kind of values meets which kind of counter.

use crate::batch::{Bits, NULL, Numbers, Values};
use crate::binning::Binning;
use crate::plan::Counter;
use crate::scalar::Domain;
use crate::state::categorical::Places;
use crate::state::numeric::Scratch;
use crate::state::{ColumnState, Leaves, NumericState, categorical, numeric};

/// Rows of a column that says how many it has.
pub(crate) fn length(values: &Values<'_>) -> Option<usize> {
    match values {
        Values::Absent | Values::Mistyped { .. } => None,
        Values::Numbers { numbers, .. } => Some(numbers.len()),
        Values::Times { ticks, .. } => Some(ticks.len()),
        Values::Labels(labels) => Some(labels.codes.len()),
    }
}

/// Where each text of a column is counted.
pub(crate) fn lookup(counter: &Counter, values: &Values<'_>) -> Option<Places> {
    match (counter, values) {
        (Counter::Categorical(vocabulary), Values::Labels(labels)) => Some(Places::new(labels, vocabulary)),
        _ => None,
    }
}

/// One column of one batch.
pub(crate) struct Task<'a> {
    pub values: &'a Values<'a>,
    pub rows: usize,
    pub places: Option<&'a Places>,
}

impl Task<'_> {
    pub(crate) fn count(
        &self,
        counter: &Counter,
        all: &mut ColumnState,
        leaves: &mut Leaves<'_>,
        scratch: &mut Scratch,
    ) {
        match (self.values, counter, &mut *all) {
            (Values::Labels(labels), Counter::Categorical(v), ColumnState::Categorical(state)) => {
                if let Some(places) = self.places {
                    categorical::count(labels, places, v, state, leaves);
                }
            }
            (Values::Numbers { numbers, validity }, Counter::Numeric(b), ColumnState::Numeric(state))
                if !matches!(b.domain(), Domain::Temporal(_)) =>
            {
                numbers.count(*validity, b, state, leaves, scratch);
            }
            (Values::Times { ticks, unit, validity }, Counter::Numeric(b), ColumnState::Numeric(state))
                if matches!(b.domain(), Domain::Temporal(_)) =>
            {
                let Domain::Temporal(own) = b.domain() else { return };
                if *unit == own {
                    numeric::count(ticks, *validity, b, state, leaves, scratch);
                } else {
                    let converted: Vec<i64> = ticks.iter().map(|t| unit.convert(*t, own)).collect();
                    numeric::count(&converted, *validity, b, state, leaves, scratch);
                }
            }
            (values, ..) => self.count_uncounted(values, all, leaves),
        }
    }

    /// Rows of a column that is not there, or not in a type that can be counted.
    fn count_uncounted(&self, values: &Values<'_>, all: &mut ColumnState, leaves: &mut Leaves<'_>) {
        let absent = matches!(values, Values::Absent);
        let validity = match values {
            Values::Mistyped { validity }
            | Values::Numbers { validity, .. }
            | Values::Times { validity, .. } => *validity,
            Values::Absent | Values::Labels(_) => None,
        };
        let is_null = |row: usize| match values {
            Values::Labels(labels) => labels.codes[row] == NULL,
            _ => validity.is_some_and(|bits| !bits.get(row)),
        };
        for row in 0..self.rows {
            let null = is_null(row);
            let see = |state: &mut ColumnState| {
                let specials = state.specials_mut();
                *(if absent {
                    &mut specials.absent
                } else if null {
                    &mut specials.null
                } else {
                    &mut specials.mistyped
                }) += 1;
            };
            see(all);
            leaves.each(row, see);
        }
    }
}

impl Numbers<'_> {
    fn len(&self) -> usize {
        match self {
            Self::F64(v) => v.len(),
            Self::F32(v) => v.len(),
            Self::I8(v) => v.len(),
            Self::I16(v) => v.len(),
            Self::I32(v) => v.len(),
            Self::I64(v) => v.len(),
            Self::U8(v) => v.len(),
            Self::U16(v) => v.len(),
            Self::U32(v) => v.len(),
            Self::U64(v) => v.len(),
        }
    }

    fn count(
        &self,
        validity: Option<Bits<'_>>,
        binning: &Binning,
        state: &mut NumericState,
        leaves: &mut Leaves<'_>,
        scratch: &mut Scratch,
    ) {
        match self {
            Self::F64(v) => numeric::count(v, validity, binning, state, leaves, scratch),
            Self::F32(v) => numeric::count(v, validity, binning, state, leaves, scratch),
            Self::I8(v) => numeric::count(v, validity, binning, state, leaves, scratch),
            Self::I16(v) => numeric::count(v, validity, binning, state, leaves, scratch),
            Self::I32(v) => numeric::count(v, validity, binning, state, leaves, scratch),
            Self::I64(v) => numeric::count(v, validity, binning, state, leaves, scratch),
            Self::U8(v) => numeric::count(v, validity, binning, state, leaves, scratch),
            Self::U16(v) => numeric::count(v, validity, binning, state, leaves, scratch),
            Self::U32(v) => numeric::count(v, validity, binning, state, leaves, scratch),
            Self::U64(v) => numeric::count(v, validity, binning, state, leaves, scratch),
        }
    }
}
