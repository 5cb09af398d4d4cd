//! Arrow columns as two samples, for measures that go through values one by one.

use arrow_array::{ArrayRef, RecordBatch, new_null_array};
use arrow_schema::DataType;
use tallystick_core::batch::{Bits, Numbers, Values};
use tallystick_core::measure::exact_ks::{self as measure, Outcome};
use tallystick_core::scalar::{Domain, Unit};

use crate::numbers::{numbers, spelt_out, times, validity};
use crate::supported::domain;

/// The exact Kolmogorov-Smirnov distance of the first columns of two sides.
///
/// What is no number where the reference has numbers, or no time where it has times, is counted
/// as mistyped and takes no part.
#[must_use]
pub fn exact_ks(reference: &[RecordBatch], current: &[RecordBatch], threads: usize) -> Outcome {
    let (reference, current) = (columns(reference), columns(current));
    let temporal = reference.iter().any(|array| unit_of(array).is_some());
    let all = reference.iter().chain(&current);
    let finest = all.filter_map(unit_of).max_by_key(|unit| std::cmp::Reverse(unit.nanoseconds()));
    let line = if temporal { finest } else { None };
    let sides = [&reference, &current].map(|side| side.iter().map(|a| values(a, line)).collect::<Vec<_>>());
    let present = [&sides[0], &sides[1]].map(|side| side.iter().filter_map(borrowed).collect::<Vec<_>>());
    let mut outcome = measure::exact_ks(&present[0], &present[1], threads);
    for (side, specials) in sides.iter().zip([&mut outcome.reference, &mut outcome.current]) {
        for (values, rows) in side {
            if let Values::Mistyped { validity } = values {
                let null = validity.map_or(0, |bits| bits.absent(*rows)) as u64;
                specials.null += null;
                specials.mistyped += *rows as u64 - null;
            }
        }
    }
    outcome
}

/// The first column of each batch, dictionaries of numbers spelt out.
fn columns(batches: &[RecordBatch]) -> Vec<ArrayRef> {
    let column = |batch: &RecordBatch| match batch.column(0) {
        array if array.data_type() == &DataType::Null => new_null_array(&DataType::Float64, array.len()),
        array => spelt_out(array.clone()),
    };
    batches.iter().filter(|batch| batch.num_columns() > 0).map(column).collect()
}

fn unit_of(array: &ArrayRef) -> Option<Unit> {
    match domain(array.data_type()) {
        Some(Domain::Temporal(unit)) => Some(unit),
        _ => None,
    }
}

/// The values of an array, times in the unit `line`, with the number of rows.
fn values(array: &ArrayRef, line: Option<Unit>) -> (Values<'_>, usize) {
    let rows = array.len();
    let mistyped = Values::Mistyped { validity: validity(array) };
    let found = match (line, times(array)) {
        // Beyond the reach of the finer unit times lie at its rim, where none of that unit is
        // outdone: the distance stays what it is.
        (Some(line), Some(Values::Times { ticks, unit, validity })) if unit != line => {
            let ticks = ticks.iter().map(|tick| unit.convert(*tick, line)).collect();
            Values::Times { ticks, unit: line, validity }
        }
        (Some(_), Some(times)) => times,
        (None, None) => {
            numbers(array).map_or(mistyped, |numbers| Values::Numbers { numbers, validity: validity(array) })
        }
        // All null says nothing of the type.
        _ if array.null_count() == rows => Values::Numbers { numbers: Numbers::F64(&[]), validity: None },
        _ => mistyped,
    };
    (found, rows)
}

fn borrowed<'a>((values, _): &'a (Values<'_>, usize)) -> Option<(Numbers<'a>, Option<Bits<'a>>)> {
    match values {
        Values::Numbers { numbers, validity } => Some((*numbers, *validity)),
        Values::Times { ticks, validity, .. } => Some((Numbers::I64(ticks), *validity)),
        _ => None,
    }
}
