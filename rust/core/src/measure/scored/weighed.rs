//! A share of rows that may carry weights.

use crate::inference::{Interval, normal};

/// A share, and the (effective) number of rows that it was formed from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighed {
    /// The share, in [0, 1].
    pub share: f64,
    /// Kish's effective number of rows; infinite when the share is known for certain.
    pub rows: f64,
}

impl Weighed {
    /// Wilson's score interval at `level` (Wilson 1927), as in [`crate::inference::proportion`]
    /// but for a number of rows that need not be whole.
    ///
    /// `None` without rows, for a share outside [0, 1] or a level outside (0, 1).
    #[must_use]
    pub fn wilson(self, level: f64) -> Option<Interval> {
        let Self { share, rows } = self;
        if !((0.0..=1.0).contains(&share) && rows > 0.0) {
            return None;
        }
        let z = normal::half_width(level)?;
        let z2 = z * z / rows;
        if z2.is_infinite() {
            return Some(Interval { lower: 0.0, upper: 1.0 });
        }
        let root = (z2 * (share * (1.0 - share) + z2 / 4.0)).sqrt();
        // At the ends the two terms are equal; rounding must not leave a crumb of probability.
        let end = |root: f64| ((share + z2 / 2.0 + root) / (1.0 + z2)).clamp(0.0, 1.0);
        let lower = if share == 0.0 { 0.0 } else { end(-root) };
        let upper = if share == 1.0 { 1.0 } else { end(root) };
        (lower <= upper).then_some(Interval { lower, upper })
    }
}

#[cfg(test)]
mod tests {
    use super::Weighed;
    use crate::inference::proportion::{Proportion, wilson_interval};

    #[test]
    fn agrees_with_whole_rows() {
        for (count, total) in [(0, 7), (3, 7), (7, 7), (1, 100_000)] {
            let part = Weighed { share: f64::from(count) / f64::from(total), rows: f64::from(total) };
            let other = wilson_interval(Proportion { count: count as u64, total: total as u64 }, 0.9);
            let (one, other) = (part.wilson(0.9).expect("rows"), other.expect("rows"));
            assert!((one.lower - other.lower).abs() < 1e-14 && (one.upper - other.upper).abs() < 1e-14);
        }
    }

    #[test]
    fn is_total() {
        let interval = |share, rows| Weighed { share, rows }.wilson(0.95);
        assert_eq!([interval(0.5, 0.0), interval(f64::NAN, 5.0), interval(1.5, 5.0)], [None; 3]);
        assert!(interval(0.25, f64::INFINITY).is_some_and(|i| i.lower == 0.25 && i.upper == 0.25));
        assert!(interval(0.25, 1e-320).is_some_and(|i| i.lower == 0.0 && i.upper == 1.0));
    }
}
