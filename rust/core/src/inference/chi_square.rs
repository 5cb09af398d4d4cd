//! The (central) chi-square law: what a sum of squared standard normals does.
//!
//! Both tails come from `cdflib`'s incomplete gamma ratio (`DiDonato` and Morris, 1986), each
//! computed on its own, so a small tail keeps its digits. The quantile starts from `cdflib`'s
//! inverse and takes Newton steps on the smaller tail. Measured in the oracle test against
//! 60-digit values for df 1 to 5000.

use cdflib::special::{gamma_log, try_gamma_inc, try_gamma_inc_inv};

/// The two tails of a law at one point; each keeps its own relative accuracy when small.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tails {
    /// Probability of at most x.
    pub cdf: f64,
    /// Probability of more than x.
    pub sf: f64,
}

impl Tails {
    /// All the mass lies above the point.
    pub(super) const ALL_ABOVE: Self = Self { cdf: 0.0, sf: 1.0 };
    /// All the mass lies below the point.
    pub(super) const ALL_BELOW: Self = Self { cdf: 1.0, sf: 0.0 };
}

/// Both tails at `x` with `df` degrees of freedom.
///
/// `None` when `x` is NaN or `df` is not positive and finite; an `x` below 0 has all above it.
#[must_use]
pub fn tails(x: f64, df: f64) -> Option<Tails> {
    if x.is_nan() || !(df > 0.0 && df.is_finite()) {
        return None;
    }
    if x <= 0.0 {
        return Some(Tails::ALL_ABOVE);
    }
    if x == f64::INFINITY {
        return Some(Tails::ALL_BELOW);
    }
    let (cdf, sf) = try_gamma_inc(df / 2.0, x / 2.0).ok()?;
    (cdf.is_finite() && sf.is_finite()).then_some(Tails { cdf: cdf.clamp(0.0, 1.0), sf: sf.clamp(0.0, 1.0) })
}

/// Probability of more than `x` with `df` degrees of freedom; `None` as in [`tails`].
#[must_use]
pub fn sf(x: f64, df: f64) -> Option<f64> {
    tails(x, df).map(|both| both.sf)
}

/// The point below which the law falls with probability `p`.
///
/// `None` unless 0 < p < 1 and `df` is positive and finite. Relative error below 1e-12.
#[must_use]
pub fn quantile(p: f64, df: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0 && df > 0.0 && df.is_finite()) {
        return None;
    }
    let (half, _iterations) = try_gamma_inc_inv(df / 2.0, -1.0, p, 1.0 - p).ok()?;
    let mut x = 2.0 * half;
    // The inverse above is good to about 1e-10; a Newton step squares that.
    for _ in 0..2 {
        let both = tails(x, df)?;
        let excess = if p <= 0.5 { both.cdf - p } else { (1.0 - p) - both.sf };
        let step = excess / density(x, df);
        if step.is_finite() && step.abs() < x / 2.0 {
            x -= step;
        }
    }
    x.is_finite().then_some(x)
}

fn density(x: f64, df: f64) -> f64 {
    let (shape, y) = (df / 2.0, x / 2.0);
    ((shape - 1.0) * y.ln() - y - gamma_log(shape)).exp() / 2.0
}

/// The mean of the *root* of a chi-square variable: `sqrt(2) gamma((df+1)/2) / gamma(df/2)`.
///
/// It is what a distance whose square follows the law shows on average; always a little below
/// `sqrt(df)`. `None` when `df` is not positive and finite.
#[must_use]
pub fn mean_of_root(df: f64) -> Option<f64> {
    if !(df > 0.0 && df.is_finite()) {
        return None;
    }
    if df > 1e6 {
        // sqrt(df - 1/2) is the expansion's first terms; the next is of order 1/df^2.
        return Some((df - 0.5).sqrt());
    }
    Some(std::f64::consts::SQRT_2 * (gamma_log(f64::midpoint(df, 1.0)) - gamma_log(df / 2.0)).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_total() {
        assert_eq!(sf(f64::NAN, 3.0), None);
        assert_eq!(sf(1.0, 0.0), None);
        assert_eq!(sf(-1.0, 3.0), Some(1.0));
        assert_eq!(sf(f64::INFINITY, 3.0), Some(0.0));
        assert_eq!(quantile(1.0, 3.0), None);
        assert_eq!(quantile(0.5, f64::INFINITY), None);
        for df in [1e-3, 1.0, 1e9, 1e30] {
            for x in [f64::MIN_POSITIVE, 1e-3, 1.0, 1e9, 1e30, f64::MAX] {
                assert!(sf(x, df).is_none_or(|p| (0.0..=1.0).contains(&p)));
            }
        }
    }

    #[test]
    fn mean_of_root_matches_closed_forms() {
        // One degree: E|Z| = sqrt(2 / pi). Two: Rayleigh, sqrt(pi / 2).
        let one = mean_of_root(1.0).expect("a positive df");
        let two = mean_of_root(2.0).expect("a positive df");
        assert!((one - std::f64::consts::FRAC_2_PI.sqrt()).abs() < 1e-14);
        assert!((two - std::f64::consts::FRAC_PI_2.sqrt()).abs() < 1e-14);
        let (below, above) = (mean_of_root(1e6), mean_of_root(1e6 + 1.0));
        assert!((above.expect("df") - below.expect("df") - 5e-4).abs() < 1e-5);
    }
}
