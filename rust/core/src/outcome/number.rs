//! Scores that foretell a number: what is counted of the residuals.
//!
//! With `e = prediction - label`, four columns are made of each pair: `e`, its square, the label,
//! and `|e / label|`. Their sums are integers on grids that are frozen here, so that they are the
//! same in any order. Residuals have cells too, log-linear ones: no sample is needed to tell small
//! ones apart, and both signs are resolved alike.

use std::sync::Arc;

use super::quantile::{self, Quantile};
use super::read_binning;
use crate::binning::{self, Binning, Recipe, Rule, Sample};
use crate::codec::bytes::{Reader, Writer};
use crate::error::{Result, parameter};
use crate::scalar::{Domain, Scalar};

/// About the bytes of a slice: eight pages of cells, and the sums.
pub(crate) const STATE_BYTES: usize = 8 * 1024 + 600;

/// Where the sums of a number's residuals lie: only precision depends on these, any grids give
/// right sums.
#[derive(Clone, Debug)]
pub struct Number {
    /// Cells of `e`, and grids of `e` and `e^2`; the sum of `|e|` takes the first one too.
    pub residual: Arc<Binning>,
    /// Grids of `e^2` and `e^4`.
    pub square: Arc<Binning>,
    /// Grids of `y - K` and `(y - K)^2`; K is the pivot.
    pub label: Arc<Binning>,
    /// Grids of `|e / y|` and its square.
    pub percentage: Arc<Binning>,
    /// Columns that foretell quantiles of the label, by ascending share; there may be none.
    pub quantiles: Vec<Quantile>,
}

impl Number {
    /// The grids of checked binnings.
    ///
    /// # Errors
    /// When one has other cells than log-linear ones of floats, or a pivot where none belongs.
    pub fn new([residual, square, label, percentage]: [Arc<Binning>; 4]) -> Result<Self> {
        if from_zero(&residual) && from_zero(&square) && from_zero(&percentage) && logarithmic(&label) {
            return Ok(Self { residual, square, label, percentage, quantiles: Vec::new() });
        }
        Err(parameter("outcome", "log-linear cells of floats, residuals from zero"))
    }

    /// Learns the grids from predictions and labels of the same rows; what is missing is NaN.
    ///
    /// # Errors
    /// Never for numbers; the recipes make partitions of any sample.
    pub fn learn(rows: impl IntoIterator<Item = (f64, f64)>) -> Result<Self> {
        let (mut residuals, mut labels, mut predictions) = (Vec::new(), Vec::new(), Vec::new());
        let (mut squares, mut percentages) = (Vec::new(), Vec::new());
        for (prediction, label) in rows {
            predictions.push(prediction);
            labels.push(label);
            let e = prediction - label;
            residuals.push(e);
            squares.push(e * e);
            percentages.push((e / label).abs());
        }
        if !residuals.iter().any(|e| e.is_finite()) {
            // No label yet: residuals are likely no larger than what the predictions differ by.
            (residuals, squares) = spread(&predictions);
        }
        let made = learn_derived;
        Self::new([made(residuals)?, made(squares)?, fit(&Recipe::LogLinear, labels)?, made(percentages)?])
    }

    /// With columns that foretell quantiles, whatever their order.
    ///
    /// # Errors
    /// When there are too many, or a column or share stands there twice.
    pub fn with_quantiles(self, quantiles: Vec<Quantile>) -> Result<Self> {
        Ok(Self { quantiles: quantile::in_order(quantiles)?, ..self })
    }

    /// The binnings in the order of the format.
    fn all(&self) -> [&Arc<Binning>; 4] {
        [&self.residual, &self.square, &self.label, &self.percentage]
    }

    /// Where sums of labels are taken from.
    pub(crate) fn label_pivot(&self) -> f64 {
        self.label.pivot().to_f64()
    }

    pub(super) fn write_identity(&self, writer: &mut Writer) {
        self.all().into_iter().for_each(|binning| writer.raw(binning.id()));
        if !self.quantiles.is_empty() {
            writer.length(self.quantiles.len());
            self.quantiles.iter().for_each(|quantile| quantile.write_identity(writer));
        }
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        self.all().into_iter().for_each(|binning| binning::write(writer, &binning.parts()));
        if !self.quantiles.is_empty() {
            writer.length(self.quantiles.len());
            self.quantiles.iter().for_each(|quantile| quantile.write(writer));
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let binnings = [(); 4].map(|()| read_binning(reader));
        let [residual, square, label, percentage] = binnings;
        Self::new([residual?, square?, label?, percentage?]).map_err(|_| reader.corrupt("an outcome"))
    }

    pub(super) fn read_with_quantiles(reader: &mut Reader<'_>, longest_name: usize) -> Result<Self> {
        let number = Self::read(reader)?;
        let quantiles = quantile::read_all(reader, longest_name)?;
        number.with_quantiles(quantiles).map_err(|_| reader.corrupt("quantiles"))
    }
}

fn logarithmic(binning: &Binning) -> bool {
    binning.domain() == Domain::Float && binning.rule() == Rule::LogLinear
}

/// Cells of what is derived from pairs.
pub(super) fn from_zero(binning: &Binning) -> bool {
    logarithmic(binning) && binning.pivot() == Scalar::Float(0.0)
}

/// Grids of a column that is derived from pairs.
pub(super) fn learn_derived(values: Vec<f64>) -> Result<Arc<Binning>> {
    fit(&Recipe::Derived, values)
}

fn fit(recipe: &Recipe, values: Vec<f64>) -> Result<Arc<Binning>> {
    Ok(Arc::new(Binning::fit(recipe, Domain::Float, &Sample::floats(values))?))
}

/// The predictions' differences from their middle, and the squares of these.
pub(super) fn spread(predictions: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let mut sorted: Vec<f64> = predictions.iter().copied().filter(|p| p.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let Some(&middle) = sorted.get(sorted.len() / 2) else { return (Vec::new(), Vec::new()) };
    sorted.iter().map(|p| (p - middle, (p - middle).powi(2))).unzip()
}
