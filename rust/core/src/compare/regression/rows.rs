//! The rows of a regression: how far predictions are from their labels.

use super::super::column::LEVEL;
use super::super::measurement::{Measurement, Reason, Status};
use super::super::outcome::{judge_coverage, share_row};
use super::ratio::LogRatio;
use super::{Entry, Side, Task};
use crate::inference::mean::{self, Moments};
use crate::inference::proportion::Proportion;
use crate::inference::{Interval, mover, normal};
use crate::measure::residual::{self, MeanSums, Residuals};

pub(super) const ENTRIES: &[Entry] = &[
    Entry { name: "label_coverage", row: coverage },
    Entry { name: "mae", row: absolute_error },
    Entry { name: "rmse", row: root_mean_square },
    Entry { name: "bias", row: bias },
    Entry { name: "r2", row: determination },
    Entry { name: "mape", row: percentage_error },
];

/// Mature rows with a label over mature rows.
fn coverage(task: &Task<'_>, name: &'static str) -> Measurement {
    let mut row = task.blank(name);
    task.label.clone_into(&mut row.instrument);
    row.method = "labelled over mature rows; Newcombe interval";
    let part = |side: &Side| Proportion { count: side.labelled(), total: side.mature() };
    share_row(&mut row, task.reference.as_ref().map(part), part(&task.current));
    if let Some(least) = task.minimum_coverage {
        task.judge(&mut row, least);
        judge_coverage(&mut row, least);
    }
    row
}

/// Welch's test of the change of a mean, written into the row.
fn welch(row: &mut Measurement, task: &Task<'_>, sums: impl Fn(&Residuals) -> Option<MeanSums>) {
    let Some(reference) = &task.reference else { return };
    let moments = |side: &Side| sums(&side.residuals)?.moments();
    let Some((reference, current)) = moments(reference).zip(moments(&task.current)) else { return };
    row.p_value = mean::p_value(reference, current);
    row.null_level = mean::null_level(reference, current);
}

fn difference(reference: Option<Moments>, current: Option<Moments>) -> Option<Interval> {
    mean::difference_interval(reference?, current?, LEVEL)
}

/// The one that decides: an error that has grown by more than the tolerated ratio.
fn absolute_error(task: &Task<'_>, name: &'static str) -> Measurement {
    let moments = |of: &Residuals| of.absolute_sums().moments();
    let interval = |r: &Residuals, c: &Residuals| difference(moments(r), moments(c));
    let mut row = task.change(name, |of| residual::mae(of, LEVEL), interval);
    row.method = "exact sums; Student's interval";
    let Some(reference) = &task.reference else { return row };
    row.method = "exact sums; Welch's interval; tolerance by the ratio, on its logarithm";
    welch(&mut row, task, |of| Some(of.absolute_sums()));
    let ratio = task.instrument.outcome.mae_ratio;
    let accepted = row.reference_value.map_or(0.0, |error| (ratio - 1.0) * error);
    task.judge(&mut row, accepted);
    if row.reference_value.is_none() {
        row.tolerance = None;
    }
    if task.hindered(&mut row) {
        return row;
    }
    judge_ratio(&mut row, (moments(&reference.residuals), moments(&task.current.residuals)), ratio);
    row
}

fn judge_ratio(row: &mut Measurement, moments: (Option<Moments>, Option<Moments>), tolerance: f64) {
    row.conclude(Status::Undetermined, Reason::TooFewRows);
    let Some((reference, current)) = moments.0.zip(moments.1) else { return };
    if current.mean == 0.0 {
        // No error at all is within any tolerance.
        row.p_tolerance = Some(1.0);
        row.reason = Reason::WithinTolerance;
        return;
    }
    let Some(ratio) = LogRatio::of(reference, current) else {
        // A reference that never errs: any error is beyond, once it is told from none.
        row.p_tolerance = (reference.mean == 0.0).then(|| from_none(current)).flatten();
        row.reason = Reason::StraddlesTolerance;
        return;
    };
    row.p_tolerance = ratio.p_tolerance(tolerance);
    row.reason = if ratio.upper(LEVEL).is_some_and(|upper| upper <= tolerance) {
        Reason::WithinTolerance
    } else if current.mean > tolerance * reference.mean {
        Reason::StraddlesTolerance
    } else {
        Reason::TooFewRows
    };
}

/// p of a mean of 0.
fn from_none(current: Moments) -> Option<f64> {
    let error = (current.variance / current.count as f64).sqrt();
    if error == 0.0 { Some(0.0) } else { normal::sf(current.mean / error) }
}

fn root_mean_square(task: &Task<'_>, name: &'static str) -> Measurement {
    let of = |of: &Residuals| residual::rmse(of, LEVEL);
    let mut row = task.change(name, of, |r, c| mover::difference(of(r)?, of(c)?));
    row.method = "exact sums; delta method by fourth powers, combined by squares; Welch's p of e^2";
    welch(&mut row, task, |of| Some(of.squared_sums()));
    // Of the mean square, not of its root.
    row.null_level = None;
    row
}

fn bias(task: &Task<'_>, name: &'static str) -> Measurement {
    let moments = |of: &Residuals| of.signed_sums().moments();
    let interval = |r: &Residuals, c: &Residuals| difference(moments(r), moments(c));
    let mut row = task.change(name, |of| residual::bias(of, LEVEL), interval);
    row.method = "exact sums; Student's or Welch's interval";
    welch(&mut row, task, |of| Some(of.signed_sums()));
    row
}

fn determination(task: &Task<'_>, name: &'static str) -> Measurement {
    let of = |of: &Residuals| residual::r2(of, LEVEL);
    let mut row = task.change(name, of, |r, c| mover::difference(of(r)?, of(c)?));
    row.method = "exact sums; Fisher's interval, combined by squares";
    row
}

/// Rows whose label is zero are left out, and not among those counted here.
fn percentage_error(task: &Task<'_>, name: &'static str) -> Measurement {
    let sums = |of: &Residuals| of.percentage.map(|percentage| percentage.sums);
    let moments = |of: &Residuals| sums(of)?.moments();
    let interval = |r: &Residuals, c: &Residuals| difference(moments(r), moments(c));
    let of = |of: &Residuals| residual::mape(of, LEVEL).map(|mape| mape.estimate);
    let mut row = task.change(name, of, interval);
    row.method = "exact sums over rows whose label is not 0; Student's or Welch's interval";
    welch(&mut row, task, sums);
    row.n_reference = task.reference.as_ref().map_or(0, |side| side.pairs.1);
    row.n_current = task.current.pairs.1;
    row
}
