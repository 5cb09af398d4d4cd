//! The measurements of a score by its labels, in one slice.
//!
//! Calibration is a matter of the current side alone: its value is the error itself, and the
//! reference's stands beside it. Ranking and decisions are compared: their value is the change,
//! or, without a reference, the metric itself.

mod calibration;
mod coverage;
mod curves;
mod decisions;
mod ranking;

use super::measurement::{CurvePoint, Measurement, Reason, Status};
use super::settings::{Instrument, Settings};
use crate::measure::Scored;
use crate::measure::scored::{Bracketed, NEGATIVE, POSITIVE};
use crate::outcome::Outcome;
use crate::slice::SliceKey;
use crate::state::binary::Apart;
use crate::state::{BinaryState, Grain};

/// One side's scores and labels.
pub(super) struct Side {
    /// Rows with a score and a label.
    pub scored: Scored,
    /// Rows without one of them.
    pub apart: Apart,
    /// All rows.
    pub rows: u64,
    /// Cells of rows whose label is not known: bounds, rows, sum of scores.
    pub unknown: Vec<((f64, f64), f64, f64)>,
}

impl Side {
    pub fn of(state: &BinaryState, outcome: &Outcome, grain: Grain) -> Self {
        let scored = state.scored(&outcome.binning, grain);
        let unknown = state.unknown(&outcome.binning, grain);
        Self { scored, apart: state.apart, rows: state.rows(), unknown }
    }

    /// Rows with a label, whatever their score.
    fn labelled(&self) -> u64 {
        self.rows - self.apart.unknown()
    }

    /// Rows old enough to have one.
    fn mature(&self) -> u64 {
        self.rows - self.apart.immature
    }

    fn both_classes(&self) -> bool {
        let rows = self.scored.rows();
        rows[NEGATIVE] > 0.0 && rows[POSITIVE] > 0.0
    }
}

/// One outcome in one slice, and all that is needed to measure it.
pub(super) struct Task<'a> {
    pub outcome: &'a Outcome,
    pub slice: SliceKey,
    pub reference: Option<Side>,
    pub current: Side,
    pub instrument: &'a Instrument,
    pub settings: &'a Settings,
}

impl Task<'_> {
    /// Every metric of the slice of all rows; of other slices those that are judged or told.
    pub fn measure(&self) -> Vec<Measurement> {
        let mut rows = coverage::rows(self);
        rows.extend(calibration::rows(self));
        rows.extend(ranking::rows(self));
        rows.extend(decisions::rows(self));
        rows
    }

    /// What is drawn.
    pub fn curves(&self) -> Vec<CurvePoint> {
        curves::points(self)
    }

    fn whole(&self) -> bool {
        self.slice == SliceKey::default()
    }

    fn blank(&self, metric: &'static str) -> Measurement {
        let mut row = Measurement::new(&self.outcome.score, self.slice, metric);
        row.n_reference = self.reference.as_ref().map_or(0, |side| side.scored.total() as u64);
        row.n_current = self.current.scored.total() as u64;
        row
    }

    /// A metric of the current side, the reference's beside it.
    fn own(
        &self,
        metric: &'static str,
        method: &'static str,
        value: impl Fn(&Scored) -> Option<f64>,
    ) -> Measurement {
        let mut row = self.blank(metric);
        row.method = method;
        row.reference_value = self.reference.as_ref().and_then(|side| value(&side.scored));
        row.current_value = value(&self.current.scored);
        row.value = row.current_value;
        row
    }

    /// A metric whose change is the value; the metric itself without a reference.
    fn change(
        &self,
        metric: &'static str,
        method: &'static str,
        value: impl Fn(&Scored) -> Option<Bracketed>,
    ) -> Measurement {
        let mut row = self.blank(metric);
        row.method = method;
        let current = value(&self.current.scored);
        row.current_value = current.map(|c| c.value);
        let Some(reference) = &self.reference else {
            row.value = row.current_value;
            row.bracket = current.map(|c| (c.bracket.lower, c.bracket.upper));
            return row;
        };
        let reference = value(&reference.scored);
        row.reference_value = reference.map(|r| r.value);
        if let Some((r, c)) = reference.zip(current) {
            row.value = Some(c.value - r.value);
            row.bracket = Some((c.bracket.lower - r.bracket.upper, c.bracket.upper - r.bracket.lower));
        }
        row
    }

    /// Why nothing can be judged by labels here, if so; the row is then concluded.
    fn hindered(&self, row: &mut Measurement, needs_both: bool) -> bool {
        let current = &self.current;
        let coverage = current.labelled() as f64 / current.mature().max(1) as f64;
        let least = self.settings.minimum_coverage;
        let no_labels = |side: &Side| side.labelled() == 0;
        let reason = if current.rows == 0 {
            Reason::NoRows
        } else if no_labels(current) {
            Reason::NoLabelsYet
        } else if least.is_some_and(|least| coverage < least) {
            Reason::LowCoverage
        } else if current.scored.total() == 0.0 {
            Reason::NoValues
        } else if needs_both
            && !(current.both_classes() && self.reference.as_ref().is_none_or(Side::both_classes))
        {
            Reason::OneClass
        } else {
            return false;
        };
        row.conclude(Status::Undetermined, reason);
        true
    }
}

/// Undetermined or ok until the whole report's q values are known.
fn judge_later(row: &mut Measurement) {
    row.conclude(Status::Undetermined, Reason::WithinTolerance);
}
