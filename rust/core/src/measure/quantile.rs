//! Quantiles from counts: the cell that holds the wanted rank.
//!
//! The q-quantile is the smallest value x with `F(x) >= q` (`inverted_cdf`, type 1 of Hyndman
//! and Fan 1996), that is the value of rank `ceil(q n)`. It lies in the cell where the
//! cumulative count reaches the rank; the cell's bounds bracket it, exactly when the cell is one
//! known value. In the column's unit; no bias beyond that of the sample quantile itself.
//!
//! The rank is computed from integers: q is read as the decimal it prints as, since 0.1 as a
//! binary float is a little more than a tenth and `ceil(0.1 * 10)` would be 2.

use super::{Bracket, Cell};

/// Bracket of the q-quantile of one side.
///
/// `None` without rows, for q outside [0, 1], or when counts and cells differ in number.
#[must_use]
pub fn quantile(counts: &[u64], cells: &[Cell], q: f64) -> Option<Bracket> {
    if counts.len() != cells.len() {
        return None;
    }
    let rows = counts.iter().map(|&count| u128::from(count)).sum();
    let wanted = rank(q, rows)?;
    let mut reached = 0_u128;
    let holder = counts.iter().position(|&count| {
        reached += u128::from(count);
        reached >= wanted
    })?;
    let Cell { low, high, .. } = cells[holder];
    (low <= high).then_some(Bracket { lower: low, upper: high })
}

/// The rank `ceil(q rows)`, at least 1, of the decimal number q.
///
/// `None` without rows or for q outside [0, 1].
#[must_use]
pub fn rank(q: f64, rows: u128) -> Option<u128> {
    if rows == 0 || rows > 1 << 70 || !(0.0..=1.0).contains(&q) {
        return None;
    }
    let (digits, places) = decimal(q)?;
    // At most 17 digits: the product is below 2^57 2^70.
    let product = digits * rows;
    // With a larger power the quotient is below 1, and the rank 1.
    let ceiling = match 10_u128.checked_pow(places) {
        Some(power) => product.div_ceil(power),
        None => 1,
    };
    Some(ceiling.clamp(1, rows))
}

/// `q = digits / 10^places`, the shortest decimal that reads back as q, for q in [0, 1].
fn decimal(q: f64) -> Option<(u128, u32)> {
    let text = format!("{:e}", q.abs());
    let (mantissa, exponent) = text.split_once('e')?;
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let exponent: i64 = exponent.parse().ok()?;
    let places = digits.len() as i64 - 1 - exponent;
    Some((digits.parse().ok()?, u32::try_from(places).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_those_of_the_decimal() {
        for rows in [10_u128, 2000, 1_000_000, 10_u128.pow(18)] {
            for tenth in 1..=10_u128 {
                let q = tenth as f64 / 10.0;
                assert_eq!(rank(q, rows), Some((tenth * rows).div_ceil(10)), "{q} of {rows}");
            }
        }
        assert_eq!(rank(0.999, 1000), Some(999));
        assert_eq!(rank(0.999, 1001), Some(1000));
        assert_eq!(rank(0.0, 5), Some(1));
        assert_eq!(rank(-0.0, 5), Some(1));
        assert_eq!(rank(5e-324, 5), Some(1));
        assert_eq!(rank(1.0, 5), Some(5));
        assert_eq!(rank(0.5, 0), None);
        for q in [-0.1, 1.1, f64::NAN] {
            assert_eq!(rank(q, 5), None);
        }
    }

    #[test]
    fn the_cell_that_holds_the_rank() {
        let cell = |low, high| Cell { low, high, single: low == high };
        let cells = [cell(0.0, 1.0), cell(1.0, 1.0), cell(1.0, 4.0)];
        let at = |q| quantile(&[5, 3, 2], &cells, q).map(|b| (b.lower, b.upper));
        assert_eq!(at(0.5), Some((0.0, 1.0)));
        assert_eq!(at(0.51), Some((1.0, 1.0)));
        assert_eq!(at(0.8), Some((1.0, 1.0)));
        assert_eq!(at(1.0), Some((1.0, 4.0)));
        assert_eq!(quantile(&[0, 0, 0], &cells, 0.5), None);
        assert_eq!(quantile(&[1], &cells, 0.5), None);
    }
}
