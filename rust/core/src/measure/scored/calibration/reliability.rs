//! The reliability curve: what share of the rows scored `p` is positive.
//!
//! One point a bin, at the mean score of its rows, with Wilson's interval of the share (E. B.
//! Wilson 1927) at the bin's effective rows. On right scores the points lie on the diagonal, give
//! or take the interval.

use super::bins::Bin;
use crate::inference::{Interval, normal};

/// A point of the curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Lower edge of the bin.
    pub low: f64,
    /// Upper edge of the bin.
    pub high: f64,
    /// Mean score of its rows.
    pub mean_score: f64,
    /// Share of positives.
    pub share: f64,
    /// Interval of the share.
    pub interval: Interval,
    /// Weight of its rows.
    pub rows: f64,
    /// Effective number of its rows.
    pub effective: f64,
}

/// The curve over bins, intervals at `level`; bins without rows have no point.
///
/// `None` for a level outside (0, 1).
#[must_use]
pub fn curve(bins: &[Bin], level: f64) -> Option<Vec<Point>> {
    let z = normal::half_width(level)?;
    let point = |bin: &Bin| Point {
        low: bin.low,
        high: bin.high,
        mean_score: bin.mean_score(),
        share: bin.share(),
        interval: wilson(bin, z),
        rows: bin.total(),
        effective: bin.effective(),
    };
    Some(bins.iter().filter(|bin| bin.total() > 0.0 && bin.effective() > 0.0).map(point).collect())
}

/// As [`crate::inference::proportion::wilson_interval`], which takes whole numbers of rows.
fn wilson(bin: &Bin, z: f64) -> Interval {
    let (p, [negatives, positives]) = (bin.share(), bin.rows);
    let z2 = z * z / bin.effective();
    let root = (z2 * (bin.label_variance() + z2 / 4.0)).sqrt();
    // At the ends the two terms are equal; rounding must not leave a crumb of probability.
    let lower = if positives == 0.0 { 0.0 } else { (p + z2 / 2.0 - root) / (1.0 + z2) };
    let upper = if negatives == 0.0 { 1.0 } else { (p + z2 / 2.0 + root) / (1.0 + z2) };
    Interval { lower: lower.clamp(0.0, 1.0), upper: upper.clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::super::equal_width;
    use super::super::testing::{close, rows, weighted};
    use super::*;
    use crate::inference::proportion::{Proportion, wilson_interval};
    use crate::measure::Scored;
    use proptest::prelude::*;

    #[test]
    fn degenerate() {
        assert_eq!(curve(&[], 0.95), Some(vec![]));
        assert_eq!(curve(&[], 1.0), None);
    }

    proptest! {
        #[test]
        fn wilson_at_whole_rows_and_at_weights(rows in rows()) {
            let table = Scored::of_rows(rows);
            let bins = equal_width(&table, 10).expect("rows");
            let heavy = equal_width(&weighted(&table, 3.0), 10).expect("rows");
            let (points, heavy) = (curve(&bins, 0.95).expect("level"), curve(&heavy, 0.95).expect("level"));
            for ((bin, point), heavy) in bins.iter().zip(&points).zip(&heavy) {
                let part = Proportion { count: bin.rows[1] as u64, total: bin.total() as u64 };
                let whole = wilson_interval(part, 0.95).expect("rows");
                prop_assert!(close(whole.lower, point.interval.lower) && close(whole.upper, point.interval.upper));
                prop_assert!(close(heavy.interval.lower, point.interval.lower));
                prop_assert!(close(heavy.rows, 3.0 * point.rows) && close(heavy.effective, point.effective));
                prop_assert!(point.interval.lower <= point.share + 1e-15 && point.share <= point.interval.upper + 1e-15);
            }
        }
    }
}
