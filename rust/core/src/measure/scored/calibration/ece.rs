//! Expected and maximum calibration error, and what they show when nothing is wrong.
//!
//! `ECE = sum |sum of scores - positives| / N` over bins, in [0, 1]; `MCE = max |mean score -
//! share of positives|` over bins with enough rows. Source: M. P. Naeini, G. F. Cooper and
//! M. Hauskrecht, Obtaining well calibrated probabilities using Bayesian binning, AAAI 2015.
//!
//! # Bias
//! ECE is never 0 in a sample: with right scores each bin still shows `E|gap| > 0`, about
//! `sqrt(2/pi)` standard errors, and more bins show more. Without [`null_band`] beside it a value
//! says nothing; [`super::debiased`] takes the bias out.

use std::f64::consts::{FRAC_2_PI, PI};

use cdflib::special::gamma_log;

use super::bins::{Bin, total};
use crate::inference::normal;

/// Rows below which a bin does not count for [`mce`]: its gap would be mostly chance.
pub const FEWEST: f64 = 30.0;

/// Expected calibration error over `bins`. `None` without rows.
#[must_use]
pub fn ece(bins: &[Bin]) -> Option<f64> {
    let total = total(bins);
    let apart: f64 = bins.iter().map(|bin| bin.excess().abs()).sum();
    (total > 0.0).then(|| apart / total)
}

/// Largest gap of a bin with at least `fewest` effective rows; `None` when there is none.
#[must_use]
pub fn mce(bins: &[Bin], fewest: f64) -> Option<f64> {
    let counted = bins.iter().filter(|bin| bin.total() > 0.0 && bin.effective() >= fewest);
    counted.map(|bin| bin.gap().abs()).reduce(f64::max)
}

/// What ECE shows in a sample of this size when the scores are right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NullBand {
    /// On average.
    pub mean: f64,
    /// In all but `1 - level` of samples at most this.
    pub upper: f64,
}

/// Mean of ECE, and its upper quantile at `level` (0.95, say), if the scores are right.
///
/// The bins are independent and each `|excess|` is that of a sum of coins: its mean is exact where
/// few events are expected (`mean_distance`), and its variance is the rest, `V - mean^2`. The
/// quantile is the normal one of the sum, corrected for the skewness of folded normals (Cornish
/// and Fisher 1938), which at a single bin still gives 1.960 standard errors. `None` without rows
/// or for a level outside (0, 1).
#[must_use]
pub fn null_band(bins: &[Bin], level: f64) -> Option<NullBand> {
    let total = total(bins);
    let z = normal::quantile(level)?;
    if total <= 0.0 {
        return None;
    }
    // Third central moment of |Z|: sqrt(2/pi) (4/pi - 1).
    let folded = FRAC_2_PI.sqrt() * (4.0 / PI - 1.0);
    let (mut mean, mut variance, mut third) = (0.0, 0.0, 0.0);
    for bin in bins.iter().filter(|bin| bin.variance > 0.0 && bin.per_weight > 0.0) {
        let whole = bin.variance * bin.per_weight;
        let distance = mean_distance(bin, whole);
        let unit = 1.0 / (bin.per_weight * total);
        mean += distance * unit;
        variance += (whole - distance * distance).max(0.0) * unit * unit;
        third += folded * (whole.sqrt() * unit).powi(3);
    }
    let skewness = if variance > 0.0 { third / variance.powf(1.5) } else { 0.0 };
    // A skewness beyond that of one folded normal is one of discrete bins, where the expansion ends.
    let bent = z + (z * z - 1.0) * skewness.min(1.0) / 6.0;
    Some(NullBand { mean, upper: (mean + bent * variance.sqrt()).clamp(0.0, 1.0) })
}

/// `E|X - E X|` for the number X of events in a bin, in effective rows; `variance` is X's.
///
/// A sum of unlike coins is close to the binomial with its mean and variance, whose mean distance
/// de Moivre knew: `2 q^(n-m) p^(m+1) (m+1) C(n, m+1)`, `m = floor(n p)`. Where many are expected
/// it is the normal `sqrt(2/pi)` standard deviations. Never above one standard deviation nor above
/// the single coins' `2 V`.
fn mean_distance(bin: &Bin, variance: f64) -> f64 {
    let normal = (FRAC_2_PI * variance).sqrt();
    let most = variance.sqrt().min(2.0 * variance);
    let score = bin.mean_score();
    let rarer = score.min(1.0 - score).max(0.0) * bin.effective();
    let p = 1.0 - variance / rarer;
    let known = variance < 1e3 && p > 0.0 && p <= 0.5;
    let distance = if known { de_moivre(rarer / p, p) } else { normal };
    if distance.is_finite() { distance.min(most) } else { normal.min(most) }
}

fn de_moivre(n: f64, p: f64) -> f64 {
    let m = (n * p).floor();
    // The binomial coefficient of huge n as a product of m + 1 factors would cost more digits.
    let ways = gamma_log(n + 1.0) - gamma_log(m + 2.0) - gamma_log(n - m);
    2.0 * (m + 1.0) * ((n - m) * (-p).ln_1p() + (m + 1.0) * p.ln() + ways).exp()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Draws, Shape, close, joined, rows, weighted};
    use super::super::{equal_mass, equal_width};
    use super::*;
    use crate::measure::Scored;
    use proptest::prelude::*;

    #[test]
    fn known_values() {
        let bins =
            |rows: &[(f64, bool)]| equal_width(&Scored::of_rows(rows.iter().copied()), 10).expect("rows");
        assert_eq!(ece(&bins(&[(0.0, false), (1.0, true)])), Some(0.0));
        assert_eq!(ece(&bins(&[(0.0, true), (1.0, false)])), Some(1.0));
        assert_eq!(ece(&bins(&[(0.25, false), (0.25, true)])), Some(0.25));
        assert_eq!((ece(&[]), mce(&[], 0.0), null_band(&[], 0.95)), (None, None, None));
        let one = bins(&[(0.75, true)]);
        assert_eq!((mce(&one, 1.0), mce(&one, FEWEST)), (Some(0.25), None));
        assert_eq!((null_band(&one, 0.0), null_band(&one, f64::NAN)), (None, None));
        let certain = null_band(&bins(&[(0.0, true), (1.0, true)]), 0.95);
        assert_eq!(certain, Some(NullBand { mean: 0.0, upper: 0.0 }));
        // One coin at 1/4: |gap| is 3/4 or 1/4, 3/8 on average.
        assert!(null_band(&bins(&[(0.25, true)]), 0.95).is_some_and(|band| close(band.mean, 0.375)));
    }

    #[test]
    fn the_band_holds_what_simulation_shows() {
        for (seed, shape, n) in
            [(1, Shape::Uniform, 300), (2, Shape::Rare, 500), (3, Shape::Ends, 100), (4, Shape::Rare, 5000)]
        {
            let mut draws = Draws(seed);
            let trials = 300_000 / n;
            let (mut mean, mut expected, mut above) = (0.0, 0.0, 0.0);
            for _ in 0..trials {
                let rows = (0..n).map(|_| {
                    let p = draws.score(shape);
                    (p, draws.uniform() < p)
                });
                let bins = equal_width(&Scored::of_rows(rows), 15).expect("rows");
                let (value, band) = (ece(&bins).expect("rows"), null_band(&bins, 0.95).expect("rows"));
                mean += value / trials as f64;
                expected += band.mean / trials as f64;
                above += f64::from(u8::from(value > band.upper)) / trials as f64;
            }
            // A value's standard deviation is about half its mean.
            assert!(
                (mean / expected - 1.0).abs() < 2.0 / (trials as f64).sqrt(),
                "{shape:?} {n}: {mean} {expected}"
            );
            let chance = 4.0 * (0.05 * 0.95 / trials as f64).sqrt();
            assert!(above < 0.055 + chance && above > 0.03 - chance, "{shape:?} {n}: {above}");
        }
    }

    proptest! {
        #[test]
        fn joining_cells_changes_nothing(rows in rows()) {
            let table = Scored::of_rows(rows.iter().copied());
            let coarse = joined(&table);
            for count in [10, 12, 15, 20, 30] {
                let (fine, coarse) = (equal_width(&table, count).expect("rows"), equal_width(&coarse, count).expect("rows"));
                let of = |bins: &[Bin]| (ece(bins).expect("rows"), mce(bins, 1.0).expect("rows"));
                prop_assert!(close(of(&fine).0, of(&coarse).0) && close(of(&fine).1, of(&coarse).1));
            }
        }

        #[test]
        fn as_summed_over_rows(rows in rows(), count in 1_u32..40) {
            let mut sums = vec![0.0; count as usize];
            for (p, y) in &rows {
                let bin = (1..count).take_while(|&i| f64::from(i) / f64::from(count) <= *p).count();
                sums[bin] += p - f64::from(u8::from(*y));
            }
            let naive: f64 = sums.iter().map(|sum| sum.abs()).sum::<f64>() / rows.len() as f64;
            let table = Scored::of_rows(rows.iter().copied());
            let bins = equal_width(&table, count).expect("rows");
            prop_assert!(close(ece(&bins).expect("rows"), naive));
            let heavy = equal_width(&weighted(&table, 7.0), count).expect("rows");
            let (light, heavy) = (null_band(&bins, 0.95).expect("rows"), null_band(&heavy, 0.95).expect("rows"));
            prop_assert!((light.upper - heavy.upper).abs() < 1e-9 && (light.mean - heavy.mean).abs() < 1e-9);
            let mass = equal_mass(&table, count).expect("rows");
            prop_assert!(null_band(&mass, 0.95).is_some_and(|band| band.mean <= band.upper || band.upper == 1.0));
        }
    }
}
