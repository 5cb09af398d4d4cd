//! Errors of the core as exceptions of `tallystick.errors`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

/// What a call can fail with.
pub enum Failure {
    /// Refused by the Arrow bridge or the core.
    Refused(tallystick_arrow::Error),
    /// Raised by Python already.
    Raised(PyErr),
}

impl From<tallystick_arrow::Error> for Failure {
    fn from(error: tallystick_arrow::Error) -> Self {
        Self::Refused(error)
    }
}

impl From<tallystick_core::Error> for Failure {
    fn from(error: tallystick_core::Error) -> Self {
        Self::Refused(error.into())
    }
}

impl From<PyErr> for Failure {
    fn from(error: PyErr) -> Self {
        Self::Raised(error)
    }
}

/// Runs `work`; a panic becomes `InternalError`, which `except Exception` catches.
pub fn guard<T>(py: Python<'_>, work: impl FnOnce() -> Result<T, Failure>) -> PyResult<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(Failure::Raised(error))) => Err(error),
        Ok(Err(Failure::Refused(error))) => Err(exception(py, &error)),
        Err(_) => {
            let message = "tallystick's own code failed; the state in use may be incomplete";
            Err(raise(py, "InternalError", message, None, &PyDict::new(py)))
        }
    }
}

fn exception(py: Python<'_>, error: &tallystick_arrow::Error) -> PyErr {
    use tallystick_arrow::Error as Arrow;
    let context = PyDict::new(py);
    match error {
        Arrow::Type { column, found } => {
            let _ = context.set_item("column", column);
            let message =
                format!("column {column}: expected one of {}, got {found}", tallystick_arrow::SUPPORTED);
            raise(
                py,
                "ColumnTypeError",
                &message,
                Some("leave it out with log.ignore, or convert it"),
                &context,
            )
        }
        Arrow::Missing { column } => {
            let _ = context.set_item("column", column);
            raise(py, "MissingColumnError", &format!("column {column} is not in the data"), None, &context)
        }
        Arrow::Damaged { column } => {
            let _ = context.set_item("column", column);
            let message = format!("column {column}: damaged values");
            let hint = "restore the data from a copy, or write it again";
            raise(py, "InputError", &message, Some(hint), &context)
        }
        Arrow::Core(error) => core_exception(py, error, &context),
        other => raise(py, "InternalError", &other.to_string(), None, &context),
    }
}

fn core_exception(py: Python<'_>, error: &tallystick_core::Error, context: &Bound<'_, PyDict>) -> PyErr {
    use tallystick_core::Error as Core;
    match error {
        Core::Merge { columns } => {
            if let Ok(list) = PyList::new(py, columns) {
                let _ = context.set_item("columns", list);
            }
            let message =
                format!("expected profiles of one plan, got two that differ in: {}", columns.join(", "));
            raise(
                py,
                "MergeError",
                &message,
                Some("profile both with the same plan: plan=baseline.plan"),
                context,
            )
        }
        Core::Corrupt { what, offset } => {
            let _ = context.set_item("offset", offset);
            let message = format!("damaged state: expected {what} at byte {offset}");
            raise(
                py,
                "CorruptStateError",
                &message,
                Some("restore the file from a copy, or profile again"),
                context,
            )
        }
        Core::Version { found, supported } => {
            let _ = context.set_item("found", found);
            let message = format!("expected a state of format {supported} or earlier, got format {found}");
            raise(py, "StateVersionError", &message, Some("upgrade tallystick"), context)
        }
        Core::Parameter { name, expected } => {
            let _ = context.set_item("name", name);
            raise(py, "ParameterError", &format!("{name}: expected {expected}"), None, context)
        }
        other => raise(py, "InternalError", &other.to_string(), None, context),
    }
}

/// A row that a strict recorder refuses: which of its parts, and why.
pub fn row_refused(py: Python<'_>, message: &str, name: &str) -> PyErr {
    let context = PyDict::new(py);
    let _ = context.set_item("name", name);
    raise(py, "ParameterError", message, None, &context)
}

/// An exception of that class, or what went wrong in making it.
fn raise(
    py: Python<'_>,
    class: &str,
    message: &str,
    hint: Option<&str>,
    context: &Bound<'_, PyDict>,
) -> PyErr {
    let made = (|| {
        context.set_item("hint", hint)?;
        let class = py.import("tallystick.errors")?.getattr(class)?;
        class.call((message,), Some(context))
    })();
    match made {
        Ok(value) => PyErr::from_value(value),
        Err(error) => error,
    }
}
