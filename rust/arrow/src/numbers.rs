//! Numeric arrays as borrowed slices.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, PrimitiveArray, new_null_array};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, TimeUnit};
use tallystick_core::batch::{Bits, Numbers, Values};

use crate::supported::unit;

/// Validity bits of an array; `None` when nothing is null.
pub(crate) fn validity(array: &dyn Array) -> Option<Bits<'_>> {
    let nulls = array.nulls()?;
    (nulls.null_count() > 0).then(|| Bits::new(nulls.validity(), nulls.offset()))
}

/// The numbers of an integer or float array.
pub(crate) fn numbers(array: &dyn Array) -> Option<Numbers<'_>> {
    Some(match array.data_type() {
        DataType::Float64 => Numbers::F64(array.as_primitive::<Float64Type>().values()),
        DataType::Float32 => Numbers::F32(array.as_primitive::<Float32Type>().values()),
        DataType::Int8 => Numbers::I8(array.as_primitive::<Int8Type>().values()),
        DataType::Int16 => Numbers::I16(array.as_primitive::<Int16Type>().values()),
        DataType::Int32 => Numbers::I32(array.as_primitive::<Int32Type>().values()),
        DataType::Int64 => Numbers::I64(array.as_primitive::<Int64Type>().values()),
        DataType::UInt8 => Numbers::U8(array.as_primitive::<UInt8Type>().values()),
        DataType::UInt16 => Numbers::U16(array.as_primitive::<UInt16Type>().values()),
        DataType::UInt32 => Numbers::U32(array.as_primitive::<UInt32Type>().values()),
        DataType::UInt64 => Numbers::U64(array.as_primitive::<UInt64Type>().values()),
        _ => return None,
    })
}

/// The array with its dictionary of numbers spelt out; any other array as it is.
pub(crate) fn spelt_out(array: ArrayRef) -> ArrayRef {
    let Some(dictionary) = array.as_any_dictionary_opt() else { return array };
    let values = dictionary.values();
    if values.is_empty() {
        return new_null_array(values.data_type(), array.len());
    }
    let keys = dictionary.normalized_keys();
    macro_rules! spell {
        ($($pattern:pat => $type:ty),* $(,)?) => {
            match values.data_type() {
                $($pattern => Arc::new(look_up(values.as_primitive::<$type>(), &keys, dictionary.nulls())),)*
                _ => array.clone(),
            }
        };
    }
    spell! {
        DataType::Float64 => Float64Type,
        DataType::Float32 => Float32Type,
        DataType::Int8 => Int8Type,
        DataType::Int16 => Int16Type,
        DataType::Int32 => Int32Type,
        DataType::Int64 => Int64Type,
        DataType::UInt8 => UInt8Type,
        DataType::UInt16 => UInt16Type,
        DataType::UInt32 => UInt32Type,
        DataType::UInt64 => UInt64Type,
        DataType::Date32 => Date32Type,
        DataType::Date64 => Date64Type,
        DataType::Timestamp(TimeUnit::Second, _) => TimestampSecondType,
        DataType::Timestamp(TimeUnit::Millisecond, _) => TimestampMillisecondType,
        DataType::Timestamp(TimeUnit::Microsecond, _) => TimestampMicrosecondType,
        DataType::Timestamp(TimeUnit::Nanosecond, _) => TimestampNanosecondType,
    }
}

fn look_up<T: ArrowPrimitiveType>(
    values: &PrimitiveArray<T>,
    keys: &[usize],
    nulls: Option<&NullBuffer>,
) -> PrimitiveArray<T> {
    let present = |row: usize, key: usize| nulls.is_none_or(|n| n.is_valid(row)) && values.is_valid(key);
    let value = |(row, &key): (usize, &usize)| present(row, key).then(|| values.value(key));
    keys.iter().enumerate().map(value).collect()
}

/// The ticks of a date or timestamp array.
pub(crate) fn times(array: &dyn Array) -> Option<Values<'_>> {
    let unit = unit(array.data_type())?;
    let ticks: Cow<'_, [i64]> = match array.data_type() {
        DataType::Date32 => {
            Cow::Owned(array.as_primitive::<Date32Type>().values().iter().map(|v| i64::from(*v)).collect())
        }
        DataType::Date64 => Cow::Borrowed(array.as_primitive::<Date64Type>().values()),
        DataType::Timestamp(TimeUnit::Second, _) => {
            Cow::Borrowed(array.as_primitive::<TimestampSecondType>().values())
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            Cow::Borrowed(array.as_primitive::<TimestampMillisecondType>().values())
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            Cow::Borrowed(array.as_primitive::<TimestampMicrosecondType>().values())
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            Cow::Borrowed(array.as_primitive::<TimestampNanosecondType>().values())
        }
        _ => return None,
    };
    Some(Values::Times { ticks, unit, validity: validity(array) })
}
