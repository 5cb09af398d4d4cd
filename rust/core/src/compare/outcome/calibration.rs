//! Whether of the rows scored `p` a share `p` is positive.

use super::super::column::LEVEL;
use super::super::measurement::{Measurement, Reason};
use super::{Task, judge_later};
use crate::measure::Scored;
use crate::measure::scored::calibration::{Bin, Debiased, ece, equal_mass, equal_width, perfect};

/// Equal-width bins of the metrics that are shown for one number of them.
pub(super) const BINS: u32 = 15;

pub(super) fn rows(task: &Task<'_>) -> Vec<Measurement> {
    let mut rows = vec![debiased(task, BINS)];
    if task.whole() {
        rows.extend([ece_in(task, BINS), equal_mass_ece(task, BINS), mce(task, BINS)]);
    }
    rows
}

/// The one that decides: what is left of the error when sampling is taken out.
pub(super) fn debiased(task: &Task<'_>, bins: u32) -> Measurement {
    let error = |scored: &Scored| Debiased::of(&equal_mass(scored, bins)?);
    let mut row = task.own("ece_debiased", "equal-mass bins; non-central chi-square law", |scored| {
        error(scored).map(|error| error.value())
    });
    let groups = equal_mass(&task.current.scored, bins);
    row.null_level = row.value.map(|_| 0.0);
    row.p_value = groups.as_deref().and_then(perfect::p_value);
    row.decides = true;
    row.tolerance = Some(task.instrument.outcome.ece_debiased);
    row.severity = task.instrument.severity("ece_debiased");
    let found = error(&task.current.scored);
    row.interval = found.and_then(|error| error.interval(LEVEL)).map(|i| (i.lower, i.upper));
    let Some(error) = found.filter(|_| !task.hindered(&mut row, false)) else {
        if row.reason == Reason::Informs {
            row.conclude(super::Status::Undetermined, Reason::TooFewRows);
        }
        return row;
    };
    let tolerance = task.instrument.outcome.ece_debiased;
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

/// Expected calibration error in equal-width bins, with what it shows when nothing is wrong.
pub(super) fn ece_in(task: &Task<'_>, bins: u32) -> Measurement {
    let of = |scored: &Scored| ece::ece(&equal_width(scored, bins)?);
    let mut row = task.own("ece", "equal-width bins, the last one closed", of);
    with_band(task, &mut row, equal_width(&task.current.scored, bins));
    row
}

pub(super) fn equal_mass_ece(task: &Task<'_>, bins: u32) -> Measurement {
    let of = |scored: &Scored| ece::ece(&equal_mass(scored, bins)?);
    let mut row = task.own("ece_equal_mass", "whole cells of nearly equal mass", of);
    with_band(task, &mut row, equal_mass(&task.current.scored, bins));
    row
}

/// The null band; and where no cells make such bins, that it is so.
fn with_band(task: &Task<'_>, row: &mut Measurement, bins: Option<Vec<Bin>>) {
    match bins {
        Some(bins) => {
            row.null_level = ece::null_band(&bins, LEVEL).map(|band| band.mean);
            row.p_value = perfect::p_value(&bins);
        }
        None if task.current.scored.total() > 0.0 => row.reason = Reason::CoarseBinning,
        None => {}
    }
}

pub(super) fn mce(task: &Task<'_>, bins: u32) -> Measurement {
    let of = |scored: &Scored| ece::mce(&equal_width(scored, bins)?, ece::FEWEST);
    task.own("mce", "equal-width bins of at least 30 rows", of)
}
