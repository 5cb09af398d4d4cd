//! What keeps a slice from being judged by its labels.

use super::measurement::Reason;

/// Rows of a slice by what is known of their labels.
pub(super) struct LabelCounts {
    pub rows: u64,
    /// Old enough for their label to be final.
    pub mature: u64,
    /// Mature, with a label.
    pub labelled: u64,
    /// Whether any row with a label has a score that can be measured.
    pub measured: bool,
}

impl LabelCounts {
    /// Why nothing can be judged here, if so; `other` is a reason of scores that the caller has.
    pub(super) fn hindrance(&self, minimum_coverage: Option<f64>, other: Option<Reason>) -> Option<Reason> {
        let coverage = self.labelled as f64 / self.mature.max(1) as f64;
        if self.rows == 0 {
            Some(Reason::NoRows)
        } else if self.labelled == 0 {
            Some(Reason::NoLabelsYet)
        } else if minimum_coverage.is_some_and(|least| coverage < least) {
            Some(Reason::LowCoverage)
        } else {
            other.or((!self.measured).then_some(Reason::NoValues))
        }
    }
}
