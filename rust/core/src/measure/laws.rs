//! Laws that hold for every pair of counts, and certificates held against raw rows.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::cells::from_edges;
use super::{
    Bracket, Cell, Pair, chi_square, g_test, hellinger, jensen_shannon, ks, psi, psi_corrected, quantile,
    total_variation, wasserstein,
};
use crate::inference::multiplicity::benjamini_hochberg;

const SYMMETRIC: [fn(Pair) -> Option<f64>; 7] =
    [psi, psi_corrected, total_variation, jensen_shannon, hellinger, chi_square, g_test];

/// Counts from empty to 10^15, often small, often the same on both sides.
fn counts() -> impl Strategy<Value = Vec<(u64, u64)>> {
    let one = || prop_oneof![Just(0), 0..20_u64, 0..100_000_u64, 0..1_000_000_000_000_000_u64];
    let cell = prop_oneof![(one(), one()), one().prop_map(|c| (c, c))];
    proptest::collection::vec(cell, 1..30).prop_filter("rows on both sides", |cells| {
        cells.iter().any(|c| c.0 > 0) && cells.iter().any(|c| c.1 > 0)
    })
}

fn sides(cells: &[(u64, u64)]) -> (Vec<u64>, Vec<u64>) {
    cells.iter().copied().unzip()
}

/// Two samples on a coarse grid (so that values repeat), and edges on a finer one.
fn samples() -> impl Strategy<Value = (Vec<f64>, Vec<f64>, Vec<f64>)> {
    let values = || {
        let value = prop_oneof![-8..8_i32, -800..800_i32].prop_map(|v| f64::from(v) / 4.0);
        proptest::collection::vec(value, 1..60)
    };
    let edges = proptest::collection::btree_set(-900..900_i32, 0..40)
        .prop_map(|set| set.into_iter().map(|v| f64::from(v) / 8.0).collect());
    (values(), values(), edges)
}

/// What a profile would know of two samples: counts and cells.
struct Binned {
    reference: Vec<u64>,
    current: Vec<u64>,
    cells: Vec<Cell>,
}

impl Binned {
    fn new(x: &[f64], y: &[f64], edges: &[f64]) -> Self {
        let cell_of = |value: f64| edges.partition_point(|&edge| edge <= value);
        let mut binned = Self {
            reference: vec![0; edges.len() + 1],
            current: vec![0; edges.len() + 1],
            cells: Vec::new(),
        };
        let mut distinct = vec![BTreeSet::new(); edges.len() + 1];
        for &value in x {
            binned.reference[cell_of(value)] += 1;
            distinct[cell_of(value)].insert(value.to_bits());
        }
        for &value in y {
            binned.current[cell_of(value)] += 1;
            distinct[cell_of(value)].insert(value.to_bits());
        }
        let both = || x.iter().chain(y).copied();
        let minimum = both().fold(f64::INFINITY, f64::min);
        let maximum = both().fold(f64::NEG_INFINITY, f64::max);
        let single = |index: usize| distinct[index].len() == 1;
        binned.cells = from_edges(edges, minimum, maximum, &single);
        binned
    }

    fn pair(&self) -> Pair<'_> {
        Pair { reference: &self.reference, current: &self.current }
    }

    fn single(&self) -> Vec<bool> {
        self.cells.iter().map(|cell| cell.single).collect()
    }
}

fn share_up_to(sample: &[f64], value: f64) -> f64 {
    sample.iter().filter(|&&x| x <= value).count() as f64 / sample.len() as f64
}

fn line(x: &[f64], y: &[f64]) -> Vec<f64> {
    let mut all: Vec<f64> = x.iter().chain(y).copied().collect();
    all.sort_by(f64::total_cmp);
    all
}

fn exact_ks(x: &[f64], y: &[f64]) -> f64 {
    let gap = |&value: &f64| (share_up_to(x, value) - share_up_to(y, value)).abs();
    line(x, y).iter().map(gap).fold(0.0, f64::max)
}

fn exact_wasserstein(x: &[f64], y: &[f64]) -> f64 {
    line(x, y)
        .windows(2)
        .map(|two| (two[1] - two[0]) * (share_up_to(x, two[0]) - share_up_to(y, two[0])).abs())
        .sum()
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

/// Contains, up to what rounding sums of 120 numbers below 200 can do.
fn contains(bracket: Bracket, value: f64) -> bool {
    bracket.lower <= bracket.upper && bracket.lower <= value + 1e-11 && value <= bracket.upper + 1e-11
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn exchanging_the_sides_changes_no_bit(cells in counts()) {
        let (reference, current) = sides(&cells);
        for measure in SYMMETRIC {
            let there = measure(Pair { reference: &reference, current: &current });
            let back = measure(Pair { reference: &current, current: &reference });
            prop_assert!(there.is_some());
            prop_assert_eq!(there, back);
        }
    }

    #[test]
    fn zero_exactly_when_shares_are_equal(cells in counts(), factor in 1..9_u64) {
        let (reference, current) = sides(&cells);
        let pair = Pair { reference: &reference, current: &current };
        let totals = pair.totals().expect("rows on both sides");
        let equal = pair.cells().all(|(r, c)| r * totals.m == c * totals.n);
        for measure in [total_variation, jensen_shannon, hellinger, chi_square, g_test] {
            prop_assert_eq!(measure(pair) == Some(0.0), equal);
        }
        let copy = Pair { reference: &reference, current: &reference };
        prop_assert_eq!(psi(copy), Some(0.0));
        let more: Vec<u64> = reference.iter().map(|count| count * factor).collect();
        let scaled = Pair { reference: &reference, current: &more };
        prop_assert_eq!(jensen_shannon(scaled), Some(0.0));
        prop_assert_eq!(ks(scaled, &[]).map(|bracket| bracket.lower), Some(0.0));
    }

    #[test]
    fn within_their_ranges_and_ordered(cells in counts()) {
        let (reference, current) = sides(&cells);
        let pair = Pair { reference: &reference, current: &current };
        let [tv, js, h] = [total_variation, jensen_shannon, hellinger]
            .map(|measure| measure(pair).expect("rows on both sides"));
        for value in [tv, js, h] {
            prop_assert!((0.0..=1.0).contains(&value));
        }
        // Le Cam: H^2 <= TV <= H sqrt(2 - H^2); Lin: JS^2 <= TV in bits.
        prop_assert!(h * h <= tv * (1.0 + 1e-12));
        prop_assert!(tv <= h * (2.0 - h * h).max(0.0).sqrt() * (1.0 + 1e-12) + 1e-15);
        prop_assert!(js * js <= tv * (1.0 + 1e-12));
        prop_assert!(psi(pair).expect("rows on both sides") >= 0.0);
    }

    #[test]
    fn joining_cells_never_adds_divergence(cells in counts()) {
        let joined: Vec<(u64, u64)> =
            cells.chunks(2).map(|two| two.iter().fold((0, 0), |s, c| (s.0 + c.0, s.1 + c.1))).collect();
        let ((r_fine, c_fine), (r_joined, c_joined)) = (sides(&cells), sides(&joined));
        let fine = Pair { reference: &r_fine, current: &c_fine };
        let coarse = Pair { reference: &r_joined, current: &c_joined };
        for measure in [total_variation, jensen_shannon, hellinger, chi_square, g_test] {
            prop_assert!(measure(coarse) <= measure(fine).map(|value| value * (1.0 + 1e-12)));
        }
        let (wide, narrow) = (ks(coarse, &[]), ks(fine, &[]));
        let (wide, narrow) = (wide.expect("rows"), narrow.expect("rows"));
        prop_assert!(wide.lower <= narrow.lower && narrow.upper <= wide.upper);
    }

    #[test]
    fn the_bracket_of_ks_holds_the_rows((x, y, edges) in samples()) {
        let binned = Binned::new(&x, &y, &edges);
        let exact = exact_ks(&x, &y);
        let bracket = ks(binned.pair(), &binned.single()).expect("rows on both sides");
        prop_assert!(contains(bracket, exact), "{bracket:?} {exact}");
        let loose = ks(binned.pair(), &[]).expect("rows on both sides");
        prop_assert!(loose.lower == bracket.lower && bracket.upper <= loose.upper);
    }

    #[test]
    fn the_bracket_of_wasserstein_holds_the_rows((x, y, edges) in samples()) {
        let binned = Binned::new(&x, &y, &edges);
        let exact = exact_wasserstein(&x, &y);
        let plain = wasserstein(binned.pair(), &binned.cells, None).expect("rows on both sides");
        let moved = wasserstein(binned.pair(), &binned.cells, Some(mean(&y) - mean(&x)));
        let moved = moved.expect("rows on both sides");
        prop_assert!(contains(plain, exact), "{plain:?} {exact}");
        prop_assert!(contains(moved, exact), "{moved:?} {exact}");
        prop_assert!(plain.lower <= moved.lower && moved.upper <= plain.upper);
    }

    #[test]
    fn one_cell_a_value_is_exact((x, y, _) in samples()) {
        let mut values = line(&x, &y);
        values.dedup();
        let cells: Vec<Cell> =
            values.iter().map(|&v| Cell { low: v, high: v, single: true }).collect();
        let count = |sample: &[f64]| -> Vec<u64> {
            values.iter().map(|v| sample.iter().filter(|x| *x == v).count() as u64).collect()
        };
        let (reference, current) = (count(&x), count(&y));
        let pair = Pair { reference: &reference, current: &current };
        let flags = vec![true; values.len()];
        for (bracket, exact) in [
            (ks(pair, &flags), exact_ks(&x, &y)),
            (wasserstein(pair, &cells, None), exact_wasserstein(&x, &y)),
            (wasserstein(pair, &cells, Some(mean(&y) - mean(&x))), exact_wasserstein(&x, &y)),
        ] {
            let bracket = bracket.expect("rows on both sides");
            prop_assert!(bracket.upper - bracket.lower < 1e-11);
            prop_assert!(contains(bracket, exact), "{bracket:?} {exact}");
        }
    }

    #[test]
    fn the_bracket_of_a_quantile_holds_the_rows((x, y, edges) in samples(), percent in 0..=100_u32) {
        let binned = Binned::new(&x, &y, &edges);
        let mut sorted = x.clone();
        sorted.sort_by(f64::total_cmp);
        let rank = (percent as usize * x.len()).div_ceil(100).max(1);
        let q = f64::from(percent) / 100.0;
        let bracket = quantile(&binned.reference, &binned.cells, q).expect("rows");
        prop_assert!(bracket.lower <= sorted[rank - 1] && sorted[rank - 1] <= bracket.upper);
    }

    #[test]
    fn q_values_keep_the_order_and_the_gaps(
        values in proptest::collection::vec(proptest::option::of(0.0..=1.0_f64), 0..40),
    ) {
        let q_values = benjamini_hochberg(&values);
        prop_assert_eq!(values.len(), q_values.len());
        let mut pairs = Vec::new();
        for (p, q) in values.iter().zip(&q_values) {
            prop_assert_eq!(p.is_some(), q.is_some());
            pairs.extend(p.zip(*q));
        }
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        prop_assert!(pairs.iter().all(|(p, q)| p <= q && *q <= 1.0));
        prop_assert!(pairs.windows(2).all(|two| two[0].1 <= two[1].1));
        // The largest p is its own q: K / K = 1.
        prop_assert!(pairs.last().is_none_or(|(p, q)| p == q));
    }
}
