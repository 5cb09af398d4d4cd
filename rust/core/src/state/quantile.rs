//! Labels by columns that foretell their quantiles, and by the interval between the outer two.

use super::Rows;
use super::sums::Sums;
use crate::measure::residual::MeanSums;
use crate::outcome::{Number, Quantile};
use crate::residuals::{Residuals, Standing};

/// The counts of one quantile's column in one slice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QuantileState {
    /// Rows with a final label and a value of the column.
    pub rows: u64,
    /// Of these, labels at or below the column.
    pub at_or_below: u64,
    /// Sums of the pinball loss and of its square.
    pub loss: Sums,
}

/// The counts of all quantiles of an outcome in one slice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QuantileStates {
    /// By ascending share.
    pub each: Vec<QuantileState>,
    /// Rows with a final label and values of the lowest and the highest quantile; 0 when there are
    /// no two.
    pub interval_rows: u64,
    /// Of these, labels from the one to the other, both ends included.
    pub inside: u64,
}

impl QuantileState {
    fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        self.at_or_below += other.at_or_below;
        self.loss.merge(&other.loss);
    }

    /// Rows, and sums of the loss and its square.
    #[must_use]
    pub fn measured(&self, quantile: &Quantile) -> MeanSums {
        let total = |mean: f64| if self.rows == 0 { 0.0 } else { mean * self.rows as f64 };
        let (loss, n) = (&quantile.loss, self.rows as f64);
        MeanSums {
            rows: self.rows,
            sum: total(self.loss.first.mean(loss.first_grid(), n)),
            squares: Some(total(self.loss.second.mean(loss.second_grid(), n))),
        }
    }
}

impl QuantileStates {
    /// No rows yet.
    #[must_use]
    pub fn new(quantiles: usize) -> Self {
        Self { each: vec![QuantileState::default(); quantiles], ..Self::default() }
    }

    /// Adds other rows.
    pub fn merge(&mut self, other: &Self) {
        self.each.iter_mut().zip(&other.each).for_each(|(a, b)| a.merge(b));
        self.interval_rows += other.interval_rows;
        self.inside += other.inside;
    }

    /// Counts rows whose label is final and a finite number.
    pub(super) fn count(
        &mut self,
        made: &Residuals,
        rows: &Rows<'_>,
        number: &Number,
        losses: &mut Vec<f64>,
    ) {
        let mature = |row: usize| made.standing[row] != Standing::Immature as u8;
        for ((state, quantile), above) in self.each.iter_mut().zip(&number.quantiles).zip(&made.above) {
            losses.clear();
            rows.for_each(|row| {
                if mature(row) && !above[row].is_nan() {
                    state.at_or_below += u64::from(above[row] <= 0.0);
                    losses.push(quantile.loss_of(above[row]));
                }
            });
            state.rows += losses.len() as u64;
            state.loss.add(losses, &quantile.loss);
        }
        let [lowest, .., highest] = made.above.as_slice() else { return };
        rows.for_each(|row| {
            let (low, high) = (lowest[row], highest[row]);
            if mature(row) && !low.is_nan() && !high.is_nan() {
                self.interval_rows += 1;
                self.inside += u64::from(low >= 0.0 && high <= 0.0);
            }
        });
    }
}
