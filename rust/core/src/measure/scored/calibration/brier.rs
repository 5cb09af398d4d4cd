//! Brier score and its decomposition.
//!
//! `BS = sum (p - y)^2 / N`, in [0, 1], the mean squared error of a probability (G. W. Brier,
//! 1950). Over bins (A. H. Murphy 1973; with the last two terms D. B. Stephenson, C. A. S. Coelho
//! and I. T. Jolliffe, Weather and Forecasting 23, 2008), `f` the mean score of a bin, `o` its
//! share of positives, `o_all` that of all rows:
//!
//! ```text
//! BS = sum w (f - o)^2 - sum w (o - o_all)^2 + o_all (1 - o_all) + WBV - 2 WBC
//!      reliability       resolution            uncertainty
//! ```
//!
//! WBV and WBC are the variance of the scores within bins and their covariance with the labels.
//! Each term is computed by itself, none as what the others leave: `N WBV = sum p^2 - sum_b S_b^2 /
//! n_b` and `N WBC = sum_b (sum of positives' scores - S_b positives_b / n_b)`, S the sum of scores.
//!
//! # Bias
//! Reliability and resolution are too large in a sample by the labels' variance in the bins
//! (C. A. T. Ferro and T. E. Fricker, QJRMS 138, 2012); the corrected ones take it out.

use super::super::{NEGATIVE, POSITIVE, Scored};
use super::bins::{Bin, total};

/// Brier score. `None` without rows.
#[must_use]
pub fn brier(scored: &Scored) -> Option<f64> {
    let (total, positives) = (scored.total(), scored.rows()[POSITIVE]);
    let scores: f64 = scored.cells.iter().map(|cell| cell.scores[POSITIVE]).sum();
    let squares = scored.sums.squares;
    let errors = squares[NEGATIVE] + (squares[POSITIVE] - 2.0 * scores + positives);
    (total > 0.0).then(|| (errors / total).max(0.0))
}

/// Standard error of [`brier`]: of the mean of `(p - y)^2`, with the scores of a cell and class at
/// their mean. `None` with fewer than two effective rows.
#[must_use]
pub fn standard_error(scored: &Scored) -> Option<f64> {
    let (mean, rows) = (brier(scored)?, scored.effective_total());
    let fourth = |class: usize| {
        scored.cells.iter().filter(move |cell| cell.rows[class] > 0.0).map(move |cell| {
            let error = cell.scores[class] / cell.rows[class] - class as f64;
            cell.rows[class] * error.powi(4)
        })
    };
    let fourths: f64 = fourth(NEGATIVE).chain(fourth(POSITIVE)).sum();
    let variance = (fourths / scored.total() - mean * mean).max(0.0) / (rows - 1.0);
    (rows >= 2.0 && variance.is_finite()).then(|| variance.sqrt())
}

/// Brier skill score: `1 - BS / o_all (1 - o_all)`, 1 at best and 0 for always saying the base rate.
///
/// `None` without rows of both classes.
#[must_use]
pub fn skill(scored: &Scored) -> Option<f64> {
    let uncertainty = uncertainty(scored)?;
    let skill = 1.0 - brier(scored)? / uncertainty;
    (uncertainty > 0.0 && skill.is_finite()).then_some(skill)
}

fn uncertainty(scored: &Scored) -> Option<f64> {
    let ([negatives, positives], total) = (scored.rows(), scored.total());
    (total > 0.0).then(|| negatives / total * (positives / total))
}

/// The five terms: `BS = reliability - resolution + uncertainty + within - 2 covariance`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decomposition {
    /// Squared gaps of the bins: miscalibration.
    pub reliability: f64,
    /// How far the bins' shares of positives lie apart.
    pub resolution: f64,
    /// Variance of a label.
    pub uncertainty: f64,
    /// Variance of the scores within bins.
    pub within: f64,
    /// Covariance of scores and labels within bins.
    pub covariance: f64,
    /// What sampling adds to reliability on average.
    pub reliability_bias: f64,
    /// What sampling adds to resolution on average.
    pub resolution_bias: f64,
}

impl Decomposition {
    /// Over `bins`, which hold all rows of `scored`. `None` without rows.
    #[must_use]
    pub fn of(scored: &Scored, bins: &[Bin]) -> Option<Self> {
        let (all, uncertainty) = (total(bins), uncertainty(scored)?);
        if all <= 0.0 {
            return None;
        }
        let base = scored.rows()[POSITIVE] / scored.total();
        let mean = |term: &dyn Fn(&Bin) -> f64| -> f64 {
            bins.iter().filter(|bin| bin.total() > 0.0).map(term).sum::<f64>() / all
        };
        let squares = (scored.sums.squares[NEGATIVE] + scored.sums.squares[POSITIVE]) / all;
        let sampling = |bin: &Bin| {
            let rows = bin.effective();
            if rows >= 2.0 { bin.total() * bin.label_variance() / (rows - 1.0) } else { 0.0 }
        };
        let reliability_bias = mean(&sampling);
        let rows = scored.effective_total();
        let of_base = if rows >= 2.0 { uncertainty / (rows - 1.0) } else { 0.0 };
        Some(Self {
            reliability: mean(&|bin| bin.total() * bin.gap() * bin.gap()),
            resolution: mean(&|bin| bin.total() * (bin.share() - base) * (bin.share() - base)),
            uncertainty,
            within: (squares - mean(&|bin| bin.total() * bin.mean_score() * bin.mean_score())).max(0.0),
            covariance: mean(&|bin| bin.scores[POSITIVE] - bin.mean_score() * bin.rows[POSITIVE]),
            reliability_bias,
            resolution_bias: reliability_bias - of_base,
        })
    }

    /// Reliability without what sampling adds; below 0 about as often as above if scores are right.
    #[must_use]
    pub fn reliability_corrected(&self) -> f64 {
        self.reliability - self.reliability_bias
    }

    /// Resolution without what sampling adds.
    #[must_use]
    pub fn resolution_corrected(&self) -> f64 {
        self.resolution - self.resolution_bias
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{close, joined, rows};
    use super::super::{Debiased, equal_mass, equal_width};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_values() {
        let of = |rows: &[(f64, bool)]| Scored::of_rows(rows.iter().copied());
        assert_eq!(brier(&of(&[])), None);
        assert_eq!(standard_error(&of(&[(0.5, true)])), None);
        assert_eq!(brier(&of(&[(0.0, true), (1.0, false)])), Some(1.0));
        assert_eq!(brier(&of(&[(0.0, false), (1.0, true)])), Some(0.0));
        assert_eq!(skill(&of(&[(0.0, false), (1.0, true)])), Some(1.0));
        assert_eq!(skill(&of(&[(0.25, false), (0.5, false)])), None);
        let same = of(&[(0.5, false), (0.5, true)]);
        assert_eq!((brier(&same), skill(&same), standard_error(&same)), (Some(0.25), Some(0.0), Some(0.0)));
        // Squared errors 0.01 and 0.09: mean 0.05, half their distance over the root of n - 1.
        let two = of(&[(0.1, false), (0.7, true)]);
        assert!(standard_error(&two).is_some_and(|error| close(error, 0.04)));
        assert_eq!(Decomposition::of(&of(&[]), &[]), None);
    }

    proptest! {
        #[test]
        fn the_five_terms_are_the_score(rows in rows(), count in 1_u32..30) {
            let table = Scored::of_rows(rows.iter().copied());
            let naive = |(p, y): &(f64, bool)| (p - f64::from(u8::from(*y))).powi(2);
            let score = rows.iter().map(naive).sum::<f64>() / rows.len() as f64;
            prop_assert!(close(score, brier(&table).expect("rows")));
            prop_assert!(close(score, brier(&joined(&table)).expect("rows")));
            for bins in [equal_width(&table, count), equal_mass(&table, count), equal_width(&joined(&table), 12)] {
                let bins = bins.expect("rows");
                let terms = Decomposition::of(&table, &bins).expect("rows");
                let sum = terms.reliability - terms.resolution + terms.uncertainty + terms.within - 2.0 * terms.covariance;
                prop_assert!(close(sum, score));
                if bins.iter().all(|bin| bin.total() >= 2.0) {
                    let debiased = Debiased::of(&bins).expect("rows");
                    prop_assert!(close(terms.reliability_corrected(), debiased.squared));
                }
            }
        }
    }
}
