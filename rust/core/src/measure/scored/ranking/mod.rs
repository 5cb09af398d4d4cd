//! How well a score puts positives above negatives, whatever cut is chosen.
//!
//! The cells are in order, the rows inside a cell are not: each measure comes as a
//! [`super::Bracketed`] whose bracket holds the value of the single rows for certain. Rows of a
//! `single` cell share one score and are ties; the convention for them is part of a measure.

pub mod auc;
pub mod auc_change;
pub mod average_precision;
pub mod curve;
pub mod ks_classes;
pub mod lift;

pub use auc::auc;
pub use average_precision::average_precision;
pub use curve::{CurvePoint, curve};
pub use ks_classes::{KsClasses, ks_classes};
pub use lift::{gain, lift};
