//! Tables that no rows make: nothing panics, and nothing that is returned is NaN or infinite.

use proptest::prelude::*;

use super::decision::{Costs, Metric, best_by, best_youden, cheapest, decide, log_loss, log_loss_skill};
use super::estimate::{self, Unlabelled};
use super::ranking::{auc, auc_change, average_precision, curve, gain, ks_classes, lift};
use super::{Bracketed, ScoreCell, ScoreSums, Scored};
use crate::inference::Interval;

fn number() -> impl Strategy<Value = f64> {
    let odd =
        [0.0, 1.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN_POSITIVE, 1e-320];
    prop_oneof![8 => 0.0..50.0_f64, 2 => proptest::sample::select(odd.to_vec()), 4 => Just(0.0), 4 => Just(3.0)]
}

fn table() -> impl Strategy<Value = Scored> {
    let pair = || (number(), number()).prop_map(|(a, b)| [a, b]);
    let cell = (number(), number(), any::<bool>(), pair(), pair())
        .prop_map(|(low, high, single, rows, scores)| ScoreCell { low, high, single, rows, scores });
    (proptest::collection::vec(cell, 0..5), pair(), number(), number()).prop_map(
        |(cells, effective, log_loss, infinite_loss)| Scored {
            cells,
            effective,
            sums: ScoreSums { log_loss, infinite_loss, ..ScoreSums::default() },
        },
    )
}

fn known(known: Option<Bracketed>) -> bool {
    known.is_none_or(|known| {
        let (lower, upper) = (known.bracket.lower, known.bracket.upper);
        lower.is_finite() && upper.is_finite() && lower <= known.value && known.value <= upper
    })
}

fn sound(interval: Option<Interval>) -> bool {
    interval.is_none_or(|i| i.lower.is_finite() && i.upper.is_finite() && i.lower <= i.upper)
}

fn share(p: Option<f64>) -> bool {
    p.is_none_or(|p| (0.0..=1.0).contains(&p))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn ranking_is_total(a in table(), b in table(), at in number()) {
        prop_assert!(known(auc(&a)) && known(average_precision(&a)) && known(auc_change::change(&a, &b)));
        prop_assert!(known(gain(&a, at / 50.0)) && known(lift(&a, at / 50.0)));
        prop_assert!(sound(super::ranking::auc::interval(&a, 0.95)));
        prop_assert!(sound(super::ranking::auc::score_interval(&a, 0.95)));
        prop_assert!(sound(super::ranking::average_precision::interval(&a, 0.95)));
        prop_assert!(sound(auc_change::interval(&a, &b, 0.95)));
        prop_assert!(share(auc_change::p_value(&a, &b)) && share(auc_change::p_tolerance(&a, &b, 0.05)));
        prop_assert!(ks_classes(&a).is_none_or(|ks| known(Some(ks.gap)) && ks.threshold.is_finite()));
        for point in curve(&a) {
            let numbers = [point.threshold, point.share, point.recall, point.false_positive_rate];
            prop_assert!(numbers.iter().all(|x| x.is_finite()) && share(point.precision));
            prop_assert!(point.between.is_none_or(|b| b.lower <= b.upper));
        }
    }

    #[test]
    fn decisions_are_total(a in table(), at in number()) {
        for metric in Metric::ALL {
            let decision = decide(&a, at);
            prop_assert!(known(decision.and_then(|d| d.measure(metric))));
            prop_assert!(sound(decision.and_then(|d| d.interval(metric, 0.95))));
            prop_assert!(best_by(&a, metric).is_none_or(|best| known(Some(best.reaches)) && best.threshold.is_finite()));
        }
        let costs = Costs { fp: at, fn_: 1.0, tp: -1.0, tn: 0.0 };
        prop_assert!(known(best_youden(&a).map(|b| b.reaches)) && known(cheapest(&a, costs).map(|b| b.reaches)));
        prop_assert!(log_loss(&a).is_none_or(|l| l.clipped.is_finite() && l.infinite.is_finite()));
        prop_assert!(log_loss_skill(&a).is_none_or(f64::is_finite));
        prop_assert!(sound(super::decision::log_loss::interval(&a, 0.95)));
        let blind = Unlabelled::from(&a);
        prop_assert!(share(estimate::positive_rate(&blind)) && known(estimate::brier(&blind)));
        prop_assert!(sound(estimate::realised_rate_interval(&blind, 0.95)));
        prop_assert!(sound(estimate::realised_interval(&blind, at, Metric::F1, 0.95)));
        prop_assert!(known(auc(&blind.expected())));
    }
}
