//! Gaps of selection, true positive and false positive rate, and of precision.
//!
//! As a difference of two shares its interval is Newcombe's, or Miettinen and Nurminen's; p is the
//! guarded score test at the edge of the tolerance
//! ([`crate::inference::proportion::p_tolerance_guarded`]). As a ratio it has Katz's interval
//! ([`crate::inference::ratio`]).

use super::{Gap, GapInterval, Judgement, LEAST_EVENTS, Suppressed, enough};
use crate::inference::kish::effective_rows;
use crate::inference::proportion::{Share, newcombe_interval, p_tolerance_guarded};
use crate::inference::{Interval, miettinen_nurminen, ratio};

/// Decisions against labels in one group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcomes {
    /// Selected and positive.
    pub tp: f64,
    /// Selected and negative.
    pub fp: f64,
    /// Not selected and positive.
    pub fn_: f64,
    /// Not selected and negative.
    pub tn: f64,
    /// Effective rows of the negative and of the positive class, as in
    /// [`crate::measure::Scored::effective`]; the rows themselves without weights.
    pub effective: [f64; 2],
}

/// A rate of decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rate {
    /// Selected of all: statistical parity.
    Selection,
    /// Selected of the positives: equal opportunity.
    TruePositive,
    /// Selected of the negatives.
    FalsePositive,
    /// Positives of the selected: predictive parity.
    Precision,
}

impl Outcomes {
    /// Of rows that all weigh the same.
    #[must_use]
    pub fn of_rows(tp: f64, fp: f64, fn_: f64, tn: f64) -> Self {
        Self { tp, fp, fn_, tn, effective: [fp + tn, tp + fn_] }
    }

    /// Effective number of rows, of which `negatives` and `positives` are the weights: each class
    /// as one stratum whose rows weigh alike.
    fn effective(&self, negatives: f64, positives: f64) -> f64 {
        let classes = [self.fp + self.tn, self.tp + self.fn_];
        // sum w^2 / sum w within a class is its weight over its effective rows.
        let strata = [negatives, positives].into_iter().zip(classes.into_iter().zip(self.effective));
        let strata = strata.filter(|(weight, _)| *weight > 0.0).map(|(weight, (class, effective))| {
            let each = class / effective;
            (each, weight / each)
        });
        effective_rows(strata).unwrap_or(0.0)
    }

    fn valid(&self) -> bool {
        let [negative, positive] = self.effective;
        [self.tp, self.fp, self.fn_, self.tn, negative, positive].iter().all(|n| (0.0..=1e100).contains(n))
    }

    /// The share behind a rate, in effective rows; `None` without rows.
    #[must_use]
    pub fn share(&self, rate: Rate) -> Option<Share> {
        let (count, rest, negatives, positives) = match rate {
            Rate::Selection => (self.tp + self.fp, self.fn_ + self.tn, self.fp + self.tn, self.tp + self.fn_),
            Rate::TruePositive => (self.tp, self.fn_, 0.0, self.tp + self.fn_),
            Rate::FalsePositive => (self.fp, self.tn, self.fp + self.tn, 0.0),
            Rate::Precision => (self.tp, self.fp, self.fp, self.tp),
        };
        if !self.valid() {
            return None;
        }
        Share { count, rest }.with_total(self.effective(negatives, positives))
    }

    /// The share behind a rate, where there are rows and events enough.
    fn enough(&self, rate: Rate) -> Result<Share, Suppressed> {
        if !self.valid() {
            return Err(Suppressed::Invalid);
        }
        let rows = self.effective(self.fp + self.tn, self.tp + self.fn_);
        let share = self.share(rate);
        // Every row is an event where the rate is of all rows.
        enough(rows, share.map_or(0.0, |share| share.total()))?;
        share.ok_or(Suppressed::FewEvents)
    }
}

/// `group - rest` of a rate.
///
/// # Errors
///
/// [`Suppressed`] says why there is no number.
pub fn rate_gap(
    rate: Rate,
    group: &Outcomes,
    rest: &Outcomes,
    judgement: Judgement,
) -> Result<Gap, Suppressed> {
    let (group, rest) = (group.enough(rate)?, rest.enough(rate)?);
    difference(rest, group, judgement).ok_or(Suppressed::Invalid)
}

fn difference(rest: Share, group: Share, judgement: Judgement) -> Option<Gap> {
    let Judgement { level, interval, tolerance } = judgement;
    let interval = match interval {
        GapInterval::Newcombe => newcombe_interval(rest, group, level, 0.0)?,
        GapInterval::MiettinenNurminen => miettinen_nurminen::interval(rest, group, level)?,
    };
    let p_value = p_tolerance_guarded(rest, group, tolerance, 0.0)?;
    Some(Gap { value: group.share()? - rest.share()?, interval, p_value })
}

/// Ratio of a rate, `group / rest`; the four-fifths rule is a tolerance of 1.25 on selection.
///
/// # Errors
///
/// [`Suppressed`] says why there is no number. `FewEvents` when fewer than five rows of either side
/// are counted by the rate, such as selected ones: a ratio of rare decisions says next to nothing.
pub fn rate_ratio(
    rate: Rate,
    group: &Outcomes,
    rest: &Outcomes,
    judgement: Judgement,
) -> Result<Gap, Suppressed> {
    let (group, rest) = (group.enough(rate)?, rest.enough(rate)?);
    if group.count.min(rest.count) < LEAST_EVENTS {
        return Err(Suppressed::FewEvents);
    }
    let gap = || {
        Some(Gap {
            value: ratio::ratio(rest, group)?,
            interval: ratio::interval(rest, group, judgement.level)?,
            p_value: ratio::p_tolerance(rest, group, judgement.tolerance)?,
        })
    };
    gap().ok_or(Suppressed::Invalid)
}

/// Equalized odds: the larger of the sizes of the true and the false positive rate's gap, in
/// [0, 1].
///
/// The interval is Bonferroni's: both gaps lie in theirs at half the error, so the larger size
/// lies between the larger lower and the larger upper end. p is twice the smaller one.
///
/// # Errors
///
/// [`Suppressed`] when either gap is.
pub fn equalized_odds_gap(
    group: &Outcomes,
    rest: &Outcomes,
    judgement: Judgement,
) -> Result<Gap, Suppressed> {
    let each = Judgement { level: f64::midpoint(1.0, judgement.level), ..judgement };
    if !(judgement.level > 0.0 && judgement.level < 1.0) {
        return Err(Suppressed::Invalid);
    }
    let tpr = rate_gap(Rate::TruePositive, group, rest, each)?;
    let fpr = rate_gap(Rate::FalsePositive, group, rest, each)?;
    let larger = |a: Interval, b: Interval| {
        let (a, b) = (super::size(a), super::size(b));
        Interval { lower: a.lower.max(b.lower), upper: a.upper.max(b.upper) }
    };
    Ok(Gap {
        value: tpr.value.abs().max(fpr.value.abs()),
        interval: larger(tpr.interval, fpr.interval),
        p_value: (2.0 * tpr.p_value.min(fpr.p_value)).min(1.0),
    })
}
