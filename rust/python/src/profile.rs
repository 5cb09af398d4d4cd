//! Profiles.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow_pyarrow::ToPyArrow;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};
use tallystick_arrow::{Binder, segment_text, window_ends};
use tallystick_core::codec;
use tallystick_core::plan::Counter;
use tallystick_core::slice::{SliceKey, Window};
use tallystick_core::state::{ColumnState, Grain, SliceState};

use crate::batch::Imported;
use crate::errors::{Failure, guard};
use crate::plan::Plan;

/// Counts under a plan.
#[pyclass(frozen, module = "tallystick._core")]
pub struct Profile {
    inner: Mutex<tallystick_core::profile::Profile>,
}

impl Profile {
    pub fn lock(&self) -> MutexGuard<'_, tallystick_core::profile::Profile> {
        // A panic while counting was reported as InternalError when it happened.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn of(inner: tallystick_core::profile::Profile) -> Self {
        Self { inner: Mutex::new(inner) }
    }
}

#[pymethods]
impl Profile {
    #[new]
    fn new(plan: &Plan) -> Self {
        Self::of(tallystick_core::profile::Profile::new(Arc::clone(&plan.inner)))
    }

    #[pyo3(signature = (batch, window_seconds=None, immature_from=None))]
    fn count(
        &self,
        py: Python<'_>,
        batch: Imported,
        window_seconds: Option<i64>,
        immature_from: Option<i64>,
    ) -> PyResult<()> {
        guard(py, || {
            // The GIL is let go of before the lock is asked for: the two are never held in
            // opposite orders.
            py.detach(|| {
                let batch = batch.checked()?;
                let mut profile = self.lock();
                let plan = Arc::clone(profile.plan());
                let bound = Binder(&plan).bind(&batch);
                Ok(profile.count(&bound.batch(&plan, immature_from), window_seconds)?)
            })
            .map_err(|error: tallystick_arrow::Error| Failure::from(error))
        })
    }

    fn merge(&self, py: Python<'_>, other: &Self) -> PyResult<()> {
        guard(py, || {
            let other = py.detach(|| other.lock().clone());
            py.detach(|| self.lock().merge(&other)).map_err(Failure::from)
        })
    }

    fn copy(&self, py: Python<'_>) -> Self {
        Self::of(py.detach(|| self.lock().clone()))
    }

    #[staticmethod]
    fn from_bytes(py: Python<'_>, data: &[u8]) -> PyResult<Self> {
        guard(py, || Ok(Self::of(codec::profile_from_bytes(data)?)))
    }

    fn to_bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let bytes = py.detach(|| codec::profile_to_bytes(&self.lock()));
        PyBytes::new(py, &bytes)
    }

    /// The counts without their plan and without a checksum: for a container that has both.
    fn counts_to_bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let bytes = py.detach(|| codec::counts_to_bytes(&self.lock()));
        PyBytes::new(py, &bytes)
    }

    /// The profile of such counts under their plan.
    #[staticmethod]
    fn from_counts(py: Python<'_>, plan: &Plan, data: &[u8]) -> PyResult<Self> {
        guard(py, || Ok(Self::of(codec::counts_from_bytes(&plan.inner, data)?)))
    }

    #[getter]
    fn plan(&self, py: Python<'_>) -> Plan {
        Plan { inner: py.detach(|| Arc::clone(self.lock().plan())) }
    }

    #[getter]
    fn rows(&self, py: Python<'_>) -> u64 {
        py.detach(|| self.lock().rows())
    }

    fn counts(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let batch = py.detach(|| tallystick_arrow::counts(&self.lock()));
        Ok(batch.to_pyarrow(py)?.unbind())
    }

    /// `(segment, window kind, window start, window end, rows)` of every slice.
    fn slices(&self, py: Python<'_>) -> Vec<SliceEntry> {
        py.detach(|| {
            let profile = self.lock();
            profile.slices().iter().map(|key| entry(&profile, key)).collect()
        })
    }

    /// The rows of one window as a profile of its own, without finer slices.
    fn window(&self, py: Python<'_>, start: i64) -> Option<Self> {
        py.detach(|| self.lock().window(start)).map(Self::of)
    }

    /// The rows of some windows as a profile of its own, its windows kept apart.
    fn of_windows(&self, py: Python<'_>, starts: Vec<i64>) -> Option<Self> {
        py.detach(|| self.lock().of_windows(&starts.into_iter().collect())).map(Self::of)
    }

    /// The same rows as if they had been counted without windows.
    fn without_windows(&self, py: Python<'_>) -> Self {
        Self::of(py.detach(|| self.lock().without_windows()))
    }

    /// What is known of each column over all rows.
    fn columns<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let profile = py.detach(|| self.lock().clone());
        let plan = profile.plan();
        let described: Vec<_> = (0..plan.columns().len())
            .map(|i| describe(py, &plan.columns()[i].counter, profile.all(), i))
            .collect::<PyResult<_>>()?;
        PyList::new(py, described)
    }

    /// All rows and every segment over all windows: its name, its rows, and the counts of each column.
    fn segments<'py>(&self, py: Python<'py>) -> PyResult<Vec<(String, u64, Bound<'py, PyList>)>> {
        let (profile, parts) = py.detach(|| {
            let profile = self.lock().clone();
            let keys = profile.slices().into_iter().filter(|key| key.window.is_none());
            let part = |key: SliceKey| match key.segment {
                None => Some((key, profile.grain(), profile.all().clone())),
                Some(_) => Some((key, Grain::Coarse, profile.slice(&key)?)),
            };
            let parts: Vec<_> = keys.filter_map(part).collect();
            (profile, parts)
        });
        let columns = profile.plan().columns();
        let counted = |(key, grain, slice): (SliceKey, Grain, SliceState)| {
            let counts = columns.iter().zip(&slice.columns).map(|(c, s)| tallied(py, &c.counter, s, grain));
            let counts = PyList::new(py, counts.collect::<PyResult<Vec<_>>>()?)?;
            Ok((segment_text(&key, profile.plan()), slice.rows, counts))
        };
        parts.into_iter().map(counted).collect()
    }
}

type SliceEntry = (String, &'static str, Option<i64>, Option<i64>, u64);

fn entry(profile: &tallystick_core::profile::Profile, key: &SliceKey) -> SliceEntry {
    let (start, end) = window_ends(key);
    let kind = match key.window {
        None => "all",
        Some(Window::Folded) => "folded",
        Some(Window::At { .. }) => "window",
        Some(Window::Missing) => "missing",
    };
    let rows = if *key == SliceKey::default() { profile.rows() } else { profile.slice_rows(key) };
    (segment_text(key, profile.plan()), kind, start, end, rows)
}

/// Rows of a column by what became of them; of numbers also the coarse cells in use, each with its
/// ends, the mean and the extremes.
fn tallied<'py>(
    py: Python<'py>,
    counter: &Counter,
    state: &ColumnState,
    grain: Grain,
) -> PyResult<Bound<'py, PyDict>> {
    let entry = PyDict::new(py);
    let names = ["null", "nan", "negative_infinity", "positive_infinity", "mistyped", "absent"];
    for (name, rows) in names.into_iter().zip(state.specials().to_array()) {
        entry.set_item(name, rows)?;
    }
    match (state, counter) {
        (ColumnState::Numeric(state), Counter::Numeric(binning)) => {
            let count = state.cells.total();
            let mut cells: Vec<((f64, f64), u64)> = Vec::new();
            for (cell, rows) in state.cells.occupied() {
                let coarse = if grain == Grain::Fine { binning.coarse_of(cell) } else { cell };
                let ends = binning.coarse_bounds(coarse);
                match cells.last_mut() {
                    Some(last) if last.0 == ends => last.1 += rows,
                    _ => cells.push((ends, rows)),
                }
            }
            entry.set_item("counted", count)?;
            entry.set_item("cells", cells)?;
            entry.set_item("mean", state.sums.mean(binning, count))?;
            entry.set_item("minimum", state.extremes.map(|e| e.0.to_f64()))?;
            entry.set_item("maximum", state.extremes.map(|e| e.1.to_f64()))?;
        }
        (ColumnState::Categorical(state), _) => {
            entry.set_item("counted", state.counts.iter().sum::<u64>())?;
            entry.set_item("other", state.other)?;
        }
        _ => {}
    }
    Ok(entry)
}

fn describe<'py>(
    py: Python<'py>,
    counter: &Counter,
    slice: &SliceState,
    column: usize,
) -> PyResult<Bound<'py, PyDict>> {
    let state = &slice.columns[column];
    let specials = state.specials();
    let entry = PyDict::new(py);
    entry.set_item("rows", state.rows())?;
    entry.set_item("present", state.present())?;
    entry.set_item("null", specials.null)?;
    entry.set_item("nan", specials.nan)?;
    entry.set_item("infinite", specials.infinite())?;
    entry.set_item("mistyped", specials.mistyped)?;
    entry.set_item("absent", specials.absent)?;
    match (state, counter) {
        (ColumnState::Numeric(state), Counter::Numeric(binning)) => {
            let count = state.cells.total();
            let largest = state.cells.occupied().filter(|(cell, _)| !binning.is_single(*cell));
            entry.set_item("largest_cell_rows", largest.map(|(_, rows)| rows).max().unwrap_or(0))?;
            entry.set_item("zeros", state.zeros)?;
            entry.set_item("minimum", state.extremes.map(|e| e.0.to_f64()))?;
            entry.set_item("maximum", state.extremes.map(|e| e.1.to_f64()))?;
            entry.set_item("mean", state.sums.mean(binning, count))?;
            entry.set_item("std", state.sums.variance(binning, count).map(f64::sqrt))?;
        }
        (ColumnState::Categorical(state), Counter::Categorical(vocabulary)) => {
            entry.set_item("other", state.other)?;
            let texts = vocabulary.categories().iter().map(String::as_str).zip(state.counts.iter().copied());
            let mut counted: Vec<(&str, u64)> = texts.filter(|(_, rows)| *rows > 0).collect();
            counted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
            entry.set_item("categories", counted.len())?;
            counted.truncate(16);
            entry.set_item("most_frequent", counted)?;
            if let Some(novel) = &state.novel {
                entry.set_item("unseen", novel.most_frequent(16))?;
                entry.set_item("unseen_distinct", novel.distinct())?;
                entry.set_item("unseen_complete", novel.is_complete())?;
            }
        }
        _ => {}
    }
    Ok(entry)
}
