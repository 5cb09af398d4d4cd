//! Scores by their labels, where both sides count them alike: each kind goes to its own task.

use super::measurement::{Measurement, Reason, Status};
use super::settings::Instrument;
use super::{Both, Report, outcome, regression, top};
use crate::outcome::{Classes, Number, Outcome, Target, Top};
use crate::plan::Counter;
use crate::profile::Profile;
use crate::sampling::Sampling;
use crate::slice::SliceKey;
use crate::state::{Grain, OutcomeState, SliceState};

/// What one kind of outcome is measured from.
trait Side: Clone {
    /// The rows of a state; `None` for one of another kind.
    fn of(state: &OutcomeState, outcome: &Outcome, grain: Grain) -> Option<Self>;
    /// Strata, each row weighing as many as it stands for.
    fn weighted(strata: &[(f64, Self)]) -> Self;
}

impl Side for outcome::Side {
    fn of(state: &OutcomeState, outcome: &Outcome, grain: Grain) -> Option<Self> {
        let Target::Class(classes) = &outcome.target else { return None };
        Some(Self::of(state.class()?, &classes.binning, grain))
    }

    fn weighted(strata: &[(f64, Self)]) -> Self {
        Self::weighted(strata)
    }
}

impl Side for regression::Side {
    fn of(state: &OutcomeState, outcome: &Outcome, grain: Grain) -> Option<Self> {
        let Target::Number(number) = &outcome.target else { return None };
        Some(Self::of(state.number()?, number, grain))
    }

    fn weighted(strata: &[(f64, Self)]) -> Self {
        Self::weighted(strata)
    }
}

impl Side for top::Side {
    fn of(state: &OutcomeState, outcome: &Outcome, grain: Grain) -> Option<Self> {
        let Target::Top(top) = &outcome.target else { return None };
        Some(Self::of(state.top()?, top, grain))
    }

    fn weighted(strata: &[(f64, Self)]) -> Self {
        Self::weighted(strata)
    }
}

/// Both sides of an outcome in a slice.
struct Sides<S> {
    reference: S,
    current: S,
    /// Of a segment: all rows of both sides.
    whole: Option<(S, S)>,
}

/// An outcome in a slice.
struct Place<'a> {
    outcome: &'a Outcome,
    at: usize,
    slice: SliceKey,
    states: (&'a SliceState, &'a SliceState),
    instrument: &'a Instrument,
}

impl Place<'_> {
    fn is_whole(&self) -> bool {
        self.slice == SliceKey::default()
    }
}

impl Both<'_> {
    pub(super) fn measure_outcomes(
        &self,
        slice: SliceKey,
        states: (&SliceState, &SliceState),
        report: &mut Report,
    ) {
        let whole = slice == SliceKey::default();
        if !whole && !self.has_weights(&slice) {
            return;
        }
        for (at, outcome) in self.reference.plan().outcomes().iter().enumerate() {
            let instrument = &self.settings.instrument(&outcome.score);
            let place = Place { outcome, at, slice, states, instrument };
            let measured = match &outcome.target {
                Target::Class(classes) => {
                    self.sides(&place).map(|sides| self.classes(&place, classes, sides, report))
                }
                Target::Number(number) => {
                    self.sides(&place).map(|sides| self.numbers(&place, number, sides, report))
                }
                Target::Top(of) => self.sides(&place).map(|sides| self.several(&place, of, sides, report)),
            };
            if let (Err(reason), true) = (measured, whole) {
                report.measurements.push(unmeasured(outcome, reason));
            }
        }
    }

    fn classes(&self, place: &Place<'_>, of: &Classes, sides: Sides<outcome::Side>, report: &mut Report) {
        let task = outcome::Task {
            score: &place.outcome.score,
            label: &place.outcome.label,
            one_of_several: self.has_several(&place.outcome.label),
            thresholds: &of.thresholds,
            bins: outcome::BINS,
            slice: place.slice,
            reference: Some(sides.reference),
            current: sides.current,
            whole: sides.whole.as_ref().map(|(reference, current)| (Some(reference), current)),
            instrument: place.instrument,
            minimum_coverage: self.settings.minimum_coverage,
        };
        report.measurements.extend(task.measure());
        if place.is_whole() {
            report.curves.extend(task.curves());
        }
    }

    fn numbers(&self, place: &Place<'_>, of: &Number, sides: Sides<regression::Side>, report: &mut Report) {
        let task = regression::Task {
            score: &place.outcome.score,
            label: &place.outcome.label,
            slice: place.slice,
            reference: Some(sides.reference),
            current: sides.current,
            instrument: place.instrument,
            quantiles: &of.quantiles,
            minimum_coverage: self.settings.minimum_coverage,
        };
        report.measurements.extend(task.measure());
        if place.is_whole() {
            report.curves.extend(task.curves());
        }
    }

    fn several(&self, place: &Place<'_>, of: &Top, sides: Sides<top::Side>, report: &mut Report) {
        let plan = self.reference.plan();
        let label = plan.find(&place.outcome.label).map(|at| &plan.columns()[at].counter);
        let classes = match label {
            Some(Counter::Categorical(vocabulary)) => of.texts(vocabulary),
            _ => Vec::new(),
        };
        let task = top::Task {
            label: &place.outcome.label,
            classes: &classes,
            bins: outcome::BINS,
            slice: place.slice,
            reference: Some(sides.reference),
            current: sides.current,
            instrument: place.instrument,
            minimum_coverage: self.settings.minimum_coverage,
        };
        report.measurements.extend(task.measure());
        if place.is_whole() {
            report.curves.extend(task.curves());
        }
    }

    /// Whether the label's classes are an outcome of their own.
    fn has_several(&self, label: &str) -> bool {
        let outcomes = self.reference.plan().outcomes();
        outcomes.iter().any(|outcome| outcome.label == label && matches!(outcome.target, Target::Top(_)))
    }

    /// Whether the rows of a segment can be weighted: segments are not crossed with the strata of a
    /// sampled log, so that only the strata themselves can.
    fn has_weights(&self, key: &SliceKey) -> bool {
        let plan = self.reference.plan();
        let column = key.segment.map(|(column, _)| &plan.columns()[column as usize].name);
        plan.strata().is_none_or(|sampling| column.is_some_and(|name| name == sampling.column()))
    }

    /// Both sides in a slice, weighted where only some rows were kept.
    fn sides<S: Side>(&self, place: &Place<'_>) -> Result<Sides<S>, Reason> {
        let (plan, other) = (self.reference.plan(), self.current.plan());
        let Place { outcome, at, .. } = *place;
        let theirs = other.outcomes().iter().position(|theirs| theirs.is_like(outcome));
        let theirs = theirs.filter(|_| plan.strata() == other.strata()).ok_or(Reason::PlanChanged)?;
        let all = |profile: &Profile, at: usize| match plan.strata() {
            None => S::of(&profile.all().outcomes[at], outcome, profile.grain()).ok_or(Reason::PlanChanged),
            Some(sampling) => weighted(profile, sampling, outcome, at).ok_or(Reason::UnknownStratum),
        };
        let (reference, current) = (all(self.reference, at)?, all(self.current, theirs)?);
        if place.is_whole() {
            return Ok(Sides { reference, current, whole: None });
        }
        let part = |state: &SliceState, at: usize| {
            S::of(&state.outcomes[at], outcome, Grain::Coarse).ok_or(Reason::PlanChanged)
        };
        Ok(Sides {
            reference: part(place.states.0, at)?,
            current: part(place.states.1, theirs)?,
            whole: Some((reference, current)),
        })
    }
}

/// The row that stands for all of an outcome that cannot be measured.
fn unmeasured(outcome: &Outcome, reason: Reason) -> Measurement {
    let metric = match outcome.target {
        Target::Class(_) => "calibration",
        Target::Number(_) => "mae",
        Target::Top(_) => "top_accuracy",
    };
    let mut row = Measurement::new(&outcome.score, SliceKey::default(), metric);
    row.decides = true;
    row.severity = "warn";
    row.conclude(Status::Undetermined, reason);
    row
}

/// The strata of a profile's rows, weighted; `None` when a row is of a stratum without a rate.
fn weighted<S: Side>(profile: &Profile, sampling: &Sampling, outcome: &Outcome, at: usize) -> Option<S> {
    let column = profile.plan().find(sampling.column())?;
    let Counter::Categorical(vocabulary) = &profile.plan().columns()[column].counter else { return None };
    let keys = profile
        .slices()
        .into_iter()
        .filter(|key| key.window.is_none() && key.segment.is_some_and(|(place, _)| place as usize == column));
    let strata: Option<Vec<(f64, S)>> = keys
        .map(|key| {
            let weight = sampling.weight(key.segment?.1, vocabulary)?;
            let state = profile.slice(&key)?;
            Some((weight, S::of(&state.outcomes[at], outcome, Grain::Coarse)?))
        })
        .collect();
    strata.map(|strata| S::weighted(&strata))
}
