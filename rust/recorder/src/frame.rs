//! Frames of a spool file, documented in `docs/format.md`.
//!
//! Magic, version, kind, recorder, sequence number, length, body, xxh3 of all of it. A frame says
//! by itself whose it is and which one, so that one read twice counts once; a damaged one takes
//! none of the others with it.

use std::sync::Arc;

use tallystick_core::codec::bytes::{Reader, Writer};
use tallystick_core::codec::{counts_from_bytes, plan_from_bytes, plan_to_bytes};
use tallystick_core::error::{Error, Result};
use tallystick_core::plan::Plan;
use tallystick_core::profile::Profile;
use tallystick_core::slice::Window;
use xxhash_rust::xxh3::xxh3_64;

use crate::windows::{Delta, Key};

const MAGIC: &[u8; 8] = b"TSPOOL\r\n";
/// The version written and the latest one read.
pub const VERSION: u16 = 1;
/// Bytes before the body.
const HEAD: usize = 8 + 2 + 1 + 16 + 8 + 4;
/// Bytes after it.
const TAIL: usize = 8;
/// Longest name of a stream.
pub const MAX_NAME: usize = 256;
/// Most counters of a status.
const MAX_COUNTERS: usize = 256;

/// Names a recorder: one process from its start, or from its fork, to its end.
pub type RecorderId = [u8; 16];

/// What a frame is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The first frame of a file.
    Opening,
    /// Rows of one window.
    Counts,
    /// How far the recorder has come.
    Status,
}

/// A frame as bytes.
#[must_use]
pub fn encode(kind: Kind, recorder: &RecorderId, sequence: u64, body: &[u8]) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.raw(MAGIC);
    writer.raw(&VERSION.to_le_bytes());
    writer.byte(kind as u8);
    writer.raw(recorder);
    writer.raw(&sequence.to_le_bytes());
    // Bodies are bounded far below by what a recorder keeps.
    writer.raw(&(body.len() as u32).to_le_bytes());
    writer.raw(body);
    let mut bytes = writer.finish();
    let checksum = xxh3_64(&bytes);
    bytes.extend_from_slice(&checksum.to_le_bytes());
    bytes
}

/// An undamaged frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Its version.
    pub version: u16,
    /// What it is about; `None` in a later version.
    pub kind: Option<Kind>,
    /// Whose it is.
    pub recorder: RecorderId,
    /// Which one: of an opening the number of the file, else one more than the frame before.
    pub sequence: u64,
    /// What it says.
    pub body: &'a [u8],
}

/// Finds the frames of a file one after another, and how many bytes belong to none.
#[derive(Clone, Debug)]
pub struct Frames {
    at: usize,
    /// Where the last frame ended.
    end: usize,
    damaged: usize,
    /// Bytes that may still be looked at, so that no file takes longer than a few readings.
    patience: usize,
}

impl Frames {
    /// Of a file of that many bytes.
    #[must_use]
    pub fn new(length: usize) -> Self {
        Self { at: 0, end: 0, damaged: 0, patience: length.saturating_mul(4) }
    }

    /// Bytes that belong to no frame and lie before one: damaged frames.
    #[must_use]
    pub fn damaged(&self) -> usize {
        self.damaged
    }

    /// Where the last frame ended. What follows is one that was being written when its process
    /// ended, or still is.
    #[must_use]
    pub fn end(&self) -> usize {
        self.end
    }

    /// The next frame of the file, whose bytes these are.
    pub fn next<'a>(&mut self, bytes: &'a [u8]) -> Option<Frame<'a>> {
        while let Some(found) = find(bytes.get(self.at..)?) {
            let at = self.at + found;
            if let Some((frame, end)) = self.frame_at(bytes, at) {
                self.damaged += at - self.end;
                (self.at, self.end) = (end, end);
                return Some(frame);
            }
            self.at = at + 1;
        }
        // Whatever comes may complete what is there.
        self.at = self.end;
        None
    }

    /// The frame at this place, if there is an undamaged one.
    fn frame_at<'a>(&mut self, bytes: &'a [u8], at: usize) -> Option<(Frame<'a>, usize)> {
        let head = bytes.get(at..at.checked_add(HEAD)?)?;
        let (version, rest) = head[MAGIC.len()..].split_first_chunk::<2>()?;
        let (kind, rest) = rest.split_first()?;
        let (recorder, rest) = rest.split_first_chunk::<16>()?;
        let (sequence, length) = rest.split_first_chunk::<8>()?;
        let length = u32::from_le_bytes(length.try_into().ok()?) as usize;
        let body_end = (at + HEAD).checked_add(length)?;
        let body = bytes.get(at + HEAD..body_end)?;
        let stored = bytes.get(body_end..body_end.checked_add(TAIL)?)?;
        self.patience = self.patience.checked_sub(body_end - at)?;
        let checksum = xxh3_64(&bytes[at..body_end]);
        let kind = [Kind::Opening, Kind::Counts, Kind::Status].get(usize::from(*kind)).copied();
        let frame = Frame {
            version: u16::from_le_bytes(*version),
            kind,
            recorder: *recorder,
            sequence: u64::from_le_bytes(*sequence),
            body,
        };
        (checksum.to_le_bytes() == stored).then_some((frame, body_end + TAIL))
    }
}

/// Where the magic stands first.
fn find(bytes: &[u8]) -> Option<usize> {
    if bytes.starts_with(MAGIC) {
        return Some(0);
    }
    bytes.windows(MAGIC.len()).position(|window| window == MAGIC)
}

/// What the first frame of a file says.
#[derive(Clone, Debug)]
pub struct Opening {
    /// How rows are counted.
    pub plan: Arc<Plan>,
    /// Length of the windows; `None` without windows.
    pub window_seconds: Option<i64>,
    /// How late rows may come before their window is closed.
    pub lateness_seconds: i64,
    /// Second in which the recorder began.
    pub started: i64,
}

impl Opening {
    /// As a body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.signed(i128::from(self.window_seconds.unwrap_or_default()));
        writer.signed(i128::from(self.lateness_seconds));
        writer.signed(i128::from(self.started));
        let plan = plan_to_bytes(&self.plan);
        writer.length(plan.len());
        writer.raw(&plan);
        writer.finish()
    }

    /// From a frame.
    ///
    /// # Errors
    /// When the frame is of a later version, or is not what it says.
    pub fn decode(frame: &Frame<'_>) -> Result<Self> {
        let mut reader = open(frame)?;
        let window = second(&mut reader)?;
        let (lateness_seconds, started) = (second(&mut reader)?, second(&mut reader)?);
        let length = reader.length(1)?;
        let plan = Arc::new(plan_from_bytes(reader.raw(length)?)?);
        reader.end()?;
        let window_seconds = (window > 0).then_some(window);
        Ok(Self { plan, window_seconds, lateness_seconds, started })
    }
}

/// Rows of one window since the frame before, and how they were counted.
#[derive(Debug)]
pub struct Counts {
    /// Name of the stream; empty for the rows of the opening's plan.
    pub stream: String,
    /// The window.
    pub window: Option<Window>,
    /// Rows that came after it was closed.
    pub late: u64,
    /// Their counts.
    pub profile: Profile,
}

impl Counts {
    pub(crate) fn encode(stream: &str, plan: Option<&Plan>, delta: &Delta) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.text(stream);
        let plan = plan.map(plan_to_bytes).unwrap_or_default();
        writer.length(plan.len());
        writer.raw(&plan);
        write_key(&mut writer, delta.key);
        writer.count(delta.late);
        writer.raw(&delta.counts);
        writer.finish()
    }

    /// From a frame, under the plan of its file.
    ///
    /// # Errors
    /// When the frame is of a later version, or is not what it says.
    pub fn decode(frame: &Frame<'_>, plan: &Arc<Plan>) -> Result<Self> {
        let mut reader = open(frame)?;
        let stream = reader.text(MAX_NAME)?.to_owned();
        let length = reader.length(1)?;
        let own = reader.raw(length)?;
        let plan = if own.is_empty() { Arc::clone(plan) } else { Arc::new(plan_from_bytes(own)?) };
        let window = read_key(&mut reader)?;
        let late = reader.count()?;
        let left = reader.left();
        let profile = counts_from_bytes(&plan, reader.raw(left)?)?;
        reader.ensure(late <= profile.rows(), "no more late rows than rows")?;
        Ok(Self { stream, window, late, profile })
    }
}

/// How far a recorder has come, and what happened to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Windows that end before this second are closed.
    pub watermark: Option<i64>,
    /// Whether the recorder has come to its end.
    pub finished: bool,
    /// Its counters.
    pub counters: Vec<(String, u64)>,
}

impl Status {
    /// As a body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.byte(u8::from(self.watermark.is_some()));
        writer.signed(i128::from(self.watermark.unwrap_or_default()));
        writer.byte(u8::from(self.finished));
        writer.length(self.counters.len());
        for (name, count) in &self.counters {
            writer.text(name);
            writer.count(*count);
        }
        writer.finish()
    }

    /// From a frame.
    ///
    /// # Errors
    /// When the frame is of a later version, or is not what it says.
    pub fn decode(frame: &Frame<'_>) -> Result<Self> {
        let mut reader = open(frame)?;
        let has_mark = reader.index(2)? == 1;
        let mark = second(&mut reader)?;
        let finished = reader.index(2)? == 1;
        let count = reader.length(2)?;
        reader.ensure(count <= MAX_COUNTERS, "at most 256 counters")?;
        let counter = |reader: &mut Reader<'_>| Ok((reader.text(MAX_NAME)?.to_owned(), reader.count()?));
        let counters = (0..count).map(|_| counter(&mut reader)).collect::<Result<_>>()?;
        reader.end()?;
        Ok(Self { watermark: has_mark.then_some(mark), finished, counters })
    }
}

fn open<'a>(frame: &Frame<'a>) -> Result<Reader<'a>> {
    if frame.version > VERSION {
        return Err(Error::Version { found: frame.version, supported: VERSION });
    }
    Ok(Reader::new(frame.body))
}

fn second(reader: &mut Reader<'_>) -> Result<i64> {
    let value = reader.signed()?;
    i64::try_from(value).map_err(|_| reader.corrupt("a second"))
}

fn write_key(writer: &mut Writer, key: Key) {
    match key {
        None | Some(Window::Folded) => writer.byte(0),
        Some(Window::At { start, end }) => {
            writer.byte(1);
            writer.signed(i128::from(start));
            writer.signed(i128::from(end));
        }
        Some(Window::Missing) => writer.byte(2),
    }
}

fn read_key(reader: &mut Reader<'_>) -> Result<Key> {
    Ok(match reader.index(3)? {
        0 => None,
        1 => {
            let (start, end) = (second(reader)?, second(reader)?);
            reader.ensure(start < end, "a window that ends after it starts")?;
            Some(Window::At { start, end })
        }
        _ => Some(Window::Missing),
    })
}
