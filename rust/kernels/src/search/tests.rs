use super::{Finder, naive_find};
use crate::Number;
use crate::tally::{Tally, naive_count};
use proptest::prelude::*;

fn agrees<T: Number>(edges: &[T], values: &[T]) {
    let mut fast = vec![u32::MAX; values.len()];
    let mut slow = fast.clone();
    naive_find(edges, values, &mut slow);
    let third = edges.len() / 3;
    for busy in [0..edges.len(), third..2 * third, 0..1] {
        let finder = Finder::new(edges, busy);
        finder.find(values, &mut fast);
        assert_eq!(fast, slow, "{edges:?}");
        counts_alike(&finder, edges.len() + 1, values, &slow);
    }
}

/// Counting must do what finding and counting one by one does, and so must taking out again.
fn counts_alike<T: Number>(finder: &Finder<T>, width: usize, values: &[T], cells: &[u32]) {
    let (mut fast, mut slow, mut tally) = (vec![1_u64; width], vec![1_u64; width], Tally::default());
    finder.open(&mut tally);
    for _ in 0..2 {
        finder.count(values, &mut tally);
        finder.settle(&mut tally, &mut fast);
        naive_count(cells, &mut slow);
    }
    if let Some(block) = values.chunks(crate::BLOCK).next() {
        // What is not finite is counted nowhere, and neither is anything beside it.
        if finder.count_finite(block, &mut tally) {
            finder.settle(&mut tally, &mut fast);
            naive_count(&cells[..block.len()], &mut slow);
        } else {
            assert!(block.iter().any(|value| !value.is_finite()));
        }
    }
    if let Some(&first) = values.first() {
        finder.count(&[first; 7], &mut tally);
        finder.uncount(first, 6, &mut tally);
        finder.settle(&mut tally, &mut fast);
        naive_count(&cells[..1], &mut slow);
    }
    assert_eq!(fast, slow);
}

/// Values on, next to and between the edges, and at both ends of the type.
fn around(edges: &[f64]) -> Vec<f64> {
    let mut values: Vec<f64> = edges.iter().flat_map(|e| [e.next_down(), *e, e.next_up()]).collect();
    values.extend(edges.windows(2).map(|w| w[0] / 2.0 + w[1] / 2.0));
    values.extend([0.0, -0.0, 5e-324, -5e-324, f64::MAX, f64::MIN, f64::INFINITY, f64::NEG_INFINITY]);
    values
}

fn sorted(mut edges: Vec<f64>) -> Vec<f64> {
    edges.sort_by(f64::total_cmp);
    edges.into_iter().map(|e| e + 0.0).collect()
}

#[test]
fn shapes_that_defeat_one_map_each() {
    let uniform: Vec<f64> = (0..1201).map(|i| f64::from(i) / 1200.0).collect();
    let powers: Vec<f64> = (-300..300).map(|e| 10_f64.powi(e)).collect();
    let tails = sorted((1..500).map(|i| (f64::from(i) / 500.0 * 3.2 - 1.6).tan()).collect());
    let offset: Vec<f64> = (0..240).map(|i| 1e15 + f64::from(i) * 0.125).collect();
    let mut crowded = powers.clone();
    crowded.extend((0..300).map(|i| f64::from_bits(1_f64.to_bits() + i)));
    for edges in [uniform, sorted(powers), tails, offset, sorted(crowded)] {
        agrees(&edges, &around(&edges));
    }
}

#[test]
fn equal_steps_are_computed_and_still_exact() {
    for (low, high, bins) in
        [(0.0, 1.0, 50_u32), (-1e9, 3e9, 999), (1e15, 1e15 + 64.0, 64), (1e-300, 3e-300, 20)]
    {
        let edge = |i: u32| low + (high - low) * f64::from(i) / f64::from(bins);
        let mut edges: Vec<f64> = (0..=bins).map(edge).collect();
        edges[bins as usize] = edges[bins as usize].next_up();
        // A step of 16 units in the last place: the closed end is not uniform any more.
        assert_eq!(Finder::new(&edges, 0..edges.len()).uniform.is_some(), low != 1e15, "{low}");
        agrees(&edges, &around(&edges));
        let narrow: Vec<f32> = edges.iter().map(|e| *e as f32).collect();
        if narrow.windows(2).all(|w| w[0] <= w[1]) {
            agrees(&narrow, &narrow);
        }
    }
    assert!(Finder::new(&[0.0, 1.0, 1e15, f64::MAX], 0..4).uniform.is_none());
}

#[test]
fn no_edge_one_edge_and_repeated_edges() {
    agrees::<f64>(&[], &[1.0]);
    agrees(&[1.0], &around(&[1.0]));
    agrees(&[1_i8, 1, 1, 5, 5, 127, 127], &[i8::MIN, 0, 1, 2, 5, 126, 127]);
    let many: Vec<u8> = (0..40).map(|i| i / 2).collect();
    agrees(&many, &(0..=255).collect::<Vec<u8>>());
}

#[test]
fn integers_beyond_the_doubles_stay_apart() {
    let base = (1_i64 << 53) + 1;
    let edges: Vec<i64> = (0..30).map(|i| base + i).collect();
    agrees(&edges, &edges);
    agrees(&edges, &[i64::MIN, base - 1, base, base + 29, base + 30, i64::MAX]);
    let top: Vec<u64> = (0..20).map(|i| u64::MAX - 19 + i).collect();
    agrees(&top, &[0, u64::MAX - 20, u64::MAX - 1, u64::MAX]);
}

proptest! {
    #[test]
    fn any_floats(edges in prop::collection::vec(any::<f64>(), 0..300), values in prop::collection::vec(any::<f64>(), 0..300)) {
        let edges = sorted(edges.into_iter().filter(|e| !e.is_nan()).collect());
        let mut values: Vec<f64> = values.into_iter().filter(|v| !v.is_nan()).collect();
        values.extend(around(&edges));
        agrees(&edges, &values);
    }

    #[test]
    fn any_narrow_floats(edges in prop::collection::vec(-1e3_f32..1e3, 0..300), values in prop::collection::vec(-1e3_f32..1e3, 0..300)) {
        let mut edges = edges;
        edges.sort_by(f32::total_cmp);
        agrees(&edges, &values);
        agrees(&edges, &edges);
    }

    #[test]
    fn any_integers(mut edges in prop::collection::vec(any::<i64>(), 0..300), values in prop::collection::vec(any::<i64>(), 0..300)) {
        edges.sort_unstable();
        agrees(&edges, &values);
        agrees(&edges, &edges);
    }
}
