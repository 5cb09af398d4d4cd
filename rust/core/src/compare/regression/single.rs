//! One metric of predictions and labels without a plan.

use super::super::measurement::{Reason, Status};
use super::super::settings::Instrument;
use super::super::{Report, conclude};
use super::{Side, Task, rows};
use crate::error::{Result, parameter};
use crate::measure::residual::Residuals;
use crate::outcome::Number;
use crate::slice::SliceKey;
use crate::state::RegressionState;
use crate::state::regression::Unpaired;

/// How one metric is measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RegressionSettings {
    /// Largest accepted ratio to the reference's value, for the metric that decides.
    pub tolerance: Option<f64>,
    /// Chance of an alert when the effect is within tolerance.
    pub false_alarm_rate: f64,
}

/// Predictions and labels of one side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rows {
    /// Sums over rows with both.
    pub residuals: Residuals,
    /// The other rows.
    pub unpaired: Unpaired,
}

impl Rows {
    /// What was counted.
    #[must_use]
    pub fn of(state: &RegressionState, number: &Number) -> Self {
        Self { residuals: state.measured(number), unpaired: state.unpaired }
    }
}

impl From<Rows> for Side {
    fn from(Rows { residuals, unpaired }: Rows) -> Self {
        Self::new(residuals, unpaired)
    }
}

/// Measures predictions by their labels.
///
/// # Errors
/// When there is no such metric, or a number is out of its domain.
pub fn measure_regression(
    metric: &str,
    reference: Option<Rows>,
    current: Rows,
    settings: RegressionSettings,
) -> Result<Report> {
    let entry = rows::ENTRIES.iter().find(|entry| entry.name == metric);
    let entry = entry.ok_or_else(|| parameter("metric", "a metric of predictions and labels"))?;
    if !(settings.false_alarm_rate > 0.0 && settings.false_alarm_rate < 0.5) {
        return Err(parameter("false_alarm_rate", "a probability above 0 and below 0.5"));
    }
    let mut instrument = Instrument::new("prediction");
    if let Some(tolerance) = settings.tolerance {
        if !(tolerance > 1.0 && tolerance.is_finite()) {
            return Err(parameter("tolerance", "a ratio above 1"));
        }
        instrument.outcome.mae_ratio = tolerance;
    }
    let task = Task {
        score: "prediction",
        label: "label",
        slice: SliceKey::default(),
        reference: reference.map(Side::from),
        current: current.into(),
        instrument: &instrument,
        quantiles: &[],
        minimum_coverage: None,
    };
    let mut row = (entry.row)(&task, entry.name);
    // A metric that has no value here says why.
    let informs = row.status == Status::NotApplicable && row.reason == Reason::Informs;
    if row.value.is_none() && informs && !task.hindered(&mut row) {
        let constant = metric == "r2" && task.current.residuals.rows > 0;
        row.conclude(Status::Undetermined, if constant { Reason::Constant } else { Reason::NoValues });
    }
    let mut measurements = vec![row];
    conclude(&mut measurements, settings.false_alarm_rate);
    Ok(Report { measurements, curves: Vec::new() })
}
