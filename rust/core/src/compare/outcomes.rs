//! Scores by their labels, where both sides count them alike: each kind goes to its own task.

use super::settings::Instrument;
use super::{Both, Report, outcome, regression};
use crate::outcome::{Classes, Number, Outcome, Target};
use crate::profile::Profile;
use crate::slice::SliceKey;
use crate::state::{Grain, OutcomeState, SliceState};

/// An outcome in a slice, and the states of both sides.
struct Pair<'a> {
    outcome: &'a Outcome,
    /// Its places in the plans of the reference and of the current side.
    at: (usize, usize),
    slice: SliceKey,
    grains: (Grain, Grain),
    states: (&'a OutcomeState, &'a OutcomeState),
    instrument: &'a Instrument,
}

impl Pair<'_> {
    fn is_whole(&self) -> bool {
        self.slice == SliceKey::default()
    }
}

impl Both<'_> {
    pub(super) fn measure_outcomes(
        &self,
        slice: SliceKey,
        (reference, current): (&SliceState, &SliceState),
        report: &mut Report,
    ) {
        let whole = slice == SliceKey::default();
        let grain = |profile: &Profile| if whole { profile.grain() } else { Grain::Coarse };
        for (at, outcome) in self.reference.plan().outcomes().iter().enumerate() {
            let theirs = self.current.plan().outcomes().iter().position(|other| other.is_like(outcome));
            let Some(theirs) = theirs else { continue };
            let pair = Pair {
                outcome,
                at: (at, theirs),
                slice,
                grains: (grain(self.reference), grain(self.current)),
                states: (&reference.outcomes[at], &current.outcomes[theirs]),
                instrument: &self.settings.instrument(&outcome.score),
            };
            // Outcomes that are alike are counted alike: there is always a task.
            let _ = match &outcome.target {
                Target::Class(classes) => self.measure_classes(&pair, classes, report),
                Target::Number(number) => self.measure_numbers(&pair, number, report),
            };
        }
    }

    fn measure_classes(&self, pair: &Pair<'_>, of: &Classes, report: &mut Report) -> Option<()> {
        let side = |state: &OutcomeState, grain| Some(outcome::Side::of(state.class()?, of, grain));
        let all = || {
            let (reference, current) = (self.reference.all(), self.current.all());
            let reference = side(&reference.outcomes[pair.at.0], self.reference.grain())?;
            Some((reference, side(&current.outcomes[pair.at.1], self.current.grain())?))
        };
        let all = if pair.is_whole() { None } else { all() };
        let task = outcome::Task {
            score: &pair.outcome.score,
            label: &pair.outcome.label,
            thresholds: &of.thresholds,
            bins: outcome::BINS,
            slice: pair.slice,
            reference: Some(side(pair.states.0, pair.grains.0)?),
            current: side(pair.states.1, pair.grains.1)?,
            whole: all.as_ref().map(|(reference, current)| (Some(reference), current)),
            instrument: pair.instrument,
            minimum_coverage: self.settings.minimum_coverage,
        };
        report.measurements.extend(task.measure());
        if pair.is_whole() {
            report.curves.extend(task.curves());
        }
        Some(())
    }

    fn measure_numbers(&self, pair: &Pair<'_>, of: &Number, report: &mut Report) -> Option<()> {
        let side = |state: &OutcomeState, grain| Some(regression::Side::of(state.number()?, of, grain));
        let task = regression::Task {
            score: &pair.outcome.score,
            label: &pair.outcome.label,
            slice: pair.slice,
            reference: Some(side(pair.states.0, pair.grains.0)?),
            current: side(pair.states.1, pair.grains.1)?,
            instrument: pair.instrument,
            minimum_coverage: self.settings.minimum_coverage,
        };
        report.measurements.extend(task.measure());
        if pair.is_whole() {
            report.curves.extend(task.curves());
        }
        Some(())
    }
}
