//! Rows as they come: a tagged word for each cell, without regard to what its column counts.

/// What a cell holds. Columns differ in which of them they can count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Tag {
    /// None.
    Null,
    /// Not given, in a column that comes later or from elsewhere.
    Absent,
    /// A double.
    Float,
    /// An integer that a double holds exactly.
    Integer,
    /// Another integer of 64 bits.
    Large,
    /// An integer above those, below 2^64.
    Unsigned,
    /// True or false.
    Boolean,
    /// Text, by its place among the texts of the row and its length.
    Text,
    /// Microseconds since 1970-01-01T00:00Z.
    Instant,
    /// Something else.
    Mistyped,
}

/// How many tags there are.
pub(crate) const TAGS: usize = Tag::Mistyped as usize + 1;

/// Integers beyond this may not be exact as doubles.
const EXACT: u64 = 1 << 53;

/// One row being filled in.
#[derive(Clone, Debug)]
pub struct Row {
    words: Vec<u64>,
    tags: Vec<Tag>,
    texts: Vec<u8>,
    empty: Vec<Tag>,
}

impl Row {
    /// A row whose cells are tagged so until they are set.
    #[must_use]
    pub fn new(empty: Vec<Tag>) -> Self {
        Self { words: vec![0; empty.len()], tags: empty.clone(), texts: Vec::new(), empty }
    }

    /// Takes every value out.
    #[inline]
    pub fn clear(&mut self) {
        self.tags.copy_from_slice(&self.empty);
        self.texts.clear();
    }

    /// The tags of all cells.
    #[must_use]
    pub fn tags(&self) -> &[Tag] {
        &self.tags
    }

    #[inline]
    fn set(&mut self, cell: usize, tag: Tag, word: u64) {
        self.words[cell] = word;
        self.tags[cell] = tag;
    }

    /// Sets a cell that holds no number.
    #[inline]
    pub fn set_tag(&mut self, cell: usize, tag: Tag) {
        self.set(cell, tag, 0);
    }

    /// Sets a cell to a double.
    #[inline]
    pub fn set_float(&mut self, cell: usize, value: f64) {
        self.set(cell, Tag::Float, value.to_bits());
    }

    /// Sets a cell to an integer.
    #[inline]
    pub fn set_integer(&mut self, cell: usize, value: i64) {
        let exact = value.unsigned_abs() <= EXACT;
        self.set(cell, if exact { Tag::Integer } else { Tag::Large }, value as u64);
    }

    /// Sets a cell to an integer that no `i64` holds.
    pub fn set_unsigned(&mut self, cell: usize, value: u64) {
        self.set(cell, Tag::Unsigned, value);
    }

    /// Sets a cell to true or false.
    #[inline]
    pub fn set_boolean(&mut self, cell: usize, value: bool) {
        self.set(cell, Tag::Boolean, u64::from(value));
    }

    /// Sets a cell to microseconds since 1970.
    pub fn set_instant(&mut self, cell: usize, micros: i64) {
        self.set(cell, Tag::Instant, micros as u64);
    }

    /// Sets a cell to a text.
    #[inline]
    pub fn set_text(&mut self, cell: usize, text: &str) {
        let (Ok(start), Ok(length)) = (u32::try_from(self.texts.len()), u32::try_from(text.len())) else {
            return self.set_tag(cell, Tag::Mistyped);
        };
        self.texts.extend_from_slice(text.as_bytes());
        self.set(cell, Tag::Text, u64::from(start) << 32 | u64::from(length));
    }
}

/// Bytes of texts after which a buffer is full.
const TEXT_BYTES: usize = 1 << 20;
/// Bytes of cells after which a buffer is full, and the rows that it holds at least and at most.
const CELL_BYTES: usize = 2 << 20;
const ROWS: std::ops::RangeInclusive<usize> = 256..=4096;

/// Rows one after another.
#[derive(Debug)]
pub struct Buffer {
    width: usize,
    /// Rows after which it is full.
    capacity: usize,
    words: Vec<u64>,
    tags: Vec<Tag>,
    /// Microseconds since 1970.
    times: Vec<i64>,
    /// Where the texts of each row begin.
    bases: Vec<usize>,
    texts: Vec<u8>,
}

impl Buffer {
    pub(crate) fn new(width: usize) -> Self {
        let capacity = (CELL_BYTES / (9 * width.max(1))).clamp(*ROWS.start(), *ROWS.end());
        let (words, tags, times, bases) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { width, capacity, words, tags, times, bases, texts: Vec::new() }
    }

    /// An empty buffer for the same rows.
    pub(crate) fn like(&self) -> Self {
        Self::new(self.width)
    }

    pub(crate) fn rows(&self) -> usize {
        self.times.len()
    }

    pub(crate) fn times(&self) -> &[i64] {
        &self.times
    }

    /// Adds a row; whether the buffer is full then.
    #[inline]
    pub(crate) fn push(&mut self, row: &Row, micros: i64) -> bool {
        debug_assert_eq!(row.tags.len(), self.width);
        // A single number is the quicker for not being copied as a slice.
        if let ([word], [tag]) = (&row.words[..], &row.tags[..]) {
            self.words.push(*word);
            self.tags.push(*tag);
        } else {
            self.words.extend_from_slice(&row.words);
            self.tags.extend_from_slice(&row.tags);
        }
        self.bases.push(self.texts.len());
        if !row.texts.is_empty() {
            self.texts.extend_from_slice(&row.texts);
        }
        self.times.push(micros);
        self.times.len() >= self.capacity || self.texts.len() >= TEXT_BYTES
    }

    /// Room for all rows at once, so that no later row pays for it.
    pub(crate) fn reserve(&mut self) {
        let rows = self.capacity;
        self.words.reserve_exact(rows * self.width);
        self.tags.reserve_exact(rows * self.width);
        self.times.reserve_exact(rows);
        self.bases.reserve_exact(rows);
    }

    /// Forgets the rows; keeps the room, unless some text was very long.
    pub(crate) fn clear(&mut self) {
        self.words.clear();
        self.tags.clear();
        self.times.clear();
        self.bases.clear();
        self.texts.clear();
        self.texts.shrink_to(2 * TEXT_BYTES);
    }

    /// The tags of a row.
    #[inline]
    pub(crate) fn tags(&self, row: usize) -> &[Tag] {
        &self.tags[row * self.width..(row + 1) * self.width]
    }

    /// Tag and word of a cell.
    #[inline]
    pub(crate) fn cell(&self, row: usize, column: usize) -> (Tag, u64) {
        let at = row * self.width + column;
        (self.tags[at], self.words[at])
    }

    /// The text that a word of this row points at.
    pub(crate) fn text(&self, row: usize, word: u64) -> &str {
        let start = self.bases[row] + (word >> 32) as usize;
        let bytes = self.texts.get(start..start + (word as u32) as usize);
        // Texts were copied whole from valid ones.
        bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}
