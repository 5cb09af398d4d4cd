//! What would be left of the miscalibration after Cox's recalibration.
//!
//! Every score `p` becomes `logistic(a + b logit p)`; bins stay those of the old scores, so that
//! errors before and after are over the same rows. The two numbers were fitted to these rows, so
//! what is left is too small by about two degrees of freedom; with the hundred rows and more that a
//! fit takes this is far below the sampling error of the rest.

use super::super::{NEGATIVE, POSITIVE, ScoreCell, ScoreSums, Scored};
use super::cox::Cox;

/// The table with recalibrated score sums, in the old cells.
///
/// Only cells are carried over: sums over all rows are 0, so what needs [`ScoreSums`]
/// must not be asked of it.
#[must_use]
pub fn recalibrated(scored: &Scored, fit: &Cox) -> Scored {
    let cells = scored.cells.iter().map(|cell| {
        let scores = [NEGATIVE, POSITIVE].map(|class| cell.rows[class] * after(cell, fit));
        ScoreCell { scores, ..*cell }
    });
    Scored { cells: cells.collect(), sums: ScoreSums::default(), effective: scored.effective }
}

/// The cell's score after recalibration: of its mean, where the fit had it.
fn after(cell: &ScoreCell, fit: &Cox) -> f64 {
    if cell.total() > 0.0 { fit.apply(cell.score() / cell.total()) } else { 0.0 }
}

/// Mean log-loss after recalibration, cells at their mean scores. `None` without rows.
///
/// Finite where the fit leaves no score at exactly 0 or 1 that is wrong; `None` otherwise.
#[must_use]
pub fn log_loss(scored: &Scored, fit: &Cox) -> Option<f64> {
    let loss = |cell: &ScoreCell| {
        let p = after(cell, fit);
        let term = |rows: f64, loss: f64| if rows > 0.0 { rows * loss } else { 0.0 };
        term(cell.rows[POSITIVE], -p.ln()) + term(cell.rows[NEGATIVE], -(-p).ln_1p())
    };
    let mean = scored.cells.iter().map(loss).sum::<f64>() / scored.total();
    mean.is_finite().then_some(mean)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Draws, Shape};
    use super::super::{Debiased, equal_width};
    use super::*;

    #[test]
    fn over_confidence_goes_away() {
        let mut draws = Draws(11);
        let doubled = Cox { intercept: 0.0, slope: 2.0, intercept_error: 0.0, slope_error: 0.0 };
        let rows = (0..4000).map(|_| {
            let p = draws.score(Shape::Uniform);
            (doubled.apply(p), draws.uniform() < p)
        });
        let table = Scored::of_rows(rows);
        let fit = Cox::fit(&table).expect("the classes overlap");
        assert!((fit.slope - 0.5).abs() < 4.0 * fit.slope_error && fit.slope_error < 0.05, "{fit:?}");
        let left = recalibrated(&table, &fit);
        let error = |table| Debiased::of(&equal_width(table, 15).expect("rows")).expect("rows").value();
        assert!(error(&table) > 0.08 && error(&left) < 0.02, "{} {}", error(&table), error(&left));
        // What is left sums to the labels, as after any maximum likelihood with an intercept.
        let excess: f64 = left.cells.iter().map(ScoreCell::excess).sum();
        assert!(excess.abs() < 1e-8);
        let before = table.sums.log_loss / table.total();
        assert!(log_loss(&table, &fit).is_some_and(|after| after < before));
        assert_eq!(log_loss(&Scored::default(), &fit), None);
    }
}
