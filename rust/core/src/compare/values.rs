//! The Kolmogorov-Smirnov distance of values that came as such, exactly.

use super::column::Task;
use super::counts::{Given, report};
use super::{Measurement, Report};
use crate::error::Result;
use crate::measure::exact_ks::{Exact, Outcome};
use crate::state::{CategoricalState, ColumnState, Specials};

/// One measurement of `ks` from two samples that were gone through value by value.
///
/// # Errors
/// When a number is out of its domain.
pub fn measure_ks(outcome: &Outcome, tolerance: Option<f64>, false_alarm_rate: f64) -> Result<Report> {
    let (n, m) = outcome.present;
    let (reference, current) = (state(n, outcome.reference), state(m, outcome.current));
    let given = Given { name: "value", metric: "ks", tolerance, false_alarm_rate };
    report(&given, &reference, &current, |task| vec![ks(task, outcome.exact.as_ref())])
}

/// All values on one side of the point where the distance is reached, or on the other: two cells
/// that tell it exactly, judged as any counts are.
fn ks(task: &Task<'_>, exact: Option<&Exact>) -> Measurement {
    let Some(exact) = exact else { return task.ks(None, None) };
    let split = |total: u64, below: u64| [below, total - below];
    let (reference, current) = (split(exact.n, exact.at.0), split(exact.m, exact.at.1));
    let pair = crate::measure::Pair { reference: &reference, current: &current };
    let mut row = task.ks(Some(pair), Some(&[true, true]));
    row.p_value = exact.p_value();
    row.method = exact.method();
    row
}

fn state(present: u64, specials: Specials) -> ColumnState {
    ColumnState::Categorical(CategoricalState { counts: vec![present], other: 0, specials, novel: None })
}
