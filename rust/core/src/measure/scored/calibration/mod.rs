//! Calibration: whether of the rows scored `p` a share `p` is positive.
//!
//! Every function is pure and total. A curve or an error over bins starts with [`equal_width`] or
//! [`equal_mass`]; what needs no bins takes the table, [`super::Scored`]. Values count every row
//! by its weight; sampling error counts Kish's effective rows, so a table whose rows all weigh 7
//! has the errors of the rows themselves.

pub mod bins;
pub mod brier;
pub mod cox;
pub mod debiased;
pub mod ece;
mod fourier;
pub mod perfect;
pub mod recalibrated;
pub mod reliability;
pub mod smooth;
pub mod spiegelhalter;
pub mod verdict;

#[cfg(test)]
mod cox_tests;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod testing;

pub use bins::{Bin, equal_mass, equal_width};
pub use cox::Cox;
pub use debiased::Debiased;
pub use recalibrated::recalibrated;
pub use smooth::smooth_ece;
pub use verdict::{Remedy, Rule, Verdict, judge};
