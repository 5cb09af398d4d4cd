//! Asking for memory before it is needed.
//!
//! A block of values is gone through several times. The processor fetches ahead by itself while
//! values are read in order, and stops when the loops turn to tables; the next block then waits for
//! memory, which costs as much as counting it. So the loops that count ask for what lies behind
//! their block, one step at a time: all at once are more requests than the processor keeps open.

/// How many values are counted between two requests: a line of doubles.
pub(crate) const STEP: usize = 8;

/// Asks for the `at`th value behind `values`. Where the column ends there, what is asked for is not
/// used.
#[inline(always)]
#[allow(clippy::inline_always, reason = "one instruction in the innermost loop")]
pub(crate) fn fetch_behind<T>(values: &[T], at: usize) {
    fetch(values.as_ptr().wrapping_add(values.len() + at).cast());
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
#[allow(clippy::inline_always, reason = "one instruction in the innermost loop")]
fn fetch(address: *const i8) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    // SAFETY: SSE is part of every x86-64; a prefetch is a hint, reads nothing that a program could
    // see, and does not fault at any address.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(address) }
}

#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
#[allow(clippy::inline_always, reason = "nothing to do")]
fn fetch(_: *const i8) {}
