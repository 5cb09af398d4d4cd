//! Counts of a categorical column.

use super::novel::Novel;
use super::{ColumnState, Grain, Leaves, Specials};
use crate::batch::{Labels, NAN, NEGATIVE_INFINITY, NULL, POSITIVE_INFINITY};
use crate::vocabulary::Vocabulary;

/// Counts of a categorical column.
#[derive(Clone, Debug, PartialEq)]
pub struct CategoricalState {
    /// Rows of each category; in slices of the most frequent ones and, last, of the rest.
    pub counts: Vec<u64>,
    /// Rows of categories outside of the vocabulary.
    pub other: u64,
    /// Rows of none.
    pub specials: Specials,
    /// What the other categories are; kept for the slice of all rows only.
    pub novel: Option<Novel>,
}

impl CategoricalState {
    /// No rows yet.
    #[must_use]
    pub fn new(vocabulary: &Vocabulary, grain: Grain) -> Self {
        let fine = grain == Grain::Fine;
        let width = if fine { vocabulary.categories().len() } else { vocabulary.coarse_cells() };
        Self {
            counts: vec![0; width],
            other: 0,
            specials: Specials::default(),
            novel: fine.then(Novel::default),
        }
    }

    /// Adds other rows.
    pub fn merge(&mut self, other: &Self) {
        self.counts.iter_mut().zip(&other.counts).for_each(|(a, b)| *a += b);
        self.other += other.other;
        self.specials.merge(other.specials);
        if let (Some(a), Some(b)) = (&mut self.novel, &other.novel) {
            a.merge(b);
        }
    }

    fn add(&mut self, place: Place, rows: u64) {
        match place {
            Place::Category(category) => self.counts[category as usize] += rows,
            Place::Other => self.other += rows,
            Place::Null => self.specials.null += rows,
            Place::Nan => self.specials.nan += rows,
            Place::NegativeInfinity => self.specials.negative_infinity += rows,
            Place::PositiveInfinity => self.specials.positive_infinity += rows,
        }
    }
}

/// Where the rows of one label are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Category(u32),
    Other,
    Null,
    Nan,
    NegativeInfinity,
    PositiveInfinity,
}

/// The place of every text of a batch, looked up once each.
pub(crate) struct Places(Vec<Place>);

impl Places {
    pub(crate) fn new(labels: &Labels<'_>, vocabulary: &Vocabulary) -> Self {
        let place = |text: &str| vocabulary.find(text).map_or(Place::Other, Place::Category);
        Self(labels.texts.iter().map(|text| place(text)).collect())
    }

    #[inline]
    pub(crate) fn of(&self, code: u32) -> Place {
        match code {
            NULL => Place::Null,
            NAN => Place::Nan,
            NEGATIVE_INFINITY => Place::NegativeInfinity,
            POSITIVE_INFINITY => Place::PositiveInfinity,
            code => self.0[code as usize],
        }
    }
}

/// Counts labels into the slice of all rows and into one leaf of each family.
pub(crate) fn count(
    labels: &Labels<'_>,
    places: &Places,
    vocabulary: &Vocabulary,
    all: &mut CategoricalState,
    leaves: &mut Leaves<'_>,
) {
    // Texts are touched once each, however many rows bear them.
    let mut rows_of = vec![0_u64; labels.texts.len()];
    for &code in &*labels.codes {
        match rows_of.get_mut(code as usize) {
            Some(rows) => *rows += 1,
            None => all.add(places.of(code), 1),
        }
    }
    for (code, &rows) in rows_of.iter().enumerate().filter(|(_, rows)| **rows > 0) {
        let place = places.of(code as u32);
        all.add(place, rows);
        if let (Place::Other, Some(novel)) = (place, &mut all.novel) {
            novel.add(&labels.texts[code], rows);
        }
    }
    if leaves.families.is_empty() {
        return;
    }
    for (row, &code) in labels.codes.iter().enumerate() {
        let place = match places.of(code) {
            Place::Category(category) => Place::Category(vocabulary.coarse_of(category)),
            place => place,
        };
        leaves.each(row, |state| {
            if let ColumnState::Categorical(state) = state {
                state.add(place, 1);
            }
        });
    }
}
