//! The scores and labels of a batch side by side, once for all slices.

use std::borrow::Cow;

use crate::batch::{Batch, Bits, Labels, NAN, NULL, Numbers, Values};
use crate::outcome::{Class, Classes, Outcome, Target};
use crate::plan::Plan;
use crate::residuals::Residuals;
use crate::scalar::Unit;
use crate::state::binary::{self, BinaryScratch};
use crate::state::categorical::{Place, Places};
use crate::state::regression::{self, RegressionScratch};
use crate::state::{BinaryState, Grain, Leaves, OutcomeState, Rows};

/// Buffers of both kinds of outcomes, kept between batches.
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
            Some((Values::Labels(labels), Some(places))) => classes(labels, places, of),
            _ => vec![Class::Missing as u8; batch.rows],
        };
        if let Some(second) = batch.immature_from {
            let immature = |row: &usize| !is_mature(batch.time.as_ref(), second, *row);
            (0..batch.rows).filter(immature).for_each(|row| classes[row] = Class::Immature as u8);
        }
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

/// The class of every row, looked up once for each text.
fn classes(labels: &Labels<'_>, places: &Places, of: &Classes) -> Vec<u8> {
    let class = |code: u32| match places.of(code) {
        Place::Category(category) => of.class_of(category),
        Place::Null | Place::Nan => Class::Missing,
        Place::Other | Place::NegativeInfinity | Place::PositiveInfinity => Class::Undeclared,
    };
    let known: Vec<u8> = (0..labels.texts.len() as u32).map(|code| class(code) as u8).collect();
    let special =
        |code: u32| if matches!(code, NULL | NAN) { Class::Missing } else { Class::Undeclared } as u8;
    let of = |code: &u32| known.get(*code as usize).copied().unwrap_or_else(|| special(*code));
    labels.codes.iter().map(of).collect()
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
