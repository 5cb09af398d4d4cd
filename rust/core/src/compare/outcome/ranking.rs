//! How well the score tells the classes apart.

use super::super::measurement::{Measurement, Reason, Status};
use super::{Entry, LEVEL, Scope, Task, ends, judge_later};
use crate::measure::scored::decision::log_loss;
use crate::measure::scored::ranking::{auc, auc_change, average_precision, ks_classes};

pub(super) const ENTRIES: &[Entry] = &[
    Entry { name: "auc", scope: Scope::Slices, row: area },
    Entry { name: "average_precision", scope: Scope::All, row: precision },
    Entry { name: "ks_classes", scope: Scope::All, row: gap },
    Entry { name: "log_loss", scope: Scope::Slices, row: loss },
];

/// The one that decides: a loss of area against the reference.
fn area(task: &Task<'_>, name: &'static str) -> Measurement {
    let current = &task.current.scored;
    let mut row = task.change(name, auc::auc, |scored| auc::interval(scored, LEVEL));
    row.method = "bracketed by cells; DeLong variance";
    let Some(reference) = &task.reference else { return row };
    let reference = &reference.scored;
    let tolerance = task.instrument.outcome.auc;
    task.judge(&mut row, tolerance);
    row.interval = auc_change::interval(reference, current, LEVEL).map(ends);
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

fn precision(task: &Task<'_>, name: &'static str) -> Measurement {
    let interval = |scored: &_| average_precision::interval(scored, LEVEL);
    let mut row = task.change(name, average_precision::average_precision, interval);
    row.method = "step-wise, bracketed by cells; logit interval";
    row
}

fn gap(task: &Task<'_>, name: &'static str) -> Measurement {
    let gap = |scored: &_| ks_classes::ks_classes(scored).map(|found| found.gap);
    let mut row = task.change(name, gap, |_| None);
    row.method = "largest difference of the classes' distributions, bracketed by cells";
    row
}

/// Rows of infinite loss are counted with a clipped score.
fn loss(task: &Task<'_>, name: &'static str) -> Measurement {
    let loss = |scored: &_| super::exact(log_loss::log_loss(scored)?.clipped);
    let mut row = task.change(name, loss, |scored| log_loss::interval(scored, LEVEL));
    row.method = "exact sums, scores of 0 and 1 that were wrong clipped at 1e-15; normal interval";
    if task.current.scored.sums.infinite_loss > 0.0 {
        row.method = "some scores of 0 or 1 were wrong: clipped at 1e-15; interval of the other rows";
    }
    row
}
