//! Smooth calibration error against the kernel as a sum over mirror images.

use super::*;
use crate::measure::scored::calibration::testing::{Draws, Shape, joined, rows, weighted};
use proptest::prelude::*;

/// The integral by its definition, on a plain grid of midpoints.
fn direct(rows: &[(f64, bool)], sigma: f64, points: usize) -> f64 {
    let kernel = |t: f64, p: f64| -> f64 {
        let density = |x: f64| (-(x / sigma).powi(2) / 2.0).exp() / (sigma * (2.0 * PI).sqrt());
        (-6..=6).map(|i| density(t - p + 2.0 * f64::from(i)) + density(t + p + 2.0 * f64::from(i))).sum()
    };
    let smoothed =
        |t: f64| rows.iter().map(|&(p, y)| kernel(t, p) * (f64::from(u8::from(y)) - p)).sum::<f64>();
    let at = |i: usize| smoothed((i as f64 + 0.5) / points as f64).abs();
    (0..points).map(at).sum::<f64>() / (points * rows.len()) as f64
}

#[test]
fn known_values() {
    let of = |rows: &[(f64, bool)]| smooth_ece(&Scored::of_rows(rows.iter().copied()));
    assert_eq!(of(&[]), None);
    assert_eq!(of(&[(0.0, false), (1.0, true)]), Some(0.0));
    // One residual of one sign: its mass is kept at any width and wherever it is, at the ends too.
    for (p, y, value) in [(0.0, true, 1.0), (1.0, false, 1.0), (0.25, false, 0.25), (0.25, true, 0.75)] {
        assert!(of(&[(p, y)]).is_some_and(|error| (error - value).abs() < 1e-12), "{p} {y}");
    }
    let table = Scored::of_rows([(0.0, true)]);
    for sigma in [1.0, 0.1, 0.003, 1e-9] {
        assert!(smooth_ece_at(&table, sigma).is_some_and(|error| (error - 1.0).abs() < 1e-9), "{sigma}");
    }
    for sigma in [0.0, -1.0, 1.1, f64::NAN] {
        assert_eq!(smooth_ece_at(&table, sigma), None);
    }
}

#[test]
fn parabolas() {
    assert!((absolute(1.0, 1.0, 1.0) - 1.0).abs() < 1e-15);
    assert!((absolute(-1.0, 0.0, 1.0) - 0.5).abs() < 1e-15);
    assert!((absolute(1.0, 0.0, 1.0) - 1.0 / 3.0).abs() < 1e-15);
    assert_eq!(absolute(0.0, 0.0, 0.0), 0.0);
    // x^2 - 1/4: 2 integral = 2 (1/12 + 1/12 + ...): [0, 1/2] gives 1/12, [1/2, 1] gives 1/6.
    assert!((absolute(0.75, -0.25, 0.75) - 0.25).abs() < 1e-15);
}

#[test]
fn cells_lose_little_and_weights_nothing() {
    let mut draws = Draws(3);
    let sample: Vec<_> = (0..3000)
        .map(|_| {
            let p = draws.score(Shape::Uniform);
            (p, draws.uniform() < p * p)
        })
        .collect();
    let table = Scored::of_rows(sample);
    let fine = smooth_ece(&table).expect("rows");
    let coarse = smooth_ece(&joined(&table)).expect("rows");
    assert!((fine - coarse).abs() < 1e-3 * fine, "{fine} {coarse}");
    let heavy = smooth_ece(&weighted(&table, 3.0)).expect("rows");
    assert!((fine - heavy).abs() < 1e-12);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn as_by_mirror_images(rows in rows(), sigma in 0.02..1.0_f64) {
        let table = Scored::of_rows(rows.iter().copied());
        let fast = smooth_ece_at(&table, sigma).expect("rows");
        // The midpoint rule is off by (1 / points)^2 at each change of sign.
        prop_assert!((fast - direct(&rows, sigma, 1000)).abs() < 8e-5, "{} {}", fast, direct(&rows, sigma, 1000));
    }

    #[test]
    fn is_the_fixed_point(rows in rows()) {
        let table = Scored::of_rows(rows.iter().copied());
        let value = smooth_ece(&table).expect("rows");
        prop_assert!((0.0..=1.0 + 1e-12).contains(&value));
        if value > 1.0 / 512.0 && value < 1.0 {
            let there = smooth_ece_at(&table, value).expect("a width");
            prop_assert!((there - value).abs() < 1e-9, "{} {}", there, value);
        }
    }
}
