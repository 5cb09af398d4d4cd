//! The parts of a binning, chosen from a recipe and a sample.

use tallystick_kernels::sums::Grid;

use super::{COARSE_CELLS, MAX_EDGES, Parts, Recipe, Rule, Sample, equal_mass, quantile, uniform};
use crate::error::{Result, parameter};
use crate::scalar::{Domain, Edges, Scalar};

/// The parts that a recipe makes of a sample.
pub(super) fn parts(recipe: &Recipe, domain: Domain, sample: &Sample) -> Result<Parts> {
    let (edges, single, interior, rule) = match (recipe, sample) {
        // Nothing to learn from: cells that need no learning.
        (Recipe::Quantile, sample) if sample.len() == 0 => unlearned(domain),
        (Recipe::LogLinear | Recipe::Derived, _) => unlearned(domain),
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
        (Recipe::Outcome { thresholds }, sample) => {
            let mut edges = score_edges(sample);
            edges.extend(thresholds);
            edges.sort_unstable_by(f64::total_cmp);
            edges.dedup();
            given(&floats(edges), domain, Rule::Uniform)?
        }
    };
    let (pivot, scale) = match recipe {
        Recipe::Derived => (Scalar::Float(0.0), sample.size().unwrap_or(1.0)),
        _ => pivot_and_scale(domain, sample),
    };
    // Residuals have no few far values to leave room for that a wider sum would not hold as well:
    // all bits of a double are kept, and one value alone comes back as it was.
    let bits = if *recipe == Recipe::Derived { 12 } else { 6 };
    let exponent = scale.log2().floor() as i32 - bits;
    let first_exponent = if domain == Domain::Float { exponent } else { exponent.clamp(0, 40) };
    let mut parts = Parts {
        domain,
        rule,
        edges,
        single,
        coarse: Vec::new(),
        pivot,
        first_exponent: Grid::new(first_exponent).exponent(),
        second_exponent: Grid::new(exponent.saturating_mul(2).saturating_add(bits)).exponent(),
    };
    parts.coarse = match recipe {
        Recipe::Outcome { thresholds } => outcome_starts(&parts.edges, thresholds, sample),
        _ => coarse_starts(&parts.edges, rule, interior, sample),
    };
    Ok(parts)
}

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
    let reach = |low: f64, high: f64| sample.reach(low).max(sample.reach(high)).min(f64::MAX);
    let candidates = [reach(0.01, 0.99), reach(0.0, 1.0), middle.abs(), 1.0];
    (pivot, candidates.into_iter().find(|s| *s > 0.0).unwrap_or(1.0))
}

/// One coarse cell below the interior, [`COARSE_CELLS`] of nearly equal sample mass within,
/// one above. An empty sample counts cells instead of values.
fn coarse_starts(edges: &Edges, rule: Rule, (first, end): (usize, usize), sample: &Sample) -> Vec<u32> {
    if rule == Rule::LogLinear {
        return Vec::new();
    }
    let mut masses = match (edges, sample) {
        (Edges::Float(e), Sample::Float(v)) => masses(e, v),
        (Edges::Integer(e), Sample::Integer(v)) => masses(e, v),
        _ => vec![0; edges.len() + 1],
    };
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

/// Equal cells that slices keep of a score: 10, 12, 15, 20 and 30 divide it.
const OUTCOME_CELLS: u32 = 60;

/// The cells of a score that begin one of slices: at equal steps, at cuts, and at quantiles of the
/// sample, which the bracket of a ranking depends on.
fn outcome_starts(edges: &Edges, thresholds: &[f64], sample: &Sample) -> Vec<u32> {
    let Edges::Float(edges) = edges else { return vec![0] };
    let mut kept = uniform::edges(0.0, 1.0, OUTCOME_CELLS);
    kept.extend(thresholds);
    let mut starts: Vec<u32> = std::iter::once(0)
        .chain(kept.iter().filter_map(|edge| edges.iter().position(|e| e == edge)).map(|at| at as u32 + 1))
        .collect();
    if let Sample::Float(values) = sample {
        let masses = masses(edges, values);
        starts.extend(equal_mass(&masses, 2 * COARSE_CELLS));
    }
    starts.sort_unstable();
    starts.dedup();
    starts
}

/// Values of an ascending sample in each cell: the edges are searched for among the values,
/// which are many more.
fn masses<V: PartialOrd>(edges: &[V], sample: &[V]) -> Vec<u64> {
    let ends = edges.iter().map(|edge| sample.partition_point(|value| value < edge));
    let mut before = 0;
    ends.chain([sample.len()]).map(|end| (end - std::mem::replace(&mut before, end)) as u64).collect()
}
