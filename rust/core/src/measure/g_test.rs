//! The likelihood-ratio statistic of homogeneity: `G = 2 sum observed ln(observed / expected)`.
//!
//! Over the 2 x B table of both sides; equal to `2 (n + m)` times the Jensen-Shannon divergence
//! in nats with weights n and m. Range 0 to `2 (n + m) ln 2`; symmetric; a test, not a size.
//! Without change it follows a chi-square with B - 1 degrees of freedom (Wilks 1938), less well
//! than Pearson's statistic in sparse cells.

use super::{Pair, Totals, chi_square_p};

/// The statistic. `None` when a side has no rows.
///
/// Per cell, with expected counts E and observed E (1 + x), the terms linear in x cancel between
/// the sides exactly, so what is summed is `E ((1 + x) ln(1 + x) - x) >= 0`.
#[must_use]
pub fn g_test(pair: Pair) -> Option<f64> {
    let Totals { n, m } = pair.totals()?;
    let rows = (n + m) as f64;
    let side = |size: i128, inside: i128, difference: i128, observed: i128| {
        let expected = size as f64 * inside as f64;
        expected * surplus(difference as f64 / expected, observed as f64 * rows / expected)
    };
    let term = |(r, c): (i128, i128)| {
        let difference = c * n - r * m;
        side(m, r + c, difference, c) + side(n, r + c, -difference, r)
    };
    let sum: f64 = pair.cells().filter(|(r, c)| r + c > 0).map(term).sum();
    Some(2.0 * sum / rows)
}

/// `(1 + x) ln(1 + x) - x`, given `ratio = 1 + x` as well (exact where x is near -1).
fn surplus(x: f64, ratio: f64) -> f64 {
    if x.abs() > 0.1 {
        return if ratio > 0.0 { ratio * ratio.ln() - x } else { 1.0 };
    }
    // x^2/2 - x^3/6 + x^4/12 - ...: sum over k >= 2 of (-x)^k / (k (k - 1)).
    (2..=17).rev().fold(0.0, |sum, k| sum * -x + 1.0 / f64::from(k * (k - 1))) * x * x
}

/// Mean when nothing has changed: B - 1, the degrees of freedom. `None` when a side has no rows.
#[must_use]
pub fn null_level(pair: Pair) -> Option<f64> {
    pair.totals().map(|_| pair.degrees_of_freedom().unwrap_or(0.0))
}

/// p of no change. `None` when a side has no rows or all rows are in one cell.
#[must_use]
pub fn p_value(pair: Pair) -> Option<f64> {
    chi_square_p(pair, g_test(pair)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_the_range() {
        let value = |reference, current| g_test(Pair { reference, current });
        assert_eq!(value(&[5, 10], &[1, 2]), Some(0.0));
        assert_eq!(value(&[0], &[3]), None);
        let most = 2.0 * 14.0 * std::f64::consts::LN_2;
        assert!(value(&[7, 0], &[0, 7]).is_some_and(|g| (g - most).abs() < 1e-13));
    }
}
