//! The measurements of one column in one slice.

use super::groups::{Grouping, SPECIAL_GROUPS};
use super::measurement::{Measurement, Reason, Status};
use super::pair::{Parts, Shares, align};
use super::settings::{Decider, Instrument};
use super::usual::Usual;
use crate::binning::Rule;
use crate::inference::{Interval, mean, proportion};
use crate::measure::{self, Bracket, Pair};
use crate::plan::{Column, Counter, Role};
use crate::slice::SliceKey;
use crate::state::{ColumnState, Grain};

/// Of fewer rows the law of psi says nothing: whatever they are, they are not judged.
const FEWEST_ROWS: u64 = 10;
/// Level of all intervals.
pub(super) const LEVEL: f64 = 0.95;

/// One column's two states in one slice, and all that is needed to measure them.
pub(super) struct Task<'a> {
    pub column: &'a Column,
    pub slice: SliceKey,
    pub reference: (&'a ColumnState, Grain),
    pub current: (&'a ColumnState, Grain),
    pub grouping: &'a Grouping<'a>,
    pub usual: &'a Usual,
    pub instrument: &'a Instrument,
}

impl Task<'_> {
    /// Every metric of the slice of all rows; of other slices those that are judged or told.
    pub(super) fn measure(&self) -> Vec<Measurement> {
        let (reference, current) = (
            self.grouping.counts(self.reference.0, self.reference.1),
            self.grouping.counts(self.current.0, self.current.1),
        );
        let pair = Pair { reference: &reference, current: &current };
        let mut rows = vec![self.psi(pair), self.psi_corrected(pair)];
        rows.push(self.total_variation(pair));
        if self.slice == SliceKey::default() {
            rows.extend(self.further_divergences(pair));
        }
        if matches!(self.column.counter, Counter::Numeric(_)) {
            rows.extend(self.of_numbers());
        }
        rows.extend(self.shares());
        rows
    }

    /// Of categories every one of the vocabulary, where both sides are counted so finely.
    fn total_variation(&self, pair: Pair<'_>) -> Measurement {
        let measure = |pair| self.divergence(pair, "total_variation", measure::total_variation, None);
        let fine = self.reference.1 == Grain::Fine && self.current.1 == Grain::Fine;
        let every = |state: &ColumnState| match state {
            ColumnState::Categorical(of) if fine => {
                let specials = of.specials;
                let rest = [of.other, specials.missing(), specials.infinite(), specials.mistyped];
                Some(of.counts.iter().copied().chain(rest).collect::<Vec<u64>>())
            }
            _ => None,
        };
        match every(self.reference.0).zip(every(self.current.0)) {
            Some((reference, current)) => measure(Pair { reference: &reference, current: &current }),
            None => measure(pair),
        }
    }

    /// The metrics of counts that came as such: for the distance of distributions their cells
    /// are in order, each of them coarse.
    pub(super) fn measure_given(&self) -> Vec<Measurement> {
        let mut rows = self.measure();
        let (reference, current) = (
            self.grouping.counts(self.reference.0, self.reference.1),
            self.grouping.counts(self.current.0, self.current.1),
        );
        rows.push(self.ks(Some(Pair { reference: &reference, current: &current }), None));
        rows
    }

    /// A label comes late and is what others are judged by: how it is missing and shifting is told.
    fn is_judged(&self) -> bool {
        self.column.role != Role::Label
    }

    fn blank(&self, metric: &'static str) -> Measurement {
        let mut row = Measurement::new(&self.column.name, self.slice, metric);
        row.n_reference = self.reference.0.rows();
        row.n_current = self.current.0.rows();
        row.usual_level = self.usual.level(metric);
        row
    }

    fn divergence(
        &self,
        pair: Pair<'_>,
        metric: &'static str,
        value: impl Fn(Pair<'_>) -> Option<f64>,
        p_value: Option<f64>,
    ) -> Measurement {
        let mut row = self.blank(metric);
        row.value = value(pair);
        row.p_value = p_value;
        row.null_level = match metric {
            "total_variation" => measure::total_variation::null_level(pair),
            "jensen_shannon" => measure::jensen_shannon::null_level(pair),
            "hellinger" => measure::hellinger::null_level(pair),
            "chi_square" => measure::chi_square::null_level(pair),
            "g_test" => measure::g_test::null_level(pair),
            _ => None,
        };
        row.method = "groups of cells; chi-square law";
        row
    }

    fn further_divergences(&self, pair: Pair<'_>) -> [Measurement; 4] {
        use measure::{chi_square, g_test, hellinger, jensen_shannon};
        [
            self.divergence(pair, "jensen_shannon", jensen_shannon, jensen_shannon::p_value(pair)),
            self.divergence(pair, "hellinger", hellinger, hellinger::p_value(pair)),
            self.divergence(pair, "chi_square", chi_square, chi_square::p_value(pair)),
            self.divergence(pair, "g_test", g_test, g_test::p_value(pair)),
        ]
    }

    fn psi(&self, pair: Pair<'_>) -> Measurement {
        let mut row = self.blank("psi");
        row.value = measure::psi(pair);
        row.null_level = measure::psi::null_level(pair);
        row.p_value = measure::psi::p_value(pair);
        row.method = "add-1/2 over occupied groups; chi-square law";
        row
    }

    fn psi_corrected(&self, pair: Pair<'_>) -> Measurement {
        let mut row = self.blank("psi_corrected");
        row.value = measure::psi_corrected(pair);
        row.null_level = pair.totals().map(|_| 0.0);
        row.p_value = measure::psi::p_value(pair);
        row.method = "psi less its null mean; non-central chi-square law";
        row.decides = self.instrument.decider == Decider::PsiCorrected && self.is_judged();
        let tolerance = self.instrument.psi;
        if row.decides {
            row.tolerance = Some(tolerance);
            row.severity = self.instrument.severity("psi_corrected");
        }
        let law = measure::psi(pair).zip(pair.degrees_of_freedom()).zip(pair.scale());
        let Some(((psi, df), scale)) = law else {
            return self.unmeasurable(row);
        };
        let s = scale + self.usual.psi;
        // Nearer to no change than chance and habit explain, the law keeps no effect but 0.
        let hold = |(low, high): (f64, f64)| row.value.map(|v| (low.min(v.max(0.0)), high.max(v)));
        row.interval = measure::psi::interval(psi, df, s, LEVEL).map(ends).and_then(hold);
        if row.decides && pair.n().min(pair.m()) < FEWEST_ROWS {
            row.conclude(Status::Undetermined, Reason::TooFewRows);
            row.n_needed = measure::psi::rows_to_judge(pair.n(), df, tolerance, self.usual.psi);
        } else if row.decides {
            row.p_tolerance = measure::psi::p_tolerance(psi, df, s, tolerance);
            judge_later(&mut row);
            if self.hides_too_much(self.reference) || self.hides_too_much(self.current) {
                row.reason = Reason::CoarseBinning;
            }
            // Chance alone must stay under the tolerance before anything within it is ok.
            let needed = measure::psi::rows_to_judge(pair.n(), df, tolerance, self.usual.psi);
            if needed.is_none_or(|rows| pair.m() < rows) {
                let steady = measure::psi::rows_to_judge(pair.n(), df, tolerance, 0.0);
                let restless = needed.is_none() && steady.is_some_and(|rows| pair.m() >= rows);
                row.reason = if restless { Reason::UsualVariation } else { Reason::TooFewRows };
                row.n_needed = needed;
            } else if straddles(row.interval, tolerance) {
                row.reason = Reason::StraddlesTolerance;
                let effect = row.value.unwrap_or_default();
                row.n_needed =
                    measure::psi::rows_to_decide(pair.n(), df, effect, tolerance, self.usual.psi, LEVEL);
                let without = measure::psi::p_tolerance(psi, df, scale, tolerance);
                if self.usual.psi > 0.0 && effect > tolerance && without.is_some_and(|p| p < 1.0 - LEVEL) {
                    row.reason = Reason::UsualVariation;
                }
            }
        }
        row
    }

    /// Whether a learned cell of several values holds more than a group's share of the rows:
    /// within it anything may have happened, so that nothing seen is not ok.
    fn hides_too_much(&self, (state, grain): (&ColumnState, Grain)) -> bool {
        let (ColumnState::Numeric(state), Counter::Numeric(binning)) = (state, &self.column.counter) else {
            return false;
        };
        if grain == Grain::Coarse || binning.rule() != Rule::Quantile {
            return false;
        }
        // A cell cut to a point by the smallest or the largest value hides nothing either.
        let ends = state.extremes.map_or((0.0, 0.0), |(low, high)| (low.to_f64(), high.to_f64()));
        let is_point = |cell: i32| {
            let (low, high) = binning.bounds(cell);
            low.max(ends.0) >= high.min(ends.1)
        };
        let one_value = |cell: i32| is_point(cell) || (binning.is_single(cell) && !state.fractions);
        let several = state.cells.occupied().filter(|(cell, _)| !one_value(*cell));
        let largest = several.map(|(_, rows)| rows).max().unwrap_or(0);
        let present = state.cells.total();
        present >= FEWEST_ROWS && largest > present / 10
    }

    /// A divergence that has no law here: no rows, no values, or all rows in one group.
    fn unmeasurable(&self, mut row: Measurement) -> Measurement {
        if row.decides {
            let (reference, current) = (self.reference.0, self.current.0);
            let empty = reference.rows() == 0 || current.rows() == 0;
            let few = reference.rows() < 2 || current.rows() < 2;
            let valueless = |state: &ColumnState| state.present() == 0;
            match () {
                () if empty => row.conclude(Status::Undetermined, Reason::NoRows),
                () if valueless(reference) && valueless(current) => {
                    row.conclude(Status::Undetermined, Reason::NoValues);
                }
                () if few => row.conclude(Status::Undetermined, Reason::TooFewRows),
                () => row.conclude(Status::Undetermined, Reason::Constant),
            }
        }
        row
    }

    fn of_numbers(&self) -> Vec<Measurement> {
        let reference = Parts::new(&self.column.counter, self.reference.0, self.reference.1);
        let current = Parts::new(&self.column.counter, self.current.0, self.current.1);
        let mut rows = Vec::new();
        let aligned = align(&reference, &current);
        if self.slice == SliceKey::default() {
            let pair = aligned.as_ref().map(|a| Pair { reference: &a.reference, current: &a.current });
            rows.push(self.ks(pair, aligned.as_ref().map(|a| a.single.as_slice())));
            let mut row = self.blank("wasserstein");
            row.method = "certified from cell counts and the difference of the means";
            let difference = reference.mean().zip(current.mean()).map(|(r, c)| c - r);
            if let Some((pair, aligned)) = pair.zip(aligned.as_ref()) {
                let bracket = measure::wasserstein(pair, &aligned.cells, difference);
                set_bracket(&mut row, bracket);
                row.null_level = measure::wasserstein::null_level(pair, &aligned.cells);
            }
            rows.push(row);
        }
        rows.push(self.mean(&reference, &current));
        rows
    }

    pub(super) fn ks(&self, pair: Option<Pair<'_>>, single: Option<&[bool]>) -> Measurement {
        let mut row = self.blank("ks");
        row.method = "certified from cell counts; Kolmogorov law, conservative with ties";
        row.decides = self.instrument.decider == Decider::Ks && self.is_judged();
        let tolerance = self.instrument.ks;
        if row.decides {
            row.tolerance = Some(tolerance);
            row.severity = self.instrument.severity("ks");
        }
        let Some(pair) = pair.filter(|pair| pair.scale().is_some()) else {
            return self.unmeasurable(row);
        };
        let bracket = measure::ks(pair, single.unwrap_or_default());
        set_bracket(&mut row, bracket);
        row.null_level = measure::ks::null_level(pair);
        row.p_value = measure::ks::p_value(pair);
        if let (true, Some(bracket)) = (row.decides, bracket) {
            judge_ks(&mut row, pair, bracket, tolerance);
        }
        row
    }

    fn mean(&self, reference: &Parts<'_>, current: &Parts<'_>) -> Measurement {
        let mut row = self.blank("mean");
        row.method = "reproducible sums; Welch interval";
        let finite = |v: Option<f64>| v.filter(|v| v.is_finite());
        (row.reference_value, row.current_value) = (finite(reference.mean()), finite(current.mean()));
        row.value = finite(row.reference_value.zip(row.current_value).map(|(r, c)| c - r));
        if let Some((r, c)) = reference.moments().zip(current.moments()) {
            row.interval = mean::difference_interval(r, c, LEVEL).map(ends);
            row.p_value = mean::p_value(r, c);
            row.null_level = mean::null_level(r, c);
        }
        row
    }

    fn shares(&self) -> Vec<Measurement> {
        let (reference, current) = (Shares::new(self.reference.0), Shares::new(self.current.0));
        let instrument = self.instrument;
        let missing = (reference.missing.0, current.missing.0);
        let mut rows =
            vec![self.share("missing_share", missing, instrument.missing_share, self.usual.missing)];
        if matches!(self.column.counter, Counter::Categorical(_)) {
            let other = (reference.other.0, current.other.0);
            rows.push(self.share("other_share", other, instrument.other_share, self.usual.other));
        }
        rows
    }

    fn share(
        &self,
        metric: &'static str,
        (reference, current): (proportion::Proportion, proportion::Proportion),
        tolerance: f64,
        between: f64,
    ) -> Measurement {
        let mut row = self.blank(metric);
        row.method = "Newcombe interval; score test";
        row.decides = self.is_judged();
        if row.decides {
            row.severity = self.instrument.severity(metric);
            row.tolerance = Some(tolerance);
        }
        (row.reference_value, row.current_value) = (reference.share(), current.share());
        row.value = measure::share::share_change(reference, current);
        if row.value.is_none() {
            if row.decides {
                row.conclude(Status::Undetermined, Reason::NoRows);
            }
            return row;
        }
        row.interval = proportion::newcombe_interval(reference, current, LEVEL, between).map(ends);
        row.null_level = proportion::null_level(reference, current);
        row.p_value = proportion::p_value(reference, current);
        if !row.decides {
            return row;
        }
        row.p_tolerance = proportion::p_tolerance_guarded(reference, current, tolerance, between);
        judge_later(&mut row);
        let within = row.interval.is_some_and(|(low, high)| -tolerance <= low && high <= tolerance);
        if !within {
            let beyond = row.value.is_some_and(|v| v.abs() > tolerance);
            row.reason = if beyond { Reason::StraddlesTolerance } else { Reason::TooFewRows };
            row.n_needed = proportion::rows_to_decide(reference, current, tolerance, between, LEVEL);
        }
        row
    }
}

/// `|D - true D|` is at most the distance of each empirical distribution from its own: an
/// interval by the Kolmogorov law, valid whatever the true distance.
fn judge_ks(row: &mut Measurement, pair: Pair<'_>, bracket: Bracket, tolerance: f64) {
    let Some(half) = measure::ks::half_width(pair, LEVEL) else { return };
    row.interval = Some(((bracket.lower - half).max(0.0), (bracket.upper + half).min(1.0)));
    row.p_tolerance = measure::ks::p_tolerance(pair, tolerance);
    judge_later(row);
    if half > tolerance {
        row.reason = Reason::TooFewRows;
        row.n_needed = measure::ks::rows_to_judge(pair.n(), tolerance, LEVEL);
    } else if bracket.lower <= tolerance && bracket.upper > tolerance {
        row.reason = Reason::CoarseBinning;
    } else if straddles(row.interval, tolerance) {
        row.reason = Reason::StraddlesTolerance;
    }
}

/// Undetermined or ok until the whole report's q values are known.
fn judge_later(row: &mut Measurement) {
    row.conclude(Status::Undetermined, Reason::WithinTolerance);
}

fn set_bracket(row: &mut Measurement, bracket: Option<Bracket>) {
    row.value = bracket.map(|b| b.lower);
    row.bracket = bracket.map(|b| (b.lower, b.upper));
}

fn ends(interval: Interval) -> (f64, f64) {
    (interval.lower, interval.upper)
}

fn straddles(interval: Option<(f64, f64)>, tolerance: f64) -> bool {
    interval.is_none_or(|(_, high)| high > tolerance)
}

/// Groups of a column, without the special ones.
pub(super) fn regular(counts: &[u64]) -> &[u64] {
    &counts[..counts.len() - SPECIAL_GROUPS]
}
