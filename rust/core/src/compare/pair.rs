//! One column's two states, in the shapes that measures take.

use crate::binning::Binning;
use crate::inference::mean::Moments;
use crate::inference::proportion::Proportion;
use crate::measure::Cell;
use crate::plan::Counter;
use crate::scalar::Scalar;
use crate::state::{ColumnState, Grain, NumericState};

/// Shares of the rows that are missing or of unseen categories.
#[derive(Clone, Copy)]
pub(super) struct Shares {
    pub missing: Share,
    pub other: Share,
}

/// A proportion that knows how to be compared.
#[derive(Clone, Copy)]
pub(super) struct Share(pub Proportion);

impl Shares {
    pub(super) fn new(state: &ColumnState) -> Self {
        let total = state.rows();
        let other = match state {
            ColumnState::Categorical(state) => state.other,
            ColumnState::Numeric(_) => 0,
        };
        let missing = state.specials().missing();
        Self {
            missing: Share(Proportion { count: missing, total }),
            other: Share(Proportion { count: other, total }),
        }
    }
}

impl Share {
    /// The share among the rows that are not in `part`.
    pub(super) fn less(self, part: Self) -> Self {
        Self(Proportion { count: self.0.count - part.0.count, total: self.0.total - part.0.total })
    }

    /// The change from another share, and its square less what sampling explains.
    pub(super) fn change_from(self, reference: Self) -> (Option<f64>, Option<f64>) {
        let Some((p, q)) = self.0.share().zip(reference.0.share()) else { return (None, None) };
        let (m, n) = (self.0.total as f64, reference.0.total as f64);
        let pooled = (self.0.count + reference.0.count) as f64 / (m + n);
        let sampling = pooled * (1.0 - pooled) * (1.0 / m + 1.0 / n);
        (Some(p - q), Some((p - q) * (p - q) - sampling))
    }
}

/// A numeric column's state with its binning; of a categorical column nothing.
pub(super) struct Parts<'a> {
    numeric: Option<(&'a Binning, &'a NumericState)>,
    grain: Grain,
}

impl<'a> Parts<'a> {
    pub(super) fn new(counter: &'a Counter, state: &'a ColumnState, grain: Grain) -> Self {
        let numeric = match (counter, state) {
            (Counter::Numeric(binning), ColumnState::Numeric(state)) => Some((binning.as_ref(), state)),
            _ => None,
        };
        Self { numeric, grain }
    }

    pub(super) fn mean(&self) -> Option<f64> {
        self.numeric.and_then(|(binning, state)| state.sums.mean(binning, state.cells.total()))
    }

    /// Count, mean and sample variance.
    pub(super) fn moments(&self) -> Option<Moments> {
        let (binning, state) = self.numeric?;
        let count = state.cells.total();
        let mean = state.sums.mean(binning, count)?;
        let variance = state.sums.variance(binning, count)?;
        let variance = if count > 1 { variance * (count as f64 / (count - 1) as f64) } else { 0.0 };
        Some(Moments { count, mean, variance })
    }
}

/// The finest cells that both sides share, aligned.
pub(super) struct Aligned {
    pub reference: Vec<u64>,
    pub current: Vec<u64>,
    pub cells: Vec<Cell>,
    pub single: Vec<bool>,
}

/// Aligns two numeric states; `None` when a side has no values.
pub(super) fn align(reference: &Parts<'_>, current: &Parts<'_>) -> Option<Aligned> {
    let (binning, r) = reference.numeric?;
    let (_, c) = current.numeric?;
    let coarse = reference.grain == Grain::Coarse || current.grain == Grain::Coarse;
    let place = |cell: i32, grain: Grain| {
        if coarse && grain == Grain::Fine { binning.coarse_of(cell) } else { cell }
    };
    let ends = |(low, high): (Scalar, Scalar)| (low.to_f64(), high.to_f64());
    let ((a, b), (x, y)) = (ends(r.extremes?), ends(c.extremes?));
    let (minimum, maximum) = (a.min(x), b.max(y));
    let fractions = r.fractions || c.fractions;
    let mut counted: std::collections::BTreeMap<i32, (u64, u64)> = std::collections::BTreeMap::new();
    for (cell, rows) in r.cells.occupied() {
        counted.entry(place(cell, reference.grain)).or_default().0 += rows;
    }
    for (cell, rows) in c.cells.occupied() {
        counted.entry(place(cell, current.grain)).or_default().1 += rows;
    }
    let mut aligned = Aligned { reference: vec![], current: vec![], cells: vec![], single: vec![] };
    for (cell, (r, c)) in counted {
        let (low, high) = if coarse { binning.coarse_bounds(cell) } else { binning.bounds(cell) };
        let single = !coarse && !fractions && binning.is_single(cell);
        let cut = |end: f64| end.max(minimum).min(maximum);
        aligned.reference.push(r);
        aligned.current.push(c);
        aligned.cells.push(Cell { low: cut(low), high: cut(high), single });
        aligned.single.push(single);
    }
    Some(aligned)
}
