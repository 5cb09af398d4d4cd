//! Scores and labels of two arrays, without a plan: what the single measures take.

use arrow_array::cast::AsArray;
use arrow_array::{Array, BooleanArray, RecordBatch};
use tallystick_core::batch::{Bits, Labels, NAN, NULL, Numbers, Values, spread};
use tallystick_core::binning::{Binning, Recipe, Sample};
use tallystick_core::compare::ScoredRows;
use tallystick_core::measure::Scored;
use tallystick_core::outcome::Class;
use tallystick_core::pairing;
use tallystick_core::parallel::add_up;
use tallystick_core::scalar::{Countable, Domain};
use tallystick_core::state::binary::{self, Apart, BinaryScratch};
use tallystick_core::state::{BinaryState, Grain};

use crate::error::Error;
use crate::labels::labels;
use crate::numbers::{numbers, validity};

/// How closely rows are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Sorted by score: a cell for every distinct score, whatever its size.
    Rows,
    /// The same of scores in [0, 1] alone.
    Probabilities,
    /// In the cells of a score, with all sums.
    Cells,
    /// In so many equal cells, with sums of squares only.
    Bins(u32),
}

/// Scores of so many rows are looked at for quantiles.
const SAMPLE: usize = 1 << 16;
/// A thread is started for so many batches.
const BATCHES_A_THREAD: usize = 8;

/// Counts the first column of each batch, the score, with the second, the label. A label is
/// positive when it is `positive`, or, without one, `true` or 1; then `false` and 0 are negative
/// and others undeclared.
///
/// # Errors
/// When the columns hold no numbers or no labels.
pub fn paired(
    batches: &[RecordBatch],
    positive: Option<&str>,
    thresholds: &[f64],
    depth: Depth,
    threads: usize,
) -> Result<ScoredRows, Error> {
    let pairs = batches.iter().map(|batch| Pairs::of(batch, positive));
    match depth {
        Depth::Rows => Ok(sorted(&pairs.collect::<Result<Vec<_>, _>>()?, f64::is_finite)),
        Depth::Probabilities => {
            let fits = |score: f64| (0.0..=1.0).contains(&score);
            Ok(sorted(&pairs.collect::<Result<Vec<_>, _>>()?, fits))
        }
        Depth::Cells => counted(batches, positive, &learned(batches, thresholds)?, false, threads),
        Depth::Bins(bins) => {
            let recipe = Recipe::Uniform { low: 0.0, high: 1.0, bins };
            let binning = Binning::fit(&recipe, Domain::Float, &Sample::floats(Vec::new()))?;
            counted(batches, positive, &binning, true, threads)
        }
    }
}

/// Cells of a score, with quantiles of the first rows.
fn learned(batches: &[RecordBatch], thresholds: &[f64]) -> Result<Binning, Error> {
    let mut sample: Vec<f64> = Vec::new();
    let step = batches.iter().map(RecordBatch::num_rows).sum::<usize>().div_ceil(SAMPLE).max(1);
    for batch in batches {
        let scores = scores(batch.column(0).as_ref())?;
        sample.extend(pairing::scores(&scores, batch.num_rows()).iter().step_by(step));
    }
    // A threshold outside of the scores' range needs no edge.
    let inside = thresholds.iter().copied().filter(|t| (0.0..=1.0).contains(t));
    let recipe = Recipe::Outcome { thresholds: inside.collect() };
    Ok(Binning::fit(&recipe, Domain::Float, &Sample::floats(sample))?)
}

/// What one thread counts, and the buffers it keeps between batches.
struct Counter<'a> {
    state: BinaryState,
    binning: &'a Binning,
    scratch: BinaryScratch,
    classes: Vec<u8>,
    error: Option<Error>,
}

impl Counter<'_> {
    fn count(&mut self, batch: &RecordBatch, positive: Option<&str>) -> Result<(), Error> {
        classes(batch.column(1).as_ref(), positive, &mut self.classes)?;
        let scores = scores(batch.column(0).as_ref())?;
        let scores = pairing::scores(&scores, batch.num_rows());
        let state = (&mut self.state, Grain::Fine);
        binary::count(&scores, &self.classes, self.binning, state, &mut self.scratch);
        Ok(())
    }
}

fn counted(
    batches: &[RecordBatch],
    positive: Option<&str>,
    binning: &Binning,
    squares_only: bool,
    threads: usize,
) -> Result<ScoredRows, Error> {
    let empty = || Counter {
        state: BinaryState::new(binning, Grain::Fine),
        binning,
        scratch: BinaryScratch::for_squares(squares_only),
        classes: Vec::new(),
        error: None,
    };
    let count = |counter: &mut Counter<'_>, i: usize| {
        if let Err(error) = counter.count(&batches[i], positive) {
            counter.error = Some(error);
        }
    };
    let add = |a: &mut Counter<'_>, b: Counter<'_>| {
        a.state.merge(&b.state);
        a.error = a.error.take().or(b.error);
    };
    let threads = threads.min(batches.len() / BATCHES_A_THREAD).max(1);
    let Counter { state, error, .. } = add_up(batches.len(), threads, empty, count, add);
    match error {
        Some(error) => Err(error),
        None => Ok(ScoredRows {
            rows: state.rows(),
            scored: state.scored(binning, Grain::Fine),
            unknown: state.unknown(binning, Grain::Fine),
            apart: state.apart,
        }),
    }
}

/// A cell for each distinct score that fits.
fn sorted(pairs: &[Pairs<'_>], fits: impl Fn(f64) -> bool) -> ScoredRows {
    let (mut rows, mut apart) = (Vec::new(), Apart::default());
    for pairs in pairs {
        let scores = pairing::scores(&pairs.scores, pairs.classes.len());
        for (&score, &class) in scores.iter().zip(&pairs.classes) {
            if class <= Class::Positive as u8 && fits(score) {
                rows.push((score, class == Class::Positive as u8));
            } else {
                apart.set_aside(score, class, fits(score));
            }
        }
    }
    let all = pairs.iter().map(|pairs| pairs.classes.len() as u64).sum();
    ScoredRows { scored: Scored::of_rows(rows), unknown: Vec::new(), apart, rows: all }
}

/// The two columns of a batch.
struct Pairs<'a> {
    scores: Values<'a>,
    classes: Vec<u8>,
}

impl<'a> Pairs<'a> {
    fn of(batch: &'a RecordBatch, positive: Option<&str>) -> Result<Self, Error> {
        let mut found = Vec::new();
        classes(batch.column(1).as_ref(), positive, &mut found)?;
        Ok(Self { scores: scores(batch.column(0).as_ref())?, classes: found })
    }
}

fn scores(array: &dyn Array) -> Result<Values<'_>, Error> {
    let refused = || Error::Type { column: "score".to_owned(), found: array.data_type().to_string() };
    let numbers = numbers(array).ok_or_else(refused)?;
    Ok(Values::Numbers { numbers, validity: validity(array) })
}

/// The class of every row. Booleans and integers are compared as they are; other labels are looked
/// up once for each text.
fn classes(array: &dyn Array, positive: Option<&str>, found: &mut Vec<u8>) -> Result<(), Error> {
    found.clear();
    if let Some(flags) = array.as_boolean_opt() {
        of_flags(flags, positive, found);
    } else if let Some(integers) = numbers(array).filter(|_| array.data_type().is_integer()) {
        of_integers(&integers, positive, found);
    } else {
        let refused = || Error::Type { column: "label".to_owned(), found: array.data_type().to_string() };
        of_labels(&labels(array).ok_or_else(refused)?, positive, found);
        return Ok(());
    }
    if let Some(bits) = validity(array) {
        let absent = found.iter_mut().enumerate().filter(|(row, _)| !bits.get(*row));
        absent.for_each(|(_, class)| *class = Class::Missing as u8);
    }
    Ok(())
}

/// The class of a label in canonical text.
fn class(text: &str, positive: Option<&str>) -> Class {
    match positive {
        Some(positive) if text == positive => Class::Positive,
        Some(_) => Class::Negative,
        None if matches!(text, "true" | "1") => Class::Positive,
        None if matches!(text, "false" | "0") => Class::Negative,
        None => Class::Undeclared,
    }
}

fn of_flags(flags: &BooleanArray, positive: Option<&str>, found: &mut Vec<u8>) {
    let [no, yes] = ["false", "true"].map(|text| class(text, positive) as u8);
    spread(Bits::new(flags.values().values(), flags.values().offset()), flags.len(), found);
    if [no, yes] != [0, 1] {
        found.iter_mut().for_each(|class| *class = if *class == 1 { yes } else { no });
    }
}

fn of_integers(integers: &Numbers<'_>, positive: Option<&str>, found: &mut Vec<u8>) {
    fn of<T: Countable>(values: &[T], positive: Option<&str>, found: &mut Vec<u8>) {
        let Some(positive) = positive else {
            let class = |v: &T| match v.to_i128() {
                0 => Class::Negative,
                1 => Class::Positive,
                _ => Class::Undeclared,
            };
            return found.extend(values.iter().map(|v| class(v) as u8));
        };
        // A text that is no integer in canonical form is no label of such a column.
        let wanted = positive.parse::<i128>().ok().filter(|wanted| wanted.to_string() == positive);
        found.extend(values.iter().map(|v| u8::from(Some(v.to_i128()) == wanted)));
    }
    match integers {
        Numbers::I8(v) => of(v, positive, found),
        Numbers::I16(v) => of(v, positive, found),
        Numbers::I32(v) => of(v, positive, found),
        Numbers::I64(v) => of(v, positive, found),
        Numbers::U8(v) => of(v, positive, found),
        Numbers::U16(v) => of(v, positive, found),
        Numbers::U32(v) => of(v, positive, found),
        Numbers::U64(v) => of(v, positive, found),
        Numbers::F64(_) | Numbers::F32(_) => {}
    }
}

fn of_labels(labels: &Labels<'_>, positive: Option<&str>, found: &mut Vec<u8>) {
    let known: Vec<u8> = labels.texts.iter().map(|text| class(text, positive) as u8).collect();
    let special =
        |code: u32| if matches!(code, NULL | NAN) { Class::Missing } else { Class::Undeclared } as u8;
    let of = |code: &u32| known.get(*code as usize).copied().unwrap_or_else(|| special(*code));
    found.extend(labels.codes.iter().map(of));
}
