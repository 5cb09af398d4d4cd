//! Monotone maps of the number line to table entries, and the choice between them.

use std::ops::Range;

use crate::Number;
use crate::isa::cloned;
use crate::number::clamped;

/// A monotone map to `0..entries`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Map {
    /// Equal steps of the order-preserving key: even in the value for integers, even in the
    /// logarithm for floats.
    Key { origin: u64, shift: u32, last: u32 },
    /// Equal steps of the value.
    Grid { origin: f64, scale: f64, last: f64 },
    /// Equal steps of `u / (1 + |u|)`, `u` the value in units of the middle half: even in the
    /// middle, thinning out toward both ends however far they are.
    Rational { centre: f64, scale: f64, half: f64, last: f64 },
}

impl Map {
    pub(super) fn entry<T: Number>(&self, value: T) -> usize {
        let mut entry = [0];
        self.entries(&[value], &mut entry);
        entry[0] as usize
    }

    /// Writes the entry of each value.
    pub(super) fn entries<T: Number>(&self, values: &[T], entries: &mut [u32]) {
        match *self {
            Self::Key { origin, shift, last } => key_entries(values, origin, shift, last, entries),
            Self::Grid { origin, scale, last } => grid_entries(values, origin, scale, last, entries),
            Self::Rational { centre, scale, half, last } => {
                rational_entries(values, centre, scale, half, last, entries);
            }
        }
    }
}

cloned! {
fn key_entries<T: Number>(values: &[T], origin: u64, shift: u32, last: u32, entries: &mut [u32]) {
    for (entry, &value) in entries.iter_mut().zip(values) {
        *entry = value.key_entry(origin, shift, last);
    }
}
}

cloned! {
fn grid_entries<T: Number>(values: &[T], origin: f64, scale: f64, last: f64, entries: &mut [u32]) {
    for (entry, &value) in entries.iter_mut().zip(values) {
        *entry = value.grid_entry(origin, scale, last);
    }
}
}

cloned! {
fn rational_entries<T: Number>(
    values: &[T],
    centre: f64,
    scale: f64,
    half: f64,
    last: f64,
    entries: &mut [u32],
) {
    for (entry, &value) in entries.iter_mut().zip(values) {
        // Each step is correctly rounded and has one variable operand, so each is monotone:
        // 1 + |u| rises with |u|, its inverse falls, and 1 less that rises again.
        let u = (value.to_f64() - centre) * scale;
        let size = 1.0 - 1.0 / (1.0 + u.abs());
        let y = if u < 0.0 { -size } else { size };
        *entry = clamped!((y + 1.0) * half, last);
    }
}
}

const SMALLEST: usize = 64;
const LARGEST: usize = 1 << 15;
/// A larger table must pay: with many columns it comes from far away for every batch, so a few
/// edges of a small sample that happen to lie together are searched for instead.
const LARGE: usize = 1 << 11;

/// The map and table size that leave the fewest busy edges sharing an entry, the smaller table
/// and the cheaper map first.
pub(super) fn choose<T: Number>(edges: &[T], busy: Range<usize>) -> (Map, usize) {
    let busy = &edges[busy];
    let mut best: Option<(usize, usize, Map)> = None;
    let mut entries = SMALLEST;
    let mut found = vec![0; busy.len()];
    while entries <= LARGEST {
        for map in candidates(busy, entries) {
            map.entries(busy, &mut found);
            let sharing = found.windows(2).filter(|pair| pair[0] == pair[1]).count();
            if best.as_ref().is_none_or(|(fewest, _, _)| sharing < *fewest) {
                best = Some((sharing, entries, map));
            }
        }
        let most = if entries < LARGE { 0 } else { busy.len() / 40 };
        if best.as_ref().is_some_and(|(fewest, _, _)| *fewest <= most) {
            break;
        }
        entries *= 2;
    }
    let (_, entries, map) = best.expect("the key map is always a candidate");
    (map, entries)
}

/// Maps that spread the busy edges over all entries but the first and the last, which take
/// what lies beyond them.
fn candidates<T: Number>(busy: &[T], entries: usize) -> Vec<Map> {
    let (low, high) = (busy[0], busy[busy.len() - 1]);
    let span = high.narrow_key() - low.narrow_key();
    let shift = u64::BITS - (span / (entries as u64 - 2)).leading_zeros();
    // A key has as many bits as its type: what is left after the shift still fits it.
    let shift = shift.min(8 * size_of::<T>().max(4) as u32 - 1);
    let origin = low.narrow_key().saturating_sub(1_u64 << shift);
    let mut maps = vec![Map::Key { origin, shift, last: entries as u32 - 1 }];
    if T::LINEAR_KEY {
        return maps;
    }
    let last = (entries - 1) as f64;
    let (low, high) = (low.to_f64(), high.to_f64());
    let scale = (entries - 2) as f64 / (high - low);
    let step = 1.0 / scale;
    if scale.is_normal() && step.is_normal() {
        maps.push(Map::Grid { origin: low - step, scale, last });
    }
    let quarter = |share: usize| busy[busy.len() * share / 4].to_f64();
    let scale = 2.0 / (quarter(3) - quarter(1));
    if scale.is_normal() {
        maps.push(Map::Rational { centre: quarter(2), scale, half: entries as f64 / 2.0, last });
    }
    maps
}
