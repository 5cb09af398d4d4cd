//! Rows of one shape as a batch of the core.
//!
//! A batch has one type a column, while each row of a service may bring another. Nearly all rows
//! are regular: every cell is null or of the type that its column is kept in. The others are
//! brought together by their shape, so that a column that comes as text from one day on costs
//! what it did before.

use std::borrow::Cow;

use tallystick_core::batch::{Batch, Bits, Labels, Numbers, Values};
use tallystick_core::plan::{Counter, Plan};
use tallystick_core::scalar::{Domain, Unit};

use crate::labels::labels;
use crate::row::{Buffer, TAGS, Tag};

/// How a cell has to be given to the core.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Shape {
    /// As its column is kept, or null.
    Regular,
    /// Not there.
    Absent,
    /// Of a type that its column cannot count.
    Mistyped,
    /// As doubles, in a column of integers.
    Floats,
    /// As integers, in a column of doubles.
    Signed,
    /// As unsigned integers.
    Unsigned,
}

/// The shape of each tag in one column.
type Shapes = [Shape; TAGS];

fn shape(counter: &Counter, tag: Tag) -> Shape {
    match (counter, tag) {
        (_, Tag::Absent) => Shape::Absent,
        (Counter::Categorical(_), Tag::Instant | Tag::Mistyped) => Shape::Mistyped,
        (_, Tag::Null) | (Counter::Categorical(_), _) => Shape::Regular,
        (Counter::Numeric(binning), tag) => match (binning.domain(), tag) {
            (Domain::Float, Tag::Float | Tag::Integer)
            | (Domain::Integer, Tag::Integer | Tag::Large)
            | (Domain::Temporal(_), Tag::Instant) => Shape::Regular,
            (Domain::Float, Tag::Large) => Shape::Signed,
            (Domain::Float | Domain::Integer, Tag::Unsigned) => Shape::Unsigned,
            (Domain::Integer, Tag::Float) => Shape::Floats,
            _ => Shape::Mistyped,
        },
    }
}

const ALL_TAGS: [Tag; TAGS] = [
    Tag::Null,
    Tag::Absent,
    Tag::Float,
    Tag::Integer,
    Tag::Large,
    Tag::Unsigned,
    Tag::Boolean,
    Tag::Text,
    Tag::Instant,
    Tag::Mistyped,
];

/// What the tags of a row mean under a plan.
#[derive(Debug)]
pub(crate) struct Layout {
    columns: Vec<Shapes>,
}

impl Layout {
    pub fn of(plan: &Plan) -> Self {
        let column = |counter: &Counter| ALL_TAGS.map(|tag| shape(counter, tag));
        Self { columns: plan.columns().iter().map(|c| column(&c.counter)).collect() }
    }

    /// The shape of one cell.
    pub fn shape(&self, column: usize, tag: Tag) -> Shape {
        self.columns[column][tag as usize]
    }

    /// The shapes of a row; `None` when all are regular.
    pub fn shapes(&self, tags: &[Tag]) -> Option<Vec<Shape>> {
        let shapes = || self.columns.iter().zip(tags).map(|(shapes, tag)| shapes[*tag as usize]);
        // All of them, without a branch each: nearly every row is regular.
        let odd = shapes().map(|shape| u32::from(shape != Shape::Regular)).sum::<u32>();
        (odd > 0).then(|| shapes().collect())
    }
}

/// The cells of one column in their own type; owns what the core borrows.
enum Cells<'a> {
    Floats(Vec<f64>),
    Signed(Vec<i64>),
    Unsigned(Vec<u64>),
    Instants(Vec<i64>),
    Labels(Labels<'a>),
    Absent,
    Mistyped,
}

struct Column<'a> {
    cells: Cells<'a>,
    /// Validity bits; empty when nothing is null.
    bits: Vec<u8>,
}

/// Rows of one shape, laid out by column.
pub(crate) struct Gathered<'a> {
    rows: usize,
    columns: Vec<Column<'a>>,
    times: Vec<i64>,
}

impl<'a> Gathered<'a> {
    /// These rows of a buffer, which are all of the given shapes.
    pub fn of(plan: &Plan, buffer: &'a Buffer, rows: &[u32], shapes: Option<&[Shape]>) -> Self {
        let columns = plan.columns().iter().enumerate();
        let shape = |at: usize| shapes.map_or(Shape::Regular, |shapes| shapes[at]);
        Self {
            rows: rows.len(),
            columns: columns.map(|(at, c)| column(&c.counter, buffer, rows, at, shape(at))).collect(),
            times: rows.iter().map(|row| buffer.times()[*row as usize]).collect(),
        }
    }

    /// The batch as the core takes it.
    pub fn batch(&self) -> Batch<'_> {
        let time =
            Values::Times { ticks: Cow::Borrowed(&self.times), unit: Unit::Microsecond, validity: None };
        Batch {
            rows: self.rows,
            columns: self.columns.iter().map(Column::values).collect(),
            time: Some(time),
            immature_from: None,
        }
    }
}

impl Column<'_> {
    fn values(&self) -> Values<'_> {
        let validity = (!self.bits.is_empty()).then(|| Bits::new(&self.bits, 0));
        match &self.cells {
            Cells::Floats(v) => Values::Numbers { numbers: Numbers::F64(v), validity },
            Cells::Signed(v) => Values::Numbers { numbers: Numbers::I64(v), validity },
            Cells::Unsigned(v) => Values::Numbers { numbers: Numbers::U64(v), validity },
            Cells::Instants(v) => {
                Values::Times { ticks: Cow::Borrowed(v), unit: Unit::Microsecond, validity }
            }
            Cells::Labels(labels) => Values::Labels(Labels {
                texts: labels.texts.iter().map(|text| Cow::Borrowed(&**text)).collect(),
                codes: Cow::Borrowed(&labels.codes),
            }),
            Cells::Absent => Values::Absent,
            Cells::Mistyped => Values::Mistyped { validity: None },
        }
    }
}

fn column<'a>(counter: &Counter, buffer: &'a Buffer, rows: &[u32], at: usize, shape: Shape) -> Column<'a> {
    let bare = |cells| Column { cells, bits: Vec::new() };
    let binning = match (shape, counter) {
        (Shape::Absent, _) => return bare(Cells::Absent),
        (Shape::Mistyped, _) => return bare(Cells::Mistyped),
        (_, Counter::Categorical(_)) => return bare(Cells::Labels(labels(buffer, rows, at))),
        (_, Counter::Numeric(binning)) => binning,
    };
    let (cells, nulls) = match (shape, binning.domain()) {
        (Shape::Unsigned, _) => numbers(buffer, rows, at, Cells::Unsigned, |_, word| word),
        (Shape::Regular, Domain::Temporal(_)) => {
            numbers(buffer, rows, at, Cells::Instants, |_, word| word as i64)
        }
        (Shape::Regular, Domain::Float) | (Shape::Floats, _) => {
            numbers(buffer, rows, at, Cells::Floats, |tag, word| match tag {
                Tag::Integer => word as i64 as f64,
                _ => f64::from_bits(word),
            })
        }
        _ => numbers(buffer, rows, at, Cells::Signed, |_, word| word as i64),
    };
    Column { cells, bits: if nulls { validity(buffer, rows, at) } else { Vec::new() } }
}

/// The numbers of a column, and whether some are null.
fn numbers<'a, T>(
    buffer: &Buffer,
    rows: &[u32],
    column: usize,
    cells: impl Fn(Vec<T>) -> Cells<'a>,
    value: impl Fn(Tag, u64) -> T,
) -> (Cells<'a>, bool) {
    let mut nulls = false;
    let values = rows.iter().map(|row| {
        let (tag, word) = buffer.cell(*row as usize, column);
        nulls |= tag == Tag::Null;
        value(tag, word)
    });
    let values = values.collect();
    (cells(values), nulls)
}

fn validity(buffer: &Buffer, rows: &[u32], column: usize) -> Vec<u8> {
    let present = |row: &u32| buffer.cell(*row as usize, column).0 != Tag::Null;
    let byte = |eight: &[u32]| eight.iter().enumerate().map(|(i, row)| u8::from(present(row)) << i).sum();
    rows.chunks(8).map(byte).collect()
}
