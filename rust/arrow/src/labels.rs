//! Arrays as labels: codes into distinct texts in canonical form, so that 1, 1.0 and "1" are
//! one category.

use std::borrow::Cow;
use std::hash::Hash;

use arrow_array::cast::AsArray;
use arrow_array::downcast_dictionary_array;
use arrow_array::types::ArrowDictionaryKeyType;
use arrow_array::{Array, ArrayAccessor};
use arrow_buffer::ArrowNativeType;
use arrow_schema::DataType;
use hashbrown::HashMap;
use tallystick_core::batch::{Bits, Labels, NULL, Numbers, spread, text_of};

use tallystick_core::scalar::Countable;

use crate::numbers::{numbers, validity};

/// The labels of an array; `None` when its type has no canonical text.
pub(crate) fn labels(array: &dyn Array) -> Option<Labels<'_>> {
    match array.data_type() {
        DataType::Utf8 => Some(texts(array, array.as_string::<i32>())),
        DataType::LargeUtf8 => Some(texts(array, array.as_string::<i64>())),
        DataType::Utf8View => Some(texts(array, array.as_string_view())),
        DataType::Boolean => Some(booleans(array)),
        DataType::Null => Some(Labels { texts: vec![], codes: vec![NULL; array.len()].into() }),
        DataType::Dictionary(..) => dictionary(array),
        _ => numbers(array).map(|n| numeric(array, n)),
    }
}

/// Distinct texts of a plain string array, in the order of their first row.
fn texts<'a, A: ArrayAccessor<Item = &'a str> + Copy>(array: &'a dyn Array, strings: A) -> Labels<'a> {
    let mut known: HashMap<&str, u32> = HashMap::new();
    let mut texts: Vec<Cow<'a, str>> = Vec::new();
    let nulls = validity(array);
    let codes: Vec<u32> = (0..strings.len())
        .map(|row| {
            if nulls.is_some_and(|bits| !bits.get(row)) {
                return NULL;
            }
            let text = strings.value(row);
            *known.entry(text).or_insert_with(|| {
                texts.push(Cow::Borrowed(text));
                texts.len() as u32 - 1
            })
        })
        .collect();
    Labels { texts, codes: codes.into() }
}

fn booleans(array: &dyn Array) -> Labels<'_> {
    let values = array.as_boolean().values();
    let bits = Bits::new(values.values(), values.offset());
    let mut bytes = Vec::new();
    spread(bits, array.len(), &mut bytes);
    let mut codes: Vec<u32> = bytes.into_iter().map(u32::from).collect();
    hide_nulls(array, &mut codes);
    Labels { texts: vec!["false".into(), "true".into()], codes: codes.into() }
}

/// Gives the rows that are null their code.
fn hide_nulls(array: &dyn Array, codes: &mut [u32]) {
    if let Some(bits) = validity(array) {
        let rows = codes.iter_mut().enumerate().filter(|(row, _)| !bits.get(*row));
        rows.for_each(|(_, code)| *code = NULL);
    }
}

/// Integers this close together are their own codes, less the smallest.
const NEAR: i128 = 256;

/// Codes of integers that lie close together, without a look-up.
fn near<'a, T: Countable>(array: &'a dyn Array, values: &[T]) -> Option<Labels<'a>> {
    // What stands at a null may be anything: then the rows are looked at one by one.
    let first = *values.first().filter(|_| array.null_count() == 0)?;
    let low = values.iter().fold(first, |low, v| if *v < low { *v } else { low });
    let high = values.iter().fold(first, |high, v| if *v > high { *v } else { high });
    let (low, high) = (low.to_i128(), high.to_i128());
    let texts = (low..=high).map(|value| Cow::Owned(value.to_string()));
    // Equal in the lowest bits, and nearer than those can tell apart.
    let code = |value: &T| (value.to_i128() as u32).wrapping_sub(low as u32);
    (high - low < NEAR).then(|| Labels {
        texts: texts.collect(),
        codes: values.iter().map(code).collect::<Vec<u32>>().into(),
    })
}

fn whole<'a, T: Countable + ToString + Hash + Eq>(array: &'a dyn Array, values: &[T]) -> Labels<'a> {
    near(array, values).unwrap_or_else(|| coded(array, values, |v| Ok(v.to_string()), |v| v))
}

fn numeric<'a>(array: &'a dyn Array, numbers: Numbers<'a>) -> Labels<'a> {
    match numbers {
        Numbers::F64(v) => coded(array, v, text_of, f64::to_bits),
        Numbers::F32(v) => coded(array, v, |v| text_of(f64::from(v)), f32::to_bits),
        Numbers::I8(v) => whole(array, v),
        Numbers::I16(v) => whole(array, v),
        Numbers::I32(v) => whole(array, v),
        Numbers::I64(v) => whole(array, v),
        Numbers::U8(v) => whole(array, v),
        Numbers::U16(v) => whole(array, v),
        Numbers::U32(v) => whole(array, v),
        Numbers::U64(v) => whole(array, v),
    }
}

/// Codes of numbers, each distinct one written out once.
fn coded<'a, T: Copy, K: Hash + Eq>(
    array: &'a dyn Array,
    values: &[T],
    text: impl Fn(T) -> Result<String, u32>,
    key: impl Fn(T) -> K,
) -> Labels<'a> {
    let mut known: HashMap<K, u32> = HashMap::new();
    let mut texts: Vec<Cow<'a, str>> = Vec::new();
    let nulls = validity(array);
    let mut code = |row: usize, value: T| {
        if nulls.is_some_and(|bits| !bits.get(row)) {
            return NULL;
        }
        *known.entry(key(value)).or_insert_with(|| match text(value) {
            Err(special) => special,
            Ok(text) => {
                texts.push(Cow::Owned(text));
                texts.len() as u32 - 1
            }
        })
    };
    let codes: Vec<u32> = values.iter().enumerate().map(|(row, &value)| code(row, value)).collect();
    Labels { texts, codes: codes.into() }
}

/// Codes of a dictionary array: each entry is looked at once.
fn dictionary(array: &dyn Array) -> Option<Labels<'_>> {
    downcast_dictionary_array!(
        array => keyed(array),
        _ => None
    )
}

/// The entries of a dictionary. Texts stand as they are, also one that is there twice: what comes
/// of it is the same, and a look at each of them is saved.
fn entries(array: &dyn Array) -> Option<Labels<'_>> {
    let texts: Vec<Cow<'_, str>> = match array.data_type() {
        _ if array.null_count() > 0 => return labels(array),
        DataType::Utf8 => array.as_string::<i32>().iter().flatten().map(Cow::Borrowed).collect(),
        DataType::LargeUtf8 => array.as_string::<i64>().iter().flatten().map(Cow::Borrowed).collect(),
        DataType::Utf8View => array.as_string_view().iter().flatten().map(Cow::Borrowed).collect(),
        _ => return labels(array),
    };
    let codes = (0..texts.len() as u32).collect();
    Some(Labels { texts, codes })
}

fn keyed<K: ArrowDictionaryKeyType>(array: &arrow_array::DictionaryArray<K>) -> Option<Labels<'_>> {
    let inner = entries(array.values().as_ref())?;
    let keys = array.keys();
    let nulls = validity(keys);
    // Nearly every dictionary holds each text once, so that its keys are codes already.
    let same = inner.codes.iter().enumerate().all(|(entry, code)| *code as usize == entry);
    let code_of = |key: usize| if same { key as u32 } else { inner.codes[key] };
    let codes: Cow<'_, [u32]> = match nulls {
        None if same && size_of::<K::Native>() == 4 => {
            // Keys of 32 bits as they are: Arrow has no negative ones.
            Cow::Borrowed(keys.values().inner().typed_data::<u32>())
        }
        None => keys.values().iter().map(|key| code_of(key.as_usize())).collect(),
        Some(bits) => {
            let code = |(row, key): (usize, &K::Native)| {
                if bits.get(row) { code_of(key.as_usize()) } else { NULL }
            };
            keys.values().iter().enumerate().map(code).collect()
        }
    };
    Some(Labels { texts: inner.texts, codes })
}
