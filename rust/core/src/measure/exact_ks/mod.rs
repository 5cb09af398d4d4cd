//! The Kolmogorov-Smirnov distance of two samples, exactly and without sorting them.
//!
//! `D = max |i m - j n| / (n m)`, where i of the n reference values and j of the m current ones
//! lie at or below a point. Both sides are counted in buckets (one pass). At the buckets' ends the
//! gap is known; within a bucket it cannot exceed what its rows allow. Only buckets that could
//! hold a larger gap than one already seen are gathered (a second pass) and gone through, again
//! by counting. All of it is integers, so nothing depends on the buckets, the sample that chose
//! them, or the number of threads, but the time it takes.
//!
//! The same two passes find every value that many rows share, and how many rows lie below it:
//! what the law of D under no change depends on besides n and m.
//!
//! Null, NaN and infinities take no part. Values of different types are compared as the numbers
//! they are, never through a rounded one.

mod chunk;
mod line;
mod passes;
mod search;
mod spread;
#[cfg(test)]
mod tests;

use chunk::{Chunk, on_line};
use line::{Kind, Line, Mixed, Own};
use search::Search;

use super::MOST_ROWS;
use crate::batch::{Bits, Numbers};
use crate::inference::{bridge, kolmogorov, lattice};
use crate::state::Specials;

/// A run of values of one side that lie together in memory, with their validity.
pub type Values<'a> = (Numbers<'a>, Option<Bits<'a>>);

/// A value is an atom when at least one of this many rows of both sides has it.
pub const ATOM: u64 = 256;
/// Up to so many rows on both sides are sorted straight away.
const FEW_ROWS: usize = 1 << 13;

/// Two samples and their distance.
#[derive(Clone, Debug, PartialEq)]
pub struct Exact {
    /// Values of the reference that take part.
    pub n: u64,
    /// Values of the current side that take part.
    pub m: u64,
    /// How many of each side lie at or below the point where the distance is reached.
    pub at: (u64, u64),
    /// `|i m - j n|` there: the distance times `n m`.
    pub gap: u128,
    /// Which values rows share.
    pub ties: Ties,
}

/// Which values are shared, in rows of both sides together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ties {
    /// Of few rows: rows at or below each different value.
    Every(Vec<u64>),
    /// Of many: rows below, and rows at or below, each [atom](ATOM).
    Atoms(Vec<(u64, u64)>),
}

/// What two sides hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Rows of the reference that take no part.
    pub reference: Specials,
    /// Rows of the current side that take no part.
    pub current: Specials,
    /// Values of each side that take part.
    pub present: (u64, u64),
    /// The distance, where both sides have values.
    pub exact: Option<Exact>,
}

/// The exact distance of two samples, each in any number of chunks of any types.
///
/// `threads` are used where there are rows enough; the outcome does not depend on them.
#[must_use]
pub fn exact_ks(reference: &[Values<'_>], current: &[Values<'_>], threads: usize) -> Outcome {
    let mut kinds = reference.iter().chain(current).map(|(numbers, _)| Kind::of(numbers));
    let first = kinds.next();
    if kinds.all(|kind| Some(kind) == first) {
        on::<Own>(reference, current, threads)
    } else {
        on::<Mixed>(reference, current, threads)
    }
}

fn on<L: Line>(reference: &[Values<'_>], current: &[Values<'_>], threads: usize) -> Outcome {
    let sides = [reference, current].map(|side| side.iter().map(on_line::<L>).collect::<Vec<_>>());
    let rows = |side: &[Box<dyn Chunk<L::Key> + '_>]| side.iter().map(|chunk| chunk.rows()).sum::<usize>();
    let (n, m) = (rows(&sides[0]), rows(&sides[1]));
    if n + m <= FEW_ROWS || few(n as u64, m as u64) {
        sorted(&sides)
    } else {
        passes::count(&sides, [n, m], threads)
    }
}

/// Whether the law of D is counted path by path.
fn few(n: u64, m: u64) -> bool {
    u128::from(n) * u128::from(m) <= u128::from(lattice::MOST_PRODUCT)
}

/// By sorting everything, which few rows take no time for.
fn sorted<K: line::Key>(sides: &[Vec<Box<dyn Chunk<K> + '_>>; 2]) -> Outcome {
    let mut specials = [Specials::default(); 2];
    let mut keys = [Vec::new(), Vec::new()];
    for ((side, keys), specials) in sides.iter().zip(&mut keys).zip(&mut specials) {
        side.iter().for_each(|chunk| chunk.keys(keys, specials));
    }
    let (n, m) = (keys[0].len() as u64, keys[1].len() as u64);
    let [r, c] = keys;
    let mut search = Search::new(n, m, heavy(n, m));
    let mut ends = Vec::new();
    search.merge(r, c, (0, 0), |(i, j)| ends.push(i + j));
    outcome(specials, n, m, search, if few(n, m) { Some(ends) } else { None })
}

/// Rows of both sides that make an atom.
fn heavy(n: u64, m: u64) -> u64 {
    (n + m).div_ceil(ATOM)
}

fn outcome(specials: [Specials; 2], n: u64, m: u64, search: Search, ends: Option<Vec<u64>>) -> Outcome {
    let Search { gap, at, mut atoms, .. } = search;
    atoms.sort_unstable();
    let ties = ends.map_or(Ties::Atoms(atoms), Ties::Every);
    let measurable = (1..=MOST_ROWS).contains(&n) && (1..=MOST_ROWS).contains(&m);
    let exact = measurable.then_some(Exact { n, m, at, gap, ties });
    Outcome { reference: specials[0], current: specials[1], present: (n, m), exact }
}

impl Exact {
    /// The distance, within 2 units in the last place.
    #[must_use]
    pub fn distance(&self) -> f64 {
        self.gap as f64 / (self.n as f64 * self.m as f64)
    }

    /// Chance of a distance as large as this without any change, given which values are shared.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        match &self.ties {
            Ties::Every(ends) => lattice::p_value(self.n, self.m, ends, self.gap),
            Ties::Atoms(atoms) => self.p_of_the_limit(atoms),
        }
    }

    /// The limit law, given the atoms.
    fn p_of_the_limit(&self, atoms: &[(u64, u64)]) -> Option<f64> {
        let (n, m) = (self.n as f64, self.m as f64);
        let scale = n * m * (1.0 / n + 1.0 / m).sqrt();
        let without = kolmogorov::sf(self.gap as f64 / scale)?;
        if atoms.is_empty() {
            return Some(without);
        }
        // Between two atoms the gap moves in steps of n + m, so that reaching it is as likely as
        // coming to half a step below on the line. Where it is read all along, what the samples
        // miss of the bridge between rows outweighs that.
        let reached = (self.gap as f64 - f64::midpoint(n, m)).max(0.0) / scale;
        let share = |rows: u64| rows as f64 / (n + m);
        let shares: Vec<(f64, f64)> = atoms.iter().map(|(from, to)| (share(*from), share(*to))).collect();
        bridge::sf(reached, &shares).map(|p| p.min(without))
    }

    /// What the p value comes from.
    #[must_use]
    pub fn method(&self) -> &'static str {
        match &self.ties {
            Ties::Every(_) => "exact; lattice paths",
            Ties::Atoms(_) => "exact; limit law with ties",
        }
    }
}
