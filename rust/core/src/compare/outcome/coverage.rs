//! How many labels there are, and whether the rows that have one are like the others.

use super::super::measurement::{Measurement, Reason, Status};
use super::{Entry, LEVEL, Scope, Side, Task, ends};
use crate::inference::proportion::{
    Proportion, Share, newcombe_interval, null_level, p_value, wilson_interval,
};
use crate::measure::{self, Pair};

/// The metric that is of the label alone, whatever the score.
pub(super) const OF_LABEL: &str = "label_coverage";

pub(super) const ENTRIES: &[Entry] = &[
    Entry { name: OF_LABEL, scope: Scope::Slices, row: coverage },
    Entry { name: "positive_rate", scope: Scope::Slices, row: positive_rate },
    Entry { name: "label_bias", scope: Scope::All, row: label_bias },
];

/// Mature rows with a label over mature rows.
fn coverage(task: &Task<'_>, name: &'static str) -> Measurement {
    let part = |side: &Side| Proportion { count: side.labelled(), total: side.mature() }.into();
    let mut row = share(task, name, part);
    row.method = "labelled over mature rows; Newcombe interval";
    if let Some(least) = task.minimum_coverage {
        task.judge(&mut row, least);
        judge_coverage(&mut row, least);
    }
    row
}

/// Enough labels, too few, or none: never beyond a tolerance.
pub(in super::super) fn judge_coverage(row: &mut Measurement, least: f64) {
    let reason = match row.current_value {
        None => Reason::NoRows,
        Some(0.0) => Reason::NoLabelsYet,
        Some(share) if share < least => Reason::LowCoverage,
        Some(_) => Reason::WithinTolerance,
    };
    let status = if reason == Reason::WithinTolerance { Status::Ok } else { Status::Undetermined };
    row.conclude(status, reason);
}

/// Positives over labelled rows: the base rate.
fn positive_rate(task: &Task<'_>, name: &'static str) -> Measurement {
    // Of as many rows as they say: where only some were kept, fewer than they stand for.
    let part = |side: &Side| {
        let [rest, count] = side.scored.rows();
        let share = Share { count, rest };
        share.with_total(side.scored.effective_total()).unwrap_or(share)
    };
    let mut row = share(task, name, part);
    row.method = "positives over rows with score and label; Newcombe interval";
    row
}

/// A share of either side, and its change; of the label's column, unless that has several classes,
/// each with a share of its own.
fn share(task: &Task<'_>, metric: &'static str, part: impl Fn(&Side) -> Share) -> Measurement {
    let mut row = task.blank(metric);
    if !task.one_of_several {
        task.label.clone_into(&mut row.instrument);
    }
    share_row(&mut row, task.reference.as_ref().map(&part), part(&task.current));
    row
}

/// Writes a share of either side, and its change; without a reference the share itself.
pub(in super::super) fn share_row<S: Into<Share>>(row: &mut Measurement, reference: Option<S>, current: S) {
    let (reference, current) = (reference.map(S::into), current.into());
    (row.n_current, row.current_value) = (current.total().round() as u64, current.share());
    let Some(reference) = reference else {
        row.value = row.current_value;
        row.interval = wilson_interval(current, LEVEL).map(ends);
        return;
    };
    (row.n_reference, row.reference_value) = (reference.total().round() as u64, reference.share());
    row.value = row.current_value.zip(row.reference_value).map(|(c, r)| c - r);
    row.interval = newcombe_interval(reference, current, LEVEL, 0.0).map(ends);
    row.null_level = null_level(reference, current);
    row.p_value = p_value(reference, current);
}

/// Population stability index of the scores of rows without a label against those with one:
/// labels that come early, or for some rows only, are not a sample of all.
fn label_bias(task: &Task<'_>, name: &'static str) -> Measurement {
    const TENTHS: usize = 10;
    let mut row = task.blank(name);
    row.method = "psi_corrected of scores in tenths, unlabelled against labelled rows";
    let tenth = |low: f64| ((low.max(0.0) * TENTHS as f64) as usize).min(TENTHS - 1);
    let (mut labelled, mut unlabelled) = ([0_u64; TENTHS], [0_u64; TENTHS]);
    // Whole rows, of as many as the weighted ones say.
    let current = &task.current;
    let of_known = current.scored.effective_total() / current.scored.total();
    for cell in &current.scored.cells {
        labelled[tenth(cell.low)] += (cell.total() * of_known).round() as u64;
    }
    let total: f64 = current.unknown.iter().map(|cell| cell.rows).sum();
    for cell in &current.unknown {
        unlabelled[tenth(cell.low)] += (cell.rows * total / current.unknown_squares).round() as u64;
    }
    let pair = Pair { reference: &labelled, current: &unlabelled };
    (row.n_reference, row.n_current) = (pair.n(), pair.m());
    row.value = measure::psi_corrected(pair);
    row.null_level = pair.totals().map(|_| 0.0);
    row.p_value = measure::psi::p_value(pair);
    let law = measure::psi(pair).zip(pair.degrees_of_freedom()).zip(pair.scale());
    row.interval = law.and_then(|((psi, df), scale)| measure::psi::interval(psi, df, scale, LEVEL)).map(ends);
    row
}
