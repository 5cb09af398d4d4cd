//! Keys of a dict to cells of a row.

use std::collections::HashMap;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use tallystick_core::plan::{Plan, Role};
use tallystick_recorder::stream::Stream;
use tallystick_recorder::{Clock, Counters, Recorder, Row, Settings, Tag};

use crate::cells;

/// Unknown keys that are kept by name.
const UNKNOWN_NAMES: usize = 64;
/// Name under which the others are counted.
const OTHERS: &str = "...";
/// Rows whose keys lie in another order before that order is learned anew.
const PATIENCE: u32 = 16;

/// Where the value of a key goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Cell(usize),
    Time,
    /// Of the log itself, or declared to be ignored.
    Ignored,
    /// Nobody knows: a place among the unknown names.
    Unknown(usize),
}

/// What is known before any row comes.
pub struct Names {
    targets: HashMap<Box<str>, Target>,
    pub score: Option<usize>,
    pub label: Option<usize>,
    pub latency: Option<usize>,
}

impl Names {
    pub fn new(plan: &Plan, latency: &str, aliases: Vec<(String, String)>, ignored: Vec<String>) -> Self {
        let only = |role: Role| {
            let mut of_role = plan.columns().iter().enumerate().filter(|(_, c)| c.role == role);
            of_role.next().filter(|_| of_role.next().is_none()).map(|(at, _)| at)
        };
        let mut targets = HashMap::new();
        targets.extend(ignored.into_iter().map(|name| (name.into_boxed_str(), Target::Ignored)));
        targets.extend(plan.time().map(|name| (name.into(), Target::Time)));
        let cells = plan.columns().iter().enumerate();
        targets.extend(cells.map(|(at, c)| (c.name.as_str().into(), Target::Cell(at))));
        let alias = |(alias, name): (String, String)| Some((alias.into(), Target::Cell(plan.find(&name)?)));
        targets.extend(aliases.into_iter().filter_map(alias));
        Self { targets, score: only(Role::Score), label: only(Role::Label), latency: plan.find(latency) }
    }

    pub fn find(&self, name: &str) -> Option<Target> {
        self.targets.get(name).copied()
    }
}

/// A key where it stood in the dict that the order was learned from.
struct Place {
    /// Owned, so that no other object can come to stand at its address.
    key: Py<PyString>,
    text: Box<str>,
    target: Target,
}

/// A number beside the rows, and the row of one cell that it is passed in.
pub struct Scalar {
    pub stream: Arc<Stream>,
    pub row: Row,
}

/// What a call works on. Locked only by a thread that holds the GIL, and never while Python runs:
/// a child that is forked finds it open.
pub struct State {
    pub shared: Arc<Recorder>,
    pub row: Row,
    pub scalars: Vec<Scalar>,
    places: Vec<Place>,
    patience: u32,
    unknown: Vec<(Box<str>, u64)>,
    /// Rows without an id in a sampled log.
    pub unnamed: u64,
}

/// What a walk leaves to be done.
#[derive(Default)]
pub struct Taken<'py> {
    /// Microseconds since 1970, where the row says so.
    pub micros: Option<i64>,
    /// Values of uncommon types, for when Python may run.
    pub cells: Vec<(usize, Bound<'py, PyAny>)>,
    pub time: Option<Bound<'py, PyAny>>,
    /// The unknown name met last, and how many were.
    unknown: (usize, u64),
}

impl Taken<'_> {
    /// A name of the row that nobody knows.
    pub fn unknown_name(&self, state: &State) -> Option<String> {
        (self.unknown.1 > 0).then(|| state.unknown[self.unknown.0].0.to_string())
    }
}

impl State {
    pub fn new(settings: Settings, clock: Box<dyn Clock>) -> Self {
        let columns = settings.plan.columns().iter();
        // A label comes later, or never: that is no missing value.
        let empty = columns.map(|c| if c.role == Role::Label { Tag::Absent } else { Tag::Null });
        let row = Row::new(empty.collect());
        let shared = Recorder::new(settings, clock);
        let (scalars, places, unknown) = (Vec::new(), Vec::new(), Vec::new());
        Self { shared, row, scalars, places, patience: 0, unknown, unnamed: 0 }
    }

    /// The place of a scalar among the scalars.
    pub fn scalar(&mut self, name: &str) -> tallystick_core::Result<usize> {
        if let Some(found) = self.scalars.iter().position(|scalar| scalar.stream.name() == name) {
            return Ok(found);
        }
        let stream = self.shared.scalar(name)?;
        self.scalars.push(Scalar { stream, row: Row::new(vec![Tag::Null]) });
        Ok(self.scalars.len() - 1)
    }

    /// Names that nobody knows, with how often each came.
    pub fn unknown(&self) -> &[(Box<str>, u64)] {
        &self.unknown
    }

    /// Puts the values of a dict into the row.
    pub fn walk<'py>(&mut self, names: &Names, dict: &Bound<'py, PyDict>) -> Taken<'py> {
        let mut taken = Taken::default();
        let mut moved = false;
        self.row.clear();
        for (at, (key, value)) in dict.iter().enumerate() {
            let target = match self.places.get(at) {
                Some(place) if place.key.is(&key) => place.target,
                _ => self.search(names, at, &key, &mut moved),
            };
            self.take(target, &value, &mut taken);
        }
        if moved {
            self.learn(names, dict);
        }
        taken
    }

    /// Where a key goes that is not the object seen before at its place: keys of parsed JSON are
    /// others every time, with the same texts.
    fn search(&mut self, names: &Names, at: usize, key: &Bound<'_, PyAny>, moved: &mut bool) -> Target {
        let Ok(text) = key.cast::<PyString>() else { return self.unknown_target(OTHERS) };
        let Ok(text) = text.to_str() else { return self.unknown_target(OTHERS) };
        match self.places.get(at) {
            Some(place) if *place.text == *text => place.target,
            _ => {
                *moved = true;
                names.find(text).unwrap_or_else(|| self.unknown_target(text))
            }
        }
    }

    fn unknown_target(&mut self, text: &str) -> Target {
        let find = |text: &str| self.unknown.iter().position(|(name, _)| **name == *text);
        let text = if self.unknown.len() < UNKNOWN_NAMES || find(text).is_some() { text } else { OTHERS };
        let found = find(text);
        if found.is_none() {
            self.unknown.push((text.into(), 0));
        }
        Target::Unknown(found.unwrap_or(self.unknown.len() - 1))
    }

    /// Puts one value where it goes.
    #[inline]
    pub fn take<'py>(&mut self, target: Target, value: &Bound<'py, PyAny>, taken: &mut Taken<'py>) {
        match target {
            Target::Cell(cell) => {
                if !cells::set(&mut self.row, cell, value) {
                    taken.cells.push((cell, value.clone()));
                }
            }
            Target::Time => {
                taken.micros = cells::seconds(value);
                taken.time = taken.micros.is_none().then(|| value.clone());
            }
            Target::Ignored => {}
            Target::Unknown(place) => self.count_unknown(place, taken),
        }
    }

    /// Counts a value that has no place in the plan.
    pub fn meet_unknown(&mut self, name: &str, taken: &mut Taken<'_>) {
        if let Target::Unknown(place) = self.unknown_target(name) {
            self.count_unknown(place, taken);
        }
    }

    fn count_unknown(&mut self, place: usize, taken: &mut Taken<'_>) {
        taken.unknown = (place, taken.unknown.1 + 1);
        self.unknown[place].1 += 1;
        Counters::add(&self.shared.counters().unknown_keys, 1);
    }

    /// Learns where each key stands, from a dict with keys at other places than before.
    fn learn(&mut self, names: &Names, dict: &Bound<'_, PyDict>) {
        if self.patience > 0 {
            self.patience -= 1;
            return;
        }
        self.patience = PATIENCE;
        self.places.clear();
        for (key, _) in dict.iter().take(2 * names.targets.len() + UNKNOWN_NAMES) {
            let Ok(key) = key.cast_exact::<PyString>() else { return };
            let Ok(text) = key.to_str() else { return };
            let target = names.find(text).unwrap_or_else(|| self.unknown_target(text));
            self.places.push(Place { key: key.clone().unbind(), text: text.into(), target });
        }
    }
}
