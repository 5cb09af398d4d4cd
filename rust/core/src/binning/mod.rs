//! Frozen partitions of the number line into cells, left-closed `[e_i, e_{i+1})`.
//!
//! Edges come from a sample; counts are always exact, so any edges are valid and only the
//! resolution depends on the sample. A binning is immutable and named by its content.

mod axis;
mod encoding;
mod finders;
mod fit;
mod grouping;
mod ladder;
mod quantile;
mod uniform;

use tallystick_kernels::search::Finder;
use tallystick_kernels::sums::Grid;
use tallystick_kernels::{Number, log_linear};

use crate::error::Result;
use crate::scalar::{Countable, Domain, Edges, Scalar};
use crate::state::Grain;
pub(crate) use finders::Findable;
use finders::Finders;
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
    /// Scores that labels come to: as [`Recipe::Score`], with these cuts among the edges. In
    /// slices 60 equal cells, the cuts and some quantiles are kept.
    Outcome {
        /// Where decisions are made.
        thresholds: Vec<f64>,
    },
    /// As given; integers stay exact.
    Explicit(Vec<Scalar>),
    /// Log-linear cells of numbers that are made from others, such as residuals: zero has a
    /// meaning, and sums are of the numbers themselves.
    Derived,
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
        // No edge can stand above the largest double: it belongs to the last cell anyway.
        values.retain(|v| v.is_finite() && *v < f64::MAX);
        // Integers in the order of the numbers sort nearly twice as fast.
        let mut keys: Vec<u64> = values.iter().map(|v| v.key()).collect();
        keys.sort_unstable();
        values.iter_mut().zip(keys).for_each(|(value, key)| *value = tallystick_kernels::float_of(key));
        Self::Float(values)
    }

    /// Sorts the values.
    #[must_use]
    pub fn integers(mut values: Vec<i128>) -> Self {
        // Nearly all fit 64 bits, which sort in half the time.
        match values.iter().map(|v| i64::try_from(*v)).collect::<std::result::Result<Vec<i64>, _>>() {
            Ok(mut narrow) => {
                narrow.sort_unstable();
                values.iter_mut().zip(narrow).for_each(|(value, sorted)| *value = i128::from(sorted));
            }
            Err(_) => values.sort_unstable(),
        }
        Self::Integer(values)
    }

    fn len(&self) -> usize {
        match self {
            Self::Float(v) => v.len(),
            Self::Integer(v) => v.len(),
        }
    }

    /// How far the value at a share of the way through lies from the median; of integers
    /// exactly, however large they are.
    fn reach(&self, share: f64) -> f64 {
        let index = ((self.len() - 1) as f64 * share) as usize;
        match self {
            Self::Float(v) => (v[index] - v[v.len() / 2]).abs(),
            Self::Integer(v) => (v[index] - v[v.len() / 2]).unsigned_abs() as f64,
        }
    }

    /// How far the bulk of floats lies from zero; all of them when most are zero.
    fn size(&self) -> Option<f64> {
        let Self::Float(values) = self else { return None };
        let mut sizes: Vec<f64> = values.iter().map(|v| v.abs()).collect();
        sizes.sort_unstable_by(f64::total_cmp);
        let bulk = sizes.get((sizes.len().saturating_sub(1) as f64 * 0.99) as usize);
        bulk.into_iter().chain(sizes.last()).copied().find(|size| *size > 0.0)
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
    coarse_finders: Finders,
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
        Self::from_parts(fit::parts(recipe, domain, sample)?)
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
            coarse_finders: Finders::default(),
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

    /// The finder of fine or coarse cells for values of type `T`, made on first use.
    pub(crate) fn finder<T: Countable + Findable>(&self, grain: Grain) -> &Finder<T> {
        match grain {
            Grain::Fine => T::slot(&self.finders).get_or_init(|| self.fine_finder()),
            Grain::Coarse => T::slot(&self.coarse_finders).get_or_init(|| self.coarse_finder()),
        }
    }

    fn fine_finder<T: Countable>(&self) -> Finder<T> {
        // Most rows lie between the two outer coarse cells, where the sample was.
        let busy = match &*self.coarse {
            [_, first, .., last] => *first as usize - 1..*last as usize,
            _ => 0..self.edges.len(),
        };
        Finder::new(&self.edges.convert::<T>(), busy)
    }

    fn coarse_finder<T: Countable>(&self) -> Finder<T> {
        let starts = self.coarse.iter().skip(1).map(|start| *start as usize - 1);
        let edges: Edges = match &self.edges {
            Edges::Float(edges) => Edges::Float(starts.map(|edge| edges[edge]).collect()),
            Edges::Integer(edges) => Edges::Integer(starts.map(|edge| edges[edge]).collect()),
        };
        let edges = edges.convert::<T>();
        Finder::new(&edges, 0..edges.len())
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
