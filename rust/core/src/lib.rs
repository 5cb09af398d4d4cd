//! Plan, profile, measures, inference.
#![forbid(unsafe_code)]
