//! Measures on counts that came as such.

use std::sync::Arc;

use super::column::Task;
use super::groups::Grouping;
use super::settings::{Decider, Instrument, Settings};
use super::usual::Usual;
use super::{Measurement, Report, conclude};
use crate::error::{Result, parameter};
use crate::measure::MOST_ROWS;
use crate::plan::{Column, Counter, Role};
use crate::slice::SliceKey;
use crate::state::{CategoricalState, ColumnState, Grain, Specials};
use crate::vocabulary::Vocabulary;

/// Metrics that counts alone determine.
pub const ON_COUNTS: [&str; 8] =
    ["psi", "psi_corrected", "ks", "total_variation", "jensen_shannon", "hellinger", "chi_square", "g_test"];

/// One measurement from the counts of two sides in the same cells (for `ks` in order).
///
/// # Errors
/// When the sides differ in length, the metric needs more than counts, or a number is out of
/// its domain.
pub fn measure_counts(
    metric: &str,
    reference: &[u64],
    current: &[u64],
    tolerance: Option<f64>,
    false_alarm_rate: f64,
) -> Result<Report> {
    if reference.len() != current.len() {
        return Err(parameter("current_counts", "as many cells as reference_counts"));
    }
    let few = |counts: &[u64]| counts.iter().map(|c| u128::from(*c)).sum::<u128>() <= u128::from(MOST_ROWS);
    if !few(reference) || !few(current) {
        return Err(parameter("counts", "at most 2^60 rows on each side"));
    }
    if !ON_COUNTS.contains(&metric) {
        return Err(parameter("metric", &format!("one of {}", ON_COUNTS.join(", "))));
    }
    let (r, c) = (state(reference), state(current));
    report(&Given { name: "counts", metric, tolerance, false_alarm_rate }, &r, &c, |task| {
        task.measure_given()
    })
}

/// What is asked for, without a spec.
pub(super) struct Given<'a> {
    /// What the data is called.
    pub name: &'a str,
    pub metric: &'a str,
    pub tolerance: Option<f64>,
    pub false_alarm_rate: f64,
}

/// The rows of one metric that `measure` makes of two states without a plan, judged.
pub(super) fn report(
    given: &Given<'_>,
    reference: &ColumnState,
    current: &ColumnState,
    measure: impl FnOnce(&Task<'_>) -> Vec<Measurement>,
) -> Result<Report> {
    let Given { name, metric, tolerance, false_alarm_rate } = *given;
    let mut instrument = Instrument::new(name);
    instrument.decider = match (metric, tolerance) {
        ("psi_corrected", Some(_)) => Decider::PsiCorrected,
        ("ks", Some(_)) => Decider::Ks,
        _ => Decider::Nothing,
    };
    instrument.psi = tolerance.unwrap_or(instrument.psi);
    instrument.ks = if metric == "ks" { instrument.psi } else { instrument.ks };
    let settings =
        Settings { false_alarm_rate, instruments: vec![instrument.clone()], ..Settings::default() };
    settings.check()?;
    let counter = Counter::Categorical(Arc::new(Vocabulary::new(Vec::new())?));
    let column = Column { name: name.to_owned(), role: Role::Feature, counter };
    let task = Task {
        column: &column,
        slice: SliceKey::default(),
        reference: (reference, Grain::Coarse),
        current: (current, Grain::Coarse),
        grouping: &Grouping::Given,
        usual: &Usual::default(),
        instrument: &instrument,
    };
    let mut measurements = measure(&task);
    measurements.retain(|row| row.metric == metric);
    conclude(&mut measurements, false_alarm_rate);
    Ok(Report { measurements, curves: Vec::new() })
}

fn state(counts: &[u64]) -> ColumnState {
    let empty =
        CategoricalState { counts: counts.to_vec(), other: 0, specials: Specials::default(), novel: None };
    ColumnState::Categorical(empty)
}
