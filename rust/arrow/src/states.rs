//! The counts of a profile as a table: one row for each slice, column and occupied cell.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray, TimestampSecondArray, UInt64Array};
use tallystick_core::plan::{Counter, Plan};
use tallystick_core::profile::Profile;
use tallystick_core::slice::{SliceKey, Window};
use tallystick_core::state::{ColumnState, Grain, SliceState};
use tallystick_core::vocabulary::shown;

use crate::export::{segment_text, window_ends};

struct Row {
    key: SliceKey,
    column: usize,
    cell: String,
    low: Option<f64>,
    high: Option<f64>,
    rows: u64,
}

/// Every occupied cell of every slice.
#[must_use]
pub fn counts(profile: &Profile) -> RecordBatch {
    let plan = profile.plan();
    let mut rows = Vec::new();
    slice_rows(plan, SliceKey::default(), profile.all(), Grain::Fine, &mut rows);
    for (key, state) in profile.leaves() {
        slice_rows(plan, *key, state, Grain::Coarse, &mut rows);
    }
    let name = |r: &Row| plan.columns()[r.column].name.clone();
    let time = |end: fn(&SliceKey) -> Option<i64>| -> ArrayRef {
        Arc::new(rows.iter().map(|r| end(&r.key)).collect::<TimestampSecondArray>().with_timezone("UTC"))
    };
    let columns: [(&str, ArrayRef); 9] = [
        ("segment", Arc::new(rows.iter().map(|r| Some(segment_text(&r.key, plan))).collect::<StringArray>())),
        ("window", Arc::new(rows.iter().map(|r| Some(window_text(&r.key))).collect::<StringArray>())),
        ("window_start", time(|k| window_ends(k).0)),
        ("window_end", time(|k| window_ends(k).1)),
        ("instrument", Arc::new(rows.iter().map(|r| Some(name(r))).collect::<StringArray>())),
        ("cell", Arc::new(rows.iter().map(|r| Some(r.cell.clone())).collect::<StringArray>())),
        ("x_low", Arc::new(rows.iter().map(|r| r.low).collect::<Float64Array>())),
        ("x_high", Arc::new(rows.iter().map(|r| r.high).collect::<Float64Array>())),
        ("rows", Arc::new(rows.iter().map(|r| Some(r.rows)).collect::<UInt64Array>())),
    ];
    // All arrays have one entry a row.
    RecordBatch::try_from_iter(columns)
        .unwrap_or_else(|_| RecordBatch::new_empty(Arc::new(arrow_schema::Schema::empty())))
}

/// Which windows a slice is of: rows without a time have no start, and are not all rows.
fn window_text(key: &SliceKey) -> &'static str {
    match key.window {
        None => "all",
        Some(Window::At { .. }) => "window",
        Some(Window::Folded) => "folded",
        Some(Window::Missing) => "missing",
    }
}

fn slice_rows(plan: &Plan, key: SliceKey, slice: &SliceState, grain: Grain, rows: &mut Vec<Row>) {
    for (column, state) in slice.columns.iter().enumerate() {
        let mut push = |cell: String, ends: Option<(f64, f64)>, count: u64| {
            if count > 0 {
                let finite = |x: f64| x.is_finite().then_some(x);
                let (low, high) = (ends.and_then(|e| finite(e.0)), ends.and_then(|e| finite(e.1)));
                rows.push(Row { key, column, cell, low, high, rows: count });
            }
        };
        match (state, &plan.columns()[column].counter) {
            (ColumnState::Numeric(state), Counter::Numeric(binning)) => {
                for (cell, count) in state.cells.occupied() {
                    let fine = grain == Grain::Fine;
                    let ends = if fine { binning.bounds(cell) } else { binning.coarse_bounds(cell) };
                    push(cell.to_string(), Some(ends), count);
                }
            }
            (ColumnState::Categorical(state), Counter::Categorical(vocabulary)) => {
                for (category, &count) in state.counts.iter().enumerate() {
                    let rest =
                        grain == Grain::Coarse && category == tallystick_core::vocabulary::COARSE_CATEGORIES;
                    let text =
                        if rest { "__rest__".into() } else { shown(&vocabulary.categories()[category]) };
                    push(text.into_owned(), None, count);
                }
                push("__other__".to_owned(), None, state.other);
            }
            _ => {}
        }
        let names = [
            "__null__",
            "__nan__",
            "__negative_infinity__",
            "__positive_infinity__",
            "__mistyped__",
            "__absent__",
        ];
        for (name, count) in names.into_iter().zip(state.specials().to_array()) {
            push(name.to_owned(), None, count);
        }
    }
}
