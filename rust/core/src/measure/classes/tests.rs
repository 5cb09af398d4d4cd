use proptest::prelude::*;

use super::*;

/// The fourth class is never hit, the fifth never occurs.
const COUNTS: [f64; 25] = [
    50.0, 3.0, 2.0, 0.0, 0.0, //
    4.0, 30.0, 6.0, 1.0, 0.0, //
    1.0, 5.0, 9.0, 0.0, 0.0, //
    2.0, 0.0, 1.0, 0.0, 0.0, //
    0.0, 0.0, 0.0, 0.0, 0.0,
];

fn table(counts: &[f64], classes: usize) -> ClassTable {
    ClassTable::new(counts, classes, None).expect("rows")
}

fn near(ours: f64, theirs: f64, slack: f64) {
    assert!((ours - theirs).abs() < slack, "{ours} {theirs}");
}

fn agrees(estimate: Option<Estimate>, [value, lower, upper]: [f64; 3], slack: f64) {
    let estimate = estimate.expect("rows");
    let ends = estimate.interval.expect("an interval");
    near(estimate.value, value, 1e-13);
    near(ends.lower, lower, slack);
    near(ends.upper, upper, slack);
}

/// Values from scikit-learn 1.9 (`zero_division=0`). Intervals from statsmodels 0.15: Wilson's
/// `proportion_confint`, by hand combined for balanced accuracy and F1 of one class, and
/// `cohens_kappa`; those of average F1 by numerical derivatives of the multinomial, hence 1e-8.
#[test]
fn known_values() {
    let table = table(&COUNTS, 5);
    agrees(
        accuracy(&table, 0.95),
        [0.780_701_754_385_964_9, 0.696_286_338_120_797_7, 0.846_816_239_193_536_9],
        1e-12,
    );
    agrees(
        balanced_accuracy(&table, 0.95),
        [0.560_199_556_541_019_9, 0.484_110_647_194_590_8, 0.712_479_825_322_965_4],
        1e-12,
    );
    near(macro_precision(&table), 0.541_666_666_666_666_6, 1e-13);
    near(macro_recall(&table), 0.560_199_556_541_019_9, 1e-13);
    agrees(
        macro_f1(&table, 0.95),
        [0.549_451_339_799_441, 0.479_980_231_634_903_05, 0.618_922_447_963_979],
        1e-8,
    );
    agrees(
        weighted_f1(&table, 0.95),
        [0.775_685_978_467_457_6, 0.697_116_045_734_065_7, 0.854_255_911_200_849_2],
        1e-8,
    );
    agrees(
        kappa(&table, 0.95),
        [0.645_080_946_450_809_4, 0.530_007_554_267_271_3, 0.760_154_338_634_347_4],
        1e-12,
    );
    let third = by_class(&table, 0.95)[2];
    agrees(third.f1, [0.545_454_545_454_545_4, 0.349_281_578_234_537, 0.728_463_651_570_378_4], 1e-12);
}

#[test]
fn a_class_without_rows_has_no_scores() {
    let classes = by_class(&table(&COUNTS, 5), 0.95);
    let values = |class: ClassScores| [class.recall, class.precision, class.f1].map(|e| e.map(|e| e.value));
    assert_eq!(values(classes[3]), [Some(0.0); 3]);
    assert_eq!(values(classes[4]), [None; 3]);
    // Never predicted, but true: counts as 0 in the average.
    let one_sided = table(&[3.0, 0.0, 1.0, 0.0], 2);
    assert_eq!(values(by_class(&one_sided, 0.95)[1]), [Some(0.0), None, Some(0.0)]);
    assert_eq!(macro_precision(&one_sided), 0.375);
}

#[test]
fn without_errors_there_is_no_normal_interval() {
    let right = table(&[5.0, 0.0, 0.0, 7.0], 2);
    for measure in [macro_f1, weighted_f1, kappa] {
        assert_eq!(measure(&right, 0.95), Some(Estimate { value: 1.0, interval: None }));
    }
    assert!(accuracy(&right, 0.95).and_then(|a| a.interval).is_some_and(|ends| ends.lower < 0.8));
    assert_eq!(kappa(&table(&[5.0, 0.0, 0.0, 0.0], 2), 0.95), None);
}

#[test]
fn weights_widen_and_nothing_else() {
    let plain = table(&COUNTS, 5);
    let weighted = ClassTable::new(&COUNTS, 5, Some(30.0)).expect("rows");
    for measure in [accuracy, balanced_accuracy, macro_f1, weighted_f1, kappa] {
        let [a, b] = [&plain, &weighted].map(|table| measure(table, 0.95).expect("rows"));
        let [width_a, width_b] = [a, b].map(|e| e.interval.map(|ends| ends.upper - ends.lower));
        near(a.value, b.value, 1e-14);
        assert!(width_b > width_a);
    }
}

#[test]
fn what_is_no_table_is_refused() {
    for (counts, classes) in
        [(&[0.0; 4][..], 2), (&[1.0; 3], 2), (&[1.0], 1), (&[], 0), (&[1.0; 4], usize::MAX)]
    {
        assert_eq!(ClassTable::new(counts, classes, None), None);
    }
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(ClassTable::new(&[1.0, 2.0, bad, 3.0], 2, None), None);
        assert_eq!(ClassTable::new(&[1.0; 4], 2, Some(bad)), None);
    }
}

#[test]
fn brier_by_hand() {
    // (0.7, 0.2, 0.1) with the first class true, (0.1, 0.1, 0.8) with the second.
    let losses = [0.09 + 0.04 + 0.01, 0.01 + 0.81 + 0.64];
    let value = brier(2.0, 0.54 + 0.66, 0.7 + 0.1).expect("rows");
    near(value, f64::midpoint(losses[0], losses[1]), 1e-15);
    let squares = Some(losses[0] * losses[0] + losses[1] * losses[1]);
    let estimate = brier_of_losses(&MeanSums { rows: 2, sum: losses[0] + losses[1], squares }, 0.95);
    assert_eq!(estimate.and_then(|e| e.interval), Some(Interval { lower: 0.0, upper: 2.0 }));
    assert_eq!(brier(5.0, 5.0, 5.0), Some(0.0));
    for (rows, squares, of_truth) in [(0.0, 0.0, 0.0), (1.0, 9.0, 0.0), (1.0, f64::NAN, 0.0), (1.0, 0.0, 1.0)]
    {
        assert_eq!(brier(rows, squares, of_truth), None);
    }
}

proptest! {
    #[test]
    fn intervals_hold_their_value(
        (counts, classes) in (2_usize..6)
            .prop_flat_map(|k| (prop::collection::vec(0_u32..30, k * k), Just(k)))
    ) {
        let counts: Vec<f64> = counts.into_iter().map(f64::from).collect();
        let Some(table) = ClassTable::new(&counts, classes, None) else { return Ok(()) };
        for measure in [accuracy, balanced_accuracy, macro_f1, weighted_f1, kappa] {
            let [narrow, wide] = [0.8, 0.99].map(|level| measure(&table, level));
            let Some((narrow, wide)) = narrow.zip(wide) else { continue };
            prop_assert!((-1.0..=1.0).contains(&narrow.value));
            if let Some((a, b)) = narrow.interval.zip(wide.interval) {
                prop_assert!(b.lower <= a.lower && a.upper <= b.upper);
                prop_assert!(a.lower <= narrow.value + 1e-12 && narrow.value <= a.upper + 1e-12);
            }
        }
        for class in by_class(&table, 0.9) {
            for scores in [class.recall, class.precision, class.f1].into_iter().flatten() {
                let ends = scores.interval.expect("rows");
                prop_assert!(0.0 <= ends.lower && ends.lower <= scores.value + 1e-12);
                prop_assert!(scores.value <= ends.upper + 1e-12 && ends.upper <= 1.0);
            }
        }
        // F1 and kappa do not ask which side is the truth.
        let turned: Vec<f64> =
            (0..classes * classes).map(|at| counts[at % classes * classes + at / classes]).collect();
        let turned = ClassTable::new(&turned, classes, None).expect("rows");
        let [a, b] = [&table, &turned].map(|table| macro_f1(table, 0.9).expect("rows").value);
        prop_assert!((a - b).abs() < 1e-12);
    }
}
