//! Arrow arrays into the core.
#![forbid(unsafe_code)]
