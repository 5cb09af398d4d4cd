//! What time it is, which the crate is told.

/// An instant as two clocks show it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Microseconds since 1970-01-01T00:00Z; may be set forward and back.
    pub wall: i64,
    /// Microseconds since some point; never goes back.
    pub steady: i64,
}

/// Tells the time: two functions, as each takes longer than all else that is done for a number.
pub trait Clock: Send + Sync {
    /// See [`Moment::wall`].
    fn wall(&self) -> i64;
    /// See [`Moment::steady`].
    fn steady(&self) -> i64;
}

/// The second that microseconds fall in.
#[must_use]
pub fn second(micros: i64) -> i64 {
    micros.div_euclid(1_000_000)
}
