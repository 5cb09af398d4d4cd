//! The predictions and labels of a batch side by side, once for all slices.

use std::borrow::Cow;

use crate::batch::{Batch, Numbers, Values};
use crate::outcome::{Number, Outcome};
use crate::pairing::{is_mature, scores};
use crate::plan::Plan;

/// What keeps a row from being a pair; the order is that of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Standing {
    /// The row is too young for its label to be final.
    Immature,
    /// No label has come, or none that is a number.
    Unlabelled,
    /// The label is infinite.
    InfiniteLabel,
    /// There is a label, but no prediction.
    Unpredicted,
    /// There is a label, and the prediction is infinite.
    InfinitePrediction,
    /// A finite prediction and a finite label.
    Pair,
}

/// A column of numbers, each as the nearest double and what that is off by.
pub struct Exact<'a> {
    high: Cow<'a, [f64]>,
    /// Empty when every number is a double.
    low: Vec<f64>,
}

/// What is made of each pair; of other rows the numbers are anything.
pub struct Residuals {
    pub(crate) standing: Vec<u8>,
    /// `prediction - label`.
    pub(crate) errors: Vec<f64>,
    /// The label's difference from the pivot.
    pub(crate) labels: Vec<f64>,
    /// `|error / label|`; NaN where the label is zero.
    pub(crate) percentages: Vec<f64>,
    /// For each declared quantile how far the label is above its column; NaN where either is no
    /// finite number.
    pub(crate) above: Vec<Vec<f64>>,
}

impl<'a> Exact<'a> {
    /// The numbers of a column; what is missing is NaN.
    #[must_use]
    pub fn of(values: &'a Values<'_>, rows: usize) -> Self {
        let low = match values {
            Values::Numbers { numbers: Numbers::I64(v), .. } => rest(v),
            Values::Numbers { numbers: Numbers::U64(v), .. } => rest(v),
            _ => Vec::new(),
        };
        Self { high: scores(values, rows), low }
    }

    fn absent(rows: usize) -> Self {
        Self { high: Cow::Owned(vec![f64::NAN; rows]), low: Vec::new() }
    }

    /// The nearest doubles.
    #[must_use]
    pub fn doubles(&self) -> &[f64] {
        &self.high
    }

    fn low(&self, row: usize) -> f64 {
        self.low.get(row).copied().unwrap_or(0.0)
    }

    /// The differences from another column; NaN where either is no finite number.
    fn above(&self, other: &Self) -> Vec<f64> {
        let both = |row: &usize| self.high[*row].is_finite() && other.high[*row].is_finite();
        let less = |row: usize| self.less(row, (other.high[row], other.low(row)));
        (0..self.high.len()).map(|row| if both(&row) { less(row) } else { f64::NAN }).collect()
    }

    /// The difference from a number, within double precision; at its rim where it is beyond.
    fn less(&self, row: usize, (high, low): (f64, f64)) -> f64 {
        // Where the high parts are near one another, their difference is exact.
        let difference = (self.high[row] - high) + (self.low(row) - low);
        difference.clamp(f64::MIN, f64::MAX)
    }
}

/// Integers that no double holds differ from the nearest one by these.
fn rest<T: Copy + Into<i128>>(values: &[T]) -> Vec<f64> {
    const EXACT: u128 = 1 << 53;
    let wide = |value: &T| -> i128 { (*value).into() };
    if values.iter().all(|value| wide(value).unsigned_abs() <= EXACT) {
        return Vec::new();
    }
    values.iter().map(|value| (wide(value) - wide(value) as f64 as i128) as f64).collect()
}

impl Residuals {
    /// Of a plan's columns in a batch.
    #[must_use]
    pub(crate) fn of_batch(plan: &Plan, outcome: &Outcome, number: &Number, batch: &Batch<'_>) -> Self {
        let column = |name: &str| match plan.find(name).map(|i| &batch.columns[i]) {
            Some(values @ Values::Numbers { .. }) => Exact::of(values, batch.rows),
            _ => Exact::absent(batch.rows),
        };
        let labels = column(&outcome.label);
        let mut made = Self::of(&column(&outcome.score), &labels, number);
        let quantiles = number.quantiles.iter();
        made.above = quantiles.map(|quantile| labels.above(&column(&quantile.column))).collect();
        if let Some(second) = batch.immature_from {
            let immature = |row: &usize| !is_mature(batch.time.as_ref(), second, *row);
            let hide = |row: usize| made.standing[row] = Standing::Immature as u8;
            (0..batch.rows).filter(immature).for_each(hide);
        }
        made
    }

    /// Of two columns of one length.
    #[must_use]
    pub fn of(predictions: &Exact<'_>, labels: &Exact<'_>, number: &Number) -> Self {
        let pivot = number.label_pivot();
        let rows = predictions.high.len().min(labels.high.len());
        let error = |row: usize| predictions.less(row, (labels.high[row], labels.low(row)));
        let errors: Vec<f64> = (0..rows).map(error).collect();
        let percentage = |row: usize| match labels.high[row] {
            0.0 => f64::NAN,
            label => (errors[row] / label).abs(),
        };
        Self {
            standing: (0..rows).map(|row| standing(predictions.high[row], labels.high[row]) as u8).collect(),
            labels: (0..rows).map(|row| labels.less(row, (pivot, 0.0))).collect(),
            percentages: (0..rows).map(percentage).collect(),
            errors,
            above: Vec::new(),
        }
    }

    /// The same, with a column for each declared quantile.
    #[must_use]
    pub fn with_quantiles(self, labels: &Exact<'_>, quantiles: &[Exact<'_>]) -> Self {
        Self { above: quantiles.iter().map(|quantile| labels.above(quantile)).collect(), ..self }
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.standing.len()
    }
}

fn standing(prediction: f64, label: f64) -> Standing {
    if label.is_nan() {
        Standing::Unlabelled
    } else if label.is_infinite() {
        Standing::InfiniteLabel
    } else if prediction.is_nan() {
        Standing::Unpredicted
    } else if prediction.is_infinite() {
        Standing::InfinitePrediction
    } else {
        Standing::Pair
    }
}

#[cfg(test)]
mod tests {
    use super::{Exact, Residuals, Standing};
    use crate::batch::{Numbers, Values};
    use crate::outcome::Number;

    fn column(numbers: Numbers<'_>) -> Values<'_> {
        Values::Numbers { numbers, validity: None }
    }

    #[test]
    fn integers_beyond_doubles_differ_exactly() {
        let (p, y) = (vec![i64::MAX, i64::MIN, 1 << 60], vec![i64::MAX - 3, i64::MIN + 5, (1 << 60) + 1]);
        let (p, y) = (column(Numbers::I64(&p)), column(Numbers::I64(&y)));
        let number = Number::learn([]).unwrap();
        let made = Residuals::of(&Exact::of(&p, 3), &Exact::of(&y, 3), &number);
        assert_eq!(made.errors, [3.0, -5.0, -1.0]);
        let (wide, float) = (vec![u64::MAX, (1 << 53) + 1], vec![18_446_744_073_709_551_616.0, 0.0]);
        let (wide, float) = (column(Numbers::U64(&wide)), column(Numbers::F64(&float)));
        let made = Residuals::of(&Exact::of(&float, 2), &Exact::of(&wide, 2), &number);
        assert_eq!(made.errors[0], 1.0);
    }

    #[test]
    fn every_row_has_one_standing_and_no_difference_is_infinite() {
        let p = [1.0, f64::NAN, f64::INFINITY, f64::NAN, f64::NAN, f64::MAX];
        let y = [0.0, 2.0, 2.0, f64::NAN, f64::NEG_INFINITY, f64::MIN];
        let (p, y) = (column(Numbers::F64(&p)), column(Numbers::F64(&y)));
        let made = Residuals::of(&Exact::of(&p, 6), &Exact::of(&y, 6), &Number::learn([]).unwrap());
        let expected = [
            Standing::Pair,
            Standing::Unpredicted,
            Standing::InfinitePrediction,
            Standing::Unlabelled,
            Standing::InfiniteLabel,
            Standing::Pair,
        ];
        assert_eq!(made.standing, expected.map(|standing| standing as u8));
        assert_eq!(made.errors[5], f64::MAX);
    }
}
