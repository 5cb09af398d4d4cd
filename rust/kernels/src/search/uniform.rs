//! Equal steps: the cell is computed, not looked up, where rounding cannot matter.
//!
//! `t(x) = (x - first) * scale + 1` is monotone in x. Truncating `t - slack` gives a number of
//! edges that are surely not above x, truncating `t + slack` one that surely none beyond is:
//! both are checked on the edges themselves when the steps are made, and monotony extends that
//! to every x. Where the two agree the cell is exact; where they differ x lies within the slack
//! of an edge, and the block is compared with the true edges instead.

use crate::Number;
use crate::isa::cloned;

/// Edges in equal steps, to within rounding.
#[derive(Clone, Copy, Debug)]
pub(super) struct Uniform {
    first: f64,
    scale: f64,
    top: f64,
    slack: f64,
}

/// Edges that deviate more than this from equal steps are not uniform: too many values would
/// lie within the slack.
const WIDEST_SLACK: f64 = 1.0 / 4096.0;

impl Uniform {
    /// The steps that such edges are, if they are.
    pub(super) fn of<T: Number>(edges: &[T]) -> Option<Self> {
        let (first, last) = (edges.first()?.to_f64(), edges.last()?.to_f64());
        let scale = (edges.len() - 1) as f64 / (last - first);
        if !scale.is_normal() {
            return None;
        }
        let steps = Self { first, scale, top: edges.len() as f64 + 0.5, slack: 0.0 };
        let off = |(i, edge): (usize, &T)| (steps.position(edge.to_f64()) - (i + 1) as f64).abs();
        let widest = edges.iter().enumerate().map(off).fold(0.0, f64::max);
        // Twice what the edges need, and never so little that `t - slack` rounds back to t.
        let slack = 2.0 * widest + edges.len() as f64 * 4.0 * f64::EPSILON;
        let steps = Self { slack, ..steps };
        let holds = |(i, edge): (usize, &T)| steps.cells(edge.to_f64()) == (i as u32, i as u32 + 1);
        (slack <= WIDEST_SLACK && edges.iter().enumerate().all(holds)).then_some(steps)
    }

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "compiled anew in each clone of its callers")]
    fn position(&self, value: f64) -> f64 {
        let t = (value - self.first) * self.scale + 1.0;
        let t = if t > 0.5 { t } else { 0.5 };
        if t < self.top { t } else { self.top }
    }

    /// The fewest and the most edges that may not be above the value.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "compiled anew in each clone of its callers")]
    fn cells(&self, value: f64) -> (u32, u32) {
        let t = self.position(value);
        // SAFETY: t lies between 0.5 and 65,537.5 (NaN became 0.5), the slack below 1/4096.
        unsafe {
            (
                (t - self.slack).to_int_unchecked::<i32>() as u32,
                (t + self.slack).to_int_unchecked::<i32>() as u32,
            )
        }
    }

    /// Writes the cell of each value; false when some lie too near an edge to tell.
    pub(super) fn find<T: Number>(&self, values: &[T], cells: &mut [u32]) -> bool {
        find(self, values, cells)
    }
}

cloned! {
fn find<T: Number>(steps: &Uniform, values: &[T], cells: &mut [u32]) -> bool {
    let steps = *steps;
    let mut differ = 0;
    for (cell, value) in cells.iter_mut().zip(values) {
        let (fewest, most) = steps.cells(value.to_f64());
        differ |= fewest ^ most;
        *cell = fewest;
    }
    differ == 0
}
}
