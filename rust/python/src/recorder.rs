//! Recorders: what a request calls.
#![allow(clippy::doc_markdown, reason = "what `help()` shows is written as Python's is")]

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use pyo3::types::PyDict;
use tallystick_arrow::Binder;
use tallystick_core::batch::Values;
use tallystick_core::sampling::keeps;
use tallystick_core::scalar::Unit;
use tallystick_recorder::{Clock, Counters, Settings};

use crate::batch::Imported;
use crate::calls::Beside;
use crate::errors::{Failure, guard, row_refused};
use crate::loggers::{Observer, Row};
use crate::plan::Plan;
use crate::profile::Profile;
use crate::walk::{Names, State};

/// The stream of latencies that the plan has no column for.
pub const LATENCY: &str = "latency_seconds";

pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The clocks of the system.
struct SystemClock(Instant);

impl Clock for SystemClock {
    /// To some milliseconds: telling windows apart needs no more, and a finer clock takes as long
    /// as all else that is done for a number.
    #[cfg(target_os = "linux")]
    fn wall(&self) -> i64 {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::RealtimeCoarse);
        now.tv_sec.saturating_mul(1_000_000).saturating_add(now.tv_nsec / 1000)
    }

    #[cfg(not(target_os = "linux"))]
    fn wall(&self) -> i64 {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.map_or_else(|before| -micros(before.duration()), micros)
    }

    fn steady(&self) -> i64 {
        micros(self.0.elapsed())
    }
}

fn micros(duration: Duration) -> i64 {
    duration.as_secs() as i64 * 1_000_000 + i64::from(duration.subsec_micros())
}

fn clock() -> Box<dyn Clock> {
    Box::new(SystemClock(Instant::now()))
}

/// Takes rows in.
#[pyclass(subclass, frozen, module = "tallystick._core")]
pub struct Recorder {
    pub names: Names,
    pub strict: bool,
    /// Share of the rows that is kept, when not all are.
    pub share: Option<f64>,
    /// Name under which features may hold the id.
    pub id_name: Option<String>,
    pub state: Mutex<State>,
}

#[pymethods]
impl Recorder {
    #[new]
    #[pyo3(signature = (plan, recorder_id, *, spool, window_seconds, lateness_seconds, flush_seconds, share, id_name, strict, aliases, ignored))]
    #[allow(clippy::too_many_arguments, reason = "keyword-only in Python, one struct in the crate")]
    fn new(
        plan: &Plan,
        recorder_id: [u8; 16],
        spool: Option<PathBuf>,
        window_seconds: Option<i64>,
        lateness_seconds: i64,
        flush_seconds: f64,
        share: Option<f64>,
        id_name: Option<String>,
        strict: bool,
        aliases: Vec<(String, String)>,
        ignored: Vec<String>,
    ) -> Self {
        let names = Names::new(&plan.inner, LATENCY, aliases, ignored);
        let flush = Duration::try_from_secs_f64(flush_seconds).unwrap_or(Duration::MAX);
        let plan = Arc::clone(&plan.inner);
        let settings = Settings { id: recorder_id, plan, spool, window_seconds, lateness_seconds, flush };
        Self { names, strict, share, id_name, state: Mutex::new(State::new(settings, clock())) }
    }

    /// Records one prediction.
    ///
    /// Args:
    ///     features: Values by the names of the plan's columns, in any order; another mapping than a
    ///         dict is copied to one first.
    ///     score: What the model gave, for the plan's score column.
    ///     label: What really happened, if that is known already.
    ///     id: Names the prediction: with `sample` the hash of its text decides whether the row is kept.
    ///         None takes the spec's `log.id` among the features. It is not kept itself.
    ///     time: When it happened: seconds since 1970, a datetime (UTC if naive), a date, or ISO text.
    ///         None takes the plan's time column among the features, else the present.
    ///     latency: Seconds that it took; counted as `latency_seconds`.
    ///
    /// Raises:
    ///     ParameterError: Only with `strict`.
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
        let beside = Beside { score, label, time, latency };
        if let Ok(dict) = features.cast::<PyDict>() {
            return self.log_dict(py, dict, id, beside);
        }
        // Other mappings, such as those of frameworks: through a dict of theirs.
        match py.get_type::<PyDict>().call1((features,)) {
            Ok(dict) => self.log_dict(py, dict.cast::<PyDict>()?, id, beside),
            Err(_) => self.refuse(py, "features", "a mapping of names to values"),
        }
    }

    /// Gives a `Row`, whose `log` takes tuples and lists with values in the order of these names.
    ///
    /// Raises:
    ///     ParameterError: The plan has no such column.
    #[pyo3(signature = (*names))]
    fn row(slf: &Bound<'_, Self>, names: Vec<String>) -> PyResult<Row> {
        let target = |name: String| {
            let message = || format!("names: expected columns of the plan, got {name}");
            slf.get().names.find(&name).ok_or_else(|| row_refused(slf.py(), &message(), &name))
        };
        let targets = names.into_iter().map(target).collect::<PyResult<_>>()?;
        Ok(Row::new(slf.clone().unbind(), targets))
    }

    /// Gives an `Observer`, whose `log` takes single numbers under a name of their own.
    ///
    /// Args:
    ///     name: At most 256 bytes; at most 256 names.
    ///
    /// Raises:
    ///     ParameterError: There are too many names, or this one is empty or too long.
    fn observe(slf: &Bound<'_, Self>, name: &str) -> PyResult<Observer> {
        let place = guard(slf.py(), || Ok(lock(&slf.get().state).scalar(name)?))?;
        Ok(Observer::new(slf.clone().unbind(), place))
    }

    /// Counts a call whose rows cannot be read.
    #[pyo3(name = "_refuse")]
    fn refuse_batch(&self, py: Python<'_>) -> PyResult<()> {
        self.refuse(py, "data", "rows that can be read")
    }

    /// Counts a batch whose rows are all of the window of this instant.
    #[pyo3(name = "_count_batch")]
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
    #[allow(clippy::needless_pass_by_value, reason = "pyo3 hands converted arguments over by value")]
    #[pyo3(name = "_kept")]
    fn kept(&self, ids: Vec<String>) -> Vec<bool> {
        let kept: Vec<bool> =
            ids.iter().map(|id| self.share.is_none_or(|share| keeps(id.as_bytes(), share))).collect();
        let out = kept.iter().filter(|kept| !**kept).count() as u64;
        Counters::add(&lock(&self.state).shared.counters().rows_sampled_out, out);
        kept
    }

    /// Counts what was logged so far and writes it to the spool; whether it is safe there. When not,
    /// it is kept and written later. Without a spool: whether it is counted.
    fn flush(&self, py: Python<'_>) -> bool {
        let shared = Arc::clone(&lock(&self.state).shared);
        py.detach(|| shared.flush())
    }

    /// Does the same, says in the spool that no more will come, and ends the recorder's thread. What
    /// is logged afterwards starts it again.
    fn close(&self, py: Python<'_>) -> bool {
        let shared = Arc::clone(&lock(&self.state).shared);
        py.detach(|| shared.close())
    }

    /// What was counted, of a recorder without a spool.
    #[pyo3(name = "_counted")]
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
    #[pyo3(name = "_totals")]
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

    /// Names the recorder in the spool: 32 hex digits, others after a fork.
    #[getter]
    fn id(&self) -> String {
        tallystick_arrow::hex(&lock(&self.state).shared.settings().id)
    }

    /// Starts from nothing under another id: what a forked child does first.
    #[pyo3(name = "_renew")]
    fn renew(&self, recorder_id: [u8; 16]) -> PyResult<()> {
        let mut state = lock(&self.state);
        let settings = Settings { id: recorder_id, ..state.shared.settings().clone() };
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

impl Drop for Recorder {
    fn drop(&mut self) {
        // Its thread writes what there is, and ends.
        lock(&self.state).shared.stop();
    }
}
