//! Quantiles without a reference: log-linear cells, which need no learning, bracket them.

use tallystick_kernels::BLOCK;
use tallystick_kernels::extremes::extremes;
use tallystick_kernels::log_linear::{Octaves, bounds, find};
use tallystick_kernels::present::{all_finite, fill, special};

use crate::batch::Bits;
use crate::measure::Bracket;
use crate::measure::quantile::rank;
use crate::scalar::Countable;
use crate::state::Cells;

/// Counts of values in log-linear cells, their extremes, and what belongs to no cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Sketch<T> {
    cells: Cells,
    extremes: Option<(T, T)>,
    /// Nulls, NaN, minus and plus infinities.
    pub specials: [u64; 4],
}

impl<T: Countable> Default for Sketch<T> {
    fn default() -> Self {
        Self { cells: Cells::new(None), extremes: None, specials: [0; 4] }
    }
}

/// Where a quantile was found: the cell, and its rank within it, from 1 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The log-linear cell.
    pub cell: i32,
    /// The rank within the cell.
    pub rank: u64,
}

const RUN: usize = 1 << 30;

impl<T: Countable> Sketch<T> {
    /// Counts values.
    pub fn count(&mut self, values: &[T], validity: Option<Bits<'_>>) {
        let (mut octaves, mut filled, mut keep) = (Octaves::default(), Vec::new(), Vec::new());
        for (run, rows) in values.chunks(RUN).enumerate() {
            let mut zeros = 0;
            for (index, block) in rows.chunks(BLOCK).enumerate() {
                let bits = validity.map(|bits| bits.from_row(run * RUN + index * BLOCK));
                if all_finite(block, bits) {
                    zeros += self.block(block, None, &mut octaves);
                    continue;
                }
                let found = fill(block, bits, &mut filled, &mut keep);
                self.specials.iter_mut().zip(found.specials).for_each(|(a, b)| *a += b);
                if let Some(value) = found.stand_in {
                    zeros += self.block(&filled, Some((value, found.stood_in())), &mut octaves);
                }
            }
            octaves.settle(zeros, |cell, rows| self.cells.add(cell, rows));
        }
    }

    /// Counts a block of finite values and returns how many are zero.
    fn block(&mut self, values: &[T], stand_ins: Option<(T, u64)>, octaves: &mut Octaves) -> u64 {
        let Some((low, high, zeros)) = extremes(values) else { return 0 };
        self.see(low, high);
        octaves.count(values, low, high);
        let Some((value, times)) = stand_ins else { return zeros };
        octaves.uncount(value, times as u32);
        if value == T::ZERO { zeros - times } else { zeros }
    }

    fn see(&mut self, low: T, high: T) {
        self.extremes = Some(self.extremes.map_or((low, high), |held| wider(held, (low, high))));
    }

    /// Adds the counts of other values.
    pub fn merge(&mut self, other: &Self) {
        self.cells.merge(&other.cells);
        self.specials.iter_mut().zip(other.specials).for_each(|(a, b)| *a += b);
        if let Some((low, high)) = other.extremes {
            self.see(low, high);
        }
    }

    /// Values counted in cells.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.cells.total()
    }

    /// Smallest and largest value.
    #[must_use]
    pub fn extremes(&self) -> Option<(T, T)> {
        self.extremes
    }

    /// Where the q-quantile lies, the value of rank `ceil(q n)`.
    ///
    /// `None` without values or for q outside [0, 1].
    #[must_use]
    pub fn place(&self, q: f64) -> Option<Place> {
        let wanted = rank(q, u128::from(self.rows()))? as u64;
        let mut below = 0;
        self.cells.occupied().find_map(|(cell, rows)| {
            below += rows;
            (below >= wanted).then(|| Place { cell, rank: wanted - (below - rows) })
        })
    }

    /// The values that a cell can hold here: at most 1/128 apart, relative to their size.
    #[must_use]
    pub fn bracket(&self, cell: i32) -> Option<Bracket> {
        let (least, most) = self.extremes?;
        let (low, end) = bounds(cell);
        let (low, high) = if cell == 0 {
            (0.0, 0.0)
        } else if T::INTEGER {
            // The last integer below an end that may be none itself.
            (low.ceil(), end.ceil() - 1.0)
        } else {
            (low, end.next_down())
        };
        // Adding 0.0 turns -0.0 into 0.0.
        let (least, most) = (least.to_f64() + 0.0, most.to_f64() + 0.0);
        // Beyond 2^53 the integer below a rounded end may round to it.
        let high = if high.abs() >= EXACT { end } else { high };
        Some(Bracket { lower: low.max(least), upper: high.min(most) })
    }
}

const EXACT: f64 = (1_u64 << 53) as f64;

/// Both intervals together.
#[must_use]
pub fn wider<T: Countable>((a, b): (T, T), (low, high): (T, T)) -> (T, T) {
    (if low < a { low } else { a }, if high > b { high } else { b })
}

/// Smallest and largest finite value.
#[must_use]
pub fn extent<T: Countable>(values: &[T], validity: Option<Bits<'_>>) -> Option<(T, T)> {
    let (mut filled, mut keep) = (Vec::new(), Vec::new());
    let mut ends = None;
    for (index, block) in values.chunks(BLOCK).enumerate() {
        let bits = validity.map(|bits| bits.from_row(index * BLOCK));
        let block = if all_finite(block, bits) {
            block
        } else if fill(block, bits, &mut filled, &mut keep).stand_in.is_some() {
            &filled
        } else {
            continue;
        };
        let more = extremes(block).map(|(low, high, _)| (low, high));
        ends = [ends, more].into_iter().flatten().reduce(wider);
    }
    ends
}

/// One value for a bracket: the one that is nearest to all others in it, relative to their size.
#[must_use]
pub fn middle(Bracket { lower, upper }: Bracket) -> f64 {
    let same_sign = lower * upper > 0.0;
    let middle = if same_sign { 2.0 / (1.0 / lower + 1.0 / upper) } else { f64::midpoint(lower, upper) };
    // Next to the rim of double precision an inverse leaves it.
    if middle.is_finite() { middle.clamp(lower, upper) } else { f64::midpoint(lower, upper) }
}

/// Adds the values that lie in one of the cells to the cell's own.
pub fn gather<T: Countable>(
    values: &[T],
    validity: Option<Bits<'_>>,
    wanted: &[i32],
    gathered: &mut [Vec<T>],
) {
    let mut cells = [0; BLOCK];
    for (index, block) in values.chunks(BLOCK).enumerate() {
        let bits = validity.map(|bits| bits.from_row(index * BLOCK));
        let counts = |row: usize| special(block[row]).is_none() && bits.is_none_or(|bits| bits.get(row));
        let full = all_finite(block, bits);
        let cells = &mut cells[..block.len()];
        find(block, cells);
        for (&cell, gathered) in wanted.iter().zip(&mut *gathered) {
            let held = cells.iter().zip(block).enumerate();
            let held = held.filter(|(row, (c, _))| **c == cell && (full || counts(*row)));
            gathered.extend(held.map(|(_, (_, value))| *value));
        }
    }
}

/// The value of a rank, from 1 on, among the values of its cell.
#[must_use]
pub fn select<T: Countable>(values: &mut [T], rank: u64) -> Option<T> {
    let place = usize::try_from(rank.checked_sub(1)?).ok().filter(|place| *place < values.len())?;
    Some(*values.select_nth_unstable_by_key(place, |value| value.key()).1)
}

#[cfg(test)]
mod tests {
    use super::{Sketch, gather, middle, select};
    use crate::measure::Bracket;
    use crate::scalar::Countable;
    use proptest::prelude::*;

    fn agrees<T: Countable>(mut values: Vec<T>, q: f64) {
        let mut sketch = Sketch::default();
        let (a, b) = values.split_at(values.len() / 3);
        sketch.count(a, None);
        let mut other = Sketch::default();
        other.count(b, None);
        sketch.merge(&other);
        let place = sketch.place(q).expect("values");
        let mut gathered = [Vec::new()];
        gather(&values, None, &[place.cell], &mut gathered);
        let found = select(&mut gathered[0], place.rank).expect("the rank lies in the cell");
        values.sort_by_key(|value| value.key());
        let rank = crate::measure::quantile::rank(q, values.len() as u128).unwrap() as usize;
        assert_eq!(found, values[rank - 1]);
        let Bracket { lower, upper } = sketch.bracket(place.cell).unwrap();
        assert!(lower <= found.to_f64() && found.to_f64() <= upper, "{lower} {found:?} {upper}");
        let near = middle(Bracket { lower, upper });
        assert!(lower <= near && near <= upper);
        let normal = found.to_f64().abs() >= f64::MIN_POSITIVE;
        assert!(!normal || (near - found.to_f64()).abs() <= found.to_f64().abs() / 255.0);
    }

    proptest! {
        #[test]
        fn a_quantile_lies_in_its_bracket_and_is_found(
            floats in prop::collection::vec(any::<f64>(), 1..200),
            narrow in prop::collection::vec(-1e3_f32..1e3, 1..200),
            wide in prop::collection::vec(any::<i64>(), 1..200),
            small in prop::collection::vec(0_u16..300, 1..200),
            q in 0.0_f64..=1.0,
        ) {
            let mut floats: Vec<f64> = floats.into_iter().filter(|v| v.is_finite()).collect();
            floats.extend([0.0, -0.0]);
            agrees(floats, q);
            agrees(narrow, q);
            agrees(wide, q);
            agrees(small, q);
        }
    }
}
