//! One metric of quantile predictions and labels without a plan.

use super::super::measurement::{Reason, Status};
use super::super::settings::Instrument;
use super::super::{Report, conclude};
use super::quantiles::Metric;
use super::{Side, Task};
use crate::error::{Result, parameter};
use crate::outcome::{Number, Quantile};
use crate::slice::SliceKey;
use crate::state::{Grain, RegressionState};

/// How one metric is measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuantileSettings {
    /// Largest accepted difference from the declared share, for the metric that decides.
    pub tolerance: Option<f64>,
    /// Chance of an alert when the effect is within tolerance.
    pub false_alarm_rate: f64,
}

/// Columns of quantiles and labels of one side.
#[derive(Clone)]
pub struct QuantileRows {
    side: Side,
    quantiles: Vec<Quantile>,
}

impl QuantileRows {
    /// What was counted.
    #[must_use]
    pub fn of(state: &RegressionState, number: &Number) -> Self {
        Self { side: Side::of(state, number, Grain::Fine), quantiles: number.quantiles.clone() }
    }
}

/// Measures columns that foretell quantiles by their labels.
///
/// # Errors
/// When there is no such metric, or a number is out of its domain.
pub fn measure_quantiles(
    metric: &str,
    reference: Option<QuantileRows>,
    current: QuantileRows,
    settings: QuantileSettings,
) -> Result<Report> {
    let found = Metric::ALL.into_iter().find(|one| one.name() == metric);
    let found = found.ok_or_else(|| parameter("metric", "a metric of quantiles and labels"))?;
    if !(settings.false_alarm_rate > 0.0 && settings.false_alarm_rate < 0.5) {
        return Err(parameter("false_alarm_rate", "a probability above 0 and below 0.5"));
    }
    let mut instrument = Instrument::new("prediction");
    if let Some(tolerance) = settings.tolerance {
        if !(tolerance > 0.0 && tolerance < 1.0) {
            return Err(parameter("tolerance", "a share above 0 and below 1"));
        }
        instrument.outcome.interval_coverage = tolerance;
    }
    let task = Task {
        score: "prediction",
        label: "label",
        slice: SliceKey::default(),
        reference: reference.map(|rows| rows.side),
        current: current.side,
        instrument: &instrument,
        quantiles: &current.quantiles,
        minimum_coverage: None,
    };
    let mut measurements = task.quantile_metric(found);
    for row in &mut measurements {
        // A metric that has no value here says why.
        if row.value.is_none() && row.status == Status::NotApplicable {
            let part = task.current.foretold.below.first().copied().unwrap_or_default();
            let reason = task.without_quantiles(part).unwrap_or(Reason::NoValues);
            row.conclude(Status::Undetermined, reason);
        }
    }
    conclude(&mut measurements, settings.false_alarm_rate);
    Ok(Report { measurements, curves: Vec::new() })
}
