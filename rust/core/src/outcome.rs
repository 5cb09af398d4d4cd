//! A score, and the label that tells later whether it was right.

use std::sync::Arc;

use crate::binning::{self, Binning};
use crate::codec::bytes::{Reader, Writer};
use crate::error::{Result, parameter};
use crate::scalar::Domain;
use crate::vocabulary::Vocabulary;

/// Most outcomes of a plan.
pub const MAX_OUTCOMES: usize = 64;
/// Most cuts at which decisions of an outcome are measured.
pub const MAX_THRESHOLDS: usize = 16;

/// A column of scores in [0, 1]: the probability that another column bears a certain label.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Name of the score's column.
    pub score: String,
    /// Name of the label's column.
    pub label: String,
    /// The category that the score is the probability of; every other one is negative.
    pub positive: u32,
    /// Cells of the score, in which rows are counted by class.
    pub binning: Arc<Binning>,
    /// Cuts at which decisions are measured: `score >= threshold`. The first one is in force.
    pub thresholds: Vec<f64>,
}

/// What is known of a row's label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Class {
    /// Any category but the positive one.
    Negative,
    /// The positive one.
    Positive,
    /// None has come.
    Missing,
    /// One that the vocabulary does not have.
    Undeclared,
    /// The row is too young for its label to be final.
    Immature,
}

impl Outcome {
    /// An outcome of these columns.
    ///
    /// # Errors
    /// When the cells are no cells of numbers, or there are too many thresholds or any is outside
    /// of (0, 1].
    pub fn new(
        (score, label): (String, String),
        positive: u32,
        binning: Arc<Binning>,
        thresholds: Vec<f64>,
    ) -> Result<Self> {
        if binning.domain() != Domain::Float || binning.cells().is_none() {
            return Err(parameter("outcome", "fixed cells of numbers for the score"));
        }
        let sensible = thresholds.iter().all(|t| *t > 0.0 && *t <= 1.0);
        if thresholds.len() > MAX_THRESHOLDS || !sensible {
            return Err(parameter("threshold", "at most 16 cuts above 0 and not above 1"));
        }
        Ok(Self { score, label, positive, binning, thresholds })
    }

    /// Whether both count alike.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        (&self.score, &self.label, self.positive) == (&other.score, &other.label, other.positive)
            && self.binning.id() == other.binning.id()
    }

    /// The class of each category of the label's vocabulary.
    pub(crate) fn class_of(&self, category: u32) -> Class {
        if category == self.positive { Class::Positive } else { Class::Negative }
    }

    /// The positive category.
    #[must_use]
    pub fn positive_text<'a>(&self, vocabulary: &'a Vocabulary) -> &'a str {
        vocabulary.categories().get(self.positive as usize).map_or("", String::as_str)
    }

    /// What decides whether counts may be added.
    pub(crate) fn write_identity(&self, writer: &mut Writer) {
        writer.text(&self.score);
        writer.text(&self.label);
        writer.count(u64::from(self.positive));
        writer.raw(self.binning.id());
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.text(&self.score);
        writer.text(&self.label);
        writer.count(u64::from(self.positive));
        binning::write(writer, &self.binning.parts());
        writer.length(self.thresholds.len());
        self.thresholds.iter().for_each(|threshold| writer.float(*threshold));
    }

    pub(crate) fn read(reader: &mut Reader<'_>, longest_name: usize) -> Result<Self> {
        let names = (reader.text(longest_name)?.to_owned(), reader.text(longest_name)?.to_owned());
        let positive = reader.index(crate::vocabulary::MAX_CATEGORIES)? as u32;
        let parts = binning::read(reader)?;
        let count = reader.length(8)?;
        reader.ensure(count <= MAX_THRESHOLDS, "at most 16 thresholds")?;
        let thresholds = (0..count).map(|_| reader.float()).collect::<Result<_>>()?;
        let binning = Binning::from_parts(parts).map_err(|_| reader.corrupt("a binning"))?;
        let outcome = Self::new(names, positive, Arc::new(binning), thresholds);
        outcome.map_err(|_| reader.corrupt("an outcome"))
    }
}
