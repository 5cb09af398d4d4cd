//! Which map of the line spreads a sample best over the buckets.

use tallystick_kernels::buckets::{BUCKETS, Map};

use super::chunk::Point;
use super::line::Key;

/// Values taken of each side.
pub(super) const SAMPLE: usize = 2048;
/// No further map is tried once one is within this factor of an even spread.
const GOOD: usize = 4;

/// Where the i-th value of a sample is taken from `rows` rows: evenly, at no regular distance.
pub(super) fn row(i: usize, rows: usize) -> usize {
    let fraction = (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    ((u128::from(fraction) * rows as u128) >> 64) as usize
}

/// The map under which the fewest values of the sorted sample share a bucket with others than
/// their equals. `linear` says that equal steps of the key are equal steps of the value.
pub(super) fn choose<K: Key>(sample: &[Point<K>], linear: bool) -> Map {
    let enough = GOOD * sample.len() * sample.len() / BUCKETS;
    let mut best: Option<(usize, Map)> = None;
    for map in candidates(sample, linear) {
        let cost = cost(sample, &map);
        if best.is_none_or(|(least, _)| cost < least) {
            best = Some((cost, map));
        }
        if cost <= enough {
            break;
        }
    }
    best.map_or(Map::Steps { origin: 0, shift: 0 }, |(_, map)| map)
}

fn candidates<K: Key>(sample: &[Point<K>], linear: bool) -> impl Iterator<Item = Map> {
    let quantile = |per_mille: usize| sample.get(sample.len() * per_mille / 1001);
    // All of the sample, or all but its tails, which then share the outermost buckets.
    let spans = [0, 5, 50].map(|cut| quantile(cut).zip(quantile(1000 - cut)));
    let whole: Vec<Map> = spans.into_iter().flatten().filter_map(|(a, b)| even(a, b, linear)).collect();
    let centres = [quantile(500).map(|p| p.near), Some(0.0), quantile(0).map(|p| p.near)];
    whole.into_iter().chain(centres.into_iter().flatten().flat_map(|centre| logs(sample, centre)))
}

/// Equal steps between two values.
fn even<K: Key>(low: &Point<K>, high: &Point<K>, linear: bool) -> Option<Map> {
    if linear {
        let bits = high.key.bits_from(low.key);
        let shift = bits.saturating_sub(BUCKETS.ilog2());
        let margin = ((BUCKETS as u64 - 1) << shift).saturating_sub(high.key.narrow() - low.key.narrow()) / 2;
        return Some(Map::Steps { origin: low.key.narrow().saturating_sub(margin), shift });
    }
    let scale = (BUCKETS - 3) as f64 / (high.near - low.near);
    let step = 1.0 / scale;
    let sound = scale.is_normal() && step.is_normal();
    sound.then_some(Map::Grid { origin: low.near - step, scale })
}

/// Steps near the centre and ratios far from it, which take over at various distances.
fn logs<K: Key>(sample: &[Point<K>], centre: f64) -> Vec<Map> {
    let distance = |point: &Point<K>| (point.near - centre).abs();
    let mut distances: Vec<f64> = sample.iter().map(distance).filter(|d| *d > 0.0).collect();
    distances.sort_unstable_by(f64::total_cmp);
    if distances.last().is_none_or(|reach| !reach.is_finite()) {
        return Vec::new();
    }
    let floors = [500, 100, 10].map(|per_mille| distances[distances.len() * per_mille / 1001]);
    let ends = [sample.first(), sample.last()].map(|end| end.map_or(centre, |point| point.near));
    let (below, above) = ((centre - ends[0]).max(0.0), (ends[1] - centre).max(0.0));
    let map = |floor: f64| {
        let span = |reach: f64| (reach + floor).to_bits() - floor.to_bits();
        let most = BUCKETS as u64 - 4;
        // As few doubles a bucket as let both sides fit in.
        let shift = (0..64).find(|shift| (span(below) >> shift) + (span(above) >> shift) <= most)?;
        let (low, high) = (span(below) >> shift, span(above) >> shift);
        Some(Map::Log { centre, floor, shift, middle: (1 + low + (most - low - high) / 2) as u32 })
    };
    floors.into_iter().filter_map(map).collect()
}

/// Pairs of a value with a neighbour in its bucket that is not the bucket's most frequent value.
fn cost<K: Key>(sample: &[Point<K>], map: &Map) -> usize {
    runs(sample, map).map(|(_, run)| run.len() * (run.len() - longest(run).1)).sum()
}

/// The sample, bucket by bucket.
fn runs<'s, K: Key>(sample: &'s [Point<K>], map: &Map) -> impl Iterator<Item = (usize, &'s [Point<K>])> {
    let bucket = |point: &Point<K>| map.bucket(point.key.narrow(), point.near);
    sample.chunk_by(move |a, b| bucket(a) == bucket(b)).map(move |run| (bucket(&run[0]), run))
}

/// The most frequent key of a bucket, and how often it is there.
fn longest<K: Key>(run: &[Point<K>]) -> (K, usize) {
    let equal = run.chunk_by(|a, b| a.key == b.key).map(|equal| (equal.len(), equal[0].key));
    equal.max().map_or((K::default(), 0), |(many, key)| (key, many))
}

/// In each bucket a value that seems to be frequent, if there is one.
pub(super) fn pivots<K: Key>(sample: &[Point<K>], map: &Map) -> Vec<Option<K>> {
    let mut pivots = vec![None; BUCKETS];
    for (bucket, run) in runs(sample, map) {
        let (key, many) = longest(run);
        pivots[bucket] = (many > 1).then_some(key);
    }
    pivots
}
