//! What is drawn of a regression: how its residuals are spread.

use std::collections::BTreeMap;

use super::super::column::LEVEL;
use super::super::measurement::CurvePoint;
use super::{Side, Task};
use crate::binning::equal_mass;
use crate::inference::proportion::{Proportion, wilson_interval};
use crate::outcome::Number;
use crate::state::{Grain, RegressionState};

/// Groups of cells that residuals are drawn in.
const GROUPS: usize = 40;

/// The residuals in coarse cells, eight an octave, cut to the values that occurred.
pub(super) fn cells(state: &RegressionState, number: &Number, grain: Grain) -> Vec<((f64, f64), u64)> {
    let binning = &number.residual;
    let coarse = |cell: i32| if grain == Grain::Fine { binning.coarse_of(cell) } else { cell };
    let mut counts: BTreeMap<i32, u64> = BTreeMap::new();
    for (cell, rows) in state.residual.cells.occupied() {
        *counts.entry(coarse(cell)).or_default() += rows;
    }
    counts.into_iter().map(|(cell, rows)| (binning.coarse_bounds(cell), rows)).collect()
}

/// Shares of the residuals in groups of nearly equal mass of the reference, by side.
pub(super) fn points(task: &Task<'_>) -> Vec<CurvePoint> {
    let sides: Vec<(&'static str, &Side)> =
        task.reference.iter().map(|side| ("reference", side)).chain([("current", &task.current)]).collect();
    let Some((_, first)) = sides.iter().find(|(_, side)| !side.cells.is_empty()) else { return Vec::new() };
    // Cells of both sides: the ends tell them apart, as all are of one binning.
    let mut masses: BTreeMap<[i64; 2], ((f64, f64), u64)> = BTreeMap::new();
    for (ends, _) in sides.iter().flat_map(|(_, side)| &side.cells) {
        masses.insert(key(*ends), (*ends, 0));
    }
    for (ends, rows) in &first.cells {
        masses.insert(key(*ends), (*ends, *rows));
    }
    let cells: Vec<((f64, f64), u64)> = masses.into_values().collect();
    let rows: Vec<u64> = cells.iter().map(|(_, rows)| *rows).collect();
    let starts = equal_mass(&rows, GROUPS);
    let starts: Vec<f64> = starts.iter().map(|start| cells[*start as usize].0.0).collect();
    let last = cells.last().map_or(0.0, |(ends, _)| ends.1);
    sides.iter().flat_map(|(name, side)| of_side(task, name, side, (&starts, last))).collect()
}

/// Doubles in the order of their numbers.
fn key((low, high): (f64, f64)) -> [i64; 2] {
    [low, high].map(|end| {
        let bits = (end + 0.0).to_bits() as i64;
        if bits < 0 { i64::MIN - bits } else { bits }
    })
}

fn of_side(
    task: &Task<'_>,
    name: &'static str,
    side: &Side,
    (starts, last): (&[f64], f64),
) -> Vec<CurvePoint> {
    let total = side.residuals.rows;
    let mut counts = vec![0_u64; starts.len()];
    for ((low, _), rows) in &side.cells {
        let group = starts.partition_point(|start| start <= low).saturating_sub(1);
        counts[group] += rows;
    }
    let ends = starts.iter().skip(1).copied().chain([last]);
    let groups = starts.iter().zip(ends).zip(counts);
    let drawn = groups.filter(|_| total > 0).map(|((low, high), n)| CurvePoint {
        instrument: task.score.to_owned(),
        slice: task.slice,
        curve: "residuals",
        side: name,
        label: None,
        x_low: Some(*low).filter(|x| x.is_finite()),
        x_high: Some(high).filter(|x| x.is_finite()),
        y: n as f64 / total as f64,
        y_interval: wilson_interval(Proportion { count: n, total }, LEVEL).map(|i| (i.lower, i.upper)),
        n,
    });
    drawn.collect()
}
