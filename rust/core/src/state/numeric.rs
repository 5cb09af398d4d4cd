//! Counts of a numeric column, and the block loop that makes them.

use tallystick_kernels::extremes::extremes;
use tallystick_kernels::present::{Special, all_finite, split};
use tallystick_kernels::sums::{sum, sum_of_squares};
use tallystick_kernels::{BLOCK, log_linear, tally};

use super::sums::Sums;
use super::{Cells, ColumnState, Grain, Leaves, Specials};
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

    fn see_special(&mut self, why: Special) {
        match why {
            Special::Null => self.specials.null += 1,
            Special::Nan => self.specials.nan += 1,
            Special::NegativeInfinity => self.specials.negative_infinity += 1,
            Special::PositiveInfinity => self.specials.positive_infinity += 1,
        }
    }
}

/// Buffers of the block loop, kept between batches.
#[derive(Debug, Default)]
pub struct Scratch {
    rows: Vec<u32>,
    cells: Vec<i32>,
    found: Vec<u32>,
    differences: Vec<f64>,
    /// Differences that no double holds, and where in the block they stand.
    large: Vec<(usize, i128)>,
    counters: Vec<u32>,
}

/// Counts `values` into the slice of all rows and into one leaf of each family.
pub(crate) fn count<T: Countable + Findable>(
    values: &[T],
    validity: Option<Bits<'_>>,
    binning: &Binning,
    all: &mut NumericState,
    leaves: &mut Leaves<'_>,
    scratch: &mut Scratch,
) {
    let mut kept: Vec<T> = Vec::new();
    for (index, block) in values.chunks(BLOCK).enumerate() {
        let start = index * BLOCK;
        let bits = validity.map(|bits| bits.from_row(start));
        if all_finite(block, bits) {
            count_block(block, binning, all, scratch);
            count_leaves(block, |k| start + k, binning, leaves, scratch);
            continue;
        }
        let mut rows = std::mem::take(&mut scratch.rows);
        split(block, bits, &mut kept, &mut rows, |row, why| {
            all.see_special(why);
            leaves.each(start + row, |state| {
                if let ColumnState::Numeric(state) = state {
                    state.see_special(why);
                }
            });
        });
        count_block(&kept, binning, all, scratch);
        count_leaves(&kept, |k| start + rows[k] as usize, binning, leaves, scratch);
        scratch.rows = rows;
    }
}

/// Counts a block of finite values; leaves its cells and differences in `scratch`.
fn count_block<T: Countable + Findable>(
    values: &[T],
    binning: &Binning,
    all: &mut NumericState,
    scratch: &mut Scratch,
) {
    // What the block before left behind is not this one's.
    scratch.differences.clear();
    scratch.large.clear();
    let Some((low, high, zeros)) = extremes(values) else { return };
    let span = span(low, high, binning);
    all.see(span.0, span.1);
    all.zeros += zeros;
    all.fractions |= has_fractions(values, binning);
    find_cells(values, binning, scratch);
    if binning.rule() == Rule::LogLinear {
        scratch.cells.iter().for_each(|cell| all.cells.add(*cell, 1));
    } else {
        tally::count(&scratch.found, all.cells.table(), &mut scratch.counters);
    }
    find_differences(values, (low, high), binning, scratch);
    let first = sum(&scratch.differences, binning.first_grid());
    let second = sum_of_squares(&scratch.differences, binning.second_grid());
    all.sums.add_block(&first, &second);
    if first.outside + second.outside > 0 {
        scratch.differences.iter().for_each(|d| all.sums.add_outside(*d, binning));
    }
    scratch.large.iter().for_each(|(_, difference)| all.sums.add_large(*difference));
}

fn find_cells<T: Countable + Findable>(values: &[T], binning: &Binning, scratch: &mut Scratch) {
    if binning.rule() == Rule::LogLinear {
        scratch.cells.resize(values.len(), 0);
        log_linear::find(values, &mut scratch.cells);
    } else {
        scratch.found.resize(values.len(), 0);
        binning.finder::<T>().find(values, &mut scratch.found);
    }
}

/// Integers that a double holds exactly.
const EXACT: u128 = 1 << 53;

fn find_differences<T: Countable>(
    values: &[T],
    (low, high): (T, T),
    binning: &Binning,
    scratch: &mut Scratch,
) {
    match binning.pivot() {
        // In a column of integers the difference is taken between integers.
        Scalar::Integer(pivot) if T::INTEGER => {
            let exact = |value: T| (value.to_i128() - pivot).unsigned_abs() < EXACT;
            if exact(low) && exact(high) {
                let near = pivot as i64;
                let differences = values.iter().map(|value| value.wrapping().wrapping_sub(near) as f64);
                scratch.differences.extend(differences);
            } else {
                find_large_differences(values, pivot, scratch);
            }
        }
        pivot => {
            let pivot = pivot.to_f64();
            scratch.differences.extend(values.iter().map(|value| value.to_f64() - pivot));
        }
    }
}

fn find_large_differences<T: Countable>(values: &[T], pivot: i128, scratch: &mut Scratch) {
    for (k, value) in values.iter().enumerate() {
        let difference = value.to_i128() - pivot;
        let exact = difference.unsigned_abs() < EXACT;
        scratch.differences.push(if exact { difference as f64 } else { 0.0 });
        if !exact {
            scratch.large.push((k, difference));
        }
    }
}

/// Counts the same block into the leaf of each row.
fn count_leaves<T: Countable>(
    values: &[T],
    row_of: impl Fn(usize) -> usize,
    binning: &Binning,
    leaves: &mut Leaves<'_>,
    scratch: &Scratch,
) {
    if leaves.families.is_empty() {
        return;
    }
    let log = binning.rule() == Rule::LogLinear;
    for (k, &value) in values.iter().enumerate() {
        let cell = if log { scratch.cells[k] } else { scratch.found[k] as i32 };
        let coarse = binning.coarse_of(cell);
        let seen = span(value, value, binning);
        leaves.each(row_of(k), |state| {
            let ColumnState::Numeric(state) = state else { return };
            state.cells.add(coarse, 1);
            state.zeros += u64::from(value == T::ZERO);
            state.fractions |= has_fractions(&[value], binning);
            state.see(seen.0, seen.1);
            state.sums.add(scratch.differences[k], binning);
        });
    }
    for &(k, difference) in &scratch.large {
        leaves.each(row_of(k), |state| {
            if let ColumnState::Numeric(state) = state {
                state.sums.add_large(difference);
            }
        });
    }
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
