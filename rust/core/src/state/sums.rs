//! Sums of differences from the pivot and of their squares, the same integers in any order.

use tallystick_kernels::BLOCK;
use tallystick_kernels::sums::{FRACTION_BITS, Grid, moments_within};

use super::wide::Wide;
use crate::binning::Binning;

/// One sum: units of its grid, and what the grid does not hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GridSum {
    /// In units of `2^(exponent - 40)` of the binning's grid.
    pub units: i128,
    /// The values outside of the grid, exactly.
    pub wide: Wide,
}

impl GridSum {
    /// Adds another sum on the same grid.
    pub fn merge(&mut self, other: &Self) {
        // Units of one value stay below 2^80: 2^47 rows fit, more saturate.
        self.units = self.units.saturating_add(other.units);
        self.wide.merge(&other.wide);
    }

    /// The sum divided by `count`.
    #[must_use]
    pub fn mean(&self, grid: &Grid, count: f64) -> f64 {
        let unit = grid.exponent() - FRACTION_BITS as i32;
        let on_grid = self.units as f64 / count * 2_f64.powi(unit / 2) * 2_f64.powi(unit - unit / 2);
        on_grid + self.wide.mean(count)
    }
}

/// Sums over the finite values of a column.
///
/// Error of the mean: at most `2^(e - 41)` per value on the grid of step `2^e`, where `2^(e+6)`
/// is the power of two below the reach of the reference's bulk; none for integers below 2^53
/// and none off the grid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Of `x - K`.
    pub first: GridSum,
    /// Of `(x - K)^2`, each square rounded once to double precision on the grid.
    pub second: GridSum,
}

impl Sums {
    /// Adds units of the two grids.
    pub fn add_units(&mut self, first: i128, second: i128) {
        self.first.units = self.first.units.saturating_add(first);
        self.second.units = self.second.units.saturating_add(second);
    }

    /// Adds differences from the pivot.
    pub fn add(&mut self, differences: &[f64], binning: &Binning) {
        for block in differences.chunks(BLOCK) {
            let (one, two) = moments_within(block, binning.first_grid(), binning.second_grid());
            self.add_units(one.units(), two.units());
            if one.outside + two.outside > 0 {
                block.iter().for_each(|difference| self.add_outside(*difference, binning));
            }
        }
    }

    /// Adds the parts of one difference that the grids do not hold.
    pub fn add_outside(&mut self, difference: f64, binning: &Binning) {
        // Values at opposite rims of double precision differ by more than it holds.
        let within = difference.clamp(f64::MIN, f64::MAX);
        if !binning.first_grid().holds(difference) {
            self.first.wide.add_float(within);
        }
        if !binning.second_grid().holds(difference * difference) {
            self.second.wide.add_float_square(within);
        }
    }

    /// Adds an integer difference too large for a double, exactly.
    pub fn add_large(&mut self, difference: i128) {
        self.first.wide.add(difference, 0);
        self.second.wide.add_square(difference, 0);
    }

    /// Adds another column's sums under the same binning.
    pub fn merge(&mut self, other: &Self) {
        self.first.merge(&other.first);
        self.second.merge(&other.second);
    }

    /// Mean of `count` values.
    #[must_use]
    pub fn mean(&self, binning: &Binning, count: u64) -> Option<f64> {
        (count > 0).then(|| binning.pivot().to_f64() + self.first.mean(binning.first_grid(), count as f64))
    }

    /// Variance of `count` values, divided by `count`; `None` when it exceeds double precision.
    #[must_use]
    pub fn variance(&self, binning: &Binning, count: u64) -> Option<f64> {
        if count == 0 {
            return None;
        }
        let mean = self.first.mean(binning.first_grid(), count as f64);
        let variance = self.second.mean(binning.second_grid(), count as f64) - mean * mean;
        variance.is_finite().then_some(variance.max(0.0))
    }
}
