//! Where counts go: frames of a spool, or profiles in memory.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use tallystick_core::codec::counts_from_bytes;
use tallystick_core::plan::Plan;
use tallystick_core::profile::Profile;
use tallystick_core::slice::Window;

use crate::counters::Counters;
use crate::frame::{Counts, Kind, Opening, RecorderId, Status};
use crate::spool::Spool;
use crate::windows::Delta;

pub(crate) struct Output {
    plan: Arc<Plan>,
    spool: Option<Spool>,
    kept: BTreeMap<String, Profile>,
    /// Whether there is something that the last status does not know of.
    news: bool,
    /// End of the latest window written, until a status says that it is closed.
    open_until: Option<i64>,
}

impl Output {
    pub fn new(folder: Option<PathBuf>, recorder: RecorderId, opening: &Opening) -> Self {
        let spool = folder.map(|folder| Spool::new(folder, recorder, opening.encode()));
        let plan = Arc::clone(&opening.plan);
        Self { plan, spool, kept: BTreeMap::new(), news: false, open_until: None }
    }

    /// What was kept of a stream.
    pub fn kept(&self, stream: &str) -> Option<Profile> {
        self.kept.get(stream).cloned()
    }

    /// See the field.
    pub fn open_until(&self) -> Option<i64> {
        self.open_until
    }

    /// Takes counts of a stream; `own` is its plan where that is not the recorder's.
    pub fn add(&mut self, stream: &str, own: Option<&Arc<Plan>>, deltas: Vec<Delta>, counters: &Counters) {
        for delta in deltas {
            self.news = true;
            let Some(spool) = &mut self.spool else {
                let plan = Arc::clone(own.unwrap_or(&self.plan));
                self.keep(stream, &plan, &delta, counters);
                continue;
            };
            if let Some(Window::At { end, .. }) = delta.key {
                self.open_until = self.open_until.max(Some(end));
            }
            spool.add(Kind::Counts, &Counts::encode(stream, own.map(AsRef::as_ref), &delta));
        }
    }

    fn keep(&mut self, stream: &str, plan: &Arc<Plan>, delta: &Delta, counters: &Counters) {
        let all = self.kept.entry(stream.to_owned()).or_insert_with(|| Profile::new(Arc::clone(plan)));
        let counted = counts_from_bytes(plan, &delta.counts);
        if counted.and_then(|counted| all.merge(&counted)).is_err() {
            Counters::add(&counters.rows_lost, delta.rows);
        }
    }

    /// Ends a flush with how far the recorder has come, if anything is new.
    pub fn close(&mut self, watermark: Option<i64>, finished: bool, totals: &dyn Fn() -> Vec<(String, u64)>) {
        let closes = watermark.is_some_and(|mark| self.open_until.is_some_and(|end| end <= mark));
        if !(self.news || closes || finished && self.has_written()) {
            return;
        }
        if closes {
            self.open_until = None;
        }
        self.news = false;
        if let Some(spool) = &mut self.spool {
            let status = Status { watermark, finished, counters: totals() };
            spool.add(Kind::Status, &status.encode());
        }
    }

    fn has_written(&self) -> bool {
        self.spool.as_ref().is_some_and(Spool::has_begun)
    }

    /// Writes what waits; whether nothing does any more.
    pub fn write(&mut self, counters: &Counters) -> bool {
        let Some(spool) = &mut self.spool else { return true };
        let written = spool.write();
        match &written {
            Ok((frames, bytes)) => {
                Counters::add(&counters.frames_written, *frames);
                Counters::add(&counters.bytes_written, *bytes);
            }
            Err(_) => Counters::add(&counters.failed_writes, 1),
        }
        written.is_ok()
    }
}
