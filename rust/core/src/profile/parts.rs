//! Parts of a profile as profiles of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Profile;
use crate::slice::{SliceKey, Window};
use crate::state::{Grain, SliceState};

impl Profile {
    /// The rows of the window that starts at that second as a profile of its own, with its
    /// segments, counted in coarse cells.
    #[must_use]
    pub fn window(&self, start: i64) -> Option<Self> {
        let found =
            self.windows().into_iter().find(|w| matches!(w, Window::At { start: s, .. } if *s == start))?;
        let window = Some(found);
        let all = self.slice(&SliceKey { window, segment: None })?;
        let leaves = self.leaves().filter(|(key, _)| key.window == window && key.segment.is_some());
        let leaves = leaves.map(|(key, state)| (SliceKey { window: None, ..*key }, state.clone()));
        Some(Self::from_parts(Arc::clone(&self.plan), Grain::Coarse, all, leaves.collect()))
    }

    /// The rows of the windows that start at these seconds as a profile of its own, with its
    /// segments and with the windows kept apart, counted in coarse cells.
    #[must_use]
    pub fn of_windows(&self, starts: &BTreeSet<i64>) -> Option<Self> {
        let wanted = |key: &SliceKey| match key.window {
            Some(Window::At { start, .. }) => starts.contains(&start),
            _ => false,
        };
        let mut all: Option<SliceState> = None;
        for window in self.windows() {
            let key = SliceKey { window: Some(window), segment: None };
            let Some(state) = wanted(&key).then(|| self.slice(&key)).flatten() else { continue };
            match &mut all {
                Some(all) => all.merge(&state),
                None => all = Some(state),
            }
        }
        let leaves = self.leaves().filter(|(key, _)| wanted(key));
        let leaves = leaves.map(|(key, state)| (*key, state.clone())).collect();
        Some(Self::from_parts(Arc::clone(&self.plan), Grain::Coarse, all?, leaves))
    }

    /// The same rows as if they had been counted without windows.
    #[must_use]
    pub fn without_windows(&self) -> Self {
        let (grain, all) = (self.grain, self.all.clone());
        let mut whole = Self::from_parts(Arc::clone(&self.plan), grain, all, BTreeMap::new());
        for (key, state) in self.leaves().filter(|(key, _)| key.segment.is_some()) {
            let place = whole.place(SliceKey { window: None, ..*key }) as usize;
            whole.leaves[place].merge(state);
        }
        whole
    }
}
