//! Cells of a categorical column as labels in canonical form.

use std::borrow::Cow;

use hashbrown::HashMap;
use tallystick_core::batch::{Labels, NULL, text_of};

use crate::row::{Buffer, Tag};

/// What tells one value of a column from another, before it is spelt out.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key<'a> {
    Text(&'a str),
    Word(Tag, u64),
}

/// The labels of a column in these rows.
pub(crate) fn labels<'a>(buffer: &'a Buffer, rows: &[u32], column: usize) -> Labels<'a> {
    let mut known: HashMap<Key<'a>, u32> = HashMap::new();
    let mut texts: Vec<Cow<'a, str>> = Vec::new();
    let mut code = |row: u32| {
        let row = row as usize;
        let (tag, word) = buffer.cell(row, column);
        let key = match tag {
            Tag::Null => return NULL,
            Tag::Text => Key::Text(buffer.text(row, word)),
            tag => Key::Word(tag, word),
        };
        *known.entry(key).or_insert_with(|| match spelt(key) {
            Err(special) => special,
            Ok(text) => {
                texts.push(text);
                texts.len() as u32 - 1
            }
        })
    };
    let codes: Vec<u32> = rows.iter().map(|row| code(*row)).collect();
    Labels { texts, codes: codes.into() }
}

/// The canonical text of a value, or the code of what has none.
fn spelt(key: Key<'_>) -> Result<Cow<'_, str>, u32> {
    Ok(match key {
        Key::Text(text) => Cow::Borrowed(text),
        Key::Word(Tag::Float, word) => Cow::Owned(text_of(f64::from_bits(word))?),
        Key::Word(Tag::Unsigned, word) => Cow::Owned(word.to_string()),
        Key::Word(Tag::Boolean, word) => Cow::Borrowed(if word == 0 { "false" } else { "true" }),
        Key::Word(_, word) => Cow::Owned((word as i64).to_string()),
    })
}
