//! Values of scikit-learn 1.x and SciPy on 200 rows that anyone can draw again.
//!
//! `x = (1103515245 x + 12345) mod 2^31` from 2013; each draw is `x >> 16`; score `(a mod 97 + 1) /
//! 100`, positive when `(b mod 100) / 100 < score^2 + 0.1`. Then `roc_auc_score`,
//! `average_precision_score`, `log_loss`, the largest `|tpr - fpr|` of `roc_curve` (and
//! `scipy.stats.ks_2samp`), `fbeta_score` and so on. DeLong's variance is
//! `W.mean(1).var(ddof=1) / P + W.mean(0).var(ddof=1) / N` with the matrix W of wins, ties one half.

use super::decision::{Metric, best_by, decide, log_loss, log_loss_skill};
use super::ranking::{auc, average_precision, ks_classes};
use super::{Bracketed, Scored};

fn rows() -> Vec<(f64, bool)> {
    let mut x = 2013_u64;
    let mut draw = || {
        x = (x * 1_103_515_245 + 12_345) % (1 << 31);
        x >> 16
    };
    let mut row = |_| {
        let score = (draw() % 97 + 1) as f64 / 100.0;
        (score, (draw() % 100) as f64 / 100.0 < score * score + 0.1)
    };
    (0..200).map(&mut row).collect()
}

fn agrees(found: Option<f64>, other: f64) {
    assert!(found.is_some_and(|found| (found - other).abs() < 1e-12), "{found:?} {other}");
}

#[test]
fn ranking_and_loss() {
    let scored = Scored::of_rows(rows());
    let value = |known: Option<Bracketed>| known.map(|known| known.value);
    assert_eq!(scored.rows(), [115.0, 85.0]);
    agrees(value(auc(&scored)), 0.819_641_943_734_015_3);
    agrees(super::ranking::auc::delong_variance(&scored), 0.000_984_897_490_749_066_6);
    agrees(value(average_precision(&scored)), 0.817_563_534_639_503_3);
    let ks = ks_classes(&scored).expect("two classes");
    agrees(Some(ks.gap.value), 0.546_803_069_053_708_5);
    assert_eq!(ks.threshold, 0.58);
    agrees(log_loss(&scored).and_then(|loss| loss.finite), 0.525_937_612_821_306);
    agrees(log_loss_skill(&scored), 0.228_666_043_923_504_65);
    let best = best_by(&scored, Metric::F1).expect("rows");
    agrees(Some(best.reaches.value), 0.738_095_238_095_238_1);
    assert_eq!(best.threshold, 0.58);
}

#[test]
fn outcomes() {
    let scored = Scored::of_rows(rows());
    let metrics = [
        Metric::Accuracy,
        Metric::Precision,
        Metric::Recall,
        Metric::F1,
        Metric::FBeta(2.0),
        Metric::Matthews,
        Metric::BalancedAccuracy,
        Metric::Specificity,
        Metric::NegativePredictiveValue,
    ];
    let half = [
        0.715,
        0.64,
        0.752_941_176_470_588_2,
        0.691_891_891_891_891_9,
        0.727_272_727_272_727_3,
        0.434_920_694_184_789_3,
        0.719_948_849_104_859_3,
        0.686_956_521_739_130_5,
        0.79,
    ];
    let higher = [
        0.765,
        0.756_756_756_756_756_8,
        0.658_823_529_411_764_7,
        0.704_402_515_723_270_4,
        0.676_328_502_415_458_9,
        0.514_306_456_812_282_5,
        0.751_150_895_140_664_9,
        0.843_478_260_869_565_2,
        0.769_841_269_841_269_8,
    ];
    for (threshold, values, outcome) in
        [(0.5, half, [64.0, 36.0, 21.0, 79.0]), (0.61, higher, [56.0, 18.0, 29.0, 97.0])]
    {
        let decision = decide(&scored, threshold).expect("rows");
        let found = decision.confusion;
        assert_eq!([found.tp, found.fp, found.fn_, found.tn], outcome);
        for (metric, value) in metrics.into_iter().zip(values) {
            agrees(decision.measure(metric).map(|known| known.value), value);
        }
    }
}
