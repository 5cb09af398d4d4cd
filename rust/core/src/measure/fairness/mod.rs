//! A group against the rest of the population: how differently a model decides, errs and is
//! calibrated.
//!
//! Groups are compared with everyone else, not with a privileged group, so that the two sides are
//! independent and no choice of a yardstick is needed. A gap is `group - rest`: of rates in
//! [-1, 1], of calibration in [-2, 2]. With too few rows or events it is [`Suppressed`] and never a
//! number: small groups show large gaps by chance, and such numbers point at single persons.
//! Source: Barocas, Hardt and Narayanan, Fairness and Machine Learning, 2023, chapter 3; equalized
//! odds: Hardt, Price and Srebro, 2016.

pub mod calibration;
pub mod rates;

#[cfg(test)]
mod tests;

pub use calibration::{Residual, calibration_gap};
pub use rates::{Outcomes, Rate, equalized_odds_gap, rate_gap, rate_ratio};

use crate::inference::{Interval, multiplicity};

/// Fewest (effective) rows of a side of which anything is said.
pub const LEAST_ROWS: f64 = 30.0;

/// Fewest (effective) events of a side: positives for the true positive rate, negatives for the
/// false positive rate, selected rows for precision.
pub const LEAST_EVENTS: f64 = 5.0;

/// Why there is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suppressed {
    /// A count is negative or not finite, or the level or tolerance is out of its range.
    Invalid,
    /// Fewer than [`LEAST_ROWS`] rows on a side.
    FewRows,
    /// Fewer than [`LEAST_EVENTS`] events on a side.
    FewEvents,
}

/// How the interval of a difference of two shares is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GapInterval {
    /// Newcombe's: the squares of the ends of two Wilson intervals, added.
    #[default]
    Newcombe,
    /// Miettinen and Nurminen's: the differences that the score test keeps. A little wider, and
    /// the one that regulators of clinical trials ask for.
    MiettinenNurminen,
}

impl GapInterval {
    /// By the name that specs and arguments call it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "newcombe" => Some(Self::Newcombe),
            "miettinen_nurminen" => Some(Self::MiettinenNurminen),
            _ => None,
        }
    }
}

/// How a gap is judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
    /// Level of intervals, in (0, 1).
    pub level: f64,
    /// How intervals of differences are made; ratios have Katz's.
    pub interval: GapInterval,
    /// Largest gap that nobody minds: a difference in [0, 1), or a ratio of at least 1.
    pub tolerance: f64,
}

/// A gap between a group and the rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gap {
    /// `group - rest`; for equalized odds the larger of two sizes, for a ratio `group / rest`.
    pub value: f64,
    /// Its interval.
    pub interval: Interval,
    /// p of "the gap is within the tolerance".
    pub p_value: f64,
}

impl Gap {
    /// The sizes a difference may have by its interval: of the values in it, the least and the
    /// largest distance from 0.
    #[must_use]
    pub fn size(&self) -> Interval {
        size(self.interval)
    }
}

pub(crate) fn size(interval: Interval) -> Interval {
    let Interval { lower, upper } = interval;
    Interval { lower: lower.max(-upper).max(0.0), upper: lower.abs().max(upper.abs()) }
}

/// A group's place among all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranked {
    /// Its place in the list that was handed in.
    pub group: usize,
    /// Benjamini-Hochberg's q over all groups that have a number.
    pub q_value: f64,
}

/// Groups with a number, worst first: by what the gap is at least (the lower end of its size),
/// then by its size.
///
/// By the lower end, not by the gap itself, or the smallest groups would always lead. Suppressed
/// groups are left out. For differences; of ratios the list would have to be of logarithms.
#[must_use]
pub fn worst_first(gaps: &[Result<Gap, Suppressed>]) -> Vec<Ranked> {
    let p_values: Vec<Option<f64>> =
        gaps.iter().map(|gap| gap.as_ref().ok().map(|gap| gap.p_value)).collect();
    let q_values = multiplicity::benjamini_hochberg(&p_values);
    let mut ranked: Vec<(f64, f64, Ranked)> = gaps
        .iter()
        .zip(q_values)
        .enumerate()
        .filter_map(|(group, (gap, q_value))| {
            let (gap, q_value) = (gap.as_ref().ok()?, q_value?);
            Some((gap.size().lower, gap.value.abs(), Ranked { group, q_value }))
        })
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1)));
    ranked.into_iter().map(|(_, _, ranked)| ranked).collect()
}

/// Refuses a side with too few rows or events; what is no number is invalid.
fn enough(rows: f64, events: f64) -> Result<(), Suppressed> {
    let known = rows.is_finite() && events.is_finite() && rows >= 0.0 && events >= 0.0;
    if !known {
        Err(Suppressed::Invalid)
    } else if rows < LEAST_ROWS {
        Err(Suppressed::FewRows)
    } else if events < LEAST_EVENTS {
        Err(Suppressed::FewEvents)
    } else {
        Ok(())
    }
}
