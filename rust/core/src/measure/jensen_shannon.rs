//! Jensen-Shannon *distance*, base 2: the root of the divergence in bits.
//!
//! `JS = sqrt((KL(p || a) + KL(q || a)) / 2)`, `a = (p + q) / 2`, logarithms base 2. A metric, in
//! [0, 1], symmetric, finite with empty cells (Lin 1991; Endres and Schindelin 2003). The same
//! convention as `scipy.spatial.distance.jensenshannon(p, q, base=2)`.
//!
//! # Bias
//! `8 ln 2 JS^2 / (1/n + 1/m)` follows a chi-square with B - 1 degrees of freedom when nothing
//! has changed; its root's mean is the null level.

use std::f64::consts::LN_2;

use super::{Pair, Totals, chi_square_p, root_null_level};

/// Jensen-Shannon distance. `None` when a side has no rows.
#[must_use]
pub fn jensen_shannon(pair: Pair) -> Option<f64> {
    let Totals { n, m } = pair.totals()?;
    let sum: f64 = pair
        .cells()
        .filter(|(r, c)| r + c > 0)
        .map(|(r, c)| {
            let (p, q) = (c * n, r * m);
            (p + q) as f64 * excess(p, q)
        })
        .sum();
    let nats = sum / (4.0 * n as f64 * m as f64);
    Some((nats / LN_2).sqrt().min(1.0))
}

/// `h(t) = (1 + t) ln(1 + t) + (1 - t) ln(1 - t)` at `t = (p - q) / (p + q)`, without cancelling.
fn excess(p: i128, q: i128) -> f64 {
    let whole = (p + q) as f64;
    let t = (p - q).abs() as f64 / whole;
    if t <= 0.5 {
        // = ln(1 - t^2) + 2 t atanh(t): about -t^2 + 2 t^2, so a third of a digit is lost at most.
        return (-t * t).ln_1p() + t * (2.0 * t / (1.0 - t)).ln_1p();
    }
    let few = 2.0 * p.min(q) as f64 / whole;
    (1.0 + t) * t.ln_1p() + if few > 0.0 { few * few.ln() } else { 0.0 }
}

/// What the distance shows on average when nothing has changed. `None` when a side has no rows.
#[must_use]
pub fn null_level(pair: Pair) -> Option<f64> {
    root_null_level(pair, 8.0 * LN_2 / pair.scale()?)
}

/// p of no change. `None` when a side has no rows or all rows are in one cell.
#[must_use]
pub fn p_value(pair: Pair) -> Option<f64> {
    chi_square_p(pair, 8.0 * LN_2 * jensen_shannon(pair)?.powi(2) / pair.scale()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_the_range() {
        let value = |reference, current| jensen_shannon(Pair { reference, current });
        assert_eq!(value(&[5, 0], &[0, 7]), Some(1.0));
        assert_eq!(value(&[5, 10], &[1, 2]), Some(0.0));
        assert_eq!(value(&[1], &[0]), None);
        assert_eq!(null_level(Pair { reference: &[5], current: &[7] }), Some(0.0));
        assert_eq!(p_value(Pair { reference: &[5], current: &[7] }), None);
    }
}
