//! The rows of several classes: how often the class that is scored highest is the label.

use super::super::column::LEVEL;
use super::super::measurement::{Measurement, Reason, Status};
use super::super::outcome::{judge_coverage, share_row};
use super::{Entry, Side, Task, ends};
use crate::inference::miettinen_nurminen;
use crate::inference::proportion::{Proportion, Share, null_level, wilson_interval};
use crate::measure::Scored;
use crate::measure::classes;
use crate::measure::scored::calibration::{Debiased, equal_mass, perfect};

pub(super) const ENTRIES: &[Entry] = &[
    Entry { name: "label_coverage", row: coverage },
    Entry { name: "top_accuracy", row: accuracy },
    Entry { name: "top_ece_debiased", row: confidence_error },
    Entry { name: "macro_f1", row: macro_f1 },
    Entry { name: "weighted_f1", row: weighted_f1 },
    Entry { name: "kappa", row: kappa },
    Entry { name: "balanced_top_accuracy", row: balanced_accuracy },
    Entry { name: "score_sum_violation_share", row: off_sum },
];

/// Mature rows with a label over mature rows.
fn coverage(task: &Task<'_>, name: &'static str) -> Measurement {
    let mut row = task.blank(name);
    row.method = "labelled over mature rows; Newcombe interval";
    let part =
        |side: &Side| Proportion { count: side.confidence.labelled(), total: side.confidence.mature() };
    share_row(&mut row, task.reference.as_ref().map(part), part(&task.current));
    if let Some(least) = task.minimum_coverage {
        task.judge(&mut row, least);
        judge_coverage(&mut row, least);
    }
    row
}

/// The one that decides: a loss against the reference.
fn accuracy(task: &Task<'_>, name: &'static str) -> Measurement {
    let mut row = task.blank(name);
    row.method = "exact counts; Wilson's interval";
    let current = task.current.right();
    row.current_value = current.and_then(|share| share.share());
    let Some(reference) = &task.reference else {
        row.value = row.current_value;
        row.interval = current.and_then(|share| wilson_interval(share, LEVEL)).map(ends);
        return row;
    };
    row.method = "exact counts; score interval and score test of a difference, guarded by exact tails";
    let reference = reference.right();
    row.reference_value = reference.and_then(|share| share.share());
    row.value = row.current_value.zip(row.reference_value).map(|(c, r)| c - r);
    let tolerance = task.instrument.outcome.accuracy;
    task.judge(&mut row, tolerance);
    if let Some((reference, current)) = reference.zip(current) {
        row.interval = miettinen_nurminen::interval(reference, current, LEVEL).map(ends);
        row.null_level = null_level(reference, current);
        row.p_value = miettinen_nurminen::p_value(reference, current, 0.0);
    }
    if !task.hindered(&mut row) {
        judge_loss(&mut row, reference.zip(current), tolerance);
    }
    row
}

/// A gain is no alert: only the lower end of the change is held against the tolerance.
fn judge_loss(row: &mut Measurement, sides: Option<(Share, Share)>, tolerance: f64) {
    let p = |(r, c)| miettinen_nurminen::p_loss(r, c, tolerance);
    row.p_tolerance = sides.and_then(p);
    row.conclude(Status::Undetermined, Reason::TooFewRows);
    if row.p_tolerance.is_none() {
        return;
    }
    if row.interval.is_some_and(|(low, _)| low >= -tolerance) {
        row.reason = Reason::WithinTolerance;
    } else if row.value.is_some_and(|change| change < -tolerance) {
        row.reason = Reason::StraddlesTolerance;
    }
}

/// How far the highest scores are from the share of rows in which they are right.
fn confidence_error(task: &Task<'_>, name: &'static str) -> Measurement {
    let mut row = task.blank(name);
    row.method = "equal-mass bins of the highest score; non-central chi-square law";
    let error = |scored: &Scored| Debiased::of(&equal_mass(scored, task.bins)?);
    let value = |side: &Side| error(&side.confidence.scored).map(|error| error.value());
    row.reference_value = task.reference.as_ref().and_then(value);
    row.current_value = value(&task.current);
    row.value = row.current_value;
    row.null_level = row.value.map(|_| 0.0);
    let current = &task.current.confidence.scored;
    row.interval = error(current).and_then(|error| error.interval(LEVEL)).map(ends);
    row.p_value = equal_mass(current, task.bins).as_deref().and_then(perfect::p_value);
    row
}

fn macro_f1(task: &Task<'_>, name: &'static str) -> Measurement {
    let mut row = task.change(name, |table| classes::macro_f1(table, LEVEL));
    row.method = "exact counts; delta method, combined by squares";
    row
}

fn weighted_f1(task: &Task<'_>, name: &'static str) -> Measurement {
    let mut row = task.change(name, |table| classes::weighted_f1(table, LEVEL));
    row.method = "exact counts; delta method, combined by squares";
    row
}

fn kappa(task: &Task<'_>, name: &'static str) -> Measurement {
    let mut row = task.change(name, |table| classes::kappa(table, LEVEL));
    row.method = "exact counts; delta method, combined by squares";
    row
}

fn balanced_accuracy(task: &Task<'_>, name: &'static str) -> Measurement {
    let mut row = task.change(name, |table| classes::balanced_accuracy(table, LEVEL));
    row.method = "exact counts; Wilson's intervals, combined by squares";
    row
}

/// Rows whose scores are no distribution over the classes, over rows with a prediction.
fn off_sum(task: &Task<'_>, name: &'static str) -> Measurement {
    let mut row = task.blank(name);
    row.method = "rows whose scores miss 1 by more than 0.001; Newcombe interval";
    share_row(&mut row, task.reference.as_ref().map(|side| side.off_sum), task.current.off_sum);
    row
}
