//! Population stability index: the symmetric divergence of Jeffreys (1946), in nats.
//!
//! `PSI = sum over occupied cells of (p - q) ln(p / q)`, with p and q the shares of the current
//! and the reference side after half a row was added to every occupied cell of both. Range: 0 to
//! infinity in theory, here at most about `ln(n m)`-sized because of the half rows. Symmetric.
//!
//! # Bias
//! Without any change PSI is not 0 but on average `(B - 1)(1/n + 1/m)`, and follows
//! `(1/n + 1/m)` times a chi-square with B - 1 degrees of freedom (B. Yurdakul and J. Naranjo,
//! Statistical properties of the population stability index, Journal of Risk Model Validation,
//! 2020). The fixed thresholds 0.1 and 0.25 therefore mean nothing for a few hundred rows.
//! `psi_corrected` subtracts that mean.
//!
//! # With a change
//! `PSI ~ s * noncentral chi-square(df = B - 1, lambda = theta / s)`, `theta` the PSI of the two
//! populations and `s = 1/n + 1/m + w`. The term `w >= 0` is over-dispersion per degree of
//! freedom: what the baseline's own windows differ by beyond sampling. The law is the limit for
//! small changes; its variance `4 theta s + 2 df s^2` is the delta method's to first order in
//! theta.

use super::{Pair, Totals};
use crate::inference::{Interval, chi_square, noncentral_chi_square, normal, outer_tail, whole_rows};

/// Probability that no change stays under the tolerance, required before PSI is judged at all.
const CONFIDENCE: f64 = 0.99;

/// PSI in nats. 0 when all rows are in one cell; `None` when a side has no rows.
///
/// Both `p - q` and `ln(p / q)` come from one exact integer difference, so they share its sign,
/// every term is at least 0, and exchanging the sides changes no bit.
#[must_use]
pub fn psi(pair: Pair) -> Option<f64> {
    let Totals { n, m } = pair.totals()?;
    let cells = pair.occupied();
    if cells <= 1 {
        return Some(0.0);
    }
    // Twice the smoothed counts: half a row is one half, integers stay integers.
    let (twice_n, twice_m) = (2 * n + cells as i128, 2 * m + cells as i128);
    let whole = twice_n as f64 * twice_m as f64;
    let term = |(r, c): (i128, i128)| {
        let (q, p) = ((2 * r + 1) * twice_m, (2 * c + 1) * twice_n);
        let difference = (p - q).abs() as f64;
        difference / whole * (difference / p.min(q) as f64).ln_1p()
    };
    Some(pair.cells().filter(|(r, c)| r + c > 0).map(term).sum())
}

/// What PSI shows on average when nothing has changed: `(B - 1)(1/n + 1/m)`.
///
/// 0 when it is undefined (a side without rows) or all rows are in one cell.
#[must_use]
pub fn psi_null_mean(pair: Pair) -> f64 {
    match (pair.degrees_of_freedom(), pair.scale()) {
        (Some(df), Some(scale)) => df * scale,
        _ => 0.0,
    }
}

/// PSI less its null mean: unbiased near no change, and then as often below 0 as above.
#[must_use]
pub fn psi_corrected(pair: Pair) -> Option<f64> {
    psi(pair).map(|value| value - psi_null_mean(pair))
}

/// Null level of [`psi`]; that of [`psi_corrected`] is 0. `None` when a side has no rows.
#[must_use]
pub fn null_level(pair: Pair) -> Option<f64> {
    pair.totals().map(|_| psi_null_mean(pair))
}

/// p of no change, from sampling alone. `None` when a side has no rows or B <= 1.
#[must_use]
pub fn p_value(pair: Pair) -> Option<f64> {
    p_tolerance(psi(pair)?, pair.degrees_of_freedom()?, pair.scale()?, 0.0)
}

/// p of "the populations' PSI is at most `tolerance`": `sf(psi / s; df, tolerance / s)`.
///
/// `value` is the plain [`psi`], `df` = B - 1, `s = 1/n + 1/m + w`. With tolerance 0 it is the p
/// of no change (over-dispersed when w > 0). `None` when an argument is out of its range.
#[must_use]
pub fn p_tolerance(value: f64, df: f64, s: f64, tolerance: f64) -> Option<f64> {
    noncentral_chi_square::sf(valid(value, s)? / s, df, tolerance / s)
}

/// Interval of the populations' PSI at `level`, comparable with [`psi_corrected`].
///
/// All `theta` for which neither tail at `value` is below `(1 - level) / 2`; at least 0.
/// Arguments as in [`p_tolerance`]; `None` when one is out of its range.
#[must_use]
pub fn interval(value: f64, df: f64, s: f64, level: f64) -> Option<Interval> {
    let bounds = noncentral_chi_square::noncentrality_bounds(valid(value, s)? / s, df, level)?;
    let (lower, upper) = (bounds.lower * s, bounds.upper * s);
    upper.is_finite().then_some(Interval { lower, upper })
}

fn valid(value: f64, s: f64) -> Option<f64> {
    (value >= 0.0 && s > 0.0 && s.is_finite()).then_some(value)
}

/// The smallest number of current rows for which PSI can be judged against `tolerance` at all:
/// with no change, 99 % of samples stay under it, `quantile(.99; df) (1/n + 1/m + w) <= tolerance`.
///
/// `None` when no number does (the reference is too small or too uneven), or for arguments out of
/// range.
#[must_use]
pub fn rows_to_judge(n: u64, df: f64, tolerance: f64, overdispersion: f64) -> Option<u64> {
    if n == 0 || overdispersion.is_nan() || overdispersion < 0.0 {
        return None;
    }
    let per_row = tolerance / chi_square::quantile(CONFIDENCE, df)?;
    rows_for_scale(n, per_row, overdispersion)
}

/// The smallest m with `1/n + 1/m + w <= s`.
fn rows_for_scale(n: u64, s: f64, overdispersion: f64) -> Option<u64> {
    let left = s - 1.0 / n as f64 - overdispersion;
    if left > 0.0 { whole_rows(1.0 / left) } else { None }
}

/// Current rows at which the [`interval`] would no longer hold both `effect` and `tolerance`,
/// were `effect` (a [`psi_corrected`]) to stay what it is.
///
/// That is, the smallest m at which the tail of the law of `tolerance` beyond `effect + df s` is
/// below `(1 - level) / 2`. `None` when no number of rows does (the effect is on the tolerance,
/// the reference too small or too uneven), or for arguments out of range. Costs about 50 tails.
#[must_use]
pub fn rows_to_decide(
    n: u64,
    df: f64,
    effect: f64,
    tolerance: f64,
    overdispersion: f64,
    level: f64,
) -> Option<u64> {
    let tail = outer_tail(level)?;
    let valid = df >= 1.0 && tolerance > 0.0 && overdispersion >= 0.0 && effect.is_finite();
    if n == 0 || !valid {
        return None;
    }
    let effect = effect.max(0.0);
    let apart = |s: f64| {
        noncentral_chi_square::tails(effect / s + df, df, tolerance / s)
            .is_some_and(|at| (if effect > tolerance { at.sf } else { at.cdf }) <= tail)
    };
    rows_for_scale(n, largest_scale(normal_scale(df, effect, tolerance, tail)?, apart)?, overdispersion)
}

/// The s at which the gap is z standard deviations, `z^2 (4 tolerance s + 2 df s^2) = gap^2`:
/// right for a normal law, a start for this one.
fn normal_scale(df: f64, effect: f64, tolerance: f64, tail: f64) -> Option<f64> {
    let gap = ((effect - tolerance) / normal::quantile(tail)?).powi(2);
    let s = gap / (2.0 * tolerance + (4.0 * tolerance * tolerance + 2.0 * df * gap).sqrt());
    (s > 0.0 && s.is_finite()).then_some(s)
}

/// The largest s for which `apart` holds, within a factor of 64 of `start`; `apart` holds for
/// every smaller s.
fn largest_scale(start: f64, apart: impl Fn(f64) -> bool) -> Option<f64> {
    let (mut small, mut large) = (start / 64.0, start * 64.0);
    if !apart(small) {
        return None;
    }
    for _ in 0..48 {
        let middle = (small * large).sqrt();
        if apart(middle) {
            small = middle;
        } else {
            large = middle;
        }
    }
    Some(small)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degenerate_sides() {
        let empty = Pair { reference: &[0, 0], current: &[3, 4] };
        assert_eq!(psi(empty), None);
        assert_eq!(psi_corrected(empty), None);
        assert_eq!((psi_null_mean(empty), p_value(empty)), (0.0, None));
        let single = Pair { reference: &[0, 9], current: &[0, 4] };
        assert_eq!(psi(single), Some(0.0));
        assert_eq!((null_level(single), p_value(single)), (Some(0.0), None));
    }

    #[test]
    fn rows_to_judge_is_the_smallest() {
        // STATISTICS: ten cells, tolerance 0.1, a reference without error: 217 rows.
        assert_eq!(rows_to_judge(1 << 50, 9.0, 0.1, 0.0), Some(217));
        assert_eq!(rows_to_judge(1 << 50, 19.0, 0.1, 0.0), Some(362));
        assert_eq!(rows_to_judge(100, 9.0, 0.1, 0.0), None);
        assert_eq!(rows_to_judge(1 << 50, 9.0, 0.1, 0.1), None);
        assert_eq!(rows_to_judge(0, 9.0, 0.1, 0.0), None);
        assert_eq!(rows_to_judge(1000, 9.0, f64::NAN, 0.0), None);
        let critical = chi_square::quantile(0.99, 9.0).expect("a probability");
        let rows = rows_to_judge(1000, 9.0, 0.1, 0.0).expect("enough reference") as f64;
        assert!(critical * (1e-3 + 1.0 / rows) <= 0.1);
        assert!(critical * (1e-3 + 1.0 / (rows - 1.0)) > 0.1);
    }

    #[test]
    fn rows_to_decide_sets_effect_and_tolerance_apart() {
        for df in [1.0, 9.0, 29.0] {
            for effect in [0.0, 0.04, 0.08, 0.12, 0.2, 1.0] {
                let n = 1_u64 << 40;
                let rows = rows_to_decide(n, df, effect, 0.1, 0.0, 0.95).expect("reachable");
                let straddles = |m: f64| {
                    let s = 1.0 / n as f64 + 1.0 / m;
                    let ends = interval(effect + df * s, df, s, 0.95).expect("in range");
                    ends.lower <= 0.1 && ends.upper >= 0.1
                };
                assert!(!straddles(rows as f64 + 1.0), "{df} {effect} {rows}");
                assert!(straddles(rows as f64 - 2.0), "{df} {effect} {rows}");
            }
        }
        assert_eq!(rows_to_decide(1000, 9.0, 0.1, 0.1, 0.0, 0.95), None);
        assert_eq!(rows_to_decide(1000, 9.0, f64::NAN, 0.1, 0.0, 0.95), None);
        assert_eq!(rows_to_decide(1000, 9.0, 0.2, 0.1, 0.0, 1.0), None);
    }

    #[test]
    fn inference_refuses_what_it_cannot_use() {
        assert_eq!(p_tolerance(-1.0, 9.0, 0.01, 0.1), None);
        assert_eq!(p_tolerance(0.1, 9.0, 0.0, 0.1), None);
        assert_eq!(p_tolerance(0.1, 9.0, 0.01, -0.1), None);
        assert_eq!(p_tolerance(f64::NAN, 9.0, 0.01, 0.1), None);
        assert_eq!(interval(0.1, 0.0, 0.01, 0.95), None);
        assert_eq!(interval(0.1, 9.0, f64::INFINITY, 0.95), None);
    }
}
