use super::super::coarse::{Draws, merged, rows};
use super::super::ranking::auc;
use super::*;
use proptest::prelude::*;

/// Over all pairs of rows, a row with itself as a tie.
fn area_by_rows(p: &[f64]) -> f64 {
    let win = |a: f64, b: f64| if a > b { 1.0 } else { f64::from(u8::from(a == b)) / 2.0 };
    let pairs = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
        p.iter().flat_map(|a| p.iter().map(move |b| (*a, *b))).map(|(a, b)| a * (1.0 - b) * of(a, b)).sum()
    };
    pairs(&win) / pairs(&|_, _| 1.0)
}

proptest! {
    #[test]
    fn expectations_are_those_of_the_rows(rows in rows(), threshold in 0.0..1.0_f64) {
        let p: Vec<f64> = rows.iter().map(|row| row.0).collect();
        let fine = Unlabelled::from(&Scored::of_rows(rows.iter().copied()));
        prop_assert_eq!(positive_rate(&fine).is_some(), !rows.is_empty());
        if rows.is_empty() { return Ok(()) }
        let sum = |of: &dyn Fn(f64) -> f64| p.iter().map(|p| of(*p)).sum::<f64>();
        let above = |p: f64| f64::from(u8::from(p >= threshold));
        let exact = Confusion {
            tp: sum(&|p| p * above(p)),
            fp: sum(&|p| (1.0 - p) * above(p)),
            fn_: sum(&|p| p * (1.0 - above(p))),
            tn: sum(&|p| (1.0 - p) * (1.0 - above(p))),
            effective: [0.0; 2],
        };
        let rate = sum(&|p| p) / p.len() as f64;
        let noise = sum(&|p| p * (1.0 - p)) / p.len() as f64;
        prop_assert!((positive_rate(&fine).expect("rows") - rate).abs() < 1e-12);
        for table in [fine.clone()].into_iter().chain([2, 5, 20, 50].map(|by| Unlabelled::from(&merged(&rows, by)))) {
            let decision = decide(&table.expected(), threshold).expect("rows");
            for metric in Metric::ALL {
                // Rounding decides whether an expected count is 0, so 0/0 may go either way.
                let known = metric.of(&exact).zip(decision.measure(metric));
                if let Some((value, known)) = known.filter(|_| metric != Metric::Matthews) {
                    prop_assert!(known.holds(value), "{:?} {} {:?}", metric, value, known);
                }
            }
            prop_assert!(brier(&table).is_some_and(|brier| brier.holds(noise)));
            if let Some(area) = auc(&table.expected()) {
                prop_assert!(area.bracket.lower - 1e-9 <= area_by_rows(&p));
                prop_assert!(area.bracket.upper + 1e-9 >= area_by_rows(&p));
            }
        }
        prop_assert!(brier(&fine).is_some_and(|brier| (brier.value - noise).abs() < 1e-12));
    }
}

#[test]
fn by_hand_and_degenerate() {
    let two = Unlabelled::from(&Scored::of_rows([(0.25, false), (0.75, true)]));
    let decision = decide(&two.expected(), 0.5).expect("rows");
    let Confusion { tp, fp, fn_, tn, .. } = decision.confusion;
    assert_eq!([tp, fp, fn_, tn], [0.75, 0.25, 0.25, 0.75]);
    assert_eq!(brier(&two), Bracketed::new(0.1875, 0.1875, 0.1875));
    // 9/16 won, 3/16 + 3/16 tied with itself, 1/16 lost, of 1.
    assert_eq!(auc(&two.expected()).map(|area| area.value), Some(0.75));
    let none = Unlabelled::default();
    assert_eq!((positive_rate(&none), brier(&none)), (None, None));
    assert_eq!(realised_interval(&none, 0.5, Metric::F1, 0.95), None);
    assert_eq!(realised_rate_interval(&none, 0.95), None);
    assert_eq!(auc(&none.expected()), None);
    let certain = Unlabelled::from(&Scored::of_rows([(0.0, false), (1.0, true)]));
    assert_eq!(realised_rate_interval(&certain, 0.95).map(|i| (i.lower, i.upper)), Some((0.5, 0.5)));
    let sure = realised_interval(&certain, 0.5, Metric::F1, 0.95);
    assert_eq!(sure.map(|i| (i.lower, i.upper)), Some((1.0, 1.0)));
    assert_eq!(realised_interval(&two, 0.5, Metric::Matthews, 0.95), None);
}

/// The same scores, labels drawn from them again and again. Nominal 95 %.
#[test]
fn realised_intervals_cover() {
    let mut draws = Draws(3);
    let p: Vec<f64> = (0..300).map(|_| draws.uniform().powi(2)).collect();
    let scores = Unlabelled::from(&Scored::of_rows(p.iter().map(|p| (*p, false))));
    let metrics = [Metric::Accuracy, Metric::Precision, Metric::Recall, Metric::F1];
    let [accuracy, precision, recall, f1] =
        metrics.map(|metric| realised_interval(&scores, 0.5, metric, 0.95).expect("rows"));
    let rate = realised_rate_interval(&scores, 0.95).expect("rows");
    let (mut held, trials) = ([0; 5], 1000);
    for _ in 0..trials {
        let scored = Scored::of_rows(p.iter().map(|p| (*p, draws.uniform() < *p)));
        let confusion = decide(&scored, 0.5).expect("rows").confusion;
        let share = (confusion.tp + confusion.fn_) / 300.0;
        let [a, b, c, d] = metrics.map(|metric| metric.of(&confusion).expect("both classes"));
        for (place, (value, interval)) in
            [(a, accuracy), (b, precision), (c, recall), (d, f1), (share, rate)].into_iter().enumerate()
        {
            held[place] += usize::from(interval.lower <= value && value <= interval.upper);
        }
    }
    assert!(held.iter().all(|held| (930..=975).contains(held)), "{held:?}");
}
