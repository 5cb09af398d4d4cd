//! Categories outside of the vocabulary: a bottom-k sample by hash, with exact counts.
//!
//! A text that belongs to the k smallest hashes at the end has belonged to them all along, so
//! its count misses nothing and the sample is the same in any order and split (bottom-k
//! sketch: Cohen & Kaplan, PODC 2007). Below k distinct texts it names them all.

use std::collections::BTreeMap;

use xxhash_rust::xxh3::xxh3_64;

use crate::codec::bytes::{Reader, Writer};
use crate::error::Result;

/// Texts kept.
pub const KEPT: usize = 1024;
/// Longer texts are cut at a character.
pub const TEXT: usize = 128;

/// The texts of the smallest hashes and how often each came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Novel {
    kept: BTreeMap<u64, (u64, String)>,
}

impl Novel {
    /// Adds `count` rows of `text`.
    pub fn add(&mut self, text: &str, count: u64) {
        let hash = xxh3_64(text.as_bytes());
        self.add_hashed(hash, cut(text), count);
    }

    fn add_hashed(&mut self, hash: u64, text: &str, count: u64) {
        if let Some((held, name)) = self.kept.get_mut(&hash) {
            *held += count;
            // Two texts of one hash: the smaller one names both, in any order of arrival.
            if text < name.as_str() {
                text.clone_into(name);
            }
        } else if self.kept.len() < KEPT {
            self.kept.insert(hash, (count, text.to_owned()));
        } else if self.kept.last_key_value().is_some_and(|(&largest, _)| hash < largest) {
            self.kept.pop_last();
            self.kept.insert(hash, (count, text.to_owned()));
        }
    }

    /// Adds another sample.
    pub fn merge(&mut self, other: &Self) {
        other.kept.iter().for_each(|(&hash, (count, text))| self.add_hashed(hash, text, *count));
    }

    /// How many distinct texts there are: exact below k, then (k-1) over the k-th smallest
    /// hash as a share of all, relative error about 1/sqrt(k).
    #[must_use]
    pub fn distinct(&self) -> f64 {
        match self.kept.last_key_value() {
            Some((&largest, _)) if self.kept.len() == KEPT => {
                (KEPT - 1) as f64 / ((largest as f64 + 1.0) / 2_f64.powi(64))
            }
            _ => self.kept.len() as f64,
        }
    }

    /// Whether every text is named.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.kept.len() < KEPT
    }

    /// The kept texts, the most frequent first, ties in the order of the text.
    #[must_use]
    pub fn most_frequent(&self, most: usize) -> Vec<(&str, u64)> {
        let mut all: Vec<(&str, u64)> = self.kept.values().map(|(n, text)| (text.as_str(), *n)).collect();
        all.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        all.truncate(most);
        all
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.length(self.kept.len());
        for (hash, (count, text)) in &self.kept {
            writer.raw(&hash.to_le_bytes());
            writer.count(*count);
            writer.text(text);
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>, most_rows: u64) -> Result<Self> {
        let count = reader.length(10)?;
        reader.ensure(count <= KEPT, "at most 1024 unseen categories")?;
        let mut kept = BTreeMap::new();
        let mut rows = 0_u64;
        for _ in 0..count {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(reader.raw(8)?);
            let hash = u64::from_le_bytes(bytes);
            reader.ensure(kept.last_key_value().is_none_or(|(k, _)| *k < hash), "ascending hashes")?;
            let held = reader.count()?;
            rows = rows.saturating_add(held);
            reader.ensure(held > 0 && rows <= most_rows, "no more rows than were other")?;
            kept.insert(hash, (held, reader.text(TEXT)?.to_owned()));
        }
        Ok(Self { kept })
    }
}

fn cut(text: &str) -> &str {
    if text.len() <= TEXT { text } else { &text[..text.floor_char_boundary(TEXT)] }
}

#[cfg(test)]
mod tests {
    use super::{KEPT, Novel, cut};

    fn texts(range: std::ops::Range<u32>) -> Vec<String> {
        range.map(|i| format!("category {i}")).collect()
    }

    #[test]
    fn any_order_and_split_is_one_sample() {
        let all = texts(0..5000);
        let mut forward = Novel::default();
        all.iter().for_each(|t| forward.add(t, 2));
        let (mut a, mut b) = (Novel::default(), Novel::default());
        all.iter().rev().for_each(|t| if t.len() % 2 == 0 { a.add(t, 1) } else { b.add(t, 2) });
        all.iter().filter(|t| t.len() % 2 == 0).for_each(|t| b.add(t, 1));
        b.merge(&a);
        assert_eq!(forward, b);
        assert!(forward.kept.values().all(|(count, _)| *count == 2) && forward.kept.len() == KEPT);
        assert!((forward.distinct() / 5000.0 - 1.0).abs() < 4.0 / (KEPT as f64).sqrt());
    }

    #[test]
    fn few_are_named_with_their_counts() {
        let mut novel = Novel::default();
        novel.add("b", 3);
        novel.add("a", 3);
        novel.add("c", 5);
        assert_eq!(novel.most_frequent(2), [("c", 5), ("a", 3)]);
        assert!(novel.is_complete() && novel.distinct() == 3.0);
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let long = "é".repeat(100);
        assert_eq!(cut(&long).chars().count(), 64);
    }
}
