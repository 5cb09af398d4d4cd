//! Counts of a numeric column, and the block loop that makes them.

use tallystick_kernels::extremes::extremes;
use tallystick_kernels::log_linear::Octaves;
use tallystick_kernels::present::{all_finite, fill, keep_only};
use tallystick_kernels::search::Finder;
use tallystick_kernels::sums::{moments, moments_within};
use tallystick_kernels::tally::Tally;
use tallystick_kernels::{BLOCK, Pivot};

use super::sums::Sums;
use super::{Cells, Grain, Specials};
use crate::batch::Bits;
use crate::binning::{Binning, Findable, Rule};
use crate::scalar::{Countable, Domain, Scalar};

/// Counts of a numeric column.
#[derive(Clone, Debug, PartialEq)]
pub struct NumericState {
    /// Rows in each cell.
    pub cells: Cells,
    /// Rows in none.
    pub specials: Specials,
    /// Rows that are zero.
    pub zeros: u64,
    /// Whether a column of integers has held fractions: its cells then hold more than one value.
    pub fractions: bool,
    /// Smallest and largest finite value.
    pub extremes: Option<(Scalar, Scalar)>,
    /// Sums of differences from the pivot.
    pub sums: Sums,
}

impl NumericState {
    /// No rows yet.
    #[must_use]
    pub fn new(binning: &Binning, grain: Grain) -> Self {
        let width = if grain == Grain::Fine { binning.cells() } else { binning.coarse_cells() };
        Self {
            cells: Cells::new(width),
            specials: Specials::default(),
            zeros: 0,
            fractions: false,
            extremes: None,
            sums: Sums::default(),
        }
    }

    /// Adds other rows.
    pub fn merge(&mut self, other: &Self) {
        self.cells.merge(&other.cells);
        self.specials.merge(other.specials);
        self.zeros += other.zeros;
        self.fractions |= other.fractions;
        if let Some((low, high)) = other.extremes {
            self.see(low, high);
        }
        self.sums.merge(&other.sums);
    }

    fn see(&mut self, low: Scalar, high: Scalar) {
        let (a, b) = self.extremes.unwrap_or((low, high));
        self.extremes = Some((if low.below(a) { low } else { a }, if b.below(high) { high } else { b }));
    }
}

/// Buffers of the block loop, kept between batches.
#[derive(Debug, Default)]
pub struct Scratch {
    tally: Tally,
    octaves: Octaves,
    keep: Vec<u8>,
    /// Validity bits of rows brought together.
    bits: Vec<u8>,
}

impl Scratch {
    /// The rows of one leaf together: their values, and their bits from 0 on.
    pub(crate) fn gather<T: Copy>(
        &mut self,
        rows: &[u32],
        values: &[T],
        validity: Option<Bits<'_>>,
        gathered: &mut Vec<T>,
    ) -> Option<Vec<u8>> {
        gathered.clear();
        gathered.extend(rows.iter().map(|row| values[*row as usize]));
        let validity = validity?;
        let mut bits = std::mem::take(&mut self.bits);
        bits.clear();
        bits.extend(rows.chunks(8).map(|eight| {
            let bit = |(i, row): (usize, &u32)| u8::from(validity.get(*row as usize)) << i;
            eight.iter().enumerate().map(bit).sum::<u8>()
        }));
        Some(bits)
    }

    /// Takes the bits of [`Scratch::gather`] back, to be used again.
    pub(crate) fn keep_bits(&mut self, bits: Option<Vec<u8>>) {
        self.bits = bits.unwrap_or_default();
    }
}

/// Narrow counters hold fewer than this many rows.
const RUN: usize = 1 << 30;
/// So few rows are counted one by one: opening a tally costs more.
const FEW: usize = 8;

/// One state being counted into, and what its binning says of it.
struct Counting<'a, T> {
    binning: &'a Binning,
    /// `None` for log-linear cells.
    finder: Option<&'a Finder<T>>,
    grain: Grain,
    pivot: Pivot,
    /// Whether [`Tally`] or [`Octaves`] is in use; else cells are counted one by one.
    tallied: bool,
}

/// Counts `values` into one state: that of all rows in fine cells, a leaf's in coarse ones.
pub(crate) fn count<T: Countable + Findable>(
    values: &[T],
    validity: Option<Bits<'_>>,
    binning: &Binning,
    (state, grain): (&mut NumericState, Grain),
    scratch: &mut Scratch,
) {
    let logarithmic = binning.rule() == Rule::LogLinear;
    let counting = Counting {
        binning,
        finder: (!logarithmic).then(|| binning.finder::<T>(grain)),
        grain,
        pivot: pivot::<T>(binning),
        tallied: values.len() > FEW,
    };
    let mut filled: Vec<T> = Vec::new();
    for (run, rows) in values.chunks(RUN).enumerate() {
        let zeros_before = state.zeros;
        counting.open(scratch);
        for (index, block) in rows.chunks(BLOCK).enumerate() {
            let bits = validity.map(|bits| bits.from_row(run * RUN + index * BLOCK));
            if all_finite(block, bits) {
                counting.block(block, None, state, scratch);
                continue;
            }
            let found = fill(block, bits, &mut filled, &mut scratch.keep);
            state.specials.add(found.specials);
            if found.stand_in.is_some() && counting.tallied {
                counting.block(&filled, found.stand_in.map(|v| (v, found.stood_in())), state, scratch);
            } else if found.stand_in.is_some() {
                keep_only(&mut filled, &scratch.keep);
                counting.block(&filled, None, state, scratch);
            }
        }
        counting.settle(state, state.zeros - zeros_before, scratch);
    }
}

fn pivot<T: Countable>(binning: &Binning) -> Pivot {
    match binning.pivot() {
        // In a column of integers the difference is taken between integers.
        Scalar::Integer(pivot) if T::INTEGER => {
            Pivot { float: pivot as f64, integer: pivot as i64, whole: true }
        }
        pivot => Pivot { float: pivot.to_f64(), integer: 0, whole: false },
    }
}

impl<T: Countable + Findable> Counting<'_, T> {
    fn open(&self, scratch: &mut Scratch) {
        if let (true, Some(finder)) = (self.tallied, self.finder) {
            finder.open(&mut scratch.tally);
        }
    }

    /// Counts a block of finite values, in which some may stand in for others.
    fn block(
        &self,
        values: &[T],
        stand_ins: Option<(T, u64)>,
        state: &mut NumericState,
        scratch: &mut Scratch,
    ) {
        let Some((low, high, zeros)) = extremes(values) else { return };
        let seen = span(low, high, self.binning);
        state.see(seen.0, seen.1);
        let of_zero = |(value, times): (T, u64)| if value == T::ZERO { times } else { 0 };
        state.zeros += zeros - stand_ins.map_or(0, of_zero);
        state.fractions |= has_fractions(values, self.binning);
        self.count_cells(values, (low, high), state, scratch);
        if let Some((value, times)) = stand_ins {
            self.uncount(value, times as u32, scratch);
        }
        self.add_sums(values, (low, high), stand_ins, state, scratch);
    }

    fn count_cells(
        &self,
        values: &[T],
        (low, high): (T, T),
        state: &mut NumericState,
        scratch: &mut Scratch,
    ) {
        match (self.tallied, self.finder) {
            (true, Some(finder)) => finder.count(values, &mut scratch.tally),
            (true, None) => scratch.octaves.count(values, low, high),
            (false, Some(finder)) => {
                let mut cells = [0; FEW];
                finder.find(values, &mut cells);
                cells[..values.len()].iter().for_each(|cell| state.cells.add(*cell as i32, 1));
            }
            (false, None) => values.iter().for_each(|value| self.add_octave(value.cell(), 1, state)),
        }
    }

    fn uncount(&self, value: T, times: u32, scratch: &mut Scratch) {
        match self.finder {
            Some(finder) => finder.uncount(value, times, &mut scratch.tally),
            None => scratch.octaves.uncount(value, times),
        }
    }

    fn add_octave(&self, cell: i32, rows: u64, state: &mut NumericState) {
        let cell = if self.grain == Grain::Fine { cell } else { self.binning.coarse_of(cell) };
        state.cells.add(cell, rows);
    }

    fn settle(&self, state: &mut NumericState, zeros: u64, scratch: &mut Scratch) {
        match (self.tallied, self.finder) {
            (true, Some(finder)) => finder.settle(&mut scratch.tally, state.cells.table()),
            (true, None) => {
                scratch.octaves.settle(zeros, |cell, rows| self.add_octave(cell, rows, state));
            }
            _ => {}
        }
    }

    fn add_sums(
        &self,
        values: &[T],
        ends: (T, T),
        stand_ins: Option<(T, u64)>,
        state: &mut NumericState,
        scratch: &Scratch,
    ) {
        let (first, second) = (self.binning.first_grid(), self.binning.second_grid());
        if !self.on_the_grids(ends.0) || !self.on_the_grids(ends.1) {
            let mut kept = values.to_vec();
            if stand_ins.is_some() {
                keep_only(&mut kept, &scratch.keep);
            }
            return self.add_sums_beyond(&kept, state);
        }
        let (one, two) = moments(values, self.pivot, first, second);
        state.sums.add_units(one.units(), two.units());
        if let Some((value, times)) = stand_ins {
            let (one, two) = moments(&[value], self.pivot, first, second);
            let times = -i128::from(times);
            state.sums.add_units(times * one.units(), times * two.units());
        }
    }

    /// Whether both grids hold what a value adds. Differences rise with the value, so that what
    /// holds for the smallest and the largest of a block holds for all.
    fn on_the_grids(&self, value: T) -> bool {
        let exact = !self.pivot.whole || exact_difference(value, self.binning).is_some();
        let difference = value.difference(self.pivot);
        exact
            && self.binning.first_grid().holds(difference)
            && self.binning.second_grid().holds(difference * difference)
    }

    /// Sums of a block that reaches beyond the grids.
    fn add_sums_beyond(&self, values: &[T], state: &mut NumericState) {
        let mut differences = Vec::with_capacity(values.len());
        for &value in values {
            if !self.pivot.whole {
                differences.push(value.difference(self.pivot));
            } else if let Some(difference) = exact_difference(value, self.binning) {
                differences.push(difference as f64);
            } else {
                state.sums.add_large(value.to_i128() - integer_pivot(self.binning));
            }
        }
        let (first, second) = (self.binning.first_grid(), self.binning.second_grid());
        let (one, two) = moments_within(&differences, first, second);
        state.sums.add_units(one.units(), two.units());
        if one.outside + two.outside > 0 {
            differences.iter().for_each(|d| state.sums.add_outside(*d, self.binning));
        }
    }
}

/// Integers that a double holds exactly.
const EXACT: u128 = 1 << 53;

fn integer_pivot(binning: &Binning) -> i128 {
    match binning.pivot() {
        Scalar::Integer(pivot) => pivot,
        Scalar::Float(_) => 0,
    }
}

/// The difference of an integer from the pivot, if a double holds it.
fn exact_difference<T: Countable>(value: T, binning: &Binning) -> Option<i128> {
    Some(value.to_i128() - integer_pivot(binning)).filter(|difference| difference.unsigned_abs() < EXACT)
}

/// Whether values between the integers came into a column of integers.
fn has_fractions<T: Countable>(values: &[T], binning: &Binning) -> bool {
    let whole = |value: &T| value.to_f64().fract() == 0.0;
    !T::INTEGER && binning.domain() != Domain::Float && !values.iter().all(whole)
}

/// The smallest and the largest value in the kind of number of their column; minus zero becomes
/// zero. Fractions in a column of integers lie between the integers around them.
fn span<T: Countable>(low: T, high: T, binning: &Binning) -> (Scalar, Scalar) {
    // Floats reach further than any column of integers.
    let whole = |value: i128| Scalar::Integer(value.clamp(i128::from(i64::MIN), i128::from(u64::MAX)));
    match binning.domain() {
        Domain::Float => (Scalar::Float(low.to_f64() + 0.0), Scalar::Float(high.to_f64() + 0.0)),
        _ if T::INTEGER => (whole(low.to_i128()), whole(high.to_i128())),
        _ => (whole(low.to_f64().floor() as i128), whole(high.to_f64().ceil() as i128)),
    }
}
