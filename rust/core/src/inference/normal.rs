//! The normal law.
//!
//! Tails come from `cdflib::special::cumnor` (W. J. Cody's rational approximations, 1969),
//! quantiles from its `dinvnr`. Near p = 1/2 the stopping rule of the latter is never met and
//! its answer is off by up to 1e-8, so one more Newton step is taken here. Both are compared with
//! 60-digit values in the oracle test.

use cdflib::special::{cumnor, dinvnr};

/// The point beyond which a tail of the standard normal law is below the smallest `f64`.
pub const FARTHEST: f64 = 38.5;

/// Probability that a standard normal exceeds `z`. `None` when `z` is NaN.
#[must_use]
pub fn sf(z: f64) -> Option<f64> {
    if z.is_nan() {
        return None;
    }
    Some(cumnor(z.clamp(-FARTHEST, FARTHEST)).1.clamp(0.0, 1.0))
}

/// Probability that a standard normal lies at least `z` from 0, on either side.
#[must_use]
pub fn two_sided(z: f64) -> Option<f64> {
    sf(z.abs()).map(|tail| (2.0 * tail).min(1.0))
}

/// The point below which a standard normal falls with probability `p`.
///
/// `None` unless 0 < p < 1. Error below 1e-13 relative, and 1e-15 absolute near p = 1/2. For an
/// upper tail `q` that is small, ask for `-quantile(q)`: `1 - q` would round.
#[must_use]
pub fn quantile(p: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0) {
        return None;
    }
    if p == 0.5 {
        return Some(0.0);
    }
    let z = dinvnr(p, 1.0 - p);
    let (below, above) = cumnor(z);
    let excess = if p <= 0.5 { below - p } else { (1.0 - p) - above };
    let step = excess / ((-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt());
    let z = if step.abs() < 1e-3 { z - step } else { z };
    z.is_finite().then_some(z)
}

/// The half-width, in standard errors, of a two-sided interval: `quantile((1 + level) / 2)`.
#[must_use]
pub fn half_width(level: f64) -> Option<f64> {
    super::outer_tail(level).and_then(quantile).map(|z| -z)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_total() {
        assert_eq!(sf(f64::NAN), None);
        assert_eq!(sf(f64::INFINITY), Some(0.0));
        assert_eq!(sf(f64::NEG_INFINITY), Some(1.0));
        assert_eq!(two_sided(0.0), Some(1.0));
        for p in [0.0, 1.0, -0.1, 1.1, f64::NAN] {
            assert_eq!(quantile(p), None);
        }
        assert!(quantile(f64::MIN_POSITIVE).is_some_and(|z| z < -37.0));
        assert!(quantile(f64::from_bits(1)).is_none_or(f64::is_finite));
        assert_eq!(half_width(1.0), None);
    }

    #[test]
    fn quantile_inverts_the_tail_near_the_middle_too() {
        for place in 0..2000 {
            let p = 0.5 - 2.0_f64.powf(-f64::from(place) / 40.0 - 1.5);
            let z = quantile(p).expect("a probability");
            // 1/2 - cdf(z) is below 1/2 and so exact to 1e-16; the density here is above 0.2.
            let reached = sf(z).expect("a number") - 0.5;
            assert!((reached - (0.5 - p)).abs() < 4e-16, "{p}");
            assert!((quantile(1.0 - p).expect("a probability") + z).abs() < 4e-15, "{p}");
        }
    }
}
