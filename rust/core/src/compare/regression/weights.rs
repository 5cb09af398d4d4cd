//! Strata of a log of which only some rows were kept, each row weighing as many as it stands for.
//!
//! Means are weighted ones. Their variance is that of as many rows of equal weight as the weighted
//! ones are worth, `(sum w)^2 / sum w^2` (Kish 1965), so that the sums are scaled to this number.

use super::Side;
use super::quantiles::{Foretold, Part};
use crate::measure::residual::{Labels, MeanSums, Percentage, Residuals};
use crate::state::regression::Unpaired;

/// Rows and what they weigh.
#[derive(Clone, Copy, Default)]
struct Weights {
    sum: f64,
    squares: f64,
}

impl Weights {
    fn of(rows: impl Iterator<Item = (f64, u64)>) -> Self {
        rows.fold(Self::default(), |all, (weight, rows)| Self {
            sum: all.sum + weight * rows as f64,
            squares: all.squares + weight * weight * rows as f64,
        })
    }

    /// Rows of equal weight that these are worth: at least one, when there is any.
    fn worth(self) -> u64 {
        if self.squares > 0.0 { (self.sum * self.sum / self.squares).round().max(1.0) as u64 } else { 0 }
    }

    /// What makes weighted sums those of so many rows.
    fn scale(self) -> f64 {
        if self.sum > 0.0 { self.worth() as f64 / self.sum } else { 0.0 }
    }
}

impl Side {
    /// Coverage is told of the rows as they are.
    pub fn weighted(strata: &[(f64, Self)]) -> Self {
        let all = Weights::of(strata.iter().map(|(weight, side)| (*weight, side.pairs.0)));
        let named = Weights::of(strata.iter().map(|(weight, side)| (*weight, side.pairs.1)));
        let total = |of: fn(&Residuals) -> f64| weigh(strata, all, of);
        let percent = |of: fn(&MeanSums) -> f64| {
            let sums = |side: &Residuals| side.percentage.map_or(0.0, |percentage| of(&percentage.sums));
            weigh(strata, named, sums)
        };
        let residuals = Residuals {
            rows: all.worth(),
            absolute: total(|of| of.absolute),
            sum: total(|of| of.sum),
            squares: total(|of| of.squares),
            fourth: Some(total(|of| of.fourth.unwrap_or(f64::NAN))),
            labels: labels(strata, all),
            percentage: Some(Percentage {
                sums: MeanSums {
                    rows: named.worth(),
                    sum: percent(|sums| sums.sum),
                    squares: Some(percent(|sums| sums.squares.unwrap_or(f64::NAN))),
                },
                zeros: strata.iter().map(|(_, side)| side.pairs.0 - side.pairs.1).sum(),
            }),
        };
        Self {
            residuals,
            pairs: pairs(strata),
            unpaired: unpaired(strata),
            cells: cells(strata),
            foretold: foretold(strata),
        }
    }
}

fn weigh(strata: &[(f64, Side)], weights: Weights, of: impl Fn(&Residuals) -> f64) -> f64 {
    let scale = weights.scale();
    strata.iter().filter(|(_, side)| side.pairs.0 > 0).map(|(w, side)| w * scale * of(&side.residuals)).sum()
}

/// Labels by the columns of quantiles, which all strata have alike.
fn foretold(strata: &[(f64, Side)]) -> Foretold {
    let quantiles = strata.first().map_or(0, |(_, side)| side.foretold.losses.len());
    Foretold {
        losses: (0..quantiles).map(|at| losses(strata, at)).collect(),
        below: (0..quantiles).map(|at| part(strata, |of| of.below.get(at).copied())).collect(),
        inside: part(strata, |of| Some(of.inside)),
    }
}

fn losses(strata: &[(f64, Side)], at: usize) -> MeanSums {
    let each = || strata.iter().filter_map(|(w, side)| Some((*w, *side.foretold.losses.get(at)?)));
    let weights = Weights::of(each().map(|(w, sums)| (w, sums.rows)));
    let scale = weights.scale();
    let total = |of: fn(&MeanSums) -> f64| each().map(|(w, sums)| w * scale * of(&sums)).sum();
    let squares = total(|sums| sums.squares.unwrap_or(f64::NAN));
    MeanSums { rows: weights.worth(), sum: total(|sums| sums.sum), squares: Some(squares) }
}

fn part(strata: &[(f64, Side)], of: impl Fn(&Foretold) -> Option<Part>) -> Part {
    let each = || strata.iter().filter_map(|(w, side)| Some((*w, of(&side.foretold)?)));
    let scale = Weights::of(each().map(|(w, part)| (w, part.rows))).scale();
    each().fold(Part::default(), |all, (w, part)| Part {
        rows: all.rows + part.rows,
        count: all.count + w * scale * part.count,
        rest: all.rest + w * scale * part.rest,
    })
}

/// The labels of all strata around their common mean.
fn labels(strata: &[(f64, Side)], weights: Weights) -> Option<Labels> {
    let known: Vec<(f64, u64, Labels)> = strata
        .iter()
        .filter_map(|(weight, side)| Some((*weight, side.pairs.0, side.residuals.labels?)))
        .collect();
    if known.is_empty() {
        return None;
    }
    let mean = known.iter().map(|(w, rows, of)| w * *rows as f64 * of.mean).sum::<f64>() / weights.sum;
    let around = |of: &Labels, rows: u64| of.centred_squares + rows as f64 * (of.mean - mean).powi(2);
    let squares: f64 = known.iter().map(|(w, rows, of)| w * around(of, *rows)).sum();
    let constant = known.iter().all(|(_, _, of)| of.centred_squares == 0.0 && of.mean == known[0].2.mean);
    Some(Labels { mean, centred_squares: if constant { 0.0 } else { squares * weights.scale() } })
}

fn pairs(strata: &[(f64, Side)]) -> (u64, u64) {
    strata.iter().fold((0, 0), |(all, named), (_, side)| (all + side.pairs.0, named + side.pairs.1))
}

fn unpaired(strata: &[(f64, Side)]) -> Unpaired {
    strata.iter().fold(Unpaired::default(), |mut all, (_, side)| {
        all.merge(side.unpaired);
        all
    })
}

/// Cells of all strata, in order; the same one may stand there once for each.
fn cells(strata: &[(f64, Side)]) -> Vec<((f64, f64), f64)> {
    let weighted = strata.iter().flat_map(|(w, side)| side.cells.iter().map(move |(ends, n)| (*ends, w * n)));
    let mut cells: Vec<((f64, f64), f64)> = weighted.collect();
    cells.sort_by(|a, b| a.0.0.total_cmp(&b.0.0).then(a.0.1.total_cmp(&b.0.1)));
    cells
}
