//! Rows as the core takes them: borrowed slices of numbers and labels.

use std::borrow::Cow;

pub use tallystick_kernels::codes::all_below;
pub use tallystick_kernels::flags::spread;
pub use tallystick_kernels::present::Bits;

use crate::scalar::Unit;

/// Code of a null label.
pub const NULL: u32 = u32::MAX;
/// Code of a label that is NaN.
pub const NAN: u32 = u32::MAX - 1;
/// Code of a label that is minus infinity.
pub const NEGATIVE_INFINITY: u32 = u32::MAX - 2;
/// Code of a label that is plus infinity.
pub const POSITIVE_INFINITY: u32 = u32::MAX - 3;

/// The canonical text of a double, so that 1, 1.0 and "1" are one category; or the code of what is
/// not a number. A fraction is written as its f32 rounding: a category and its f32 cast are one.
///
/// # Errors
/// [`NAN`], [`NEGATIVE_INFINITY`] or [`POSITIVE_INFINITY`].
pub fn text_of(value: f64) -> Result<String, u32> {
    if value.is_nan() {
        Err(NAN)
    } else if value.is_infinite() {
        Err(if value > 0.0 { POSITIVE_INFINITY } else { NEGATIVE_INFINITY })
    } else {
        // Display writes the shortest decimal, integral values without a fraction; adding
        // zero turns -0 into 0.
        let narrow = value as f32;
        // A fraction stays one: as an integer it would be another category.
        let same_kind = narrow.is_finite() && narrow.fract() != 0.0 && value.fract() != 0.0;
        Ok(if same_kind { narrow.to_string() } else { (value + 0.0).to_string() })
    }
}

/// The numbers of a column in their own type.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub enum Numbers<'a> {
    F64(&'a [f64]),
    F32(&'a [f32]),
    I8(&'a [i8]),
    I16(&'a [i16]),
    I32(&'a [i32]),
    I64(&'a [i64]),
    U8(&'a [u8]),
    U16(&'a [u16]),
    U32(&'a [u32]),
    U64(&'a [u64]),
}

/// Labels as codes into distinct texts in canonical form.
#[derive(Clone, Debug)]
pub struct Labels<'a> {
    /// The texts that codes point at; each may stand there more than once.
    pub texts: Vec<Cow<'a, str>>,
    /// One code a row: a place in `texts`, or one of the special codes.
    pub codes: Cow<'a, [u32]>,
}

/// What a batch holds for one column of the plan.
#[derive(Clone, Debug)]
pub enum Values<'a> {
    /// The batch has no such column.
    Absent,
    /// The batch has it in a type that the plan cannot count.
    Mistyped {
        /// Which rows are present.
        validity: Option<Bits<'a>>,
    },
    /// Numbers for a numeric column.
    Numbers {
        /// The values; what stands at a null is anything.
        numbers: Numbers<'a>,
        /// Which rows are present.
        validity: Option<Bits<'a>>,
    },
    /// Dates or timestamps for a temporal column.
    Times {
        /// Ticks of `unit` since 1970-01-01.
        ticks: Cow<'a, [i64]>,
        /// Resolution of the ticks.
        unit: Unit,
        /// Which rows are present.
        validity: Option<Bits<'a>>,
    },
    /// Labels for a categorical column.
    Labels(Labels<'a>),
}

/// Rows to count.
#[derive(Debug)]
pub struct Batch<'a> {
    /// How many.
    pub rows: usize,
    /// One entry for each column of the plan, in its order.
    pub columns: Vec<Values<'a>>,
    /// The plan's time column, when rows are to be counted by window.
    pub time: Option<Values<'a>>,
    /// Labels of rows from this second on (since 1970-01-01T00:00Z) are not final yet.
    pub immature_from: Option<i64>,
}
