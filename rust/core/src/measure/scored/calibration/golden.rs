//! All measures on one data set against someone else's judges.
//!
//! 2,000 rows, `p` uniform and `y` with probability `0.1 + 0.7 p^2 + 0.1 p`, drawn by [`Draws`] from
//! seed 2024. The values were made in Python 3 with doubles: ECE, MCE, the debiased error, z and the
//! score test by NumPy 2.4 sums over `searchsorted(edges, p, side="right")`; the Brier score by
//! `sklearn.metrics.brier_score_loss` 1.9; Cox's regression by `statsmodels` 0.15 (`Logit`, and `GLM`
//! with an offset for the intercept alone); smooth ECE by SciPy's `brentq` on the definition with
//! mirror images at 40,000 midpoints. (relplot 1.0.3 gives 0.12765 on its grid.)

use super::cox::{Cox, score_statistic};
use super::testing::Draws;
use super::{Debiased, brier, ece, equal_width, recalibrated, smooth_ece, spiegelhalter};
use crate::measure::Scored;

fn table() -> Scored {
    let mut draws = Draws(2024);
    Scored::of_rows((0..2000).map(|_| {
        let p = draws.uniform();
        (p, draws.uniform() < 0.1 + 0.7 * p * p + 0.1 * p)
    }))
}

fn same(ours: Option<f64>, theirs: f64, error: f64) {
    assert!(ours.is_some_and(|ours| (ours - theirs).abs() <= error * theirs.abs()), "{ours:?} {theirs}");
}

#[test]
fn errors_over_bins() {
    for (count, value) in
        [(10, 0.139_443_315_691_028_4), (15, 0.142_569_462_122_045_52), (20, 0.143_193_653_636_837_11)]
    {
        same(ece::ece(&equal_width(&table(), count).expect("rows")), value, 1e-13);
    }
    let bins = equal_width(&table(), 15).expect("rows");
    same(ece::mce(&bins, ece::FEWEST), 0.291_450_708_308_489_9, 1e-13);
    same(Debiased::of(&bins).map(|error| error.squared), 0.023_193_079_585_860_08, 1e-12);
}

#[test]
fn scores_and_tests_without_bins() {
    same(brier::brier(&table()), 0.202_617_580_337_847_44, 1e-13);
    same(brier::standard_error(&table()), 0.005_361_003_231_211_242, 1e-11);
    same(spiegelhalter::z(&table()), 9.361_101_748_250_503, 1e-12);
    same(score_statistic(&table()), 326.258_653_301_247_8, 1e-11);
    same(smooth_ece(&table()), 0.127_779_585_296_698_6, 1e-7);
}

#[test]
fn cox() {
    let fit = Cox::fit(&table()).expect("the classes overlap");
    same(Some(fit.intercept), -0.618_325_258_735_148, 1e-10);
    same(Some(fit.slope), 0.632_005_317_088_948_9, 1e-10);
    same(Some(fit.intercept_error), 0.052_771_832_023_371_15, 1e-9);
    same(Some(fit.slope_error), 0.036_170_725_667_673_12, 1e-9);
    same(recalibrated::log_loss(&table(), &fit), 0.555_131_708_359_847_8, 1e-12);
    let large = Cox::fit_intercept(&table()).expect("both classes");
    same(Some(large.intercept), -0.744_650_956_721_227_6, 1e-10);
    same(Some(large.intercept_error), 0.056_791_573_925_560_196, 1e-8);
}
