//! What is drawn of a score and its labels.

use super::super::measurement::CurvePoint;
use super::{LEVEL, Side, Task};
use crate::measure::Scored;
use crate::measure::scored::calibration::{ece, equal_width};
use crate::measure::scored::decision::{Metric, best_by, best_youden, cheapest, decide};
use crate::measure::scored::ranking::{curve, lift};
use crate::measure::scored::{Bracketed, Weighed};

/// Numbers of bins that a calibration error is commonly told in.
const USUAL_BINS: [u32; 6] = [10, 12, 15, 20, 25, 30];

pub(super) fn points(task: &Task<'_>) -> Vec<CurvePoint> {
    let sides = task.reference.iter().map(|side| ("reference", side)).chain([("current", &task.current)]);
    sides
        .flat_map(|(name, side)| {
            let mut points = reliability(task, name, side);
            points.extend(errors(task, name, side));
            points.extend(rates(task, name, side));
            points.extend(gains(task, name, side));
            points.extend(cuts(task, name, side));
            points
        })
        .collect()
}

fn point(task: &Task<'_>, curve: &'static str, side: &'static str) -> CurvePoint {
    CurvePoint {
        instrument: task.score.to_owned(),
        slice: task.slice,
        curve,
        side,
        label: None,
        x_low: None,
        x_high: None,
        y: 0.0,
        y_interval: None,
        n: 0,
    }
}

/// Share of positives by bin of the score: x is the bin, and `label` its mean score.
fn reliability(task: &Task<'_>, side: &'static str, of: &Side) -> Vec<CurvePoint> {
    let bins = equal_width(&of.scored, task.bins).unwrap_or_default();
    let drawn = bins.iter().filter(|bin| bin.total() > 0.0).map(|bin| {
        let interval = Weighed { share: bin.share(), rows: bin.effective() }.wilson(LEVEL);
        CurvePoint {
            label: Some(format!("{:.6}", bin.mean_score())),
            x_low: Some(bin.low),
            x_high: Some(bin.high),
            y: bin.share(),
            y_interval: interval.map(|i| (i.lower, i.upper)),
            n: bin.total() as u64,
            ..point(task, "reliability", side)
        }
    });
    drawn.collect()
}

/// The calibration error in every usual number of bins.
fn errors(task: &Task<'_>, side: &'static str, of: &Side) -> Vec<CurvePoint> {
    let errors = USUAL_BINS.iter().filter_map(|&count| {
        let bins = equal_width(&of.scored, count)?;
        let band = ece::null_band(&bins, LEVEL);
        Some(CurvePoint {
            x_low: Some(f64::from(count)),
            x_high: Some(f64::from(count)),
            y: ece::ece(&bins)?,
            // Where it lies when nothing is wrong.
            y_interval: band.map(|band| (0.0, band.upper)),
            n: of.scored.total() as u64,
            ..point(task, "ece_by_bins", side)
        })
    });
    errors.collect()
}

/// ROC and precision-recall, with what is certain between their points.
fn rates(task: &Task<'_>, side: &'static str, of: &Side) -> Vec<CurvePoint> {
    let n = of.scored.total() as u64;
    let drawn = curve::curve(&of.scored);
    let roc = drawn.iter().map(|at| CurvePoint {
        label: Some(format!("{:.6}", at.threshold)),
        x_low: Some(at.false_positive_rate),
        x_high: Some(at.false_positive_rate),
        y: at.recall,
        n,
        ..point(task, "roc", side)
    });
    let precision = drawn.iter().filter_map(|at| {
        Some(CurvePoint {
            label: Some(format!("{:.6}", at.threshold)),
            x_low: Some(at.recall),
            x_high: Some(at.recall),
            y: at.precision?,
            n,
            ..point(task, "precision_recall", side)
        })
    });
    roc.chain(precision).collect()
}

/// A measure of the highest scored share of the rows.
type OfShare = fn(&Scored, f64) -> Option<Bracketed>;

/// Share of the positives among the highest scored rows, and how many times as many that is as among
/// rows taken blindly: x is the share of the rows.
fn gains(task: &Task<'_>, side: &'static str, of: &Side) -> Vec<CurvePoint> {
    let n = of.scored.total() as u64;
    let curves: [(&'static str, OfShare); 2] = [("gain", lift::gain), ("lift", lift::lift)];
    let shares = (1..=20_u32).map(|twentieth| f64::from(twentieth) / 20.0);
    let drawn = shares.flat_map(|share| {
        curves.iter().filter_map(move |(curve, value)| {
            let value = value(&of.scored, share)?;
            Some(CurvePoint {
                x_low: Some(share),
                x_high: Some(share),
                y: value.value,
                y_interval: Some((value.bracket.lower, value.bracket.upper)),
                n,
                ..point(task, curve, side)
            })
        })
    });
    drawn.collect()
}

/// What decisions come to at every declared threshold, and where two measures would put it: x is the
/// threshold, `label` the measure.
fn cuts(task: &Task<'_>, side: &'static str, of: &Side) -> Vec<CurvePoint> {
    let n = of.scored.total() as u64;
    let at = |curve, threshold: f64, label: &str, y: f64, interval: Option<(f64, f64)>| CurvePoint {
        label: Some(label.to_owned()),
        x_low: Some(threshold),
        x_high: Some(threshold),
        y,
        y_interval: interval,
        n,
        ..point(task, curve, side)
    };
    let mut points = Vec::new();
    for &threshold in task.thresholds {
        let Some(decision) = decide(&of.scored, threshold) else { continue };
        for (name, metric) in MEASURES {
            let interval = decision.interval(metric, LEVEL).map(|i| (i.lower, i.upper));
            let value = decision.measure(metric);
            points.extend(value.map(|value| at("decision", threshold, name, value.value, interval)));
        }
    }
    let cost = task.instrument.costs.and_then(|costs| cheapest(&of.scored, costs));
    let best = [("f1", best_by(&of.scored, Metric::F1)), ("youden", best_youden(&of.scored)), ("cost", cost)];
    // To select nothing is no threshold.
    let finite = best.into_iter().filter_map(|(name, best)| Some((name, best?)));
    let finite = finite.filter(|(_, best)| best.threshold.is_finite());
    points.extend(finite.map(|(name, best)| {
        let bracket = best.reaches.bracket;
        at("best_threshold", best.threshold, name, best.reaches.value, Some((bracket.lower, bracket.upper)))
    }));
    points
}

/// Measures of decisions that are drawn by threshold.
const MEASURES: [(&str, Metric); 6] = [
    ("accuracy", Metric::Accuracy),
    ("precision", Metric::Precision),
    ("recall", Metric::Recall),
    ("specificity", Metric::Specificity),
    ("f1", Metric::F1),
    ("selection_rate", Metric::SelectionRate),
];
