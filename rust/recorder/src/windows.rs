//! What has been counted since the last flush, by window.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use hashbrown::HashMap;
use tallystick_core::batch::Batch;
use tallystick_core::codec::counts_to_bytes;
use tallystick_core::plan::Plan;
use tallystick_core::profile::Profile;
use tallystick_core::slice::{Window, window_at};

use crate::clock::second;
use crate::gather::{Gathered, Layout, Shape};
use crate::row::Buffer;

/// Windows counted at a time. Rows of more are encoded early: a few kilobytes instead of the
/// whole state.
const OPEN: usize = 64;
/// The window of rows; `None` where windows are not kept apart.
pub(crate) type Key = Option<Window>;

/// Rows of one window that are in no frame yet.
pub(crate) struct Delta {
    pub key: Key,
    pub rows: u64,
    /// Of these, rows that came after the window was closed.
    pub late: u64,
    pub counts: Vec<u8>,
}

struct Open {
    profile: Profile,
    rows: u64,
    late: u64,
}

impl Open {
    fn encode(&self, key: Key) -> Delta {
        Delta { key, rows: self.rows, late: self.late, counts: counts_to_bytes(&self.profile) }
    }
}

/// Whether a row of a window came late; told of every row in the order of arrival.
pub(crate) type Lateness<'a> = dyn FnMut(i64, Key) -> bool + 'a;

/// Open windows of one stream.
pub(crate) struct Windows {
    plan: Arc<Plan>,
    layout: Layout,
    seconds: Option<i64>,
    open: BTreeMap<Key, Open>,
    /// Windows encoded early, and how many bytes they may take: rows beyond are lost, and counted
    /// as such.
    spilled: Vec<Delta>,
    spilled_bytes: usize,
    most_bytes: usize,
    /// Rows that could not be kept, since the last [`Windows::take_lost`].
    lost: u64,
}

/// Rows of one window and one shape.
type Groups = HashMap<(Key, Option<Vec<Shape>>), Vec<u32>>;

impl Windows {
    pub fn new(plan: Arc<Plan>, seconds: Option<i64>, most_bytes: usize) -> Self {
        let layout = Layout::of(&plan);
        let (open, spilled) = (BTreeMap::new(), Vec::new());
        Self { plan, layout, seconds, open, spilled, spilled_bytes: 0, most_bytes, lost: 0 }
    }

    /// The window of an instant.
    pub fn key(&self, second: i64) -> Key {
        self.seconds.map(|seconds| window_at(second, seconds))
    }

    /// Counts the rows of a buffer; how many values were of a type that their column cannot hold.
    pub fn count(&mut self, buffer: &Buffer, late: &mut Lateness<'_>) -> u64 {
        let (groups, late_rows) = self.groups(buffer, late);
        let mut mistyped = 0;
        for ((key, shapes), rows) in groups {
            let odd = shapes.iter().flatten().filter(|shape| **shape == Shape::Mistyped);
            mistyped += (odd.count() * rows.len()) as u64;
            let plan = Arc::clone(&self.plan);
            let gathered = Gathered::of(&plan, buffer, &rows, shapes.as_deref());
            self.add(key, &gathered.batch(), 0);
        }
        for (key, rows) in late_rows {
            if let Some(open) = self.open.get_mut(&key) {
                open.late += rows;
            }
        }
        self.spill();
        mistyped
    }

    /// Counts a batch whose rows are all of one window.
    pub fn count_batch(&mut self, key: Key, batch: &Batch<'_>, late: bool) {
        self.add(key, batch, if late { batch.rows as u64 } else { 0 });
        self.spill();
    }

    fn groups(&self, buffer: &Buffer, late: &mut Lateness<'_>) -> (Groups, Vec<(Key, u64)>) {
        let mut groups = Groups::new();
        let mut late_rows: BTreeMap<Key, u64> = BTreeMap::new();
        let mut regular: (Key, Vec<u32>) = (None, Vec::new());
        for (row, micros) in buffer.times().iter().enumerate() {
            let second = second(*micros);
            let key = self.key_like(regular.0, second);
            if late(second, key) {
                *late_rows.entry(key).or_default() += 1;
            }
            match self.layout.shapes(buffer.tags(row)) {
                // Neighbours nearly always share a window, and nearly all rows are regular.
                None if key == regular.0 => regular.1.push(row as u32),
                None => {
                    let (key, rows) = std::mem::replace(&mut regular, (key, vec![row as u32]));
                    groups.entry((key, None)).or_default().extend(rows);
                }
                shapes => groups.entry((key, shapes)).or_default().push(row as u32),
            }
        }
        groups.entry((regular.0, None)).or_default().extend(regular.1);
        groups.retain(|_, rows| !rows.is_empty());
        (groups, late_rows.into_iter().collect())
    }

    /// The window of an instant, which may be that of the row before.
    fn key_like(&self, before: Key, second: i64) -> Key {
        match before {
            Some(Window::At { start, end }) if start <= second && second < end => before,
            _ => self.key(second),
        }
    }

    fn add(&mut self, key: Key, batch: &Batch<'_>, late: u64) {
        let plan = &self.plan;
        let open = self.open.entry(key).or_insert_with(|| Open {
            profile: Profile::new(Arc::clone(plan)),
            rows: 0,
            late: 0,
        });
        let seconds = self.seconds;
        let counted = catch_unwind(AssertUnwindSafe(|| open.profile.count(batch, seconds)));
        open.rows += batch.rows as u64;
        open.late += late;
        if !matches!(counted, Ok(Ok(()))) {
            // A state that may be half counted is worth nothing; what is lost is said.
            self.lost += open.rows;
            self.open.remove(&key);
        }
    }

    /// Encodes the oldest windows while there are too many.
    fn spill(&mut self) {
        while self.open.len() > OPEN {
            let Some((key, open)) = self.open.pop_first() else { return };
            let delta = open.encode(key);
            if self.spilled_bytes + delta.counts.len() > self.most_bytes {
                self.lost += delta.rows;
            } else {
                self.spilled_bytes += delta.counts.len();
                self.spilled.push(delta);
            }
        }
    }

    /// Takes out everything counted so far, oldest windows first.
    pub fn take(&mut self) -> Vec<Delta> {
        self.spilled_bytes = 0;
        let spilled = std::mem::take(&mut self.spilled);
        let open = std::mem::take(&mut self.open);
        spilled.into_iter().chain(open.into_iter().map(|(key, open)| open.encode(key))).collect()
    }

    pub fn take_lost(&mut self) -> u64 {
        std::mem::take(&mut self.lost)
    }
}
