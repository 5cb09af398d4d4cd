//! Loops over slices of numbers: which cell a value falls in, how many fell in each,
//! their sums on a fixed integer grid, their extremes.
//!
//! Every operation has a naive twin beside it (`naive_*`), which says what it must return;
//! the tests hold the two together. Values handed to [`search`], [`sums`] and [`extremes`]
//! are finite and present: [`present`] separates the others first.

pub mod ahead;
pub mod buckets;
pub mod codes;
pub mod extremes;
pub mod flags;
pub mod isa;
pub mod log_linear;
mod number;
pub mod present;
pub mod scores;
pub mod search;
pub mod sums;
pub mod tally;

pub use number::{Number, Pivot, float_of};

/// Values handled at a time: their bins, copies and sums stay in the first-level cache.
pub const BLOCK: usize = 1024;
