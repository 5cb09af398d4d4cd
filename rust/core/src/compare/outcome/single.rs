//! One metric of scores and labels without a plan.

use super::super::measurement::{Measurement, Reason, Status};
use super::super::settings::Instrument;
use super::super::{Report, conclude};
use super::decisions::needs_threshold;
use super::{Side, Task, coverage, entries, estimates};
use crate::error::{Result, parameter};
use crate::measure::Scored;
use crate::measure::fairness::GapInterval;
use crate::measure::scored::decision::Costs;
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
    /// How intervals of gaps between a group and the rest are made.
    pub gap_interval: GapInterval,
    /// What decisions cost; needed by `expected_cost`.
    pub costs: Option<Costs>,
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
        let unknown_squares = unknown.iter().map(|cell| cell.rows).sum();
        Self { scored, apart, rows, unknown, unknown_squares, ..Self::default() }
    }
}

/// Measures scores by their labels; against a reference, or as a group of a whole, where the metric
/// takes one.
///
/// # Errors
/// When there is no such metric, or a number is out of its domain.
pub fn measure_scored(
    metrics: &[&str],
    current: Rows,
    (reference, whole): (Option<Rows>, Option<Rows>),
    settings: &ScoredSettings,
) -> Result<Report> {
    let entry = |metric: &&str| entries().find(|entry| entry.name == *metric);
    let wanted: Option<Vec<_>> = metrics.iter().map(entry).collect();
    let wanted = wanted.ok_or_else(|| parameter("metric", "a metric of scores and labels"))?;
    if !(1..=10_000).contains(&settings.bins) {
        return Err(parameter("bins", "a number of bins from 1 to 10000"));
    }
    if settings.threshold.is_some_and(|t| !t.is_finite()) {
        return Err(parameter("threshold", "a finite number"));
    }
    let mut instrument = Instrument::new("score");
    instrument.gap_interval = settings.gap_interval;
    instrument.costs = settings.costs;
    if let Some(tolerance) = settings.tolerance {
        instrument.outcome.ece_debiased = tolerance;
        instrument.outcome.selection_rate_ratio = tolerance;
    }
    let thresholds: Vec<f64> = settings.threshold.into_iter().collect();
    let whole = whole.map(Side::from);
    let task = Task {
        score: "score",
        label: "label",
        one_of_several: false,
        thresholds: &thresholds,
        bins: settings.bins,
        slice: SliceKey::default(),
        reference: reference.map(Side::from),
        current: current.into(),
        whole: whole.as_ref().map(|whole| (None, whole)),
        instrument: &instrument,
        minimum_coverage: None,
    };
    let sides = || task.reference.iter().chain([&task.current]);
    let measured = wanted.into_iter().map(|entry| {
        let mut row = (entry.row)(&task, entry.name);
        if sides().any(|side| leaves_out(side, entry.name)) {
            return untold(&row);
        }
        undefined(&task, &mut row);
        row
    });
    let mut measurements: Vec<Measurement> = measured.collect();
    conclude(&mut measurements, settings.false_alarm_rate);
    Ok(Report { measurements, curves: Vec::new() })
}

/// A metric that has no value here says why.
fn undefined(task: &Task<'_>, row: &mut Measurement) {
    if row.value.is_some() || row.status != Status::NotApplicable {
        return;
    }
    let at_one_score = task.current.scored.cells.iter().filter(|cell| cell.total() > 0.0).count() == 1;
    if row.reason == Reason::CoarseBinning {
        row.status = Status::Undetermined;
    } else if row.metric == "label_bias" && row.n_reference > 0 && row.n_current == 0 {
        // Every row has its label.
        row.conclude(Status::Undetermined, Reason::NoRows);
    } else if row.reason == Reason::Informs && !task.hindered(row, needs_both(row.metric)) {
        let constant = at_one_score || needs_threshold(row.metric);
        row.conclude(Status::Undetermined, if constant { Reason::Constant } else { Reason::TooFewRows });
    }
}

/// Whether the metric is about the difference of the classes.
fn needs_both(metric: &str) -> bool {
    let of_one = coverage::ENTRIES.iter().chain(estimates::ENTRIES).any(|entry| entry.name == metric);
    let of_one = of_one && metric != "auc_estimate_error";
    let of_bins = ["brier", "log_loss", "mce", "spiegelhalter_z"].contains(&metric);
    !(of_one || of_bins || metric.starts_with("ece") || metric.starts_with("brier_"))
}

/// Whether rows that the metric is about had to be left out for their scores.
fn leaves_out(side: &Side, metric: &str) -> bool {
    side.labelled_outside() > 0 || (metric == "label_bias" && side.apart.outside.iter().any(|rows| *rows > 0))
}

/// A value of the other rows would look like one of all.
fn untold(row: &Measurement) -> Measurement {
    let mut blank = Measurement::new(&row.instrument, row.slice, row.metric);
    (blank.n_reference, blank.n_current) = (row.n_reference, row.n_current);
    (blank.decides, blank.tolerance, blank.severity) = (row.decides, row.tolerance, row.severity);
    blank.method = row.method;
    blank.conclude(Status::Undetermined, Reason::ScoresOutside);
    blank
}
