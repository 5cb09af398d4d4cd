//! Record batches from Python: taken over with the GIL, checked without it.

use arrow_array::RecordBatch;
use arrow_pyarrow::FromPyArrowUnchecked;
use pyo3::prelude::*;

/// A batch as it came.
pub struct Imported(RecordBatch);

impl<'py> FromPyObject<'_, 'py> for Imported {
    type Error = PyErr;

    #[allow(unsafe_code, reason = "the one address of the bindings")]
    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        // SAFETY: the values of the batch are not looked at before `checked` has found that they
        // keep Arrow's rules: it is the only way to the batch. Taking it over follows the pointers
        // of the C data interface, which whoever exports it answers for, checked or not.
        unsafe { RecordBatch::from_pyarrow_bound_unchecked(&object) }.map(Self)
    }
}

impl Imported {
    /// The batch, once it is found sound.
    pub fn checked(self) -> Result<RecordBatch, tallystick_arrow::Error> {
        tallystick_arrow::check(&self.0)?;
        Ok(self.0)
    }
}
