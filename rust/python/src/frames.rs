//! Frames of spool files.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use tallystick_arrow::hex;
use tallystick_core::plan::Plan;
use tallystick_core::slice::Window;
use tallystick_recorder::frame::{Counts, Frame, Frames as Reader, Kind, Opening, Status};

use crate::errors::{Failure, guard};
use crate::profile::Profile;

/// The frames of one file, decoded one at a time.
#[pyclass(module = "tallystick._core")]
pub struct Frames {
    data: Py<PyBytes>,
    reader: Reader,
    plan: Option<Arc<Plan>>,
}

#[pymethods]
impl Frames {
    #[new]
    fn new(py: Python<'_>, data: Py<PyBytes>) -> Self {
        let reader = Reader::new(data.as_bytes(py).len());
        Self { data, reader, plan: None }
    }

    fn __iter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    /// The next frame: its recorder, its number, its kind and what it says.
    fn __next__<'py>(&mut self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let data = self.data.clone_ref(py);
        let found = self.reader.next(data.as_bytes(py));
        found.map(|frame| guard(py, || self.decode(py, &frame))).transpose()
    }

    /// Bytes of damaged frames so far.
    #[getter]
    fn damaged_bytes(&self) -> usize {
        self.reader.damaged()
    }

    /// Bytes after the last frame so far.
    #[getter]
    fn torn_bytes(&self, py: Python<'_>) -> usize {
        self.data.as_bytes(py).len() - self.reader.end()
    }
}

impl Frames {
    fn decode<'py>(&mut self, py: Python<'py>, frame: &Frame<'_>) -> Result<Bound<'py, PyDict>, Failure> {
        let said = PyDict::new(py);
        said.set_item("recorder", hex(&frame.recorder))?;
        said.set_item("sequence", frame.sequence)?;
        match frame.kind {
            None => said.set_item("kind", "unknown")?,
            Some(Kind::Opening) => {
                let opening = Opening::decode(frame)?;
                said.set_item("kind", "opening")?;
                said.set_item("window_seconds", opening.window_seconds)?;
                said.set_item("lateness_seconds", opening.lateness_seconds)?;
                said.set_item("started", opening.started)?;
                self.plan = Some(opening.plan);
            }
            Some(Kind::Counts) => {
                // The opening is the first frame of a file, or was damaged.
                let Some(plan) = &self.plan else {
                    said.set_item("kind", "orphan")?;
                    return Ok(said);
                };
                let counts = Counts::decode(frame, plan)?;
                let (start, end) = match counts.window {
                    Some(Window::At { start, end }) => (Some(start), Some(end)),
                    _ => (None, None),
                };
                said.set_item("kind", "counts")?;
                said.set_item("stream", counts.stream)?;
                said.set_item("start", start)?;
                said.set_item("end", end)?;
                said.set_item("rows", counts.profile.rows())?;
                said.set_item("late", counts.late)?;
                said.set_item("profile", Bound::new(py, Profile::of(counts.profile))?)?;
            }
            Some(Kind::Status) => {
                let status = Status::decode(frame)?;
                said.set_item("kind", "status")?;
                said.set_item("watermark", status.watermark)?;
                said.set_item("finished", status.finished)?;
                let counters = PyDict::new(py);
                for (name, count) in status.counters {
                    counters.set_item(name, count)?;
                }
                said.set_item("counters", counters)?;
            }
        }
        Ok(said)
    }
}
