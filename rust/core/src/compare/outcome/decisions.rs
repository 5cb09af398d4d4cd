//! What deciding at the threshold in force comes to.

use super::super::column::LEVEL;
use super::super::measurement::Measurement;
use super::Task;
use crate::measure::scored::decision::{Metric, decide};

/// Metrics of the four outcomes, by name.
pub(super) const METRICS: [(&str, Metric); 7] = [
    ("accuracy", Metric::Accuracy),
    ("precision", Metric::Precision),
    ("recall", Metric::Recall),
    ("specificity", Metric::Specificity),
    ("f1", Metric::F1),
    ("balanced_accuracy", Metric::BalancedAccuracy),
    ("matthews", Metric::Matthews),
];

pub(super) fn rows(task: &Task<'_>) -> Vec<Measurement> {
    let Some(&threshold) = task.outcome.thresholds.first().filter(|_| task.whole()) else {
        return Vec::new();
    };
    METRICS.iter().map(|(name, metric)| at(task, name, *metric, threshold)).collect()
}

pub(super) fn at(task: &Task<'_>, name: &'static str, metric: Metric, threshold: f64) -> Measurement {
    let mut row =
        task.change(name, "at the first threshold", |scored| decide(scored, threshold)?.measure(metric));
    let of_current = || decide(&task.current.scored, threshold)?.interval(metric, LEVEL);
    if task.reference.is_none() {
        row.interval = of_current().map(|i| (i.lower, i.upper));
    }
    row
}
