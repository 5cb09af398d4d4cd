//! Two profiles side by side: what changed, how surely.
//!
//! Each column whose binning agrees is measured in the slice of all rows and in each segment.
//! The deciding measurements are then judged together, so that the chance of any alert at all,
//! when every effect is within its tolerance, is at most the stated false-alarm rate
//! (Benjamini and Hochberg 1995 controls it under independence and positive dependence).

mod column;
mod counts;
mod curves;
mod groups;
mod labels;
mod measurement;
mod outcome;
mod outcomes;
mod pair;
mod regression;
mod settings;
mod top;
mod usual;
mod values;
mod windows;

pub use counts::{ON_COUNTS, measure_counts};
pub use measurement::{CurvePoint, Measurement, Reason, Status};
pub use outcome::{Rows as ScoredRows, ScoredSettings, measure_scored};
pub use regression::{QuantileRows, QuantileSettings, measure_quantiles};
pub use regression::{RegressionSettings, Rows as RegressionRows, measure_regression};
pub use settings::{Decider, Instrument, OutcomeTolerances, Settings};
pub use top::{Rows as TopRows, TopSettings, measure_top};
pub use values::measure_ks;
pub use windows::compare_windows;

use crate::error::Result;
use crate::inference::multiplicity::benjamini_hochberg;
use crate::plan::{Column, Role};
use crate::profile::Profile;
use crate::slice::SliceKey;
use crate::state::{Grain, SliceState};
use column::Task;
use groups::Grouping;
use usual::{Usual, Windows};

/// Both tables.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Numbers with a verdict.
    pub measurements: Vec<Measurement>,
    /// What is drawn.
    pub curves: Vec<CurvePoint>,
}

/// Lays `current` beside `reference`.
///
/// # Errors
/// When the settings are out of their domains.
pub fn compare(reference: &Profile, current: &Profile, settings: &Settings) -> Result<Report> {
    settings.check()?;
    let mut report = Report::default();
    report.measurements.push(row_count(reference, current));
    let both = Both { reference, current, settings };
    let columns = both.columns(&mut report.measurements);
    for key in both.slices() {
        both.measure_slice(key, &columns, &mut report);
    }
    report.measurements.extend(settings.new_columns.iter().map(|name| {
        let mut row = Measurement::new(name, SliceKey::default(), "schema");
        row.reason = Reason::NewColumn;
        row
    }));
    conclude(&mut report.measurements, settings.false_alarm_rate);
    Ok(report)
}

/// Columns that both profiles count alike, with their places in each.
struct Shared<'a> {
    column: &'a Column,
    reference: usize,
    current: usize,
    grouping: Grouping<'a>,
}

struct Both<'a> {
    reference: &'a Profile,
    current: &'a Profile,
    settings: &'a Settings,
}

impl<'a> Both<'a> {
    /// The comparable columns; says of every column of the reference whether it is one.
    fn columns(&self, rows: &mut Vec<Measurement>) -> Vec<Shared<'a>> {
        let (plan, other) = (self.reference.plan(), self.current.plan());
        let mut shared = Vec::new();
        for (place, column) in plan.columns().iter().enumerate() {
            let instrument = self.settings.instrument(&column.name);
            let found = other.find(&column.name);
            let same = found.filter(|i| other.columns()[*i].counter.id() == column.counter.id());
            rows.push(self.schema(column, &instrument, found, same));
            if let Some(current) = same {
                let state = &self.reference.all().columns[place];
                let grain = if self.settings.groups > 10 { Grain::Fine } else { Grain::Coarse };
                let grouping = Grouping::new(
                    &column.counter,
                    (state, self.reference.grain()),
                    self.settings.groups,
                    grain,
                );
                shared.push(Shared { column, reference: place, current, grouping });
            }
        }
        let unknown = other.columns().iter().filter(|c| plan.find(&c.name).is_none());
        rows.extend(unknown.map(|column| {
            let mut row = Measurement::new(&column.name, SliceKey::default(), "schema");
            row.reason = Reason::NewColumn;
            row
        }));
        shared
    }

    /// Whether a column can be compared at all: a state of its own, never an exception.
    fn schema(
        &self,
        column: &Column,
        instrument: &Instrument,
        found: Option<usize>,
        same: Option<usize>,
    ) -> Measurement {
        let mut row = Measurement::new(&column.name, SliceKey::default(), "schema");
        (row.n_reference, row.n_current) = (self.reference.rows(), self.current.rows());
        row.decides = true;
        row.severity = instrument.severity("schema");
        row.method = "columns and types";
        let specials = same.map(|i| self.current.all().columns[i].specials()).unwrap_or_default();
        if column.role == Role::Label && (found.is_none() || specials.absent > 0) {
            // Labels come later.
            row.decides = false;
            return row;
        }
        match (found, same) {
            (None, _) => row.conclude(Status::Alert, Reason::MissingColumn),
            (Some(_), None) => row.conclude(Status::Undetermined, Reason::PlanChanged),
            _ if specials.absent > 0 => row.conclude(Status::Alert, Reason::MissingColumn),
            _ if specials.mistyped > 0 => row.conclude(Status::Alert, Reason::Retyped),
            _ if self.current.rows() == 0 || self.reference.rows() == 0 => {
                row.conclude(Status::Undetermined, Reason::NoRows);
            }
            _ => row.conclude(Status::Ok, Reason::WithinTolerance),
        }
        row
    }

    /// All rows, and every segment of the current data whose column the reference slices by in
    /// the same way: its key in each profile.
    fn slices(&self) -> Vec<(SliceKey, SliceKey)> {
        let (plan, other) = (self.reference.plan(), self.current.plan());
        let alike = |key: &SliceKey| {
            let (column, value) = key.segment?;
            let theirs = &other.columns()[column as usize];
            let place = plan.find(&theirs.name)?;
            let ours = &plan.columns()[place];
            let same = ours.role == theirs.role && ours.counter.id() == theirs.counter.id();
            same.then_some((SliceKey { window: None, segment: Some((place as u32, value)) }, *key))
        };
        let segments = self.current.slices();
        let parts = segments.iter().filter(|key| key.window.is_none()).filter_map(alike);
        std::iter::once((SliceKey::default(), SliceKey::default())).chain(parts).collect()
    }

    fn measure_slice(
        &self,
        (key, current_key): (SliceKey, SliceKey),
        columns: &[Shared<'_>],
        report: &mut Report,
    ) {
        let whole = key == SliceKey::default();
        let state = |profile: &Profile, key: &SliceKey| {
            let part = if whole { None } else { profile.slice(key) };
            part.unwrap_or_else(|| SliceState::new(profile.plan(), Grain::Coarse))
        };
        let (reference_part, current_part) = (state(self.reference, &key), state(self.current, &current_key));
        let (reference, current) =
            if whole { (self.reference.all(), self.current.all()) } else { (&reference_part, &current_part) };
        let usual = self.usual(&key, columns);
        self.measure_columns((key, current_key), (reference, current), columns, &usual, report);
        self.measure_outcomes(key, (reference, current), report);
    }

    /// What is usual in a slice, of every column.
    fn usual(&self, key: &SliceKey, columns: &[Shared<'_>]) -> Vec<Usual> {
        let windows = Windows::new(self.windows(key));
        let of = |s: &Shared<'_>| windows.usual(s.reference, &s.column.counter, &s.grouping);
        columns.iter().map(of).collect()
    }

    fn measure_columns(
        &self,
        (key, current_key): (SliceKey, SliceKey),
        (reference, current): (&SliceState, &SliceState),
        columns: &[Shared<'_>],
        usual: &[Usual],
        report: &mut Report,
    ) {
        let whole = key == SliceKey::default();
        let grain = |profile: &Profile| if whole { profile.grain() } else { Grain::Coarse };
        let concentration =
            usual::concentration(self.reference, &key) + usual::concentration(self.current, &current_key);
        for (shared, usual) in columns.iter().zip(usual) {
            let of_segment = key.segment.is_some_and(|(column, _)| column as usize == shared.reference);
            if of_segment {
                continue;
            }
            let task = Task {
                column: shared.column,
                slice: key,
                reference: (&reference.columns[shared.reference], grain(self.reference)),
                current: (&current.columns[shared.current], grain(self.current)),
                grouping: &shared.grouping,
                usual: &usual.spread(concentration),
                instrument: &self.settings.instrument(&shared.column.name),
            };
            report.measurements.extend(task.measure());
            if whole {
                report.curves.extend(curves::distribution(&task));
            }
        }
    }

    /// The reference's windows within a slice.
    fn windows(&self, key: &SliceKey) -> Vec<(SliceKey, SliceState)> {
        if self.settings.groups > 10 {
            return Vec::new();
        }
        let windows = self.reference.windows();
        let keys = windows.into_iter().map(|window| SliceKey { window: Some(window), ..*key });
        keys.filter_map(|key| Some((key, self.reference.slice(&key)?))).collect()
    }
}

fn row_count(reference: &Profile, current: &Profile) -> Measurement {
    let mut row = Measurement::new("rows", SliceKey::default(), "row_count");
    (row.n_reference, row.n_current) = (reference.rows(), current.rows());
    row.reference_value = Some(reference.rows() as f64);
    row.current_value = Some(current.rows() as f64);
    row.value = Some(current.rows() as f64 - reference.rows() as f64);
    row.method = "exact";
    if reference.rows() == 0 || current.rows() == 0 {
        row.decides = true;
        row.severity = "page";
        row.conclude(Status::Undetermined, Reason::NoRows);
    }
    row
}

/// Judges the deciding measurements together.
fn conclude(rows: &mut [Measurement], false_alarm_rate: f64) {
    let p: Vec<Option<f64>> = rows.iter().map(|row| row.p_tolerance.filter(|_| row.decides)).collect();
    for (row, q) in rows.iter_mut().zip(benjamini_hochberg(&p)) {
        let Some(q) = q else { continue };
        row.q_value = Some(q);
        let effect = row.effect();
        if q <= false_alarm_rate && row.tolerance.is_some_and(|tolerance| effect > tolerance) {
            row.conclude(Status::Alert, Reason::BeyondTolerance);
        } else if row.reason == Reason::WithinTolerance {
            row.status = Status::Ok;
        }
    }
}
