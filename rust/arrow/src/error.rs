//! What can be wrong with Arrow input.

/// The caller's mistakes with Arrow data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A column of a type that cannot be counted.
    #[error("column {column}: type {found} cannot be counted")]
    Type {
        /// The column.
        column: String,
        /// Its Arrow type.
        found: String,
    },
    /// A column that is needed and not there.
    #[error("column {column} is missing")]
    Missing {
        /// The column.
        column: String,
    },
    /// A column that breaks Arrow's own rules.
    #[error("column {column} is damaged")]
    Damaged {
        /// The column.
        column: String,
    },
    /// Refused by the core.
    #[error(transparent)]
    Core(#[from] tallystick_core::Error),
}
