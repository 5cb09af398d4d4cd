//! The debiased error against sums over rows, and its ends.

use super::*;
use crate::measure::Scored;
use crate::measure::scored::calibration::equal_width;
use crate::measure::scored::calibration::testing::{close, joined, rows, weighted};
use proptest::prelude::*;

fn of(rows: &[(f64, bool)], bins: u32) -> Option<Debiased> {
    Debiased::of(&equal_width(&Scored::of_rows(rows.iter().copied()), bins)?)
}

#[test]
fn known_values() {
    // Two rows at 1/2, one positive: gap 0, label variance (1/4) / 1.
    let none = of(&[(0.5, true), (0.5, false)], 10).expect("two rows");
    assert_eq!((none.squared, none.value()), (-0.25, -0.5));
    assert_eq!(none.interval(0.95).map(|i| i.lower), Some(0.0));
    assert_eq!(of(&[(0.5, true)], 10), None);
    assert_eq!(Debiased::of(&[]), None);
    assert!(none.interval(1.0).is_none() && none.p_tolerance(-0.1).is_none());
    assert!(none.p_tolerance(f64::NAN).is_none() && none.rows_to_judge(0.0).is_none());
}

#[test]
fn certain_scores_have_no_sampling_error() {
    let right = of(&[(0.0, false), (0.0, false), (1.0, true), (1.0, true)], 10).expect("rows");
    assert_eq!((right.value(), right.p_tolerance(0.0), right.rows_to_judge(0.1)), (0.0, Some(1.0), Some(1)));
    let wrong = of(&[(0.0, true), (0.0, true)], 10).expect("rows");
    assert_eq!((wrong.value(), wrong.p_tolerance(0.9)), (1.0, Some(0.0)));
    assert_eq!(wrong.interval(0.9), Some(Interval { lower: 1.0, upper: 1.0 }));
}

proptest! {
    #[test]
    fn as_summed_over_rows(rows in rows(), count in 1_u32..40) {
        let mut bins = vec![(0.0, 0.0, 0.0); count as usize];
        for (p, y) in &rows {
            let at = (1..count).take_while(|&i| f64::from(i) / f64::from(count) <= *p).count();
            bins[at].0 += 1.0;
            bins[at].1 += p;
            bins[at].2 += f64::from(u8::from(*y));
        }
        let term = |&(n, p, y): &(f64, f64, f64)| {
            let gap: f64 = (p - y) / n;
            n * (gap * gap - y / n * (1.0 - y / n) / (n - 1.0))
        };
        let naive: f64 = bins.iter().filter(|bin| bin.0 >= 2.0).map(term).sum::<f64>() / rows.len() as f64;
        let value = of(&rows, count);
        prop_assert_eq!(value.is_some(), bins.iter().any(|bin| bin.0 >= 2.0));
        if let Some(value) = value {
            prop_assert!(close(value.squared, naive));
            let around = value.interval(0.95).expect("a level");
            prop_assert!(around.lower <= around.upper && around.upper.is_finite());
            let heavy = weighted(&Scored::of_rows(rows.iter().copied()), 7.0);
            let heavy = Debiased::of(&equal_width(&heavy, count).expect("rows")).expect("rows");
            prop_assert!((heavy.squared - value.squared).abs() < 1e-12);
            prop_assert!((heavy.scale - value.scale).abs() < 1e-12);
            let p = |tolerance| value.p_tolerance(tolerance).expect("a tolerance");
            prop_assert!(p(0.0) <= p(0.05) + 1e-12 && p(0.05) <= p(0.5) + 1e-12);
        }
    }

    #[test]
    fn joining_cells_changes_nothing(rows in rows()) {
        let table = Scored::of_rows(rows.iter().copied());
        let coarse = joined(&table);
        for count in [10, 12, 15, 20, 30] {
            let of = |table| Debiased::of(&equal_width(table, count).expect("rows")).map_or(0.0, |d| d.squared);
            prop_assert!(close(of(&table), of(&coarse)));
        }
    }
}
