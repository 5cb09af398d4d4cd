//! Loops over slices of numbers.
