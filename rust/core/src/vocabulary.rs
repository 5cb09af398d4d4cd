//! Frozen lists of categories.

use std::borrow::Cow;

use hashbrown::HashMap;

use crate::codec::bytes::{Reader, Writer};
use crate::error::{Result, parameter};

/// Categories kept apart in slices; the others are counted together.
pub const COARSE_CATEGORIES: usize = 32;
/// Default cap of a learned vocabulary.
pub const DEFAULT_CATEGORIES: usize = 4096;
/// No vocabulary is larger.
pub const MAX_CATEGORIES: usize = 1 << 16;
/// Longer texts belong to no vocabulary: they are counted as other.
pub const MAX_TEXT: usize = 1024;

/// A category as tables show it: in quotes when it is spelled like the names that tables give to
/// other rows, `__other__` or `__missing__`, so that no two rows have one name.
#[must_use]
pub fn shown(category: &str) -> Cow<'_, str> {
    let bare = category.trim_matches('\'');
    if bare.starts_with("__") && bare.ends_with("__") {
        Cow::Owned(format!("'{category}'"))
    } else {
        Cow::Borrowed(category)
    }
}

/// Categories in the order of their frequency in the sample, named by their content.
#[derive(Debug)]
pub struct Vocabulary {
    categories: Vec<String>,
    index: HashMap<String, u32>,
    id: [u8; 32],
}

impl Vocabulary {
    /// The vocabulary of these categories, in this order.
    ///
    /// # Errors
    /// When one stands there twice or is too long, or there are too many.
    pub fn new(categories: Vec<String>) -> Result<Self> {
        if categories.len() > MAX_CATEGORIES {
            return Err(parameter("categories", "at most 65536 categories"));
        }
        if categories.iter().any(|c| c.len() > MAX_TEXT) {
            return Err(parameter("categories", "texts of at most 1024 bytes"));
        }
        let index: HashMap<String, u32> =
            categories.iter().enumerate().map(|(i, c)| (c.clone(), i as u32)).collect();
        if index.len() < categories.len() {
            return Err(parameter("categories", "each category once"));
        }
        let mut writer = Writer::default();
        write_categories(&mut writer, &categories);
        let id = *blake3::hash(&writer.finish()).as_bytes();
        Ok(Self { categories, index, id })
    }

    /// The most frequent categories of a sample, at most `most`; ties in the order of the text.
    ///
    /// # Errors
    /// When `most` is beyond [`MAX_CATEGORIES`].
    pub fn learn(counts: HashMap<String, u64>, most: usize) -> Result<Self> {
        let mut counted: Vec<(String, u64)> =
            counts.into_iter().filter(|(text, _)| text.len() <= MAX_TEXT).collect();
        counted.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        counted.truncate(most);
        Self::new(counted.into_iter().map(|(text, _)| text).collect())
    }

    /// The content address.
    #[must_use]
    pub fn id(&self) -> &[u8; 32] {
        &self.id
    }

    /// The categories.
    #[must_use]
    pub fn categories(&self) -> &[String] {
        &self.categories
    }

    /// The place of a category.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<u32> {
        self.index.get(text).copied()
    }

    /// Cells of a slice: the first categories and, when there are more, one for the rest.
    #[must_use]
    pub fn coarse_cells(&self) -> usize {
        self.categories.len().min(COARSE_CATEGORIES + 1)
    }

    /// The slice's cell of a category.
    #[must_use]
    pub fn coarse_of(&self, category: u32) -> u32 {
        category.min(COARSE_CATEGORIES as u32)
    }
}

fn write_categories(writer: &mut Writer, categories: &[String]) {
    writer.length(categories.len());
    categories.iter().for_each(|text| writer.text(text));
}

pub(crate) fn write(writer: &mut Writer, vocabulary: &Vocabulary) {
    write_categories(writer, &vocabulary.categories);
}

pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Vocabulary> {
    let count = reader.length(1)?;
    let texts = (0..count).map(|_| Ok(reader.text(MAX_TEXT)?.to_owned())).collect::<Result<_>>()?;
    Vocabulary::new(texts).map_err(|_| reader.corrupt("a vocabulary"))
}
