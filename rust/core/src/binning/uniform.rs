//! Cells of equal width, and explicit ones.

/// Equal cells of `[low, high]`, the last one closed as numpy's: its upper edge is the next
/// double above `high`.
pub(super) fn edges(low: f64, high: f64, bins: u32) -> Vec<f64> {
    let mut edges: Vec<f64> =
        (0..bins).map(|i| low + (high - low) * (f64::from(i) / f64::from(bins))).collect();
    edges.push(high.next_up());
    edges.dedup();
    edges
}

/// Finer cells toward both ends of `[0, 1]`, where the scores of rare events live: halves of
/// the outermost cells, twenty times.
pub(super) fn fine_ends(bins: u32) -> Vec<f64> {
    let width = 1.0 / f64::from(bins);
    (1..=20).map(|i| width * 2_f64.powi(-i)).flat_map(|e| [e, 1.0 - e]).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_classical_width_is_a_union() {
        let fine = super::edges(0.0, 1.0, 1200);
        for bins in
            [10_u32, 12, 15, 20, 24, 25, 30, 40, 50, 60, 75, 80, 100, 120, 150, 200, 240, 300, 400, 600]
        {
            for i in 0..bins {
                // The exact double i/bins must be an edge: same rational, same rounding.
                assert!(fine.contains(&(f64::from(i) / f64::from(bins))), "{i}/{bins}");
            }
        }
        assert!(fine[1200] > 1.0);
    }
}
