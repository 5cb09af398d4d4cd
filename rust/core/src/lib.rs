//! The engine of tallystick, which has never heard of Python, Arrow or a clock.
//!
//! One direction of data: a [`plan::Plan`] says how to count, a [`profile::Profile`] holds the
//! counts, [`compare`] lays two of them side by side and writes [`compare::Measurement`]s.
#![forbid(unsafe_code)]

pub mod batch;
pub mod binning;
pub mod codec;
pub mod compare;
mod counting;
pub mod error;
pub mod histogram;
pub mod inference;
pub mod measure;
pub mod outcome;
pub mod pairing;
pub mod parallel;
pub mod plan;
pub mod predictions;
pub mod profile;
pub mod residuals;
pub mod sampling;
pub mod scalar;
pub mod sketch;
pub mod slice;
pub mod state;
pub mod vocabulary;

pub use error::{Error, Result};
