//! What a recorder gives out: calls for tuples and for single numbers.

use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};
use tallystick_recorder::Counters;

use crate::calls::{Beside, NO_TIME};
use crate::cells;
use crate::errors::row_refused;
use crate::recorder::{Recorder, lock};
use crate::walk::{Taken, Target};

/// Takes rows in as tuples.
#[pyclass(frozen, module = "tallystick._core")]
pub struct Row {
    recorder: Py<Recorder>,
    targets: Vec<Target>,
}

impl Row {
    pub fn new(recorder: Py<Recorder>, targets: Vec<Target>) -> Self {
        Self { recorder, targets }
    }
}

#[pymethods]
impl Row {
    /// Records one prediction: a tuple or list of features in the order of the row's names; for what
    /// stands beside them see `Recorder.log`.
    #[pyo3(signature = (values, score=None, *, label=None, id=None, time=None, latency=None))]
    #[allow(clippy::too_many_arguments, reason = "keyword-only in Python")]
    fn log<'py>(
        &self,
        py: Python<'py>,
        values: &Bound<'py, PyAny>,
        score: Option<&Bound<'py, PyAny>>,
        label: Option<&Bound<'py, PyAny>>,
        id: Option<&Bound<'py, PyAny>>,
        time: Option<&Bound<'py, PyAny>>,
        latency: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<()> {
        let recorder = self.recorder.get();
        if !recorder.keeps(py, id)? {
            return Ok(());
        }
        let length = if let Ok(tuple) = values.cast::<PyTuple>() {
            tuple.len()
        } else if let Ok(list) = values.cast::<PyList>() {
            list.len()
        } else {
            return recorder.refuse(py, "values", "a tuple or a list");
        };
        if length != self.targets.len() {
            return recorder.refuse(py, "values", "one value for each name of the row");
        }
        let mut state = lock(&recorder.state);
        let mut taken = Taken::default();
        state.row.clear();
        if let Ok(tuple) = values.cast::<PyTuple>() {
            let targets = self.targets.iter().zip(tuple.iter_borrowed());
            targets.for_each(|(target, value)| state.take(*target, &value, &mut taken));
        } else if let Ok(list) = values.cast::<PyList>() {
            let targets = self.targets.iter().zip(list.iter());
            targets.for_each(|(target, value)| state.take(*target, &value, &mut taken));
        }
        recorder.finish(py, state, taken, Beside { score, label, time, latency })
    }
}

/// Takes single numbers in.
#[pyclass(frozen, module = "tallystick._core")]
pub struct Observer {
    recorder: Py<Recorder>,
    place: usize,
}

impl Observer {
    pub fn new(recorder: Py<Recorder>, place: usize) -> Self {
        Self { recorder, place }
    }
}

#[pymethods]
impl Observer {
    /// Records one number.
    #[pyo3(signature = (value, *, time=None))]
    fn log(&self, py: Python<'_>, value: &Bound<'_, PyAny>, time: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let recorder = self.recorder.get();
        let micros = time.and_then(|time| cells::seconds(time).or_else(|| cells::instant_of(time)));
        if time.is_some() && micros.is_none() {
            if recorder.strict {
                return Err(row_refused(py, NO_TIME, "time"));
            }
            Counters::add(&lock(&recorder.state).shared.counters().mistyped_times, 1);
        }
        recorder.log_scalar(py, self.place, value, micros)
    }
}
