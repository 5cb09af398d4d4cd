//! What is drawn of a regression: how its residuals are spread.

use std::collections::BTreeMap;

use super::super::column::LEVEL;
use super::super::measurement::CurvePoint;
use super::{Side, Task};
use crate::binning::equal_mass;
use crate::inference::proportion::{Share, wilson_interval};
use crate::outcome::Number;
use crate::state::{Grain, RegressionState};

/// Groups of cells that residuals are drawn in.
const GROUPS: usize = 40;

/// The residuals in coarse cells, eight an octave, cut to the values that occurred.
pub(super) fn cells(state: &RegressionState, number: &Number, grain: Grain) -> Vec<((f64, f64), f64)> {
    let binning = &number.residual;
    let coarse = |cell: i32| if grain == Grain::Fine { binning.coarse_of(cell) } else { cell };
    let mut counts: BTreeMap<i32, u64> = BTreeMap::new();
    for (cell, rows) in state.residual.cells.occupied() {
        *counts.entry(coarse(cell)).or_default() += rows;
    }
    counts.into_iter().map(|(cell, rows)| (binning.coarse_bounds(cell), rows as f64)).collect()
}

/// Shares of the residuals in groups of nearly equal mass of the reference, by side.
pub(super) fn points(task: &Task<'_>) -> Vec<CurvePoint> {
    let sides: Vec<(&'static str, &Side)> =
        task.reference.iter().map(|side| ("reference", side)).chain([("current", &task.current)]).collect();
    let Some((_, first)) = sides.iter().find(|(_, side)| !side.cells.is_empty()) else { return Vec::new() };
    // Cells of both sides, in order: the ends tell them apart, as all are of one binning.
    let mut cells: Vec<(f64, f64)> =
        sides.iter().flat_map(|(_, side)| &side.cells).map(|(e, _)| *e).collect();
    cells.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    cells.dedup();
    let mut masses = vec![0.0; cells.len()];
    for (ends, rows) in &first.cells {
        let place = cells.partition_point(|cell| cell.0 < ends.0 || (cell.0 == ends.0 && cell.1 < ends.1));
        masses[place] += rows;
    }
    let rows: Vec<u64> = masses.iter().map(|mass: &f64| mass.round() as u64).collect();
    let starts = equal_mass(&rows, GROUPS);
    let mut starts: Vec<f64> = starts.iter().map(|start| cells[*start as usize].0).collect();
    starts.dedup();
    let last = cells.last().map_or(0.0, |ends| ends.1);
    sides.iter().flat_map(|(name, side)| of_side(task, name, side, (&starts, last))).collect()
}

fn of_side(
    task: &Task<'_>,
    name: &'static str,
    side: &Side,
    (starts, last): (&[f64], f64),
) -> Vec<CurvePoint> {
    let total: f64 = side.cells.iter().map(|(_, rows)| rows).sum();
    // Weighted rows are worth fewer than they stand for.
    let worth = side.residuals.rows as f64 / total;
    let mut counts = vec![0.0; starts.len()];
    for ((low, _), rows) in &side.cells {
        let group = starts.partition_point(|start| start <= low).saturating_sub(1);
        counts[group] += rows;
    }
    let ends = starts.iter().skip(1).copied().chain([last]);
    let groups = starts.iter().zip(ends).zip(counts);
    let drawn = groups.filter(|_| total > 0.0).map(|((low, high), rows): ((&f64, f64), f64)| {
        let share = Share { count: rows * worth, rest: (total - rows).max(0.0) * worth };
        CurvePoint {
            instrument: task.score.to_owned(),
            slice: task.slice,
            curve: "residuals",
            side: name,
            label: None,
            x_low: Some(*low).filter(|x| x.is_finite()),
            x_high: Some(high).filter(|x| x.is_finite()),
            y: rows / total,
            y_interval: wilson_interval(share, LEVEL).map(|i| (i.lower, i.upper)),
            n: rows.round() as u64,
        }
    });
    drawn.collect()
}
