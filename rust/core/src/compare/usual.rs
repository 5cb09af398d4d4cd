//! What the reference's own windows differ by when nothing is wrong.
//!
//! Each window is held against all others. The largest change seen is the *usual level*. What
//! windows differ by beyond sampling is *over-dispersion*: a component of variance `w` that no
//! number of rows makes smaller, added to the sampling variance before an effect is called
//! beyond tolerance. By the method of moments
//! `w = max(0, mean over windows of (psi - (B-1)(1/n + 1/m))) / (B-1)`.
//!
//! `w` is the variance of one window. Rows that spread over several windows average it out: a
//! side with shares `a_k` of its rows in windows k has `w * sum(a_k^2)`, which is `w / K` for K
//! equal windows and `w` when nothing is known of its windows. Both sides add theirs.

use super::groups::Grouping;
use super::pair::{Parts, Shares};
use crate::measure::{self, Pair};
use crate::plan::Counter;
use crate::profile::Profile;
use crate::slice::{SliceKey, Window};
use crate::state::{Grain, SliceState};

/// Fewer windows say little about what is usual.
const FEWEST_WINDOWS: usize = 3;
/// Windows of fewer rows show chance more than habit: their largest change is not reported.
/// The over-dispersion is still estimated, as its bias is taken off window by window.
const FEWEST_ROWS: u64 = 30;

/// What is usual for one column in one slice.
#[derive(Clone, Debug, Default)]
pub(super) struct Usual {
    /// Largest value of each metric.
    levels: Vec<(&'static str, f64)>,
    /// Over-dispersion of `psi` per degree of freedom.
    pub psi: f64,
    /// Variance between windows of the share of missing values.
    pub missing: f64,
    /// Variance between windows of the share of unseen categories.
    pub other: f64,
}

impl Usual {
    /// The largest value of a metric between the reference's own windows.
    pub(super) fn level(&self, metric: &str) -> Option<f64> {
        self.levels.iter().find(|(name, _)| *name == metric).map(|(_, level)| *level)
    }

    /// The same for sides whose rows are spread over windows; `concentration` is the sum over
    /// both sides of their `sum(a_k^2)`.
    pub(super) fn spread(&self, concentration: f64) -> Self {
        Self {
            levels: self.levels.clone(),
            psi: self.psi * concentration,
            missing: self.missing * concentration,
            other: self.other * concentration,
        }
    }

    fn raise(&mut self, metric: &'static str, value: Option<f64>) {
        let Some(value) = value.map(f64::abs) else { return };
        match self.levels.iter_mut().find(|(name, _)| *name == metric) {
            Some((_, level)) => *level = level.max(value),
            None => self.levels.push((metric, value)),
        }
    }
}

/// The windows of the reference within one segment (or all rows), and their sum.
pub(super) struct Windows {
    parts: Vec<SliceState>,
    total: Option<SliceState>,
}

impl Windows {
    pub(super) fn new(leaves: Vec<(SliceKey, SliceState)>) -> Self {
        let dated = leaves.into_iter().filter(|(key, _)| matches!(key.window, Some(Window::At { .. })));
        let parts: Vec<SliceState> = dated.map(|(_, state)| state).collect();
        let mut total: Option<SliceState> = None;
        for part in &parts {
            match &mut total {
                Some(total) => total.merge(part),
                None => total = Some(part.clone()),
            }
        }
        Self { parts, total }
    }

    /// What is usual for a column, between one window and the others.
    pub(super) fn usual(&self, column: usize, counter: &Counter, grouping: &Grouping<'_>) -> Usual {
        let mut usual = Usual::default();
        let Some(total) = self.total.as_ref().filter(|_| self.parts.len() >= FEWEST_WINDOWS) else {
            return usual;
        };
        let whole = &total.columns[column];
        let whole_counts = grouping.counts(whole, Grain::Coarse);
        let whole_mean = Parts::new(counter, whole, Grain::Coarse).mean();
        let mut spread = Spread::default();
        for part in &self.parts {
            let state = &part.columns[column];
            let counts = grouping.counts(state, Grain::Coarse);
            let rest: Vec<u64> = whole_counts.iter().zip(&counts).map(|(a, b)| a - b).collect();
            let pair = Pair { reference: &rest, current: &counts };
            let (psi, bias) = (measure::psi(pair), measure::psi_null_mean(pair));
            usual.raise("psi", psi);
            usual.raise("psi_corrected", psi.map(|psi| (psi - bias).max(0.0)));
            usual.raise("total_variation", measure::total_variation(pair));
            usual.raise("jensen_shannon", measure::jensen_shannon(pair));
            usual.raise("hellinger", measure::hellinger(pair));
            if let (Some(psi), Some(df)) = (psi, pair.degrees_of_freedom()) {
                spread.psi.push((psi - bias) / df);
            }
            let (here, all) = (Shares::new(state), Shares::new(whole));
            let (missing, extra) = here.missing.change_from(all.missing.less(here.missing));
            usual.raise("missing_share", missing);
            spread.missing.extend(extra);
            if matches!(counter, Counter::Categorical(_)) {
                let (other, extra) = here.other.change_from(all.other.less(here.other));
                usual.raise("other_share", other);
                spread.other.extend(extra);
            }
            let mean = Parts::new(counter, state, Grain::Coarse).mean();
            usual.raise("mean", mean.zip(whole_mean).map(|(a, b)| a - b));
        }
        if total.rows < FEWEST_ROWS * self.parts.len() as u64 {
            usual.levels.clear();
        }
        usual.psi = excess(&spread.psi);
        usual.missing = excess(&spread.missing);
        usual.other = excess(&spread.other);
        usual
    }
}

/// `sum(a_k^2)` of a profile's windows within a slice; 1 when its rows have no windows.
pub(super) fn concentration(profile: &Profile, key: &SliceKey) -> f64 {
    let rows_of = |window: Window| profile.slice_rows(&SliceKey { window: Some(window), ..*key });
    let dated = profile.windows().into_iter().filter(|w| matches!(w, Window::At { .. }));
    let rows: Vec<f64> = dated.map(|window| rows_of(window) as f64).collect();
    let total: f64 = rows.iter().sum();
    if total > 0.0 { rows.iter().map(|n| (n / total).powi(2)).sum() } else { 1.0 }
}

#[derive(Default)]
struct Spread {
    psi: Vec<f64>,
    missing: Vec<f64>,
    other: Vec<f64>,
}

/// The mean, when it is above what sampling explains.
fn excess(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { (values.iter().sum::<f64>() / values.len() as f64).max(0.0) }
}
