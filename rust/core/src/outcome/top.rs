//! Scores of several classes, side by side: the class that is scored highest is the prediction.
//!
//! The outcome stands under the name of its label, for it is of no single column of scores. Every
//! class is an ordinary outcome of classes besides.

use std::sync::Arc;

use super::read_binning;
use crate::binning::{self, Binning};
use crate::codec::bytes::{Reader, Writer};
use crate::error::{Result, parameter};
use crate::plan::MAX_NAME;
use crate::scalar::Domain;
use crate::vocabulary::{MAX_CATEGORIES, Vocabulary};

/// Most classes of an outcome.
pub const MAX_CLASSES: usize = 32;
/// Largest harmless difference of a row's sum of scores from 1.
pub const SUM_SLACK: f64 = 1e-3;

/// One class: where its scores are, and which label it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopClass {
    /// Column with the probability of the class.
    pub column: String,
    /// The label's category.
    pub category: u32,
}

/// The classes of an outcome.
#[derive(Clone, Debug)]
pub struct Top {
    /// In the order of the spec, which decides between equal scores.
    pub classes: Vec<TopClass>,
    /// Cells of the highest score of a row.
    pub binning: Arc<Binning>,
}

impl Top {
    /// The classes with the cells of their highest score.
    ///
    /// # Errors
    /// When there are fewer than 2 classes or more than 32, a column or a category stands there
    /// twice, or the cells are no cells of numbers.
    pub fn new(classes: Vec<TopClass>, binning: Arc<Binning>) -> Result<Self> {
        let known = |i: usize| &classes[..i];
        let twice = classes.iter().enumerate().any(|(i, class)| {
            known(i).iter().any(|before| before.column == class.column || before.category == class.category)
        });
        if twice || !(2..=MAX_CLASSES).contains(&classes.len()) {
            return Err(parameter("score.columns", "2 to 32 classes, each with a column of its own"));
        }
        if binning.domain() != Domain::Float || binning.cells().is_none() {
            return Err(parameter("outcome", "fixed cells of numbers for the score"));
        }
        Ok(Self { classes, binning })
    }

    /// The class of each category, by its place; `None` for a category that is no class.
    #[must_use]
    pub fn place_of(&self, category: u32) -> Option<u8> {
        self.classes.iter().position(|class| class.category == category).map(|place| place as u8)
    }

    /// The labels that the classes are of, in their order.
    #[must_use]
    pub fn texts<'a>(&self, vocabulary: &'a Vocabulary) -> Vec<&'a str> {
        let text = |class: &TopClass| vocabulary.categories().get(class.category as usize);
        self.classes.iter().map(|class| text(class).map_or("", String::as_str)).collect()
    }

    /// About the bytes that counts of a slice take.
    pub(super) fn state_bytes(&self) -> usize {
        72 * self.binning.coarse_cells().unwrap_or(0) + 8 * self.classes.len().pow(2) + 248
    }

    fn write_classes(&self, writer: &mut Writer) {
        writer.length(self.classes.len());
        for class in &self.classes {
            writer.text(&class.column);
            writer.count(u64::from(class.category));
        }
    }

    pub(super) fn write_identity(&self, writer: &mut Writer) {
        self.write_classes(writer);
        writer.raw(self.binning.id());
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        self.write_classes(writer);
        binning::write(writer, &self.binning.parts());
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let count = reader.length(2)?;
        reader.ensure((2..=MAX_CLASSES).contains(&count), "2 to 32 classes")?;
        let mut classes = Vec::with_capacity(count);
        for _ in 0..count {
            let column = reader.text(MAX_NAME)?.to_owned();
            classes.push(TopClass { column, category: reader.index(MAX_CATEGORIES)? as u32 });
        }
        let binning = read_binning(reader)?;
        Self::new(classes, binning).map_err(|_| reader.corrupt("an outcome"))
    }
}
