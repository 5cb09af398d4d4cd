//! Hellinger distance: `H = sqrt(1 - sum sqrt(p q)) = sqrt(1/2 sum (sqrt p - sqrt q)^2)`.
//!
//! A metric, in [0, 1], symmetric. Without change `8 H^2 / (1/n + 1/m)` follows a chi-square with
//! B - 1 degrees of freedom; its root's mean is the null level (the bias).
//! Source: Pardo, Statistical inference based on divergence measures, 2006, section 3.

use super::{Pair, Totals, chi_square_p, root_null_level};

/// Hellinger distance. `None` when a side has no rows.
///
/// `sqrt p - sqrt q` is formed as `(p - q) / (sqrt p + sqrt q)` from the exact difference.
#[must_use]
pub fn hellinger(pair: Pair) -> Option<f64> {
    let Totals { n, m } = pair.totals()?;
    let term = |(r, c): (i128, i128)| {
        let (p, q) = (c * n, r * m);
        let step = (p - q) as f64 / ((p as f64).sqrt() + (q as f64).sqrt());
        step * step
    };
    let sum: f64 = pair.cells().filter(|(r, c)| r + c > 0).map(term).sum();
    Some((sum / (2.0 * n as f64 * m as f64)).sqrt().min(1.0))
}

/// What the distance shows on average when nothing has changed. `None` when a side has no rows.
#[must_use]
pub fn null_level(pair: Pair) -> Option<f64> {
    root_null_level(pair, 8.0 / pair.scale()?)
}

/// p of no change. `None` when a side has no rows or all rows are in one cell.
#[must_use]
pub fn p_value(pair: Pair) -> Option<f64> {
    chi_square_p(pair, 8.0 * hellinger(pair)?.powi(2) / pair.scale()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_the_range() {
        let value = |reference, current| hellinger(Pair { reference, current });
        assert_eq!(value(&[5, 10], &[1, 2]), Some(0.0));
        assert_eq!(value(&[5], &[]), None);
        assert!(value(&[5, 0], &[0, 7]).is_some_and(|h| (h - 1.0).abs() < 1e-15));
        assert_eq!(p_value(Pair { reference: &[5], current: &[7] }), None);
    }
}
