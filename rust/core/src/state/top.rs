//! Rows by the class that is scored highest and the label: what a classifier of several classes is
//! measured from.

use super::binary::{self, BinaryScratch};
use super::{BinaryState, Grain, Rows};
use crate::outcome::Top;
use crate::predictions::Predictions;

/// The counts of one outcome in one slice.
#[derive(Clone, Debug, PartialEq)]
pub struct TopState {
    /// Rows by their highest score and whether it was that of the label. Rows whose scores are not
    /// all in [0, 1] have no prediction: they are apart, those with a label as of the first class.
    pub confidence: BinaryState,
    /// Rows with a label and a prediction: label by label, of each every predicted class.
    pub table: Vec<u64>,
    /// Rows with a prediction whose scores do not sum to 1.
    pub off_sum: u64,
}

impl TopState {
    /// No rows yet.
    #[must_use]
    pub fn new(top: &Top, grain: Grain) -> Self {
        let classes = top.classes.len();
        let confidence = BinaryState::new(&top.binning, grain);
        Self { confidence, table: vec![0; classes * classes], off_sum: 0 }
    }

    /// Adds other rows.
    pub fn merge(&mut self, other: &Self) {
        self.confidence.merge(&other.confidence);
        self.table.iter_mut().zip(&other.table).for_each(|(a, b)| *a += b);
        self.off_sum += other.off_sum;
    }

    /// All rows: nothing is dropped silently.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.confidence.rows()
    }

    /// Rows with a prediction, whatever their label.
    #[must_use]
    pub fn predicted(&self) -> u64 {
        self.confidence.counted().iter().sum()
    }

    /// Labelled rows that were wrong and right, as the table has them.
    #[must_use]
    pub fn answered(&self) -> [u64; 2] {
        let classes = self.table.len().isqrt();
        let right: u64 = self.table.iter().step_by(classes + 1).sum();
        [self.table.iter().sum::<u64>() - right, right]
    }

    fn see(&mut self, made: &Predictions, row: usize) {
        if let Some(count) = self.table.get_mut(made.cells[row] as usize) {
            *count += 1;
        }
        self.off_sum += u64::from(made.off_sum[row]);
    }
}

/// Counts every row of a batch.
pub fn count(
    made: &Predictions,
    top: &Top,
    (state, grain): (&mut TopState, Grain),
    scratch: &mut BinaryScratch,
) {
    let confidence = (&mut state.confidence, grain);
    binary::count(&made.confidence, &made.answers, &top.binning, confidence, scratch);
    (0..made.rows()).for_each(|row| state.see(made, row));
}

/// Counts the rows of a leaf into its state.
pub(crate) fn count_leaf(
    made: &Predictions,
    rows: &Rows<'_>,
    top: &Top,
    state: &mut TopState,
    scratch: &mut BinaryScratch,
) {
    let pairs = (&made.confidence[..], &made.answers[..]);
    binary::count_leaf(pairs, rows, &top.binning, &mut state.confidence, scratch);
    rows.for_each(|row| state.see(made, row));
}
