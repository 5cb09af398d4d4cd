//! Arrow arrays into the core: types, validity, dictionaries, slices; and its tables out.
#![forbid(unsafe_code)]

mod bind;
mod error;
mod export;
mod fit;
mod labels;
mod numbers;
mod regression;
mod samples;
mod scoring;
mod sound;
mod states;
mod supported;
mod tops;
mod values;

pub use bind::{Binder, Bound};
pub use error::Error;
pub use export::{Identity, curves, hex, measurements, segment_text, window_ends};
pub use fit::{ClassRequest, Kind, OutcomeRequest, Request, TargetRequest, fit, fit_outcomes};
pub use regression::{quantile_rows, regression_rows};
pub use samples::exact_ks;
pub use scoring::{Depth, paired};
pub use sound::check;
pub use states::counts;
pub use supported::{SUPPORTED, is_supported};
pub use tops::top_rows;
pub use values::{Column, Quantiles, edges, extent, histogram, quantiles};
