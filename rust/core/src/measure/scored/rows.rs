//! The table of rows that are all at hand: a cell for each distinct score, so that nothing is
//! bracketed.

use super::{NEGATIVE, POSITIVE, ScoreCell, ScoreSums, Scored};

/// Scores nearer to 0 and 1 than this are held there in Cox's regression, whose logit they would
/// send to infinity; and that logit.
pub use tallystick_kernels::scores::{LOGIT_CLIP, LOGIT_LIMIT};

impl Scored {
    /// Of rows with a finite score and a label, in any order.
    ///
    /// Sums of cells are over scores in [0, 1] and outside alike; those of [`ScoreSums`] only mean
    /// something when every score is a probability.
    #[must_use]
    pub fn of_rows(rows: impl IntoIterator<Item = (f64, bool)>) -> Self {
        let mut rows: Vec<(f64, bool)> = rows.into_iter().map(|(p, y)| (p + 0.0, y)).collect();
        rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut scored = Self::default();
        for group in rows.chunk_by(|a, b| a.0 == b.0) {
            let (p, positives) = (group[0].0, group.iter().filter(|row| row.1).count() as f64);
            let rows = [group.len() as f64 - positives, positives];
            let (low, high) = (p, p.next_up());
            scored.cells.push(ScoreCell { low, high, single: true, rows, scores: rows.map(|n| n * p) });
            scored.sums.add(p, rows);
            (0..2).for_each(|class| scored.effective[class] += rows[class]);
        }
        scored
    }
}

impl ScoreSums {
    /// Adds rows of one score.
    fn add(&mut self, p: f64, rows: [f64; 2]) {
        let [negatives, positives] = rows;
        // As in the kernels, a subnormal score counts as the smallest normal one.
        let of_positive = if p > 0.0 { -p.max(f64::MIN_POSITIVE).ln() } else { f64::INFINITY };
        let losses = [(NEGATIVE, -(-p).ln_1p()), (POSITIVE, of_positive)];
        for (class, loss) in losses {
            self.squares[class] += rows[class] * p * p;
            if rows[class] > 0.0 && loss.is_finite() {
                self.log_loss += rows[class] * (loss + 0.0);
            } else if rows[class] > 0.0 {
                self.infinite_loss += rows[class];
            }
        }
        let all = negatives + positives;
        self.spiegelhalter += all * p * (1.0 - p) * (1.0 - 2.0 * p) * (1.0 - 2.0 * p);
        let held = p.clamp(LOGIT_CLIP, 1.0 - LOGIT_CLIP);
        let weight = held * (1.0 - held);
        let logit = (p.ln() - (-p).ln_1p()).clamp(-LOGIT_LIMIT, LOGIT_LIMIT);
        self.information[0] += all * weight;
        self.information[1] += all * weight * logit;
        self.information[2] += all * weight * logit * logit;
        self.slope += logit * (positives * (1.0 - held) - negatives * held);
    }
}

#[cfg(test)]
mod tests {
    use super::Scored;

    #[test]
    fn equal_scores_share_a_cell() {
        let scored = Scored::of_rows([(0.25, false), (0.75, true), (0.25, true), (-0.0, false)]);
        let rows: Vec<_> = scored.cells.iter().map(|cell| (cell.low, cell.rows)).collect();
        assert_eq!(rows, [(0.0, [1.0, 0.0]), (0.25, [1.0, 1.0]), (0.75, [0.0, 1.0])]);
        assert_eq!((scored.total(), scored.effective_total()), (4.0, 4.0));
        assert!((scored.sums.log_loss - (-0.75_f64.ln() * 2.0 - 0.25_f64.ln())).abs() < 1e-15);
    }

    #[test]
    fn certainty_that_was_wrong_is_counted_apart() {
        let scored = Scored::of_rows([(0.0, true), (1.0, false), (1.0, true), (0.0, false)]);
        assert_eq!((scored.sums.infinite_loss, scored.sums.log_loss), (2.0, 0.0));
        assert_eq!(scored.sums.spiegelhalter, 0.0);
    }
}
