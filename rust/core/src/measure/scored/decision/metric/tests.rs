use super::*;
use crate::measure::scored::coarse::Draws;

fn confusion([tp, fp, fn_, tn]: [f64; 4]) -> Confusion {
    Confusion { tp, fp, fn_, tn, effective: [fp + tn, tp + fn_] }
}

#[test]
fn by_hand() {
    let some = confusion([6.0, 2.0, 3.0, 9.0]);
    let values = [0.75, 0.75, 2.0 / 3.0, 9.0 / 11.0, 2.0 / 11.0, 0.75, 0.4, 12.0 / 17.0];
    for (metric, value) in Metric::ALL.into_iter().zip(values) {
        assert!(metric.of(&some).is_some_and(|found| (found - value).abs() < 1e-15), "{metric:?}");
        let interval = metric.interval(&some, 0.95).expect("rows");
        assert!(interval.lower < value && value < interval.upper);
    }
    let matthews = Metric::Matthews.of(&some).expect("rows");
    assert!((matthews - 48.0 / (8.0 * 9.0 * 11.0 * 12.0_f64).sqrt()).abs() < 1e-15);
    assert!(Metric::FBeta(2.0).of(&some).is_some_and(|f| (f - 30.0 / 44.0).abs() < 1e-15));
}

#[test]
fn undefined_is_none() {
    let nothing = confusion([0.0; 4]);
    for metric in Metric::ALL {
        assert_eq!((metric.of(&nothing), metric.interval(&nothing, 0.95)), (None, None));
    }
    let negatives = confusion([0.0, 0.0, 0.0, 5.0]);
    let known = Metric::ALL.map(|metric| metric.of(&negatives));
    let want = [Some(1.0), None, None, Some(1.0), Some(0.0), Some(1.0), Some(0.0), None, None, None];
    assert_eq!(known, want);
    assert_eq!(Metric::FBeta(f64::NAN).of(&confusion([1.0; 4])), None);
    let unknown = Confusion { effective: [0.0; 2], ..confusion([1.0; 4]) };
    assert_eq!(Metric::Accuracy.interval(&unknown, 0.95), None);
    let half = Confusion { effective: [5.0; 2], ..confusion([5.0; 4]) };
    assert_eq!(Metric::Accuracy.weighed(&half), Some(Weighed { share: 0.5, rows: 10.0 }));
}

/// F1 of rows drawn with outcomes 30, 10, 20 and 40 %: 0.6 / 0.9. Nominal 95 %.
#[test]
fn f1_interval_covers() {
    for (seed, rows) in [(1, 40), (2, 400)] {
        let (mut draws, trials, truth) = (Draws(seed), 2000, 2.0 / 3.0);
        let held = (0..trials).filter(|_| {
            let mut counts = [0.0; 4];
            for _ in 0..rows {
                let u = draws.uniform();
                counts[usize::from(u >= 0.3) + usize::from(u >= 0.4) + usize::from(u >= 0.6)] += 1.0;
            }
            let interval = Metric::F1.interval(&confusion(counts), 0.95);
            interval.is_some_and(|i| i.lower <= truth && truth <= i.upper)
        });
        let held = held.count();
        assert!((1880..=1930).contains(&held), "{rows}: {held}");
    }
}
