//! Counts values in thousands of buckets, wherever those begin and end.
//!
//! A bucket is what a monotone map of the line sends to one number. Unlike a cell it has no
//! edges that anybody asked for: whoever counts in buckets goes back to the values of those that
//! matter. So the map may be whatever is fast and spreads the values well; all that has to hold
//! is that a smaller value never has a larger bucket, and that equal ones share theirs.

use crate::Number;
use crate::isa::cloned;

/// Number of buckets: more make a table leave the nearest caches, fewer leave more to go through.
pub const BUCKETS: usize = 1 << 14;
const LAST: u64 = BUCKETS as u64 - 1;
/// Adding this to a small number leaves that number, rounded, in the low bits.
const TO_INTEGER: f64 = (1_u64 << 52) as f64;
/// Values whose buckets are found at a time.
const BLOCK: usize = 1024;

/// A monotone map of finite values to `0..BUCKETS`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Map {
    /// Equal steps of the order-preserving key: of integers, equal steps of the value.
    Steps {
        /// Key of the first bucket's first value.
        origin: u64,
        /// A bucket holds `2^shift` keys.
        shift: u32,
    },
    /// Equal steps of the value.
    Grid {
        /// Middle of the first bucket.
        origin: f64,
        /// Buckets per unit.
        scale: f64,
    },
    /// Equal steps of the value near a centre, equal ratios of the distance far from it.
    Log {
        /// Values below it have buckets below `middle`.
        centre: f64,
        /// The distance at which steps turn into ratios.
        floor: f64,
        /// A bucket holds `2^shift` doubles between `floor` and twice that.
        shift: u32,
        /// The centre's bucket, above 0.
        middle: u32,
    },
}

/// [`Map::Log`], ready to be applied: its constants worked out once.
#[derive(Clone, Copy)]
struct Log {
    centre: f64,
    floor: f64,
    shift: u32,
    middle: u64,
    /// Furthest that is told apart below and above the centre, the floor added.
    tops: (f64, f64),
}

impl Log {
    fn new(centre: f64, floor: f64, shift: u32, middle: u32) -> Self {
        let middle = u64::from(middle).clamp(1, LAST);
        let top = |most: u64| {
            let steps = most.checked_shl(shift).filter(|steps| steps >> shift == most);
            let top = floor.to_bits().saturating_add(steps.unwrap_or(u64::MAX));
            f64::from_bits(top.min(f64::MAX.to_bits()))
        };
        Self { centre, floor, shift, middle, tops: (top(middle - 1), top(LAST - middle)) }
    }

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "compiled anew in each clone of its callers")]
    fn bucket(self, value: f64) -> u32 {
        let distance = value - self.centre;
        let top = if distance < 0.0 { self.tops.0 } else { self.tops.1 };
        // Each step is monotone and correctly rounded; positive doubles order as their bits do.
        let far = distance.abs() + self.floor;
        let far = if far < top { far } else { top };
        // As many as there are buckets on that side, at most: `far` lies between `floor` and
        // `top`. Checks would keep the loop from becoming vectors.
        let steps = far.to_bits().wrapping_sub(self.floor.to_bits()).wrapping_shr(self.shift);
        let below = (self.middle - 1).wrapping_sub(steps);
        (if distance < 0.0 { below } else { steps.wrapping_add(self.middle) }) as u32
    }
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "compiled anew in each clone of its callers")]
fn grid(value: f64, origin: f64, scale: f64) -> u32 {
    let step = (value - origin) * scale;
    let step = if step > 0.0 { step } else { 0.0 };
    let step = if step < LAST as f64 { step } else { LAST as f64 };
    (step + TO_INTEGER).to_bits() as u32
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "compiled anew in each clone of its callers")]
fn steps(key: u64, origin: u64, shift: u32) -> u32 {
    (key.saturating_sub(origin) >> shift).min(LAST) as u32
}

impl Map {
    /// The bucket of a finite value, told by its key and the nearest double.
    #[must_use]
    pub fn bucket(&self, key: u64, value: f64) -> usize {
        let bucket = match *self {
            Self::Steps { origin, shift } => steps(key, origin, shift),
            Self::Grid { origin, scale } => grid(value, origin, scale),
            Self::Log { centre, floor, shift, middle } => {
                Log::new(centre, floor, shift, middle).bucket(value)
            }
        };
        bucket as usize
    }
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "compiled anew in each clone of its callers")]
fn each<T: Number>(map: &Map, values: &[T], buckets: &mut [u32]) {
    let pairs = buckets.iter_mut().zip(values);
    match *map {
        Map::Steps { origin, shift } => {
            pairs.for_each(|(bucket, value)| *bucket = steps(value.key(), origin, shift));
        }
        Map::Grid { origin, scale } => {
            pairs.for_each(|(bucket, value)| *bucket = grid(value.to_f64(), origin, scale));
        }
        Map::Log { centre, floor, shift, middle } => {
            let log = Log::new(centre, floor, shift, middle);
            pairs.for_each(|(bucket, value)| *bucket = log.bucket(value.to_f64()));
        }
    }
}

cloned! {
/// Writes the bucket of each finite value, and the places of those whose bucket is wanted; how
/// many they are. At most 2^16 values.
///
/// # Panics
/// If `wanted` has not [`BUCKETS`] entries, or an output fewer than there are values.
pub fn select<T: Number>(
    map: &Map,
    values: &[T],
    wanted: &[bool],
    buckets: &mut [u32],
    places: &mut [u16],
) -> usize {
    let wanted: &[bool; BUCKETS] = wanted.try_into().expect("one entry a bucket");
    let (buckets, places) = (&mut buckets[..values.len()], &mut places[..values.len()]);
    each(map, values, buckets);
    let mut many = 0;
    for (place, &bucket) in buckets.iter().enumerate() {
        // Written always and kept sometimes: there is no branch to foresee.
        places[many] = place as u16;
        many += usize::from(wanted[bucket as usize % BUCKETS]);
    }
    many
}
}

cloned! {
/// Adds one to `table[bucket]` for each finite value; fewer than 2^32 of them to a table.
///
/// # Panics
/// If the table has not [`BUCKETS`] entries.
pub fn count<T: Number>(map: &Map, values: &[T], table: &mut [u32]) {
    let table: &mut [u32; BUCKETS] = table.try_into().expect("one entry a bucket");
    let mut buckets = [0_u32; BLOCK];
    for block in values.chunks(BLOCK) {
        each(map, block, &mut buckets[..block.len()]);
        for &bucket in &buckets[..block.len()] {
            // Buckets are below BUCKETS; said again, it spares the check.
            let bucket = bucket as usize % BUCKETS;
            table[bucket] = table[bucket].wrapping_add(1);
        }
    }
}
}

/// What [`count`] must do.
pub fn naive_count<T: Number>(map: &Map, values: &[T], table: &mut [u32]) {
    for value in values {
        table[map.bucket(value.key(), value.to_f64())] += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::{BUCKETS, Map, count, naive_count, select};
    use crate::Number;
    use crate::present::finite;
    use proptest::prelude::*;

    fn maps() -> impl Strategy<Value = Map> {
        let finite = || any::<f64>().prop_filter("finite", |x| x.is_finite());
        let positive =
            || any::<f64>().prop_map(f64::abs).prop_filter("positive", |x| *x > 0.0 && x.is_finite());
        prop_oneof![
            (any::<u64>(), 0..64_u32).prop_map(|(origin, shift)| Map::Steps { origin, shift }),
            (finite(), positive()).prop_map(|(origin, scale)| Map::Grid { origin, scale }),
            (finite(), positive(), 0..64_u32, any::<u32>())
                .prop_map(|(centre, floor, shift, middle)| Map::Log { centre, floor, shift, middle }),
            (-2.0..2.0, 1e-3..10.0_f64).prop_map(|(origin, scale)| Map::Grid { origin, scale }),
            (-2.0..2.0, 1e-3..10.0_f64, 30..52_u32, 0..BUCKETS as u32)
                .prop_map(|(centre, floor, shift, middle)| Map::Log { centre, floor, shift, middle }),
        ]
    }

    fn hold<T: Number>(map: &Map, mut values: Vec<T>) -> Result<(), TestCaseError> {
        prop_assert_eq!(finite(&values), values.iter().all(|value| value.is_finite()));
        values.retain(|value| value.is_finite());
        values.sort_by_key(|value| value.key());
        let (mut table, mut naive) = (vec![0; BUCKETS], vec![0; BUCKETS]);
        count(map, &values, &mut table);
        naive_count(map, &values, &mut naive);
        prop_assert_eq!(table, naive);
        let (mut buckets, mut places) = (vec![0; values.len()], vec![0; values.len()]);
        let wanted: Vec<bool> = (0..BUCKETS).map(|bucket| bucket % 3 == 1).collect();
        let many = select(map, &values, &wanted, &mut buckets, &mut places);
        let naive: Vec<u16> = (0..values.len() as u16).filter(|i| buckets[*i as usize] % 3 == 1).collect();
        prop_assert_eq!(&places[..many], &naive[..]);
        prop_assert!(buckets.is_sorted());
        prop_assert!(buckets.iter().all(|bucket| (*bucket as usize) < BUCKETS));
        for pair in values.windows(2).zip(buckets.windows(2)) {
            prop_assert!(pair.0[0] != pair.0[1] || pair.1[0] == pair.1[1]);
        }
        Ok(())
    }

    #[test]
    fn one_value_that_is_not_finite_is_seen_wherever_it_is() {
        for len in 1..70 {
            let values = vec![-1.5e300; len];
            assert!(finite(&values));
            for place in 0..len {
                for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                    let mut values = values.clone();
                    values[place] = odd;
                    assert!(!finite(&values));
                }
            }
        }
    }

    proptest! {
        #[test]
        fn a_smaller_value_never_has_a_larger_bucket(
            map in maps(),
            floats in prop::collection::vec(prop_oneof![any::<f64>(), Just(f64::NAN), Just(f64::INFINITY), -3.0..3.0, Just(0.0), Just(-0.0)], 0..60),
            narrow in prop::collection::vec(any::<f32>(), 0..60),
            integers in prop::collection::vec(prop_oneof![any::<i64>(), -9..9_i64], 0..60),
            unsigned in prop::collection::vec(any::<u64>(), 0..60),
            bytes in prop::collection::vec(any::<u8>(), 0..60),
        ) {
            hold(&map, floats)?;
            hold(&map, narrow)?;
            hold(&map, integers)?;
            hold(&map, unsigned)?;
            hold(&map, bytes)?;
        }
    }
}
