//! What rows of unequal weight are worth: Kish's effective number of rows.
//!
//! `n = (sum w)^2 / sum w^2`: as many rows of equal weight would give a mean of the same variance,
//! when weights have nothing to do with the values. In (0, rows]; the number of rows itself when
//! all weigh the same, whatever that weight.
//! Source: Kish, Survey Sampling, 1965, section 11.7.

use super::share::{Share, TOTALS};

/// Rows that share a weight: one inclusion probability of a sampled log.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stratum {
    /// What one row of it stands for.
    pub weight: f64,
    /// Its rows with the property.
    pub count: f64,
    /// All its rows.
    pub total: f64,
}

/// Effective number of rows of `(weight, rows)` pairs.
///
/// `None` when a weight or a number of rows is negative or not finite, or when nothing is left
/// with a weight.
#[must_use]
pub fn effective_rows(strata: impl IntoIterator<Item = (f64, f64)>) -> Option<f64> {
    let (mut sum, mut squares) = (0.0, 0.0);
    for (weight, rows) in strata {
        if !(weight >= 0.0 && rows >= 0.0) {
            return None;
        }
        sum += weight * rows;
        squares += weight * weight * rows;
    }
    // Divided before it is multiplied: the square of a large sum may not fit.
    let effective = sum * (sum / squares);
    TOTALS.contains(&effective).then_some(effective)
}

/// The weighted share `sum w count / sum w total` as that of an effective number of rows, for the
/// intervals and tests of [`super::proportion`].
///
/// Nothing is rounded to whole rows: that would move the share. `None` as in [`effective_rows`],
/// and when a stratum counts more than it has.
#[must_use]
pub fn weighted_share(strata: &[Stratum]) -> Option<Share> {
    let effective = effective_rows(strata.iter().map(|stratum| (stratum.weight, stratum.total)))?;
    let mut share = Share { count: 0.0, rest: 0.0 };
    for &Stratum { weight, count, total } in strata {
        if !(count >= 0.0 && count <= total) {
            return None;
        }
        share.count += weight * count;
        share.rest += weight * (total - count);
    }
    share.with_total(effective)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::inference::proportion::{Proportion, wilson_interval};

    #[test]
    fn known_values() {
        // (1 * 10 + 3 * 10)^2 / (1 * 10 + 9 * 10) = 1600 / 100.
        assert_eq!(effective_rows([(1.0, 10.0), (3.0, 10.0)]), Some(16.0));
        assert_eq!(effective_rows([(0.25, 80.0), (0.0, 5.0)]), Some(80.0));
        let strata = [
            Stratum { weight: 1.0, count: 10.0, total: 10.0 },
            Stratum { weight: 3.0, count: 0.0, total: 10.0 },
        ];
        assert_eq!(weighted_share(&strata), Some(Share { count: 4.0, rest: 12.0 }));
    }

    #[test]
    fn what_is_no_stratum_is_refused() {
        assert_eq!(effective_rows([]), None);
        for pair in [(0.0, 5.0), (1.0, 0.0), (-1.0, 5.0), (1.0, -5.0), (f64::NAN, 1.0), (1.0, f64::NAN)] {
            assert_eq!(effective_rows([pair]), None, "{pair:?}");
        }
        for pair in [(f64::INFINITY, 1.0), (f64::MAX, 1.0), (1.0, f64::INFINITY), (1e-200, 1.0)] {
            assert_eq!(effective_rows([pair]), None, "{pair:?}");
        }
        assert_eq!(weighted_share(&[Stratum { weight: 1.0, count: 3.0, total: 2.0 }]), None);
        assert_eq!(weighted_share(&[Stratum { weight: 1.0, count: f64::NAN, total: 2.0 }]), None);
    }

    #[test]
    fn equal_weights_change_nothing() {
        let weighted = weighted_share(&[Stratum { weight: 0.5, count: 3.0, total: 8.0 }]).expect("rows");
        let plain = wilson_interval(Proportion { count: 3, total: 8 }, 0.95);
        assert_eq!(wilson_interval(weighted, 0.95), plain);
    }

    proptest! {
        #[test]
        fn effective_rows_are_at_most_the_rows(strata in prop::collection::vec((1e-6..1e6, 0.0..1e9), 1..20)) {
            let rows: f64 = strata.iter().map(|(_, rows)| rows).sum();
            if let Some(effective) = effective_rows(strata.iter().copied()) {
                prop_assert!(effective > 0.0 && effective <= rows * (1.0 + 1e-12));
                let scaled = effective_rows(strata.iter().map(|&(w, rows)| (w * 7.0, rows))).expect("rows");
                prop_assert!((scaled / effective - 1.0).abs() < 1e-12);
            }
        }
    }
}
