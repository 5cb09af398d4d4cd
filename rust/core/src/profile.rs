//! Counts under a plan. Profiles of one plan merge by adding.

mod parts;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::batch::{Batch, Values};
use crate::counting::{Task, length, lookup};
use crate::error::{Error, Result};
use crate::outcome::Outcome;
use crate::pairing::{self, PairScratch};
use crate::plan::{Counter, Plan};
use crate::slice::{self, Segment, SliceKey, Window};
use crate::state::categorical::Places;
use crate::state::numeric::Scratch;
use crate::state::{Family, Grain, Leaves, SliceState};

/// Most windows kept apart; rows of older ones are counted together.
pub const MAX_WINDOWS: usize = 1024;
/// State of the leaves is kept below about this by keeping fewer windows apart.
pub const MAX_LEAF_BYTES: usize = 256 << 20;

/// The counts of all rows and of each leaf.
#[derive(Debug)]
pub struct Profile {
    plan: Arc<Plan>,
    /// How finely `all` is counted: coarse in a profile taken out of a window.
    grain: Grain,
    all: SliceState,
    places: BTreeMap<SliceKey, u32>,
    leaves: Vec<SliceState>,
    scratch: Scratch,
    paired: PairScratch,
}

impl Clone for Profile {
    fn clone(&self) -> Self {
        Self {
            plan: Arc::clone(&self.plan),
            grain: self.grain,
            all: self.all.clone(),
            places: self.places.clone(),
            leaves: self.leaves.clone(),
            scratch: Scratch::default(),
            paired: PairScratch::default(),
        }
    }
}

impl PartialEq for Profile {
    fn eq(&self, other: &Self) -> bool {
        self.plan.id() == other.plan.id()
            && self.grain == other.grain
            && self.all == other.all
            && self.leaves().eq(other.leaves())
    }
}

impl Profile {
    /// No rows yet.
    #[must_use]
    pub fn new(plan: Arc<Plan>) -> Self {
        let (grain, all) = (Grain::Fine, SliceState::new(&plan, Grain::Fine));
        Self {
            plan,
            grain,
            all,
            places: BTreeMap::new(),
            leaves: Vec::new(),
            scratch: Scratch::default(),
            paired: PairScratch::default(),
        }
    }

    pub(crate) fn from_parts(
        plan: Arc<Plan>,
        grain: Grain,
        all: SliceState,
        leaves: BTreeMap<SliceKey, SliceState>,
    ) -> Self {
        let places = leaves.keys().enumerate().map(|(i, key)| (*key, i as u32)).collect();
        let leaves = leaves.into_values().collect();
        let (scratch, paired) = (Scratch::default(), PairScratch::default());
        Self { plan, grain, all, places, leaves, scratch, paired }
    }

    /// How it was counted.
    #[must_use]
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// Rows counted.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.all.rows
    }

    /// How finely all rows are counted.
    #[must_use]
    pub fn grain(&self) -> Grain {
        self.grain
    }

    /// The slice of all rows.
    #[must_use]
    pub fn all(&self) -> &SliceState {
        &self.all
    }

    /// The stored slices, in the order of their keys.
    pub fn leaves(&self) -> impl Iterator<Item = (&SliceKey, &SliceState)> {
        self.places.iter().map(|(key, place)| (key, &self.leaves[*place as usize]))
    }

    /// Counts a batch; `window_seconds` slices it by the plan's time column as well.
    ///
    /// # Errors
    /// When the batch does not have one entry for each column, or a column's length differs.
    pub fn count(&mut self, batch: &Batch<'_>, window_seconds: Option<i64>) -> Result<()> {
        let fits = batch.columns.len() == self.plan.columns().len()
            && batch.columns.iter().chain(&batch.time).all(|v| length(v).is_none_or(|n| n == batch.rows));
        if self.grain == Grain::Coarse {
            return Err(crate::error::parameter("profile", "a whole one: rows cannot be added to a window"));
        }
        if !fits {
            return Err(crate::error::parameter("batch", "one entry of every row for each column"));
        }
        let plan = Arc::clone(&self.plan);
        let places: Vec<Option<Places>> =
            plan.columns().iter().zip(&batch.columns).map(|(c, v)| lookup(&c.counter, v)).collect();
        let families = self.assign(batch, &places, window_seconds);
        self.all.rows += batch.rows as u64;
        for family in &families {
            family.runs.iter().for_each(|run| {
                self.leaves[run.leaf as usize].rows += (run.end - run.start) as u64;
            });
        }
        for (column, values) in batch.columns.iter().enumerate() {
            let mut leaves = Leaves { states: &mut self.leaves, families: &families, column };
            let task = Task { values, rows: batch.rows, places: places[column].as_ref() };
            task.count(
                &plan.columns()[column].counter,
                &mut self.all.columns[column],
                &mut leaves,
                &mut self.scratch,
            );
        }
        for (at, all) in self.all.outcomes.iter_mut().enumerate() {
            let leaves = Leaves { states: &mut self.leaves, families: &families, column: at };
            pairing::count(&plan, (batch, &places), (all, leaves), &mut self.paired);
        }
        self.fold_windows();
        Ok(())
    }

    /// The leaf of every row, for each family of slices.
    fn assign(
        &mut self,
        batch: &Batch<'_>,
        places: &[Option<Places>],
        window_seconds: Option<i64>,
    ) -> Vec<Family> {
        // A batch without times has its rows in a window too: the one of rows without a time.
        let time = batch.time.as_ref().unwrap_or(&Values::Absent);
        let seconds = window_seconds.filter(|seconds| *seconds > 0);
        let windows = seconds.map(|seconds| slice::windows(time, batch.rows, seconds));
        let windows = windows.map(|windows| self.fold_early(windows));
        let windows = windows.as_deref();
        let plan = Arc::clone(&self.plan);
        let mut families = Vec::new();
        for &column in plan.segments() {
            let ordinals = slice::ordinals(&batch.columns[column], places[column].as_ref(), batch.rows);
            let segment = |ordinal| Some((column as u32, Segment::from_ordinal(ordinal)));
            families.push(self.place_rows(&ordinals, windows, segment));
        }
        if families.is_empty() && windows.is_some() {
            families.push(self.place_rows(&vec![0; batch.rows], windows, |_| None));
        }
        families
    }

    /// The leaf of each row, whose segment is given by its ordinal.
    fn place_rows(
        &mut self,
        ordinals: &[u32],
        windows: Option<&[Window]>,
        segment: impl Fn(u32) -> Option<(u32, Segment)>,
    ) -> Family {
        const UNKNOWN: u32 = u32::MAX;
        // The leaf of each segment in the window of the row before: neighbours nearly always
        // share a window, and searching for every row would cost more than counting it.
        let mut known = vec![UNKNOWN; ordinals.iter().max().map_or(0, |most| *most as usize + 1)];
        let mut window = None;
        let mut leaf = |row: usize, ordinal: u32| {
            if let Some(windows) = windows
                && window != Some(windows[row])
            {
                window = Some(windows[row]);
                known.fill(UNKNOWN);
            }
            let known = &mut known[ordinal as usize];
            if *known == UNKNOWN {
                *known = self.place(SliceKey { window, segment: segment(ordinal) });
            }
            *known
        };
        let leaves: Vec<u32> = ordinals.iter().enumerate().map(|(row, &o)| leaf(row, o)).collect();
        Family::of(&leaves)
    }

    fn place(&mut self, key: SliceKey) -> u32 {
        if let Some(&place) = self.places.get(&key) {
            return place;
        }
        let place = self.leaves.len() as u32;
        self.leaves.push(SliceState::new(&self.plan, Grain::Coarse));
        self.places.insert(key, place);
        place
    }

    /// Adds another profile of the same plan.
    ///
    /// # Errors
    /// When the plans differ: names the columns.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        if self.plan.id() != other.plan.id() {
            return Err(Error::Merge { columns: self.plan.differences(&other.plan) });
        }
        if self.grain != other.grain {
            return Err(crate::error::parameter("profiles", "both whole, or both taken from windows"));
        }
        if let (Some(own), Some(others)) = (self.window_length(), other.window_length())
            && own != others
        {
            return Err(crate::error::parameter("profiles", "windows of one length"));
        }
        self.all.merge(&other.all);
        for (key, state) in other.leaves() {
            let place = self.place(*key) as usize;
            self.leaves[place].merge(state);
        }
        self.fold_windows();
        Ok(())
    }

    /// Seconds of a window; `None` without windows.
    fn window_length(&self) -> Option<i64> {
        self.places.keys().find_map(|key| match key.window {
            Some(Window::At { start, end }) => Some(end - start),
            _ => None,
        })
    }

    /// Windows kept apart: fewer when a window of this plan is large.
    #[must_use]
    pub fn windows_kept(&self) -> usize {
        let cells = |c: &Counter| match c {
            // Log-linear cells come in pages of 128; few columns span more than eight.
            Counter::Numeric(b) => 24 + b.coarse_cells().unwrap_or(1024),
            Counter::Categorical(v) => 12 + v.coarse_cells(),
        };
        let leaf = self.plan.columns().iter().map(|c| cells(&c.counter) * 8).sum::<usize>()
            + self.plan.outcomes().iter().map(Outcome::state_bytes).sum::<usize>();
        let segments = self.plan.segments().iter().map(|&i| match &self.plan.columns()[i].counter {
            Counter::Categorical(v) => v.coarse_cells() + 2,
            Counter::Numeric(_) => 0,
        });
        let leaves = segments.sum::<usize>().max(1);
        (MAX_LEAF_BYTES / (leaf * leaves).max(1)).clamp(16, MAX_WINDOWS)
    }

    /// The oldest window that is kept apart when these come in; `None` when all are.
    fn oldest_kept(&self, more: &[Window]) -> Option<Window> {
        let held = self.places.keys().filter_map(|key| key.window);
        let mut windows: Vec<Window> = held.chain(more.iter().copied()).collect();
        windows.retain(|window| matches!(window, Window::At { .. }));
        windows.sort_unstable();
        windows.dedup();
        let kept = self.windows_kept();
        (windows.len() > kept).then(|| windows[windows.len() - kept])
    }

    /// Rows of windows that will not be kept go to the folded one at once: a batch of many
    /// windows costs no more than those that are kept.
    fn fold_early(&self, mut windows: Vec<Window>) -> Vec<Window> {
        if let Some(oldest) = self.oldest_kept(&windows) {
            for window in &mut windows {
                *window = folded(*window, oldest);
            }
        }
        windows
    }

    /// Folds all but the latest windows into one. A window among the latest at the end has been
    /// among them all along, so what is kept is exact and the same in any order of rows.
    fn fold_windows(&mut self) {
        let Some(oldest) = self.oldest_kept(&[]) else { return };
        let keyed = std::mem::take(&mut self.places);
        let mut states: Vec<Option<SliceState>> =
            std::mem::take(&mut self.leaves).into_iter().map(Some).collect();
        for (mut key, place) in keyed {
            let Some(state) = states[place as usize].take() else { continue };
            key.window = key.window.map(|window| folded(window, oldest));
            let place = self.place(key) as usize;
            self.leaves[place].merge(&state);
        }
    }

    /// The rows of a slice: stored, or added up from its leaves. `None` when it has no rows.
    #[must_use]
    pub fn slice(&self, key: &SliceKey) -> Option<SliceState> {
        let mut sum: Option<SliceState> = None;
        for (_, state) in self.parts(key) {
            match &mut sum {
                Some(sum) => sum.merge(state),
                None => sum = Some(state.clone()),
            }
        }
        sum
    }

    /// Rows of a slice, without adding up its states.
    #[must_use]
    pub fn slice_rows(&self, key: &SliceKey) -> u64 {
        self.parts(key).map(|(_, state)| state.rows).sum()
    }

    /// The leaves that a slice is the sum of. A window's rows are in every family of segments,
    /// so one family holds them all.
    fn parts(&self, key: &SliceKey) -> impl Iterator<Item = (&SliceKey, &SliceState)> {
        let family = self.plan.segments().first().map(|&column| column as u32);
        let (key, any_segment) = (*key, key.segment.is_none());
        self.leaves().filter(move |(leaf, _)| {
            leaf.is_within(&key) && (!any_segment || leaf.segment.map(|s| s.0) == family)
        })
    }

    /// Every slice that can be asked for, in the order of the keys.
    #[must_use]
    pub fn slices(&self) -> Vec<SliceKey> {
        let mut keys: Vec<SliceKey> = vec![SliceKey::default()];
        for key in self.places.keys() {
            keys.extend([*key, SliceKey { window: None, ..*key }, SliceKey { segment: None, ..*key }]);
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// The windows, oldest first.
    #[must_use]
    pub fn windows(&self) -> Vec<Window> {
        let mut windows: Vec<Window> = self.places.keys().filter_map(|key| key.window).collect();
        windows.dedup();
        windows
    }
}

/// The window that a row's counts go to when `oldest` is the oldest kept apart.
fn folded(window: Window, oldest: Window) -> Window {
    if matches!(window, Window::At { .. }) && window < oldest { Window::Folded } else { window }
}
