//! The two passes over the rows: count in buckets, gather what matters.

use std::ops::Range;

use tallystick_kernels::buckets::{BUCKETS, Map};

use super::chunk::{Chunk, Gathered, Point, Tally, Wanted};
use super::line::Key;
use super::search::{Below, Search};
use super::spread::{SAMPLE, choose, pivots, row};
use super::{Outcome, few, heavy, outcome, sorted};
use crate::parallel::each;
use crate::state::Specials;

/// Fewer rows than this are not worth a thread of their own.
const ROWS_A_THREAD: usize = 500_000;
/// No part has more rows, so that the buckets of a part are counted in 32 bits.
const MOST_ROWS_A_PART: usize = 1 << 31;

type Side<'a, K> = Vec<Box<dyn Chunk<K> + 'a>>;

/// Both sides, divided among threads.
struct Passes<'s, 'a, K> {
    sides: &'s [Side<'a, K>; 2],
    rows: [usize; 2],
    parts: usize,
    sample: Vec<Point<K>>,
    map: Map,
}

/// A bucket that matters.
struct Chosen {
    bound: u128,
    bucket: usize,
    from: Below,
    to: Below,
}

pub(super) fn count<K: Key>(sides: &[Side<'_, K>; 2], rows: [usize; 2], threads: usize) -> Outcome {
    let all = rows[0] + rows[1];
    let worth = threads.min(all / ROWS_A_THREAD).max(1);
    let parts = worth.max(rows[0].max(rows[1]).div_ceil(MOST_ROWS_A_PART));
    let sample = sample(sides, rows);
    let linear = sides.iter().flatten().all(|chunk| chunk.is_linear());
    let map = choose(&sample, linear);
    let passes = Passes { sides, rows, parts, sample, map };
    let tallies = passes.tally();
    let mut specials = [Specials::default(); 2];
    let mut tables = [vec![0_u64; BUCKETS], vec![0_u64; BUCKETS]];
    for part in &tallies {
        for ((table, specials), tally) in tables.iter_mut().zip(&mut specials).zip(part) {
            table.iter_mut().zip(&tally.table).for_each(|(sum, rows)| *sum += u64::from(*rows));
            *specials = together(*specials, tally.specials);
        }
    }
    let (n, m) = (tables[0].iter().sum(), tables[1].iter().sum());
    if few(n, m) {
        // Most rows were missing.
        return sorted(sides);
    }
    let mut search = Search::new(n, m, heavy(n, m));
    let chosen = choose_buckets(&mut search, &tables);
    passes.resolve(&tallies, chosen, &mut search);
    outcome(specials, n, m, search, None)
}

fn together(a: Specials, b: Specials) -> Specials {
    let (a, b) = (a.to_array(), b.to_array());
    Specials::from_array(std::array::from_fn(|i| a[i] + b[i]))
}

/// Values of both sides, sorted.
fn sample<K: Key>(sides: &[Side<'_, K>; 2], rows: [usize; 2]) -> Vec<Point<K>> {
    let mut sample = Vec::with_capacity(2 * SAMPLE);
    for (side, rows) in sides.iter().zip(rows).filter(|(_, rows)| *rows > 0) {
        let mut starts = Vec::with_capacity(side.len());
        side.iter().fold(0, |start, chunk| {
            starts.push(start);
            start + chunk.rows()
        });
        sample.extend((0..SAMPLE.min(rows)).filter_map(|i| {
            let row = row(i, rows);
            let chunk = starts.partition_point(|start| *start <= row) - 1;
            side[chunk].point(row - starts[chunk])
        }));
    }
    sample.sort_unstable_by_key(|point| point.key);
    sample
}

/// Visits the ends of all buckets; the buckets that matter then, the most promising first.
fn choose_buckets(search: &mut Search, [reference, current]: &[Vec<u64>; 2]) -> Vec<Chosen> {
    let mut chosen = Vec::with_capacity(BUCKETS);
    let mut from = (0, 0);
    for (bucket, (r, c)) in reference.iter().zip(current).enumerate() {
        let to = (from.0 + r, from.1 + c);
        search.visit(to);
        chosen.push(Chosen { bound: search.bound(from, to), bucket, from, to });
        from = to;
    }
    chosen.retain(|one| search.matters(one.from, one.to));
    chosen.sort_unstable_by_key(|one| std::cmp::Reverse((one.bound, one.bucket)));
    chosen
}

impl<K: Key> Passes<'_, '_, K> {
    /// Calls `with` on the chunks of one part of a side.
    fn each(&self, side: usize, part: usize, mut with: impl FnMut(&dyn Chunk<K>, Range<usize>)) {
        let end_of = |part: usize| (self.rows[side] as u128 * part as u128 / self.parts as u128) as usize;
        let (from, to) = (end_of(part), end_of(part + 1));
        let mut start = 0;
        for chunk in &self.sides[side] {
            let end = start + chunk.rows();
            let (first, last) = (from.max(start), to.min(end));
            if first < last {
                with(chunk.as_ref(), first - start..last - start);
            }
            start = end;
        }
    }

    /// Rows in each bucket, part by part and side by side.
    fn tally(&self) -> Vec<[Tally; 2]> {
        each(self.parts, self.parts, |part| {
            [0, 1].map(|side| {
                let mut tally = Tally::new();
                self.each(side, part, |chunk, rows| chunk.count(rows, &self.map, &mut tally));
                tally
            })
        })
    }

    fn resolve(&self, tallies: &[[Tally; 2]], chosen: Vec<Chosen>, search: &mut Search) {
        let mut wanted = Wanted { buckets: vec![false; BUCKETS], pivots: pivots(&self.sample, &self.map) };
        chosen.iter().for_each(|one| wanted.buckets[one.bucket] = true);
        let gathered = each(self.parts, self.parts, |part| {
            [0, 1].map(|side| {
                let mut into = Gathered::new(&tallies[part][side], &wanted);
                self.each(side, part, |chunk, rows| chunk.gather(rows, &self.map, &wanted, &mut into));
                into
            })
        });
        for one in chosen {
            // What was found meanwhile may have settled it.
            if search.matters(one.from, one.to) {
                let keys = [0, 1].map(|side| {
                    let parts: Vec<&[K]> =
                        gathered.iter().map(|part| part[side].bucket(one.bucket)).collect();
                    parts.concat()
                });
                resolve_bucket(search, &one, keys, wanted.pivots[one.bucket]);
            }
        }
    }
}

/// A bucket is what lies below its pivot, the pivot, and what lies above.
fn resolve_bucket<K: Key>(search: &mut Search, one: &Chosen, keys: [Vec<K>; 2], pivot: Option<K>) {
    let Some(pivot) = pivot else {
        let [r, c] = keys;
        return search.resolve(r, c, one.from);
    };
    let [(r_below, r_above), (c_below, c_above)] =
        keys.map(|keys| keys.into_iter().partition::<Vec<K>, _>(|key| *key < pivot));
    let below = (one.from.0 + r_below.len() as u64, one.from.1 + c_below.len() as u64);
    let above = (one.to.0 - r_above.len() as u64, one.to.1 - c_above.len() as u64);
    search.resolve(r_below, c_below, one.from);
    search.one_value(below, above);
    search.resolve(r_above, c_above, above);
}
