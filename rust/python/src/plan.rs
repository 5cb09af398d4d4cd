//! Plans.

use std::sync::Arc;

use arrow_array::RecordBatch;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};
use tallystick_arrow::{ClassRequest, Kind, OutcomeRequest, Request, TargetRequest, hex};
use tallystick_core::binning::Recipe;
use tallystick_core::codec;
use tallystick_core::outcome::{Number, Outcome, Target};
use tallystick_core::plan::{Column, Counter, Role};
use tallystick_core::sampling::Sampling;
use tallystick_core::scalar::{Domain, Edges, Scalar};

use crate::batch::Imported;
use crate::errors::{Failure, guard};

/// How every column is counted: one frozen binning or vocabulary each.
#[pyclass(frozen, module = "tallystick._core")]
pub struct Plan {
    pub inner: Arc<tallystick_core::plan::Plan>,
}

/// An edge or another number of a column: integers stay exact.
#[derive(FromPyObject, IntoPyObject)]
pub enum Edge {
    #[pyo3(transparent)]
    Integer(i128),
    #[pyo3(transparent)]
    Float(f64),
}

impl From<Scalar> for Edge {
    fn from(scalar: Scalar) -> Self {
        match scalar {
            Scalar::Integer(value) => Self::Integer(value),
            Scalar::Float(value) => Self::Float(value),
        }
    }
}

impl From<Edge> for Scalar {
    fn from(edge: Edge) -> Self {
        match edge {
            Edge::Integer(value) => Self::Integer(value),
            Edge::Float(value) => Self::Float(value),
        }
    }
}

/// One column to learn, as Python hands it over.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct ColumnRequest {
    name: String,
    role: String,
    kind: String,
    binning: Option<String>,
    edges: Option<Vec<Edge>>,
    range: Option<(f64, f64)>,
    bins: Option<u32>,
    categories: Option<Vec<String>>,
    max_categories: Option<usize>,
}

/// One score and its label, as Python hands them over.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct OutcomeSettings {
    score: String,
    label: String,
    kind: String,
    positive: Option<String>,
    classes: Vec<(String, String)>,
    thresholds: Vec<f64>,
    quantiles: Vec<(String, f64)>,
}

impl OutcomeSettings {
    fn request(self) -> OutcomeRequest {
        let Self { score, label, kind, positive, classes, thresholds, quantiles } = self;
        let target = match kind.as_str() {
            "number" => TargetRequest::Number(quantiles),
            "classes" => TargetRequest::Top(classes),
            _ => TargetRequest::Class(ClassRequest { positive, thresholds }),
        };
        OutcomeRequest { score, label, target }
    }
}

fn refused(name: &str, expected: &str) -> Failure {
    tallystick_core::Error::Parameter { name: name.into(), expected: expected.into() }.into()
}

impl ColumnRequest {
    fn request(self) -> Result<Request, Failure> {
        let role =
            Role::from_name(&self.role).ok_or_else(|| refused("role", "feature, score, segment or label"))?;
        let kind = if self.kind == "categorical" {
            let most = self.max_categories.unwrap_or(tallystick_core::vocabulary::DEFAULT_CATEGORIES);
            Kind::Categorical { categories: self.categories, most }
        } else {
            Kind::Numeric(match (self.binning.as_deref(), self.edges, self.range) {
                (_, Some(edges), _) => Recipe::Explicit(edges.into_iter().map(Scalar::from).collect()),
                (None | Some("quantile"), ..) => Recipe::Quantile,
                (Some("log_linear"), ..) => Recipe::LogLinear,
                (Some("score"), ..) => Recipe::Score,
                (Some("uniform"), _, Some((low, high))) => {
                    Recipe::Uniform { low, high, bins: self.bins.unwrap_or(1200) }
                }
                _ => return Err(refused("binning", "quantile, log_linear, uniform with a range, or edges")),
            })
        };
        Ok(Request { name: self.name, role, kind })
    }
}

fn learn(
    requests: Vec<ColumnRequest>,
    outcomes: Vec<OutcomeSettings>,
    batches: Vec<Imported>,
    threads: usize,
    py: Python<'_>,
) -> Result<(Vec<Column>, Vec<Outcome>), Failure> {
    let requests: Vec<Request> =
        requests.into_iter().map(ColumnRequest::request).collect::<Result<_, _>>()?;
    let outcomes: Vec<OutcomeRequest> = outcomes.into_iter().map(OutcomeSettings::request).collect();
    Ok(py.detach(|| -> Result<_, tallystick_arrow::Error> {
        let batches: Vec<RecordBatch> =
            batches.into_iter().map(Imported::checked).collect::<Result<_, _>>()?;
        let mut columns = tallystick_arrow::fit(&requests, &batches, threads)?;
        let outcomes = tallystick_arrow::fit_outcomes(&outcomes, &mut columns, &batches)?;
        Ok((columns, outcomes))
    })?)
}

#[pymethods]
impl Plan {
    #[staticmethod]
    fn fit(
        py: Python<'_>,
        requests: Vec<ColumnRequest>,
        outcomes: Vec<OutcomeSettings>,
        batches: Vec<Imported>,
        time: Option<String>,
        sampling: Option<(String, Vec<(String, f64)>)>,
        threads: usize,
    ) -> PyResult<Self> {
        guard(py, || {
            let (columns, outcomes) = learn(requests, outcomes, batches, threads, py)?;
            let plan = tallystick_core::plan::Plan::new(columns, time)?.with_outcomes(outcomes)?;
            let sampling = sampling.map(|(column, rates)| Sampling::new(column, rates)).transpose()?;
            let plan = plan.with_sampling(sampling)?;
            Ok(Self { inner: Arc::new(plan) })
        })
    }

    fn extend(
        &self,
        py: Python<'_>,
        requests: Vec<ColumnRequest>,
        batches: Vec<Imported>,
        threads: usize,
    ) -> PyResult<Self> {
        guard(py, || {
            let (columns, _) = learn(requests, Vec::new(), batches, threads, py)?;
            Ok(Self { inner: Arc::new(self.inner.extend(columns)?) })
        })
    }

    #[staticmethod]
    fn from_bytes(py: Python<'_>, data: &[u8]) -> PyResult<Self> {
        guard(py, || Ok(Self { inner: Arc::new(codec::plan_from_bytes(data)?) }))
    }

    fn to_bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &codec::plan_to_bytes(&self.inner))
    }

    #[getter]
    fn plan_id(&self) -> String {
        hex(self.inner.id())
    }

    #[getter]
    fn time(&self) -> Option<&str> {
        self.inner.time()
    }

    /// The same plan for a log of which this share of all rows is kept.
    fn sampled(&self, py: Python<'_>, share: f64) -> PyResult<Self> {
        guard(py, || {
            let sampling = Sampling::uniform(share)?;
            if self.inner.sampling().is_some() {
                return Err(refused("sample", "a plan of which all rows are kept"));
            }
            Ok(Self {
                inner: Arc::new(
                    tallystick_core::plan::Plan::clone(&self.inner).with_sampling(Some(sampling))?,
                ),
            })
        })
    }

    /// Share of all rows that is kept; `None` when all are, or it depends on the stratum.
    #[getter]
    fn share(&self) -> Option<f64> {
        self.inner.sampling().and_then(Sampling::share)
    }

    /// Score, label and kind of every outcome; of a class also the positive label and
    /// thresholds, of several classes each with its column.
    fn outcomes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let described = self.inner.outcomes().iter().map(|outcome| {
            let entry = PyDict::new(py);
            entry.set_item("score", &outcome.score)?;
            entry.set_item("label", &outcome.label)?;
            let column = self.inner.find(&outcome.label).map(|i| &self.inner.columns()[i].counter);
            match (&outcome.target, column) {
                (Target::Class(classes), Some(Counter::Categorical(labels))) => {
                    entry.set_item("kind", "class")?;
                    entry.set_item("positive", classes.positive_text(labels))?;
                    entry.set_item("thresholds", &classes.thresholds)?;
                }
                (Target::Top(top), Some(Counter::Categorical(labels))) => {
                    entry.set_item("kind", "classes")?;
                    let columns = top.classes.iter().map(|class| &class.column);
                    let classes: Vec<_> = top.texts(labels).into_iter().zip(columns).collect();
                    entry.set_item("classes", classes)?;
                }
                (Target::Number(number), _) => {
                    entry.set_item("kind", "number")?;
                    set_quantiles(&entry, number)?;
                }
                _ => unreachable!("the plan checks that labels of classes are categorical"),
            }
            Ok(entry)
        });
        PyList::new(py, described.collect::<PyResult<Vec<_>>>()?)
    }

    fn differences(&self, other: &Self) -> Vec<String> {
        self.inner.differences(&other.inner)
    }

    fn columns<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let described: Vec<_> =
            self.inner.columns().iter().map(|column| describe(py, column)).collect::<PyResult<_>>()?;
        PyList::new(py, described)
    }
}

/// Column and share of each quantile, where there are any.
fn set_quantiles(entry: &Bound<'_, PyDict>, number: &Number) -> PyResult<()> {
    if number.quantiles.is_empty() {
        return Ok(());
    }
    let quantiles = PyDict::new(entry.py());
    number.quantiles.iter().try_for_each(|of| quantiles.set_item(&of.column, of.share))?;
    entry.set_item("quantiles", quantiles)
}

fn describe<'py>(py: Python<'py>, column: &Column) -> PyResult<Bound<'py, PyDict>> {
    let entry = PyDict::new(py);
    entry.set_item("name", &column.name)?;
    entry.set_item("role", column.role.name())?;
    entry.set_item("binning_id", hex(column.counter.id()))?;
    match &column.counter {
        Counter::Numeric(binning) => {
            entry.set_item("kind", "numeric")?;
            entry.set_item("binning", binning.rule().name())?;
            entry.set_item(
                "domain",
                match binning.domain() {
                    Domain::Float => "float",
                    Domain::Integer => "integer",
                    Domain::Temporal(_) => "temporal",
                },
            )?;
            if let Domain::Temporal(unit) = binning.domain() {
                entry.set_item("nanoseconds", unit.nanoseconds())?;
            }
            match binning.edges() {
                Edges::Float(edges) => entry.set_item("edges", edges)?,
                Edges::Integer(edges) => entry.set_item("edges", edges)?,
            }
            // The edges that segments are counted by as well.
            let coarse = 1..binning.coarse_cells().unwrap_or(0);
            let coarse: Vec<f64> = coarse.map(|cell| binning.coarse_bounds(cell as i32).0).collect();
            entry.set_item("coarse_edges", coarse)?;
        }
        Counter::Categorical(vocabulary) => {
            entry.set_item("kind", "categorical")?;
            entry.set_item("binning", "vocabulary")?;
            entry.set_item("categories", vocabulary.categories())?;
        }
    }
    Ok(entry)
}
