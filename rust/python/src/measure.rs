//! Single measures on counts.

use arrow_array::RecordBatch;
use arrow_pyarrow::{PyArrowType, ToPyArrow};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use tallystick_arrow::{Depth, Identity};
use tallystick_core::compare::{
    QuantileRows, QuantileSettings, RegressionRows, RegressionSettings, Report, ScoredRows, ScoredSettings,
    TopRows, TopSettings, measure_counts as measure, measure_quantiles as quantiles,
    measure_regression as regression, measure_scored as measure_scored_rows, measure_top,
};
use tallystick_core::measure::catalogue::CATALOGUE;
use tallystick_core::measure::fairness::GapInterval;
use tallystick_core::measure::scored::decision::Costs;

use crate::batch::Imported;
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
        one_row(&report)
    })?;
    Ok(batch.to_pyarrow(py)?.unbind())
}

/// The Kolmogorov-Smirnov distance of the first columns of two sides, as a batch of one row.
#[pyfunction]
#[pyo3(signature = (reference, current, *, tolerance=None, false_alarm_rate=0.01, threads=1))]
pub fn measure_ks(
    py: Python<'_>,
    reference: Vec<PyArrowType<RecordBatch>>,
    current: Vec<PyArrowType<RecordBatch>>,
    tolerance: Option<f64>,
    false_alarm_rate: f64,
    threads: usize,
) -> PyResult<Py<PyAny>> {
    let side = |batches: Vec<PyArrowType<RecordBatch>>| batches.into_iter().map(|batch| batch.0).collect();
    let (reference, current): (Vec<RecordBatch>, Vec<RecordBatch>) = (side(reference), side(current));
    let batch = guard(py, || {
        let report = py.detach(|| {
            let outcome = tallystick_arrow::exact_ks(&reference, &current, threads);
            tallystick_core::compare::measure_ks(&outcome, tolerance, false_alarm_rate)
        })?;
        one_row(&report)
    })?;
    Ok(batch.to_pyarrow(py)?.unbind())
}

/// Cells of equal width in which scores are counted that need no others.
const CELLS: u32 = 1200;

/// Metrics of scores and labels, the first and the second column of the batches, as a batch with a
/// row each; and how many rows were left out: with an undeclared label, without a label, without a
/// score, with a score outside of [0, 1].
#[pyfunction]
#[pyo3(signature = (metrics, batches, *, reference=None, whole=None, positive, threshold, bins, tolerance, false_alarm_rate, depth, threads, costs=None, gap_interval="newcombe"))]
#[allow(clippy::too_many_arguments, reason = "keyword-only in Python, one struct in the core")]
#[allow(clippy::needless_pass_by_value, reason = "pyo3 hands converted arguments over by value")]
pub fn measure_scored(
    py: Python<'_>,
    metrics: Vec<String>,
    batches: Vec<Imported>,
    reference: Option<Vec<Imported>>,
    whole: Option<Vec<Imported>>,
    positive: Option<&str>,
    threshold: Option<f64>,
    bins: u32,
    tolerance: Option<f64>,
    false_alarm_rate: f64,
    depth: &str,
    threads: usize,
    costs: Option<[f64; 4]>,
    gap_interval: &str,
) -> PyResult<(Py<PyAny>, [u64; 4])> {
    let depth = match depth {
        "rows" => Depth::Rows,
        "probabilities" => Depth::Probabilities,
        // Whole cells of a bin, about as many as a score of a plan has.
        "bins" => Depth::Bins(bins.saturating_mul((CELLS / bins.max(1)).max(1))),
        _ => Depth::Cells,
    };
    let gap_interval = GapInterval::named(gap_interval).unwrap_or_default();
    let costs = costs.map(costs_of);
    let settings = ScoredSettings { threshold, bins, gap_interval, costs, tolerance, false_alarm_rate };
    let (batch, left_out) = guard(py, || {
        let (report, left_out) = py.detach(|| -> Result<_, Failure> {
            let side = |batches: Vec<Imported>| -> Result<ScoredRows, Failure> {
                let batches: Vec<RecordBatch> =
                    batches.into_iter().map(Imported::checked).collect::<Result<_, _>>()?;
                let thresholds: Vec<f64> = threshold.into_iter().collect();
                Ok(tallystick_arrow::paired(&batches, positive, &thresholds, depth, threads)?)
            };
            let others = (reference.map(side).transpose()?, whole.map(side).transpose()?);
            let current = side(batches)?;
            let apart = current.apart;
            let count = |of: &[u64]| of.iter().sum::<u64>();
            let left_out =
                [apart.undeclared, apart.unlabelled, count(&apart.unscored), count(&apart.outside)];
            let names: Vec<&str> = metrics.iter().map(String::as_str).collect();
            Ok((measure_scored_rows(&names, current, others, &settings)?, left_out))
        })?;
        Ok::<_, Failure>((one_row(&report)?, left_out))
    })?;
    Ok((batch.to_pyarrow(py)?.unbind(), left_out))
}

/// A metric of predictions and numeric labels, the first and the second column of the batches, as
/// a batch of one row; and how many rows were left out: without a label, with an infinite one,
/// without a prediction, with an infinite one; and the pairs whose label is zero.
#[pyfunction]
#[pyo3(signature = (metric, batches, *, reference=None, tolerance=None, false_alarm_rate=0.01, threads=1))]
pub fn measure_regression(
    py: Python<'_>,
    metric: &str,
    batches: Vec<Imported>,
    reference: Option<Vec<Imported>>,
    tolerance: Option<f64>,
    false_alarm_rate: f64,
    threads: usize,
) -> PyResult<(Py<PyAny>, [u64; 5])> {
    let (batch, apart) = guard(py, || {
        let (report, apart) = py.detach(|| -> Result<_, Failure> {
            let side = |batches: Vec<Imported>| -> Result<RegressionRows, Failure> {
                let batches: Vec<RecordBatch> =
                    batches.into_iter().map(Imported::checked).collect::<Result<_, _>>()?;
                Ok(tallystick_arrow::regression_rows(&batches, threads)?)
            };
            let (reference, current) = (reference.map(side).transpose()?, side(batches)?);
            let [_, unlabelled, label, unpredicted, prediction] = current.unpaired.to_array();
            let zeros = current.residuals.percentage.map_or(0, |percentage| percentage.zeros);
            let settings = RegressionSettings { tolerance, false_alarm_rate };
            let report = regression(metric, reference, current, settings)?;
            Ok((report, [unlabelled, label, unpredicted, prediction, zeros]))
        })?;
        Ok::<_, Failure>((one_row(&report)?, apart))
    })?;
    Ok((batch.to_pyarrow(py)?.unbind(), apart))
}

/// A metric of columns that foretell quantiles, as a batch of one row. The columns of the batches
/// are a prediction, the label, and a column for each of the shares, which ascend.
#[pyfunction]
#[pyo3(signature = (metric, batches, *, shares, reference=None, tolerance=None, false_alarm_rate=0.01, threads=1))]
#[allow(clippy::too_many_arguments, reason = "keyword-only in Python, one struct in the core")]
#[allow(clippy::needless_pass_by_value, reason = "pyo3 hands converted arguments over by value")]
pub fn measure_quantiles(
    py: Python<'_>,
    metric: &str,
    batches: Vec<Imported>,
    shares: Vec<f64>,
    reference: Option<Vec<Imported>>,
    tolerance: Option<f64>,
    false_alarm_rate: f64,
    threads: usize,
) -> PyResult<Py<PyAny>> {
    let batch = guard(py, || {
        let report = py.detach(|| -> Result<_, Failure> {
            let side = |batches: Vec<Imported>| -> Result<QuantileRows, Failure> {
                let batches: Vec<RecordBatch> =
                    batches.into_iter().map(Imported::checked).collect::<Result<_, _>>()?;
                Ok(tallystick_arrow::quantile_rows(&batches, &shares, threads)?)
            };
            let (reference, current) = (reference.map(side).transpose()?, side(batches)?);
            let settings = QuantileSettings { tolerance, false_alarm_rate };
            Ok(quantiles(metric, reference, current, settings)?)
        })?;
        one_row(&report)
    })?;
    Ok(batch.to_pyarrow(py)?.unbind())
}

/// Costs of false positives, false negatives, true positives and true negatives.
pub fn costs_of([fp, fn_, tp, tn]: [f64; 4]) -> Costs {
    Costs { fp, fn_, tp, tn }
}

/// A metric of the scores of several classes, the first columns of the batches, and their labels,
/// the last column, as a batch of one row; and how many rows have a label that is no class.
#[pyfunction]
#[pyo3(signature = (metric, batches, classes, *, reference=None, bins=15, tolerance=None, false_alarm_rate=0.01, threads=1))]
#[allow(clippy::too_many_arguments, reason = "keyword-only in Python, one struct in the core")]
#[allow(clippy::needless_pass_by_value, reason = "pyo3 hands converted arguments over by value")]
pub fn measure_classes(
    py: Python<'_>,
    metric: &str,
    batches: Vec<Imported>,
    classes: Vec<String>,
    reference: Option<Vec<Imported>>,
    bins: u32,
    tolerance: Option<f64>,
    false_alarm_rate: f64,
    threads: usize,
) -> PyResult<(Py<PyAny>, u64)> {
    let (batch, undeclared) = guard(py, || {
        let (report, undeclared) = py.detach(|| -> Result<_, Failure> {
            let side = |batches: Vec<Imported>| -> Result<TopRows, Failure> {
                let batches: Vec<RecordBatch> =
                    batches.into_iter().map(Imported::checked).collect::<Result<_, _>>()?;
                Ok(tallystick_arrow::top_rows(&batches, &classes, threads)?)
            };
            let (reference, current) = (reference.map(side).transpose()?, side(batches)?);
            let of_reference = reference.as_ref().map_or(0, |rows| rows.apart.undeclared);
            let undeclared = current.apart.undeclared + of_reference;
            let settings = TopSettings { bins, tolerance, false_alarm_rate };
            Ok((measure_top(metric, reference, current, settings)?, undeclared))
        })?;
        Ok::<_, Failure>((one_row(&report)?, undeclared))
    })?;
    Ok((batch.to_pyarrow(py)?.unbind(), undeclared))
}

/// A report that no plan is behind.
fn one_row(report: &Report) -> Result<RecordBatch, Failure> {
    let plan = tallystick_core::plan::Plan::new(Vec::new(), None)?;
    Ok(tallystick_arrow::measurements(report, &plan, &Identity::default()))
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
