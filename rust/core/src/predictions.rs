//! The scores of several classes and the labels of a batch side by side, once for all slices.

use std::borrow::Cow;

use crate::outcome::Class;
use crate::outcome::top::{MAX_CLASSES, SUM_SLACK};

/// What is known of a row's label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// The class at this place.
    Of(u8),
    /// None of the classes, for this reason.
    Unknown(Class),
}

/// A cell of no table.
const NOWHERE: u32 = u32::MAX;

/// What is made of each row.
pub struct Predictions {
    /// The highest score. NaN when any is missing, 2 when all are there and any is outside of [0, 1].
    pub(crate) confidence: Vec<f64>,
    /// Whether the label is the predicted class, as the number of a [`Class`].
    pub(crate) answers: Vec<u8>,
    /// Place in the table of labels by predictions.
    pub(crate) cells: Vec<u32>,
    /// Whether there is a prediction and the scores do not sum to 1.
    pub(crate) off_sum: Vec<bool>,
}

/// Stands for the highest score where one is outside of [0, 1]: it is in no cell either.
const OUTSIDE: f64 = 2.0;

impl Predictions {
    /// Of a column of scores for each class, missing ones NaN, and the labels; columns are as long
    /// as the labels.
    #[must_use]
    pub fn of(scores: &[Cow<'_, [f64]>], truths: &[Truth]) -> Self {
        debug_assert!(scores.len() <= MAX_CLASSES);
        let (confidence, predicted, off_sum) = highest(scores, truths.len());
        let fits = |row: usize| (0.0..=1.0).contains(&confidence[row]);
        let answer = |(row, truth): (usize, &Truth)| match *truth {
            // Without a prediction a label is neither right nor wrong; it is counted as known.
            Truth::Of(class) if fits(row) && class == predicted[row] => Class::Positive as u8,
            Truth::Of(_) => Class::Negative as u8,
            Truth::Unknown(why) => why as u8,
        };
        let cell = |(row, truth): (usize, &Truth)| match *truth {
            Truth::Of(class) if fits(row) => {
                u32::from(class) * scores.len() as u32 + u32::from(predicted[row])
            }
            _ => NOWHERE,
        };
        Self {
            answers: truths.iter().enumerate().map(answer).collect(),
            cells: truths.iter().enumerate().map(cell).collect(),
            confidence,
            off_sum,
        }
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.confidence.len()
    }
}

/// The highest score of every row, see [`Predictions::confidence`]; which class it is of, the first
/// of equal ones; and whether the scores of a row with a prediction miss 1.
#[must_use]
pub fn highest(scores: &[Cow<'_, [f64]>], rows: usize) -> (Vec<f64>, Vec<u8>, Vec<bool>) {
    let (mut best, mut class) = (vec![f64::NEG_INFINITY; rows], vec![0_u8; rows]);
    let (mut sums, mut lowest) = (vec![0.0_f64; rows], vec![f64::INFINITY; rows]);
    for (place, column) in scores.iter().enumerate() {
        for (row, &score) in column.iter().enumerate().take(rows) {
            if score > best[row] {
                (best[row], class[row]) = (score, place as u8);
            }
            lowest[row] = lowest[row].min(score);
            // A missing score makes the sum NaN. The order is the spec's: the same bits everywhere.
            sums[row] += score;
        }
    }
    let mut off_sum = vec![false; rows];
    for row in 0..rows {
        if lowest[row] >= 0.0 && best[row] <= 1.0 && !sums[row].is_nan() {
            off_sum[row] = (sums[row] - 1.0).abs() > SUM_SLACK;
        } else {
            // Infinities of both signs make the sum NaN too, so that the columns are asked.
            let missing = scores.iter().any(|column| column.get(row).is_none_or(|score| score.is_nan()));
            best[row] = if missing { f64::NAN } else { OUTSIDE };
        }
    }
    (best, class, off_sum)
}

#[cfg(test)]
mod tests {
    use super::{Predictions, Truth};
    use crate::outcome::Class;
    use std::borrow::Cow;

    fn columns(rows: &[[f64; 3]]) -> Vec<Cow<'static, [f64]>> {
        (0..3).map(|class| Cow::Owned(rows.iter().map(|row| row[class]).collect())).collect()
    }

    #[test]
    fn of_equal_scores_the_first_is_predicted() {
        let scores = columns(&[[0.4, 0.4, 0.2], [0.1, 0.45, 0.45], [0.0, 0.0, 0.0]]);
        let made = Predictions::of(&scores, &[Truth::Of(0), Truth::Of(2), Truth::Of(1)]);
        assert_eq!(made.cells, [0, 7, 3]);
        assert_eq!(made.answers, [1, 0, 0]);
        assert_eq!(made.off_sum, [false, false, true]);
    }

    #[test]
    fn rows_without_a_prediction_are_apart() {
        let (nan, inf) = (f64::NAN, f64::INFINITY);
        let rows = [[nan, 0.5, 0.5], [1.5, 0.0, 0.0], [-0.1, 0.6, 0.5], [inf, -inf, 0.0], [nan, 2.0, 0.0]];
        let made = Predictions::of(&columns(&rows), &[Truth::Of(0); 5]);
        assert!(made.confidence[0].is_nan() && made.confidence[4].is_nan());
        assert_eq!(made.confidence[1..4], [2.0; 3]);
        assert_eq!(made.answers, [Class::Negative as u8; 5]);
        assert_eq!((made.cells, made.off_sum), (vec![u32::MAX; 5], vec![false; 5]));
    }

    #[test]
    fn sums_near_1_are_taken_for_1() {
        let scores = columns(&[[0.5, 0.3, 0.2005], [0.5, 0.3, 0.202], [0.5, 0.25, 0.248]]);
        let unknown = Truth::Unknown(Class::Missing);
        assert_eq!(Predictions::of(&scores, &[unknown; 3]).off_sum, [false, true, true]);
    }
}
