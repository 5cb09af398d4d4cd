//! Monotone maps of the number line to table entries, and the choice between them.

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
        match *self {
            Self::Key { origin, shift, last } => key_entry(value, origin, shift, last),
            Self::Grid { origin, scale, last } => grid_entry(value, origin, scale, last),
        }
    }

    /// Calls `with(i, entry)` for each value, the map's constants held outside the loop.
    #[inline]
    pub(super) fn each<T: Number>(&self, values: &[T], mut with: impl FnMut(usize, usize)) {
        match *self {
            Self::Key { origin, shift, last } => {
                for (i, &value) in values.iter().enumerate() {
                    with(i, key_entry(value, origin, shift, last));
                }
            }
            Self::Grid { origin, scale, last } => {
                for (i, &value) in values.iter().enumerate() {
                    with(i, grid_entry(value, origin, scale, last));
                }
            }
        }
    }
}

#[inline]
fn key_entry<T: Number>(value: T, origin: u64, shift: u32, last: u64) -> usize {
    (value.key().saturating_sub(origin) >> shift).min(last) as usize
}

#[inline]
fn grid_entry<T: Number>(value: T, origin: f64, scale: f64, last: f64) -> usize {
    // Subtraction, multiplication and clamping are monotone, each correctly rounded with one
    // variable operand; an overflow to infinity is clamped too.
    let step = (value.to_f64() - origin) * scale;
    let step = if step > 0.0 { step } else { 0.0 };
    let step = if step < last { step } else { last };
    step as i32 as usize
}

const SMALLEST: usize = 64;
const LARGEST: usize = 1 << 15;

/// The map and table size with the fewest edges in the fullest entry, the smaller table first.
pub(super) fn choose<T: Number>(edges: &[T]) -> (Map, usize) {
    let mut best: Option<(usize, usize, Map)> = None;
    let mut entries = SMALLEST;
    while entries <= LARGEST {
        for map in candidates(edges, entries) {
            let fullest = fullest_entry(edges, &map);
            if best.as_ref().is_none_or(|(held, _, _)| fullest < *held) {
                best = Some((fullest, entries, map));
            }
        }
        if best.as_ref().is_some_and(|(held, _, _)| *held <= 1) {
            break;
        }
        entries *= 2;
    }
    let (_, entries, map) = best.expect("the key map is always a candidate");
    (map, entries)
}

fn candidates<T: Number>(edges: &[T], entries: usize) -> Vec<Map> {
    let (low, high) = (edges[0], edges[edges.len() - 1]);
    let span = high.key() - low.key();
    let shift = (u64::BITS - (span / entries as u64).leading_zeros()).min(63);
    let mut maps = vec![Map::Key { origin: low.key(), shift, last: entries as u64 - 1 }];
    let scale = (entries - 1) as f64 / (high.to_f64() - low.to_f64());
    if !T::LINEAR_KEY && scale.is_normal() {
        maps.push(Map::Grid { origin: low.to_f64(), scale, last: (entries - 1) as f64 });
    }
    maps
}

fn fullest_entry<T: Number>(edges: &[T], map: &Map) -> usize {
    let (mut fullest, mut held, mut before) = (0, 0, usize::MAX);
    for &edge in edges {
        let entry = map.entry(edge);
        held = if entry == before { held + 1 } else { 1 };
        before = entry;
        fullest = fullest.max(held);
    }
    fullest
}
