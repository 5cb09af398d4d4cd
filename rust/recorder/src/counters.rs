//! What happened to a recorder: everything that is not in its profiles, by number.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// Totals since the recorder began.
        #[derive(Debug, Default)]
        pub struct Counters {
            $($(#[$doc])* pub $name: AtomicU64,)*
        }

        impl Counters {
            /// Every total under its name, in a fixed order.
            #[must_use]
            pub fn totals(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($name), self.$name.load(Relaxed)),)*]
            }
        }
    };
}

counters! {
    /// Rows taken in.
    rows_logged,
    /// Rows that could not be read: features that are no mapping, values of another number.
    rows_refused,
    /// Rows left out by sampling.
    rows_sampled_out,
    /// Rows whose window had been closed: they are counted in it all the same.
    rows_late,
    /// Rows from a time that has not come: they are counted, but close no window.
    rows_ahead,
    /// Rows that were given up because nothing could be written for too long.
    rows_lost,
    /// Rows without an id in a sampled log: kept or not by their number.
    rows_without_id,
    /// Values under keys that the plan does not know.
    unknown_keys,
    /// Values of a type that their column cannot hold.
    mistyped_values,
    /// Times of another type than a number of seconds or a datetime: the clock's was taken.
    mistyped_times,
    /// Rows counted on the caller's thread because the recorder's fell behind.
    rows_counted_inline,
    /// Frames that are safely in the spool.
    frames_written,
    /// Bytes of them.
    bytes_written,
    /// Attempts to write that failed; what they held is tried again.
    failed_writes,
    /// Attempts to start the recorder's thread that failed.
    failed_threads,
}

impl Counters {
    /// Adds to one of them.
    pub fn add(counter: &AtomicU64, more: u64) {
        if more > 0 {
            counter.fetch_add(more, Relaxed);
        }
    }
}
