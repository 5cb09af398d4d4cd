//! Predictions and labels of two arrays, without a plan: what the measures of a regression take.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, new_null_array};
use arrow_schema::DataType;
use tallystick_core::batch::Values;
use tallystick_core::compare::RegressionRows;
use tallystick_core::outcome::Number;
use tallystick_core::parallel::add_up;
use tallystick_core::residuals::{Exact, Residuals};
use tallystick_core::state::regression::{self, RegressionScratch};
use tallystick_core::state::{Grain, RegressionState};

use crate::error::Error;
use crate::numbers::{numbers, spelt_out, validity};

/// So many rows are looked at for the grids.
const SAMPLE: usize = 1 << 16;
/// A thread is started for so many batches.
const BATCHES_A_THREAD: usize = 8;

/// Counts the first column of each batch, the prediction, with the second, the label.
///
/// # Errors
/// When a column holds no numbers.
pub fn regression_rows(batches: &[RecordBatch], threads: usize) -> Result<RegressionRows, Error> {
    type Counted = (RegressionState, RegressionScratch);
    let pairs: Vec<Pair> = batches.iter().map(Pair::of).collect::<Result<_, _>>()?;
    let number = learned(&pairs)?;
    let empty = || (RegressionState::new(&number, Grain::Fine), RegressionScratch::default());
    let count = |(state, scratch): &mut Counted, i: usize| {
        pairs[i].with(|predictions, labels| {
            regression::count(&Residuals::of(predictions, labels, &number), &number, state, scratch);
        });
    };
    let add = |a: &mut Counted, b: Counted| a.0.merge(&b.0);
    let threads = threads.min(pairs.len() / BATCHES_A_THREAD).max(1);
    let (state, _) = add_up(pairs.len(), threads, empty, count, add);
    Ok(RegressionRows::of(&state, &number))
}

/// Grids from rows all over the batches.
fn learned(pairs: &[Pair]) -> Result<Number, Error> {
    let rows: usize = pairs.iter().map(|pair| pair.rows).sum();
    let step = rows.div_ceil(SAMPLE).max(1);
    let mut sample: Vec<(f64, f64)> = Vec::new();
    for pair in pairs {
        pair.with(|predictions, labels| {
            let both = predictions.doubles().iter().copied().zip(labels.doubles().iter().copied());
            sample.extend(both.step_by(step));
        });
    }
    Ok(Number::learn(sample)?)
}

/// The two columns of a batch, dictionaries of numbers spelt out.
struct Pair {
    rows: usize,
    prediction: ArrayRef,
    label: ArrayRef,
}

impl Pair {
    fn of(batch: &RecordBatch) -> Result<Self, Error> {
        Ok(Self {
            rows: batch.num_rows(),
            prediction: column(batch, 0, "prediction")?,
            label: column(batch, 1, "label")?,
        })
    }

    /// Hands both over as numbers.
    fn with(&self, mut with: impl FnMut(&Exact<'_>, &Exact<'_>)) {
        let (Some(prediction), Some(label)) = (values(&self.prediction), values(&self.label)) else { return };
        with(&Exact::of(&prediction, self.rows), &Exact::of(&label, self.rows));
    }
}

fn column(batch: &RecordBatch, at: usize, name: &str) -> Result<ArrayRef, Error> {
    let missing = || Error::Missing { column: name.to_owned() };
    let array = batch.columns().get(at).ok_or_else(missing)?;
    let array: ArrayRef = match array.data_type() {
        // Nothing but nulls says nothing of the type.
        DataType::Null => new_null_array(&DataType::Float64, array.len()),
        _ => spelt_out(Arc::clone(array)),
    };
    match numbers(array.as_ref()) {
        Some(_) => Ok(array),
        None => Err(Error::Type { column: name.to_owned(), found: array.data_type().to_string() }),
    }
}

fn values(array: &ArrayRef) -> Option<Values<'_>> {
    let array: &dyn Array = array.as_ref();
    Some(Values::Numbers { numbers: numbers(array)?, validity: validity(array) })
}
