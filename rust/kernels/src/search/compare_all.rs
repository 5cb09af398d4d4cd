//! Few edges: every value is compared with every edge.

use crate::Number;
use crate::isa::cloned;
use crate::tally::Tally;

cloned! {
/// Writes, for each value, how many edges are not above it.
pub(super) fn find<T: Number>(values: &[T], edges: &[T], cells: &mut [u32]) {
    cells.fill(0);
    for edge in edges {
        for (cell, value) in cells.iter_mut().zip(values) {
            *cell = cell.wrapping_add(u32::from(value >= edge));
        }
    }
}
}

/// Counts the values that are not below each edge. Nothing is scattered, so neither skew nor
/// runs of equal values cost anything.
pub(super) fn count<T: Number>(values: &[T], edges: &[T], tally: &mut Tally) {
    not_below(values, edges, &mut tally.not_below);
    tally.values += values.len() as u64;
}

cloned! {
fn not_below<T: Number>(values: &[T], edges: &[T], counts: &mut [u64]) {
    // Four edges at a time: a value is loaded once for all of them, and the four sums do not
    // wait for one another.
    let ((fours, rest), (of_fours, of_rest)) = (edges.as_chunks::<4>(), counts.as_chunks_mut::<4>());
    for (edges, counts) in fours.iter().zip(of_fours) {
        let mut sums = [0_u64; 4];
        for &value in values {
            for k in 0..4 {
                sums[k] = sums[k].wrapping_add(u64::from(value >= edges[k]));
            }
        }
        for k in 0..4 {
            counts[k] += sums[k];
        }
    }
    for (edge, count) in rest.iter().zip(of_rest) {
        let mut sum = 0_u64;
        for value in values {
            sum = sum.wrapping_add(u64::from(value >= edge));
        }
        *count += sum;
    }
}
}
