//! The limit law of Kolmogorov: the largest distance of a Brownian bridge from 0.
//!
//! `sqrt(nm/(n+m)) D` follows it when two large samples come from one continuous law. With ties
//! (few distinct values) the true law lies below it, so its p-values err on the high side.
//!
//! Two series for one function (Kolmogorov 1933; the second is Jacobi's theta identity): the
//! alternating one needs four terms for large t, the other four for small t.

use std::f64::consts::{LN_2, PI};

/// Where one series takes over from the other; both have converged in four terms here.
const CROSSOVER: f64 = 1.18;

/// Probability that the limit exceeds `t`. 1 for `t <= 0`; `None` when `t` is NaN.
///
/// Relative error below 1e-13 where the value is above 1e-300.
#[must_use]
pub fn sf(t: f64) -> Option<f64> {
    if t.is_nan() {
        return None;
    }
    if t <= 0.0 {
        return Some(1.0);
    }
    let value = if t < CROSSOVER { 1.0 - cdf_small(t) } else { sf_large(t) };
    Some(value.clamp(0.0, 1.0))
}

fn cdf_small(t: f64) -> f64 {
    let base = -PI * PI / (8.0 * t * t);
    let sum: f64 = (0..4).map(|k| (base * f64::from((2 * k + 1) * (2 * k + 1))).exp()).sum();
    (2.0 * PI).sqrt() / t * sum
}

fn sf_large(t: f64) -> f64 {
    let term = |k: i32| (-2.0 * f64::from(k * k) * t * t).exp();
    2.0 * (term(1) - term(2) + term(3) - term(4))
}

/// Mean of the limit: `sqrt(pi / 2) ln 2`, about 0.8687.
#[must_use]
pub fn mean() -> f64 {
    (PI / 2.0).sqrt() * LN_2
}

/// The point that the law exceeds with probability `p`. `None` for p outside (0, 1).
#[must_use]
pub fn critical(p: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0) {
        return None;
    }
    // The law's tail falls from 1 at 0 to below 1e-300 at 20.
    let (mut low, mut high) = (0.0, 20.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if sf(middle)? > p { low = middle } else { high = middle }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_total_and_falls() {
        assert_eq!(sf(f64::NAN), None);
        assert_eq!(sf(-1.0), Some(1.0));
        assert_eq!(sf(f64::MIN_POSITIVE), Some(1.0));
        assert_eq!(sf(f64::INFINITY), Some(0.0));
        let values: Vec<f64> = (0..400).filter_map(|i| sf(f64::from(i) / 100.0)).collect();
        assert!(values.windows(2).all(|pair| pair[1] <= pair[0]));
    }

    #[test]
    fn critical_inverts_the_tail() {
        for p in [1e-300, 1e-9, 0.01, 0.05, 0.5, 0.999] {
            let reached = critical(p).and_then(sf).expect("a probability");
            assert!((reached / p - 1.0).abs() < 1e-11, "{p}: {reached}");
        }
        // The classical table: 1.358 at 5 %.
        assert!(critical(0.05).is_some_and(|t| (t - 1.3581).abs() < 5e-5));
        assert_eq!((critical(0.0), critical(1.0), critical(f64::NAN)), (None, None, None));
    }

    #[test]
    fn mean_is_the_integral_of_the_tail() {
        let sum: f64 = (0..10_000).filter_map(|i| sf((f64::from(i) + 0.5) / 1000.0)).sum();
        assert!((sum / 1000.0 - mean()).abs() < 1e-6);
    }
}
