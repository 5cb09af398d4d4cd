//! Scores of several classes and labels of arrays, without a plan.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, new_null_array};
use arrow_schema::DataType;
use tallystick_core::batch::{Labels, NAN, NULL, Values};
use tallystick_core::binning::{Binning, Recipe, Sample};
use tallystick_core::compare::TopRows;
use tallystick_core::outcome::{Class, Top, TopClass};
use tallystick_core::pairing;
use tallystick_core::parallel::add_up;
use tallystick_core::predictions::{Predictions, Truth, highest};
use tallystick_core::scalar::Domain;
use tallystick_core::state::binary::BinaryScratch;
use tallystick_core::state::top;
use tallystick_core::state::{Grain, TopState};

use crate::error::Error;
use crate::labels::labels;
use crate::numbers::{numbers, spelt_out, validity};

/// So many rows are looked at for the cells.
const SAMPLE: usize = 1 << 16;
/// A thread is started for so many batches.
const BATCHES_A_THREAD: usize = 8;

/// Counts the first columns of each batch, the scores of the classes in their order, with the last
/// one, the label.
///
/// # Errors
/// When a column of scores holds no numbers or the last one no labels, or there are fewer than 2
/// classes or more than 32.
pub fn top_rows(batches: &[RecordBatch], classes: &[String], threads: usize) -> Result<TopRows, Error> {
    type Counted = (TopState, BinaryScratch);
    let rows: Vec<Several> =
        batches.iter().map(|batch| Several::of(batch, classes)).collect::<Result<_, _>>()?;
    let of = Top::new(named(classes), Arc::new(learned(&rows)?))?;
    let empty = || (TopState::new(&of, Grain::Fine), BinaryScratch::default());
    let count = |(state, scratch): &mut Counted, i: usize| {
        let made = Predictions::of(&rows[i].scores(), &rows[i].truths);
        top::count(&made, &of, (state, Grain::Fine), scratch);
    };
    let add = |a: &mut Counted, b: Counted| a.0.merge(&b.0);
    let threads = threads.min(rows.len() / BATCHES_A_THREAD).max(1);
    let (state, _) = add_up(rows.len(), threads, empty, count, add);
    Ok(TopRows::of(&state, &of))
}

/// The classes by place: without a plan there is no other vocabulary.
fn named(classes: &[String]) -> Vec<TopClass> {
    let class = |(place, name): (usize, &String)| TopClass { column: name.clone(), category: place as u32 };
    classes.iter().enumerate().map(class).collect()
}

/// Cells of the highest score, with quantiles of rows all over the batches.
fn learned(batches: &[Several]) -> Result<Binning, Error> {
    let step = batches.iter().map(|rows| rows.truths.len()).sum::<usize>().div_ceil(SAMPLE).max(1);
    let mut sample: Vec<f64> = Vec::new();
    for rows in batches {
        sample.extend(highest(&rows.scores(), rows.truths.len()).0.into_iter().step_by(step));
    }
    cells(sample)
}

/// Cells for these scores; those outside of [0, 1] are none.
pub(crate) fn cells(mut scores: Vec<f64>) -> Result<Binning, Error> {
    scores.retain(|score| (0.0..=1.0).contains(score));
    let recipe = Recipe::Outcome { thresholds: Vec::new() };
    Ok(Binning::fit(&recipe, Domain::Float, &Sample::floats(scores))?)
}

/// The columns of a batch, dictionaries of numbers spelt out.
struct Several {
    columns: Vec<ArrayRef>,
    truths: Vec<Truth>,
}

impl Several {
    fn of(batch: &RecordBatch, classes: &[String]) -> Result<Self, Error> {
        let columns = (0..classes.len()).map(|at| column(batch, at)).collect::<Result<_, _>>()?;
        let missing = || Error::Missing { column: "label".to_owned() };
        let label = batch.columns().get(classes.len()).ok_or_else(missing)?;
        let refused = || Error::Type { column: "label".to_owned(), found: label.data_type().to_string() };
        let truths = truths(&labels(label.as_ref()).ok_or_else(refused)?, classes);
        Ok(Self { columns, truths })
    }

    fn scores(&self) -> Vec<Cow<'_, [f64]>> {
        self.columns.iter().map(|array| doubles(array.as_ref())).collect()
    }
}

/// What each row's label is, looked up once for each text.
fn truths(labels: &Labels<'_>, classes: &[String]) -> Vec<Truth> {
    let place = |text: &str| classes.iter().position(|class| class == text);
    let of = |text: &Cow<'_, str>| {
        place(text).map_or(Truth::Unknown(Class::Undeclared), |class| Truth::Of(class as u8))
    };
    let known: Vec<Truth> = labels.texts.iter().map(of).collect();
    let special = |code: u32| match code {
        NULL | NAN => Truth::Unknown(Class::Missing),
        _ => Truth::Unknown(Class::Undeclared),
    };
    labels
        .codes
        .iter()
        .map(|&code| known.get(code as usize).copied().unwrap_or_else(|| special(code)))
        .collect()
}

fn column(batch: &RecordBatch, at: usize) -> Result<ArrayRef, Error> {
    let missing = || Error::Missing { column: "scores".to_owned() };
    let array = batch.columns().get(at).ok_or_else(missing)?;
    let array: ArrayRef = match array.data_type() {
        // Nothing but nulls says nothing of the type.
        DataType::Null => new_null_array(&DataType::Float64, array.len()),
        _ => spelt_out(Arc::clone(array)),
    };
    match numbers(array.as_ref()) {
        Some(_) => Ok(array),
        None => Err(Error::Type { column: "scores".to_owned(), found: array.data_type().to_string() }),
    }
}

/// Numbers as doubles; what is missing, or no number, is NaN.
pub(crate) fn doubles(array: &dyn Array) -> Cow<'_, [f64]> {
    let rows = array.len();
    let Some(numbers) = numbers(array) else { return Cow::Owned(vec![f64::NAN; rows]) };
    match pairing::scores(&Values::Numbers { numbers, validity: validity(array) }, rows) {
        Cow::Owned(scores) => Cow::Owned(scores),
        // The numbers borrow from the array, the values that held them are gone.
        Cow::Borrowed(scores) => Cow::Owned(scores.to_vec()),
    }
}
