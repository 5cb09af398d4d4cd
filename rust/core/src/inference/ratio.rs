//! Ratio of two shares, and of two rates of events: Katz's interval on the logarithm.
//!
//! `ln(p / q)` is taken for normal with variance `1/a - 1/m + 1/b - 1/n` for `a` of `m` current
//! rows and `b` of `n` reference rows. When a side has no rows with the property, or none without,
//! half a row is added to each of the four counts; otherwise one such side would pass for certain.
//! For events over exposures the variance is `1/a + 1/b`, and half an event is added to both when
//! either has none. In [0, infinity); an infinite ratio has no estimate.
//! Source: Katz, Baptista, Azen and Pike, Biometrics 34, 1978; the halves: Gart and Zweifel,
//! Biometrika 54, 1967.

use super::share::{Share, TOTALS};
use super::{Interval, normal};

/// Events seen over an exposure: hours, requests, rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Number of events.
    pub events: f64,
    /// What they were seen in.
    pub exposure: f64,
}

impl Rate {
    /// Events by unit of exposure; `None` when there is no such number.
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        let valid = (0.0..=1e100).contains(&self.events) && TOTALS.contains(&self.exposure);
        valid.then(|| self.events / self.exposure)
    }
}

/// A logarithm of a ratio and its variance.
#[derive(Clone, Copy)]
struct LogRatio {
    log: f64,
    variance: f64,
}

impl LogRatio {
    fn of_shares(reference: Share, current: Share) -> Option<Self> {
        reference.share()?;
        current.share()?;
        let counts = [reference.count, reference.rest, current.count, current.rest];
        let half = if counts.contains(&0.0) { 0.5 } else { 0.0 };
        let [b, b_rest, a, a_rest] = counts.map(|count| count + half);
        // 1/a - 1/m = (m - a) / (a m), without the difference.
        let part = |count: f64, rest: f64| rest / count / (count + rest);
        let log = (a / (a + a_rest)).ln() - (b / (b + b_rest)).ln();
        Self { log, variance: part(a, a_rest) + part(b, b_rest) }.checked()
    }

    fn of_rates(reference: Rate, current: Rate) -> Option<Self> {
        reference.rate()?;
        current.rate()?;
        let half = if reference.events == 0.0 || current.events == 0.0 { 0.5 } else { 0.0 };
        let (a, b) = (current.events + half, reference.events + half);
        let log = (a / current.exposure).ln() - (b / reference.exposure).ln();
        Self { log, variance: 1.0 / a + 1.0 / b }.checked()
    }

    fn checked(self) -> Option<Self> {
        (self.log.is_finite() && self.variance.is_finite()).then_some(self)
    }

    /// Interval of the ratio, widened to hold `estimate` where the halves moved it outside.
    fn interval(self, estimate: Option<f64>, level: f64) -> Option<Interval> {
        let half = normal::half_width(level)? * self.variance.sqrt();
        let (lower, upper) = ((self.log - half).exp(), (self.log + half).exp());
        let (lower, upper) = estimate.map_or((lower, upper), |e| (lower.min(e), upper.max(e)));
        upper.is_finite().then_some(Interval { lower, upper })
    }

    /// p of a ratio within `[1 / tolerance, tolerance]`.
    fn p_tolerance(self, tolerance: f64) -> Option<f64> {
        if !(tolerance >= 1.0 && tolerance.is_finite()) {
            return None;
        }
        let (distance, edge, error) = (self.log.abs(), tolerance.ln(), self.variance.sqrt());
        if error == 0.0 {
            return Some(if distance > edge { 0.0 } else { 1.0 });
        }
        let (near, far) = (normal::sf((distance - edge) / error)?, normal::sf((distance + edge) / error)?);
        Some((near + far).min(1.0))
    }
}

fn quotient(reference: f64, current: f64) -> Option<f64> {
    (reference > 0.0).then(|| current / reference).filter(|ratio| ratio.is_finite())
}

/// `current share / reference share`; `None` without rows on a side, or when the reference's share
/// is 0.
#[must_use]
pub fn ratio(reference: impl Into<Share>, current: impl Into<Share>) -> Option<f64> {
    quotient(reference.into().share()?, current.into().share()?)
}

/// Interval at `level` of [`ratio`], which it holds.
///
/// From 0 when no current row has the property. When no reference row has, the upper end rests on
/// the added halves alone: any large ratio remains possible. `None` without rows on a side, for a
/// level outside (0, 1), or an end beyond the largest double.
#[must_use]
pub fn interval(reference: impl Into<Share>, current: impl Into<Share>, level: f64) -> Option<Interval> {
    let (reference, current) = (reference.into(), current.into());
    LogRatio::of_shares(reference, current)?.interval(ratio(reference, current), level)
}

/// Two-sided p of equal shares, by the logarithm of the ratio: agrees with [`interval`].
/// [`super::proportion::p_value`] is the better test of equality itself. `None` as there.
#[must_use]
pub fn p_value(reference: impl Into<Share>, current: impl Into<Share>) -> Option<f64> {
    p_tolerance(reference, current, 1.0)
}

/// p of "the ratio lies within `[1 / tolerance, tolerance]`": 1.25 is the four-fifths rule.
///
/// With `l` the logarithm, `s` its standard error and `t = ln tolerance`,
/// `P(Z > (|l| - t) / s) + P(Z > (|l| + t) / s)`. `None` without rows on a side, or for a
/// tolerance below 1 or not finite.
#[must_use]
pub fn p_tolerance(reference: impl Into<Share>, current: impl Into<Share>, tolerance: f64) -> Option<f64> {
    LogRatio::of_shares(reference.into(), current.into())?.p_tolerance(tolerance)
}

/// Interval at `level` of `current rate / reference rate`; as [`interval`], for events over
/// exposures.
#[must_use]
pub fn rate_interval(reference: Rate, current: Rate, level: f64) -> Option<Interval> {
    let estimate = quotient(reference.rate()?, current.rate()?);
    LogRatio::of_rates(reference, current)?.interval(estimate, level)
}

/// p of "the ratio of the rates lies within `[1 / tolerance, tolerance]`"; as [`p_tolerance`].
#[must_use]
pub fn rate_p_tolerance(reference: Rate, current: Rate, tolerance: f64) -> Option<f64> {
    LogRatio::of_rates(reference, current)?.p_tolerance(tolerance)
}

#[cfg(test)]
mod tests;
