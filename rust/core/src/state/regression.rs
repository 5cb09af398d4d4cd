//! Rows by prediction and numeric label: what the errors of a regression are measured from.

use tallystick_kernels::BLOCK;

use super::numeric::{self, Scratch};
use super::sums::{GridSum, Sums};
use super::{Grain, NumericState, QuantileStates, Rows};
use crate::measure::residual::{Labels, MeanSums, Percentage, Residuals as Measured};
use crate::outcome::Number;
use crate::residuals::{Residuals, Standing};

/// Rows that are no pair, each for its first reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unpaired {
    /// Too young for their label to be final.
    pub immature: u64,
    /// Without a label, or with one that is no number.
    pub unlabelled: u64,
    /// With an infinite label.
    pub infinite_label: u64,
    /// With a label, without a prediction.
    pub unpredicted: u64,
    /// With a label, and an infinite prediction.
    pub infinite_prediction: u64,
}

impl Unpaired {
    /// In the order of the format, which is that of [`Standing`].
    #[must_use]
    pub fn to_array(self) -> [u64; 5] {
        [self.immature, self.unlabelled, self.infinite_label, self.unpredicted, self.infinite_prediction]
    }

    /// The inverse of [`Unpaired::to_array`].
    #[must_use]
    pub fn from_array(
        [immature, unlabelled, infinite_label, unpredicted, infinite_prediction]: [u64; 5],
    ) -> Self {
        Self { immature, unlabelled, infinite_label, unpredicted, infinite_prediction }
    }

    /// All of them.
    #[must_use]
    pub fn total(self) -> u64 {
        self.to_array().iter().sum()
    }

    /// Adds other rows.
    pub fn merge(&mut self, other: Self) {
        let (a, b) = (self.to_array(), other.to_array());
        *self = Self::from_array(std::array::from_fn(|i| a[i] + b[i]));
    }
}

/// The counts of one outcome in one slice.
#[derive(Clone, Debug, PartialEq)]
pub struct RegressionState {
    /// Rows that are no pair.
    pub unpaired: Unpaired,
    /// Residuals `e = prediction - label` of the pairs: cells, extremes, sums of `e` and `e^2`.
    pub residual: NumericState,
    /// Sum of `|e|`, on the first grid of the residuals.
    pub absolute: GridSum,
    /// Sum of `e^4`, on the second grid of the squares.
    pub fourth: GridSum,
    /// Sums of the labels' differences from the pivot and of their squares.
    pub label: Sums,
    /// Smallest and largest such difference.
    pub label_extremes: Option<(f64, f64)>,
    /// Sums of `|e / y|` and its square where the label `y` is not zero.
    pub percentage: Sums,
    /// Pairs whose label is zero.
    pub zero_labels: u64,
    /// What is counted of declared quantiles.
    pub quantiles: QuantileStates,
}

impl RegressionState {
    /// No rows yet.
    #[must_use]
    pub fn new(number: &Number, grain: Grain) -> Self {
        Self {
            unpaired: Unpaired::default(),
            residual: NumericState::new(&number.residual, grain),
            absolute: GridSum::default(),
            fourth: GridSum::default(),
            label: Sums::default(),
            label_extremes: None,
            percentage: Sums::default(),
            zero_labels: 0,
            quantiles: QuantileStates::new(number.quantiles.len()),
        }
    }

    /// Adds other rows.
    pub fn merge(&mut self, other: &Self) {
        self.unpaired.merge(other.unpaired);
        self.residual.merge(&other.residual);
        self.absolute.merge(&other.absolute);
        self.fourth.merge(&other.fourth);
        self.label.merge(&other.label);
        if let Some((low, high)) = other.label_extremes {
            self.see_labels(low, high);
        }
        self.percentage.merge(&other.percentage);
        self.zero_labels += other.zero_labels;
        self.quantiles.merge(&other.quantiles);
    }

    fn see_labels(&mut self, low: f64, high: f64) {
        let (a, b) = self.label_extremes.unwrap_or((low, high));
        self.label_extremes = Some((a.min(low), b.max(high)));
    }

    /// Rows with a prediction and a label.
    #[must_use]
    pub fn pairs(&self) -> u64 {
        self.residual.cells.total()
    }

    /// All rows: nothing is dropped silently.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.pairs() + self.unpaired.total()
    }

    /// The sums that measures take.
    #[must_use]
    pub fn measured(&self, number: &Number) -> Measured {
        let rows = self.pairs();
        let total = |count: u64, sum: &GridSum, grid| {
            if count == 0 { 0.0 } else { sum.mean(grid, count as f64) * count as f64 }
        };
        let (residual, percentage) = (&number.residual, &number.percentage);
        let named = rows - self.zero_labels;
        let percent = |sum: &GridSum, grid| total(named, sum, grid);
        Measured {
            rows,
            absolute: total(rows, &self.absolute, residual.first_grid()),
            sum: total(rows, &self.residual.sums.first, residual.first_grid()),
            squares: total(rows, &self.residual.sums.second, residual.second_grid()),
            fourth: Some(total(rows, &self.fourth, number.square.second_grid())),
            labels: self.labels(number),
            percentage: Some(Percentage {
                sums: MeanSums {
                    rows: named,
                    sum: percent(&self.percentage.first, percentage.first_grid()),
                    squares: Some(percent(&self.percentage.second, percentage.second_grid())),
                },
                zeros: self.zero_labels,
            }),
        }
    }

    fn labels(&self, number: &Number) -> Option<Labels> {
        let rows = self.pairs();
        let (low, high) = self.label_extremes?;
        let mean = self.label.mean(&number.label, rows)?;
        // Rounded sums of one value may show a spread where there is none.
        let variance = if low < high { self.label.variance(&number.label, rows)? } else { 0.0 };
        Some(Labels { mean, centred_squares: variance * rows as f64 })
    }
}

/// Buffers of the loop, kept between batches.
#[derive(Debug, Default)]
pub struct RegressionScratch {
    numeric: Scratch,
    errors: Vec<f64>,
    labels: Vec<f64>,
    percentages: Vec<f64>,
    derived: Vec<f64>,
}

/// Counts all rows into one state, in fine cells.
pub fn count(
    made: &Residuals,
    number: &Number,
    state: &mut RegressionState,
    scratch: &mut RegressionScratch,
) {
    count_rows(made, &Rows::Range(0..made.rows()), number, (state, Grain::Fine), scratch);
}

/// Counts some rows into one state.
pub(crate) fn count_rows(
    made: &Residuals,
    rows: &Rows<'_>,
    number: &Number,
    (state, grain): (&mut RegressionState, Grain),
    scratch: &mut RegressionScratch,
) {
    // A row without a prediction may still have quantiles.
    state.quantiles.count(made, rows, number, &mut scratch.derived);
    let unpaired = scratch.keep_pairs(made, rows);
    state.unpaired.merge(unpaired);
    if scratch.errors.is_empty() {
        return;
    }
    let RegressionScratch { numeric, errors, labels, percentages, derived } = scratch;
    numeric::count(errors, None, &number.residual, (&mut state.residual, grain), numeric);
    for block in errors.chunks(BLOCK) {
        derive(derived, block, f64::abs);
        state.absolute.merge(&sums(derived, &number.residual).first);
        // Beyond double precision only the fourth powers are lost, which is seen by their size.
        derive(derived, block, |e| (e * e).min(f64::MAX));
        state.fourth.merge(&sums(derived, &number.square).second);
    }
    state.label.add(labels, &number.label);
    let ends = labels.iter().fold((f64::MAX, f64::MIN), |(low, high), d| (low.min(*d), high.max(*d)));
    state.see_labels(ends.0 + 0.0, ends.1 + 0.0);
    state.percentage.add(percentages, &number.percentage);
    state.zero_labels += (errors.len() - percentages.len()) as u64;
}

fn derive(derived: &mut Vec<f64>, errors: &[f64], of: impl Fn(f64) -> f64) {
    derived.clear();
    derived.extend(errors.iter().map(|e| of(*e)));
}

fn sums(values: &[f64], binning: &crate::binning::Binning) -> Sums {
    let mut sums = Sums::default();
    sums.add(values, binning);
    sums
}

impl RegressionScratch {
    /// Brings the pairs among the rows together; the others are counted by their reason.
    fn keep_pairs(&mut self, made: &Residuals, rows: &Rows<'_>) -> Unpaired {
        let mut unpaired = [0; 5];
        self.errors.clear();
        self.labels.clear();
        self.percentages.clear();
        rows.for_each(|row| {
            let standing = made.standing[row];
            if standing != Standing::Pair as u8 {
                unpaired[usize::from(standing)] += 1;
                return;
            }
            self.errors.push(made.errors[row]);
            self.labels.push(made.labels[row]);
            if !made.percentages[row].is_nan() {
                self.percentages.push(made.percentages[row]);
            }
        });
        Unpaired::from_array(unpaired)
    }
}
