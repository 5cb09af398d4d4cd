//! Spiegelhalter's test: is the Brier score what right scores would have?
//!
//! `z = sum (y - p)(1 - 2 p) / sqrt(sum p (1 - p) (1 - 2 p)^2)`, standard normal if scores are
//! right. Above 0 when the Brier score is worse than the scores promise (over-confidence), below 0
//! when better. Blind to faults that leave it alone, such as gaps near 1/2. No bins. Source:
//! D. J. Spiegelhalter, Probabilistic prediction in patient management and clinical trials,
//! Statistics in Medicine 5, 1986.

use super::super::{NEGATIVE, POSITIVE, Scored};
use crate::inference::normal;

/// z. `None` without rows, or when every score is 0, 1/2 or 1, which promise nothing.
#[must_use]
pub fn z(scored: &Scored) -> Option<f64> {
    let rows = scored.rows();
    let scores = scored.cells.iter().fold([0.0; 2], |[a, b], cell| [a + cell.scores[0], b + cell.scores[1]]);
    let squares = scored.sums.squares;
    let negatives = 2.0 * squares[NEGATIVE] - scores[NEGATIVE];
    let positives = rows[POSITIVE] - 3.0 * scores[POSITIVE] + 2.0 * squares[POSITIVE];
    // Weights scale the sum by w and its variance by w^2: effective rows per weight is 1/w.
    let per_weight = scored.effective_total() / scored.total();
    let variance = scored.sums.spiegelhalter;
    let z = (negatives + positives) * (per_weight / variance).sqrt();
    (variance > 0.0 && z.is_finite()).then_some(z)
}

/// Two-sided p of right scores; `None` as for [`z`].
#[must_use]
pub fn p_value(scored: &Scored) -> Option<f64> {
    normal::two_sided(z(scored)?)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{joined, rows, weighted};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn scores_that_promise_nothing() {
        for rows in [vec![], vec![(0.0, true), (0.5, true), (1.0, false)]] {
            assert_eq!((z(&Scored::of_rows(rows.clone())), p_value(&Scored::of_rows(rows))), (None, None));
        }
        // One row at 1/4, positive: (3/4)(1/2) / sqrt(3/16 / 4) = sqrt 3.
        let one = Scored::of_rows([(0.25, true)]);
        assert!(z(&one).is_some_and(|z| (z - 3.0_f64.sqrt()).abs() < 1e-14));
    }

    proptest! {
        #[test]
        fn as_summed_over_rows(rows in rows()) {
            let table = Scored::of_rows(rows.iter().copied());
            let label = |y: &bool| f64::from(u8::from(*y));
            let sum: f64 = rows.iter().map(|(p, y)| (label(y) - p) * (1.0 - 2.0 * p)).sum();
            let variance: f64 = rows.iter().map(|(p, _)| p * (1.0 - p) * (1.0 - 2.0 * p).powi(2)).sum();
            let naive = (variance > 0.0).then(|| sum / variance.sqrt());
            // Rounding of the numerator is as if its terms were 1.
            let same = |a: Option<f64>, scale: f64| match (a, naive) {
                (Some(a), Some(b)) => (a - b * scale).abs() * variance.sqrt() < 1e-11,
                (a, b) => a == b,
            };
            prop_assert!(same(z(&table), 1.0));
            prop_assert!(same(z(&joined(&table)), 1.0));
            prop_assert!(same(z(&weighted(&table, 4.0)), 1.0));
        }
    }
}
