//! One recorder: its streams, the thread that counts them, and where their counts go.

mod worker;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tallystick_core::batch::Batch;
use tallystick_core::error::{Error, Result};
use tallystick_core::plan::Plan;
use tallystick_core::profile::Profile;
use tallystick_core::slice::Window;

use crate::clock::{Clock, Moment, second};
use crate::counters::Counters;
use crate::frame::{MAX_NAME, Opening, RecorderId};
use crate::output::Output;
use crate::row::{Buffer, Row};
use crate::stream::{Pushed, Stream, lock};
use crate::watermark::Watermark;
use crate::windows::{Key, Windows};
use worker::Worker;

/// Most streams beside the rows.
pub const MAX_SCALARS: usize = 256;

/// What a recorder is made of.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its name.
    pub id: RecorderId,
    /// How rows are counted.
    pub plan: Arc<Plan>,
    /// Folder of the spool; counts stay in memory without one.
    pub spool: Option<PathBuf>,
    /// Length of the windows; `None` counts all rows together.
    pub window_seconds: Option<i64>,
    /// How late rows may come before their window is closed.
    pub lateness_seconds: i64,
    /// Time after which what was logged is in the spool.
    pub flush: Duration,
}

/// Counts what is logged, and writes it.
pub struct Recorder {
    settings: Settings,
    clock: Box<dyn Clock>,
    counters: Counters,
    rows: Arc<Stream>,
    scalars: Mutex<BTreeMap<String, Arc<Stream>>>,
    watermark: Mutex<Watermark>,
    /// Locked before any stream.
    output: Mutex<Output>,
    /// Whether the thread knows that something was logged.
    dirty: AtomicBool,
    worker: Worker,
}

impl Recorder {
    /// A recorder without a row. Its thread starts with the first one.
    #[must_use]
    pub fn new(settings: Settings, clock: Box<dyn Clock>) -> Arc<Self> {
        let opening = Opening {
            plan: Arc::clone(&settings.plan),
            window_seconds: settings.window_seconds,
            lateness_seconds: settings.lateness_seconds,
            started: second(clock.wall()),
        };
        let output = Output::new(settings.spool.clone(), settings.id, &opening);
        Arc::new(Self {
            rows: Arc::new(Stream::new(String::new(), Arc::clone(&settings.plan), settings.window_seconds)),
            scalars: Mutex::new(BTreeMap::new()),
            watermark: Mutex::new(Watermark::new(settings.lateness_seconds)),
            output: Mutex::new(output),
            counters: Counters::default(),
            dirty: AtomicBool::new(false),
            worker: Worker::default(),
            settings,
            clock,
        })
    }

    /// What it was made of.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Microseconds since 1970.
    #[must_use]
    #[inline]
    pub fn wall(&self) -> i64 {
        self.clock.wall()
    }

    fn now(&self) -> Moment {
        Moment { wall: self.clock.wall(), steady: self.clock.steady() }
    }

    /// What happened to it.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// The rows of its plan.
    #[must_use]
    pub fn rows(&self) -> &Arc<Stream> {
        &self.rows
    }

    /// The stream of a single number, counted in log-linear cells.
    ///
    /// # Errors
    /// When the name is empty or too long, or there are too many.
    pub fn scalar(&self, name: &str) -> Result<Arc<Stream>> {
        let mut scalars = lock(&self.scalars);
        if let Some(stream) = scalars.get(name) {
            return Ok(Arc::clone(stream));
        }
        let refused = |expected: &str| Error::Parameter { name: "name".into(), expected: expected.into() };
        if name.is_empty() || name.len() > MAX_NAME {
            return Err(refused("a text of 1 to 256 bytes"));
        }
        if scalars.len() >= MAX_SCALARS {
            return Err(refused("one of the 256 names seen before: a recorder has no more"));
        }
        let plan = Arc::new(Plan::of_scalar(name)?);
        let stream = Arc::new(Stream::new(name.to_owned(), plan, self.settings.window_seconds));
        scalars.insert(name.to_owned(), Arc::clone(&stream));
        Ok(stream)
    }

    /// Takes a row in. What comes back is full, and too much waits already: it is for the caller
    /// to hand to [`Recorder::count`].
    #[inline]
    #[must_use]
    pub fn log(self: &Arc<Self>, stream: &Stream, row: &Row, micros: i64) -> Option<Buffer> {
        let pushed = stream.push(row, micros);
        if !self.dirty.load(Ordering::Relaxed) {
            self.begin_interval();
        }
        match pushed {
            Pushed::Room => None,
            Pushed::Full => {
                self.worker.want_count();
                None
            }
            Pushed::Over(buffer) => Some(buffer),
        }
    }

    /// Counts a full buffer on the caller's thread.
    pub fn count(&self, stream: &Stream, buffer: Buffer) {
        Counters::add(&self.counters.rows_counted_inline, buffer.rows() as u64);
        self.count_into(stream, &mut stream.counted(), buffer);
    }

    /// Counts rows of the plan that lie in one window, the one of this instant.
    pub fn log_batch(self: &Arc<Self>, batch: &Batch<'_>, micros: i64) {
        let rows = batch.rows as u64;
        let mut windows = self.rows.counted();
        let (now, second) = (self.now(), second(micros));
        let key = windows.key(second);
        let seen = see(&mut lock(&self.watermark), second, key, now);
        windows.count_batch(key, batch, seen.late);
        Counters::add(&self.counters.rows_lost, windows.take_lost());
        drop(windows);
        Counters::add(&self.counters.rows_logged, rows);
        Counters::add(&self.counters.rows_late, if seen.late { rows } else { 0 });
        Counters::add(&self.counters.rows_ahead, if seen.ahead { rows } else { 0 });
        self.begin_interval();
    }

    /// Tells the thread, which may have to be started, that there is something to write.
    #[cold]
    fn begin_interval(self: &Arc<Self>) {
        self.dirty.store(true, Ordering::Relaxed);
        self.start();
        self.worker.want_flush();
    }

    fn count_into(&self, stream: &Stream, windows: &mut Windows, buffer: Buffer) {
        let (now, mut watermark) = (self.now(), lock(&self.watermark));
        let (mut late, mut ahead) = (0, 0);
        let mistyped = windows.count(&buffer, &mut |second, key| {
            let seen = see(&mut watermark, second, key, now);
            late += u64::from(seen.late);
            ahead += u64::from(seen.ahead);
            seen.late
        });
        drop(watermark);
        Counters::add(&self.counters.rows_late, late);
        Counters::add(&self.counters.rows_ahead, ahead);
        Counters::add(&self.counters.mistyped_values, mistyped);
        Counters::add(&self.counters.rows_lost, windows.take_lost());
        stream.give_back(buffer);
    }

    fn streams(&self) -> Vec<Arc<Stream>> {
        let scalars = lock(&self.scalars);
        std::iter::once(&self.rows).chain(scalars.values()).map(Arc::clone).collect()
    }

    /// Counts the buffers that are full, or all that was logged.
    fn drain(&self, all: bool) {
        for stream in self.streams() {
            // Taken out while the counts are locked: a flush misses nothing that is under way. What
            // comes meanwhile waits for the next turn, or this one might never end.
            let mut windows = stream.counted();
            for buffer in stream.take(all) {
                self.count_into(&stream, &mut windows, buffer);
            }
        }
    }

    /// Counts and writes everything logged before this call; whether it is safe on the disk, or,
    /// without a spool, counted.
    pub fn flush(&self) -> bool {
        self.flush_to(false)
    }

    fn flush_to(&self, finished: bool) -> bool {
        let mut output = lock(&self.output);
        // From here on, what is logged is for the next flush.
        self.dirty.store(false, Ordering::Relaxed);
        self.drain(true);
        let now = self.now();
        let watermark = lock(&self.watermark).at(now);
        let mut safe = output.write(&self.counters);
        if safe {
            for stream in self.streams() {
                let own = !stream.name().is_empty();
                let deltas = stream.counted().take();
                output.add(stream.name(), own.then(|| stream.plan()), deltas, &self.counters);
            }
            output.close(watermark, finished, &|| self.totals());
            safe = output.write(&self.counters);
        }
        if !safe {
            // Tried again after the next interval.
            self.worker.want_flush();
        }
        safe
    }

    /// Every counter.
    #[must_use]
    pub fn totals(&self) -> Vec<(String, u64)> {
        let mut totals: Vec<(String, u64)> =
            self.counters.totals().into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
        if let Some((_, rows)) = totals.first_mut() {
            *rows += self.rows.rows();
        }
        totals
    }

    /// What was counted so far of a stream, where there is no spool; `None` where there is one.
    #[must_use]
    pub fn profile(&self, stream: &Stream) -> Option<Profile> {
        if self.settings.spool.is_some() {
            return None;
        }
        self.flush();
        let output = lock(&self.output);
        Some(output.kept(stream.name()).unwrap_or_else(|| Profile::new(Arc::clone(stream.plan()))))
    }

    /// When the latest window that was written is closed: then that is written too, once.
    fn next_close(&self) -> Option<i64> {
        let end = lock(&self.output).open_until()?;
        let now = self.now();
        let left = end.saturating_sub(lock(&self.watermark).at(now)?);
        Some(now.steady.saturating_add(left.max(1).saturating_mul(1_000_000)))
    }

    /// Asks the thread to write what there is and to end; does not wait for it.
    pub fn stop(&self) {
        self.worker.stop();
    }

    /// Writes what there is, says that no more will come, and ends the thread. What is logged
    /// afterwards starts another.
    pub fn close(&self) -> bool {
        self.worker.join();
        self.flush_to(true)
    }
}

/// What the time of a row says.
struct Seen {
    /// Its window had been closed before.
    late: bool,
    /// It is from a time that has not come.
    ahead: bool,
}

/// Sees the time of a row.
fn see(watermark: &mut Watermark, second: i64, key: Key, now: Moment) -> Seen {
    let late = is_closed(key, watermark.at(now));
    Seen { late, ahead: watermark.see(second, now) }
}

/// Whether a window lies before the watermark.
fn is_closed(key: Key, watermark: Option<i64>) -> bool {
    match (key, watermark) {
        (Some(Window::At { end, .. }), Some(watermark)) => end <= watermark,
        _ => false,
    }
}
