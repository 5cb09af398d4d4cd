//! The scores and labels of a batch side by side, once for all slices.

use std::borrow::Cow;

use crate::batch::{Batch, Bits, Labels, NAN, NULL, Numbers, Values};
use crate::outcome::{Class, Classes, Outcome, Target, Top};
use crate::plan::Plan;
use crate::predictions::{Predictions, Truth};
use crate::residuals::Residuals;
use crate::scalar::Unit;
use crate::state::binary::{self, BinaryScratch};
use crate::state::categorical::{Place, Places};
use crate::state::regression::{self, RegressionScratch};
use crate::state::top;
use crate::state::{BinaryState, Grain, Leaves, OutcomeState, Rows};

/// Buffers of all kinds of outcomes, kept between batches.
#[derive(Debug, Default)]
pub(crate) struct PairScratch {
    binary: BinaryScratch,
    regression: RegressionScratch,
}

/// Counts one outcome of a batch: the one whose place the leaves name.
pub(crate) fn count(
    plan: &Plan,
    (batch, places): (&Batch<'_>, &[Option<Places>]),
    (all, mut leaves): (&mut OutcomeState, Leaves<'_>),
    scratch: &mut PairScratch,
) {
    let outcome = &plan.outcomes()[leaves.column];
    match (&outcome.target, all) {
        (Target::Class(of), OutcomeState::Class(all)) => {
            let paired = Pairs::of(plan, (outcome, of), batch, places);
            paired.count(of, all, &mut scratch.binary);
            leaves.each_outcome(|state, rows| {
                let OutcomeState::Class(state) = state else { return };
                paired.count_leaf(of, rows, state, &mut scratch.binary);
            });
        }
        (Target::Number(number), OutcomeState::Number(all)) => {
            let made = Residuals::of_batch(plan, outcome, number, batch);
            let scratch = &mut scratch.regression;
            regression::count(&made, number, all, scratch);
            leaves.each_outcome(|state, rows| {
                let OutcomeState::Number(state) = state else { return };
                regression::count_rows(&made, rows, number, (state, Grain::Coarse), scratch);
            });
        }
        (Target::Top(of), OutcomeState::Top(all)) => {
            let made = predictions(plan, (outcome, of), batch, places);
            top::count(&made, of, (all, Grain::Fine), &mut scratch.binary);
            leaves.each_outcome(|state, rows| {
                let OutcomeState::Top(state) = state else { return };
                top::count_leaf(&made, rows, of, state, &mut scratch.binary);
            });
        }
        // A plan counts an outcome one way; the state is of the plan.
        _ => {}
    }
}

/// One score and one class a row; a missing score is NaN.
pub(crate) struct Pairs<'a> {
    scores: Cow<'a, [f64]>,
    classes: Vec<u8>,
}

impl<'a> Pairs<'a> {
    pub fn of(
        plan: &Plan,
        (outcome, of): (&Outcome, &Classes),
        batch: &'a Batch<'_>,
        places: &[Option<Places>],
    ) -> Self {
        let at = |name: &str| plan.find(name);
        let absent = || Cow::Owned(vec![f64::NAN; batch.rows]);
        let scores = at(&outcome.score).map(|i| scores(&batch.columns[i], batch.rows));
        let mut classes = match at(&outcome.label).map(|i| (&batch.columns[i], places[i].as_ref())) {
            Some((Values::Labels(labels), Some(places))) => {
                by_label(labels, places, |category| of.class_of(category) as u8, |why| why as u8)
            }
            _ => vec![Class::Missing as u8; batch.rows],
        };
        hide_immature(batch, &mut classes, Class::Immature as u8);
        Self { scores: scores.unwrap_or_else(absent), classes }
    }

    /// Counts every row.
    pub fn count(&self, of: &Classes, state: &mut BinaryState, scratch: &mut BinaryScratch) {
        binary::count(&self.scores, &self.classes, &of.binning, (state, Grain::Fine), scratch);
    }

    /// Counts the rows of a leaf.
    pub fn count_leaf(
        &self,
        of: &Classes,
        rows: &Rows<'_>,
        state: &mut BinaryState,
        scratch: &mut BinaryScratch,
    ) {
        binary::count_leaf((&self.scores, &self.classes), rows, &of.binning, state, scratch);
    }
}

/// The scores as doubles, which hold those of every narrower type exactly.
#[must_use]
pub fn scores<'a>(values: &'a Values<'_>, rows: usize) -> Cow<'a, [f64]> {
    let Values::Numbers { numbers, validity } = values else { return Cow::Owned(vec![f64::NAN; rows]) };
    let mut scores = match numbers {
        Numbers::F64(v) => Cow::Borrowed(*v),
        Numbers::F32(v) => Cow::Owned(v.iter().map(|p| f64::from(*p)).collect()),
        Numbers::I8(v) => Cow::Owned(v.iter().map(|p| f64::from(*p)).collect()),
        Numbers::I16(v) => Cow::Owned(v.iter().map(|p| f64::from(*p)).collect()),
        Numbers::I32(v) => Cow::Owned(v.iter().map(|p| f64::from(*p)).collect()),
        Numbers::I64(v) => Cow::Owned(v.iter().map(|p| *p as f64).collect()),
        Numbers::U8(v) => Cow::Owned(v.iter().map(|p| f64::from(*p)).collect()),
        Numbers::U16(v) => Cow::Owned(v.iter().map(|p| f64::from(*p)).collect()),
        Numbers::U32(v) => Cow::Owned(v.iter().map(|p| f64::from(*p)).collect()),
        Numbers::U64(v) => Cow::Owned(v.iter().map(|p| *p as f64).collect()),
    };
    if let Some(bits) = validity.filter(|bits| bits.absent(rows) > 0) {
        let absent = |row: &usize| !bits.get(*row);
        (0..rows).filter(absent).for_each(|row| scores.to_mut()[row] = f64::NAN);
    }
    scores
}

/// Which of several classes each row is scored highest in, and which it is.
fn predictions(
    plan: &Plan,
    (outcome, of): (&Outcome, &Top),
    batch: &Batch<'_>,
    places: &[Option<Places>],
) -> Predictions {
    let absent = || Cow::Owned(vec![f64::NAN; batch.rows]);
    let column =
        |name: &str| plan.find(name).map_or_else(absent, |at| scores(&batch.columns[at], batch.rows));
    let columns: Vec<_> = of.classes.iter().map(|class| column(&class.column)).collect();
    let at = plan.find(&outcome.label);
    let mut truths = match at.map(|i| (&batch.columns[i], places[i].as_ref())) {
        Some((Values::Labels(labels), Some(places))) => {
            let truth = |category| of.place_of(category).map_or(Truth::Unknown(Class::Undeclared), Truth::Of);
            by_label(labels, places, truth, Truth::Unknown)
        }
        _ => vec![Truth::Unknown(Class::Missing); batch.rows],
    };
    hide_immature(batch, &mut truths, Truth::Unknown(Class::Immature));
    Predictions::of(&columns, &truths)
}

/// What each row's label is, looked up once for each text.
fn by_label<T: Copy>(
    labels: &Labels<'_>,
    places: &Places,
    of: impl Fn(u32) -> T,
    unknown: impl Fn(Class) -> T,
) -> Vec<T> {
    let class = |code: u32| match places.of(code) {
        Place::Category(category) => of(category),
        Place::Null | Place::Nan => unknown(Class::Missing),
        Place::Other | Place::NegativeInfinity | Place::PositiveInfinity => unknown(Class::Undeclared),
    };
    let known: Vec<T> = (0..labels.texts.len() as u32).map(class).collect();
    let special =
        |code: u32| unknown(if matches!(code, NULL | NAN) { Class::Missing } else { Class::Undeclared });
    let of = |code: &u32| known.get(*code as usize).copied().unwrap_or_else(|| special(*code));
    labels.codes.iter().map(of).collect()
}

/// Labels of rows that are too young for them are not looked at.
fn hide_immature<T: Copy>(batch: &Batch<'_>, labels: &mut [T], immature: T) {
    let Some(second) = batch.immature_from else { return };
    let young = |row: &usize| !is_mature(batch.time.as_ref(), second, *row);
    (0..batch.rows).filter(young).for_each(|row| labels[row] = immature);
}

/// Whether a row is old enough for its label to be final; not when its age is unknown.
pub(crate) fn is_mature(time: Option<&Values<'_>>, second: i64, row: usize) -> bool {
    match time {
        Some(Values::Times { ticks, unit, validity }) => {
            let present = validity.is_none_or(|bits: Bits<'_>| bits.get(row));
            present && unit.convert(ticks[row], Unit::Second) < second
        }
        _ => false,
    }
}
