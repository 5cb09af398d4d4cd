//! Recorders: what a request calls.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};
use tallystick_arrow::Binder;
use tallystick_core::batch::Values;
use tallystick_core::sampling::keeps;
use tallystick_core::scalar::Unit;
use tallystick_recorder::stream::Stream;
use tallystick_recorder::{Clock, Counters, Moment, Recorder as Shared, Row as Cells, Settings};

use crate::batch::Imported;
use crate::cells;
use crate::errors::{Failure, guard, row_refused};
use crate::plan::Plan;
use crate::profile::Profile;
use crate::walk::{Names, Scalar, State, Taken, Target};

/// The stream of latencies that the plan has no column for.
const LATENCY: &str = "latency_seconds";

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn clock() -> Box<Clock> {
    let began = Instant::now();
    Box::new(move || Moment {
        wall: match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => since.as_micros() as i64,
            Err(before) => -(before.duration().as_micros() as i64),
        },
        steady: began.elapsed().as_micros() as i64,
    })
}

/// What a call says beside the features.
#[derive(Clone, Copy)]
struct Beside<'a, 'py> {
    score: Option<&'a Bound<'py, PyAny>>,
    label: Option<&'a Bound<'py, PyAny>>,
    time: Option<&'a Bound<'py, PyAny>>,
    latency: Option<&'a Bound<'py, PyAny>>,
}

/// Takes rows in.
#[pyclass(subclass, frozen, module = "tallystick._core")]
pub struct Recorder {
    names: Names,
    strict: bool,
    /// Share of the rows that is kept, when not all are.
    share: Option<f64>,
    state: Mutex<State>,
}

#[pymethods]
impl Recorder {
    #[new]
    #[pyo3(signature = (plan, id, *, spool, window_seconds, lateness_seconds, flush_seconds, share, strict, aliases, ignored))]
    #[allow(clippy::too_many_arguments, reason = "keyword-only in Python, one struct in the crate")]
    fn new(
        plan: &Plan,
        id: [u8; 16],
        spool: Option<PathBuf>,
        window_seconds: Option<i64>,
        lateness_seconds: i64,
        flush_seconds: f64,
        share: Option<f64>,
        strict: bool,
        aliases: Vec<(String, String)>,
        ignored: Vec<String>,
    ) -> Self {
        let names = Names::new(&plan.inner, LATENCY, aliases, ignored);
        let flush = Duration::try_from_secs_f64(flush_seconds).unwrap_or(Duration::MAX);
        let plan = Arc::clone(&plan.inner);
        let settings = Settings { id, plan, spool, window_seconds, lateness_seconds, flush };
        Self { names, strict, share, state: Mutex::new(State::new(settings, clock())) }
    }

    /// Records one prediction: features by name, what came of them, and when.
    #[pyo3(signature = (features, score=None, *, label=None, id=None, time=None, latency=None))]
    #[allow(clippy::too_many_arguments, reason = "keyword-only in Python")]
    fn log<'py>(
        &self,
        py: Python<'py>,
        features: &Bound<'py, PyAny>,
        score: Option<&Bound<'py, PyAny>>,
        label: Option<&Bound<'py, PyAny>>,
        id: Option<&Bound<'py, PyAny>>,
        time: Option<&Bound<'py, PyAny>>,
        latency: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<()> {
        if !self.keeps(py, id)? {
            return Ok(());
        }
        let beside = Beside { score, label, time, latency };
        if let Ok(dict) = features.cast::<PyDict>() {
            return self.log_dict(py, dict, beside);
        }
        // Other mappings, such as those of frameworks: through a dict of theirs.
        match py.get_type::<PyDict>().call1((features,)) {
            Ok(dict) => self.log_dict(py, dict.cast::<PyDict>()?, beside),
            Err(_) => self.refuse(py, "features", "a mapping of names to values"),
        }
    }

    /// Calls for tuples whose values stand in the order of these names.
    #[pyo3(signature = (*names))]
    fn row(slf: &Bound<'_, Self>, names: Vec<String>) -> PyResult<Row> {
        let target = |name: &String| {
            slf.get().names.find(name).ok_or_else(|| {
                row_refused(slf.py(), &format!("names: expected columns of the plan, got {name}"), name)
            })
        };
        let targets = names.iter().map(target).collect::<PyResult<_>>()?;
        Ok(Row { recorder: slf.clone().unbind(), targets })
    }

    /// Calls for single numbers under a name of their own.
    fn observe(slf: &Bound<'_, Self>, name: &str) -> PyResult<Observer> {
        let place = guard(slf.py(), || Ok(lock(&slf.get().state).scalar(name)?))?;
        Ok(Observer { recorder: slf.clone().unbind(), place })
    }

    /// Counts a batch whose rows are all of the window of this instant.
    fn count_batch(&self, py: Python<'_>, batch: Imported, micros: i64) -> PyResult<()> {
        let shared = Arc::clone(&lock(&self.state).shared);
        guard(py, || {
            py.detach(|| {
                let batch = batch.checked()?;
                let plan = shared.rows().plan();
                let bound = Binder(plan).bind(&batch);
                let mut batch = bound.batch(plan, None);
                let ticks = vec![micros; batch.rows].into();
                batch.time = Some(Values::Times { ticks, unit: Unit::Microsecond, validity: None });
                shared.log_batch(&batch, micros);
                Ok(())
            })
            .map_err(|error: tallystick_arrow::Error| Failure::from(error))
        })
    }

    /// Which rows of these ids a sampled log keeps.
    fn kept(&self, ids: Vec<String>) -> Vec<bool> {
        let kept: Vec<bool> =
            ids.iter().map(|id| self.share.is_none_or(|share| keeps(id.as_bytes(), share))).collect();
        let out = kept.iter().filter(|kept| !**kept).count() as u64;
        Counters::add(&lock(&self.state).shared.counters().rows_sampled_out, out);
        kept
    }

    /// Whether everything logged before is counted and, with a spool, safely in it.
    fn flush(&self, py: Python<'_>) -> bool {
        let shared = Arc::clone(&lock(&self.state).shared);
        py.detach(|| shared.flush())
    }

    /// The same, and the end of the recorder's thread.
    fn close(&self, py: Python<'_>) -> bool {
        let shared = Arc::clone(&lock(&self.state).shared);
        py.detach(|| shared.close())
    }

    /// What was counted, of a recorder without a spool.
    fn counted(&self, py: Python<'_>, scalar: Option<&str>) -> PyResult<Option<Profile>> {
        let (shared, stream) = {
            let mut state = lock(&self.state);
            let stream = match scalar {
                None => Arc::clone(state.shared.rows()),
                Some(name) => {
                    let place = guard(py, || Ok(state.scalar(name)?))?;
                    Arc::clone(&state.scalars[place].stream)
                }
            };
            (Arc::clone(&state.shared), stream)
        };
        Ok(py.detach(|| shared.profile(&stream)).map(Profile::of))
    }

    /// Every counter by its name, and how often each unknown key came.
    fn totals<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyDict>, Bound<'py, PyDict>)> {
        let (totals, unknown) = (PyDict::new(py), PyDict::new(py));
        let state = lock(&self.state);
        for (name, count) in state.shared.totals() {
            totals.set_item(name, count)?;
        }
        for (name, count) in state.unknown().iter().filter(|(_, count)| *count > 0) {
            unknown.set_item(&**name, count)?;
        }
        Ok((totals, unknown))
    }

    #[getter]
    fn id(&self) -> String {
        tallystick_arrow::hex(&lock(&self.state).shared.settings().id)
    }

    /// Starts from nothing under another id: what a forked child does first.
    fn renew(&self, id: [u8; 16]) -> PyResult<()> {
        let mut state = lock(&self.state);
        let settings = Settings { id, ..state.shared.settings().clone() };
        let names: Vec<String> = state.scalars.iter().map(|one| one.stream.name().to_owned()).collect();
        // What the parent's thread may have locked stays locked here: none of it is touched again,
        // nor freed.
        let old = std::mem::replace(&mut *state, State::new(settings, clock()));
        std::mem::forget(old);
        names.iter().try_for_each(|name| state.scalar(name).map(drop)).map_err(|_| {
            pyo3::exceptions::PyRuntimeError::new_err("the scalars of a recorder could not be made again")
        })
    }
}

impl Recorder {
    /// Whether a row is among those kept.
    #[inline]
    fn keeps(&self, py: Python<'_>, id: Option<&Bound<'_, PyAny>>) -> PyResult<bool> {
        match self.share {
            None => Ok(true),
            Some(share) => self.keeps_share(py, share, id),
        }
    }

    fn keeps_share(&self, py: Python<'_>, share: f64, id: Option<&Bound<'_, PyAny>>) -> PyResult<bool> {
        let text = match id {
            Some(id) if !id.is_none() => id.str().ok(),
            _ => None,
        };
        let kept = match text.as_ref().and_then(|text| text.to_str().ok()) {
            Some(text) => keeps(text.as_bytes(), share),
            None if self.strict => {
                return Err(row_refused(py, "id: expected one, as rows are sampled by it", "id"));
            }
            None => {
                let mut state = lock(&self.state);
                state.unnamed += 1;
                let counters = state.shared.counters();
                Counters::add(&counters.rows_without_id, 1);
                let mut own = state.shared.settings().id.to_vec();
                own.extend(state.unnamed.to_le_bytes());
                keeps(&own, share)
            }
        };
        if !kept {
            Counters::add(&lock(&self.state).shared.counters().rows_sampled_out, 1);
        }
        Ok(kept)
    }

    fn log_dict<'py>(
        &self,
        py: Python<'py>,
        dict: &Bound<'py, PyDict>,
        beside: Beside<'_, 'py>,
    ) -> PyResult<()> {
        let mut state = lock(&self.state);
        let taken = state.walk(&self.names, dict);
        self.finish(py, state, taken, beside)
    }

    /// Adds what stands beside the features, and hands the row over.
    fn finish<'py>(
        &self,
        py: Python<'py>,
        mut state: MutexGuard<'_, State>,
        mut taken: Taken<'py>,
        beside: Beside<'_, 'py>,
    ) -> PyResult<()> {
        let names = &self.names;
        for (name, value, cell) in
            [("score", beside.score, names.score), ("label", beside.label, names.label)]
        {
            match (value, cell) {
                (Some(value), Some(cell)) => state.take(Target::Cell(cell), value.clone(), &mut taken),
                // The plan does not count it, or counts it in several columns.
                (Some(_), None) => state.meet_unknown(name, &mut taken),
                _ => {}
            }
        }
        if let (Some(value), Some(cell)) = (beside.latency, names.latency) {
            state.take(Target::Cell(cell), value.clone(), &mut taken);
        }
        if let Some(time) = beside.time {
            state.take(Target::Time, time.clone(), &mut taken);
        }
        let latency = beside.latency.filter(|_| names.latency.is_none());
        let micros = if self.strict || !taken.cells.is_empty() || taken.time.is_some() {
            self.push_slowly(py, state, &taken)?
        } else {
            let State { shared, row, .. } = &mut *state;
            let micros = taken.micros.unwrap_or_else(|| shared.now().wall);
            if let Some(buffer) = shared.log(shared.rows(), row, micros) {
                let shared = Arc::clone(shared);
                drop(state);
                py.detach(|| shared.count(shared.rows(), buffer));
            }
            micros
        };
        match latency {
            None => Ok(()),
            Some(value) => {
                let place = guard(py, || Ok(lock(&self.state).scalar(LATENCY)?))?;
                self.log_scalar(py, place, value, Some(micros))
            }
        }
    }

    /// Asks Python for values of uncommon types, with nothing locked; the row's microseconds.
    #[cold]
    fn push_slowly(&self, py: Python<'_>, state: MutexGuard<'_, State>, taken: &Taken<'_>) -> PyResult<i64> {
        let (shared, mut row) = (Arc::clone(&state.shared), state.row.clone());
        let unknown = taken.unknown_name(&state);
        drop(state);
        taken.cells.iter().for_each(|(cell, value)| cells::set_slowly(&mut row, *cell, value));
        let told = taken.time.as_ref().map(cells::instant_of);
        if self.strict {
            let stream = shared.rows();
            if let Some(name) = unknown {
                let message = format!("features: expected names of the plan's columns, got another: {name}");
                return Err(row_refused(py, &message, &name));
            }
            if let Some(name) = stream.mistyped(&row).next() {
                let message = format!("column {name}: expected values of the type it was learned from");
                return Err(row_refused(py, &message, name));
            }
            if told == Some(None) {
                let message = "time: expected seconds since 1970, a date or a datetime";
                return Err(row_refused(py, message, "time"));
            }
        }
        if told == Some(None) {
            Counters::add(&shared.counters().mistyped_times, 1);
        }
        let micros = told.flatten().or(taken.micros).unwrap_or_else(|| shared.now().wall);
        if let Some(buffer) = shared.log(shared.rows(), &row, micros) {
            py.detach(|| shared.count(shared.rows(), buffer));
        }
        Ok(micros)
    }

    /// Takes a single number in.
    fn log_scalar(
        &self,
        py: Python<'_>,
        place: usize,
        value: &Bound<'_, PyAny>,
        micros: Option<i64>,
    ) -> PyResult<()> {
        let mut state = lock(&self.state);
        let State { shared, scalars, .. } = &mut *state;
        let Scalar { stream, row } = &mut scalars[place];
        let micros = micros.unwrap_or_else(|| shared.now().wall);
        let over = if cells::set(row, 0, value) && !self.strict {
            shared.log(stream, row, micros)
        } else {
            let mut row = row.clone();
            let (shared, stream) = (Arc::clone(shared), Arc::clone(stream));
            drop(state);
            return self.log_scalar_slowly(py, (&shared, &stream), (&mut row, value), micros);
        };
        if let Some(buffer) = over {
            let (shared, stream) = (Arc::clone(shared), Arc::clone(stream));
            drop(state);
            py.detach(|| shared.count(&stream, buffer));
        }
        Ok(())
    }

    #[cold]
    fn log_scalar_slowly(
        &self,
        py: Python<'_>,
        (shared, stream): (&Arc<Shared>, &Stream),
        (row, value): (&mut Cells, &Bound<'_, PyAny>),
        micros: i64,
    ) -> PyResult<()> {
        if !cells::set(row, 0, value) {
            cells::set_slowly(row, 0, value);
        }
        if let (true, Some(name)) = (self.strict, stream.mistyped(row).next()) {
            return Err(row_refused(py, &format!("{name}: expected a number"), name));
        }
        if let Some(buffer) = shared.log(stream, row, micros) {
            py.detach(|| shared.count(stream, buffer));
        }
        Ok(())
    }

    /// A row that cannot be read at all.
    #[cold]
    fn refuse(&self, py: Python<'_>, name: &str, expected: &str) -> PyResult<()> {
        if self.strict {
            return Err(row_refused(py, &format!("{name}: expected {expected}"), name));
        }
        Counters::add(&lock(&self.state).shared.counters().rows_refused, 1);
        Ok(())
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        // Its thread writes what there is, and ends.
        lock(&self.state).shared.stop();
    }
}

/// Takes rows in as tuples.
#[pyclass(frozen, module = "tallystick._core")]
pub struct Row {
    recorder: Py<Recorder>,
    targets: Vec<Target>,
}

#[pymethods]
impl Row {
    /// Records one prediction, whose features stand in the order of the row's names.
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
            targets.for_each(|(target, value)| state.take(*target, value.to_owned(), &mut taken));
        } else if let Ok(list) = values.cast::<PyList>() {
            let targets = self.targets.iter().zip(list.iter());
            targets.for_each(|(target, value)| state.take(*target, value, &mut taken));
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

#[pymethods]
impl Observer {
    /// Records one number.
    #[pyo3(signature = (value, *, time=None))]
    fn log(&self, py: Python<'_>, value: &Bound<'_, PyAny>, time: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let recorder = self.recorder.get();
        let micros = time.and_then(|time| cells::seconds(time).or_else(|| cells::instant_of(time)));
        if time.is_some() && micros.is_none() {
            if recorder.strict {
                let message = "time: expected seconds since 1970, a date or a datetime";
                return Err(row_refused(py, message, "time"));
            }
            Counters::add(&lock(&recorder.state).shared.counters().mistyped_times, 1);
        }
        recorder.log_scalar(py, self.place, value, micros)
    }
}
