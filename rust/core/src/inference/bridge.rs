//! The limit law of Kolmogorov's distance given the ties: the largest distance from 0 of a
//! Brownian bridge at the points where it can be read.
//!
//! A value that a share of all rows has is a jump of the pooled distribution: the bridge runs on
//! through it, but is read before and after only. Elsewhere it is read everywhere. The chance that
//! the bridge is found at t or beyond is summed up from step to step: over a jump the tails of a
//! normal law, over a stretch the chance of a crossing (a series of mirror images), each from
//! every place within (-t, t) that the bridge may have come to. Places are the nodes of
//! Gauss-Legendre panels, a few to each standard deviation of the steps around them.
//!
//! What is not exact errs on the high side: values too rare to be called atoms count as
//! continuous, stretches shorter than [`SHORTEST`] take what they lack from the jumps beside
//! them (to read the bridge at more points can only find more), and where the law without ties
//! says less than [`NEGLIGIBLE`] its word is taken.

use std::f64::consts::PI;
use std::ops::Range;

use super::{kolmogorov, normal};

/// A stretch that is read is made at least this long: nodes lie as close as it asks for.
const SHORTEST: f64 = 1.0 / 1024.0;
/// Below this the law without ties is not improved upon.
const NEGLIGIBLE: f64 = 1e-15;
/// A bridge that is read for longer than this many t^2 stays within t with a chance below 1e-16.
const CERTAIN: f64 = 33.0;
/// Nodes of a panel, and its width in standard deviations of the narrower step.
const NODES: usize = 16;
const WIDTH: f64 = 6.0;
/// Places further than this many standard deviations from a step's mean are left out.
const FARTHEST: f64 = 11.0;

/// Chance that the limit is at least `t`, when the pooled rows hold these atoms: for each the
/// share of rows below it and the share up to it, ascending.
///
/// 1 for `t <= 0`; `None` when `t` is NaN or the shares are not ascending within [0, 1]. Without
/// atoms this is [`kolmogorov::sf`], which is never exceeded. Error below 1e-9 relative.
#[must_use]
pub fn sf(t: f64, atoms: &[(f64, f64)]) -> Option<f64> {
    let continuous = kolmogorov::sf(t)?;
    let shares: Vec<f64> = atoms.iter().flat_map(|&(from, to)| [from, to]).collect();
    let within = shares.iter().all(|share| (0.0..=1.0).contains(share));
    if !within || !shares.is_sorted() {
        return None;
    }
    if atoms.is_empty() || continuous < NEGLIGIBLE || t <= 0.0 {
        return Some(continuous);
    }
    let read = widened(stretches(atoms));
    if read.iter().any(|stretch| stretch.end - stretch.start > CERTAIN * t * t) {
        return Some(continuous);
    }
    Some(exceeds(t, &read).min(continuous))
}

/// Where the bridge is read: between the atoms, single points where two of them touch.
fn stretches(atoms: &[(f64, f64)]) -> Vec<Range<f64>> {
    let starts = std::iter::once(0.0).chain(atoms.iter().map(|atom| atom.1));
    let ends = atoms.iter().map(|atom| atom.0).chain(std::iter::once(1.0));
    // At its two ends the bridge is 0.
    starts.zip(ends).map(|(start, end)| start..end).filter(|s| s.end > 0.0 && s.start < 1.0).collect()
}

/// Short stretches made longer at the cost of the jumps around them.
fn widened(mut read: Vec<Range<f64>>) -> Vec<Range<f64>> {
    let mut before = 0.0;
    for i in 0..read.len() {
        let after = read.get(i + 1).map_or(1.0, |next| next.start);
        let Range { start, end } = read[i];
        let lacking = SHORTEST - (end - start);
        if end > start && lacking > 0.0 {
            let below = (lacking / 2.0).max(lacking - (after - end) / 2.0).min((start - before) / 2.0);
            let start = start - below.max(0.0);
            read[i] = start..(start + SHORTEST).min(after).max(end);
        }
        before = read[i].end;
    }
    read
}

/// A part of the bridge: read all along, or only at its end.
#[derive(Clone, Copy)]
struct Step {
    from: f64,
    to: f64,
    read: bool,
}

impl Step {
    /// By what share of its value the bridge falls back on average, and its standard deviation.
    fn law(self) -> (f64, f64) {
        let rest = (1.0 - self.to) / (1.0 - self.from);
        (rest, ((self.to - self.from) * rest).sqrt())
    }

    /// Chance of having crossed, given both ends.
    fn crossing(self, t: f64, x: f64, y: f64) -> f64 {
        if !self.read {
            return 0.0;
        }
        let length = self.to - self.from;
        let at_wall = |wall: f64| (-2.0 * (wall - x) * (wall - y) / length).exp();
        let there_and_back = |way: f64| (-2.0 * way * (way + y - x) / length).exp();
        let mut sum = 0.0;
        for k in 1..20 {
            let (odd, even) = (f64::from(2 * k - 1) * t, f64::from(2 * k) * t);
            let met = at_wall(odd) + at_wall(-odd);
            sum += met - there_and_back(even) - there_and_back(-even);
            if met < 1e-18 * sum {
                break;
            }
        }
        sum.clamp(0.0, 1.0)
    }
}

fn steps(read: &[Range<f64>]) -> Vec<Step> {
    let mut steps = Vec::with_capacity(2 * read.len() + 1);
    let mut at = 0.0;
    for stretch in read {
        for (to, read) in [(stretch.start, false), (stretch.end, true)] {
            if to > at {
                steps.push(Step { from: at, to, read });
                at = to;
            }
        }
    }
    steps
}

/// Places within (0, t), each with the chance that the bridge is there or as far below 0, and was
/// never beyond: up and down are alike.
struct Places {
    at: Vec<f64>,
    chance: Vec<f64>,
}

fn exceeds(t: f64, read: &[Range<f64>]) -> f64 {
    let rule = legendre();
    let steps = steps(read);
    let mut places = Places { at: vec![0.0], chance: vec![1.0] };
    let mut beyond = 0.0;
    for (i, step) in steps.iter().enumerate() {
        if step.to >= 1.0 {
            let last = places.at.iter().zip(&places.chance);
            beyond += last.map(|(x, chance)| chance * step.crossing(t, *x, 0.0)).sum::<f64>();
            break;
        }
        let following = steps.get(i + 1).map_or(f64::INFINITY, |next| next.to - next.from);
        let (next, weights) = nodes(t, step.law().1.min(following.sqrt()), &rule);
        let mut chance = vec![0.0; next.len()];
        for (x, share) in places.at.iter().zip(&places.chance) {
            beyond += share * spread(*step, t, *x, *share, &next, &weights, &mut chance);
        }
        places = Places { at: next, chance };
    }
    beyond
}

/// Spreads the bridges at x over the next places; the chance that one of them is found beyond t.
fn spread(step: Step, t: f64, x: f64, share: f64, next: &[f64], weights: &[f64], into: &mut [f64]) -> f64 {
    let (rest, sd) = step.law();
    let mean = x * rest;
    let tail = |z: f64| normal::sf(z).unwrap_or(0.0);
    let mut beyond = tail((t - mean) / sd) + tail((t + mean) / sd);
    let norm = 1.0 / (sd * (2.0 * PI).sqrt());
    for side in [1.0, -1.0] {
        let centre = side * mean;
        let first = next.partition_point(|y| *y < centre - FARTHEST * sd);
        let last = next.partition_point(|y| *y <= centre + FARTHEST * sd);
        let near = next[first..last].iter().zip(&weights[first..last]).zip(&mut into[first..last]);
        for ((y, weight), into) in near {
            let z = (y - centre) / sd;
            let density = weight * norm * (-0.5 * z * z).exp();
            let crossing = step.crossing(t, x, side * y);
            beyond += density * crossing;
            *into += share * density * (1.0 - crossing);
        }
    }
    beyond
}

/// Nodes and weights on [0, t] for densities that change over `sd`.
fn nodes(t: f64, sd: f64, rule: &[(f64, f64)]) -> (Vec<f64>, Vec<f64>) {
    let panels = (t / (WIDTH * sd)).ceil().max(1.0);
    let half = t / (2.0 * panels);
    let middles = (0..panels as usize).map(|panel| half * (2 * panel + 1) as f64);
    middles.flat_map(|middle| rule.iter().map(move |(x, w)| (middle + half * x, half * w))).unzip()
}

/// Nodes and weights of Gauss-Legendre on [-1, 1], by Newton's method from Tricomi's estimate.
fn legendre() -> Vec<(f64, f64)> {
    let of = |i: usize| {
        let mut x = -(PI * (i as f64 + 0.75) / (NODES as f64 + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..8 {
            let (mut before, mut value) = (1.0, x);
            for k in 2..=NODES {
                let k = k as f64;
                (before, value) = (value, ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k);
            }
            slope = NODES as f64 * (before - x * value) / (1.0 - x * x);
            x -= value / slope;
        }
        (x, 2.0 / ((1.0 - x * x) * slope * slope))
    };
    (0..NODES).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::{exceeds, kolmogorov, sf, widened};

    #[test]
    fn a_bridge_read_everywhere_follows_kolmogorov_however_it_is_divided() {
        let divisions: [&[f64]; 4] =
            [&[0.5], &[0.1, 0.101, 0.6], &[0.002, 0.998], &[0.2, 0.3, 0.4, 0.5, 0.6, 0.7]];
        for cuts in divisions {
            for t in [0.4, 0.6, 0.9, 1.2, 1.7, 2.5, 4.0] {
                let starts = std::iter::once(0.0).chain(cuts.iter().copied());
                let ends = cuts.iter().copied().chain(std::iter::once(1.0));
                let read: Vec<_> = starts.zip(ends).map(|(from, to)| from..to).collect();
                let (found, law) = (exceeds(t, &read), kolmogorov::sf(t).unwrap());
                assert!((found / law - 1.0).abs() < 1e-9, "{cuts:?} {t}: {found} {law}");
            }
        }
    }

    #[test]
    fn one_point_is_one_normal() {
        // Two values, of 30 and 70 %: the bridge is read at 0.3 only.
        let atoms = [(0.0, 0.3), (0.3, 1.0)];
        for t in [0.05, 0.5, 1.0, 2.0] {
            let expected = crate::inference::normal::two_sided(t / 0.21_f64.sqrt()).unwrap();
            let found = sf(t, &atoms).unwrap();
            assert!((found / expected - 1.0).abs() < 1e-12, "{t}: {found} {expected}");
        }
        assert_eq!(sf(1.0, &[(0.0, 1.0)]), Some(0.0));
        assert_eq!(sf(0.0, &[(0.0, 1.0)]), Some(1.0));
    }

    #[test]
    fn two_points_are_two_normals() {
        // Read at 1/3 and 2/3, correlation 1/2; the double integral by the midpoint rule.
        let t = 0.7;
        let sd = (2.0_f64 / 9.0).sqrt();
        let (steps, z) = (2000, t / sd);
        let at = |i: i32| z * (2.0 * (f64::from(i) + 0.5) / f64::from(steps) - 1.0);
        let mut inside = 0.0;
        for i in 0..steps {
            for j in 0..steps {
                let (x, y) = (at(i), at(j));
                inside += (-(x * x - x * y + y * y) / 1.5).exp();
            }
        }
        let cell = (2.0 * z / f64::from(steps)).powi(2);
        inside *= cell / (2.0 * std::f64::consts::PI * 0.75_f64.sqrt());
        let third = 1.0 / 3.0;
        let found = sf(t, &[(0.0, third), (third, 2.0 * third), (2.0 * third, 1.0)]).unwrap();
        assert!((found - (1.0 - inside)).abs() < 1e-6, "{found} {}", 1.0 - inside);
    }

    #[test]
    fn more_points_never_find_less() {
        let atoms = [(0.1, 0.3), (0.3001, 0.5), (0.5, 0.62)];
        for t in [0.3, 0.7, 1.3, 2.0] {
            let all = sf(t, &atoms).unwrap();
            for fewer in [&atoms[..2], &atoms[1..], &atoms[1..2], &[]] {
                assert!(all <= sf(t, fewer).unwrap() * (1.0 + 1e-9), "{t}");
            }
        }
        assert_eq!((sf(1.0, &[(0.5, 0.4)]), sf(f64::NAN, &[])), (None, None));
    }

    #[test]
    fn short_stretches_grow_into_the_jumps() {
        let read = vec![0.0..0.0001, 0.25..0.25, 0.5..0.5001, 0.9999..1.0];
        let wide = widened(read.clone());
        for (narrow, wide) in read.iter().zip(&wide) {
            assert!(wide.start <= narrow.start && narrow.end <= wide.end && wide.end <= 1.0);
        }
        let lengths: Vec<f64> = wide.iter().map(|s| (s.end - s.start) * 1024.0).collect();
        assert!(lengths.iter().zip([1.0, 0.0, 1.0, 1.0]).all(|(a, b)| (a - b).abs() < 1e-9), "{lengths:?}");
    }
}
