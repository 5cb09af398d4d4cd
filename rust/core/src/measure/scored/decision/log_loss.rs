//! Log-loss: what the labels cost in nats when the score is taken for their probability.
//!
//! `-ln p` of a positive, `-ln(1 - p)` of a negative, averaged; in [0, inf), lower is better. One
//! row with a score of exactly 0 or 1 and the other label makes the mean infinite. So the mean is
//! over the rows where the loss is finite and the weight of the others is stated beside it; a
//! second value counts each of them as `-ln eps`, eps = 1e-15, and says so. (Libraries that clip
//! every score at their own eps differ from it where scores within eps of 0 or 1 are not exactly
//! that.)
//!
//! # Interval
//! Normal, with the spread of the losses at the cells' mean scores. That leaves out the spread
//! inside a cell, which only matters in the last cell before 0 or 1; rows of infinite loss are
//! left out. It holds badly where a few rows carry most of the loss.
//! Sources: Good 1952; normalised entropy: He et al., Practical lessons from predicting clicks on
//! ads, 2014.

use super::super::{NEGATIVE, POSITIVE, Scored};
use crate::inference::{Interval, normal};

/// What a row of infinite loss is counted with: `-ln CLIP`.
pub const CLIP: f64 = 1e-15;

/// The loss of some rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogLoss {
    /// Mean over the rows whose loss is finite; `None` when there are none.
    pub finite: Option<f64>,
    /// Weight of the rows whose loss is infinite.
    pub infinite: f64,
    /// Mean over all rows, those counted with [`CLIP`].
    pub clipped: f64,
}

/// The log-loss, all scores being in [0, 1]. `None` without rows.
#[must_use]
pub fn log_loss(scored: &Scored) -> Option<LogLoss> {
    let ([negatives, positives], infinite) = (scored.weights()?, scored.sums.infinite_loss);
    let total = negatives + positives;
    let sum = scored.sums.log_loss;
    let clipped = (sum + infinite * -CLIP.ln()) / total;
    let finite = Some(sum / (total - infinite)).filter(|mean| total > infinite && mean.is_finite());
    clipped.is_finite().then_some(LogLoss { finite, infinite, clipped })
}

/// Interval of the population's mean over rows of finite loss, at `level`, from 0 up.
///
/// `None` without such rows, with one effective row or less, or for a level outside (0, 1).
#[must_use]
pub fn interval(scored: &Scored, level: f64) -> Option<Interval> {
    let loss = log_loss(scored)?;
    let (mean, rows) = (loss.finite?, scored.effective_total());
    let rows = rows * (1.0 - loss.infinite / scored.total());
    let error = (variance_of_cells(scored)? / (rows - 1.0)).sqrt();
    let half = normal::half_width(level)? * error;
    let (lower, upper) = ((mean - half).max(0.0), mean + half);
    (rows > 1.0 && upper.is_finite() && lower <= upper).then_some(Interval { lower, upper })
}

/// Variance of the losses, every row at the mean score of its class in its cell.
fn variance_of_cells(scored: &Scored) -> Option<f64> {
    let losses = || {
        scored
            .cells
            .iter()
            .flat_map(|cell| {
                (0..2).map(move |class| {
                    let p = cell.scores[class] / cell.rows[class];
                    let loss = if class == POSITIVE { -p.ln() } else { -(-p).ln_1p() };
                    (cell.rows[class], loss)
                })
            })
            .filter(|(rows, loss)| *rows > 0.0 && loss.is_finite())
    };
    let [rows, sum] = losses().fold([0.0; 2], |[a, b], (rows, loss)| [a + rows, b + rows * loss]);
    let mean = sum / rows;
    let squares: f64 = losses().map(|(rows, loss)| rows * (loss - mean) * (loss - mean)).sum();
    (rows > 0.0).then(|| squares / rows)
}

/// Skill against always giving the share of positives: `1 - clipped loss / entropy of the share`.
///
/// 1 is perfect, 0 knows nothing, negative is worse; the ratio is the normalised entropy. `None`
/// unless both classes have rows.
#[must_use]
pub fn log_loss_skill(scored: &Scored) -> Option<f64> {
    let rows = scored.both_classes()?;
    let share = |class: usize| rows[class] / (rows[NEGATIVE] + rows[POSITIVE]);
    let entropy = -(share(NEGATIVE) * share(NEGATIVE).ln() + share(POSITIVE) * share(POSITIVE).ln());
    let skill = 1.0 - log_loss(scored)?.clipped / entropy;
    skill.is_finite().then_some(skill)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::scored::coarse::{Draws, rows};
    use proptest::prelude::*;

    fn of(p: f64, y: bool) -> f64 {
        if y { -p.ln() } else { -(1.0 - p).ln() }
    }

    proptest! {
        #[test]
        fn is_the_mean_over_rows(rows in rows()) {
            let loss = log_loss(&Scored::of_rows(rows.iter().copied()));
            prop_assert_eq!(loss.is_some(), !rows.is_empty());
            let Some(loss) = loss else { return Ok(()) };
            let losses: Vec<f64> = rows.iter().map(|row| of(row.0, row.1)).filter(|l| l.is_finite()).collect();
            prop_assert_eq!(loss.infinite, (rows.len() - losses.len()) as f64);
            let mean = losses.iter().sum::<f64>() / losses.len() as f64;
            prop_assert!(loss.finite.is_none_or(|finite| (finite - mean).abs() < 1e-12));
            let held = |row: &(f64, bool)| of(row.0, row.1).min(-CLIP.ln());
            let clipped = rows.iter().map(held).sum::<f64>() / rows.len() as f64;
            prop_assert!((loss.clipped - clipped).abs() < 1e-12);
        }
    }

    #[test]
    fn by_hand() {
        let coin = Scored::of_rows([(0.5, true), (0.5, false)]);
        assert!(log_loss_skill(&coin).is_some_and(|skill| skill.abs() < 1e-15));
        assert_eq!(interval(&coin, 0.95).map(|i| i.lower == i.upper), Some(true));
        let wrong = log_loss(&Scored::of_rows([(0.0, true)])).expect("a row");
        assert_eq!((wrong.finite, wrong.infinite), (None, 1.0));
        assert!((wrong.clipped - 15.0 * 10.0_f64.ln()).abs() < 1e-12);
        let right = Scored::of_rows([(0.0, false), (1.0, true)]);
        assert_eq!(log_loss(&right).map(|loss| loss.clipped), Some(0.0));
        assert_eq!(log_loss_skill(&right), Some(1.0));
        let one = Scored::of_rows([(0.5, true)]);
        assert_eq!((interval(&one, 0.95), log_loss_skill(&one)), (None, None));
        assert_eq!((log_loss(&Scored::default()), interval(&Scored::default(), 0.95)), (None, None));
    }

    /// Calibrated uniform scores: the mean loss is 1/2 exactly. Nominal 95 %.
    #[test]
    fn interval_covers() {
        let (mut draws, trials) = (Draws(11), 1000);
        let held = (0..trials).filter(|_| {
            let rows: Vec<_> = (0..200).map(|_| draws.uniform()).map(|p| (p, p)).collect();
            let scored = Scored::of_rows(rows.into_iter().map(|(p, q)| (p, draws.uniform() < q)));
            interval(&scored, 0.95).is_some_and(|i| i.lower <= 0.5 && 0.5 <= i.upper)
        });
        let held = held.count();
        assert!((930..=970).contains(&held), "{held}");
    }
}
