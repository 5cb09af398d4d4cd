//! Counts of values between given edges, as `numpy.histogram` counts them, exactly.

use tallystick_kernels::BLOCK;
use tallystick_kernels::present::fill;
use tallystick_kernels::search::Finder;
use tallystick_kernels::tally::Tally;

use crate::batch::Bits;
use crate::binning::MAX_EDGES;
use crate::error::{Result, parameter};
use crate::scalar::{Countable, Edges, Scalar};

/// Rows in each bin, and rows in none, each kind apart: nothing is dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// Rows in `[e_i, e_(i+1))`, of the last bin in `[e_(n-1), e_n]`.
    pub counts: Vec<u64>,
    /// Finite values below the first edge.
    pub below: u64,
    /// Finite values above the last edge.
    pub above: u64,
    /// Nulls, NaN, minus and plus infinities.
    pub specials: [u64; 4],
}

impl Histogram {
    /// Adds another one of the same bins.
    pub fn merge(&mut self, other: &Self) {
        self.counts.iter_mut().zip(&other.counts).for_each(|(a, b)| *a += b);
        self.below += other.below;
        self.above += other.above;
        self.specials.iter_mut().zip(other.specials).for_each(|(a, b)| *a += b);
    }
}

/// Bins for values of one type: the cells of the edges, the last one closed.
#[derive(Debug)]
pub struct Bins<T> {
    finder: Finder<T>,
    bins: usize,
}

impl<T: Countable> Bins<T> {
    /// Bins between ascending edges; two equal ones have an empty bin between them.
    ///
    /// # Errors
    /// With fewer than two edges or more than 65,536, or when they descend or are not finite.
    pub fn new(edges: &Edges) -> Result<Self> {
        let ascend = match edges {
            Edges::Float(e) => e.windows(2).all(|w| w[0] <= w[1]) && e.iter().all(|e| e.is_finite()),
            Edges::Integer(e) => e.windows(2).all(|w| w[0] <= w[1]),
        };
        if !(2..=MAX_EDGES).contains(&edges.len()) || !ascend {
            return Err(parameter("edges", "2 to 65536 finite numbers, none below the one before"));
        }
        let bins = edges.len() - 1;
        let finder = Finder::new(&closed::<T>(edges), 0..edges.len());
        Ok(Self { finder, bins })
    }

    /// Counts values into a histogram of these bins.
    pub fn count(&self, values: &[T], validity: Option<Bits<'_>>) -> Histogram {
        let mut cells = vec![0_u64; self.bins + 2];
        let mut specials = [0_u64; 4];
        let (mut tally, mut filled, mut keep) = (Tally::default(), Vec::new(), Vec::new());
        self.finder.open(&mut tally);
        // A run stays below what a narrow counter holds.
        for (run, rows) in values.chunks(RUN).enumerate() {
            for (index, block) in rows.chunks(BLOCK).enumerate() {
                let bits = validity.map(|bits| bits.from_row(run * RUN + index * BLOCK));
                let full = bits.is_none_or(|bits| bits.absent(block.len()) == 0);
                if full && self.finder.count_finite(block, &mut tally) {
                    continue;
                }
                let found = fill(block, bits, &mut filled, &mut keep);
                specials.iter_mut().zip(found.specials).for_each(|(a, b)| *a += b);
                if let Some(value) = found.stand_in {
                    self.finder.count(&filled, &mut tally);
                    self.finder.uncount(value, found.stood_in() as u32, &mut tally);
                }
            }
            self.finder.settle(&mut tally, &mut cells);
        }
        let above = cells.pop().unwrap_or(0);
        Histogram { below: cells[0], counts: cells.split_off(1), above, specials }
    }
}

const RUN: usize = 1 << 30;

/// The edges as values of the type see them, the last one just above itself, so that the last
/// bin is closed. Edges that no value reaches are left out.
fn closed<T: Countable>(edges: &Edges) -> Vec<T> {
    let mut converted = edges.convert::<T>();
    if converted.len() == edges.len() {
        converted.pop();
        converted.extend(just_above::<T>(edges.get(edges.len() - 1)));
    }
    converted
}

/// The smallest value of the type above the edge; `None` when there is none.
fn just_above<T: Countable>(edge: Scalar) -> Option<T> {
    match edge {
        Scalar::Float(edge) if T::INTEGER => T::ceil_integer((edge.floor() as i128).saturating_add(1)),
        Scalar::Float(edge) => T::ceil_float(edge.next_up()),
        Scalar::Integer(edge) if T::INTEGER => T::ceil_integer(edge + 1),
        Scalar::Integer(edge) => {
            let near = edge as f64;
            T::ceil_float(if near as i128 > edge { near } else { near.next_up() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bins, Histogram};
    use crate::batch::Bits;
    use crate::scalar::{Countable, Edges};
    use proptest::prelude::*;

    fn count<T: Countable>(edges: &Edges, values: &[T]) -> Histogram {
        Bins::new(edges).expect("edges that ascend").count(values, None)
    }

    #[test]
    fn the_last_bin_is_closed_in_every_type() {
        let edges = Edges::Float(vec![0.0, 0.5, 2.5]);
        let counted = count(&edges, &[-0.1, -0.0, 0.5, 2.5, 2.5_f64.next_up(), f64::NAN]);
        let expected = Histogram { counts: vec![1, 2], below: 1, above: 1, specials: [0, 1, 0, 0] };
        assert_eq!(counted, expected);
        assert_eq!(count(&edges, &[2.5_f32, 2.5_f32.next_up()]).above, 1);
        assert_eq!(count(&edges, &[0_i8, 1, 2, 3]).counts, [1, 2]);
        // Above 2^53 an integer edge stays what it is, also for doubles.
        let wide = Edges::Integer(vec![0, (1 << 60) + 1]);
        assert_eq!(count(&wide, &[(1_i64 << 60) + 1, (1 << 60) + 2]).counts, [1]);
        assert_eq!(count(&wide, &[2_f64.powi(60), 2_f64.powi(60).next_up()]).counts, [1]);
        let rim = Edges::Float(vec![-1e300, 0.0, 1e300]);
        assert_eq!(count(&rim, &[i64::MIN, -1, 0, i64::MAX]).counts, [2, 2]);
        assert_eq!(count(&Edges::Integer(vec![0, 1, 300]), &[0_u8, 1, 255]).counts, [1, 2]);
    }

    #[test]
    fn edges_that_make_no_bins_are_refused() {
        for edges in [vec![], vec![1.0], vec![1.0, 0.0], vec![0.0, f64::NAN], vec![0.0, f64::INFINITY]] {
            assert!(Bins::<f64>::new(&Edges::Float(edges)).is_err());
        }
    }

    proptest! {
        #[test]
        fn every_row_is_somewhere_once(
            mut edges in prop::collection::vec(-9.0_f64..9.0, 2..40),
            values in prop::collection::vec(prop_oneof![-10.0_f64..10.0, Just(f64::NAN), Just(f64::INFINITY)], 0..3000),
            bytes in prop::collection::vec(any::<u8>(), 400),
        ) {
            edges.sort_by(f64::total_cmp);
            let bins = Bins::new(&Edges::Float(edges.clone())).unwrap();
            let found = bins.count(&values, Some(Bits::new(&bytes, 3)));
            let held: Vec<f64> =
                values.iter().enumerate().filter(|(i, v)| bytes[(i + 3) / 8] >> ((i + 3) % 8) & 1 == 1 && v.is_finite()).map(|(_, v)| *v).collect();
            for (i, count) in found.counts.iter().enumerate() {
                let last = i + 2 == edges.len();
                let inside = |v: &&f64| **v >= edges[i] && (**v < edges[i + 1] || (last && **v == edges[i + 1]));
                prop_assert_eq!(*count, held.iter().filter(inside).count() as u64);
            }
            prop_assert_eq!(found.below, held.iter().filter(|v| **v < edges[0]).count() as u64);
            let rows = found.counts.iter().sum::<u64>() + found.below + found.above + found.specials.iter().sum::<u64>();
            prop_assert_eq!(rows, values.len() as u64);
        }
    }
}
