//! Chunks of one side, whatever their type: read for a sample, counted in buckets, gathered.

use std::marker::PhantomData;
use std::ops::Range;

use tallystick_kernels::BLOCK;
use tallystick_kernels::buckets::{self, BUCKETS, Map};
use tallystick_kernels::present::{all_finite, fill, keep_only};

use super::line::{Key, Line};
use crate::batch::{Bits, Numbers};
use crate::scalar::Countable;
use crate::state::Specials;

/// A value of the sample.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point<K> {
    pub key: K,
    pub near: f64,
}

/// Which buckets are gathered.
pub(super) struct Wanted<K> {
    pub buckets: Vec<bool>,
    /// A value of the bucket that is left out: its rows are what the others leave.
    pub pivots: Vec<Option<K>>,
}

/// Rows of one part of a side in each bucket.
#[derive(Debug)]
pub(super) struct Tally {
    pub table: Vec<u32>,
    pub specials: Specials,
}

impl Tally {
    pub(super) fn new() -> Self {
        Self { table: vec![0; BUCKETS], specials: Specials::default() }
    }
}

/// Keys of one part of a side, those of a bucket side by side.
pub(super) struct Gathered<K> {
    keys: Vec<K>,
    starts: Vec<usize>,
    ends: Vec<usize>,
}

impl<K: Key> Gathered<K> {
    /// Room for all rows of the wanted buckets; what pivots leave empty is never touched.
    pub(super) fn new(tally: &Tally, wanted: &Wanted<K>) -> Self {
        let mut room = 0;
        let rows = tally.table.iter().zip(&wanted.buckets);
        let starts: Vec<usize> = rows
            .map(|(&rows, &wanted)| {
                let start = room;
                room += if wanted { rows as usize } else { 0 };
                start
            })
            .collect();
        Self { keys: vec![K::default(); room], ends: starts.clone(), starts }
    }

    fn push(&mut self, bucket: usize, key: K) {
        self.keys[self.ends[bucket]] = key;
        self.ends[bucket] += 1;
    }

    pub(super) fn bucket(&self, bucket: usize) -> &[K] {
        &self.keys[self.starts[bucket]..self.ends[bucket]]
    }
}

/// Values of one side that lie together in memory.
pub(super) trait Chunk<K>: Sync {
    fn rows(&self) -> usize;
    /// Whether equal steps of the key are equal steps of the value.
    fn is_linear(&self) -> bool;
    /// The value of a row, if it takes part.
    fn point(&self, row: usize) -> Option<Point<K>>;
    fn count(&self, rows: Range<usize>, map: &Map, tally: &mut Tally);
    fn gather(&self, rows: Range<usize>, map: &Map, wanted: &Wanted<K>, into: &mut Gathered<K>);
    fn keys(&self, into: &mut Vec<K>, specials: &mut Specials);
}

struct Typed<'a, T, L> {
    values: &'a [T],
    validity: Option<Bits<'a>>,
    line: PhantomData<L>,
}

/// A chunk whose values become keys on the line L.
pub(super) fn on_line<'a, L: Line>(
    (numbers, validity): &(Numbers<'a>, Option<Bits<'a>>),
) -> Box<dyn Chunk<L::Key> + 'a> {
    macro_rules! typed {
        ($($type:ident),*) => {
            match *numbers {
                $(Numbers::$type(values) => {
                    Box::new(Typed { values, validity: *validity, line: PhantomData::<L> })
                })*
            }
        };
    }
    typed!(F64, F32, I8, I16, I32, I64, U8, U16, U32, U64)
}

impl<T: Countable, L: Line> Typed<'_, T, L> {
    /// Calls `with` on the values of each block that take part, and counts the others.
    fn each_block(&self, rows: Range<usize>, specials: &mut Specials, mut with: impl FnMut(&[T])) {
        let (mut kept, mut keep) = (Vec::new(), Vec::new());
        for start in rows.clone().step_by(BLOCK) {
            let block = &self.values[start..rows.end.min(start + BLOCK)];
            let validity = self.validity.map(|bits| bits.from_row(start));
            if all_finite(block, validity) {
                with(block);
            } else {
                specials.add(fill(block, validity, &mut kept, &mut keep).specials);
                keep_only(&mut kept, &keep);
                with(&kept);
            }
        }
    }
}

impl<T: Countable, L: Line> Chunk<L::Key> for Typed<'_, T, L> {
    fn rows(&self) -> usize {
        self.values.len()
    }

    fn is_linear(&self) -> bool {
        L::OWN && T::LINEAR_KEY
    }

    fn point(&self, row: usize) -> Option<Point<L::Key>> {
        let value = self.values[row];
        let present = self.validity.is_none_or(|bits| bits.get(row)) && value.is_finite();
        present.then(|| Point { key: L::key(value), near: value.to_f64() })
    }

    fn count(&self, rows: Range<usize>, map: &Map, tally: &mut Tally) {
        let Tally { table, specials } = tally;
        self.each_block(rows, specials, |values| buckets::count(map, values, table));
    }

    fn gather(&self, rows: Range<usize>, map: &Map, wanted: &Wanted<L::Key>, into: &mut Gathered<L::Key>) {
        let mut found = [0; BLOCK];
        let mut kept = [0_u16; BLOCK];
        self.each_block(rows, &mut Specials::default(), |values| {
            let many = buckets::select(map, values, &wanted.buckets, &mut found, &mut kept);
            for &row in &kept[..many] {
                let (bucket, key) = (found[row as usize] as usize, L::key(values[row as usize]));
                if wanted.pivots[bucket] != Some(key) {
                    into.push(bucket, key);
                }
            }
        });
    }

    fn keys(&self, into: &mut Vec<L::Key>, specials: &mut Specials) {
        self.each_block(0..self.values.len(), specials, |values| {
            into.extend(values.iter().map(|value| L::key(*value)));
        });
    }
}
