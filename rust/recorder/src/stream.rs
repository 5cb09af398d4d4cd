//! Rows of one plan: the buffer that callers fill, and what has been counted.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tallystick_core::plan::Plan;

use crate::gather::{Layout, Shape};
use crate::row::{Buffer, Row, Tag};
use crate::windows::Windows;

/// Bytes that windows encoded early may take: of the rows, and of each number beside them.
const SPILLED_BYTES: [usize; 2] = [16 << 20, 1 << 20];
/// Full buffers that may wait to be counted.
const WAITING: usize = 4;
/// Full buffers that the thread is woken for: to wake an idle processor takes as long as to log a
/// thousand numbers.
const WAKING: usize = 2;

/// A lock that a panic elsewhere does not close: what it guards is whole after every statement.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What became of a row's buffer.
pub(crate) enum Pushed {
    /// There is room left.
    Room,
    /// Enough are full and wait to be counted.
    Full,
    /// It is full, and too many wait: whoever filled it counts it.
    Over(Buffer),
}

struct Front {
    buffer: Buffer,
    full: VecDeque<Buffer>,
    spare: Vec<Buffer>,
    /// Rows pushed, ever.
    rows: u64,
}

/// Rows of one plan.
pub struct Stream {
    name: String,
    plan: Arc<Plan>,
    layout: Layout,
    front: Mutex<Front>,
    /// Always locked before `front`.
    counted: Mutex<Windows>,
}

impl Stream {
    pub(crate) fn new(name: String, plan: Arc<Plan>, window_seconds: Option<i64>) -> Self {
        let buffer = Buffer::new(plan.columns().len());
        let front = Front { buffer, full: VecDeque::new(), spare: Vec::new(), rows: 0 };
        let most_bytes = SPILLED_BYTES[usize::from(!name.is_empty())];
        let counted = Windows::new(Arc::clone(&plan), window_seconds, most_bytes);
        let layout = Layout::of(&plan);
        Self { name, plan, layout, front: Mutex::new(front), counted: Mutex::new(counted) }
    }

    /// Its name; empty for the rows of the plan.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How its rows are counted.
    #[must_use]
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// Columns of this row that hold what they cannot count.
    pub fn mistyped<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = &'a str> {
        let tags: &[Tag] = row.tags();
        let columns = self.plan.columns().iter().zip(tags).enumerate();
        let odd = columns.filter(|(at, (_, tag))| self.layout.shape(*at, **tag) == Shape::Mistyped);
        odd.map(|(_, (column, _))| column.name.as_str())
    }

    #[inline]
    pub(crate) fn push(&self, row: &Row, micros: i64) -> Pushed {
        let mut front = lock(&self.front);
        front.rows += 1;
        if front.buffer.push(row, micros) { front.swap() } else { Pushed::Room }
    }

    /// Rows pushed, ever.
    pub(crate) fn rows(&self) -> u64 {
        lock(&self.front).rows
    }

    pub(crate) fn counted(&self) -> MutexGuard<'_, Windows> {
        lock(&self.counted)
    }

    /// The buffers that are full now, and, where all is wanted, the one that is not.
    pub(crate) fn take(&self, all: bool) -> VecDeque<Buffer> {
        let mut front = lock(&self.front);
        let mut taken = std::mem::take(&mut front.full);
        if all && front.buffer.rows() > 0 {
            taken.push_back(front.renew());
        }
        taken
    }

    /// Takes a counted buffer back, to be filled again.
    pub(crate) fn give_back(&self, mut buffer: Buffer) {
        buffer.clear();
        let mut front = lock(&self.front);
        if front.spare.is_empty() {
            front.spare.push(buffer);
        }
    }
}

impl Front {
    /// Puts an empty buffer in the place of the one being filled.
    fn renew(&mut self) -> Buffer {
        let empty = self.spare.pop().unwrap_or_else(|| {
            // A stream that has filled a buffer will fill the next one.
            let mut empty = self.buffer.like();
            if self.rows > 0 {
                empty.reserve();
            }
            empty
        });
        std::mem::replace(&mut self.buffer, empty)
    }

    fn swap(&mut self) -> Pushed {
        let full = self.renew();
        if self.full.len() >= WAITING {
            return Pushed::Over(full);
        }
        self.full.push_back(full);
        if self.full.len() < WAKING { Pushed::Room } else { Pushed::Full }
    }
}
