//! The measurements of a score by its labels, in one slice.
//!
//! Calibration is a matter of the current side alone: its value is the error itself, and the
//! reference's stands beside it. Ranking and decisions are compared: their value is the change,
//! or, without a reference, the metric itself. A metric is an [`Entry`] of one of the files here.

mod calibration;
mod coverage;
mod curves;
mod decisions;
mod estimates;
mod fairness;
mod ranking;
mod single;

pub(super) use calibration::BINS;
pub use single::{Rows, ScoredSettings, measure_scored};

pub(super) use coverage::{judge_coverage, share_row};

use std::cell::OnceCell;

use super::column::LEVEL;
use super::labels::LabelCounts;
use super::measurement::{CurvePoint, Measurement, Reason, Status};
use super::settings::Instrument;
use crate::binning::Binning;
use crate::inference::Interval;
use crate::measure::Scored;
use crate::measure::scored::calibration::Cox;
use crate::measure::scored::estimate::{Unlabelled, UnlabelledCell};
use crate::measure::scored::{Bracketed, NEGATIVE, POSITIVE, ScoreCell};
use crate::slice::SliceKey;
use crate::state::binary::Apart;
use crate::state::{BinaryState, Grain};

/// A metric by name.
struct Entry {
    name: &'static str,
    /// Where it is measured.
    scope: Scope,
    row: fn(&Task<'_>, &'static str) -> Measurement,
}

#[derive(PartialEq, Eq)]
enum Scope {
    /// In every slice.
    Slices,
    /// In that of all rows.
    All,
    /// In segments, against all other rows.
    Segments,
}

/// Share of scores outside of [0, 1] up to which what is left speaks for all rows.
const MOST_OUTSIDE: f64 = 0.01;

/// Every metric, in the order of a report.
fn entries() -> impl Iterator<Item = &'static Entry> {
    let tables = [coverage::ENTRIES, calibration::ENTRIES, ranking::ENTRIES];
    tables.into_iter().chain([decisions::ENTRIES, fairness::ENTRIES, estimates::ENTRIES]).flatten()
}

/// One side's scores and labels.
#[derive(Clone, Default)]
pub(super) struct Side {
    /// Rows with a score and a label.
    pub(super) scored: Scored,
    /// Rows without one of them.
    apart: Apart,
    /// All rows.
    pub(super) rows: u64,
    /// Scores of rows whose label is not known.
    unknown: Vec<UnlabelledCell>,
    /// `sum w^2` over them: how much they say depends on how differently they weigh.
    unknown_squares: f64,
    /// Fitted when first asked for: two metrics, each with its interval, read it.
    cox: OnceCell<Option<Cox>>,
}

impl Side {
    pub fn of(state: &BinaryState, binning: &Binning, grain: Grain) -> Self {
        let scored = state.scored(binning, grain);
        let unknown = state.unknown(binning, grain);
        let unknown_squares = unknown.iter().map(|cell| cell.rows).sum();
        Self { scored, apart: state.apart, rows: state.rows(), unknown, unknown_squares, ..Self::default() }
    }

    /// Strata of a log of which only some rows were kept, each row weighing as many as it stands for.
    /// Coverage is told of the rows as they are.
    pub fn weighted(strata: &[(f64, Self)]) -> Self {
        let mut sum = Self::default();
        let mut squares = [0.0; 2];
        for (weight, side) in strata {
            sum.scored.add(&side.scored, *weight);
            for (square, rows) in squares.iter_mut().zip(side.scored.rows()) {
                *square += weight * weight * rows;
            }
            sum.apart.merge(side.apart);
            sum.rows += side.rows;
            let weighed = |cell: &UnlabelledCell| UnlabelledCell {
                rows: weight * cell.rows,
                scores: weight * cell.scores,
                ..*cell
            };
            sum.unknown.extend(side.unknown.iter().map(weighed));
            sum.unknown_squares += weight * weight * side.unknown_squares;
        }
        let rows = sum.scored.rows();
        // Kish: rows that weigh differently say less than their number.
        let effective = |class: usize| {
            if squares[class] > 0.0 { rows[class] * rows[class] / squares[class] } else { 0.0 }
        };
        sum.scored.effective = [effective(NEGATIVE), effective(POSITIVE)];
        sum
    }

    /// Cox's calibration regression of the labelled rows.
    fn cox(&self) -> Option<Cox> {
        *self.cox.get_or_init(|| Cox::fit(&self.scored))
    }

    /// Rows with a label, whatever their score.
    pub(super) fn labelled(&self) -> u64 {
        self.rows - self.apart.unknown()
    }

    /// Rows old enough to have one.
    pub(super) fn mature(&self) -> u64 {
        self.rows - self.apart.immature
    }

    /// Labelled rows whose score is outside of [0, 1].
    fn labelled_outside(&self) -> u64 {
        self.apart.outside[NEGATIVE] + self.apart.outside[POSITIVE]
    }

    /// Whether so many of the labelled rows are left out that the rest says little.
    pub(super) fn has_many_outside(&self) -> bool {
        self.labelled_outside() as f64 > MOST_OUTSIDE * self.labelled() as f64
    }

    fn both_classes(&self) -> bool {
        let rows = self.scored.rows();
        rows[NEGATIVE] > 0.0 && rows[POSITIVE] > 0.0
    }

    /// The scores of all rows as if all were negative: of which class they are does not matter to a
    /// selection.
    fn as_one_class(&self) -> Scored {
        let everyone = self.everyone();
        let cells = everyone.cells.into_iter().map(|cell| {
            let UnlabelledCell { low, high, single, rows, scores } = cell;
            ScoreCell { low, high, single, rows: [rows, 0.0], scores: [scores, 0.0] }
        });
        Scored { cells: cells.collect(), effective: [everyone.effective, 0.0], ..Scored::default() }
    }

    /// The scores of all rows, whatever their labels.
    fn everyone(&self) -> Unlabelled {
        let known = Unlabelled::from(&self.scored);
        let mut cells = known.cells;
        cells.extend(&self.unknown);
        cells.sort_by(|a, b| a.low.total_cmp(&b.low));
        let total: f64 = cells.iter().map(|cell| cell.rows).sum();
        let known_squares = {
            let (rows, effective) = (self.scored.total(), known.effective);
            if effective > 0.0 { rows * rows / effective } else { 0.0 }
        };
        let squares = known_squares + self.unknown_squares;
        Unlabelled { cells, effective: if squares > 0.0 { total * total / squares } else { 0.0 } }
    }
}

/// One outcome in one slice, and all that is needed to measure it.
pub(super) struct Task<'a> {
    pub score: &'a str,
    pub label: &'a str,
    /// Whether the label is that of several classes: what is said of it alone is said once, by them.
    pub one_of_several: bool,
    pub thresholds: &'a [f64],
    /// Bins of calibration errors.
    pub bins: u32,
    pub slice: SliceKey,
    pub reference: Option<Side>,
    pub current: Side,
    /// Of a segment: the reference's and the current rows as a whole.
    pub whole: Option<(Option<&'a Side>, &'a Side)>,
    pub instrument: &'a Instrument,
    pub minimum_coverage: Option<f64>,
}

impl Task<'_> {
    /// Every metric of the slice of all rows; of other slices those that are judged or told.
    pub fn measure(&self) -> Vec<Measurement> {
        let whole = self.slice == SliceKey::default();
        let wanted = |entry: &&Entry| {
            let here = if whole { entry.scope != Scope::Segments } else { entry.scope != Scope::All };
            let costs = self.instrument.costs.is_some() || entry.name != "expected_cost";
            let said = self.one_of_several && entry.name == coverage::OF_LABEL;
            here && costs && !said && !(self.thresholds.is_empty() && decisions::needs_threshold(entry.name))
        };
        entries().filter(wanted).map(|entry| (entry.row)(self, entry.name)).collect()
    }

    /// What is drawn.
    pub fn curves(&self) -> Vec<CurvePoint> {
        curves::points(self)
    }

    fn blank(&self, metric: &'static str) -> Measurement {
        let mut row = Measurement::new(self.score, self.slice, metric);
        // Of a log of which only some rows were kept, what they say.
        let rows = |side: &Side| side.scored.effective_total().round() as u64;
        row.n_reference = self.reference.as_ref().map_or(0, rows);
        row.n_current = rows(&self.current);
        row
    }

    /// A metric of the current side, the reference's beside it.
    fn own(&self, metric: &'static str, value: impl Fn(&Scored) -> Option<f64>) -> Measurement {
        self.own_of(metric, |side| value(&side.scored))
    }

    /// As [`Self::own`], of all that is known of a side.
    fn own_of(&self, metric: &'static str, value: impl Fn(&Side) -> Option<f64>) -> Measurement {
        let mut row = self.blank(metric);
        row.reference_value = self.reference.as_ref().and_then(&value);
        row.current_value = value(&self.current);
        row.value = row.current_value;
        row
    }

    /// A metric whose change is the value; the metric itself without a reference. The interval of
    /// a change combines those of the sides by squares (Zou and Donner 2008).
    fn change(
        &self,
        metric: &'static str,
        value: impl Fn(&Scored) -> Option<Bracketed>,
        interval: impl Fn(&Scored) -> Option<Interval>,
    ) -> Measurement {
        let mut row = self.blank(metric);
        let of = |scored: &Scored| (value(scored), interval(scored));
        let (current, around_current) = of(&self.current.scored);
        row.current_value = current.map(|c| c.value);
        let Some(reference) = &self.reference else {
            row.value = row.current_value;
            row.bracket = current.map(|c| (c.bracket.lower, c.bracket.upper));
            row.interval = around_current.map(ends);
            return row;
        };
        let (reference, around_reference) = of(&reference.scored);
        row.reference_value = reference.map(|r| r.value);
        let Some((r, c)) = reference.zip(current) else { return row };
        row.value = Some(c.value - r.value);
        row.bracket = Some((c.bracket.lower - r.bracket.upper, c.bracket.upper - r.bracket.lower));
        if let Some((ri, ci)) = around_reference.zip(around_current) {
            let change = c.value - r.value;
            let down = (c.value - ci.lower).hypot(ri.upper - r.value);
            let up = (ci.upper - c.value).hypot(r.value - ri.lower);
            row.interval = Some((change - down, change + up));
        }
        row
    }

    /// Makes the row decide against a tolerance.
    fn judge(&self, row: &mut Measurement, tolerance: f64) {
        row.decides = true;
        row.tolerance = Some(tolerance);
        row.severity = self.instrument.severity(row.metric);
    }

    /// Why nothing can be judged by labels here, if so; the row is then concluded.
    fn hindered(&self, row: &mut Measurement, needs_both: bool) -> bool {
        let current = &self.current;
        let counts = LabelCounts {
            rows: current.rows,
            mature: current.mature(),
            labelled: current.labelled(),
            measured: current.scored.total() > 0.0,
        };
        let both = |side: &Side| side.both_classes();
        let outside_before = needs_both && self.reference.as_ref().is_some_and(Side::has_many_outside);
        let one_class = !both(current) || !self.reference.as_ref().is_none_or(both);
        let outside = (current.has_many_outside() || outside_before).then_some(Reason::ScoresOutside);
        let unlabelled_before = self.reference.as_ref().is_some_and(|side| side.labelled() == 0);
        let missing = if unlabelled_before { Reason::NoLabelsYet } else { Reason::OneClass };
        let classes = (needs_both && one_class).then_some(missing);
        let Some(reason) = counts.hindrance(self.minimum_coverage, outside).or(classes) else {
            return false;
        };
        row.conclude(Status::Undetermined, reason);
        true
    }
}

/// The threshold in force; without one, nothing is selected.
fn threshold(task: &Task<'_>) -> f64 {
    task.thresholds.first().copied().unwrap_or(f64::NAN)
}

/// Undetermined or ok until the whole report's q values are known.
fn judge_later(row: &mut Measurement) {
    row.conclude(Status::Undetermined, Reason::WithinTolerance);
}

fn ends(interval: Interval) -> (f64, f64) {
    (interval.lower, interval.upper)
}

/// A value that nothing is unknown of.
fn exact(value: f64) -> Option<Bracketed> {
    Bracketed::new(value, value, value)
}
