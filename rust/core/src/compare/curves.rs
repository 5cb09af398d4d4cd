//! What is drawn of a column: the shares of its groups on both sides.

use super::column::{LEVEL, Task, regular};
use super::measurement::CurvePoint;
use crate::inference::proportion::{Proportion, wilson_interval};

/// One point a group and side. Infinite ends are `None`.
pub(super) fn distribution(task: &Task<'_>) -> Vec<CurvePoint> {
    let groups = task.grouping.describe();
    let sides = [("reference", task.reference), ("current", task.current)];
    let mut points = Vec::new();
    for (side, (state, grain)) in sides {
        let counts = task.grouping.counts(state, grain);
        let total = state.rows();
        if total == 0 {
            continue;
        }
        let specials = ["__missing__", "__infinite__", "__mistyped__"];
        let named = regular(&counts).len();
        for (i, &n) in counts.iter().enumerate() {
            if i >= named && n == 0 {
                continue;
            }
            let (label, ends) = match groups.get(i) {
                Some((label, ends)) if i < named => (label.clone(), *ends),
                _ => (Some(specials[i - named].to_owned()), None),
            };
            let interval = wilson_interval(Proportion { count: n, total }, LEVEL);
            points.push(CurvePoint {
                instrument: task.column.name.clone(),
                slice: task.slice,
                curve: "distribution",
                side,
                label,
                x_low: ends.map(|e| e.0).filter(|x| x.is_finite()),
                x_high: ends.map(|e| e.1).filter(|x| x.is_finite()),
                y: n as f64 / total as f64,
                y_interval: interval.map(|i| (i.lower, i.upper)),
                n,
            });
        }
    }
    points
}
