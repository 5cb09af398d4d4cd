//! Single measures on counts.

use arrow_pyarrow::ToPyArrow;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use tallystick_arrow::Identity;
use tallystick_core::compare::measure_counts as measure;
use tallystick_core::measure::catalogue::CATALOGUE;

use crate::errors::{Failure, guard};

#[allow(clippy::needless_pass_by_value, reason = "pyo3 hands converted arguments over by value")]
/// One measurement from counts of two sides in the same cells, as a record batch of one row.
#[pyfunction]
#[pyo3(signature = (metric, reference, current, *, tolerance=None, false_alarm_rate=0.01))]
pub fn measure_counts(
    py: Python<'_>,
    metric: &str,
    reference: Vec<u64>,
    current: Vec<u64>,
    tolerance: Option<f64>,
    false_alarm_rate: f64,
) -> PyResult<Py<PyAny>> {
    let batch = guard(py, || {
        let report = measure(metric, &reference, &current, tolerance, false_alarm_rate)?;
        let plan = tallystick_core::plan::Plan::new(Vec::new(), None).map_err(Failure::from)?;
        Ok(tallystick_arrow::measurements(&report, &plan, &Identity::default()))
    })?;
    Ok(batch.to_pyarrow(py)?.unbind())
}

/// The metrics as dicts.
pub fn catalogue(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    let rows = CATALOGUE.iter().map(|metric| {
        let row = PyDict::new(py);
        row.set_item("name", metric.name)?;
        row.set_item("title", metric.title)?;
        row.set_item("unit", metric.unit)?;
        row.set_item("range", metric.range)?;
        row.set_item("side", metric.side)?;
        row.set_item("needs", metric.needs)?;
        row.set_item("source", metric.source)?;
        Ok(row)
    });
    PyList::new(py, rows.collect::<PyResult<Vec<_>>>()?)
}
