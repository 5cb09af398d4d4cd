//! Whether a batch that came from elsewhere holds what Arrow says it must: offsets within their
//! buffers, text in UTF-8, keys within their dictionary.

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, RecordBatch};
use tallystick_core::batch::all_below;

use crate::error::Error;

/// Checks every column.
///
/// # Errors
/// When a column is damaged. Arrow's own message is not passed on: it may quote values.
pub fn check(batch: &RecordBatch) -> Result<(), Error> {
    let sound = |array: &dyn Array| has_sound_keys(array) || array.to_data().validate_full().is_ok();
    match batch.columns().iter().zip(batch.schema_ref().fields()).find(|(array, _)| !sound(array)) {
        None => Ok(()),
        Some((_, field)) => Err(Error::Damaged { column: field.name().clone() }),
    }
}

/// The check of the most frequent dictionary: a vector of keys at a time, where Arrow's own takes
/// longer than counting them.
fn has_sound_keys(array: &dyn Array) -> bool {
    let Some(dictionary) = array.as_dictionary_opt::<Int32Type>() else { return false };
    let keys = dictionary.keys();
    let data = dictionary.to_data();
    let entries = dictionary.values().len();
    // Read without its sign, a negative key is beyond any dictionary of so many entries.
    keys.null_count() == 0
        && i32::try_from(entries).is_ok()
        && data.validate().is_ok()
        && dictionary.values().to_data().validate_full().is_ok()
        && all_below(keys.values().inner().typed_data(), entries)
}
