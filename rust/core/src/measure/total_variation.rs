//! Total variation: the least share of rows that would have to move for the sides to agree.
//!
//! `TV = 1/2 sum |p - q|`, in [0, 1], symmetric, over the shares of both sides. Without change
//! it is of order `sqrt(B (1/n + 1/m))`, see [`null_level`]; it has no simple null law, hence no
//! p-value (the chi-square test on the same cells has one).

use super::{Pair, Totals};

/// Total variation distance. `None` when a side has no rows.
#[must_use]
pub fn total_variation(pair: Pair) -> Option<f64> {
    let Totals { n, m } = pair.totals()?;
    // Exact: the sum is at most 2 n m < 2^122.
    let moved: i128 = pair.cells().map(|(r, c)| (c * n - r * m).abs()).sum();
    Some((moved as f64 / (2.0 * n as f64 * m as f64)).min(1.0))
}

/// Mean of the distance when nothing has changed: half the sum over the cells of
/// `sqrt(2/pi pi_i (1 - pi_i) (1/n + 1/m))`, `pi_i` the pooled share, or of `2 pi_i (1 - pi_i)`
/// where that is smaller (cells with few rows). `None` when a side has no rows.
#[must_use]
pub fn null_level(pair: Pair) -> Option<f64> {
    let totals = pair.totals()?;
    let (rows, scale) = ((totals.n + totals.m) as f64, totals.scale());
    let mean = |(r, c): (i128, i128)| {
        let inside = (r + c) as f64;
        let spread = inside * (rows - inside) / (rows * rows);
        (std::f64::consts::FRAC_2_PI * spread * scale).sqrt().min(2.0 * spread)
    };
    Some(pair.cells().map(mean).sum::<f64>() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_the_range() {
        let value = |reference, current| total_variation(Pair { reference, current });
        assert_eq!(value(&[5, 0], &[0, 7]), Some(1.0));
        assert_eq!(value(&[5, 10], &[1, 2]), Some(0.0));
        assert_eq!(value(&[], &[1]), None);
        assert_eq!(null_level(Pair { reference: &[5], current: &[7] }), Some(0.0));
    }
}
