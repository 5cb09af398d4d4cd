//! What a call does with a row: from its values to the recorder's buffer.

use std::sync::{Arc, MutexGuard};

use pyo3::prelude::*;
use pyo3::types::PyDict;
use tallystick_core::sampling::keeps;
use tallystick_recorder::stream::Stream;
use tallystick_recorder::{Counters, Recorder as Shared, Row};

use crate::cells;
use crate::errors::row_refused;
use crate::recorder::{LATENCY, Recorder, lock};
use crate::walk::{Scalar, State, Taken, Target};

/// What a strict recorder says of a time that is none.
pub const NO_TIME: &str = "time: expected seconds since 1970, a datetime, a date or ISO text";

/// What a call says beside the features.
#[derive(Clone, Copy)]
pub struct Beside<'a, 'py> {
    pub score: Option<&'a Bound<'py, PyAny>>,
    pub label: Option<&'a Bound<'py, PyAny>>,
    pub time: Option<&'a Bound<'py, PyAny>>,
    pub latency: Option<&'a Bound<'py, PyAny>>,
}

impl Recorder {
    /// Whether a row is among those kept.
    #[inline]
    pub fn keeps(&self, py: Python<'_>, id: Option<&Bound<'_, PyAny>>) -> PyResult<bool> {
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

    pub fn log_dict<'py>(
        &self,
        py: Python<'py>,
        dict: &Bound<'py, PyDict>,
        id: Option<&Bound<'py, PyAny>>,
        beside: Beside<'_, 'py>,
    ) -> PyResult<()> {
        if self.share.is_some() {
            let own = match &self.id_name {
                Some(name) if id.is_none() => dict.get_item(name)?,
                _ => None,
            };
            if !self.keeps(py, id.or(own.as_ref()))? {
                return Ok(());
            }
        }
        let mut state = lock(&self.state);
        let taken = state.walk(&self.names, dict);
        self.finish(py, state, taken, beside)
    }

    /// Adds what stands beside the features, and hands the row over.
    pub fn finish<'py>(
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
                (Some(value), Some(cell)) => state.take(Target::Cell(cell), value, &mut taken),
                // The plan does not count it, or counts it in several columns.
                (Some(_), None) => state.meet_unknown(name, &mut taken),
                _ => {}
            }
        }
        if let (Some(value), Some(cell)) = (beside.latency, names.latency) {
            state.take(Target::Cell(cell), value, &mut taken);
        }
        if let Some(time) = beside.time {
            state.take(Target::Time, time, &mut taken);
        }
        let latency = match beside.latency.filter(|_| names.latency.is_none()) {
            Some(value) => state.scalar(LATENCY).ok().map(|place| (value, place)),
            None => None,
        };
        let micros = if self.strict || !taken.cells.is_empty() || taken.time.is_some() {
            self.push_slowly(py, state, &taken)?
        } else {
            Self::push(py, state, taken.micros)
        };
        match latency {
            None => Ok(()),
            Some((value, place)) => self.log_scalar(py, place, value, Some(micros)),
        }
    }

    /// Hands the row over; its microseconds.
    fn push(py: Python<'_>, mut state: MutexGuard<'_, State>, micros: Option<i64>) -> i64 {
        let State { shared, row, .. } = &mut *state;
        let micros = micros.unwrap_or_else(|| shared.wall());
        if let Some(buffer) = shared.log(shared.rows(), row, micros) {
            let shared = Arc::clone(shared);
            drop(state);
            py.detach(|| shared.count(shared.rows(), buffer));
        }
        micros
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
                return Err(row_refused(py, NO_TIME, "time"));
            }
        }
        if told == Some(None) {
            Counters::add(&shared.counters().mistyped_times, 1);
        }
        let micros = told.flatten().or(taken.micros).unwrap_or_else(|| shared.wall());
        if let Some(buffer) = shared.log(shared.rows(), &row, micros) {
            py.detach(|| shared.count(shared.rows(), buffer));
        }
        Ok(micros)
    }

    /// Takes a single number in.
    pub fn log_scalar(
        &self,
        py: Python<'_>,
        place: usize,
        value: &Bound<'_, PyAny>,
        micros: Option<i64>,
    ) -> PyResult<()> {
        let mut state = lock(&self.state);
        let State { shared, scalars, .. } = &mut *state;
        let Scalar { stream, row } = &mut scalars[place];
        let micros = micros.unwrap_or_else(|| shared.wall());
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
        (row, value): (&mut Row, &Bound<'_, PyAny>),
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
    pub fn refuse(&self, py: Python<'_>, name: &str, expected: &str) -> PyResult<()> {
        if self.strict {
            return Err(row_refused(py, &format!("{name}: expected {expected}"), name));
        }
        Counters::add(&lock(&self.state).shared.counters().rows_refused, 1);
        Ok(())
    }
}
