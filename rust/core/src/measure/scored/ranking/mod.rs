//! How well a score puts positives above negatives, whatever cut is chosen.
//!
//! The cells are in order, the rows inside a cell are not: each measure comes as a
//! [`super::Bracketed`] whose bracket holds the value of the single rows for certain. Rows of a
//! `single` cell share one score and are ties; the convention for them is part of a measure.

pub mod auc;
pub mod auc_change;

pub use auc::auc;
