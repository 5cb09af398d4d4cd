//! A score, and the label that tells later whether it was right.

pub mod number;
pub mod quantile;
pub mod top;

use std::sync::Arc;

use crate::binning::{self, Binning};
use crate::codec::bytes::{Reader, Writer};
use crate::error::{Result, parameter};
use crate::plan::Counter;
use crate::scalar::Domain;
use crate::vocabulary::Vocabulary;
pub use number::Number;
pub use quantile::Quantile;
pub use top::{Top, TopClass};

/// Most outcomes of a plan.
pub const MAX_OUTCOMES: usize = 64;
/// Most cuts at which decisions of an outcome are measured.
pub const MAX_THRESHOLDS: usize = 16;

/// Kind of a number with columns that foretell its quantiles; one without keeps its own.
const WITH_QUANTILES: u8 = 3;

/// A column of scores, and the column that they foretell.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Name of the score's column.
    pub score: String,
    /// Name of the label's column.
    pub label: String,
    /// What the score says of the label.
    pub target: Target,
}

/// What a score says of its label.
#[derive(Clone, Debug)]
pub enum Target {
    /// How probable one of its categories is.
    Class(Classes),
    /// Its value.
    Number(Number),
    /// Which of several classes it is.
    Top(Top),
}

/// Scores in [0, 1]: the probability that the label is a certain category.
#[derive(Clone, Debug)]
pub struct Classes {
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

impl Classes {
    /// Scores in these cells.
    ///
    /// # Errors
    /// When the cells are no cells of numbers, or there are too many thresholds or any is outside
    /// of (0, 1].
    pub fn new(positive: u32, binning: Arc<Binning>, thresholds: Vec<f64>) -> Result<Self> {
        if binning.domain() != Domain::Float || binning.cells().is_none() {
            return Err(parameter("outcome", "fixed cells of numbers for the score"));
        }
        let sensible = thresholds.iter().all(|t| *t > 0.0 && *t <= 1.0);
        if thresholds.len() > MAX_THRESHOLDS || !sensible {
            return Err(parameter("threshold", "at most 16 cuts above 0 and not above 1"));
        }
        Ok(Self { positive, binning, thresholds })
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

    fn write(&self, writer: &mut Writer) {
        writer.count(u64::from(self.positive));
        binning::write(writer, &self.binning.parts());
        writer.length(self.thresholds.len());
        self.thresholds.iter().for_each(|threshold| writer.float(*threshold));
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let positive = reader.index(crate::vocabulary::MAX_CATEGORIES)? as u32;
        let binning = read_binning(reader)?;
        let count = reader.length(8)?;
        reader.ensure(count <= MAX_THRESHOLDS, "at most 16 thresholds")?;
        let thresholds = (0..count).map(|_| reader.float()).collect::<Result<_>>()?;
        Self::new(positive, binning, thresholds).map_err(|_| reader.corrupt("an outcome"))
    }
}

impl Outcome {
    /// A score of classes.
    ///
    /// # Errors
    /// As [`Classes::new`].
    pub fn new(
        (score, label): (String, String),
        positive: u32,
        binning: Arc<Binning>,
        thresholds: Vec<f64>,
    ) -> Result<Self> {
        let target = Target::Class(Classes::new(positive, binning, thresholds)?);
        Ok(Self { score, label, target })
    }

    /// Whether both count alike.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        let identity = |outcome: &Self| {
            let mut writer = Writer::default();
            outcome.write_identity(&mut writer);
            writer.finish()
        };
        identity(self) == identity(other)
    }

    /// Whether columns that are counted so hold such scores and labels.
    pub(crate) fn fits<'a>(&self, counter: impl Fn(&str) -> Option<&'a Counter>) -> bool {
        let is_number = |name: &str| match counter(name) {
            Some(Counter::Numeric(binning)) => !matches!(binning.domain(), Domain::Temporal(_)),
            _ => false,
        };
        let is_category = |category: u32| match counter(&self.label) {
            Some(Counter::Categorical(labels)) => (category as usize) < labels.categories().len(),
            _ => false,
        };
        match &self.target {
            Target::Class(classes) => {
                let numeric = matches!(counter(&self.score), Some(Counter::Numeric(_)));
                numeric && is_category(classes.positive)
            }
            Target::Number(_) => is_number(&self.score) && is_number(&self.label),
            Target::Top(top) => {
                let fits = |class: &TopClass| is_number(&class.column) && is_category(class.category);
                self.score == self.label && top.classes.iter().all(fits)
            }
        }
    }

    /// Whether the columns of its quantiles are numbers, besides the label itself.
    pub(crate) fn quantiles_fit<'a>(&self, counter: impl Fn(&str) -> Option<&'a Counter>) -> bool {
        let Target::Number(number) = &self.target else { return true };
        let fits = |column: &str| column != self.label && counter(column).is_some_and(is_number);
        number.quantiles.iter().all(|quantile| fits(&quantile.column))
    }

    /// About the bytes that counts of a slice take.
    pub(crate) fn state_bytes(&self) -> usize {
        match &self.target {
            Target::Class(classes) => 72 * classes.binning.coarse_cells().unwrap_or(0) + 216,
            Target::Number(number) => number::STATE_BYTES + 200 * number.quantiles.len(),
            Target::Top(top) => top.state_bytes(),
        }
    }

    /// What decides whether counts may be added.
    pub(crate) fn write_identity(&self, writer: &mut Writer) {
        writer.text(&self.score);
        writer.text(&self.label);
        writer.byte(self.kind());
        match &self.target {
            Target::Class(classes) => {
                writer.count(u64::from(classes.positive));
                writer.raw(classes.binning.id());
            }
            Target::Number(number) => number.write_identity(writer),
            Target::Top(top) => top.write_identity(writer),
        }
    }

    fn kind(&self) -> u8 {
        match &self.target {
            Target::Class(_) => 0,
            Target::Number(number) if number.quantiles.is_empty() => 1,
            Target::Top(_) => 2,
            Target::Number(_) => WITH_QUANTILES,
        }
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.text(&self.score);
        writer.text(&self.label);
        writer.byte(self.kind());
        match &self.target {
            Target::Class(classes) => classes.write(writer),
            Target::Number(number) => number.write(writer),
            Target::Top(top) => top.write(writer),
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>, longest_name: usize) -> Result<Self> {
        let (score, label) = (reader.text(longest_name)?.to_owned(), reader.text(longest_name)?.to_owned());
        let target = match reader.byte()? {
            0 => Target::Class(Classes::read(reader)?),
            1 => Target::Number(Number::read(reader)?),
            2 => Target::Top(Top::read(reader)?),
            WITH_QUANTILES => Target::Number(Number::read_with_quantiles(reader, longest_name)?),
            _ => return Err(reader.corrupt("a kind of outcome")),
        };
        Ok(Self { score, label, target })
    }
}

fn is_number(counter: &Counter) -> bool {
    match counter {
        Counter::Numeric(binning) => !matches!(binning.domain(), Domain::Temporal(_)),
        Counter::Categorical(_) => false,
    }
}

fn read_binning(reader: &mut Reader<'_>) -> Result<Arc<Binning>> {
    let parts = binning::read(reader)?;
    Ok(Arc::new(Binning::from_parts(parts).map_err(|_| reader.corrupt("a binning"))?))
}
