//! The measurements of a numeric score by its labels, in one slice.
//!
//! A value is the change against the reference, or, without one, the measure itself. The mean
//! absolute error decides: it may grow by a ratio of the reference's before it counts as worse.

mod curves;
mod quantiles;
mod ratio;
mod rows;
mod single;
mod single_quantiles;
mod weights;

pub use single::{RegressionSettings, Rows, measure_regression};
pub use single_quantiles::{QuantileRows, QuantileSettings, measure_quantiles};

use quantiles::Foretold;

use super::labels::LabelCounts;
use super::measurement::{CurvePoint, Measurement, Reason, Status};
use super::settings::Instrument;
use crate::inference::Interval;
use crate::inference::mover::Estimate;
use crate::measure::residual::Residuals;
use crate::outcome::{Number, Quantile};
use crate::slice::SliceKey;
use crate::state::regression::Unpaired;
use crate::state::{Grain, RegressionState};

/// A metric by name.
struct Entry {
    name: &'static str,
    row: fn(&Task<'_>, &'static str) -> Measurement,
}

/// One side's predictions and labels.
#[derive(Clone)]
pub(super) struct Side {
    /// Sums over the pairs; of weighted rows as if there were so many as these are worth.
    residuals: Residuals,
    /// Rows with both, and of these the ones whose label is not zero.
    pairs: (u64, u64),
    unpaired: Unpaired,
    /// Coarse cells of the residuals, ascending: ends and rows, which may be weighted.
    cells: Vec<((f64, f64), f64)>,
    /// What the columns of quantiles are measured from.
    foretold: Foretold,
}

impl Side {
    pub(super) fn of(state: &RegressionState, number: &Number, grain: Grain) -> Self {
        let cells = curves::cells(state, number, grain);
        let foretold = Foretold::of(&state.quantiles, &number.quantiles);
        Self { cells, foretold, ..Self::new(state.measured(number), state.unpaired) }
    }

    fn new(residuals: Residuals, unpaired: Unpaired) -> Self {
        let rows = residuals.rows;
        let zeros = residuals.percentage.map_or(rows, |percentage| percentage.zeros);
        let pairs = (rows, rows - zeros.min(rows));
        Self { residuals, pairs, unpaired, cells: Vec::new(), foretold: Foretold::default() }
    }

    fn rows(&self) -> u64 {
        self.pairs.0 + self.unpaired.total()
    }

    /// Rows old enough to have a label.
    fn mature(&self) -> u64 {
        self.rows() - self.unpaired.immature
    }

    /// Mature rows with a label, whatever their prediction.
    fn labelled(&self) -> u64 {
        self.mature() - self.unpaired.unlabelled
    }

    /// Why nothing can be judged by labels here, if so.
    fn hindrance(&self, minimum_coverage: Option<f64>) -> Option<Reason> {
        let counts = LabelCounts {
            rows: self.rows(),
            mature: self.mature(),
            labelled: self.labelled(),
            measured: self.pairs.0 > 0,
        };
        counts.hindrance(minimum_coverage, None)
    }
}

/// One outcome in one slice, and all that is needed to measure it.
pub(super) struct Task<'a> {
    pub score: &'a str,
    pub label: &'a str,
    pub slice: SliceKey,
    pub reference: Option<Side>,
    pub current: Side,
    pub instrument: &'a Instrument,
    /// Columns that foretell quantiles, by ascending share.
    pub quantiles: &'a [Quantile],
    pub minimum_coverage: Option<f64>,
}

impl Task<'_> {
    /// Every metric, in every slice: each takes microseconds.
    pub(super) fn measure(&self) -> Vec<Measurement> {
        let rows = rows::ENTRIES.iter().map(|entry| (entry.row)(self, entry.name));
        rows.chain(self.quantile_rows()).collect()
    }

    /// What is drawn.
    pub(super) fn curves(&self) -> Vec<CurvePoint> {
        curves::points(self)
    }

    fn blank(&self, metric: &'static str) -> Measurement {
        let mut row = Measurement::new(self.score, self.slice, metric);
        row.n_reference = self.reference.as_ref().map_or(0, |side| side.pairs.0);
        row.n_current = self.current.pairs.0;
        row
    }

    /// A metric whose change is the value; the metric itself without a reference.
    fn change(
        &self,
        metric: &'static str,
        of: impl Fn(&Residuals) -> Option<Estimate>,
        interval: impl Fn(&Residuals, &Residuals) -> Option<Interval>,
    ) -> Measurement {
        let mut row = self.blank(metric);
        let current = of(&self.current.residuals);
        row.current_value = current.map(|estimate| estimate.value);
        let Some(reference) = &self.reference else {
            row.value = row.current_value;
            row.interval = current.and_then(|estimate| estimate.interval).map(ends);
            return row;
        };
        row.reference_value = of(&reference.residuals).map(|estimate| estimate.value);
        let change = row.current_value.zip(row.reference_value).map(|(c, r)| c - r);
        row.value = change.filter(|change| change.is_finite());
        if row.value.is_some() {
            row.interval = interval(&reference.residuals, &self.current.residuals).map(ends);
        }
        row
    }

    /// Makes the row decide against a tolerance.
    fn judge(&self, row: &mut Measurement, tolerance: f64) {
        row.decides = true;
        row.tolerance = Some(tolerance);
        row.severity = self.instrument.severity(row.metric);
    }

    /// Why nothing can be judged here, on either side, if so; the row is then concluded.
    fn hindered(&self, row: &mut Measurement) -> bool {
        let of_reference = self.reference.as_ref().and_then(|side| side.hindrance(None));
        let Some(reason) = self.current.hindrance(self.minimum_coverage).or(of_reference) else {
            return false;
        };
        row.conclude(Status::Undetermined, reason);
        true
    }
}

fn ends(interval: Interval) -> (f64, f64) {
    (interval.lower, interval.upper)
}
