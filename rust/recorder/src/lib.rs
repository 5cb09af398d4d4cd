//! Rows of a serving process: taken one by one, counted in blocks, kept by window, and appended
//! to spool files. Time is passed in; of Python nothing is known.
//!
//! A caller's thread does no more than copy a row into a buffer of its [`stream::Stream`]. A
//! thread of the [`recorder::Recorder`] counts full buffers into the open [`windows`], and at the
//! end of each flush interval writes what is new as [`frame`]s to a [`spool`].
#![forbid(unsafe_code)]

pub mod clock;
pub mod counters;
pub mod frame;
mod gather;
mod labels;
mod output;
pub mod recorder;
pub mod row;
pub mod spool;
pub mod stream;
mod watermark;
mod windows;

pub use clock::{Clock, Moment};
pub use counters::Counters;
pub use recorder::{Recorder, Settings};
pub use row::{Row, Tag};
