//! Cells of nearly equal mass learned from a sample.

use super::axis::Axis;
use super::ladder;

/// Cells between the ends of the sample.
pub const CELLS: usize = 240;
/// Samples with no more distinct values give each a cell of its own.
pub const EVERY_VALUE: usize = 256;

/// A cell waits for the end of an f32 rounding class, but not until it holds this many shares:
/// far from zero a class may hold everything, and then nothing would be resolved.
const MOST_OF_A_CLASS: usize = 2;

/// Edges and, for each cell, whether it holds one single value.
pub(super) struct Layout<V> {
    pub edges: Vec<V>,
    pub single: Vec<bool>,
    /// First cell above the ladder below the sample, and first cell of the ladder above it.
    pub interior: (usize, usize),
}

/// Lays out cells over an ascending, non-empty sample.
pub(super) fn layout<V: Axis>(sample: &[V]) -> Layout<V> {
    let inner = interior(sample);
    let (low, high) = (inner[0].0, inner[inner.len() - 1].0);
    let span = ladder::span(low, high, sample.first() == sample.last());
    let below = ladder::below(low, span);
    let above = ladder::above(high, span);
    let interior = (below.len() + 1, below.len() + inner.len());
    let mut edges = below;
    let mut single = vec![false; edges.len() + 1];
    edges.extend(inner.iter().map(|(edge, _)| *edge));
    // The last inner edge closes the sample; the cell it opens belongs to the ladder.
    single.extend(inner.iter().map(|(_, single)| *single));
    edges.extend(&above);
    single.extend(above.iter().map(|_| false));
    Layout { edges, single, interior }
}

/// The distinct values of an ascending sample, and how often each stands there.
fn runs<V: Axis>(sample: &[V]) -> impl Iterator<Item = (V, usize)> {
    sample.chunk_by(|a, b| a == b).map(|run| (run[0], run.len()))
}

/// Whether a cell may start at `value`: not between values of one f32 rounding class, whose
/// casts would then fall on either side. A value that has a cell of its own ends it anyway.
fn separates<V: Axis>(before: Option<(V, bool)>, value: V) -> bool {
    match before {
        Some((before, false)) => V::edge_below(None, value) > before,
        _ => true,
    }
}

/// Starts of the cells from the sample's smallest value on, each with whether it holds a
/// single value, closed by the edge above the largest value.
fn interior<V: Axis>(sample: &[V]) -> Vec<(V, bool)> {
    let rows = sample.len();
    let every = runs(sample).nth(EVERY_VALUE).is_none();
    let own_cell = |count: usize| every || count * CELLS > rows;
    let mut cells: Vec<(V, bool)> = Vec::new();
    let mut open_mass = None; // of the cell being filled; None when the next value opens one
    let mut before: Option<(V, bool)> = None;
    for (value, count) in runs(sample) {
        let own = own_cell(count);
        match open_mass {
            // Nearly every value falls in a cell that is far from full.
            Some(mass) if !own && mass * CELLS < rows => open_mass = Some(mass + count),
            _ if own => {
                // What lies between the value before and this one is a cell of its own.
                let exact = V::edge_below(before.map(|b| b.0), value);
                let start = start_of(before, value);
                if matches!(before, Some((_, true))) && start < exact {
                    cells.push((start, false));
                }
                cells.push((exact, true));
                open_mass = None;
            }
            Some(mass) if !separates(before, value) && mass * CELLS < MOST_OF_A_CLASS * rows => {
                open_mass = Some(mass + count);
            }
            _ => {
                cells.push((start_of(before, value), false));
                open_mass = Some(count);
            }
        }
        before = Some((value, own));
    }
    if let Some((last, _)) = before {
        cells.push((V::edge_above(last, None), false));
    }
    cells
}

/// Where a cell that opens with this value starts.
fn start_of<V: Axis>(before: Option<(V, bool)>, value: V) -> V {
    match before {
        Some((before, true)) => V::edge_above(before, Some(value)),
        other => V::edge_below(other.map(|o| o.0), value),
    }
}

#[cfg(test)]
mod tests {
    use super::{CELLS, layout};

    fn cell(edges: &[f64], value: f64) -> usize {
        edges.partition_point(|e| *e <= value)
    }

    #[test]
    fn few_values_get_a_cell_each_and_the_gaps_theirs() {
        let laid = layout(&[0.1, 0.1, 0.2, 7.0]);
        for value in [0.1, 0.2, 7.0, f64::from(0.1_f32), f64::from(0.2_f32)] {
            assert!(laid.single[cell(&laid.edges, value)], "{value}");
        }
        assert!(!laid.single[cell(&laid.edges, 0.15)] && !laid.single[cell(&laid.edges, 7.1)]);
        assert_eq!(cell(&laid.edges, 0.1), cell(&laid.edges, f64::from(0.1_f32)));
        assert!(cell(&laid.edges, 0.1) >= laid.interior.0 && cell(&laid.edges, 7.0) < laid.interior.1);
        assert!(cell(&laid.edges, 7.1) >= laid.interior.1 && cell(&laid.edges, 0.09) < laid.interior.0);
    }

    #[test]
    fn a_continuous_sample_is_cut_evenly_and_its_atom_stands_alone() {
        let mut sample: Vec<f64> = (0..24_000).map(|i| f64::from(i) / 24_000.0 - 0.5).collect();
        sample.extend(std::iter::repeat_n(0.0, 6_000));
        sample.sort_by(f64::total_cmp);
        let laid = layout(&sample);
        let mut counts = vec![0_usize; laid.edges.len() + 1];
        for value in &sample {
            counts[cell(&laid.edges, *value)] += 1;
        }
        let atom = cell(&laid.edges, 0.0);
        assert!(laid.single[atom] && counts[atom] == 6_001);
        let rest = counts.iter().enumerate().filter(|(c, _)| *c != atom).map(|(_, n)| *n);
        assert!(rest.max().unwrap() <= 2 * 30_000 / CELLS);
    }

    #[test]
    fn far_from_zero_a_continuous_sample_is_still_cut() {
        let sample: Vec<f64> = (0..24_000).map(|i| 1e9 + f64::from(i) / 24_000.0).collect();
        let laid = layout(&sample);
        let mut counts = vec![0_usize; laid.edges.len() + 1];
        sample.iter().for_each(|value| counts[cell(&laid.edges, *value)] += 1);
        assert!(counts.into_iter().max().unwrap() <= 2 * 24_000 / CELLS + 1);
    }

    #[test]
    fn edges_ascend_strictly_whatever_the_sample() {
        let extreme = [f64::MIN, -1e308, -5e-324, 0.0, 5e-324, 1.0, 1.0_f64.next_up(), 1e308, f64::MAX];
        for end in 1..extreme.len() {
            let laid = layout(&extreme[..end]);
            assert!(laid.edges.windows(2).all(|w| w[0] < w[1]), "{end}");
            assert_eq!(laid.single.len(), laid.edges.len() + 1);
            for value in &extreme[..end] {
                assert!(laid.single[cell(&laid.edges, *value)], "{value}");
            }
        }
        let integers = layout(&[i128::from(i64::MIN), 0, i128::from(u64::MAX)]);
        assert!(integers.edges.windows(2).all(|w| w[0] < w[1]));
    }
}
