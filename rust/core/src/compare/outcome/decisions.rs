//! What deciding at the threshold in force comes to.

use super::super::measurement::{Measurement, Reason, Status};
use super::{Entry, LEVEL, MOST_OUTSIDE, Scope, Side, Task, ends, judge_later, threshold};
use crate::inference::{Interval, normal};
use crate::measure::Scored;
use crate::measure::scored::decision::{Metric, decide, rate_ratio};
use crate::measure::scored::{Bracketed, Weighed};

pub(super) const ENTRIES: &[Entry] = &[
    Entry { name: "selection_rate", scope: Scope::Slices, row: selection_rate },
    Entry { name: "selection_rate_ratio", scope: Scope::All, row: selection_rate_ratio },
    Entry { name: "accuracy", scope: Scope::All, row: |task, name| at(task, name, Metric::Accuracy) },
    Entry {
        name: "balanced_accuracy",
        scope: Scope::All,
        row: |task, name| at(task, name, Metric::BalancedAccuracy),
    },
    Entry { name: "precision", scope: Scope::All, row: |task, name| at(task, name, Metric::Precision) },
    Entry { name: "recall", scope: Scope::All, row: |task, name| at(task, name, Metric::Recall) },
    Entry { name: "specificity", scope: Scope::All, row: |task, name| at(task, name, Metric::Specificity) },
    Entry { name: "f1", scope: Scope::All, row: |task, name| at(task, name, Metric::F1) },
    Entry { name: "expected_cost", scope: Scope::Slices, row: cost },
    Entry { name: "matthews", scope: Scope::All, row: |task, name| at(task, name, Metric::Matthews) },
];

/// What a row costs, where the costs of decisions are declared.
fn cost(task: &Task<'_>, name: &'static str) -> Measurement {
    let at = threshold(task);
    let value = |scored: &Scored| task.instrument.costs?.at(&decide(scored, at)?);
    let interval = |scored: &Scored| {
        let (costs, confusion) = (task.instrument.costs?, decide(scored, at)?.confusion);
        let error = costs.standard_error(&confusion, scored.effective_total())?;
        let (mean, half) = (costs.per_row(&confusion)?, normal::half_width(LEVEL)? * error);
        Some(Interval { lower: mean - half, upper: mean + half })
    };
    let mut row = task.change(name, value, interval);
    row.method = "labelled rows at the first threshold, each at its declared cost; normal interval";
    row
}

/// Whether the metric speaks of decisions.
pub(super) fn needs_threshold(name: &str) -> bool {
    let of_groups = |entry: &Entry| entry.name == name && name != "calibration_gap";
    ["accuracy_estimated", "accuracy_estimate_error"].contains(&name)
        || ENTRIES.iter().any(|entry| entry.name == name)
        || super::fairness::ENTRIES.iter().any(of_groups)
}

fn at(task: &Task<'_>, name: &'static str, metric: Metric) -> Measurement {
    let at = threshold(task);
    let value = |scored: &_| decide(scored, at)?.measure(metric);
    let mut row = task.change(name, value, |scored| decide(scored, at)?.interval(metric, LEVEL));
    row.method = "labelled rows at the first threshold; Wilson's interval, combined by squares";
    row
}

/// Of all rows: a decision needs no label.
fn selected(side: &Side, threshold: f64) -> Option<(Bracketed, Weighed)> {
    let decision = decide(&side.as_one_class(), threshold)?;
    Some((decision.measure(Metric::SelectionRate)?, Metric::SelectionRate.weighed(&decision.confusion)?))
}

fn selection_rate(task: &Task<'_>, name: &'static str) -> Measurement {
    let at = threshold(task);
    let mut row = task.change(name, |_| None, |_| None);
    row.method = "rows at or above the first threshold, labelled or not; Wilson's interval";
    let current = selected(&task.current, at);
    row.current_value = current.map(|(rate, _)| rate.value);
    let Some(reference) = &task.reference else {
        row.value = row.current_value;
        row.bracket = current.map(|(rate, _)| (rate.bracket.lower, rate.bracket.upper));
        row.interval = current.and_then(|(_, share)| share.wilson(LEVEL)).map(ends);
        return row;
    };
    let reference = selected(reference, at);
    row.reference_value = reference.map(|(rate, _)| rate.value);
    row.value = row.current_value.zip(row.reference_value).map(|(c, r)| c - r);
    row
}

/// Rare selections hardly move in share points: the ratio decides.
fn selection_rate_ratio(task: &Task<'_>, name: &'static str) -> Measurement {
    let at = threshold(task);
    let mut row = task.blank(name);
    row.method = "rows at or above the first threshold, labelled or not; Katz's interval";
    let Some(reference) = &task.reference else { return row };
    let (Some((_, from)), Some((_, to))) = (selected(reference, at), selected(&task.current, at)) else {
        return unjudged(task, row, Reason::NoRows);
    };
    let outside =
        |side: &Side| side.apart.outside.iter().sum::<u64>() as f64 > MOST_OUTSIDE * side.rows as f64;
    if outside(reference) || outside(&task.current) {
        return unjudged(task, row, Reason::ScoresOutside);
    }
    (row.n_reference, row.n_current) = (from.rows as u64, to.rows as u64);
    (row.reference_value, row.current_value) = (Some(from.share), Some(to.share));
    row.value = rate_ratio::rate_ratio(from, to);
    row.null_level = row.value.map(|_| 1.0);
    row.interval = rate_ratio::interval(from, to, LEVEL).map(ends);
    row.p_value = rate_ratio::p_tolerance(from, to, 1.0);
    let tolerance = task.instrument.outcome.selection_rate_ratio;
    task.judge(&mut row, tolerance);
    row.p_tolerance = rate_ratio::p_tolerance(from, to, tolerance);
    judge_later(&mut row);
    let within = row.interval.is_some_and(|(low, high)| low >= 1.0 / tolerance && high <= tolerance);
    if !within {
        let beyond = row.value.is_none_or(|ratio| ratio > tolerance || ratio < 1.0 / tolerance);
        row.reason = if beyond { Reason::StraddlesTolerance } else { Reason::TooFewRows };
    }
    row
}

fn unjudged(task: &Task<'_>, mut row: Measurement, reason: Reason) -> Measurement {
    task.judge(&mut row, task.instrument.outcome.selection_rate_ratio);
    row.conclude(Status::Undetermined, reason);
    row
}
