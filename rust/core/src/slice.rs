//! Names of parts of the rows.
//!
//! A profile stores *leaves*: one family of slices for each segment column, crossed with the
//! window when there is one. Coarser slices (a segment over all windows, a window over all
//! segments) are sums of leaves, so they need no state of their own.

use crate::batch::Values;
use crate::codec::bytes::{Reader, Writer};
use crate::error::Result;
use crate::scalar::Unit;
use crate::state::categorical::{Place, Places};
use crate::vocabulary::{COARSE_CATEGORIES, Vocabulary};

/// A stretch of time that rows fall in, in seconds since 1970-01-01T00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Window {
    /// Windows before the oldest kept one, together.
    Folded,
    /// `[start, end)`.
    At {
        /// First second.
        start: i64,
        /// The second after the last.
        end: i64,
    },
    /// Rows without a time, or with one outside of the years 1 to 9999.
    Missing,
}

/// The value of a segment column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// One of the most frequent categories.
    Category(u32),
    /// Any other text.
    Other,
    /// No text.
    Missing,
}

/// Which rows: all of them when both parts are `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SliceKey {
    /// The window.
    pub window: Option<Window>,
    /// Column of the plan and its value.
    pub segment: Option<(u32, Segment)>,
}

impl SliceKey {
    /// Whether this slice is a part of `whole`.
    #[must_use]
    pub fn is_within(&self, whole: &Self) -> bool {
        (whole.window.is_none() || whole.window == self.window)
            && (whole.segment.is_none() || whole.segment == self.segment)
    }
}

impl Segment {
    /// The segment of a place in the vocabulary.
    pub(crate) fn of(place: Place) -> Self {
        match place {
            Place::Category(category) if (category as usize) < COARSE_CATEGORIES => Self::Category(category),
            Place::Category(_) | Place::Other => Self::Other,
            _ => Self::Missing,
        }
    }

    /// Its place among the segments of its column.
    pub(crate) fn ordinal(self) -> u32 {
        match self {
            Self::Missing => 0,
            Self::Other => 1,
            Self::Category(category) => 2 + category,
        }
    }

    /// The inverse.
    pub(crate) fn from_ordinal(ordinal: u32) -> Self {
        match ordinal {
            0 => Self::Missing,
            1 => Self::Other,
            category => Self::Category(category - 2),
        }
    }

    /// Text shown for the segment.
    #[must_use]
    pub fn text<'a>(&self, vocabulary: &'a Vocabulary) -> &'a str {
        match self {
            Self::Category(category) => {
                vocabulary.categories().get(*category as usize).map_or("__other__", String::as_str)
            }
            Self::Other => "__other__",
            Self::Missing => "__missing__",
        }
    }
}

const DAY: i64 = 86_400;
/// The years 1 to 9999: rows of other times are counted as rows without one, as no calendar of
/// theirs could be shown.
const TIMES: std::ops::Range<i64> = -62_135_596_800..253_402_300_800;
/// 1970-01-05 was a Monday: windows of whole weeks start on Mondays.
const MONDAY: i64 = 4 * DAY;

/// The window of length `seconds` that an instant falls in.
#[must_use]
pub fn window_of(second: i64, seconds: i64) -> Window {
    let origin = if seconds % (7 * DAY) == 0 { MONDAY } else { 0 };
    let start = second.saturating_sub(second.saturating_sub(origin).rem_euclid(seconds));
    Window::At { start, end: start.saturating_add(seconds) }
}

/// The same, of an instant that may lie outside of the calendar.
#[must_use]
pub fn window_at(second: i64, seconds: i64) -> Window {
    if TIMES.contains(&second) { window_of(second, seconds) } else { Window::Missing }
}

/// The window of every row.
pub(crate) fn windows(time: &Values<'_>, rows: usize, seconds: i64) -> Vec<Window> {
    let Values::Times { ticks, unit, validity } = time else { return vec![Window::Missing; rows] };
    let mut last = Window::Missing;
    let mut window = |tick: i64| {
        let second = unit.convert(tick, Unit::Second);
        // Neighbouring rows nearly always share a window.
        if !matches!(last, Window::At { start, end } if start <= second && second < end) {
            last = window_at(second, seconds);
        }
        last
    };
    let present = |row: usize| validity.is_none_or(|bits| bits.get(row));
    (0..rows).map(|row| if present(row) { window(ticks[row]) } else { Window::Missing }).collect()
}

/// The ordinal of every row's segment, looked up once for each text.
pub(crate) fn ordinals(values: &Values<'_>, places: Option<&Places>, rows: usize) -> Vec<u32> {
    match (values, places) {
        (Values::Labels(labels), Some(places)) => {
            let ordinal = |code: u32| Segment::of(places.of(code)).ordinal();
            let known: Vec<u32> = (0..labels.texts.len() as u32).map(ordinal).collect();
            let of = |code: &u32| known.get(*code as usize).copied().unwrap_or_else(|| ordinal(*code));
            labels.codes.iter().map(of).collect()
        }
        _ => vec![Segment::Missing.ordinal(); rows],
    }
}

pub(crate) fn write(writer: &mut Writer, key: &SliceKey) {
    match key.window {
        None => writer.byte(0),
        Some(Window::Folded) => writer.byte(1),
        Some(Window::At { start, end }) => {
            writer.byte(2);
            writer.signed(i128::from(start));
            writer.signed(i128::from(end));
        }
        Some(Window::Missing) => writer.byte(3),
    }
    match key.segment {
        None => writer.byte(0),
        Some((column, segment)) => {
            let (kind, category) = match segment {
                Segment::Category(category) => (1, category),
                Segment::Other => (2, 0),
                Segment::Missing => (3, 0),
            };
            writer.byte(kind);
            writer.count(u64::from(column));
            if kind == 1 {
                writer.count(u64::from(category));
            }
        }
    }
}

pub(crate) fn read(reader: &mut Reader<'_>, columns: usize) -> Result<SliceKey> {
    let window = match reader.index(4)? {
        0 => None,
        1 => Some(Window::Folded),
        2 => {
            let (start, end) = (reader.signed()?, reader.signed()?);
            let fits = |second: i128| i64::try_from(second).map_err(|_| reader.corrupt("a second"));
            let (start, end) = (fits(start)?, fits(end)?);
            let length = end.checked_sub(start).filter(|length| *length > 0);
            // The first and the last window may reach beyond the calendar by their own length.
            let known = length.is_some_and(|n| end > TIMES.start && start < TIMES.end && n < TIMES.end);
            reader.ensure(known, "a window of the calendar")?;
            Some(Window::At { start, end })
        }
        _ => Some(Window::Missing),
    };
    let segment = match reader.index(4)? {
        0 => None,
        kind => {
            let column = reader.index(columns)? as u32;
            Some((
                column,
                match kind {
                    1 => Segment::Category(reader.index(COARSE_CATEGORIES)? as u32),
                    2 => Segment::Other,
                    _ => Segment::Missing,
                },
            ))
        }
    };
    Ok(SliceKey { window, segment })
}
