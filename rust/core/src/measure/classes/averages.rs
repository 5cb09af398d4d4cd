//! Averages over classes.

use super::{ClassTable, by_class};
use crate::inference::mover::Estimate;
use crate::inference::{Interval, normal};

/// Mean recall of the classes that occur as true ones.
///
/// Its interval adds the squares of the ends of the recalls' Wilson intervals (as
/// [`crate::inference::mover`] does for a difference): recalls of different classes rest on
/// different rows.
#[must_use]
pub fn balanced_accuracy(table: &ClassTable, level: f64) -> Option<Estimate> {
    let recalls: Vec<Estimate> = by_class(table, level).iter().filter_map(|class| class.recall).collect();
    let count = recalls.len() as f64;
    let value = recalls.iter().map(|recall| recall.value).sum::<f64>() / count;
    let interval = || {
        let (mut down, mut up) = (0.0_f64, 0.0_f64);
        for recall in &recalls {
            let ends = recall.interval?;
            down = down.hypot(recall.value - ends.lower);
            up = up.hypot(ends.upper - recall.value);
        }
        Some(Interval { lower: (value - down / count).max(0.0), upper: (value + up / count).min(1.0) })
    };
    (count > 0.0).then(|| Estimate { value: value.min(1.0), interval: interval() })
}

/// Classes that occur, true or predicted.
fn occurring(table: &ClassTable) -> Vec<usize> {
    (0..table.classes()).filter(|&class| table.truth[class] + table.predicted[class] > 0.0).collect()
}

fn mean_over(table: &ClassTable, of: impl Fn(usize) -> f64) -> f64 {
    let classes = occurring(table);
    (classes.iter().map(|&class| of(class)).sum::<f64>() / classes.len() as f64).min(1.0)
}

fn or_zero(hits: f64, rows: f64) -> f64 {
    if rows > 0.0 { hits / rows } else { 0.0 }
}

/// Mean precision of the classes that occur; 0 for those never predicted.
#[must_use]
pub fn macro_precision(table: &ClassTable) -> f64 {
    mean_over(table, |class| or_zero(table.hits(class), table.predicted[class]))
}

/// Mean recall of the classes that occur; 0 for those never true.
#[must_use]
pub fn macro_recall(table: &ClassTable) -> f64 {
    mean_over(table, |class| or_zero(table.hits(class), table.truth[class]))
}

/// A class's part in an average of F1: its F1, and the derivatives of that by the share of rows in
/// its diagonal cell and in its row or column.
struct Part {
    f1: f64,
    diagonal: f64,
    margin: f64,
}

fn parts(table: &ClassTable) -> Vec<Part> {
    let part = |class: usize| {
        let share = |rows: f64| rows / table.total;
        let (hits, both) = (share(table.hits(class)), share(table.truth[class] + table.predicted[class]));
        if both > 0.0 {
            let f1 = 2.0 * hits / both;
            Part { f1, diagonal: 2.0 / both, margin: f1 / both }
        } else {
            Part { f1: 0.0, diagonal: 0.0, margin: 0.0 }
        }
    };
    (0..table.classes()).map(part).collect()
}

/// Mean F1 of the classes that occur.
///
/// The interval is the delta method's: the table is multinomial, and the variance that of the
/// mean's derivative by the cells (Takahashi et al. 2022). At 95 % it covers 91 % for three even
/// classes in 30 rows and 94 % in 100; with a class of 3 % of the rows that is never hit 72 % in
/// 30, 91 % in 100 and 94 % in 300. No interval when the derivative does not vary, as in
/// a table without errors.
#[must_use]
pub fn macro_f1(table: &ClassTable, level: f64) -> Option<Estimate> {
    let (classes, parts) = (occurring(table).len() as f64, parts(table));
    let value = mean_over(table, |class| parts[class].f1);
    let slope = |truth: usize, predicted: usize| {
        let diagonal = if truth == predicted { parts[truth].diagonal } else { 0.0 };
        (diagonal - parts[truth].margin - parts[predicted].margin) / classes
    };
    Some(Estimate { value, interval: delta(table, value, slope, level) })
}

/// Mean F1 of the classes weighted by their true rows; interval as [`macro_f1`]'s, the weights'
/// own chance included.
#[must_use]
pub fn weighted_f1(table: &ClassTable, level: f64) -> Option<Estimate> {
    let parts = parts(table);
    let weights: Vec<f64> = table.truth.iter().map(|rows| rows / table.total).collect();
    let value = weights.iter().zip(&parts).map(|(weight, part)| weight * part.f1).sum::<f64>().min(1.0);
    let slope = |truth: usize, predicted: usize| {
        let diagonal = if truth == predicted { weights[truth] * parts[truth].diagonal } else { 0.0 };
        let margins = weights[truth] * parts[truth].margin + weights[predicted] * parts[predicted].margin;
        parts[truth].f1 + diagonal - margins
    };
    Some(Estimate { value, interval: delta(table, value, slope, level) })
}

/// Normal interval within [0, 1] of a function of the cells' shares with the given derivatives.
fn delta(
    table: &ClassTable,
    value: f64,
    slope: impl Fn(usize, usize) -> f64,
    level: f64,
) -> Option<Interval> {
    let half = normal::half_width(level)? * super::kappa::delta_error(table, slope)?;
    Some(Interval { lower: (value - half).max(0.0), upper: (value + half).min(1.0) })
}
