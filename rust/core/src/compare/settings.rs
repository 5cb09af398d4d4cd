//! What is judged, and how strictly.

use crate::error::{Result, parameter};
use crate::measure::fairness::GapInterval;
use crate::measure::scored::decision::Costs;

/// Which metric decides on drift of an instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decider {
    /// Population stability index less its null mean.
    PsiCorrected,
    /// Kolmogorov-Smirnov distance.
    Ks,
    /// Drift informs only.
    Nothing,
}

/// Tolerances of one column.
#[derive(Clone, Debug, PartialEq)]
pub struct Instrument {
    /// The column.
    pub name: String,
    /// What decides on drift.
    pub decider: Decider,
    /// Largest accepted `psi_corrected`, in nats.
    pub psi: f64,
    /// Largest accepted `ks`.
    pub ks: f64,
    /// Largest accepted change of the share of missing values.
    pub missing_share: f64,
    /// Largest accepted change of the share of unseen categories.
    pub other_share: f64,
    /// What labels are judged by, of a score.
    pub outcome: OutcomeTolerances,
    /// How intervals of gaps between a segment and the rest are made.
    pub gap_interval: GapInterval,
    /// What decisions cost, of a score with a threshold; not measured without.
    pub costs: Option<Costs>,
    /// Metrics that page; the others warn.
    pub page: Vec<String>,
}

/// Tolerances of a score that has labels or thresholds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OutcomeTolerances {
    /// Largest accepted calibration error, debiased.
    pub ece_debiased: f64,
    /// Largest accepted loss of the area under the ROC curve.
    pub auc: f64,
    /// Largest accepted ratio of selection rates, either way; above 1.
    pub selection_rate_ratio: f64,
    /// Largest accepted difference of a segment's rates from those of all other rows; not judged
    /// without one, for what is fair is not a default.
    pub fairness_gap: Option<f64>,
    /// Largest accepted mean absolute error, as a ratio of the reference's; above 1.
    pub mae_ratio: f64,
    /// Largest accepted loss of the accuracy of several classes.
    pub accuracy: f64,
    /// Largest accepted difference of the share of labels inside their foretold intervals from the
    /// declared one.
    pub interval_coverage: f64,
}

impl Default for OutcomeTolerances {
    fn default() -> Self {
        Self {
            ece_debiased: 0.02,
            auc: 0.05,
            selection_rate_ratio: 1.25,
            fairness_gap: None,
            mae_ratio: 1.25,
            accuracy: 0.05,
            interval_coverage: 0.05,
        }
    }
}

/// How a report is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Chance that a report alerts at all although every effect is within tolerance.
    pub false_alarm_rate: f64,
    /// Groups of cells that divergences work on.
    pub groups: usize,
    /// Instruments that differ from the default.
    pub instruments: Vec<Instrument>,
    /// Columns of the current data that the plan does not know.
    pub new_columns: Vec<String>,
    /// Share of mature rows that must have a label before anything is judged by labels.
    pub minimum_coverage: Option<f64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            false_alarm_rate: 0.01,
            groups: 10,
            instruments: Vec::new(),
            new_columns: Vec::new(),
            minimum_coverage: None,
        }
    }
}

impl Instrument {
    /// The tolerances of a column nobody said anything about.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            decider: Decider::PsiCorrected,
            psi: 0.10,
            ks: 0.10,
            missing_share: 0.05,
            other_share: 0.05,
            outcome: OutcomeTolerances::default(),
            gap_interval: GapInterval::default(),
            costs: None,
            page: ["missing_share", "other_share", "schema"].map(str::to_owned).to_vec(),
        }
    }

    pub(super) fn severity(&self, metric: &str) -> &'static str {
        if self.page.iter().any(|m| m == metric) { "page" } else { "warn" }
    }
}

impl Settings {
    /// Numbers within their domains.
    ///
    /// # Errors
    /// Names the first that is not.
    pub fn check(&self) -> Result<()> {
        if !(self.false_alarm_rate > 0.0 && self.false_alarm_rate < 0.5) {
            return Err(parameter("false_alarm_rate", "a probability above 0 and below 0.5"));
        }
        if !(2..=1000).contains(&self.groups) {
            return Err(parameter("bins", "a number of groups from 2 to 1000"));
        }
        for instrument in &self.instruments {
            let of = instrument.outcome;
            let shares = [instrument.ks, instrument.missing_share, instrument.other_share];
            let shares = shares
                .into_iter()
                .chain([of.ece_debiased, of.auc, of.accuracy, of.interval_coverage])
                .chain(of.fairness_gap);
            if !(of.selection_rate_ratio > 1.0 && of.selection_rate_ratio.is_finite()) {
                return Err(parameter("tolerance.selection_rate_ratio", "a ratio above 1"));
            }
            if !(of.mae_ratio > 1.0 && of.mae_ratio.is_finite()) {
                return Err(parameter("tolerance.mae_ratio", "a ratio above 1"));
            }
            if !(instrument.psi > 0.0 && instrument.psi.is_finite()) {
                return Err(parameter("tolerance.psi", "a number above 0"));
            }
            if !instrument.costs.is_none_or(Costs::is_finite) {
                return Err(parameter("costs", "finite numbers"));
            }
            if shares.into_iter().any(|t| !(t > 0.0 && t < 1.0)) {
                return Err(parameter("tolerance", "a share above 0 and below 1"));
            }
        }
        Ok(())
    }

    pub(super) fn instrument(&self, name: &str) -> Instrument {
        let found = self.instruments.iter().find(|i| i.name == name);
        found.cloned().unwrap_or_else(|| Instrument::new(name))
    }
}
