//! The laws of PSI and its kin held against simulated samples, with fixed seeds.
//!
//! A rate r over k trials is compared with r within four binomial standard errors plus what the
//! limit law is known to be off by at that size (STATISTICS: 0.9 to 1.1 % for 1 %).

use super::psi::{interval, p_tolerance, p_value};
use super::{
    Cell, Pair, chi_square, g_test, hellinger, jensen_shannon, ks, psi, psi_null_mean, total_variation,
    wasserstein,
};
use crate::inference::proportion::{self, Proportion};

/// Steele, Lea and Flood's splitmix64: a few lines, and the same on every machine.
struct Draws(u64);

impl Draws {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn counts(&mut self, shares: &[f64], rows: usize) -> Vec<u64> {
        let mut counts = vec![0; shares.len()];
        for _ in 0..rows {
            let mut left = self.uniform();
            let cell = shares.iter().position(|&share| {
                left -= share;
                left < 0.0
            });
            counts[cell.unwrap_or(shares.len() - 1)] += 1;
        }
        counts
    }
}

/// Ten equal cells, and ten tilted ones at the given PSI from them.
fn populations(target: f64) -> (Vec<f64>, Vec<f64>) {
    let even = vec![0.1; 10];
    let tilted = |amount: f64| -> Vec<f64> {
        let weights: Vec<f64> = (0..10).map(|i| (amount * f64::from(i)).exp()).collect();
        let total: f64 = weights.iter().sum();
        weights.iter().map(|weight| weight / total).collect()
    };
    let between = |p: &[f64]| -> f64 { p.iter().map(|p| (p - 0.1) * (p / 0.1).ln()).sum() };
    let (mut low, mut high) = (0.0, 2.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if between(&tilted(middle)) < target {
            low = middle;
        } else {
            high = middle;
        }
    }
    (even, tilted(low))
}

/// Whether `hits` of `trials` is what chance allows at `rate`, give or take `slack`.
fn near(hits: usize, trials: usize, rate: f64, slack: f64) -> bool {
    let allowed = 4.0 * (rate * (1.0 - rate) / trials as f64).sqrt() + slack;
    (hits as f64 / trials as f64 - rate).abs() <= allowed
}

#[test]
fn psi_without_change_has_the_stated_size_and_mean() {
    let even = [0.1; 10];
    let trials = 6000;
    for (seed, n, m) in [(1, 100, 100), (2, 200, 200), (3, 1000, 150)] {
        let mut draws = Draws(seed);
        let (mut rejected, mut sum, mut stated) = (0, 0.0, 0.0);
        for _ in 0..trials {
            let (reference, current) = (draws.counts(&even, n), draws.counts(&even, m));
            let pair = Pair { reference: &reference, current: &current };
            sum += psi(pair).expect("rows");
            stated += psi_null_mean(pair);
            rejected += usize::from(p_value(pair).expect("rows") <= 0.01);
        }
        assert!(near(rejected, trials, 0.01, 0.001), "{n} {m}: {rejected}");
        // The half rows shrink it by about 4 % in cells of ten.
        assert!((0.93..1.02).contains(&(sum / stated)), "{n} {m}: {}", sum / stated);
    }
}

#[test]
fn psi_in_sparse_cells_errs_on_the_quiet_side() {
    let total: f64 = (1..=50).map(|rank| 1.0 / f64::from(rank)).sum();
    let zipf: Vec<f64> = (1..=50).map(|rank| 1.0 / f64::from(rank) / total).collect();
    let (mut draws, trials) = (Draws(5), 2000);
    let mut rejected = 0;
    for _ in 0..trials {
        let (reference, current) = (draws.counts(&zipf, 300), draws.counts(&zipf, 100));
        let pair = Pair { reference: &reference, current: &current };
        rejected += usize::from(p_value(pair).expect("rows") <= 0.01);
    }
    assert!(rejected as f64 <= 0.01 * f64::from(trials) * 1.9, "{rejected}");
}

const UNEVEN: [f64; 10] = [0.02, 0.05, 0.08, 0.1, 0.25, 0.2, 0.15, 0.1, 0.04, 0.01];

/// Mean of `value` over mean of `level`, and how often `p` is at most 1/20, without change.
fn without_change(
    trials: usize,
    value: impl Fn(Pair) -> Option<f64>,
    level: impl Fn(Pair) -> Option<f64>,
    p: impl Fn(Pair) -> Option<f64>,
) -> (f64, usize) {
    let mut draws = Draws(7);
    let (mut rejected, mut sum, mut stated) = (0, 0.0, 0.0);
    for _ in 0..trials {
        let (reference, current) = (draws.counts(&UNEVEN, 1000), draws.counts(&UNEVEN, 400));
        let pair = Pair { reference: &reference, current: &current };
        sum += value(pair).expect("rows");
        stated += level(pair).expect("rows");
        rejected += usize::from(p(pair).is_some_and(|p| p <= 0.05));
    }
    (sum / stated, rejected)
}

#[test]
fn the_chi_square_family_has_its_stated_size_and_level() {
    type Of = fn(Pair) -> Option<f64>;
    let family: [(Of, Of, Of); 4] = [
        (jensen_shannon::jensen_shannon, jensen_shannon::null_level, jensen_shannon::p_value),
        (hellinger::hellinger, hellinger::null_level, hellinger::p_value),
        (chi_square::chi_square, chi_square::null_level, chi_square::p_value),
        (g_test::g_test, g_test::null_level, g_test::p_value),
    ];
    for (value, level, p) in family {
        let (ratio, rejected) = without_change(2000, value, level, p);
        assert!((0.96..1.04).contains(&ratio), "{ratio}");
        assert!(near(rejected, 2000, 0.05, 0.012), "{rejected}");
    }
}

#[test]
fn the_other_distances_have_their_stated_level() {
    let none = |_: Pair| None;
    let (ratio, _) =
        without_change(2000, total_variation::total_variation, total_variation::null_level, none);
    assert!((0.97..1.03).contains(&ratio), "{ratio}");
    // Ten values are nothing but ties: the limit law of KS lies above the truth.
    let lower = |pair: Pair| Some(ks::ks(pair, &[])?.lower);
    let (ratio, rejected) = without_change(2000, lower, ks::null_level, ks::p_value);
    assert!((0.6..1.0).contains(&ratio), "{ratio}");
    assert!(rejected < 100, "{rejected}");
    let cells = [0, 1, 2, 3, 5, 8, 9, 20, 21, 40].map(|at| Cell {
        low: f64::from(at),
        high: f64::from(at),
        single: true,
    });
    let moved = |pair: Pair| wasserstein::wasserstein(pair, &cells, None).map(|both| both.lower);
    let level = |pair: Pair| wasserstein::null_level(pair, &cells);
    let (ratio, _) = without_change(2000, moved, level, none);
    assert!((0.94..1.06).contains(&ratio), "{ratio}");
}

#[test]
fn p_tolerance_errs_at_the_tolerance_as_often_as_it_says() {
    for (seed, n, m, target) in [(11, 1000, 1000, 0.1), (12, 10_000, 500, 0.1), (13, 1500, 1500, 0.25)] {
        let (even, tilted) = populations(target);
        let (mut draws, trials) = (Draws(seed), 1000);
        let (mut passed, mut held) = (0, 0);
        let s = 1.0 / n as f64 + 1.0 / m as f64;
        for _ in 0..trials {
            let (reference, current) = (draws.counts(&even, n), draws.counts(&tilted, m));
            let value = psi(Pair { reference: &reference, current: &current }).expect("rows");
            passed += usize::from(p_tolerance(value, 9.0, s, target).expect("rows") <= 0.05);
            let ends = interval(value, 9.0, s, 0.95).expect("rows");
            held += usize::from(ends.lower <= target && target <= ends.upper);
        }
        assert!(near(passed, trials, 0.05, 0.005), "{n} {m} {target}: {passed}");
        assert!(near(held, trials, 0.95, 0.005), "{n} {m} {target}: {held}");
    }
}

#[test]
fn shares_err_at_the_tolerance_as_often_as_they_say() {
    let cases = [
        (2000, 300, 0.1, 0.13, 0.03),
        (2000, 300, 0.01, 0.04, 0.03),
        (500, 500, 0.3, 0.25, 0.05),
        (5000, 200, 0.02, 0.02, 0.0),
    ];
    let (mut draws, trials) = (Draws(21), 2000);
    for (n, m, before, after, tolerance) in cases {
        let (mut passed, mut held) = (0, 0);
        for _ in 0..trials {
            let mut part = |share: f64, total: usize| {
                let count = draws.counts(&[share, 1.0 - share], total)[0];
                Proportion { count, total: total as u64 }
            };
            let (reference, current) = (part(before, n), part(after, m));
            let p = proportion::p_tolerance(reference, current, tolerance, 0.0).expect("rows");
            passed += usize::from(p <= 0.05);
            let ends = proportion::newcombe_interval(reference, current, 0.95, 0.0).expect("rows");
            held += usize::from((ends.lower..=ends.upper).contains(&(after - before)));
        }
        assert!(near(passed, trials, 0.05, 0.01), "{before} {after}: {passed}");
        assert!(near(held, trials, 0.95, 0.01), "{before} {after}: {held}");
    }
}
