//! One column of one batch into its states: which kind of values meets which kind of counter.

use crate::batch::{Bits, NULL, Numbers, Values};
use crate::binning::{Binning, Findable};
use crate::plan::Counter;
use crate::scalar::{Countable, Domain};
use crate::state::categorical::Places;
use crate::state::numeric::Scratch;
use crate::state::{ColumnState, Grain, Leaves, NumericState, Rows, categorical, numeric};

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
                    count_numbers(ticks, *validity, b, state, leaves, scratch);
                } else {
                    let converted: Vec<i64> = ticks.iter().map(|t| unit.convert(*t, own)).collect();
                    count_numbers(&converted, *validity, b, state, leaves, scratch);
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
        let see = |state: &mut ColumnState, rows: &Rows<'_>| {
            let specials = state.specials_mut();
            rows.for_each(|row| {
                *(if absent {
                    &mut specials.absent
                } else if is_null(row) {
                    &mut specials.null
                } else {
                    &mut specials.mistyped
                }) += 1;
            });
        };
        see(all, &Rows::Range(0..self.rows));
        leaves.each(see);
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
            Self::F64(v) => count_numbers(v, validity, binning, state, leaves, scratch),
            Self::F32(v) => count_numbers(v, validity, binning, state, leaves, scratch),
            Self::I8(v) => count_numbers(v, validity, binning, state, leaves, scratch),
            Self::I16(v) => count_numbers(v, validity, binning, state, leaves, scratch),
            Self::I32(v) => count_numbers(v, validity, binning, state, leaves, scratch),
            Self::I64(v) => count_numbers(v, validity, binning, state, leaves, scratch),
            Self::U8(v) => count_numbers(v, validity, binning, state, leaves, scratch),
            Self::U16(v) => count_numbers(v, validity, binning, state, leaves, scratch),
            Self::U32(v) => count_numbers(v, validity, binning, state, leaves, scratch),
            Self::U64(v) => count_numbers(v, validity, binning, state, leaves, scratch),
        }
    }
}

/// Counts numbers into the slice of all rows and into one leaf of each family.
fn count_numbers<T: Countable + Findable>(
    values: &[T],
    validity: Option<Bits<'_>>,
    binning: &Binning,
    all: &mut NumericState,
    leaves: &mut Leaves<'_>,
    scratch: &mut Scratch,
) {
    numeric::count(values, validity, binning, (all, Grain::Fine), scratch);
    let mut gathered: Vec<T> = Vec::new();
    leaves.each(|state, rows| {
        let ColumnState::Numeric(state) = state else { return };
        match rows {
            Rows::Range(range) => {
                let bits = validity.map(|bits| bits.from_row(range.start));
                numeric::count(&values[range.clone()], bits, binning, (state, Grain::Coarse), scratch);
            }
            Rows::List(rows) => {
                let bytes = scratch.gather(rows, values, validity, &mut gathered);
                let bits = bytes.as_deref().map(|bytes| Bits::new(bytes, 0));
                numeric::count(&gathered, bits, binning, (state, Grain::Coarse), scratch);
                scratch.keep_bits(bytes);
            }
        }
    });
}
