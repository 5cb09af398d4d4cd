//! The interval of a difference from the two intervals of its parts: squares add.
//!
//! With estimates `a`, `b` of independent samples and their intervals, `b - a` reaches down by
//! `sqrt((b - lower_b)^2 + (upper_a - a)^2)` and up likewise. Keeps what the parts' intervals have
//! in shape, skewness above all, where one standard error would not. Newcombe's interval of two
//! shares is this rule with Wilson's intervals.
//! Source: Zou and Donner, Statistics in Medicine 27, 2008 (MOVER).

use super::Interval;

/// An estimate within its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The value.
    pub value: f64,
    /// Where it lies at the stated level; `None` where the numbers at hand do not tell.
    pub interval: Option<Interval>,
}

/// Interval of `current - reference`, at the level that both intervals have.
///
/// `None` when either has no interval, or one that does not hold its value, or an end is not
/// finite.
#[must_use]
pub fn difference(reference: Estimate, current: Estimate) -> Option<Interval> {
    let (of_a, of_b) = (reference.interval?, current.interval?);
    let (a, b) = (reference.value, current.value);
    let holds = of_a.lower <= a && a <= of_a.upper && of_b.lower <= b && b <= of_b.upper;
    let lower = b - a - (b - of_b.lower).hypot(of_a.upper - a);
    let upper = b - a + (of_b.upper - b).hypot(a - of_a.lower);
    (holds && lower.is_finite() && upper.is_finite()).then_some(Interval { lower, upper })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::proportion::{Proportion, newcombe_interval, wilson_interval};

    #[test]
    fn of_two_shares_it_is_newcombes() {
        let parts = [Proportion { count: 56, total: 70 }, Proportion { count: 48, total: 80 }];
        let [a, b] = parts.map(|part| Estimate {
            value: part.share().expect("rows"),
            interval: wilson_interval(part, 0.95),
        });
        assert_eq!(difference(a, b), newcombe_interval(parts[0], parts[1], 0.95, 0.0));
    }

    #[test]
    fn what_is_no_interval_is_refused() {
        let known = |value, lower, upper| Estimate { value, interval: Some(Interval { lower, upper }) };
        let good = known(1.0, 0.0, 2.0);
        assert_eq!(difference(good, Estimate { value: 1.0, interval: None }), None);
        for bad in [known(3.0, 0.0, 2.0), known(f64::NAN, 0.0, 2.0), known(0.0, 0.0, f64::INFINITY)] {
            assert_eq!(difference(good, bad), None);
            assert_eq!(difference(bad, good), None);
        }
    }
}
