//! How many labels there are, and whether the rows that have one are like the others.

use super::super::column::LEVEL;
use super::super::measurement::{Measurement, Reason, Status};
use super::{Side, Task};
use crate::inference::proportion::{Proportion, newcombe_interval, null_level, p_value, wilson_interval};
use crate::measure::{self, Pair};

pub(super) fn rows(task: &Task<'_>) -> Vec<Measurement> {
    let mut rows = vec![coverage(task), positive_rate(task)];
    if task.whole() {
        rows.push(label_bias(task));
    }
    rows
}

/// Mature rows with a label over mature rows.
fn coverage(task: &Task<'_>) -> Measurement {
    let part = |side: &Side| Proportion { count: side.labelled(), total: side.mature() };
    let mut row = share(task, "label_coverage", part);
    row.method = "labelled over mature rows; Newcombe interval";
    if let Some(least) = task.settings.minimum_coverage {
        row.decides = true;
        row.tolerance = Some(least);
        row.severity = task.instrument.severity("label_coverage");
        let reason = match row.current_value {
            None => Reason::NoRows,
            Some(0.0) => Reason::NoLabelsYet,
            Some(share) if share < least => Reason::LowCoverage,
            Some(_) => Reason::WithinTolerance,
        };
        let status = if reason == Reason::WithinTolerance { Status::Ok } else { Status::Undetermined };
        row.conclude(status, reason);
    }
    row
}

/// Positives over labelled rows: the base rate.
fn positive_rate(task: &Task<'_>) -> Measurement {
    let part = |side: &Side| {
        let rows = side.scored.rows();
        Proportion { count: rows[1] as u64, total: (rows[0] + rows[1]) as u64 }
    };
    let mut row = share(task, "positive_rate", part);
    row.method = "positives over rows with score and label; Newcombe interval";
    row
}

/// A share of either side, and its change.
fn share(task: &Task<'_>, metric: &'static str, part: impl Fn(&Side) -> Proportion) -> Measurement {
    let mut row = task.blank(metric);
    row.instrument.clone_from(&task.outcome.label);
    let current = part(&task.current);
    (row.n_current, row.current_value) = (current.total, current.share());
    let Some(reference) = task.reference.as_ref().map(part) else {
        row.value = row.current_value;
        row.interval = wilson_interval(current, LEVEL).map(|i| (i.lower, i.upper));
        return row;
    };
    (row.n_reference, row.reference_value) = (reference.total, reference.share());
    row.value = measure::share::share_change(reference, current);
    row.interval = newcombe_interval(reference, current, LEVEL, 0.0).map(|i| (i.lower, i.upper));
    row.null_level = null_level(reference, current);
    row.p_value = p_value(reference, current);
    row
}

/// Population stability index of the scores of rows without a label against those with one:
/// labels that come early, or for some rows only, are not a sample of all.
fn label_bias(task: &Task<'_>) -> Measurement {
    let mut row = task.blank("label_bias");
    row.method = "psi of scores in tenths, unlabelled against labelled rows";
    const TENTHS: usize = 10;
    let tenth = |low: f64| ((low.max(0.0) * TENTHS as f64) as usize).min(TENTHS - 1);
    let (mut labelled, mut unlabelled) = ([0_u64; TENTHS], [0_u64; TENTHS]);
    for cell in &task.current.scored.cells {
        labelled[tenth(cell.low)] += cell.total() as u64;
    }
    for ((low, _), rows, _) in &task.current.unknown {
        unlabelled[tenth(*low)] += *rows as u64;
    }
    let pair = Pair { reference: &labelled, current: &unlabelled };
    (row.n_reference, row.n_current) = (pair.n(), pair.m());
    row.value = measure::psi_corrected(pair);
    row.null_level = pair.totals().map(|_| 0.0);
    row.p_value = measure::psi::p_value(pair);
    row
}
