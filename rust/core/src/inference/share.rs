//! A share whose counts need not be whole: rows that carry weights, or effective rows.
//!
//! The laws of [`super::proportion`] take either a [`Proportion`] of whole rows or a [`Share`].
//! Rows with and without the property are kept, not their total: near a share of 1 a difference of
//! doubles would lose the digits of the few rows without.

use std::ops::RangeInclusive;

use cdflib::special::try_beta_inc;

use super::proportion::Proportion;

/// Totals that are taken for a number of rows: far inside what squares and inverses of doubles
/// hold, far outside what anyone has counted.
pub const TOTALS: RangeInclusive<f64> = 1e-100..=1e100;

/// `count` rows have the property and `rest` rows have not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// Rows with the property.
    pub count: f64,
    /// Rows without it.
    pub rest: f64,
}

impl Share {
    /// All rows.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.count + self.rest
    }

    /// The share; `None` when a count is negative or not a number, and unless the total lies in
    /// [`TOTALS`].
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        let total = self.total();
        let valid = self.count >= 0.0 && self.rest >= 0.0 && TOTALS.contains(&total);
        valid.then(|| self.count / total)
    }

    /// The same property asked the other way round.
    #[must_use]
    pub fn complement(&self) -> Self {
        Self { count: self.rest, rest: self.count }
    }

    /// The same share as if there were `total` rows; `None` when [`Share::share`] is, or when
    /// `total` is outside [`TOTALS`].
    #[must_use]
    pub fn with_total(&self, total: f64) -> Option<Self> {
        let (p, q) = (self.share()?, self.complement().share()?);
        TOTALS.contains(&total).then_some(Self { count: p * total, rest: q * total })
    }

    /// Chance of at least `count` rows with the property, each with probability `share`: the
    /// incomplete beta function, which also stands between whole numbers.
    pub(super) fn at_least(&self, share: f64) -> f64 {
        if self.count <= 0.0 || share >= 1.0 {
            return 1.0;
        }
        let share = share.max(0.0);
        try_beta_inc(self.count, self.rest + 1.0, share, 1.0 - share).map_or(1.0, |(tail, _)| tail)
    }

    /// Chance of at most `count`: of at least as many rows without the property.
    pub(super) fn at_most(&self, share: f64) -> f64 {
        self.complement().at_least(1.0 - share)
    }
}

impl From<Proportion> for Share {
    /// More counted than there are becomes a negative `rest`, which no law accepts.
    fn from(part: Proportion) -> Self {
        let rest = i128::from(part.total) - i128::from(part.count);
        Self { count: part.count as f64, rest: rest as f64 }
    }
}

/// For exact coverage in tests: chances of 0 to `n` of `n` rows, each with probability `share`.
#[cfg(test)]
pub(crate) fn binomial(n: u64, share: f64) -> Vec<f64> {
    let mut chances = vec![(n as f64 * (1.0 - share).ln()).exp()];
    for count in 0..n {
        let last = chances[count as usize];
        chances.push(last * ((n - count) as f64 / (count + 1) as f64) * (share / (1.0 - share)));
    }
    chances
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_share_is_refused() {
        for (count, rest) in
            [(0.0, 0.0), (-1.0, 2.0), (2.0, -1.0), (f64::NAN, 1.0), (f64::INFINITY, 1.0), (1e-300, 0.0)]
        {
            let share = Share { count, rest };
            assert_eq!((share.share(), share.with_total(3.0)), (None, None));
        }
        assert_eq!(Share { count: f64::MAX, rest: f64::MAX }.share(), None);
        assert_eq!(Share::from(Proportion { count: 3, total: 2 }).share(), None);
        assert_eq!(Share { count: 1.0, rest: 3.0 }.with_total(f64::NAN), None);
    }

    #[test]
    fn a_scaled_share_is_the_same_share() {
        let share = Share { count: 1.0, rest: 3.0 };
        assert_eq!(share.with_total(2.0), Some(Share { count: 0.5, rest: 1.5 }));
        assert_eq!(share.complement().share(), Some(0.75));
    }
}
