//! Pearson's chi-square statistic of homogeneity, without Yates' correction.
//!
//! `X^2 = sum (observed - expected)^2 / expected` over the 2 x B table of both sides, which is
//! `sum over cells of (c n - r m)^2 / (n m (r + c))`. Range 0 to n + m; symmetric; grows with the
//! number of rows for a given change, so it is a test, not a size. Without change it follows a
//! chi-square with B - 1 degrees of freedom (Pearson 1900), well when most expected counts are
//! at least 5.

use super::{Pair, Totals, chi_square_p};

/// The statistic. `None` when a side has no rows.
#[must_use]
pub fn chi_square(pair: Pair) -> Option<f64> {
    let Totals { n, m } = pair.totals()?;
    let term = |(r, c): (i128, i128)| {
        let difference = (c * n - r * m) as f64;
        // Divided in between: the square of a difference of 2^120 is fine in f64, but no more.
        difference / (n as f64 * m as f64) * (difference / (r + c) as f64)
    };
    Some(pair.cells().filter(|(r, c)| r + c > 0).map(term).sum())
}

/// Mean when nothing has changed: B - 1, the degrees of freedom. `None` when a side has no rows.
#[must_use]
pub fn null_level(pair: Pair) -> Option<f64> {
    pair.totals().map(|_| pair.degrees_of_freedom().unwrap_or(0.0))
}

/// p of no change. `None` when a side has no rows or all rows are in one cell.
#[must_use]
pub fn p_value(pair: Pair) -> Option<f64> {
    chi_square_p(pair, chi_square(pair)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_the_range() {
        let value = |reference, current| chi_square(Pair { reference, current });
        assert_eq!(value(&[5, 0], &[0, 7]), Some(12.0));
        assert_eq!(value(&[5, 10], &[1, 2]), Some(0.0));
        assert_eq!(value(&[0], &[3]), None);
        assert_eq!(null_level(Pair { reference: &[5], current: &[7] }), Some(0.0));
    }
}
