//! Rows by score and binary label: what calibration, ranking and decisions are measured from.

use tallystick_kernels::scores::{LOGIT_BITS, LOSS_BITS, SCORE_BITS, ScoreTally, score_sums};
use tallystick_kernels::{BLOCK, scores};

use super::{Grain, Rows};
use crate::binning::Binning;
use crate::measure::scored;
use crate::outcome::{Class, Outcome};

/// Rows of a cell by class, and their scores in units of `2^-44`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClassCounts {
    /// Rows of negatives and positives.
    pub rows: [u64; 2],
    /// Sums of their scores.
    pub units: [u128; 2],
}

/// Rows that are in no cell, each kind apart: the first reason that holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Without a label.
    pub unlabelled: u64,
    /// With a label that the vocabulary does not have.
    pub undeclared: u64,
    /// Too young for their label to be final.
    pub immature: u64,
    /// With a label, of either class, and no score: null, NaN or of another type.
    pub unscored: [u64; 2],
    /// With a label and a score outside of [0, 1].
    pub outside: [u64; 2],
}

impl LeftOut {
    /// In the order of the format.
    #[must_use]
    pub fn to_array(self) -> [u64; 7] {
        let ([a, b], [c, d]) = (self.unscored, self.outside);
        [self.unlabelled, self.undeclared, self.immature, a, b, c, d]
    }

    /// The inverse of [`LeftOut::to_array`].
    #[must_use]
    pub fn from_array([unlabelled, undeclared, immature, a, b, c, d]: [u64; 7]) -> Self {
        Self { unlabelled, undeclared, immature, unscored: [a, b], outside: [c, d] }
    }

    /// All of them.
    #[must_use]
    pub fn total(self) -> u64 {
        self.to_array().iter().sum()
    }

    fn see(&mut self, score: f64, class: u8) {
        let of_class = usize::from(class).min(1);
        *match class {
            c if c == Class::Missing as u8 => &mut self.unlabelled,
            c if c == Class::Undeclared as u8 => &mut self.undeclared,
            c if c == Class::Immature as u8 => &mut self.immature,
            _ if score.is_nan() => &mut self.unscored[of_class],
            _ => &mut self.outside[of_class],
        } += 1;
    }

    fn merge(&mut self, other: Self) {
        let (a, b) = (self.to_array(), other.to_array());
        *self = Self::from_array(std::array::from_fn(|i| a[i] + b[i]));
    }
}

/// Integer sums over the rows in cells; units are those of the kernels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BinarySums {
    /// Squared scores by class.
    pub squares: [i128; 2],
    /// Finite losses.
    pub loss: i128,
    /// Rows of infinite loss.
    pub infinite: i128,
    /// See [`scored::ScoreSums::spiegelhalter`].
    pub spiegelhalter: i128,
    /// See [`scored::ScoreSums::information`].
    pub information: [i128; 3],
    /// See [`scored::ScoreSums::slope`].
    pub slope: i128,
}

impl BinarySums {
    /// In the order of the format.
    #[must_use]
    pub fn to_array(self) -> [i128; 9] {
        let ([a, b], [w, wl, wll]) = (self.squares, self.information);
        [a, b, self.loss, self.infinite, self.spiegelhalter, w, wl, wll, self.slope]
    }

    /// The inverse of [`BinarySums::to_array`].
    #[must_use]
    pub fn from_array([a, b, loss, infinite, spiegelhalter, w, wl, wll, slope]: [i128; 9]) -> Self {
        Self { squares: [a, b], loss, infinite, spiegelhalter, information: [w, wl, wll], slope }
    }

    fn add(&mut self, block: &scores::ScoreSums) {
        let ([a, b], [w, wl, wll]) = (block.squares, block.information);
        let more = [a, b, block.loss, block.infinite, block.spiegelhalter, w, wl, wll, block.slope];
        self.merge(Self::from_array(more.map(i128::from)));
    }

    fn merge(&mut self, other: Self) {
        let (a, b) = (self.to_array(), other.to_array());
        *self = Self::from_array(std::array::from_fn(|i| a[i] + b[i]));
    }
}

/// The counts of one outcome in one slice.
#[derive(Clone, Debug, PartialEq)]
pub struct BinaryState {
    /// By cell of the outcome's binning; in slices by coarse cell.
    pub cells: Vec<ClassCounts>,
    /// Over all rows in cells.
    pub sums: BinarySums,
    /// Rows in none.
    pub left_out: LeftOut,
}

impl BinaryState {
    /// No rows yet.
    #[must_use]
    pub fn new(binning: &Binning, grain: Grain) -> Self {
        let width = if grain == Grain::Fine { binning.cells() } else { binning.coarse_cells() };
        Self {
            cells: vec![ClassCounts::default(); width.unwrap_or(0)],
            sums: BinarySums::default(),
            left_out: LeftOut::default(),
        }
    }

    /// Adds other rows.
    pub fn merge(&mut self, other: &Self) {
        for (a, b) in self.cells.iter_mut().zip(&other.cells) {
            for class in 0..2 {
                a.rows[class] += b.rows[class];
                a.units[class] += b.units[class];
            }
        }
        self.sums.merge(other.sums);
        self.left_out.merge(other.left_out);
    }

    /// Rows in cells, by class.
    #[must_use]
    pub fn labelled(&self) -> [u64; 2] {
        self.cells.iter().fold([0; 2], |[a, b], cell| [a + cell.rows[0], b + cell.rows[1]])
    }

    /// All rows: nothing is dropped silently.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.labelled().iter().sum::<u64>() + self.left_out.total()
    }

    /// The table that measures take. Empty cells are left out.
    #[must_use]
    pub fn scored(&self, outcome: &Outcome, grain: Grain) -> scored::Scored {
        let binning = &outcome.binning;
        let cell = |(at, counts): (usize, &ClassCounts)| {
            let (low, high) = match grain {
                Grain::Fine => binning.bounds(at as i32),
                Grain::Coarse => binning.coarse_bounds(at as i32),
            };
            scored::ScoreCell {
                low,
                high,
                single: false,
                rows: counts.rows.map(|rows| rows as f64),
                scores: counts.units.map(|units| units as f64 / 2_f64.powi(SCORE_BITS)),
            }
        };
        let occupied = self.cells.iter().enumerate().filter(|(_, counts)| counts.rows != [0; 2]);
        let sums = &self.sums;
        let scaled = |units: i128, bits: i32| units as f64 / 2_f64.powi(bits);
        scored::Scored {
            cells: occupied.map(cell).collect(),
            sums: scored::ScoreSums {
                squares: sums.squares.map(|units| scaled(units, SCORE_BITS)),
                log_loss: scaled(sums.loss, LOSS_BITS),
                infinite_loss: sums.infinite as f64,
                spiegelhalter: scaled(sums.spiegelhalter, SCORE_BITS),
                information: sums.information.map(|units| scaled(units, LOGIT_BITS)),
                slope: scaled(sums.slope, LOGIT_BITS),
            },
            effective: self.labelled().map(|rows| rows as f64),
        }
    }
}

/// Buffers of the loop, kept between batches.
#[derive(Debug, Default)]
pub(crate) struct BinaryScratch {
    tally: ScoreTally,
    cells: Vec<u32>,
    scores: Vec<f64>,
    classes: Vec<u8>,
    gathered: (Vec<f64>, Vec<u8>),
}

/// Fewer rows are counted one by one: opening a tally costs more.
const FEW: usize = 64;

/// Counts rows into one state; a score that is missing is NaN, a class that of [`Class`].
pub(crate) fn count(
    scores: &[f64],
    classes: &[u8],
    outcome: &Outcome,
    (state, grain): (&mut BinaryState, Grain),
    scratch: &mut BinaryScratch,
) {
    let finder = outcome.binning.finder::<f64>(grain);
    let tallied = scores.len() > FEW;
    if tallied {
        scratch.tally.open(state.cells.len());
    }
    for (scores, classes) in scores.chunks(BLOCK).zip(classes.chunks(BLOCK)) {
        let whole = scores::all_countable(scores, classes);
        if !whole {
            keep_countable(scores, classes, &mut state.left_out, scratch);
        }
        let BinaryScratch { tally, cells, scores: kept, classes: kept_classes, .. } = scratch;
        let (scores, classes) = if whole { (scores, classes) } else { (&kept[..], &kept_classes[..]) };
        cells.resize(scores.len(), 0);
        finder.find(scores, cells);
        if !tallied {
            add_few(cells, scores, classes, state);
        } else {
            tally.add(cells, scores, classes);
            if tally.is_full() {
                settle(tally, state);
            }
        }
        state.sums.add(&score_sums(scores, classes));
    }
    if tallied {
        settle(&mut scratch.tally, state);
    }
}

fn settle(tally: &mut ScoreTally, state: &mut BinaryState) {
    tally.settle(|cell, class, rows, units| {
        state.cells[cell].rows[class] += rows;
        state.cells[cell].units[class] += u128::from(units);
    });
}

fn add_few(cells: &[u32], scores: &[f64], classes: &[u8], state: &mut BinaryState) {
    for ((cell, score), class) in cells.iter().zip(scores).zip(classes) {
        let counts = &mut state.cells[*cell as usize];
        counts.rows[usize::from(*class)] += 1;
        counts.units[usize::from(*class)] += u128::from(scores::units(*score));
    }
}

/// The rows that belong to a cell; the others are counted by their reason.
fn keep_countable(scores: &[f64], classes: &[u8], left_out: &mut LeftOut, scratch: &mut BinaryScratch) {
    scratch.scores.clear();
    scratch.classes.clear();
    for (&score, &class) in scores.iter().zip(classes) {
        if class < 2 && (0.0..=1.0).contains(&score) {
            scratch.scores.push(score);
            scratch.classes.push(class);
        } else {
            left_out.see(score, class);
        }
    }
}

/// Counts the rows of a leaf into its state.
pub(crate) fn count_leaf(
    (scores, classes): (&[f64], &[u8]),
    rows: &Rows<'_>,
    outcome: &Outcome,
    state: &mut BinaryState,
    scratch: &mut BinaryScratch,
) {
    match rows {
        Rows::Range(range) => {
            let (scores, classes) = (&scores[range.clone()], &classes[range.clone()]);
            count(scores, classes, outcome, (state, Grain::Coarse), scratch);
        }
        Rows::List(rows) => {
            let (mut some, mut theirs) = std::mem::take(&mut scratch.gathered);
            some.clear();
            theirs.clear();
            some.extend(rows.iter().map(|row| scores[*row as usize]));
            theirs.extend(rows.iter().map(|row| classes[*row as usize]));
            count(&some, &theirs, outcome, (state, Grain::Coarse), scratch);
            scratch.gathered = (some, theirs);
        }
    }
}
