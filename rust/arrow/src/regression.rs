//! Predictions and labels of two arrays, without a plan: what the measures of a regression take.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, new_null_array};
use arrow_schema::DataType;
use tallystick_core::batch::Values;
use tallystick_core::compare::{QuantileRows, RegressionRows};
use tallystick_core::outcome::{Number, Quantile};
use tallystick_core::parallel::add_up;
use tallystick_core::residuals::{Exact, Residuals};
use tallystick_core::state::regression::{self, RegressionScratch};
use tallystick_core::state::{Grain, RegressionState};

use crate::error::Error;
use crate::numbers::{numbers, spelt_out, validity};

/// What the columns of quantiles are called; there are two at most.
const QUANTILES: [&str; 2] = ["prediction", "upper"];
/// So many rows are looked at for the grids.
const SAMPLE: usize = 1 << 16;
/// A thread is started for so many batches.
const BATCHES_A_THREAD: usize = 8;

/// Counts the first column of each batch, the prediction, with the second, the label.
///
/// # Errors
/// When a column holds no numbers.
pub fn regression_rows(batches: &[RecordBatch], threads: usize) -> Result<RegressionRows, Error> {
    let pairs: Vec<Pair> = batches.iter().map(|batch| Pair::of(batch, 0)).collect::<Result<_, _>>()?;
    let number = learned(&pairs)?;
    Ok(RegressionRows::of(&counted(&pairs, &number, threads), &number))
}

/// Counts the first column of each batch, a prediction, with the second, the label, and with the
/// others, which foretell quantiles of these shares, ascending.
///
/// # Errors
/// When a column holds no numbers, or a share is none or stands there twice.
pub fn quantile_rows(batches: &[RecordBatch], shares: &[f64], threads: usize) -> Result<QuantileRows, Error> {
    let pair = |batch| Pair::of(batch, shares.len());
    let pairs: Vec<Pair> = batches.iter().map(pair).collect::<Result<_, _>>()?;
    let learn = |(at, share): (usize, &f64)| {
        Ok(Quantile::learn(QUANTILES[at.min(1)].to_owned(), *share, sampled(&pairs, Some(at)))?)
    };
    let quantiles = shares.iter().enumerate().map(learn).collect::<Result<Vec<_>, Error>>()?;
    let number = learned(&pairs)?.with_quantiles(quantiles)?;
    Ok(QuantileRows::of(&counted(&pairs, &number, threads), &number))
}

fn counted(pairs: &[Pair], number: &Number, threads: usize) -> RegressionState {
    type Counted = (RegressionState, RegressionScratch);
    let empty = || (RegressionState::new(number, Grain::Fine), RegressionScratch::default());
    let count = |(state, scratch): &mut Counted, i: usize| {
        pairs[i].with(|predictions, labels, quantiles| {
            let made = Residuals::of(predictions, labels, number).with_quantiles(labels, quantiles);
            regression::count(&made, number, state, scratch);
        });
    };
    let add = |a: &mut Counted, b: Counted| a.0.merge(&b.0);
    let threads = threads.min(pairs.len() / BATCHES_A_THREAD).max(1);
    add_up(pairs.len(), threads, empty, count, add).0
}

/// Grids from rows all over the batches.
fn learned(pairs: &[Pair]) -> Result<Number, Error> {
    Ok(Number::learn(sampled(pairs, None))?)
}

/// Rows all over the batches: the prediction or that quantile, and the label.
fn sampled(pairs: &[Pair], quantile: Option<usize>) -> Vec<(f64, f64)> {
    let rows: usize = pairs.iter().map(|pair| pair.rows).sum();
    let step = rows.div_ceil(SAMPLE).max(1);
    let mut sample: Vec<(f64, f64)> = Vec::new();
    for pair in pairs {
        pair.with(|predictions, labels, quantiles| {
            let foretold = quantile.and_then(|at| quantiles.get(at)).unwrap_or(predictions);
            let both = foretold.doubles().iter().copied().zip(labels.doubles().iter().copied());
            sample.extend(both.step_by(step));
        });
    }
    sample
}

/// The two columns of a batch, dictionaries of numbers spelt out.
struct Pair {
    rows: usize,
    prediction: ArrayRef,
    label: ArrayRef,
    quantiles: Vec<ArrayRef>,
}

impl Pair {
    fn of(batch: &RecordBatch, quantiles: usize) -> Result<Self, Error> {
        let quantile = |at: usize| column(batch, at + 2, QUANTILES[at.min(1)]);
        Ok(Self {
            rows: batch.num_rows(),
            prediction: column(batch, 0, "prediction")?,
            label: column(batch, 1, "label")?,
            quantiles: (0..quantiles).map(quantile).collect::<Result<_, _>>()?,
        })
    }

    /// Hands both over as numbers.
    fn with(&self, mut with: impl FnMut(&Exact<'_>, &Exact<'_>, &[Exact<'_>])) {
        let (Some(prediction), Some(label)) = (values(&self.prediction), values(&self.label)) else { return };
        let quantiles: Vec<Values<'_>> = self.quantiles.iter().filter_map(values).collect();
        let quantiles: Vec<Exact<'_>> = quantiles.iter().map(|values| Exact::of(values, self.rows)).collect();
        with(&Exact::of(&prediction, self.rows), &Exact::of(&label, self.rows), &quantiles);
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
