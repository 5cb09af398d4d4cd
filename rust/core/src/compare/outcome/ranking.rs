//! How well the score tells the classes apart.

use super::super::column::LEVEL;
use super::super::measurement::{Measurement, Reason, Status};
use super::{Task, judge_later};
use crate::measure::scored::ranking::{auc, auc_change, average_precision, ks_classes};

pub(super) fn rows(task: &Task<'_>) -> Vec<Measurement> {
    let mut rows = vec![area(task)];
    if task.whole() {
        rows.extend([precision(task), gap(task)]);
    }
    rows
}

/// The one that decides: a loss of area against the reference.
pub(super) fn area(task: &Task<'_>) -> Measurement {
    let mut row = task.change("auc", "bracketed by cells; DeLong variance", auc::auc);
    let current = &task.current.scored;
    let Some(reference) = &task.reference else {
        row.interval = auc::interval(current, LEVEL).map(|i| (i.lower, i.upper));
        return row;
    };
    let reference = &reference.scored;
    let tolerance = task.instrument.outcome.auc;
    row.decides = true;
    row.tolerance = Some(tolerance);
    row.severity = task.instrument.severity("auc");
    row.interval = auc_change::interval(reference, current, LEVEL).map(|i| (i.lower, i.upper));
    row.p_value = auc_change::p_value(reference, current);
    if task.hindered(&mut row, true) {
        return row;
    }
    row.p_tolerance = auc_change::p_tolerance(reference, current, tolerance);
    if row.p_tolerance.is_none() {
        row.conclude(Status::Undetermined, Reason::TooFewRows);
        return row;
    }
    judge_later(&mut row);
    // A gain is no alert: only the lower end of the change is held against the tolerance.
    if row.interval.is_none_or(|(low, _)| low < -tolerance) {
        let beyond = row.value.is_some_and(|change| change < -tolerance);
        row.reason = if beyond { Reason::StraddlesTolerance } else { Reason::TooFewRows };
    }
    row
}

pub(super) fn precision(task: &Task<'_>) -> Measurement {
    let mut row = task.change(
        "average_precision",
        "step-wise, bracketed by cells",
        average_precision::average_precision,
    );
    if task.reference.is_none() {
        let interval = average_precision::interval(&task.current.scored, LEVEL);
        row.interval = interval.map(|i| (i.lower, i.upper));
    }
    row
}

pub(super) fn gap(task: &Task<'_>) -> Measurement {
    task.change("ks_classes", "largest difference of the classes' distributions", |scored| {
        ks_classes::ks_classes(scored).map(|found| found.gap)
    })
}
