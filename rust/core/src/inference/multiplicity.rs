//! Many tests at once.

/// Benjamini-Hochberg q values: the false discovery rate at which each test would be named.
///
/// `q_(i) = min over k >= i of p_(k) K / k`, capped at 1, for the K values that are there.
/// The order is kept; what is missing (`None`, or NaN) stays `None` and does not count in K.
/// Values outside [0, 1] are taken to the nearest end. Controls the false discovery rate for
/// independent or positively dependent tests (Benjamini and Hochberg 1995; Benjamini and
/// Yekutieli 2001). Cost: one sort.
#[must_use]
pub fn benjamini_hochberg(p_values: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut present: Vec<(usize, f64)> = p_values
        .iter()
        .enumerate()
        .filter_map(|(index, p)| p.filter(|p| !p.is_nan()).map(|p| (index, p.clamp(0.0, 1.0))))
        .collect();
    present.sort_by(|a, b| a.1.total_cmp(&b.1));
    let count = present.len() as f64;
    let mut q_values = vec![None; p_values.len()];
    let mut smallest = 1.0_f64;
    for (rank, &(index, p)) in present.iter().enumerate().rev() {
        smallest = smallest.min(p * (count / (rank + 1) as f64));
        q_values[index] = Some(smallest);
    }
    q_values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_stays_missing_and_does_not_count() {
        let q = benjamini_hochberg(&[Some(0.02), None, Some(0.5), Some(f64::NAN)]);
        assert_eq!(q, [Some(0.04), None, Some(0.5), None]);
        assert_eq!(benjamini_hochberg(&[]), []);
        assert_eq!(benjamini_hochberg(&[None]), [None]);
    }

    #[test]
    fn out_of_range_is_taken_to_the_end() {
        assert_eq!(benjamini_hochberg(&[Some(-1.0), Some(7.0)]), [Some(0.0), Some(1.0)]);
    }
}
