//! How every column is to be counted: one frozen binning or vocabulary each.

use std::sync::Arc;

use crate::binning::{Binning, Recipe, Sample};
use crate::codec::bytes::{Reader, Writer};
use crate::error::{Error, Result, parameter};
use crate::outcome::{MAX_OUTCOMES, Outcome};
use crate::sampling::Sampling;
use crate::scalar::Domain;
use crate::vocabulary::Vocabulary;
use crate::{binning, vocabulary};

/// Longest name of a column.
pub const MAX_NAME: usize = 4096;
/// Most segment columns of a plan.
pub const MAX_SEGMENTS: usize = 8;

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// An input of the model.
    Feature,
    /// The model's output.
    Score,
    /// An input whose values also name slices of the rows.
    Segment,
    /// What really happened, as far as it is known.
    Label,
}

const ROLES: [Role; 4] = [Role::Feature, Role::Score, Role::Segment, Role::Label];

impl Role {
    /// The name used in specs and tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Feature => "feature",
            Self::Score => "score",
            Self::Segment => "segment",
            Self::Label => "label",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        ROLES.into_iter().find(|role| role.name() == name)
    }
}

/// How one column is counted.
#[derive(Clone, Debug)]
pub enum Counter {
    /// In cells of the number line.
    Numeric(Arc<Binning>),
    /// By category.
    Categorical(Arc<Vocabulary>),
}

impl Counter {
    /// The content address of the binning or vocabulary.
    #[must_use]
    pub fn id(&self) -> &[u8; 32] {
        match self {
            Self::Numeric(binning) => binning.id(),
            Self::Categorical(vocabulary) => vocabulary.id(),
        }
    }
}

/// One column of a plan.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name in the data.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// How it is counted.
    pub counter: Counter,
}

/// Columns in the order of their names, and the time column if rows have one.
#[derive(Clone, Debug)]
pub struct Plan {
    columns: Vec<Column>,
    time: Option<String>,
    segments: Vec<usize>,
    outcomes: Vec<Outcome>,
    sampling: Option<Sampling>,
    id: [u8; 32],
}

impl Plan {
    /// The plan of these columns, whatever their order.
    ///
    /// # Errors
    /// When a name stands there twice, or a segment column is not categorical.
    pub fn new(mut columns: Vec<Column>, time: Option<String>) -> Result<Self> {
        columns.sort_by(|a, b| a.name.cmp(&b.name));
        if columns.windows(2).any(|w| w[0].name == w[1].name) {
            return Err(parameter("columns", "each column once"));
        }
        if columns.iter().any(|c| c.name.len() > MAX_NAME) {
            return Err(parameter("columns", "names of at most 4096 bytes"));
        }
        let is_segment = |c: &Column| c.role == Role::Segment;
        let numeric = |c: &Column| matches!(c.counter, Counter::Numeric(_));
        if columns.iter().any(|c| is_segment(c) && numeric(c)) {
            return Err(parameter("segments", "categorical columns"));
        }
        let segments: Vec<usize> =
            columns.iter().enumerate().filter(|(_, c)| is_segment(c)).map(|(i, _)| i).collect();
        if segments.len() > MAX_SEGMENTS {
            return Err(parameter("segments", "at most 8 segment columns"));
        }
        let mut plan = Self { columns, time, segments, outcomes: Vec::new(), sampling: None, id: [0; 32] };
        plan.id = plan.hash();
        Ok(plan)
    }

    /// The plan of a single number that no reference is known of: log-linear cells.
    ///
    /// # Errors
    /// When the name is too long.
    pub fn of_scalar(name: &str) -> Result<Self> {
        let binning = Binning::fit(&Recipe::LogLinear, Domain::Float, &Sample::floats(Vec::new()))?;
        let counter = Counter::Numeric(Arc::new(binning));
        Self::new(vec![Column { name: name.to_owned(), role: Role::Feature, counter }], None)
    }

    /// The plan with these outcomes, whatever their order.
    ///
    /// # Errors
    /// When one names a column that the plan counts in another way, or stands there twice.
    pub fn with_outcomes(mut self, mut outcomes: Vec<Outcome>) -> Result<Self> {
        outcomes.sort_by(|a, b| (&a.score, &a.label).cmp(&(&b.score, &b.label)));
        let twice = outcomes.windows(2).any(|w| (&w[0].score, &w[0].label) == (&w[1].score, &w[1].label));
        if twice || outcomes.len() > MAX_OUTCOMES {
            return Err(parameter("outcomes", "at most 64 pairs of score and label, each once"));
        }
        let counter = |name: &str| self.find(name).map(|i| &self.columns[i].counter);
        if !outcomes.iter().all(|outcome| outcome.quantiles_fit(counter)) {
            return Err(parameter("label.quantiles", "columns of numbers besides the label"));
        }
        if !outcomes.iter().all(|outcome| outcome.fits(counter)) {
            return Err(parameter(
                "outcomes",
                "a numeric score, and a label of the plan that is categorical or, when its value is foretold, numeric",
            ));
        }
        self.outcomes = outcomes;
        self.id = self.hash();
        Ok(self)
    }

    /// The plan of a log of which only some rows were kept.
    ///
    /// # Errors
    /// When no segment column tells which stratum a row is of, where they differ.
    pub fn with_sampling(mut self, sampling: Option<Sampling>) -> Result<Self> {
        let known = |sampling: &Sampling| {
            let column = self.find(sampling.column());
            sampling.share().is_some() || column.is_some_and(|i| self.columns[i].role == Role::Segment)
        };
        if !sampling.as_ref().is_none_or(known) {
            return Err(parameter("sampling.column", "a segment column of the plan"));
        }
        self.sampling = sampling;
        self.id = self.hash();
        Ok(self)
    }

    /// BLAKE3 over names, roles and identities: what decides whether counts may be added.
    fn hash(&self) -> [u8; 32] {
        let mut writer = Writer::default();
        writer.text(self.time.as_deref().unwrap_or_default());
        writer.length(self.columns.len());
        for column in &self.columns {
            writer.text(&column.name);
            writer.byte(column.role as u8);
            writer.byte(u8::from(matches!(column.counter, Counter::Categorical(_))));
            writer.raw(column.counter.id());
        }
        // Nothing without outcomes: plans of the first format keep their names.
        self.outcomes.iter().for_each(|outcome| outcome.write_identity(&mut writer));
        if let Some(sampling) = &self.sampling {
            writer.text("sampling");
            sampling.write(&mut writer);
        }
        *blake3::hash(&writer.finish()).as_bytes()
    }

    /// The plan with more columns; those it has keep their identities.
    ///
    /// # Errors
    /// When it has one of them already.
    pub fn extend(&self, columns: Vec<Column>) -> Result<Self> {
        Self::new(self.columns.iter().cloned().chain(columns).collect(), self.time.clone())?
            .with_outcomes(self.outcomes.clone())?
            .with_sampling(self.sampling.clone())
    }

    /// The content address.
    #[must_use]
    pub fn id(&self) -> &[u8; 32] {
        &self.id
    }

    /// The columns, by name.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column that tells when a row happened.
    #[must_use]
    pub fn time(&self) -> Option<&str> {
        self.time.as_deref()
    }

    /// Places of the segment columns.
    #[must_use]
    pub fn segments(&self) -> &[usize] {
        &self.segments
    }

    /// Scores with their labels, by name.
    #[must_use]
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// Which rows were kept, when not all were.
    #[must_use]
    pub fn sampling(&self) -> Option<&Sampling> {
        self.sampling.as_ref()
    }

    /// The same, where rows have to be weighted by their stratum.
    #[must_use]
    pub fn strata(&self) -> Option<&Sampling> {
        self.sampling.as_ref().filter(|sampling| sampling.share().is_none())
    }

    /// Whether the plan has what the first format had not.
    #[must_use]
    pub fn has_outcomes(&self) -> bool {
        !self.outcomes.is_empty()
    }

    /// The column of that name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<usize> {
        self.columns.binary_search_by(|c| c.name.as_str().cmp(name)).ok()
    }

    /// Columns that the plans count differently, or only one of them counts.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let same = |a: &Column, b: &Column| a.role == b.role && a.counter.id() == b.counter.id();
        let missing_in = |one: &Self, column: &Column| {
            one.find(&column.name).is_none_or(|i| !same(&one.columns[i], column))
        };
        let mut names: Vec<String> =
            self.columns.iter().filter(|c| missing_in(other, c)).map(|c| c.name.clone()).collect();
        names.extend(other.columns.iter().filter(|c| missing_in(self, c)).map(|c| c.name.clone()));
        let alone = |one: &Self, outcome: &Outcome| !one.outcomes.iter().any(|o| o.is_like(outcome));
        let unlike = |one: &Self, other: &Self| {
            let unlike = one.outcomes.iter().filter(|o| alone(other, o));
            unlike.map(|o| o.label.clone()).collect::<Vec<_>>()
        };
        names.extend(unlike(self, other));
        names.extend(unlike(other, self));
        if self.sampling != other.sampling {
            let name = |s: &Sampling| s.share().map_or(s.column(), |_| "sampling").to_owned();
            let column = |one: &Self| one.sampling.as_ref().map(name);
            names.extend(column(self).into_iter().chain(column(other)));
        }
        if self.time != other.time {
            names.extend(self.time.iter().chain(&other.time).cloned());
        }
        names.sort();
        names.dedup();
        names
    }
}

pub(crate) fn write(writer: &mut Writer, plan: &Plan) {
    writer.byte(u8::from(plan.time.is_some()));
    writer.text(plan.time.as_deref().unwrap_or_default());
    writer.length(plan.columns.len());
    for column in &plan.columns {
        writer.text(&column.name);
        writer.byte(column.role as u8);
        match &column.counter {
            Counter::Numeric(b) => {
                writer.byte(0);
                binning::write(writer, &b.parts());
            }
            Counter::Categorical(v) => {
                writer.byte(1);
                vocabulary::write(writer, v);
            }
        }
    }
    if plan.has_outcomes() {
        writer.length(plan.outcomes.len());
        plan.outcomes.iter().for_each(|outcome| outcome.write(writer));
    }
    if let Some(sampling) = &plan.sampling {
        sampling.write(writer);
    }
}

pub(crate) fn read(reader: &mut Reader<'_>, with_outcomes: bool, with_sampling: bool) -> Result<Plan> {
    let has_time = reader.index(2)? == 1;
    let time = reader.text(MAX_NAME)?.to_owned();
    reader.ensure(has_time || time.is_empty(), "no time column")?;
    let count = reader.length(4)?;
    let columns = (0..count).map(|_| read_column(reader)).collect::<Result<Vec<_>>>()?;
    reader.ensure(columns.windows(2).all(|w| w[0].name < w[1].name), "columns in the order of names")?;
    let plan = Plan::new(columns, has_time.then_some(time)).map_err(|e| as_corrupt(e, reader))?;
    let plan = if with_outcomes { read_outcomes(reader, plan)? } else { plan };
    if !with_sampling {
        return Ok(plan);
    }
    let sampling = Sampling::read(reader, MAX_NAME)?;
    plan.with_sampling(Some(sampling)).map_err(|e| as_corrupt(e, reader))
}

fn read_outcomes(reader: &mut Reader<'_>, plan: Plan) -> Result<Plan> {
    let count = reader.length(4)?;
    reader.ensure((1..=MAX_OUTCOMES).contains(&count), "a few outcomes")?;
    let outcomes = (0..count).map(|_| Outcome::read(reader, MAX_NAME)).collect::<Result<Vec<_>>>()?;
    let pair = |o: &Outcome| (o.score.clone(), o.label.clone());
    reader
        .ensure(outcomes.windows(2).all(|w| pair(&w[0]) < pair(&w[1])), "outcomes in the order of names")?;
    plan.with_outcomes(outcomes).map_err(|e| as_corrupt(e, reader))
}

fn as_corrupt(error: Error, reader: &Reader<'_>) -> Error {
    match error {
        Error::Corrupt { .. } => error,
        _ => reader.corrupt("a plan"),
    }
}

fn read_column(reader: &mut Reader<'_>) -> Result<Column> {
    let name = reader.text(MAX_NAME)?.to_owned();
    let role = ROLES[reader.index(ROLES.len())?];
    let counter = if reader.index(2)? == 0 {
        let parts = binning::read(reader)?;
        Counter::Numeric(Arc::new(Binning::from_parts(parts).map_err(|e| as_corrupt(e, reader))?))
    } else {
        Counter::Categorical(Arc::new(vocabulary::read(reader)?))
    };
    Ok(Column { name, role, counter })
}
