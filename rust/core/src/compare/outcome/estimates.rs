//! Performance expected of the scores before their labels come, and, where they have come, how far
//! off it was. Blind to concept drift: it holds while the scores are probabilities.

use super::super::measurement::{Measurement, Reason, Status};
use super::{Entry, LEVEL, Scope, Side, Task, ends, threshold};
use crate::inference::Interval;
use crate::measure::Scored;
use crate::measure::scored::calibration::{Debiased, equal_mass};
use crate::measure::scored::decision::{Metric, decide};
use crate::measure::scored::estimate::{self, Unlabelled};
use crate::measure::scored::ranking::auc;

pub(super) const ENTRIES: &[Entry] = &[
    Entry { name: "positive_rate_estimated", scope: Scope::All, row: positive_rate },
    Entry { name: "auc_estimated", scope: Scope::All, row: area },
    Entry { name: "accuracy_estimated", scope: Scope::All, row: accuracy },
    Entry { name: "positive_rate_estimate_error", scope: Scope::All, row: positive_rate_error },
    Entry { name: "auc_estimate_error", scope: Scope::All, row: area_error },
    Entry { name: "accuracy_estimate_error", scope: Scope::All, row: accuracy_error },
];

const METHOD: &str = "expected of calibrated scores, all rows; an estimate, blind to concept drift";

fn positive_rate(task: &Task<'_>, name: &'static str) -> Measurement {
    let value = |scores: &Unlabelled| estimate::positive_rate(scores);
    estimated(task, name, value, |scores| estimate::realised_rate_interval(scores, LEVEL))
}

fn area(task: &Task<'_>, name: &'static str) -> Measurement {
    let value = |scores: &Unlabelled| auc::auc(&scores.expected()).map(|area| area.value);
    estimated(task, name, value, |scores| auc::interval(&scores.expected(), LEVEL))
}

fn accuracy(task: &Task<'_>, name: &'static str) -> Measurement {
    let at = threshold(task);
    let value = |scores: &Unlabelled| Metric::Accuracy.of(&decide(&scores.expected(), at)?.confusion);
    let interval = |scores: &Unlabelled| estimate::realised_interval(scores, at, Metric::Accuracy, LEVEL);
    estimated(task, name, value, interval)
}

fn positive_rate_error(task: &Task<'_>, name: &'static str) -> Measurement {
    let realised = |scored: &Scored| {
        let [negatives, positives] = scored.rows();
        Some(positives / (negatives + positives)).filter(|rate| rate.is_finite())
    };
    let interval = |scores: &Unlabelled| estimate::realised_rate_interval(scores, LEVEL);
    error(task, name, (estimate::positive_rate, realised), interval)
}

fn area_error(task: &Task<'_>, name: &'static str) -> Measurement {
    let of = |scored: &Scored| auc::auc(scored).map(|area| area.value);
    let expected = |scores: &Unlabelled| of(&scores.expected());
    error(task, name, (expected, of), |scores| auc::interval(&scores.expected(), LEVEL))
}

fn accuracy_error(task: &Task<'_>, name: &'static str) -> Measurement {
    let at = threshold(task);
    let of = |scored: &Scored| Metric::Accuracy.of(&decide(scored, at)?.confusion);
    let interval = |scores: &Unlabelled| estimate::realised_interval(scores, at, Metric::Accuracy, LEVEL);
    error(task, name, (|scores: &Unlabelled| of(&scores.expected()), of), interval)
}

/// What the scores of labelled rows promised less what their labels showed; the interval is where
/// it lies when the scores are right, moved by it: it holds 0 when nothing speaks against them.
fn error(
    task: &Task<'_>,
    name: &'static str,
    (expected, realised): (impl Fn(&Unlabelled) -> Option<f64>, impl Fn(&Scored) -> Option<f64>),
    interval: impl Fn(&Unlabelled) -> Option<Interval>,
) -> Measurement {
    let difference = |scored: &Scored| Some(expected(&Unlabelled::from(scored))? - realised(scored)?);
    let mut row = task.own(name, difference);
    row.method = "expected of the scores of labelled rows, less what their labels showed";
    row.null_level = row.value.map(|_| 0.0);
    let around = interval(&Unlabelled::from(&task.current.scored));
    let shown = realised(&task.current.scored);
    row.interval = around.zip(shown).map(|(i, shown)| (i.lower - shown, i.upper - shown));
    row
}

/// The estimate over all rows of the current side. Beside it the reference's estimate less what its
/// labels realised: how far off this was when it could be checked.
fn estimated(
    task: &Task<'_>,
    name: &'static str,
    value: impl Fn(&Unlabelled) -> Option<f64>,
    interval: impl Fn(&Unlabelled) -> Option<Interval>,
) -> Measurement {
    let mut row = task.blank(name);
    row.method = METHOD;
    let everyone = task.current.everyone();
    row.n_current = everyone.effective.round() as u64;
    row.n_reference = task.reference.as_ref().map_or(0, |side| side.scored.effective_total().round() as u64);
    if let Some(reference) = &task.reference {
        if !is_calibrated(reference, task) {
            row.conclude(Status::NotApplicable, Reason::NotCalibrated);
            return row;
        }
        row.reference_value = value(&reference.everyone());
    }
    row.current_value = value(&everyone);
    row.value = row.current_value;
    row.interval = interval(&everyone).map(ends);
    row
}

/// Whether the reference's own labels are evidence that its scores are probabilities: its error,
/// the upper end of its interval included, is within the tolerance.
fn is_calibrated(reference: &Side, task: &Task<'_>) -> bool {
    let error = equal_mass(&reference.scored, task.bins).and_then(|bins| Debiased::of(&bins));
    let upper = error.and_then(|error| error.interval(LEVEL)).map(|interval| interval.upper);
    upper.is_some_and(|upper| upper <= task.instrument.outcome.ece_debiased)
}
