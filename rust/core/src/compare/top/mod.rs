//! The measurements of several classes by their labels, in one slice: of each row the class that is
//! scored highest is the prediction.
//!
//! A value is the change against the reference, or, without one, the measure itself. A loss of
//! accuracy decides.

mod curves;
mod rows;
mod single;

pub use single::{Rows, TopSettings, measure_top};

use super::labels::LabelCounts;
use super::measurement::{CurvePoint, Measurement, Reason, Status};
use super::outcome;
use super::settings::Instrument;
use crate::inference::Interval;
use crate::inference::mover::{self, Estimate};
use crate::inference::proportion::{Proportion, Share};
use crate::measure::classes::ClassTable;
use crate::outcome::Top;
use crate::slice::SliceKey;
use crate::state::{Grain, TopState};

/// A metric by name.
struct Entry {
    name: &'static str,
    row: fn(&Task<'_>, &'static str) -> Measurement,
}

/// One side's predictions and labels.
#[derive(Clone)]
pub(super) struct Side {
    /// The highest score of a row; positive when it was that of the label.
    confidence: outcome::Side,
    /// Rows by label and prediction, which may be weighted.
    table: Vec<f64>,
    /// Rows of equal weight that those of the table are worth.
    effective: f64,
    /// Rows whose scores do not sum to 1, of those with a prediction; never weighted.
    off_sum: Proportion,
}

impl Side {
    pub(super) fn of(state: &TopState, top: &Top, grain: Grain) -> Self {
        let table: Vec<f64> = state.table.iter().map(|rows| *rows as f64).collect();
        Self {
            confidence: outcome::Side::of(&state.confidence, &top.binning, grain),
            effective: table.iter().sum(),
            table,
            off_sum: Proportion { count: state.off_sum, total: state.predicted() },
        }
    }

    /// Strata of a log of which only some rows were kept, each row weighing as many as it stands for.
    /// Coverage and sums of scores are told of the rows as they are.
    pub(super) fn weighted(strata: &[(f64, Self)]) -> Self {
        let of_confidence: Vec<_> =
            strata.iter().map(|(weight, side)| (*weight, side.confidence.clone())).collect();
        let cells = strata.iter().map(|(_, side)| side.table.len()).max().unwrap_or(0);
        let (mut table, mut squares) = (vec![0.0; cells], 0.0);
        let mut off_sum = Proportion { count: 0, total: 0 };
        for (weight, side) in strata {
            for (sum, rows) in table.iter_mut().zip(&side.table) {
                *sum += weight * rows;
                squares += weight * weight * rows;
            }
            off_sum.count += side.off_sum.count;
            off_sum.total += side.off_sum.total;
        }
        let total: f64 = table.iter().sum();
        // Kish: rows that weigh differently say less than their number.
        let effective = if squares > 0.0 { total * total / squares } else { 0.0 };
        Self { confidence: outcome::Side::weighted(&of_confidence), table, effective, off_sum }
    }

    /// Number of classes.
    fn classes(&self) -> usize {
        self.table.len().isqrt()
    }

    /// What the measures of a table take; `None` without rows.
    fn counts(&self) -> Option<ClassTable> {
        ClassTable::new(&self.table, self.classes(), Some(self.effective))
    }

    /// Rows that were right, as effective ones; `None` without rows.
    fn right(&self) -> Option<Share> {
        let right: f64 = self.table.iter().step_by(self.classes() + 1).sum();
        let total: f64 = self.table.iter().sum();
        // Sums of doubles may leave a crumb below 0.
        Share { count: right, rest: (total - right).max(0.0) }.with_total(self.effective)
    }

    /// Rows with a label and a prediction.
    fn measured(&self) -> u64 {
        self.table.iter().sum::<f64>() as u64
    }
}

/// One outcome in one slice, and all that is needed to measure it.
pub(super) struct Task<'a> {
    /// The label's column, which is the instrument.
    pub label: &'a str,
    /// The labels that the classes are of.
    pub classes: &'a [&'a str],
    /// Bins of calibration errors.
    pub bins: u32,
    pub slice: SliceKey,
    pub reference: Option<Side>,
    pub current: Side,
    pub instrument: &'a Instrument,
    pub minimum_coverage: Option<f64>,
}

impl Task<'_> {
    /// Every metric, in every slice: each takes microseconds.
    pub(super) fn measure(&self) -> Vec<Measurement> {
        rows::ENTRIES.iter().map(|entry| (entry.row)(self, entry.name)).collect()
    }

    /// What is drawn.
    pub(super) fn curves(&self) -> Vec<CurvePoint> {
        curves::points(self)
    }

    fn blank(&self, metric: &'static str) -> Measurement {
        let mut row = Measurement::new(self.label, self.slice, metric);
        row.n_reference = self.reference.as_ref().map_or(0, Side::measured);
        row.n_current = self.current.measured();
        row
    }

    /// A metric of the table whose change is the value; the metric itself without a reference.
    fn change(&self, metric: &'static str, of: impl Fn(&ClassTable) -> Option<Estimate>) -> Measurement {
        let mut row = self.blank(metric);
        let measured = |side: &Side| of(&side.counts()?);
        let current = measured(&self.current);
        row.current_value = current.map(|estimate| estimate.value);
        let Some(reference) = &self.reference else {
            row.value = row.current_value;
            row.interval = current.and_then(|estimate| estimate.interval).map(ends);
            return row;
        };
        let reference = measured(reference);
        row.reference_value = reference.map(|estimate| estimate.value);
        if let Some((r, c)) = reference.zip(current) {
            row.value = Some(c.value - r.value);
            row.interval = mover::difference(r, c).map(ends);
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

impl Side {
    /// Why nothing can be judged by labels here, if so.
    fn hindrance(&self, minimum_coverage: Option<f64>) -> Option<Reason> {
        let confidence = &self.confidence;
        let counts = LabelCounts {
            rows: confidence.rows,
            mature: confidence.mature(),
            labelled: confidence.labelled(),
            measured: self.counts().is_some(),
        };
        let outside = confidence.has_many_outside().then_some(Reason::ScoresOutside);
        counts.hindrance(minimum_coverage, outside)
    }
}

fn ends(interval: Interval) -> (f64, f64) {
    (interval.lower, interval.upper)
}
