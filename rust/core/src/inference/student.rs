//! Student's t law.
//!
//! Tails come from `cdflib`'s incomplete beta ratio (`DiDonato` and Morris, 1992); the quantile
//! starts from its search, which stops at 1e-8, and takes Newton steps.

use cdflib::StudentsT;
use cdflib::special::try_beta_inc;
use cdflib::traits::Continuous;

/// Probability of lying at least `|t|` from 0 with `df` degrees of freedom.
///
/// `None` when `t` is NaN or `df` is not positive and finite.
#[must_use]
pub fn two_sided(t: f64, df: f64) -> Option<f64> {
    if t.is_nan() || !(df > 0.0 && df.is_finite()) {
        return None;
    }
    let ratio = t.abs() / df.sqrt();
    let square = ratio * ratio;
    if square.is_infinite() {
        return Some(0.0);
    }
    let (tail, _rest) = try_beta_inc(df / 2.0, 0.5, 1.0 / (1.0 + square), square / (1.0 + square)).ok()?;
    tail.is_finite().then_some(tail.clamp(0.0, 1.0))
}

/// The point below which the law falls with probability `p`, for 1/2 <= p < 1.
///
/// `None` outside that range, or when `df` is not finite and at least 1e-2 (below, the point may
/// exceed the largest `f64`).
#[must_use]
pub fn quantile(p: f64, df: f64) -> Option<f64> {
    if !((0.5..1.0).contains(&p) && df >= 1e-2 && df.is_finite()) {
        return None;
    }
    if p == 0.5 {
        return Some(0.0);
    }
    let law = StudentsT::try_new(df).ok()?;
    let both = 2.0 * (1.0 - p);
    let mut t = law.inverse_ccdf(1.0 - p).ok()?;
    for _ in 0..2 {
        let step = (two_sided(t, df)? - both) / (2.0 * law.pdf(t));
        if step.is_finite() && step.abs() < t / 2.0 {
            t += step;
        }
    }
    t.is_finite().then_some(t)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::normal;

    #[test]
    fn is_total() {
        assert_eq!(two_sided(f64::NAN, 3.0), None);
        assert_eq!(two_sided(f64::INFINITY, 3.0), Some(0.0));
        assert_eq!(two_sided(0.0, 3.0), Some(1.0));
        assert_eq!(quantile(0.5, 3.0), Some(0.0));
        for p in [0.5, 0.975, 1.0 - f64::EPSILON, 1.0, 0.2, f64::NAN] {
            for df in [1e-300, 1e-2, 1.0, 1e6, 1e15, 1e300, f64::INFINITY] {
                assert!(quantile(p, df).is_none_or(f64::is_finite));
            }
        }
    }

    #[test]
    fn tends_to_the_normal_law() {
        // t = z + (z^3 + z) / (4 df) + ...
        let z = normal::quantile(0.975).expect("a probability");
        for df in [1e9, 1e12, 1e15] {
            let t = quantile(0.975, df).expect("a probability");
            assert!((t - z - (z * z * z + z) / (4.0 * df)).abs() < 1e-12, "{df}: {t} {z}");
        }
    }
}
