//! Scores and labels of two arrays, without a plan: what the single measures take.

use arrow_array::{Array, RecordBatch};
use tallystick_core::batch::{Labels, NAN, NULL, Values};
use tallystick_core::binning::{Binning, Recipe, Sample};
use tallystick_core::compare::ScoredRows;
use tallystick_core::measure::Scored;
use tallystick_core::outcome::Class;
use tallystick_core::pairing;
use tallystick_core::parallel::add_up;
use tallystick_core::scalar::Domain;
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

fn counted(
    batches: &[RecordBatch],
    positive: Option<&str>,
    binning: &Binning,
    squares_only: bool,
    threads: usize,
) -> Result<ScoredRows, Error> {
    type Counted = (BinaryState, BinaryScratch, Option<Error>);
    let empty = || (BinaryState::new(binning, Grain::Fine), BinaryScratch::for_squares(squares_only), None);
    let count = |(state, scratch, error): &mut Counted, i: usize| match Pairs::of(&batches[i], positive) {
        Ok(pairs) => {
            let scores = pairing::scores(&pairs.scores, pairs.classes.len());
            binary::count(&scores, &pairs.classes, binning, (state, Grain::Fine), scratch);
        }
        Err(found) => *error = Some(found),
    };
    let add = |a: &mut Counted, b: Counted| {
        a.0.merge(&b.0);
        a.2 = a.2.take().or(b.2);
    };
    let threads = threads.min(batches.len() / BATCHES_A_THREAD).max(1);
    match add_up(batches.len(), threads, empty, count, add) {
        (_, _, Some(error)) => Err(error),
        (state, ..) => Ok(ScoredRows {
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
        let label = batch.column(1).as_ref();
        let refused = || Error::Type { column: "label".to_owned(), found: label.data_type().to_string() };
        let labels = labels(label).ok_or_else(refused)?;
        Ok(Self { scores: scores(batch.column(0).as_ref())?, classes: classes(&labels, positive) })
    }
}

fn scores(array: &dyn Array) -> Result<Values<'_>, Error> {
    let refused = || Error::Type { column: "score".to_owned(), found: array.data_type().to_string() };
    let numbers = numbers(array).ok_or_else(refused)?;
    Ok(Values::Numbers { numbers, validity: validity(array) })
}

fn classes(labels: &Labels<'_>, positive: Option<&str>) -> Vec<u8> {
    let class = |text: &str| match positive {
        Some(positive) if text == positive => Class::Positive,
        Some(_) => Class::Negative,
        None if matches!(text, "true" | "1") => Class::Positive,
        None if matches!(text, "false" | "0") => Class::Negative,
        None => Class::Undeclared,
    };
    let known: Vec<u8> = labels.texts.iter().map(|text| class(text) as u8).collect();
    let special =
        |code: u32| if matches!(code, NULL | NAN) { Class::Missing } else { Class::Undeclared } as u8;
    let of = |code: &u32| known.get(*code as usize).copied().unwrap_or_else(|| special(*code));
    labels.codes.iter().map(of).collect()
}
