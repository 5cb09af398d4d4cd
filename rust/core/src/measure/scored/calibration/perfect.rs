//! Whether the scores can be right as they are: a chi-square test over bins.
//!
//! `Q = sum over bins (sum of scores - positives)^2 / sum p (1 - p)`. If every score is right, each
//! term is a squared standard normal: chi-square with as many degrees of freedom as bins, none
//! lost, since the scores were not fitted to these labels (D. W. Hosmer and S. Lemeshow, Applied
//! Logistic Regression, 2000, 5.2.2, on validation data).
//!
//! Neighbouring bins are joined until five events (of the rarer class, by variance) are expected,
//! and Q is scaled to the variance `sum (2 + kurtosis)` of such counts; fewer than five in all are
//! judged by the Poisson law. It says whether, not how much: with rows enough it always
//! finds something, so hold [`super::Debiased`] against a tolerance before anyone is woken.

use super::bins::Bin;
use crate::inference::chi_square;

/// Least variance of the number of positives of a term: Cochran's five expected.
const LEAST: f64 = 5.0;

/// Neighbouring bins as one, in effective rows.
#[derive(Clone, Copy, Default)]
struct Pool {
    rows: f64,
    score: f64,
    excess: f64,
    variance: f64,
}

impl Pool {
    fn of(bin: &Bin) -> Self {
        let unit = bin.per_weight;
        Self {
            rows: bin.effective(),
            score: bin.mean_score() * bin.effective(),
            excess: bin.excess() * unit,
            variance: bin.variance * unit,
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            rows: self.rows + other.rows,
            score: self.score + other.score,
            excess: self.excess + other.excess,
            variance: self.variance + other.variance,
        }
    }

    /// Fourth cumulant over squared variance: `(1 - 6 v) / V` for coins of variance v.
    fn kurtosis(self) -> f64 {
        (1.0 - 6.0 * self.variance / self.rows) / self.variance
    }

    /// Two-sided p from the Poisson law of the rarer class, twice the smaller tail.
    fn poisson(self) -> f64 {
        let positives = self.score - self.excess;
        let (expected, seen) = if self.score <= self.rows / 2.0 {
            (self.score, positives)
        } else {
            (self.rows - self.score, self.rows - positives)
        };
        // P(X >= x) of a Poisson law of mean m is P(chi-square(2 x) <= 2 m). Sums are rounded:
        let seen = (seen * 1e9).round() / 1e9;
        let below = |df: f64| chi_square::tails(2.0 * expected, 2.0 * df);
        let at_least = if seen > 0.0 { below(seen).map_or(1.0, |tails| tails.cdf) } else { 1.0 };
        let at_most = below(seen + 1.0).map_or(1.0, |tails| tails.sf);
        (2.0 * at_least.min(at_most)).min(1.0)
    }
}

/// p of perfect calibration. `None` without rows.
///
/// 0 when a score of exactly 0 or 1 alone in its bin was wrong, 1 when all scores are of that kind
/// and none was.
#[must_use]
pub fn p_value(bins: &[Bin]) -> Option<f64> {
    let with_rows = || bins.iter().filter(|bin| bin.total() > 0.0);
    let certain = |bin: &&Bin| bin.variance <= 0.0;
    with_rows().next()?;
    if with_rows().filter(certain).any(|bin| bin.excess() != 0.0) {
        return Some(0.0);
    }
    let pools = pooled(with_rows().filter(|bin| !certain(bin)).map(Pool::of));
    match pools.as_slice() {
        [] => Some(1.0),
        [few] if few.variance < LEAST => Some(few.poisson()),
        pools => {
            let df = pools.len() as f64;
            let q: f64 = pools.iter().map(|pool| pool.excess * pool.excess / pool.variance).sum();
            let spread: f64 = pools.iter().map(|pool| 2.0 + pool.kurtosis().max(0.0)).sum();
            // Mean df and variance `spread`: a scaled chi-square with fewer degrees.
            let scale = spread / (2.0 * df);
            chi_square::sf(q / scale, df / scale)
        }
    }
}

/// Joined from the left until each has [`LEAST`]; what remains at the end goes to the last.
fn pooled(bins: impl Iterator<Item = Pool>) -> Vec<Pool> {
    let (mut pools, mut open) = (Vec::new(), Pool::default());
    for bin in bins {
        open = open.and(bin);
        if open.variance >= LEAST {
            pools.push(std::mem::take(&mut open));
        }
    }
    if open.rows > 0.0 {
        let last = pools.pop().unwrap_or_default();
        pools.push(last.and(open));
    }
    pools
}

#[cfg(test)]
mod tests {
    use super::super::equal_width;
    use super::super::testing::{close, weighted};
    use super::*;
    use crate::measure::Scored;

    fn p(rows: impl IntoIterator<Item = (f64, bool)>) -> Option<f64> {
        p_value(&equal_width(&Scored::of_rows(rows), 10).unwrap_or_default())
    }

    #[test]
    fn known_values() {
        assert_eq!(p([]), None);
        assert_eq!(p([(0.0, false), (1.0, true)]), Some(1.0));
        assert_eq!(p([(0.0, false), (1.0, false)]), Some(0.0));
        // One row at 1/10, positive: twice P(X >= 1) with mean 1/10.
        assert!(p([(0.1, true)]).is_some_and(|p| close(p, 2.0 * (1.0 - (-0.1_f64).exp()))));
        assert_eq!(p([(0.9, true)]), Some(1.0));
        // 100 rows at 1/2, 60 positive: (60 - 50)^2 / 25 = 4, one degree.
        let rows = || (0..100).map(|row| (0.5, row < 60));
        assert!(p(rows()).is_some_and(|p| (p - 0.045_500_263_896_358).abs() < 1e-12));
        let heavy = equal_width(&weighted(&Scored::of_rows(rows()), 5.0), 10).expect("rows");
        assert!(p_value(&heavy).zip(p(rows())).is_some_and(|(a, b)| close(a, b)));
    }
}
