//! What is drawn of several classes: which ones are taken for which.

use super::super::column::LEVEL;
use super::super::measurement::CurvePoint;
use super::{Side, Task};
use crate::inference::proportion::{Share, wilson_interval};

/// Shares of the rows by label and prediction, wherever either side has rows.
pub(super) fn points(task: &Task<'_>) -> Vec<CurvePoint> {
    let sides: Vec<(&'static str, &Side)> =
        task.reference.iter().map(|side| ("reference", side)).chain([("current", &task.current)]).collect();
    let cells = task.current.table.len();
    let holds = |side: &Side, at: usize| side.table.get(at).is_some_and(|rows| *rows > 0.0);
    let occupied: Vec<usize> =
        (0..cells).filter(|at| sides.iter().any(|(_, side)| holds(side, *at))).collect();
    sides.iter().flat_map(|(name, side)| of_side(task, name, side, &occupied)).collect()
}

fn of_side(task: &Task<'_>, name: &'static str, side: &Side, occupied: &[usize]) -> Vec<CurvePoint> {
    let total: f64 = side.table.iter().sum();
    if total <= 0.0 {
        return Vec::new();
    }
    // Weighted rows are worth fewer than they stand for.
    let worth = side.effective / total;
    let text = |class: usize| task.classes.get(class).copied().unwrap_or_default();
    let drawn = occupied.iter().filter_map(|&at| {
        let rows = *side.table.get(at)?;
        let share = Share { count: rows * worth, rest: (total - rows).max(0.0) * worth };
        Some(CurvePoint {
            instrument: task.label.to_owned(),
            slice: task.slice,
            curve: "confusion",
            side: name,
            label: Some(format!("{} -> {}", text(at / side.classes()), text(at % side.classes()))),
            x_low: None,
            x_high: None,
            y: rows / total,
            y_interval: wilson_interval(share, LEVEL).map(|i| (i.lower, i.upper)),
            n: rows.round() as u64,
        })
    });
    drawn.collect()
}
