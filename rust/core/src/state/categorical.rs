//! Counts of a categorical column.

use tallystick_kernels::codes;

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

    /// The same places as leaves count them.
    fn coarse(&self, vocabulary: &Vocabulary) -> Self {
        let coarse = |place: &Place| match *place {
            Place::Category(category) => Place::Category(vocabulary.coarse_of(category)),
            place => place,
        };
        Self(self.0.iter().map(coarse).collect())
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
    let (rows_of, special) = codes::count(&labels.codes, labels.texts.len());
    if special > 0 {
        for code in [NULL, NAN, NEGATIVE_INFINITY, POSITIVE_INFINITY] {
            all.add(places.of(code), codes::count_one(&labels.codes, code));
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
    let coarse = places.coarse(vocabulary);
    leaves.each(|state, rows| {
        if let ColumnState::Categorical(state) = state {
            rows.for_each(|row| state.add(coarse.of(labels.codes[row]), 1));
        }
    });
}
