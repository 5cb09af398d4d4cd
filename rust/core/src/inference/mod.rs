//! The laws by which a measured change is judged: tails, quantiles, intervals, tests.
//!
//! One file a law. Everything here is a pure function of a few numbers, is total (no argument
//! makes it panic) and never returns NaN: what is undefined is `None`, and each function says
//! when. A probability is a number in [0, 1].

pub mod bridge;
pub mod chi_square;
pub mod kish;
pub mod kolmogorov;
pub mod lattice;
pub mod mean;
pub mod miettinen_nurminen;
pub mod mover;
pub mod multiplicity;
pub mod nominal;
pub mod noncentral_chi_square;
pub mod normal;
pub mod proportion;
pub mod ratio;
pub mod share;
pub mod student;

/// A sampling interval: the effect lies within it at the stated level.
///
/// Not to be confused with [`crate::measure::Bracket`], which holds for certain and speaks of
/// this sample only.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub lower: f64,
    /// Upper end, never below the lower one.
    pub upper: f64,
}

/// Half of what a two-sided interval leaves outside: `(1 - level) / 2`.
///
/// `None` unless 0 < level < 1.
#[must_use]
pub fn outer_tail(level: f64) -> Option<f64> {
    (level > 0.0 && level < 1.0).then_some((1.0 - level) / 2.0)
}

/// The smallest whole number of rows that is at least `rows`.
///
/// `None` when it is not a number of rows: not positive and finite, or above 2^60.
#[must_use]
pub fn whole_rows(rows: f64) -> Option<u64> {
    let ceiling = rows.ceil();
    (ceiling >= 0.0 && ceiling <= (1_u64 << 60) as f64).then_some((ceiling as u64).max(1))
}
