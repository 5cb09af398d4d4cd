//! Arrow arrays into the core: types, validity, dictionaries, slices; and its tables out.
#![forbid(unsafe_code)]

mod bind;
mod error;
mod fit;
mod labels;
mod numbers;
mod supported;

pub use bind::{Binder, Bound};
pub use error::Error;
pub use fit::{Kind, Request, fit};
pub use supported::{SUPPORTED, is_supported};
