//! The rows of columns that foretell quantiles of a label.
//!
//! Coverage is held against the declared share, not against the reference: that it was wrong then
//! does not make it right now. That of the interval decides.

use super::super::column::LEVEL;
use super::super::labels::LabelCounts;
use super::super::measurement::{Measurement, Reason, Status};
use super::{Side, Task, ends};
use crate::inference::mean;
use crate::inference::nominal::p_tolerance;
use crate::inference::proportion::{Share, wilson_interval};
use crate::measure::residual::{MeanSums, coverage};
use crate::outcome::Quantile;
use crate::state::QuantileStates;

/// A share of rows, of which there may be more than the share is worth.
#[derive(Clone, Copy, Default)]
pub(super) struct Part {
    pub rows: u64,
    pub count: f64,
    pub rest: f64,
}

/// One side's labels by the columns that foretell their quantiles.
#[derive(Clone, Default)]
pub(super) struct Foretold {
    /// Losses, by ascending share; of weighted rows as if there were so many as these are worth.
    pub losses: Vec<MeanSums>,
    /// Labels at or below each column.
    pub below: Vec<Part>,
    /// Labels between the outer two.
    pub inside: Part,
}

impl Part {
    fn of(rows: u64, count: u64) -> Self {
        Self { rows, count: count as f64, rest: rows.saturating_sub(count) as f64 }
    }

    fn share(self) -> Share {
        Share { count: self.count, rest: self.rest }
    }
}

impl Foretold {
    pub(super) fn of(states: &QuantileStates, quantiles: &[Quantile]) -> Self {
        let both = states.each.iter().zip(quantiles);
        Self {
            losses: both.map(|(state, quantile)| state.measured(quantile)).collect(),
            below: states.each.iter().map(|state| Part::of(state.rows, state.at_or_below)).collect(),
            inside: Part::of(states.interval_rows, states.inside),
        }
    }
}

/// Which of the metrics to measure.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Metric {
    Loss,
    Coverage,
    Interval,
}

impl Metric {
    pub(super) const ALL: [Self; 3] = [Self::Loss, Self::Coverage, Self::Interval];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Loss => "pinball_loss",
            Self::Coverage => "quantile_coverage",
            Self::Interval => "interval_coverage",
        }
    }
}

/// The share of labels that the interval between the outer two promises to hold.
fn nominal(quantiles: &[Quantile]) -> Option<f64> {
    let [lowest, .., highest] = quantiles else { return None };
    // The difference of 0.95 and 0.05 is 0.9, not a bit less.
    Some(((highest.share - lowest.share) * 1e12).round() / 1e12)
}

impl Task<'_> {
    /// Every metric of every declared quantile.
    pub(super) fn quantile_rows(&self) -> Vec<Measurement> {
        Metric::ALL.into_iter().flat_map(|metric| self.quantile_metric(metric)).collect()
    }

    /// One metric: of each quantile, or of the interval.
    pub(super) fn quantile_metric(&self, metric: Metric) -> Vec<Measurement> {
        let each = 0..self.quantiles.len();
        match metric {
            Metric::Loss => each.filter_map(|at| self.loss(at)).collect(),
            Metric::Coverage => each.filter_map(|at| self.coverage(at)).collect(),
            Metric::Interval => self.interval_coverage().into_iter().collect(),
        }
    }

    fn loss(&self, at: usize) -> Option<Measurement> {
        let sums = |side: &Side| side.foretold.losses.get(at).copied();
        let rows = |side: &Side| side.foretold.below.get(at).map_or(0, |part| part.rows);
        let mut row = Measurement::new(&self.quantiles.get(at)?.column, self.slice, Metric::Loss.name());
        row.method = "exact sums; Student's or Welch's interval";
        let current = sums(&self.current)?;
        let own = current.nonnegative(LEVEL);
        row.n_current = rows(&self.current);
        row.current_value = own.map(|estimate| estimate.value);
        let Some(side) = &self.reference else {
            row.value = row.current_value;
            row.interval = own.and_then(|estimate| estimate.interval).map(ends);
            return Some(row);
        };
        let reference = sums(side)?;
        row.n_reference = rows(side);
        row.reference_value = reference.nonnegative(LEVEL).map(|estimate| estimate.value);
        let change = row.current_value.zip(row.reference_value).map(|(now, before)| now - before);
        row.value = change.filter(|change| change.is_finite());
        if let (Some(_), Some((before, now))) = (row.value, reference.moments().zip(current.moments())) {
            row.interval = mean::difference_interval(before, now, LEVEL).map(ends);
            row.p_value = mean::p_value(before, now);
            row.null_level = mean::null_level(before, now);
        }
        Some(row)
    }

    fn coverage(&self, at: usize) -> Option<Measurement> {
        let quantile = self.quantiles.get(at)?;
        let mut row = Measurement::new(&quantile.column, self.slice, Metric::Coverage.name());
        row.method = "labels at or below the column, less the declared share; Wilson interval";
        against(&mut row, self, quantile.share, |of| of.below.get(at).copied().unwrap_or_default());
        Some(row)
    }

    /// The one that decides: intervals that hold too few or too many labels.
    fn interval_coverage(&self) -> Option<Measurement> {
        let nominal = nominal(self.quantiles)?;
        let mut row = Measurement::new(self.score, self.slice, Metric::Interval.name());
        row.method = "labels within the outer quantiles, less the declared share; Wilson interval, exact binomial test";
        against(&mut row, self, nominal, |of| of.inside);
        let tolerance = self.instrument.outcome.interval_coverage;
        self.judge(&mut row, tolerance);
        let part = self.current.foretold.inside;
        if let Some(reason) = self.without_quantiles(part) {
            row.conclude(Status::Undetermined, reason);
            return Some(row);
        }
        row.p_tolerance = p_tolerance(part.share(), nominal, tolerance);
        let within = |(low, high): (f64, f64)| low >= -tolerance && high <= tolerance;
        let reason = if row.interval.is_some_and(within) {
            Reason::WithinTolerance
        } else if row.value.is_some_and(|value| value.abs() > tolerance) {
            Reason::StraddlesTolerance
        } else {
            Reason::TooFewRows
        };
        row.conclude(Status::Undetermined, reason);
        Some(row)
    }

    /// Why the share of these rows cannot be judged, if so.
    pub(super) fn without_quantiles(&self, part: Part) -> Option<Reason> {
        let side = &self.current;
        let counts = LabelCounts {
            rows: side.rows(),
            mature: side.mature(),
            labelled: side.labelled(),
            measured: part.rows > 0,
        };
        counts.hindrance(self.minimum_coverage, None)
    }
}

/// Writes a share of either side, and how far the current one is from the declared share.
fn against(row: &mut Measurement, task: &Task<'_>, nominal: f64, part: impl Fn(&Foretold) -> Part) {
    let current = part(&task.current.foretold);
    let share = current.share();
    (row.n_current, row.current_value) = (current.rows, coverage(share, LEVEL).map(|of| of.value));
    if let Some(reference) = &task.reference {
        let before = part(&reference.foretold);
        (row.n_reference, row.reference_value) = (before.rows, before.share().share());
    }
    row.value = row.current_value.map(|value| value - nominal);
    row.interval = wilson_interval(share, LEVEL).map(|of| (of.lower - nominal, of.upper - nominal));
    row.p_value = p_tolerance(share, nominal, 0.0);
    let spread = std::f64::consts::FRAC_2_PI * nominal * (1.0 - nominal);
    row.null_level = row.value.map(|_| (spread / share.total()).sqrt());
}
