//! The two result tables as record batches.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray, TimestampSecondArray, UInt64Array,
};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use tallystick_core::compare::{CurvePoint, Measurement, Report};
use tallystick_core::plan::{Counter, Plan};
use tallystick_core::slice::{Segment, SliceKey, Window};
use tallystick_core::vocabulary::shown;

/// What a report is about, repeated in every row.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// Name of the model.
    pub model: Option<String>,
    /// Version of the model.
    pub model_version: Option<String>,
    /// Identity of the spec.
    pub spec_id: Option<String>,
}

/// Text of a segment: `column=value`, or `all`.
#[must_use]
pub fn segment_text(key: &SliceKey, plan: &Plan) -> String {
    let Some((column, segment)) = key.segment else { return "all".to_owned() };
    let Some(column) = plan.columns().get(column as usize) else { return "all".to_owned() };
    let Counter::Categorical(vocabulary) = &column.counter else { return "all".to_owned() };
    let text = segment.text(vocabulary);
    let text = if matches!(segment, Segment::Category(_)) { shown(text) } else { text.into() };
    format!("{}={text}", column.name)
}

/// First and one-past-last second of a window.
#[must_use]
pub fn window_ends(key: &SliceKey) -> (Option<i64>, Option<i64>) {
    match key.window {
        Some(Window::At { start, end }) => (Some(start), Some(end)),
        _ => (None, None),
    }
}

/// Columns of one table under construction.
struct Table {
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl Table {
    fn new() -> Self {
        Self { fields: Vec::new(), arrays: Vec::new() }
    }

    fn push(&mut self, name: &str, kind: DataType, array: ArrayRef) {
        self.fields.push(Field::new(name, kind, array.null_count() > 0 || name != "instrument"));
        self.arrays.push(array);
    }

    fn text(&mut self, name: &str, values: impl Iterator<Item = Option<String>>) {
        self.push(name, DataType::Utf8, Arc::new(values.collect::<StringArray>()));
    }

    fn number(&mut self, name: &str, values: impl Iterator<Item = Option<f64>>) {
        self.push(name, DataType::Float64, Arc::new(values.collect::<Float64Array>()));
    }

    fn count(&mut self, name: &str, values: impl Iterator<Item = Option<u64>>) {
        self.push(name, DataType::UInt64, Arc::new(values.collect::<UInt64Array>()));
    }

    fn time(&mut self, name: &str, values: impl Iterator<Item = Option<i64>>) {
        let array = values.collect::<TimestampSecondArray>().with_timezone("UTC");
        let kind = DataType::Timestamp(TimeUnit::Second, Some("UTC".into()));
        self.push(name, kind, Arc::new(array));
    }

    fn finish(self) -> RecordBatch {
        // Arrays are made from one list of rows and fields from the arrays: they fit.
        RecordBatch::try_new(Arc::new(Schema::new(self.fields)), self.arrays)
            .unwrap_or_else(|_| RecordBatch::new_empty(Arc::new(Schema::empty())))
    }
}

/// The measurements, one row each.
#[must_use]
pub fn measurements(report: &Report, plan: &Plan, identity: &Identity) -> RecordBatch {
    let rows = &report.measurements;
    let plan_id = hex(plan.id());
    let each = |value: fn(&Measurement) -> Option<f64>| rows.iter().map(value);
    let mut table = Table::new();
    table.text("model", rows.iter().map(|_| identity.model.clone()));
    table.text("model_version", rows.iter().map(|_| identity.model_version.clone()));
    table.text("spec_id", rows.iter().map(|_| identity.spec_id.clone()));
    table.text("plan_id", rows.iter().map(|_| Some(plan_id.clone())));
    table.text("instrument", rows.iter().map(|r| Some(r.instrument.clone())));
    table.text("segment", rows.iter().map(|r| Some(segment_text(&r.slice, plan))));
    table.time("window_start", rows.iter().map(|r| window_ends(&r.slice).0));
    table.time("window_end", rows.iter().map(|r| window_ends(&r.slice).1));
    table.text("metric", rows.iter().map(|r| Some(r.metric.to_owned())));
    table.text("unit", rows.iter().map(|r| Some(r.unit.to_owned())));
    table.number("reference_value", each(|r| r.reference_value));
    table.number("current_value", each(|r| r.current_value));
    table.number("value", each(|r| r.value));
    table.number("lower", each(|r| r.bracket.map(|b| b.0)));
    table.number("upper", each(|r| r.bracket.map(|b| b.1)));
    table.number("ci_lower", each(|r| r.interval.map(|i| i.0)));
    table.number("ci_upper", each(|r| r.interval.map(|i| i.1)));
    table.number("null_level", each(|r| r.null_level));
    table.number("usual_level", each(|r| r.usual_level));
    table.number("p_value", each(|r| r.p_value));
    table.number("p_tolerance", each(|r| r.p_tolerance));
    table.number("q_value", each(|r| r.q_value));
    table.number("tolerance", each(|r| r.tolerance));
    table.count("n_reference", rows.iter().map(|r| Some(r.n_reference)));
    table.count("n_current", rows.iter().map(|r| Some(r.n_current)));
    table.count("n_needed", rows.iter().map(|r| r.n_needed));
    table.text("status", rows.iter().map(|r| Some(r.status.name().to_owned())));
    table.text("reason", rows.iter().map(|r| Some(r.reason.name().to_owned())));
    table.text("severity", rows.iter().map(|r| Some(r.severity.to_owned())));
    table.text("method", rows.iter().map(|r| Some(r.method.to_owned())));
    let decides: BooleanArray = rows.iter().map(|r| Some(r.decides)).collect();
    table.push("decides", DataType::Boolean, Arc::new(decides));
    table.finish()
}

/// The curves, one row a point.
#[must_use]
pub fn curves(report: &Report, plan: &Plan) -> RecordBatch {
    let points = &report.curves;
    let each = |value: fn(&CurvePoint) -> Option<f64>| points.iter().map(value);
    let mut table = Table::new();
    table.text("instrument", points.iter().map(|p| Some(p.instrument.clone())));
    table.text("segment", points.iter().map(|p| Some(segment_text(&p.slice, plan))));
    table.time("window_start", points.iter().map(|p| window_ends(&p.slice).0));
    table.time("window_end", points.iter().map(|p| window_ends(&p.slice).1));
    table.text("curve", points.iter().map(|p| Some(p.curve.to_owned())));
    table.text("side", points.iter().map(|p| Some(p.side.to_owned())));
    table.text("label", points.iter().map(|p| p.label.clone()));
    table.number("x_low", each(|p| p.x_low));
    table.number("x_high", each(|p| p.x_high));
    table.number("y", each(|p| Some(p.y)));
    table.number("y_low", each(|p| p.y_interval.map(|i| i.0)));
    table.number("y_high", each(|p| p.y_interval.map(|i| i.1)));
    table.count("n", points.iter().map(|p| Some(p.n)));
    table.finish()
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]])
        .map(char::from)
        .collect()
}
