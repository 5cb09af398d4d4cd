//! Monotone maps of the number line to table entries, and the choice between them.

use std::ops::Range;

use crate::Number;

/// A monotone map to `0..entries`.
#[derive(Clone, Debug)]
pub(super) enum Map {
    /// Equal steps of the order-preserving key: even in the value for integers, even in the
    /// logarithm for floats.
    Key { origin: u64, shift: u32, last: u64 },
    /// Equal steps of the value.
    Grid { origin: f64, scale: f64, last: f64 },
}

impl Map {
    #[inline]
    pub(super) fn entry<T: Number>(&self, value: T) -> usize {
        let entry = match *self {
            Self::Key { origin, shift, last } => key_entry(value, origin, shift, last),
            Self::Grid { origin, scale, last } => grid_entry(value, origin, scale, last),
        };
        entry as usize
    }

    /// Writes the entry of each value, the map's constants held outside the loop.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "compiled anew in each clone of its callers")]
    pub(super) fn entries<T: Number>(&self, values: &[T], entries: &mut [u32]) {
        let pairs = entries.iter_mut().zip(values);
        match *self {
            Self::Key { origin, shift, last } => {
                pairs.for_each(|(entry, &value)| *entry = key_entry(value, origin, shift, last));
            }
            Self::Grid { origin, scale, last } => {
                pairs.for_each(|(entry, &value)| *entry = grid_entry(value, origin, scale, last));
            }
        }
    }
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "compiled anew in each clone of its callers")]
fn key_entry<T: Number>(value: T, origin: u64, shift: u32, last: u64) -> u32 {
    (value.key().saturating_sub(origin) >> shift).min(last) as u32
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "compiled anew in each clone of its callers")]
fn grid_entry<T: Number>(value: T, origin: f64, scale: f64, last: f64) -> u32 {
    // Subtraction, multiplication and clamping are monotone, each correctly rounded with one
    // variable operand; an overflow to infinity is clamped too.
    let step = (value.to_f64() - origin) * scale;
    let step = if step > 0.0 { step } else { 0.0 };
    let step = if step < last { step } else { last };
    // SAFETY: step lies between 0 and `last`, which is below 2^15; NaN became 0 above.
    unsafe { step.to_int_unchecked::<i32>() as u32 }
}

const SMALLEST: usize = 64;
const LARGEST: usize = 1 << 15;

/// The map and table size that leave the fewest busy edges sharing an entry, the smaller table
/// first.
pub(super) fn choose<T: Number>(edges: &[T], busy: Range<usize>) -> (Map, usize) {
    let busy = &edges[busy];
    let mut best: Option<(usize, usize, Map)> = None;
    let mut entries = SMALLEST;
    while entries <= LARGEST {
        for map in candidates(busy, entries) {
            let sharing = sharing(busy, &map);
            if best.as_ref().is_none_or(|(fewest, _, _)| sharing < *fewest) {
                best = Some((sharing, entries, map));
            }
        }
        if best.as_ref().is_some_and(|(fewest, _, _)| *fewest == 0) {
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
    let span = high.key() - low.key();
    let shift = (u64::BITS - (span / (entries as u64 - 2)).leading_zeros()).min(63);
    let origin = low.key().saturating_sub(1_u64 << shift);
    let mut maps = vec![Map::Key { origin, shift, last: entries as u64 - 1 }];
    let scale = (entries - 2) as f64 / (high.to_f64() - low.to_f64());
    let step = 1.0 / scale;
    if !T::LINEAR_KEY && scale.is_normal() && step.is_normal() {
        maps.push(Map::Grid { origin: low.to_f64() - step, scale, last: (entries - 1) as f64 });
    }
    maps
}

/// How many edges share their entry with the one before.
fn sharing<T: Number>(edges: &[T], map: &Map) -> usize {
    edges.windows(2).filter(|pair| map.entry(pair[0]) == map.entry(pair[1])).count()
}
