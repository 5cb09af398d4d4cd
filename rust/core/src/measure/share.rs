//! Share of rows with a property (missing, other, infinite ...), and its change.
//!
//! `share = count / total`, in [0, 1], unbiased. The change is `current - reference` in share
//! points, in [-1, 1]; its interval, tests and null level are those of
//! [`crate::inference::proportion`].

pub use crate::inference::proportion::{
    Proportion, newcombe_interval as change_interval, null_level, p_tolerance, p_value, rows_to_decide,
    wilson_interval as interval,
};

/// `count / total`; `None` without rows, or with more counted than there are.
#[must_use]
pub fn share(count: u64, total: u64) -> Option<f64> {
    Proportion { count, total }.share()
}

/// `current share - reference share`; `None` when either is.
///
/// Formed from the exact integer difference, so equal shares give 0 and near ones keep their
/// digits.
#[must_use]
pub fn share_change(reference: Proportion, current: Proportion) -> Option<f64> {
    reference.share()?;
    current.share()?;
    let [r, n, c, m] = [reference.count, reference.total, current.count, current.total];
    let (up, down) = (u128::from(c) * u128::from(n), u128::from(r) * u128::from(m));
    let size = up.abs_diff(down) as f64 / (n as f64 * m as f64);
    Some(if up < down { -size } else { size })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares() {
        assert_eq!(share(1, 4), Some(0.25));
        assert_eq!(share(0, 0), None);
        assert_eq!(share(5, 4), None);
        let part = |count, total| Proportion { count, total };
        assert_eq!(share_change(part(1, 4), part(2, 8)), Some(0.0));
        assert_eq!(share_change(part(1, 4), part(1, 2)), Some(0.25));
        assert_eq!(share_change(part(u64::MAX, u64::MAX), part(0, u64::MAX)), Some(-1.0));
        assert_eq!(share_change(part(0, 0), part(1, 2)), None);
    }
}
