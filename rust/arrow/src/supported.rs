//! Which Arrow types can be counted.

use arrow_schema::{DataType, TimeUnit};
use tallystick_core::scalar::{Domain, Unit};

/// The types, as shown to users.
pub const SUPPORTED: &str = "bool, int8 to int64, uint8 to uint64, float32, float64, string \
    (utf8, large_utf8, utf8_view), dictionary of those, date32, date64, timestamp, null";

/// Whether a column of this type can be counted.
#[must_use]
pub fn is_supported(data_type: &DataType) -> bool {
    match data_type {
        DataType::Dictionary(_, values) => {
            !matches!(**values, DataType::Dictionary(..)) && is_supported(values)
        }
        DataType::Boolean | DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => {
            true
        }
        other => domain(other).is_some(),
    }
}

/// The number line of a numeric type.
pub(crate) fn domain(data_type: &DataType) -> Option<Domain> {
    Some(match data_type {
        DataType::Float32 | DataType::Float64 | DataType::Null => Domain::Float,
        DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt8
        | DataType::UInt16
        | DataType::UInt32
        | DataType::UInt64 => Domain::Integer,
        DataType::Dictionary(_, values) => return domain(values),
        other => Domain::Temporal(unit(other)?),
    })
}

/// The resolution of a date or timestamp type.
pub(crate) fn unit(data_type: &DataType) -> Option<Unit> {
    Some(match data_type {
        DataType::Date32 => Unit::Day,
        DataType::Date64 => Unit::Millisecond,
        DataType::Timestamp(unit, _) => match unit {
            TimeUnit::Second => Unit::Second,
            TimeUnit::Millisecond => Unit::Millisecond,
            TimeUnit::Microsecond => Unit::Microsecond,
            TimeUnit::Nanosecond => Unit::Nanosecond,
        },
        _ => return None,
    })
}
