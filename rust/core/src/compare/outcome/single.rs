//! One metric of scores and labels without a plan.

use super::super::measurement::{Measurement, Reason, Status};
use super::super::settings::Instrument;
use super::super::{Report, conclude};
use super::{Side, Task, entries};
use crate::error::{Result, parameter};
use crate::measure::Scored;
use crate::measure::scored::estimate::UnlabelledCell;
use crate::slice::SliceKey;
use crate::state::binary::Apart;

/// How one metric is measured.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoredSettings {
    /// Where decisions are made; needed by metrics of decisions.
    pub threshold: Option<f64>,
    /// Bins of calibration errors.
    pub bins: u32,
    /// Largest accepted value, for the metric that decides.
    pub tolerance: Option<f64>,
    /// Chance of an alert when the effect is within tolerance.
    pub false_alarm_rate: f64,
}

/// Scores and labels of one side.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// Rows with both.
    pub scored: Scored,
    /// Scores of rows whose label is not known.
    pub unknown: Vec<UnlabelledCell>,
    /// Rows without a label or in no cell.
    pub apart: Apart,
    /// All rows.
    pub rows: u64,
}

impl From<Rows> for Side {
    fn from(Rows { scored, unknown, apart, rows }: Rows) -> Self {
        Self { scored, apart, rows, unknown }
    }
}

/// Measures scores by their labels.
///
/// # Errors
/// When there is no such metric, or a number is out of its domain.
pub fn measure_scored(
    metric: &str,
    reference: Option<Rows>,
    current: Rows,
    settings: &ScoredSettings,
) -> Result<Report> {
    let entry = entries().find(|entry| entry.name == metric);
    let entry = entry.ok_or_else(|| parameter("metric", "a metric of scores and labels"))?;
    if !(1..=10_000).contains(&settings.bins) {
        return Err(parameter("bins", "a number of bins from 1 to 10000"));
    }
    if settings.threshold.is_some_and(|t| !t.is_finite()) {
        return Err(parameter("threshold", "a finite number"));
    }
    let mut instrument = Instrument::new("score");
    if let Some(tolerance) = settings.tolerance {
        instrument.outcome.ece_debiased = tolerance;
        instrument.outcome.selection_rate_ratio = tolerance;
    }
    let thresholds: Vec<f64> = settings.threshold.into_iter().collect();
    let task = Task {
        score: "score",
        label: "label",
        thresholds: &thresholds,
        bins: settings.bins,
        slice: SliceKey::default(),
        reference: reference.map(Side::from),
        current: current.into(),
        whole: None,
        instrument: &instrument,
        minimum_coverage: None,
    };
    let mut row = (entry.row)(&task, entry.name);
    undefined(&task, &mut row);
    let mut measurements = vec![row];
    conclude(&mut measurements, settings.false_alarm_rate);
    Ok(Report { measurements, curves: Vec::new() })
}

/// A metric that has no value here says why.
fn undefined(task: &Task<'_>, row: &mut Measurement) {
    if row.value.is_some() || row.status != Status::NotApplicable || row.reason != Reason::Informs {
        return;
    }
    if !task.hindered(row, true) {
        row.conclude(Status::Undetermined, Reason::TooFewRows);
    }
}
