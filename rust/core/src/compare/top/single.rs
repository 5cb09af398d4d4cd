//! One metric of several classes without a plan.

use super::super::measurement::{Reason, Status};
use super::super::settings::Instrument;
use super::super::{Report, conclude};
use super::{Side, Task, rows};
use crate::error::{Result, parameter};
use crate::outcome::Top;
use crate::slice::SliceKey;
use crate::state::binary::Apart;
use crate::state::{Grain, TopState};

/// How one metric is measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopSettings {
    /// Bins of the calibration error.
    pub bins: u32,
    /// Largest accepted loss against the reference, for the metric that decides.
    pub tolerance: Option<f64>,
    /// Chance of an alert when the effect is within tolerance.
    pub false_alarm_rate: f64,
}

/// Scores of several classes and labels of one side.
#[derive(Clone)]
pub struct Rows {
    side: Side,
    /// Rows without a label or a prediction.
    pub apart: Apart,
}

impl Rows {
    /// What was counted.
    #[must_use]
    pub fn of(state: &TopState, top: &Top) -> Self {
        Self { side: Side::of(state, top, Grain::Fine), apart: state.confidence.apart }
    }
}

/// Measures the scores of several classes by their labels.
///
/// # Errors
/// When there is no such metric, or a number is out of its domain.
pub fn measure_top(
    metric: &str,
    reference: Option<Rows>,
    current: Rows,
    settings: TopSettings,
) -> Result<Report> {
    let entry = rows::ENTRIES.iter().find(|entry| entry.name == metric);
    let entry = entry.ok_or_else(|| parameter("metric", "a metric of several classes"))?;
    if !(settings.false_alarm_rate > 0.0 && settings.false_alarm_rate < 0.5) {
        return Err(parameter("false_alarm_rate", "a probability above 0 and below 0.5"));
    }
    let mut instrument = Instrument::new("label");
    if let Some(tolerance) = settings.tolerance {
        if !(tolerance > 0.0 && tolerance < 1.0) {
            return Err(parameter("tolerance", "a share above 0 and below 1"));
        }
        instrument.outcome.accuracy = tolerance;
    }
    let task = Task {
        label: "label",
        classes: &[],
        bins: settings.bins,
        slice: SliceKey::default(),
        reference: reference.map(|rows| rows.side),
        current: current.side,
        instrument: &instrument,
        minimum_coverage: None,
    };
    let mut row = (entry.row)(&task, entry.name);
    // A metric that has no value here says why.
    let informs = row.status == Status::NotApplicable && row.reason == Reason::Informs;
    if row.value.is_none() && informs && !task.hindered(&mut row) {
        let few = if metric == "kappa" { Reason::OneClass } else { Reason::TooFewRows };
        row.conclude(Status::Undetermined, few);
    }
    let mut measurements = vec![row];
    conclude(&mut measurements, settings.false_alarm_rate);
    Ok(Report { measurements, curves: Vec::new() })
}
