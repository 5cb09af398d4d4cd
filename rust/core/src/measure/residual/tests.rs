use proptest::prelude::*;

use super::*;
use crate::inference::{mean, mover};

fn sums(values: &[f64]) -> MeanSums {
    let squares = values.iter().map(|x| x * x).sum();
    MeanSums { rows: values.len() as u64, sum: values.iter().sum(), squares: Some(squares) }
}

fn residuals(labels: &[f64], predictions: &[f64]) -> Residuals {
    let errors: Vec<f64> = labels.iter().zip(predictions).map(|(y, f)| f - y).collect();
    let power = |k: i32| errors.iter().map(|e| e.abs().powi(k)).sum();
    let mean = labels.iter().sum::<f64>() / labels.len() as f64;
    let percent: Vec<f64> =
        labels.iter().zip(&errors).filter(|(y, _)| **y != 0.0).map(|(y, e)| (e / y).abs()).collect();
    let zeros = (labels.len() - percent.len()) as u64;
    Residuals {
        rows: labels.len() as u64,
        absolute: power(1),
        sum: errors.iter().sum(),
        squares: power(2),
        fourth: Some(power(4)),
        labels: Some(Labels { mean, centred_squares: labels.iter().map(|y| (y - mean).powi(2)).sum() }),
        percentage: Some(Percentage { sums: sums(&percent), zeros }),
    }
}

const LABELS: [f64; 10] = [1.0, 2.0, 0.0, 4.0, 5.0, -3.0, 7.0, 8.0, 10.0, 2.0];
const PREDICTIONS: [f64; 10] = [1.5, 1.0, 0.5, 4.5, 4.0, -2.0, 7.0, 9.5, 9.0, 2.25];

fn agrees(estimate: Estimate, value: f64, lower: f64, upper: f64) {
    let ends = estimate.interval.expect("an interval");
    for (ours, theirs) in [(estimate.value, value), (ends.lower, lower), (ends.upper, upper)] {
        assert!((ours - theirs).abs() < 1e-12, "{estimate:?}: {theirs}");
    }
}

/// Values from scikit-learn 1.9; intervals from scipy 1.17: `t.interval` with `sem`, `chi2.ppf`,
/// `norm.ppf` in the formulas of the functions' docs.
#[test]
fn known_values() {
    let seen = residuals(&LABELS, &PREDICTIONS);
    agrees(mae(&seen, 0.95).expect("rows"), 0.725, 0.404_527_735_270_254_3, 1.045_472_264_729_745_6);
    agrees(bias(&seen, 0.95).expect("rows"), 0.125, -0.501_646_570_337_407_1, 0.751_646_570_337_407_1);
    let root = 0.840_386_815_698_580_5;
    agrees(rmse(&seen, 0.95).expect("rows"), root, 0.621_268_318_181_190_3, 1.136_787_406_233_107_1);
    let short = Residuals { fourth: None, ..seen };
    agrees(rmse(&short, 0.95).expect("rows"), root, 0.587_192_591_818_824_8, 1.474_823_015_673_324);
    agrees(
        r2(&seen, 0.95).expect("rows"),
        0.950_403_792_134_831_5,
        0.799_283_042_102_386,
        0.988_506_043_114_390_9,
    );
    let percent = mape(&seen, 0.95).expect("rows");
    assert_eq!(percent.zeros, 1);
    agrees(percent.estimate, 0.230_092_592_592_592_6, 0.093_929_293_948_074_92, 0.366_255_891_237_110_3);
    let losses: Vec<f64> =
        LABELS.iter().zip(PREDICTIONS).map(|(y, f)| pinball_loss(*y, f, 0.9).expect("finite")).collect();
    let pinball = sums(&losses).nonnegative(0.95).expect("rows");
    assert!((pinball.value - 0.3125).abs() < 1e-15);
}

#[test]
fn changes_are_welchs_for_means_and_movers_otherwise() {
    // scipy 1.17: ttest_ind(2 |e|, |e|, equal_var=False).confidence_interval().
    let before = residuals(&LABELS, &PREDICTIONS);
    let twice: Vec<f64> = LABELS.iter().zip(PREDICTIONS).map(|(y, f)| y + 2.0 * (f - y)).collect();
    let after = residuals(&LABELS, &twice);
    let moments = |seen: &Residuals| seen.absolute_sums().moments().expect("rows");
    let change = mean::difference_interval(moments(&before), moments(&after), 0.95).expect("spread");
    assert!((change.lower - 0.041_881_102_545_875_29).abs() < 1e-12, "{change:?}");
    assert!((change.upper - 1.408_118_897_454_124_8).abs() < 1e-12, "{change:?}");
    let root = |seen: &Residuals| rmse(seen, 0.95).expect("rows");
    let change = mover::difference(root(&before), root(&after)).expect("intervals");
    assert!(change.lower < 0.840_386_815_698_580_5 && 0.840_386_815_698_580_5 < change.upper);
}

#[test]
fn what_cannot_be_said_is_none() {
    let none = residuals(&[], &[]);
    let none = Residuals { labels: None, percentage: None, ..none };
    assert_eq!((mae(&none, 0.95), bias(&none, 0.95), rmse(&none, 0.95)), (None, None, None));
    assert_eq!((r2(&none, 0.95), mape(&none, 0.95)), (None, None));
    let one = residuals(&[2.0], &[3.0]);
    assert_eq!(mae(&one, 0.95), Some(Estimate { value: 1.0, interval: None }));
    assert_eq!(r2(&one, 0.95), None);
    let zeros = residuals(&[0.0, 0.0], &[1.0, 1.0]);
    assert_eq!((mape(&zeros, 0.95), r2(&zeros, 0.95)), (None, None));
    let perfect = residuals(&LABELS, &LABELS);
    assert_eq!(r2(&perfect, 0.95), Some(Estimate { value: 1.0, interval: None }));
    assert_eq!(rmse(&perfect, 0.95), Some(Estimate { value: 0.0, interval: None }));
    let huge = Residuals { squares: f64::INFINITY, ..one };
    assert_eq!((rmse(&huge, 0.95), r2(&huge, 0.95)), (None, None));
    let impossible = Residuals { squares: 0.1, ..residuals(&LABELS, &PREDICTIONS) };
    assert!(mae(&impossible, 0.95).is_some_and(|mae| mae.interval.is_none()));
    assert!(mae(&residuals(&LABELS, &PREDICTIONS), 1.0).is_some_and(|mae| mae.interval.is_none()));
    for (y, f, q) in [(1.0, 2.0, 0.0), (1.0, 2.0, 1.0), (f64::NAN, 1.0, 0.5), (f64::MAX, -f64::MAX, 0.5)] {
        assert_eq!(pinball_loss(y, f, q), None);
    }
    assert_eq!(coverage(Share { count: 0.0, rest: 0.0 }, 0.95), None);
}

proptest! {
    #[test]
    fn intervals_hold_their_value_and_widen(
        rows in prop::collection::vec((-1e3..1e3_f64, -1e3..1e3_f64), 5..60), thin in any::<bool>()
    ) {
        let (labels, predictions): (Vec<f64>, Vec<f64>) = rows.into_iter().unzip();
        let seen = residuals(&labels, &predictions);
        let seen = if thin { Residuals { fourth: None, ..seen } } else { seen };
        for measure in [mae, bias, rmse, r2] {
            let both = [0.8, 0.99].map(|level| measure(&seen, level).and_then(|e| Some((e.value, e.interval?))));
            if let [Some((value, narrow)), Some((_, wide))] = both {
                prop_assert!(narrow.lower <= value && value <= narrow.upper);
                prop_assert!(wide.lower <= narrow.lower && narrow.upper <= wide.upper);
            }
        }
        let (absolute, root) = (mae(&seen, 0.9).expect("rows"), rmse(&seen, 0.9).expect("rows"));
        let off = bias(&seen, 0.9).expect("rows");
        prop_assert!(off.value.abs() <= absolute.value * (1.0 + 1e-12));
        prop_assert!(absolute.value <= root.value * (1.0 + 1e-12));
    }
}
