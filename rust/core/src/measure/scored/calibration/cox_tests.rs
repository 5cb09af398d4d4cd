//! Cox's regression against closed forms and sums over rows.

use super::cox::{Cox, score_p_value, score_statistic};
use super::testing::{Draws, Shape, joined, rows, weighted};
use crate::measure::Scored;
use proptest::prelude::*;

#[test]
fn no_maximum_is_no_answer() {
    let none = |rows: &[(f64, bool)]| Cox::fit(&Scored::of_rows(rows.iter().copied())).is_none();
    assert!(none(&[]) && none(&[(0.3, true)]));
    assert!(none(&[(0.3, true), (0.6, true)]), "one class");
    assert!(none(&[(0.3, true), (0.3, false)]), "one score");
    assert!(none(&[(0.3, false), (0.6, true)]), "parted");
    assert!(none(&[(0.3, false), (0.5, false), (0.5, true), (0.6, true)]), "parted but for one score");
    let flat = Scored::of_rows([(0.3, true), (0.3, false)]);
    assert_eq!((score_statistic(&flat), score_p_value(&Scored::default())), (None, None));
    // Held scores are equal to each other, too.
    assert!(none(&[(0.0, true), (1e-9, false)]));
}

#[test]
fn two_scores_are_fitted_exactly() {
    // Two points: the line goes through both logits. 0.2 has 3 of 10, 0.8 has 6 of 10.
    let group = |p: f64, positives: usize| (0..10).map(move |row| (p, row < positives));
    let table = Scored::of_rows(group(0.2, 3).chain(group(0.8, 6)));
    let fit = Cox::fit(&table).expect("the classes overlap");
    assert!((fit.apply(0.2) - 0.3).abs() < 1e-12 && (fit.apply(0.8) - 0.6).abs() < 1e-12);
    let slope = ((0.6_f64 / 0.4).ln() - (0.3_f64 / 0.7).ln()) / (2.0 * 4.0_f64.ln());
    assert!((fit.slope - slope).abs() < 1e-12);
    let error = (1.0 / 2.1 + 1.0 / 2.4_f64).sqrt() / (2.0 * 4.0_f64.ln());
    assert!((fit.slope_error - error).abs() < 1e-12);
    let heavy = Cox::fit(&weighted(&table, 3.0)).expect("as before");
    assert!((heavy.slope_error - error).abs() < 1e-12);
    assert!(fit.slope_interval(0.95).is_some_and(|i| i.lower < slope && i.upper > slope));
    assert_eq!(fit.intercept_interval(1.0), None);
}

#[test]
fn certainty_that_was_wrong_ends_in_a_fit() {
    // At slope 1 the likelihood is flat in these rows: whole steps go round in circles.
    let middle = (0..400).map(|row| (f64::from(row % 20) / 20.0 + 0.025, row % 20 > row / 20));
    let certain = (0..60).map(|row| (f64::from(row % 2), row % 5 < 2));
    let rows: Vec<_> = middle.chain(certain).collect();
    let fit = Cox::fit(&Scored::of_rows(rows.iter().copied())).expect("the classes overlap");
    let left: f64 = rows.iter().map(|(p, y)| f64::from(u8::from(*y)) - fit.apply(*p)).sum();
    assert!(left.abs() < 1e-9 && fit.slope > 0.0 && fit.slope < 0.3, "{fit:?} {left}");
}

#[test]
fn cells_lose_little() {
    let mut draws = Draws(5);
    // Not rare events: cells of 1/60 hold all their logits from -14 to -4, and no fit survives that.
    for shape in [Shape::Uniform, Shape::Ends] {
        let rows: Vec<_> = (0..5000)
            .map(|_| {
                let p = draws.score(shape);
                (p, draws.uniform() < 0.8 * p + 0.05)
            })
            .collect();
        let table = Scored::of_rows(rows);
        let (fine, coarse) =
            (Cox::fit(&table).expect("overlap"), Cox::fit(&joined(&table)).expect("overlap"));
        assert!((fine.slope - coarse.slope).abs() < fine.slope_error, "{shape:?} {fine:?} {coarse:?}");
        let (exact, joined) = (score_statistic(&table), score_statistic(&joined(&table)));
        assert!(exact.zip(joined).is_some_and(|(a, b)| (a - b).abs() < 1e-4 * a), "{exact:?} {joined:?}");
    }
}

proptest! {
    #[test]
    fn a_fit_leaves_no_gradient(rows in rows()) {
        let table = Scored::of_rows(rows.iter().copied());
        let Some(fit) = Cox::fit(&table) else { return Ok(()) };
        let miss = |(p, y): &(f64, bool)| f64::from(u8::from(*y)) - fit.apply(*p);
        let logit = |p: f64| { let p = p.clamp(1e-6, 1.0 - 1e-6); (p / (1.0 - p)).ln() };
        let gradient = [rows.iter().map(miss).sum::<f64>(), rows.iter().map(|row| miss(row) * logit(row.0)).sum()];
        prop_assert!(gradient.iter().all(|sum| sum.abs() < 1e-7), "{:?} {:?}", gradient, fit);
        prop_assert!(fit.slope_error > 0.0 && fit.slope_error.is_finite() && fit.intercept_error.is_finite());
        let large = Cox::fit_intercept(&table).expect("both classes");
        let miss = |(p, y): &(f64, bool)| f64::from(u8::from(*y)) - large.apply(*p);
        prop_assert!(rows.iter().map(miss).sum::<f64>().abs() < 1e-9);
    }

    #[test]
    fn score_test_as_summed_over_rows(rows in rows()) {
        let held = |p: f64| p.clamp(1e-6, 1.0 - 1e-6);
        let logit = |p: f64| (p / (1.0 - p)).ln();
        let mut sums = [0.0; 5];
        for (p, y) in &rows {
            let (p, y) = (held(*p), f64::from(u8::from(*y)));
            let (weight, x) = (p * (1.0 - p), logit(p));
            for (sum, term) in sums.iter_mut().zip([y - p, (y - p) * x, weight, weight * x, weight * x * x]) {
                *sum += term;
            }
        }
        let [a, b, aa, ab, bb] = sums;
        let determinant = aa * bb - ab * ab;
        let naive = (bb * a * a - 2.0 * ab * a * b + aa * b * b) / determinant;
        if let Some(statistic) = score_statistic(&Scored::of_rows(rows.iter().copied())) {
            let conditioning = aa * bb / determinant;
            prop_assert!((statistic - naive).abs() <= 1e-10 * conditioning * (1.0 + naive), "{} {}", statistic, naive);
        }
    }
}
