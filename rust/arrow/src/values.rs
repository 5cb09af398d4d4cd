//! One column of numbers in pieces, counted by several threads: histograms and quantiles.

use arrow_array::{Array, ArrayRef};
use tallystick_core::batch::{Bits, Numbers};
use tallystick_core::histogram::{Bins, Histogram};
use tallystick_core::measure::Bracket;
use tallystick_core::parallel::add_up;
use tallystick_core::scalar::{Countable, Edges, Scalar};
use tallystick_core::sketch::{self, Place, Sketch};

use crate::error::Error;
use crate::numbers::{numbers, spelt_out, validity};

/// Rows of a piece of work: enough for what starting it costs.
const PIECE: usize = 1 << 18;
/// A thread is started for so many rows: it costs as much as counting a tenth of them.
const ROWS_A_THREAD: usize = 1 << 19;

/// A stretch of an array.
type Piece<'a, T> = (&'a [T], Option<Bits<'a>>);

/// The arrays of one column, dictionaries spelt out.
pub struct Column(Vec<ArrayRef>);

impl Column {
    /// Of arrays of one numeric type.
    ///
    /// # Errors
    /// When they hold no numbers.
    pub fn new(arrays: Vec<ArrayRef>) -> Result<Self, Error> {
        let arrays: Vec<ArrayRef> = arrays.into_iter().map(spelt_out).collect();
        match arrays.iter().find(|array| numbers(array.as_ref()).is_none()) {
            None => Ok(Self(arrays)),
            Some(array) => {
                let found = array.data_type().to_string();
                Err(Error::Type { column: "values".to_owned(), found })
            }
        }
    }

    fn numbers(&self) -> Vec<(Numbers<'_>, Option<Bits<'_>>)> {
        self.0.iter().filter_map(|array| Some((numbers(array.as_ref())?, validity(array.as_ref())))).collect()
    }
}

/// Edges from an array of numbers: integers stay exact.
///
/// # Errors
/// When it holds no numbers, or nulls.
pub fn edges(array: &ArrayRef) -> Result<Edges, Error> {
    let refused = || Error::Type { column: "edges".to_owned(), found: array.data_type().to_string() };
    let found = numbers(array.as_ref()).filter(|_| array.null_count() == 0).ok_or_else(refused)?;
    Ok(match found {
        Numbers::F64(v) => Edges::Float(v.to_vec()),
        Numbers::I64(v) => Edges::Integer(v.iter().copied().map(i128::from).collect()),
        Numbers::U64(v) => Edges::Integer(v.iter().copied().map(i128::from).collect()),
        _ => return Err(refused()),
    })
}

/// Calls a generic function with the pieces of a column in their own type.
macro_rules! in_its_type {
    ($column:expr, $with:expr) => {{
        let arrays = $column.numbers();
        macro_rules! of {
            ($kind:ident) => {
                $with(&pieces(arrays.iter().filter_map(|(numbers, bits)| match numbers {
                    Numbers::$kind(values) => Some((*values, *bits)),
                    _ => None,
                })))
            };
        }
        match arrays.first().map(|(numbers, _)| numbers) {
            None | Some(Numbers::F64(_)) => of!(F64),
            Some(Numbers::F32(_)) => of!(F32),
            Some(Numbers::I8(_)) => of!(I8),
            Some(Numbers::I16(_)) => of!(I16),
            Some(Numbers::I32(_)) => of!(I32),
            Some(Numbers::I64(_)) => of!(I64),
            Some(Numbers::U8(_)) => of!(U8),
            Some(Numbers::U16(_)) => of!(U16),
            Some(Numbers::U32(_)) => of!(U32),
            Some(Numbers::U64(_)) => of!(U64),
        }
    }};
}

fn pieces<'a, T>(arrays: impl Iterator<Item = Piece<'a, T>>) -> Vec<Piece<'a, T>> {
    arrays
        .flat_map(|(values, bits)| {
            values
                .chunks(PIECE)
                .enumerate()
                .map(move |(i, piece)| (piece, bits.map(|bits| bits.from_row(i * PIECE))))
        })
        .collect()
}

fn threads<T>(pieces: &[Piece<'_, T>], most: usize) -> usize {
    let rows: usize = pieces.iter().map(|(values, _)| values.len()).sum();
    most.min(rows / ROWS_A_THREAD).max(1)
}

/// Counts between edges, as `numpy.histogram` does.
///
/// # Errors
/// When the edges make no bins.
pub fn histogram(column: &Column, edges: &Edges, most_threads: usize) -> Result<Histogram, Error> {
    in_its_type!(column, |pieces: &_| histogram_of(pieces, edges, most_threads))
}

fn histogram_of<T: Countable>(
    pieces: &Vec<Piece<'_, T>>,
    edges: &Edges,
    most_threads: usize,
) -> Result<Histogram, Error> {
    let bins = Bins::<T>::new(edges)?;
    let empty = || bins.count(&[], None);
    let count = |total: &mut Histogram, i: usize| {
        let (values, bits) = pieces[i];
        total.merge(&bins.count(values, bits));
    };
    let add = |a: &mut Histogram, b: Histogram| a.merge(&b);
    Ok(add_up(pieces.len(), threads(pieces, most_threads), empty, count, add))
}

/// Smallest and largest finite value; `None` when there is none.
#[must_use]
pub fn extent(column: &Column) -> Option<(Scalar, Scalar)> {
    in_its_type!(column, |pieces: &_| extent_of(pieces))
}

fn extent_of<T: Countable>(pieces: &Vec<Piece<'_, T>>) -> Option<(Scalar, Scalar)> {
    let ends = pieces.iter().filter_map(|(values, bits)| sketch::extent(values, *bits));
    let scalar = |value: T| {
        if T::INTEGER { Scalar::Integer(value.to_i128()) } else { Scalar::Float(value.to_f64() + 0.0) }
    };
    ends.reduce(sketch::wider).map(|(low, high)| (scalar(low), scalar(high)))
}

/// Quantiles of one column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quantiles {
    /// A value and its bracket for each quantile asked for; none without values.
    pub found: Vec<(f64, Bracket)>,
    /// Values that were ranked.
    pub rows: u64,
    /// Nulls, NaN, minus and plus infinities.
    pub specials: [u64; 4],
}

/// Quantiles in [0, 1]: bracketed from one reading, or exact with a second one.
///
/// # Errors
/// When one is not in [0, 1].
pub fn quantiles(
    column: &Column,
    asked: &[f64],
    exact: bool,
    most_threads: usize,
) -> Result<Quantiles, Error> {
    if asked.iter().any(|q| !(0.0..=1.0).contains(q)) {
        let (name, expected) = ("q".to_owned(), "numbers from 0 to 1".to_owned());
        return Err(tallystick_core::Error::Parameter { name, expected }.into());
    }
    Ok(in_its_type!(column, |pieces: &_| quantiles_of(pieces, asked, exact, most_threads)))
}

fn quantiles_of<T: Countable>(
    pieces: &Vec<Piece<'_, T>>,
    asked: &[f64],
    exact: bool,
    most_threads: usize,
) -> Quantiles {
    let threads = threads(pieces, most_threads);
    let count = |sketch: &mut Sketch<T>, i: usize| sketch.count(pieces[i].0, pieces[i].1);
    let add = |a: &mut Sketch<T>, b: Sketch<T>| a.merge(&b);
    let sketch = add_up(pieces.len(), threads, Sketch::default, count, add);
    let places: Vec<Place> = asked.iter().filter_map(|q| sketch.place(*q)).collect();
    let found = if exact {
        selected(pieces, &places, threads)
    } else {
        let brackets = places.iter().filter_map(|place| sketch.bracket(place.cell));
        brackets.map(|bracket| (sketch::middle(bracket), bracket)).collect()
    };
    Quantiles { found, rows: sketch.rows(), specials: sketch.specials }
}

/// The values at the places: those of the cells in question are brought together and selected.
fn selected<T: Countable>(pieces: &[Piece<'_, T>], places: &[Place], threads: usize) -> Vec<(f64, Bracket)> {
    let mut cells: Vec<i32> = places.iter().map(|place| place.cell).collect();
    cells.sort_unstable();
    cells.dedup();
    let empty = || vec![Vec::new(); cells.len()];
    let gather =
        |gathered: &mut Vec<Vec<T>>, i: usize| sketch::gather(pieces[i].0, pieces[i].1, &cells, gathered);
    let add = |a: &mut Vec<Vec<T>>, b: Vec<Vec<T>>| {
        a.iter_mut().zip(b).for_each(|(all, more)| all.extend(more));
    };
    let mut gathered = add_up(pieces.len(), threads, empty, gather, add);
    let select = |place: &Place| {
        let cell = cells.binary_search(&place.cell).ok()?;
        let value = sketch::select(&mut gathered[cell], place.rank)?.to_f64() + 0.0;
        Some((value, Bracket { lower: value, upper: value }))
    };
    places.iter().filter_map(select).collect()
}
