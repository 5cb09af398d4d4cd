//! Histograms and quantiles of one column.

use arrow_array::{ArrayRef, make_array};
use arrow_data::ArrayData;
use arrow_pyarrow::PyArrowType;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use tallystick_arrow::Column;

use crate::errors::{Failure, guard};
use crate::plan::Edge;

fn column(arrays: Vec<PyArrowType<ArrayData>>) -> Result<Column, Failure> {
    let arrays: Vec<ArrayRef> = arrays.into_iter().map(|data| make_array(data.0)).collect();
    Ok(Column::new(arrays)?)
}

/// Counts of the bins as native 64-bit integers; rows below, above, and of nulls, NaN, minus and
/// plus infinity.
type Counted<'py> = (Bound<'py, PyBytes>, u64, u64, [u64; 4]);

/// Counts of one column between edges.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "pyo3 hands converted arguments over by value")]
pub fn histogram(
    py: Python<'_>,
    arrays: Vec<PyArrowType<ArrayData>>,
    edges: PyArrowType<ArrayData>,
    threads: usize,
) -> PyResult<Counted<'_>> {
    let found = guard(py, || {
        let (column, edges) = (column(arrays)?, tallystick_arrow::edges(&make_array(edges.0))?);
        Ok(py.detach(|| tallystick_arrow::histogram(&column, &edges, threads))?)
    })?;
    let counts: Vec<u8> = found.counts.iter().flat_map(|count| count.to_ne_bytes()).collect();
    Ok((PyBytes::new(py, &counts), found.below, found.above, found.specials))
}

/// Smallest and largest finite value of one column, of integers as integers.
#[pyfunction]
pub fn extent(py: Python<'_>, arrays: Vec<PyArrowType<ArrayData>>) -> PyResult<Option<(Edge, Edge)>> {
    guard(py, || {
        let column = column(arrays)?;
        let ends = py.detach(|| tallystick_arrow::extent(&column));
        Ok(ends.map(|(low, high)| (low.into(), high.into())))
    })
}

/// `(value, lower, upper)` of each quantile, values ranked, and rows of no rank.
type Ranked = (Vec<(f64, f64, f64)>, u64, [u64; 4]);

/// Quantiles of one column.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "pyo3 hands converted arguments over by value")]
pub fn quantiles(
    py: Python<'_>,
    arrays: Vec<PyArrowType<ArrayData>>,
    q: Vec<f64>,
    exact: bool,
    threads: usize,
) -> PyResult<Ranked> {
    guard(py, || {
        let column = column(arrays)?;
        let found = py.detach(|| tallystick_arrow::quantiles(&column, &q, exact, threads))?;
        let rows = found.found.iter().map(|(value, bracket)| (*value, bracket.lower, bracket.upper));
        Ok((rows.collect(), found.rows, found.specials))
    })
}
