//! States of columns. Only cells that hold rows are written.

use std::collections::BTreeMap;

use super::bytes::{Reader, Writer};
use crate::binning::{Binning, Rule, read_scalar, write_scalar};
use crate::error::Result;
use crate::plan::Counter;
use crate::scalar::Domain;
use crate::state::novel::Novel;
use crate::state::sums::{GridSum, Sums};
use crate::state::wide::Wide;
use crate::state::{CategoricalState, Cells, ColumnState, Grain, NumericState, Specials};

/// Log-linear cells reach no further than these.
const LOG_CELLS: i128 = (2047 << 7) + 1;

pub(super) fn write(writer: &mut Writer, state: &ColumnState) {
    state.specials().to_array().into_iter().for_each(|n| writer.count(n));
    match state {
        ColumnState::Numeric(state) => write_numeric(writer, state),
        ColumnState::Categorical(state) => write_categorical(writer, state),
    }
}

pub(super) fn read(
    reader: &mut Reader<'_>,
    counter: &Counter,
    grain: Grain,
    rows: u64,
) -> Result<ColumnState> {
    let (mut counts, mut left) = ([0; 6], rows);
    for count in &mut counts {
        *count = reader.count()?;
        reader.ensure(*count <= left, "no more rows than the slice has")?;
        left -= *count;
    }
    let specials = Specials::from_array(counts);
    let state = match counter {
        Counter::Numeric(binning) => {
            let mut state = read_numeric(reader, binning, grain, left)?;
            state.specials = specials;
            ColumnState::Numeric(state)
        }
        Counter::Categorical(vocabulary) => {
            let empty = CategoricalState::new(vocabulary, grain);
            let mut state = read_categorical(reader, empty, left)?;
            state.specials = specials;
            ColumnState::Categorical(state)
        }
    };
    reader.ensure(state.present() == left, "every row in one cell")?;
    Ok(state)
}

fn write_cells(writer: &mut Writer, cells: &Cells) {
    let occupied: Vec<_> = cells.occupied().collect();
    writer.length(occupied.len());
    let mut before = 0;
    for (cell, count) in occupied {
        writer.signed(i128::from(cell) - before);
        before = i128::from(cell) + 1;
        writer.count(count);
    }
}

fn read_cells(reader: &mut Reader<'_>, width: Option<usize>, rows: u64) -> Result<Cells> {
    let mut cells = Cells::new(width);
    let (low, high) = width.map_or((-LOG_CELLS, LOG_CELLS), |w| (0, w as i128 - 1));
    let (mut before, mut left) = (0_i128, rows);
    for place in 0..reader.length(2)? {
        let step = reader.signed()?;
        reader.ensure(place == 0 || step >= 0, "ascending cells")?;
        reader.ensure(step.unsigned_abs() < 1 << 32, "a cell of the binning")?;
        let cell = before + step;
        reader.ensure((low..=high).contains(&cell), "a cell of the binning")?;
        let count = reader.count()?;
        reader.ensure(count > 0 && count <= left, "no more rows than the slice has")?;
        left -= count;
        cells.add(cell as i32, count);
        before = cell + 1;
    }
    Ok(cells)
}

pub(super) fn write_numeric(writer: &mut Writer, state: &NumericState) {
    write_cells(writer, &state.cells);
    if let Some((low, high)) = state.extremes {
        writer.count(state.zeros);
        writer.byte(u8::from(state.fractions));
        write_scalar(writer, low);
        write_scalar(writer, high);
        write_sum(writer, &state.sums.first);
        write_sum(writer, &state.sums.second);
    }
}

pub(super) fn read_numeric(
    reader: &mut Reader<'_>,
    binning: &Binning,
    grain: Grain,
    rows: u64,
) -> Result<NumericState> {
    let width = match (binning.rule(), grain) {
        (Rule::LogLinear, _) => None,
        (_, Grain::Fine) => binning.cells(),
        (_, Grain::Coarse) => binning.coarse_cells(),
    };
    let mut state = NumericState::new(binning, grain);
    state.cells = read_cells(reader, width, rows)?;
    let present = state.cells.total();
    if present > 0 {
        state.zeros = reader.count()?;
        reader.ensure(state.zeros <= present, "no more zeros than values")?;
        state.fractions = reader.index(2)? == 1;
        let float = binning.domain() == Domain::Float;
        reader.ensure(!(float && state.fractions), "fractions in a column of integers only")?;
        let (low, high) = (read_scalar(reader, float)?, read_scalar(reader, float)?);
        reader.ensure(!high.below(low), "a smallest value below the largest")?;
        state.extremes = Some((low, high));
        state.sums = Sums { first: read_sum(reader)?, second: read_sum(reader)? };
    }
    Ok(state)
}

pub(super) fn write_sum(writer: &mut Writer, sum: &GridSum) {
    writer.signed(sum.units);
    writer.length(sum.wide.places().len());
    for (place, units) in sum.wide.places() {
        writer.signed(i128::from(*place));
        writer.signed(*units);
    }
}

pub(super) fn read_sum(reader: &mut Reader<'_>) -> Result<GridSum> {
    let units = reader.signed()?;
    let mut places: BTreeMap<i16, i128> = BTreeMap::new();
    for _ in 0..reader.length(2)? {
        let place = reader.signed()?;
        // Twice the exponents of a double, in places of 32 bits.
        reader.ensure((-68..=68).contains(&place), "a place of a sum")?;
        let place = place as i16;
        reader.ensure(places.last_key_value().is_none_or(|(p, _)| *p < place), "ascending places")?;
        let units = reader.signed()?;
        reader.ensure(units != 0, "places that hold something")?;
        places.insert(place, units);
    }
    Ok(GridSum { units, wide: Wide::from_places(places) })
}

fn write_categorical(writer: &mut Writer, state: &CategoricalState) {
    let occupied: Vec<_> = state.counts.iter().enumerate().filter(|(_, n)| **n > 0).collect();
    writer.length(occupied.len());
    let mut before = 0;
    for (category, count) in occupied {
        writer.length(category - before);
        before = category + 1;
        writer.count(*count);
    }
    writer.count(state.other);
    if let Some(novel) = &state.novel {
        novel.write(writer);
    }
}

fn read_categorical(
    reader: &mut Reader<'_>,
    mut state: CategoricalState,
    rows: u64,
) -> Result<CategoricalState> {
    let (mut before, mut left) = (0_usize, rows);
    for _ in 0..reader.length(2)? {
        let limit = state.counts.len().saturating_sub(before);
        let category = before + reader.index(limit)?;
        let count = reader.count()?;
        reader.ensure(count > 0 && count <= left, "no more rows than the slice has")?;
        left -= count;
        state.counts[category] = count;
        before = category + 1;
    }
    state.other = reader.count()?;
    reader.ensure(state.other <= left, "no more rows than the slice has")?;
    if state.novel.is_some() {
        state.novel = Some(Novel::read(reader, state.other)?);
    }
    Ok(state)
}
