//! Whether of the rows scored `p` a share `p` is positive.

use super::super::measurement::{Measurement, Reason, Status};
use super::{Entry, LEVEL, Scope, Task, ends, exact, judge_later};
use crate::inference::{Interval, normal};
use crate::measure::Scored;
use crate::measure::scored::calibration::brier::{self, Decomposition};
use crate::measure::scored::calibration::cox::score_p_value;
use crate::measure::scored::calibration::smooth::smooth_ece;
use crate::measure::scored::calibration::{
    Bin, Debiased, Remedy, Rule, Verdict, ece, equal_mass, equal_width, judge, perfect, spiegelhalter,
};
use crate::measure::scored::ranking::auc_change;

/// Bins of calibration errors, unless it is said otherwise.
pub(in super::super) const BINS: u32 = 15;

pub(super) const ENTRIES: &[Entry] = &[
    Entry { name: "calibration", scope: Scope::All, row: verdict },
    Entry { name: "ece_debiased", scope: Scope::Slices, row: debiased },
    Entry { name: "ece", scope: Scope::All, row: equal_width_error },
    Entry { name: "ece_equal_mass", scope: Scope::All, row: equal_mass_error },
    Entry { name: "ece_smooth", scope: Scope::All, row: smooth_error },
    Entry { name: "mce", scope: Scope::All, row: largest_error },
    Entry { name: "brier", scope: Scope::Slices, row: brier },
    Entry { name: "brier_reliability", scope: Scope::All, row: reliability },
    Entry { name: "brier_resolution", scope: Scope::All, row: resolution },
    Entry { name: "spiegelhalter_z", scope: Scope::All, row: spiegelhalter_z },
    Entry { name: "calibration_slope", scope: Scope::All, row: slope },
    Entry { name: "calibration_intercept", scope: Scope::All, row: intercept },
];

/// What is wrong in a word, and what to do: a state rather than a number.
fn verdict(task: &Task<'_>, name: &'static str) -> Measurement {
    let mut row = task.blank(name);
    row.method = "debiased error, then Cox's regression";
    if task.hindered(&mut row, false) {
        return row;
    }
    let rule = Rule { tolerance: task.instrument.outcome.ece_debiased, level: LEVEL };
    let lost = task.reference.as_ref().is_some_and(|reference| {
        let tolerance = task.instrument.outcome.auc;
        let p = auc_change::p_tolerance(&reference.scored, &task.current.scored, tolerance);
        p.is_some_and(|p| p < 1.0 - LEVEL)
    });
    let bins = |scored: &Scored| equal_mass(scored, task.bins);
    let Some((verdict, remedy)) = judge(&task.current.scored, bins, rule, lost) else {
        row.conclude(Status::Undetermined, Reason::TooFewRows);
        return row;
    };
    row.method = match remedy {
        Remedy::None => "debiased error, then Cox's regression; nothing to mend",
        Remedy::Recalibrate => "debiased error, then Cox's regression; to be recalibrated",
        Remedy::Refit => "debiased error, then Cox's regression; to be fitted anew",
    };
    let (status, reason) = match verdict {
        Verdict::Calibrated => (Status::NotApplicable, Reason::Calibrated),
        Verdict::OverConfident => (Status::NotApplicable, Reason::OverConfident),
        Verdict::UnderConfident => (Status::NotApplicable, Reason::UnderConfident),
        Verdict::TooHigh => (Status::NotApplicable, Reason::TooHigh),
        Verdict::TooLow => (Status::NotApplicable, Reason::TooLow),
        Verdict::Miscalibrated => (Status::NotApplicable, Reason::Miscalibrated),
        Verdict::TooFewLabels => (Status::Undetermined, Reason::TooFewRows),
    };
    row.conclude(status, reason);
    row
}

/// The one that decides: what is left of the error when sampling is taken out.
fn debiased(task: &Task<'_>, name: &'static str) -> Measurement {
    let error = |scored: &Scored| Debiased::of(&equal_mass(scored, task.bins)?);
    let mut row = task.own(name, |scored| error(scored).map(|error| error.value()));
    row.method = "equal-mass bins; non-central chi-square law";
    row.null_level = row.value.map(|_| 0.0);
    row.p_value = equal_mass(&task.current.scored, task.bins).as_deref().and_then(perfect::p_value);
    let tolerance = task.instrument.outcome.ece_debiased;
    task.judge(&mut row, tolerance);
    let found = error(&task.current.scored);
    row.interval = found.and_then(|error| error.interval(LEVEL)).map(ends);
    if task.hindered(&mut row, false) {
        return row;
    }
    let Some(error) = found else {
        row.conclude(Status::Undetermined, Reason::TooFewRows);
        return row;
    };
    row.p_tolerance = error.p_tolerance(tolerance);
    judge_later(&mut row);
    let needed = error.rows_to_judge(tolerance);
    if needed.is_none_or(|rows| task.current.scored.effective_total() < rows as f64) {
        row.reason = Reason::TooFewRows;
        row.n_needed = needed;
    } else if row.interval.is_none_or(|(_, high)| high > tolerance) {
        row.reason = Reason::StraddlesTolerance;
    }
    row
}

fn equal_width_error(task: &Task<'_>, name: &'static str) -> Measurement {
    let mut row = expected(task, name, equal_width);
    row.method = "equal-width bins, the last one closed";
    row
}

fn equal_mass_error(task: &Task<'_>, name: &'static str) -> Measurement {
    let mut row = expected(task, name, equal_mass);
    row.method = "bins of nearly equal mass, made of whole cells";
    row
}

/// Expected calibration error over bins, with what it shows when nothing is wrong. Where no cells
/// make such bins, it says so.
fn expected(
    task: &Task<'_>,
    name: &'static str,
    bins_of: fn(&Scored, u32) -> Option<Vec<Bin>>,
) -> Measurement {
    let mut row = task.own(name, |scored| ece::ece(&bins_of(scored, task.bins)?));
    match bins_of(&task.current.scored, task.bins) {
        Some(bins) => {
            let band = ece::null_band(&bins, LEVEL);
            row.null_level = band.map(|band| band.mean);
            row.p_value = perfect::p_value(&bins);
            row.interval = row.value.zip(band).and_then(|(ece, band)| around(ece, band.mean, &bins));
        }
        None if task.current.scored.total() > 0.0 => row.reason = Reason::CoarseBinning,
        None => {}
    }
    row
}

/// The population's error is no more than what is seen and no less than that without its bias, each
/// give or take the sampling error of a sum of bins: conservative on both sides.
fn around(ece: f64, bias: f64, bins: &[Bin]) -> Option<(f64, f64)> {
    let total: f64 = bins.iter().map(Bin::total).sum();
    let variance: f64 =
        bins.iter().filter(|bin| bin.per_weight > 0.0).map(|b| b.variance / b.per_weight).sum();
    let half = normal::half_width(LEVEL)? * variance.sqrt() / total;
    Some(((ece - bias - half).max(0.0), (ece + half).min(1.0)))
}

fn smooth_error(task: &Task<'_>, name: &'static str) -> Measurement {
    let mut row = task.own(name, smooth_ece);
    row.method = "reflected Gaussian kernel at its own width";
    row
}

fn largest_error(task: &Task<'_>, name: &'static str) -> Measurement {
    let mut row = task.own(name, |scored| ece::mce(&equal_width(scored, task.bins)?, ece::FEWEST));
    row.method = "equal-width bins of at least 30 rows";
    row
}

fn brier(task: &Task<'_>, name: &'static str) -> Measurement {
    let interval = |scored: &Scored| {
        let (value, half) =
            (brier::brier(scored)?, normal::half_width(LEVEL)? * brier::standard_error(scored)?);
        Some(Interval { lower: (value - half).max(0.0), upper: (value + half).min(1.0) })
    };
    let mut row = task.change(name, |scored| exact(brier::brier(scored)?), interval);
    row.method = "exact sums; normal interval";
    row
}

fn decomposed(task: &Task<'_>, name: &'static str, part: fn(&Decomposition) -> f64) -> Measurement {
    let of = |scored: &Scored| Decomposition::of(scored, &equal_width(scored, task.bins)?);
    let mut row = task.own(name, |scored| of(scored).map(|parts| part(&parts)));
    row.method = "Murphy's decomposition in equal-width bins, bias taken off (Ferro and Fricker)";
    row
}

fn reliability(task: &Task<'_>, name: &'static str) -> Measurement {
    decomposed(task, name, Decomposition::reliability_corrected)
}

fn resolution(task: &Task<'_>, name: &'static str) -> Measurement {
    decomposed(task, name, Decomposition::resolution_corrected)
}

fn spiegelhalter_z(task: &Task<'_>, name: &'static str) -> Measurement {
    let mut row = task.own(name, spiegelhalter::z);
    row.method = "exact sums; normal law";
    row.null_level = row.value.map(|_| 0.0);
    row.p_value = spiegelhalter::p_value(&task.current.scored);
    row
}

fn slope(task: &Task<'_>, name: &'static str) -> Measurement {
    let mut row = task.own_of(name, |side| side.cox().map(|fit| fit.slope));
    row.interval = task.current.cox().and_then(|fit| fit.slope_interval(LEVEL)).map(ends);
    of_regression(task, row, 1.0)
}

fn intercept(task: &Task<'_>, name: &'static str) -> Measurement {
    let mut row = task.own_of(name, |side| side.cox().map(|fit| fit.intercept));
    row.interval = task.current.cox().and_then(|fit| fit.intercept_interval(LEVEL)).map(ends);
    of_regression(task, row, 0.0)
}

fn of_regression(task: &Task<'_>, mut row: Measurement, null: f64) -> Measurement {
    row.method = "logit y = a + b logit p over cells; score test of a = 0 and b = 1";
    row.null_level = row.value.map(|_| null);
    row.p_value = score_p_value(&task.current.scored);
    row
}
