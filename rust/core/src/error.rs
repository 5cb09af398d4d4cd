//! Everything that can go wrong in the core, as data.

/// The caller's mistakes. The condition of the data is never an error.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Profiles or plans that do not belong together.
    #[error("profiles of different plans cannot be added")]
    Merge {
        /// Columns whose binning, role or presence differs.
        columns: Vec<String>,
    },
    /// Bytes that are not a state, or not an undamaged one.
    #[error("damaged state: {what} at byte {offset}")]
    Corrupt {
        /// What was expected there.
        what: &'static str,
        /// Where reading stopped.
        offset: usize,
    },
    /// An undamaged state of a later format.
    #[error("state format {found} is newer than {supported}")]
    Version {
        /// Format of the state.
        found: u16,
        /// Latest format this build reads.
        supported: u16,
    },
    /// A parameter outside of its domain.
    #[error("{name}: expected {expected}")]
    Parameter {
        /// The parameter.
        name: String,
        /// What it must be.
        expected: String,
    },
}

/// Result of the core.
pub type Result<T> = std::result::Result<T, Error>;

pub(crate) fn parameter(name: &str, expected: &str) -> Error {
    Error::Parameter { name: name.into(), expected: expected.into() }
}
