//! Plans from samples of Arrow data.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use hashbrown::HashMap;
use tallystick_core::batch::{Numbers, Values};
use tallystick_core::binning::{Binning, Recipe, Sample};
use tallystick_core::outcome::{Number, Outcome, Quantile, Target, Top, TopClass};
use tallystick_core::pairing;
use tallystick_core::parallel::add_up;
use tallystick_core::plan::{Column, Counter, Role};
use tallystick_core::predictions::highest;
use tallystick_core::scalar::{Countable, Domain};
use tallystick_core::vocabulary::Vocabulary;

use crate::error::Error;
use crate::labels::labels;
use crate::numbers::{numbers, spelt_out, times, validity};
use crate::supported::{domain, is_supported};
use crate::tops::{cells, doubles};

/// How a column is to be counted, before its sample is seen.
#[derive(Clone, Debug)]
pub enum Kind {
    /// In cells.
    Numeric(Recipe),
    /// By category: the given ones, or at most so many learned ones.
    Categorical {
        /// Frozen list, in this order.
        categories: Option<Vec<String>>,
        /// Cap of a learned list.
        most: usize,
    },
}

/// One column of the plan to be.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// How it is to be counted.
    pub kind: Kind,
}

/// A score whose labels are to be counted, before a sample is seen.
#[derive(Clone, Debug)]
pub struct OutcomeRequest {
    /// The score's column.
    pub score: String,
    /// The label's column.
    pub label: String,
    /// What the score says of the label.
    pub target: TargetRequest,
}

/// What a score says of its label, before a sample is seen.
#[derive(Clone, Debug)]
pub enum TargetRequest {
    /// How probable one category is.
    Class(ClassRequest),
    /// Its value; columns that foretell its quantiles, each with the share of labels expected at or
    /// below.
    Number(Vec<(String, f64)>),
    /// Which of several categories it is: each with the column of its scores.
    Top(Vec<(String, String)>),
}

/// A score of classes, before a sample is seen.
#[derive(Clone, Debug)]
pub struct ClassRequest {
    /// The label that the score is the probability of; `None` when it is `true` or 1.
    pub positive: Option<String>,
    /// Cuts to measure decisions at.
    pub thresholds: Vec<f64>,
}

/// Labels that need no declaration: the second one is positive.
const USUAL: [[&str; 2]; 2] = [["false", "true"], ["0", "1"]];

/// Finds the positive label of each outcome and learns the cells of its score. A label that the
/// sample lacks joins the vocabulary.
///
/// # Errors
/// When a column is missing, or the positive label has to be declared.
pub fn fit_outcomes(
    requests: &[OutcomeRequest],
    columns: &mut [Column],
    batches: &[RecordBatch],
) -> Result<Vec<Outcome>, Error> {
    requests.iter().map(|request| fit_outcome(request, columns, batches)).collect()
}

fn fit_outcome(
    request: &OutcomeRequest,
    columns: &mut [Column],
    batches: &[RecordBatch],
) -> Result<Outcome, Error> {
    match &request.target {
        TargetRequest::Class(classes) => fit_classes(request, classes, columns, batches),
        TargetRequest::Number(quantiles) => {
            let target = Target::Number(fit_number(request, quantiles, batches)?);
            Ok(Outcome { score: request.score.clone(), label: request.label.clone(), target })
        }
        TargetRequest::Top(classes) => {
            let target = Target::Top(fit_top(request, classes, columns, batches)?);
            Ok(Outcome { score: request.score.clone(), label: request.label.clone(), target })
        }
    }
}

/// Grids of residuals, from rows of the sample that have both columns.
fn fit_number(
    request: &OutcomeRequest,
    quantiles: &[(String, f64)],
    batches: &[RecordBatch],
) -> Result<Number, Error> {
    let label = &request.label;
    let foretold = quantiles.iter().map(|(column, share)| {
        Ok(Quantile::learn(column.clone(), *share, pairs_of(column, label, batches))?)
    });
    let foretold = foretold.collect::<Result<Vec<_>, Error>>()?;
    Ok(Number::learn(pairs_of(&request.score, label, batches))?.with_quantiles(foretold)?)
}

/// Two columns of the sample side by side.
fn pairs_of(prediction: &str, label: &str, batches: &[RecordBatch]) -> Vec<(f64, f64)> {
    let column = |batch: &RecordBatch, name: &str| batch.column_by_name(name).cloned().map(spelt_out);
    let mut pairs: Vec<(f64, f64)> = Vec::new();
    for batch in batches {
        let doubles = |array: Option<ArrayRef>| match array.as_deref() {
            Some(array) => doubles_of(array, batch.num_rows()),
            None => vec![f64::NAN; batch.num_rows()],
        };
        let (predictions, labels) = (doubles(column(batch, prediction)), doubles(column(batch, label)));
        pairs.extend(predictions.into_iter().zip(labels));
    }
    pairs
}

/// Numbers as doubles; what is missing, or no number, is NaN.
fn doubles_of(array: &dyn Array, rows: usize) -> Vec<f64> {
    let absent = || vec![f64::NAN; rows];
    numbers(array).map_or_else(absent, |numbers| {
        let values = Values::Numbers { numbers, validity: validity(array) };
        pairing::scores(&values, rows).into_owned()
    })
}

/// The vocabulary of the label's column.
fn label_vocabulary<'a>(
    request: &OutcomeRequest,
    columns: &'a mut [Column],
) -> Result<&'a mut Arc<Vocabulary>, Error> {
    match columns.iter_mut().find(|column| column.name == request.label) {
        Some(Column { counter: Counter::Categorical(vocabulary), .. }) => Ok(vocabulary),
        _ => Err(Error::Missing { column: request.label.clone() }),
    }
}

/// Categories of several classes, and cells of the highest score of a row. A label that the sample
/// lacks joins the vocabulary.
fn fit_top(
    request: &OutcomeRequest,
    classes: &[(String, String)],
    columns: &mut [Column],
    batches: &[RecordBatch],
) -> Result<Top, Error> {
    let vocabulary = label_vocabulary(request, columns)?;
    let held = vocabulary.categories();
    let missing = classes.iter().map(|(category, _)| category).filter(|label| !held.contains(label));
    let known: Vec<String> = held.iter().chain(missing).cloned().collect();
    let place = |(category, column): &(String, String)| {
        let category = known.iter().position(|label| label == category).unwrap_or(0) as u32;
        TopClass { column: column.clone(), category }
    };
    let places = classes.iter().map(place).collect();
    *vocabulary = Arc::new(Vocabulary::new(known)?);
    let mut confidence: Vec<f64> = Vec::new();
    for batch in batches {
        let column = |(_, name): &(String, String)| batch.column_by_name(name).cloned().map(spelt_out);
        let arrays: Vec<ArrayRef> = classes.iter().filter_map(column).collect();
        let scores: Vec<_> = arrays.iter().map(|array| doubles(array.as_ref())).collect();
        confidence.extend(highest(&scores, batch.num_rows()).0);
    }
    Ok(Top::new(places, Arc::new(cells(confidence)?))?)
}

/// Cells of a score of classes, and its positive label.
fn fit_classes(
    request: &OutcomeRequest,
    classes: &ClassRequest,
    columns: &mut [Column],
    batches: &[RecordBatch],
) -> Result<Outcome, Error> {
    let vocabulary = label_vocabulary(request, columns)?;
    let held = vocabulary.categories();
    let declared = classes.positive.clone().map(|positive| vec![positive]);
    let usual = |pair: &[&str; 2]| held.iter().all(|label| pair.contains(&label.as_str()));
    let wanted: Vec<String> = match declared {
        Some(positive) => positive,
        None => USUAL.iter().find(|pair| usual(pair)).map(|pair| pair.map(str::to_owned).to_vec()).ok_or_else(
            || tallystick_core::Error::Parameter {
                name: "positive".to_owned(),
                expected: "the label that the score is the probability of, unless labels are false and true, or 0 and 1; \
                     of a score that foretells a number none, but label.kind = \"number\""
                    .to_owned(),
            },
        )?,
    };
    let missing = wanted.iter().filter(|label| !held.contains(label)).cloned();
    let known: Vec<String> = held.iter().cloned().chain(missing).collect();
    let positive = known.iter().position(|label| Some(label) == wanted.last()).unwrap_or(0) as u32;
    *vocabulary = Arc::new(Vocabulary::new(known)?);
    let arrays: Vec<ArrayRef> =
        batches.iter().filter_map(|b| b.column_by_name(&request.score).cloned()).collect();
    let recipe = Recipe::Outcome { thresholds: classes.thresholds.clone() };
    let binning = Binning::fit(&recipe, Domain::Float, &sample(Domain::Float, &arrays))?;
    let names = (request.score.clone(), request.label.clone());
    Ok(Outcome::new(names, positive, Arc::new(binning), classes.thresholds.clone())?)
}

/// Learns the counters of columns from sample batches, a column at a time on each thread.
///
/// # Errors
/// When a column is in no batch or of a type that its kind cannot count.
pub fn fit(requests: &[Request], batches: &[RecordBatch], threads: usize) -> Result<Vec<Column>, Error> {
    let learn = |learned: &mut Learned, i: usize| {
        learned.insert(i, fit_column(&requests[i], batches));
    };
    let add = |a: &mut Learned, b: Learned| a.extend(b);
    let learned = add_up(requests.len(), threads, Learned::new, learn, add);
    // In the order of the requests, also as to which error is told.
    learned.into_values().collect()
}

type Learned = BTreeMap<usize, Result<Column, Error>>;

fn fit_column(request: &Request, batches: &[RecordBatch]) -> Result<Column, Error> {
    let arrays: Vec<ArrayRef> =
        batches.iter().filter_map(|b| b.column_by_name(&request.name).cloned()).collect();
    let Some(first) = arrays.first() else {
        return Err(Error::Missing { column: request.name.clone() });
    };
    let refused = |found: &DataType| Error::Type { column: request.name.clone(), found: found.to_string() };
    if let Some(array) = arrays.iter().find(|a| !is_supported(a.data_type())) {
        return Err(refused(array.data_type()));
    }
    let counter = match &request.kind {
        Kind::Numeric(recipe) => {
            let domain = domain(first.data_type()).ok_or_else(|| refused(first.data_type()))?;
            Counter::Numeric(Arc::new(Binning::fit(recipe, domain, &sample(domain, &arrays))?))
        }
        Kind::Categorical { categories: Some(given), .. } => {
            Counter::Categorical(Arc::new(Vocabulary::new(given.clone())?))
        }
        Kind::Categorical { categories: None, most } => {
            let counts = count_texts(&arrays).ok_or_else(|| refused(first.data_type()))?;
            Counter::Categorical(Arc::new(Vocabulary::learn(counts, *most)?))
        }
    };
    Ok(Column { name: request.name.clone(), role: request.role, counter })
}

fn count_texts(arrays: &[ArrayRef]) -> Option<HashMap<String, u64>> {
    let mut counts: HashMap<String, u64> = HashMap::new();
    for array in arrays {
        let labels = labels(array.as_ref())?;
        let mut rows_of = vec![0_u64; labels.texts.len()];
        for &code in &*labels.codes {
            if let Some(rows) = rows_of.get_mut(code as usize) {
                *rows += 1;
            }
        }
        for (text, rows) in labels.texts.iter().zip(rows_of).filter(|(_, rows)| *rows > 0) {
            match counts.get_mut(text.as_ref()) {
                Some(held) => *held += rows,
                None => {
                    counts.insert(text.clone().into_owned(), rows);
                }
            }
        }
    }
    Some(counts)
}

/// Present finite values of the arrays that share the domain of the first.
fn sample(domain: Domain, arrays: &[ArrayRef]) -> Sample {
    let (mut floats, mut integers) = (Vec::new(), Vec::new());
    for array in arrays {
        let array = spelt_out(array.clone());
        let array: &dyn Array = array.as_ref();
        let bits = validity(array);
        let present = |row: usize| bits.is_none_or(|b| b.get(row));
        match (domain, numbers(array), times(array)) {
            (Domain::Temporal(own), None, Some(Values::Times { ticks, unit, .. })) => {
                let rows = ticks.iter().enumerate().filter(|(row, _)| present(*row));
                integers.extend(rows.map(|(_, tick)| i128::from(unit.convert(*tick, own))));
            }
            (Domain::Float, Some(numbers), _) => {
                each(numbers, present, |value, _| floats.push(value));
            }
            (Domain::Integer, Some(numbers), _) => {
                each(numbers, present, |_, value| integers.push(value));
            }
            _ => {}
        }
    }
    if domain == Domain::Float { Sample::floats(floats) } else { Sample::integers(integers) }
}

/// Calls `with` on every present finite number, as a double and as an integer.
fn each(numbers: Numbers<'_>, present: impl Fn(usize) -> bool, mut with: impl FnMut(f64, i128)) {
    fn all<T: Countable>(values: &[T], present: impl Fn(usize) -> bool, with: &mut impl FnMut(f64, i128)) {
        for (_, value) in values.iter().enumerate().filter(|(row, v)| present(*row) && v.is_finite()) {
            with(value.to_f64(), value.to_i128());
        }
    }
    match numbers {
        Numbers::F64(v) => all(v, present, &mut with),
        Numbers::F32(v) => all(v, present, &mut with),
        Numbers::I8(v) => all(v, present, &mut with),
        Numbers::I16(v) => all(v, present, &mut with),
        Numbers::I32(v) => all(v, present, &mut with),
        Numbers::I64(v) => all(v, present, &mut with),
        Numbers::U8(v) => all(v, present, &mut with),
        Numbers::U16(v) => all(v, present, &mut with),
        Numbers::U32(v) => all(v, present, &mut with),
        Numbers::U64(v) => all(v, present, &mut with),
    }
}
