//! The recorder's thread: when it wakes, and what it does then.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::Recorder;
use crate::counters::Counters;
use crate::stream::lock;

/// No nap is longer.
const LONGEST: Duration = Duration::from_hours(24);

/// The thread, and how it is told what to do.
#[derive(Default)]
pub(super) struct Worker {
    wants: Mutex<Wants>,
    wake: Condvar,
    thread: Mutex<Option<Thread>>,
}

/// What is to be done.
#[derive(Default)]
struct Wants {
    /// Something was logged since the last flush.
    flush: bool,
    /// A buffer is full.
    count: bool,
}

struct Thread {
    handle: JoinHandle<()>,
    ending: Arc<Ending>,
}

/// How one thread comes to its end; a later one has its own.
#[derive(Default)]
struct Ending {
    /// It is to end.
    asked: AtomicBool,
    /// Before that, it is to write what there is.
    flush: AtomicBool,
}

impl Ending {
    fn is_asked(&self) -> bool {
        self.asked.load(Ordering::Acquire)
    }
}

impl Worker {
    /// Something was logged.
    pub fn want_flush(&self) {
        lock(&self.wants).flush = true;
        self.wake.notify_all();
    }

    /// A buffer is full.
    pub fn want_count(&self) {
        lock(&self.wants).count = true;
        self.wake.notify_all();
    }

    /// Asks the thread to end, if there is one.
    fn end(&self, flush: bool) -> Option<JoinHandle<()>> {
        let thread = lock(&self.thread).take()?;
        thread.ending.flush.store(flush, Ordering::Relaxed);
        thread.ending.asked.store(true, Ordering::Release);
        // With the lock, so that a thread that is about to nap sees it.
        drop(lock(&self.wants));
        self.wake.notify_all();
        Some(thread.handle)
    }

    /// Asks the thread to write what there is and to end; does not wait for it.
    pub fn stop(&self) {
        drop(self.end(true));
    }

    /// Ends the thread, and waits until it has.
    pub fn join(&self) {
        if let Some(handle) = self.end(false) {
            let _ = handle.join();
        }
    }

    /// Waits until something is wanted or due, or the end; what is wanted.
    fn wait(&self, recorder: &Recorder, flush_due: Option<i64>, due: Option<i64>, ending: &Ending) -> Wants {
        let mut wants = lock(&self.wants);
        loop {
            let now = recorder.clock.steady();
            if ending.is_asked() {
                return Wants::default();
            }
            let news = wants.count || (wants.flush && flush_due.is_none());
            if news || is_past(due, now) {
                return std::mem::take(&mut wants);
            }
            let left = due.map_or(LONGEST, |due| Duration::from_micros(due.abs_diff(now)).min(LONGEST));
            wants = self.wake.wait_timeout(wants, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

fn is_past(due: Option<i64>, now: i64) -> bool {
    due.is_some_and(|due| due <= now)
}

impl Recorder {
    /// Starts the thread if there is none.
    pub(super) fn start(self: &Arc<Self>) {
        let mut thread = lock(&self.worker.thread);
        if thread.as_ref().is_some_and(|thread| !thread.handle.is_finished()) {
            return;
        }
        let (own, ending) = (Arc::clone(self), Arc::new(Ending::default()));
        let shared = Arc::clone(&ending);
        let work = move || {
            if catch_unwind(AssertUnwindSafe(|| own.work(&shared))).is_err() {
                own.fail_to_run();
            }
        };
        if let Ok(handle) = std::thread::Builder::new().name("tallystick".into()).spawn(work) {
            *thread = Some(Thread { handle, ending });
        } else {
            self.fail_to_run();
        }
    }

    /// There is no thread: the next row tries to start one.
    fn fail_to_run(&self) {
        Counters::add(&self.counters.failed_threads, 1);
        self.dirty.store(false, Ordering::Relaxed);
    }

    fn work(&self, ending: &Ending) {
        let interval = i64::try_from(self.settings.flush.as_micros()).unwrap_or(i64::MAX);
        let mut flush_due: Option<i64> = None;
        let mut close_due: Option<i64> = None;
        loop {
            let due = flush_due.into_iter().chain(close_due).min();
            let wants = self.worker.wait(self, flush_due, due, ending);
            let now = self.clock.steady();
            if ending.is_asked() {
                if ending.flush.load(Ordering::Relaxed) {
                    self.flush();
                }
                return;
            }
            if wants.count {
                self.drain(false);
            }
            if wants.flush && flush_due.is_none() {
                flush_due = Some(now.saturating_add(interval));
            }
            if is_past(due, now) {
                self.flush();
                (flush_due, close_due) = (None, self.next_close());
            }
        }
    }
}
