use proptest::prelude::*;

use super::*;

const JUDGEMENT: Judgement = Judgement { level: 0.95, interval: GapInterval::Newcombe, tolerance: 0.05 };

fn rest() -> Outcomes {
    Outcomes::of_rows(40.0, 20.0, 10.0, 130.0)
}

/// From statsmodels 0.15 `confint_proportions_2indep(method="newcomb", compare="diff")`.
#[test]
fn known_gaps() {
    let group = Outcomes::of_rows(12.0, 10.0, 8.0, 20.0);
    for (rate, value, lower, upper) in KNOWN {
        let gap = rate_gap(rate, &group, &rest(), JUDGEMENT).expect("rows");
        assert!((gap.value - value).abs() < 1e-14, "{rate:?} {gap:?}");
        assert!((gap.interval.lower - lower).abs() < 1e-12, "{rate:?} {gap:?}");
        assert!((gap.interval.upper - upper).abs() < 1e-12, "{rate:?} {gap:?}");
    }
    let odds = equalized_odds_gap(&group, &rest(), JUDGEMENT).expect("rows");
    assert!((odds.value - 0.2).abs() < 1e-14);
    let ratio = Judgement { tolerance: 1.25, ..JUDGEMENT };
    let ratio = rate_ratio(Rate::Selection, &group, &rest(), ratio).expect("rows");
    assert!((ratio.value - 0.44 / 0.3).abs() < 1e-14);
}

const KNOWN: [(Rate, f64, f64, f64); 4] = [
    (Rate::Selection, 0.14, -0.004_713_193_392_622_328, 0.289_209_087_901_083_7),
    (Rate::TruePositive, -0.200_000_000_000_000_07, -0.430_683_001_531_353_1, 0.023_221_158_987_157_237),
    (Rate::FalsePositive, 0.199_999_999_999_999_98, 0.045_274_706_017_067_62, 0.384_522_062_953_879_14),
    (Rate::Precision, -0.121_212_121_212_121_22, -0.346_575_335_102_342_6, 0.102_958_691_278_851_99),
];

#[test]
fn few_rows_and_events_are_no_number() {
    let (few_rows, few_positives) =
        (Outcomes::of_rows(9.0, 5.0, 5.0, 10.0), Outcomes::of_rows(2.0, 20.0, 2.0, 40.0));
    let gap = |rate, group| rate_gap(rate, &group, &rest(), JUDGEMENT).map(|_| ());
    assert_eq!(gap(Rate::Selection, few_rows), Err(Suppressed::FewRows));
    assert_eq!(gap(Rate::TruePositive, few_positives), Err(Suppressed::FewEvents));
    assert_eq!(gap(Rate::FalsePositive, few_positives), Ok(()));
    assert_eq!(gap(Rate::Precision, Outcomes::of_rows(2.0, 2.0, 20.0, 20.0)), Err(Suppressed::FewEvents));
    assert_eq!(gap(Rate::TruePositive, Outcomes::of_rows(0.0, 20.0, 0.0, 40.0)), Err(Suppressed::FewEvents));
    assert_eq!(gap(Rate::Selection, Outcomes::of_rows(0.0, 0.0, 0.0, 0.0)), Err(Suppressed::FewRows));
    assert_eq!(gap(Rate::Selection, Outcomes::of_rows(-1.0, 99.0, 9.0, 9.0)), Err(Suppressed::Invalid));
    assert_eq!(gap(Rate::Selection, Outcomes::of_rows(f64::NAN, 99.0, 9.0, 9.0)), Err(Suppressed::Invalid));
    // The rest must be large enough too, and weights count as what they are worth.
    assert!(rate_gap(Rate::Selection, &rest(), &few_rows, JUDGEMENT).is_err());
    let weighted = Outcomes { effective: [10.0, 5.0], ..rest() };
    assert_eq!(gap(Rate::Selection, weighted), Err(Suppressed::FewRows));
    let never = Outcomes::of_rows(2.0, 2.0, 40.0, 60.0);
    assert_eq!(rate_ratio(Rate::Selection, &never, &rest(), JUDGEMENT), Err(Suppressed::FewEvents));
    let level = Judgement { level: 1.0, ..JUDGEMENT };
    assert_eq!(equalized_odds_gap(&rest(), &rest(), level), Err(Suppressed::Invalid));
    assert_eq!(rate_gap(Rate::Selection, &rest(), &rest(), level), Err(Suppressed::Invalid));
}

#[test]
fn effective_rows_are_those_of_both_classes() {
    // Weights 1 for negatives, 10 for positives: Kish of 150 and 50 rows.
    let sampled = Outcomes { tp: 400.0, fp: 20.0, fn_: 100.0, tn: 130.0, effective: [150.0, 50.0] };
    let all = sampled.share(Rate::Selection).expect("rows");
    assert!((all.total() - 650.0 * 650.0 / (150.0 + 5000.0)).abs() < 1e-10);
    assert!((all.share().expect("rows") - 420.0 / 650.0).abs() < 1e-14);
    assert!((sampled.share(Rate::TruePositive).expect("rows").total() - 50.0).abs() < 1e-12);
    let selected = sampled.share(Rate::Precision).expect("rows");
    assert!((selected.total() - 420.0 * 420.0 / (20.0 + 4000.0)).abs() < 1e-10);
}

#[test]
fn calibration_by_hand() {
    let rest = Residual { rows: 400.0, effective: 400.0, excess: 4.0, variance: 64.0 };
    let group = Residual { rows: 100.0, effective: 100.0, excess: 11.0, variance: 16.0 };
    let gap = calibration_gap(&group, &rest, JUDGEMENT).expect("rows");
    // 0.11 - 0.01, with standard error sqrt(0.16 / 100 + 0.16 / 400) = sqrt(0.002).
    let half = 1.959_963_984_540_054 * 0.002_f64.sqrt();
    assert!((gap.value - 0.1).abs() < 1e-15);
    assert!((gap.interval.lower - (0.1 - half)).abs() < 1e-12);
    // P(Z > 0.05 / se) + P(Z > 0.15 / se), by scipy.stats.norm.
    assert!((gap.p_value - CALIBRATION_P).abs() < 1e-12, "{}", gap.p_value);
    let [over, under] = [95.0, -95.0].map(|excess| Residual { excess, ..group });
    let gap = calibration_gap(&over, &under, JUDGEMENT).expect("rows");
    assert!((gap.value - 1.9).abs() < 1e-14 && gap.interval.upper == 2.0);
    let sure = Residual { variance: 0.1, ..group };
    assert_eq!(calibration_gap(&sure, &rest, JUDGEMENT), Err(Suppressed::FewEvents));
    let few = Residual { effective: 12.0, ..group };
    assert_eq!(calibration_gap(&rest, &few, JUDGEMENT), Err(Suppressed::FewRows));
    for bad in [
        Residual { rows: 0.0, ..group },
        Residual { excess: f64::NAN, ..group },
        Residual { excess: 101.0, ..group },
        Residual { variance: 26.0, ..group },
    ] {
        assert_eq!(calibration_gap(&bad, &rest, JUDGEMENT), Err(Suppressed::Invalid), "{bad:?}");
    }
}

const CALIBRATION_P: f64 = 0.132_174_353_720_281_77;

#[test]
fn the_worst_is_the_one_that_is_surely_bad() {
    let gap = |value: f64, half: f64, p_value| {
        let interval = Interval { lower: value - half, upper: value + half };
        Ok(Gap { value, interval, p_value })
    };
    let gaps = [gap(0.3, 0.4, 0.2), gap(-0.2, 0.05, 0.001), Err(Suppressed::FewRows), gap(0.1, 0.2, 0.9)];
    let ranked = worst_first(&gaps);
    assert_eq!(ranked.iter().map(|place| place.group).collect::<Vec<_>>(), [1, 0, 3]);
    assert!((ranked[0].q_value - 0.003).abs() < 1e-15);
    assert_eq!(worst_first(&[]), []);
}

fn outcomes() -> impl Strategy<Value = Outcomes> {
    let count = || (0_u32..60).prop_map(f64::from);
    (count(), count(), count(), count()).prop_map(|(tp, fp, fn_, tn)| Outcomes::of_rows(tp, fp, fn_, tn))
}

proptest! {
    #[test]
    fn gaps_hold_their_value_and_mirror(a in outcomes(), b in outcomes()) {
        for rate in [Rate::Selection, Rate::TruePositive, Rate::FalsePositive, Rate::Precision] {
            let (there, back) = (rate_gap(rate, &a, &b, JUDGEMENT), rate_gap(rate, &b, &a, JUDGEMENT));
            prop_assert_eq!(there.is_ok(), back.is_ok());
            if let (Ok(there), Ok(back)) = (there, back) {
                prop_assert!(there.interval.lower <= there.value && there.value <= there.interval.upper);
                prop_assert!((there.interval.lower + back.interval.upper).abs() < 1e-12);
                prop_assert!((there.p_value - back.p_value).abs() < 1e-9);
                prop_assert!((0.0..=1.0).contains(&there.p_value));
            }
        }
        if let Ok(odds) = equalized_odds_gap(&a, &b, JUDGEMENT) {
            prop_assert!(odds.interval.lower <= odds.value && odds.value <= odds.interval.upper);
            prop_assert!(odds.interval.lower >= 0.0 && odds.interval.upper <= 1.0);
        }
    }
}
