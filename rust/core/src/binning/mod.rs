//! Frozen partitions of the number line into cells, left-closed `[e_i, e_{i+1})`.
//!
//! Edges come from a sample; counts are always exact, so any edges are valid and only the
//! resolution depends on the sample. A binning is immutable and named by its content.

mod axis;
mod encoding;
mod grouping;
mod ladder;
mod quantile;
mod uniform;

use std::sync::OnceLock;

use tallystick_kernels::log_linear;
use tallystick_kernels::search::Finder;
use tallystick_kernels::sums::Grid;

use crate::error::{Result, parameter};
use crate::scalar::{Countable, Domain, Edges, Scalar};
pub use grouping::equal_mass;

/// Interior groups of cells that slices are counted in.
pub const COARSE_CELLS: usize = 20;
/// Log-linear cells joined into one in slices: eight cells an octave.
const COARSE_LOG: i32 = 16;
/// Most edges of a binning.
pub const MAX_EDGES: usize = 1 << 16;

/// How cells are to be chosen.
#[derive(Clone, Debug, PartialEq)]
pub enum Recipe {
    /// Nearly equal mass, learned from a sample.
    Quantile,
    /// 128 cells an octave, no sample needed.
    LogLinear,
    /// Equal width over `[low, high]`.
    Uniform {
        /// Lower end.
        low: f64,
        /// Upper end, itself in the last cell.
        high: f64,
        /// How many cells.
        bins: u32,
    },
    /// Scores: 1,200 equal cells of `[0, 1]`, finer near both ends, joined with the quantile
    /// edges of the sample.
    Score,
    /// As given; integers stay exact.
    Explicit(Vec<Scalar>),
}

/// Which recipe a binning came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// See [`Recipe::Quantile`].
    Quantile,
    /// See [`Recipe::LogLinear`].
    LogLinear,
    /// See [`Recipe::Uniform`] and [`Recipe::Score`].
    Uniform,
    /// See [`Recipe::Explicit`].
    Explicit,
}

impl Rule {
    /// The name used in specs and tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Quantile => "quantile",
            Self::LogLinear => "log_linear",
            Self::Uniform => "uniform",
            Self::Explicit => "explicit",
        }
    }
}

/// Finite values of a reference column, ascending.
#[derive(Clone, Debug)]
pub enum Sample {
    /// Of a float column.
    Float(Vec<f64>),
    /// Of an integer, date or timestamp column.
    Integer(Vec<i128>),
}

impl Sample {
    /// Sorts the values; minus zero becomes zero.
    #[must_use]
    pub fn floats(mut values: Vec<f64>) -> Self {
        values.retain(|v| v.is_finite());
        values.iter_mut().for_each(|v| *v += 0.0);
        values.sort_unstable_by(f64::total_cmp);
        Self::Float(values)
    }

    /// Sorts the values.
    #[must_use]
    pub fn integers(mut values: Vec<i128>) -> Self {
        values.sort_unstable();
        Self::Integer(values)
    }

    fn len(&self) -> usize {
        match self {
            Self::Float(v) => v.len(),
            Self::Integer(v) => v.len(),
        }
    }

    /// The value at a share of the way through, in double precision.
    fn at(&self, share: f64) -> f64 {
        let index = ((self.len() - 1) as f64 * share) as usize;
        match self {
            Self::Float(v) => v[index],
            Self::Integer(v) => v[index] as f64,
        }
    }
}

/// A frozen partition.
#[derive(Debug)]
pub struct Binning {
    domain: Domain,
    rule: Rule,
    edges: Edges,
    single: Vec<bool>,
    /// First cells of the unions that slices are counted in; empty for log-linear cells.
    coarse: Vec<u32>,
    /// Sums are of differences from here.
    pivot: Scalar,
    first_grid: Grid,
    second_grid: Grid,
    /// The coarse cell of every cell; empty for log-linear cells.
    coarse_table: Vec<u32>,
    id: [u8; 32],
    finders: Finders,
}

/// Everything a binning is made of, checked by [`Binning::from_parts`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parts {
    pub domain: Domain,
    pub rule: Rule,
    pub edges: Edges,
    pub single: Vec<bool>,
    pub coarse: Vec<u32>,
    pub pivot: Scalar,
    pub first_exponent: i32,
    pub second_exponent: i32,
}

impl Binning {
    /// Chooses cells for a column of `domain` from a sample.
    ///
    /// # Errors
    /// When the recipe's own numbers make no partition.
    pub fn fit(recipe: &Recipe, domain: Domain, sample: &Sample) -> Result<Self> {
        let (edges, single, interior, rule) = match (recipe, sample) {
            // Nothing to learn from: cells that need no learning.
            (Recipe::Quantile, sample) if sample.len() == 0 => unlearned(domain),
            (Recipe::LogLinear, _) => unlearned(domain),
            (Recipe::Quantile, Sample::Float(v)) => {
                let laid = quantile::layout(v);
                (Edges::Float(laid.edges), laid.single, laid.interior, Rule::Quantile)
            }
            (Recipe::Quantile, Sample::Integer(v)) => {
                let laid = quantile::layout(v);
                (Edges::Integer(laid.edges), laid.single, laid.interior, Rule::Quantile)
            }
            (Recipe::Explicit(edges), _) => given(edges, domain, Rule::Explicit)?,
            (Recipe::Uniform { low, high, bins }, _) => {
                check_range(*low, *high, *bins)?;
                given(&floats(uniform::edges(*low, *high, *bins)), domain, Rule::Uniform)?
            }
            (Recipe::Score, sample) => given(&floats(score_edges(sample)), domain, Rule::Uniform)?,
        };
        let (pivot, scale) = pivot_and_scale(domain, sample);
        let exponent = scale.log2().floor() as i32 - 6;
        let first_exponent = if domain == Domain::Float { exponent } else { exponent.clamp(0, 40) };
        let mut parts = Parts {
            domain,
            rule,
            edges,
            single,
            coarse: Vec::new(),
            pivot,
            first_exponent: Grid::new(first_exponent).exponent(),
            second_exponent: Grid::new(exponent.saturating_mul(2).saturating_add(6)).exponent(),
        };
        parts.coarse = coarse_starts(&parts.edges, rule, interior, sample);
        Self::from_parts(parts)
    }

    /// A binning of checked parts.
    ///
    /// # Errors
    /// When they contradict one another.
    pub(crate) fn from_parts(parts: Parts) -> Result<Self> {
        encoding::check(&parts)?;
        let id = *blake3::hash(&encoding::bytes(&parts)).as_bytes();
        let Parts { domain, rule, edges, single, coarse, pivot, first_exponent, second_exponent } = parts;
        let (first_grid, second_grid) = (Grid::new(first_exponent), Grid::new(second_exponent));
        let coarse_of = |cell: usize| coarse.partition_point(|&start| start as usize <= cell) as u32 - 1;
        let coarse_table = (0..single.len()).map(coarse_of).collect();
        Ok(Self {
            coarse_table,
            domain,
            rule,
            edges,
            single,
            coarse,
            pivot,
            first_grid,
            second_grid,
            id,
            finders: Finders::default(),
        })
    }

    /// The content address: BLAKE3 of the canonical bytes.
    #[must_use]
    pub fn id(&self) -> &[u8; 32] {
        &self.id
    }

    /// The kind of number counted.
    #[must_use]
    pub fn domain(&self) -> Domain {
        self.domain
    }

    /// Which recipe it came from.
    #[must_use]
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// The edges; none for log-linear cells.
    #[must_use]
    pub fn edges(&self) -> &Edges {
        &self.edges
    }

    /// Where differences are taken from for the sums.
    #[must_use]
    pub fn pivot(&self) -> Scalar {
        self.pivot
    }

    /// Grid of the sum of differences.
    #[must_use]
    pub fn first_grid(&self) -> &Grid {
        &self.first_grid
    }

    /// Grid of the sum of squared differences.
    #[must_use]
    pub fn second_grid(&self) -> &Grid {
        &self.second_grid
    }

    /// Number of cells; `None` for log-linear ones, which are counted in a window.
    #[must_use]
    pub fn cells(&self) -> Option<usize> {
        (self.rule != Rule::LogLinear).then(|| self.edges.len() + 1)
    }

    /// Number of coarse cells, as [`Binning::cells`].
    #[must_use]
    pub fn coarse_cells(&self) -> Option<usize> {
        (self.rule != Rule::LogLinear).then_some(self.coarse.len())
    }

    /// The coarse cell that a cell belongs to.
    #[must_use]
    pub fn coarse_of(&self, cell: i32) -> i32 {
        if self.rule == Rule::LogLinear {
            // Cells 1..=16 make coarse cell 1, and the mirror image.
            return (cell.abs() + COARSE_LOG - 1) / COARSE_LOG * cell.signum();
        }
        self.coarse_table[cell as usize] as i32
    }

    /// `[low, high)` of a cell in double precision, infinite at the ends.
    #[must_use]
    pub fn bounds(&self, cell: i32) -> (f64, f64) {
        if self.rule == Rule::LogLinear {
            return log_linear::bounds(cell);
        }
        self.between(cell as usize, cell as usize + 1)
    }

    /// `[low, high)` of a coarse cell.
    #[must_use]
    pub fn coarse_bounds(&self, cell: i32) -> (f64, f64) {
        if self.rule == Rule::LogLinear {
            let outer = cell * COARSE_LOG;
            let inner = (cell.abs() - 1) * COARSE_LOG * cell.signum() + cell.signum();
            let (first, last) = if cell >= 0 { (inner, outer) } else { (outer, inner) };
            return (log_linear::bounds(first).0, log_linear::bounds(last).1);
        }
        let end = self.coarse.get(cell as usize + 1).map_or(self.edges.len() + 1, |&e| e as usize);
        self.between(self.coarse[cell as usize] as usize, end)
    }

    /// Low end of cell `first`, and low end of cell `end`.
    fn between(&self, first: usize, end: usize) -> (f64, f64) {
        let low = if first == 0 { f64::NEG_INFINITY } else { self.edges.get(first - 1).to_f64() };
        let high = if end > self.edges.len() { f64::INFINITY } else { self.edges.get(end - 1).to_f64() };
        (low, high)
    }

    /// Whether everything in a cell counts as one value (of one f32 rounding class).
    #[must_use]
    pub fn is_single(&self, cell: i32) -> bool {
        match self.rule {
            Rule::LogLinear => cell == 0,
            _ => self.single[cell as usize],
        }
    }

    /// The finder of cells for values of type `T`, made on first use.
    pub(crate) fn finder<T: Countable + Findable>(&self) -> &Finder<T> {
        // Most rows lie between the two outer coarse cells, where the sample was.
        let busy = match &*self.coarse {
            [_, first, .., last] => *first as usize - 1..*last as usize,
            _ => 0..self.edges.len(),
        };
        T::slot(&self.finders).get_or_init(|| Finder::new(&self.edges.convert::<T>(), busy))
    }

    pub(crate) fn parts(&self) -> Parts {
        Parts {
            domain: self.domain,
            rule: self.rule,
            edges: self.edges.clone(),
            single: self.single.clone(),
            coarse: self.coarse.clone(),
            pivot: self.pivot,
            first_exponent: self.first_grid.exponent(),
            second_exponent: self.second_grid.exponent(),
        }
    }
}

pub(crate) use encoding::{read, read_scalar, write, write_scalar};

type Layout = (Edges, Vec<bool>, (usize, usize), Rule);

fn unlearned(domain: Domain) -> Layout {
    let edges = if domain == Domain::Float { Edges::Float(vec![]) } else { Edges::Integer(vec![]) };
    (edges, vec![], (0, 0), Rule::LogLinear)
}

fn check_range(low: f64, high: f64, bins: u32) -> Result<()> {
    let sensible = low.is_finite() && high.is_finite() && low < high && (high - low).is_finite();
    if !sensible {
        return Err(parameter("range", "two finite numbers, the lower one first"));
    }
    if !(1..MAX_EDGES as u32).contains(&bins) {
        return Err(parameter("bins", "a number of cells from 1 to 65535"));
    }
    Ok(())
}

fn floats(edges: Vec<f64>) -> Vec<Scalar> {
    edges.into_iter().map(Scalar::Float).collect()
}

/// Cells between given edges, in the column's own kind of number.
fn given(edges: &[Scalar], domain: Domain, rule: Rule) -> Result<Layout> {
    let ascending = edges.windows(2).all(|w| w[0].below(w[1]));
    let finite = edges.iter().all(|e| e.to_f64().is_finite());
    if edges.is_empty() || edges.len() > MAX_EDGES || !ascending || !finite {
        return Err(parameter("edges", "1 to 65536 finite numbers, each larger than the one before"));
    }
    let (edges, single) = if domain == Domain::Float {
        let mut edges: Vec<f64> = edges.iter().map(|e| e.to_f64() + 0.0).collect();
        edges.dedup();
        let single = vec![false; edges.len() + 1];
        (Edges::Float(edges), single)
    } else {
        let (low, high) = (i128::from(i64::MIN), i128::from(u64::MAX) + 1);
        let whole = |edge: &Scalar| match edge {
            Scalar::Integer(v) => *v,
            Scalar::Float(v) => v.ceil() as i128,
        };
        let mut whole: Vec<i128> = edges.iter().map(|e| whole(e).clamp(low, high)).collect();
        whole.dedup();
        let inner = whole.windows(2).map(|w| w[1] - w[0] == 1);
        let single = std::iter::once(false).chain(inner).chain([false]).collect();
        (Edges::Integer(whole), single)
    };
    let interior = (1, edges.len());
    Ok((edges, single, interior, rule))
}

fn score_edges(sample: &Sample) -> Vec<f64> {
    const BINS: u32 = 1200;
    let mut edges = uniform::edges(0.0, 1.0, BINS);
    edges.extend(uniform::fine_ends(BINS));
    if let Sample::Float(values) = sample {
        let inside: Vec<f64> = values.iter().copied().filter(|v| (0.0..=1.0).contains(v)).collect();
        if !inside.is_empty() {
            let laid = quantile::layout(&inside);
            edges.extend(laid.edges.into_iter().filter(|e| (0.0..1.0).contains(e)));
        }
    }
    edges.sort_unstable_by(f64::total_cmp);
    edges.dedup();
    edges
}

/// The median, and how far the bulk of the sample lies from it. Only precision depends on
/// these: any pivot and any grid give right sums.
fn pivot_and_scale(domain: Domain, sample: &Sample) -> (Scalar, f64) {
    if sample.len() == 0 {
        let zero = if domain == Domain::Float { Scalar::Float(0.0) } else { Scalar::Integer(0) };
        return (zero, 1.0);
    }
    let pivot = match sample {
        Sample::Float(v) => Scalar::Float(v[v.len() / 2]),
        Sample::Integer(v) => Scalar::Integer(v[v.len() / 2]),
    };
    let middle = pivot.to_f64();
    let reach = |low: f64, high: f64| {
        let (below, above) = (middle - sample.at(low), sample.at(high) - middle);
        below.max(above).min(f64::MAX)
    };
    let candidates = [reach(0.01, 0.99), reach(0.0, 1.0), middle.abs(), 1.0];
    (pivot, candidates.into_iter().find(|s| *s > 0.0).unwrap_or(1.0))
}

/// One coarse cell below the interior, [`COARSE_CELLS`] of nearly equal sample mass within,
/// one above. An empty sample counts cells instead of values.
fn coarse_starts(edges: &Edges, rule: Rule, (first, end): (usize, usize), sample: &Sample) -> Vec<u32> {
    if rule == Rule::LogLinear {
        return Vec::new();
    }
    let mut masses = vec![0_u64; edges.len() + 1];
    match (edges, sample) {
        (Edges::Float(e), Sample::Float(v)) => {
            v.iter().for_each(|x| masses[e.partition_point(|e| e <= x)] += 1);
        }
        (Edges::Integer(e), Sample::Integer(v)) => {
            v.iter().for_each(|x| masses[e.partition_point(|e| e <= x)] += 1);
        }
        _ => {}
    }
    let inner = &mut masses[first..end];
    if inner.iter().all(|&mass| mass == 0) {
        inner.fill(1);
    }
    let mut starts = vec![0_u32];
    starts.extend(equal_mass(inner, COARSE_CELLS).iter().map(|start| start + first as u32));
    starts.push(end as u32);
    starts.dedup();
    starts
}

/// One lazily made finder per number type.
#[derive(Debug, Default)]
pub(crate) struct Finders {
    f64: OnceLock<Finder<f64>>,
    f32: OnceLock<Finder<f32>>,
    i8: OnceLock<Finder<i8>>,
    i16: OnceLock<Finder<i16>>,
    i32: OnceLock<Finder<i32>>,
    i64: OnceLock<Finder<i64>>,
    u8: OnceLock<Finder<u8>>,
    u16: OnceLock<Finder<u16>>,
    u32: OnceLock<Finder<u32>>,
    u64: OnceLock<Finder<u64>>,
}

/// A type that has its own finder.
pub trait Findable: Sized {
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn slot(finders: &Finders) -> &OnceLock<Finder<Self>>;
}

macro_rules! findable {
    ($($t:ident),*) => {$(
        impl Findable for $t {
            #[allow(private_interfaces)]
            fn slot(finders: &Finders) -> &OnceLock<Finder<Self>> {
                &finders.$t
            }
        }
    )*};
}
findable!(f64, f32, i8, i16, i32, i64, u8, u16, u32, u64);
