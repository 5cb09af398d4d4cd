//! Rows by score and binary label: what calibration, ranking and decisions are measured from.

use tallystick_kernels::scores::{CLASSES, LOGIT_BITS, LOSS_BITS, SCORE_BITS, ScoreTally};
use tallystick_kernels::search::Finder;
use tallystick_kernels::{BLOCK, scores};

use super::{Grain, Rows};
use crate::binning::Binning;
use crate::measure::scored;
use crate::measure::scored::estimate::UnlabelledCell;
use crate::outcome::Class;

/// Rows of a cell by class, and their scores in units of `2^-44`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClassCounts {
    /// Rows of negatives, of positives, and of those whose label is not known.
    pub rows: [u64; CLASSES],
    /// Sums of their scores.
    pub units: [u128; CLASSES],
}

/// Place of rows whose label is not known among the classes.
pub const UNKNOWN: usize = 2;

/// Rows whose label is not known, and rows that are in no cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Apart {
    /// Without a label.
    pub unlabelled: u64,
    /// With a label that the vocabulary does not have.
    pub undeclared: u64,
    /// Too young for their label to be final.
    pub immature: u64,
    /// By class, in no cell: the score is null, NaN or of another type.
    pub unscored: [u64; CLASSES],
    /// By class, in no cell: the score is outside of [0, 1].
    pub outside: [u64; CLASSES],
}

impl Apart {
    /// In the order of the format.
    #[must_use]
    pub fn to_array(self) -> [u64; 9] {
        let ([a, b, c], [d, e, f]) = (self.unscored, self.outside);
        [self.unlabelled, self.undeclared, self.immature, a, b, c, d, e, f]
    }

    /// The inverse of [`Apart::to_array`].
    #[must_use]
    pub fn from_array([unlabelled, undeclared, immature, a, b, c, d, e, f]: [u64; 9]) -> Self {
        Self { unlabelled, undeclared, immature, unscored: [a, b, c], outside: [d, e, f] }
    }

    /// Rows without a known label, in cells or not.
    #[must_use]
    pub fn unknown(&self) -> u64 {
        self.unlabelled + self.undeclared + self.immature
    }

    /// Rows that are in no cell.
    #[must_use]
    pub fn uncounted(&self) -> u64 {
        self.unscored.iter().chain(&self.outside).sum()
    }

    /// Sees a row whose label is not known; its class, one of three.
    fn see_label(&mut self, class: u8) -> u8 {
        *match class {
            c if c == Class::Missing as u8 => &mut self.unlabelled,
            c if c == Class::Undeclared as u8 => &mut self.undeclared,
            c if c == Class::Immature as u8 => &mut self.immature,
            known => return known,
        } += 1;
        UNKNOWN as u8
    }

    /// Sees a row; its class if it belongs to a cell.
    #[inline]
    pub fn see(&mut self, score: f64, class: u8) -> Option<u8> {
        let class = self.see_label(class);
        if (0.0..=1.0).contains(&score) {
            return Some(class);
        }
        let left = if score.is_nan() { &mut self.unscored } else { &mut self.outside };
        left[usize::from(class)] += 1;
        None
    }

    /// Sees a row that is not counted: for its label alone when the score `fits`.
    pub fn set_aside(&mut self, score: f64, class: u8, fits: bool) {
        let class = usize::from(self.see_label(class));
        let left = if fits {
            return;
        } else if score.is_nan() {
            &mut self.unscored
        } else {
            &mut self.outside
        };
        left[class] += 1;
    }

    /// Adds other rows.
    pub fn merge(&mut self, other: Self) {
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
    /// Rows without a label or in no cell.
    pub apart: Apart,
}

impl BinaryState {
    /// No rows yet.
    #[must_use]
    pub fn new(binning: &Binning, grain: Grain) -> Self {
        let width = if grain == Grain::Fine { binning.cells() } else { binning.coarse_cells() };
        Self {
            cells: vec![ClassCounts::default(); width.unwrap_or(0)],
            sums: BinarySums::default(),
            apart: Apart::default(),
        }
    }

    /// Adds other rows.
    pub fn merge(&mut self, other: &Self) {
        for (a, b) in self.cells.iter_mut().zip(&other.cells) {
            for class in 0..CLASSES {
                a.rows[class] += b.rows[class];
                a.units[class] += b.units[class];
            }
        }
        self.sums.merge(other.sums);
        self.apart.merge(other.apart);
    }

    /// Rows in cells, by class.
    #[must_use]
    pub fn counted(&self) -> [u64; CLASSES] {
        let add = |sum: [u64; CLASSES], cell: &ClassCounts| std::array::from_fn(|i| sum[i] + cell.rows[i]);
        self.cells.iter().fold([0; CLASSES], add)
    }

    /// Negatives and positives in cells: what is measured.
    #[must_use]
    pub fn labelled(&self) -> [u64; 2] {
        let [negatives, positives, _] = self.counted();
        [negatives, positives]
    }

    /// All rows: nothing is dropped silently.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.counted().iter().sum::<u64>() + self.apart.uncounted()
    }

    /// Rows whose label is not known, by cell.
    #[must_use]
    pub fn unknown(&self, binning: &Binning, grain: Grain) -> Vec<UnlabelledCell> {
        let occupied = self.cells.iter().enumerate().filter(|(_, counts)| counts.rows[UNKNOWN] > 0);
        occupied
            .map(|(at, counts)| {
                let (low, high) = bounds(binning, grain, at);
                let scores = counts.units[UNKNOWN] as f64 / 2_f64.powi(SCORE_BITS);
                UnlabelledCell { low, high, single: false, rows: counts.rows[UNKNOWN] as f64, scores }
            })
            .collect()
    }

    /// The table that measures take, of rows with a label. Empty cells are left out.
    #[must_use]
    pub fn scored(&self, binning: &Binning, grain: Grain) -> scored::Scored {
        let cell = |(at, counts): (usize, &ClassCounts)| {
            let (low, high) = bounds(binning, grain, at);
            scored::ScoreCell {
                low,
                high,
                single: false,
                rows: [0, 1].map(|class| counts.rows[class] as f64),
                scores: [0, 1].map(|class| counts.units[class] as f64 / 2_f64.powi(SCORE_BITS)),
            }
        };
        let occupied = self.cells.iter().enumerate().filter(|(_, counts)| counts.rows[..UNKNOWN] != [0; 2]);
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

fn bounds(binning: &Binning, grain: Grain, cell: usize) -> (f64, f64) {
    match grain {
        Grain::Fine => binning.bounds(cell as i32),
        Grain::Coarse => binning.coarse_bounds(cell as i32),
    }
}

/// Buffers of the loop, kept between batches.
#[derive(Debug, Default)]
pub struct BinaryScratch {
    /// Whether to leave out the sums that only log-loss and the regressions need.
    squares_only: bool,
    tally: ScoreTally,
    cells: Vec<u32>,
    kept: (Vec<f64>, Vec<u8>),
    gathered: (Vec<f64>, Vec<u8>),
}

impl BinaryScratch {
    /// Empty buffers for sums of squares only.
    #[must_use]
    pub fn for_squares(squares_only: bool) -> Self {
        Self { squares_only, ..Self::default() }
    }
}

/// Fewer rows are counted one by one: opening a tally costs more.
const FEW: usize = 64;

/// Counts rows into one state; a score that is missing is NaN, a class is that of `outcome::Class`.
pub fn count(
    scores: &[f64],
    classes: &[u8],
    binning: &Binning,
    (state, grain): (&mut BinaryState, Grain),
    scratch: &mut BinaryScratch,
) {
    let finder = binning.finder::<f64>(grain);
    let tallied = scores.len() > FEW;
    if tallied {
        scratch.tally.open(state.cells.len());
    }
    for (scores, classes) in scores.chunks(BLOCK).zip(classes.chunks(BLOCK)) {
        let closely = !scratch.squares_only;
        let look = scratch.tally.look(scores, classes, closely);
        if look.countable {
            count_block(scores, classes, finder, state, (tallied, scratch));
            state.sums.add(&look.sums);
            continue;
        }
        let (mut kept, mut theirs) = std::mem::take(&mut scratch.kept);
        keep(scores, classes, &mut state.apart, (&mut kept, &mut theirs));
        scratch.tally.look(&kept, &theirs, false);
        count_block(&kept, &theirs, finder, state, (tallied, scratch));
        keep_labelled(&mut kept, &mut theirs);
        state.sums.add(&scratch.tally.look(&kept, &theirs, closely).sums);
        scratch.kept = (kept, theirs);
    }
    if tallied {
        settle(&mut scratch.tally, state);
    }
}

/// Counts rows that all belong to a cell, and were looked at last.
fn count_block(
    scores: &[f64],
    classes: &[u8],
    finder: &Finder<f64>,
    state: &mut BinaryState,
    (tallied, scratch): (bool, &mut BinaryScratch),
) {
    let BinaryScratch { tally, cells, .. } = scratch;
    cells.resize(scores.len(), 0);
    finder.find(scores, cells);
    if !tallied {
        return add_few(cells, scores, classes, state);
    }
    tally.add(cells, (scores, classes));
    if tally.is_full() {
        settle(tally, state);
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
fn keep(scores: &[f64], classes: &[u8], apart: &mut Apart, (kept, theirs): (&mut Vec<f64>, &mut Vec<u8>)) {
    kept.clear();
    theirs.clear();
    for (&score, &class) in scores.iter().zip(classes) {
        if let Some(class) = apart.see(score, class) {
            kept.push(score);
            theirs.push(class);
        }
    }
}

/// Of those, the rows with a label.
fn keep_labelled(scores: &mut Vec<f64>, classes: &mut Vec<u8>) {
    let mut labels = classes.iter();
    scores.retain(|_| labels.next().is_some_and(|class| usize::from(*class) < UNKNOWN));
    classes.retain(|class| usize::from(*class) < UNKNOWN);
}

/// Counts the rows of a leaf into its state.
pub(crate) fn count_leaf(
    (scores, classes): (&[f64], &[u8]),
    rows: &Rows<'_>,
    binning: &Binning,
    state: &mut BinaryState,
    scratch: &mut BinaryScratch,
) {
    match rows {
        Rows::Range(range) => {
            let (scores, classes) = (&scores[range.clone()], &classes[range.clone()]);
            count(scores, classes, binning, (state, Grain::Coarse), scratch);
        }
        Rows::List(rows) => {
            let (mut some, mut theirs) = std::mem::take(&mut scratch.gathered);
            some.clear();
            theirs.clear();
            some.extend(rows.iter().map(|row| scores[*row as usize]));
            theirs.extend(rows.iter().map(|row| classes[*row as usize]));
            count(&some, &theirs, binning, (state, Grain::Coarse), scratch);
            scratch.gathered = (some, theirs);
        }
    }
}
