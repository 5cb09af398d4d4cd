//! States of outcomes. Only cells that hold rows are written.

use tallystick_kernels::scores::{CLASSES, SCORE_BITS};

use super::bytes::{Reader, Writer};
use super::{regression, top};
use crate::binning::Binning;
use crate::error::Result;
use crate::outcome::{Outcome, Target};
use crate::state::binary::{Apart, BinarySums, ClassCounts, UNKNOWN};
use crate::state::{BinaryState, Grain, OutcomeState};

pub(super) fn write(writer: &mut Writer, state: &OutcomeState) {
    match state {
        OutcomeState::Class(state) => write_classes(writer, state),
        OutcomeState::Number(state) => regression::write(writer, state),
        OutcomeState::Top(state) => top::write(writer, state),
    }
}

pub(super) fn read(
    reader: &mut Reader<'_>,
    outcome: &Outcome,
    grain: Grain,
    rows: u64,
) -> Result<OutcomeState> {
    Ok(match &outcome.target {
        Target::Class(classes) => {
            OutcomeState::Class(Box::new(read_classes(reader, &classes.binning, grain, rows)?))
        }
        Target::Number(number) => {
            OutcomeState::Number(Box::new(regression::read(reader, number, grain, rows)?))
        }
        Target::Top(of) => OutcomeState::Top(Box::new(top::read(reader, of, grain, rows)?)),
    })
}

pub(super) fn write_classes(writer: &mut Writer, state: &BinaryState) {
    state.apart.to_array().into_iter().for_each(|rows| writer.count(rows));
    let occupied: Vec<_> =
        state.cells.iter().enumerate().filter(|(_, cell)| cell.rows != [0; CLASSES]).collect();
    writer.length(occupied.len());
    let mut before = 0;
    for (at, cell) in occupied {
        writer.length(at - before);
        before = at + 1;
        for class in 0..CLASSES {
            writer.count(cell.rows[class]);
            writer.number(cell.units[class]);
        }
    }
    state.sums.to_array().into_iter().for_each(|sum| writer.signed(sum));
}

pub(super) fn read_classes(
    reader: &mut Reader<'_>,
    binning: &Binning,
    grain: Grain,
    rows: u64,
) -> Result<BinaryState> {
    let mut state = BinaryState::new(binning, grain);
    let mut apart = [0; 9];
    for count in &mut apart {
        *count = reader.count()?;
        reader.ensure(*count <= rows, "no more rows than the slice has")?;
    }
    state.apart = Apart::from_array(apart);
    let mut left = rows;
    for count in &apart[3..] {
        reader.ensure(*count <= left, "no more rows than the slice has")?;
        left -= count;
    }
    let mut before = 0;
    for _ in 0..reader.length(7)? {
        let at = before + reader.index(state.cells.len().saturating_sub(before))?;
        let mut cell = ClassCounts::default();
        for class in 0..CLASSES {
            cell.rows[class] = take(reader, &mut left)?;
            cell.units[class] = reader.number()?;
            let most = u128::from(cell.rows[class]) << SCORE_BITS;
            reader.ensure(cell.units[class] <= most, "scores of at most 1")?;
        }
        reader.ensure(cell.rows != [0; CLASSES], "cells that hold rows")?;
        state.cells[at] = cell;
        before = at + 1;
    }
    reader.ensure(left == 0, "every row in one cell")?;
    let apart = &state.apart;
    let unknown = state.counted()[UNKNOWN] + apart.unscored[UNKNOWN] + apart.outside[UNKNOWN];
    // None of the three is more than the rows, so that the sum cannot overflow.
    reader.ensure(unknown == apart.unknown(), "a reason for every label that is not known")?;
    let mut sums = [0; 9];
    for sum in &mut sums {
        *sum = reader.signed()?;
        // Far more than rows can add up to, far less than would overflow when profiles are added.
        reader.ensure(sum.unsigned_abs() < 1 << 120, "a sum of the rows")?;
    }
    state.sums = BinarySums::from_array(sums);
    Ok(state)
}

pub(super) fn take(reader: &mut Reader<'_>, left: &mut u64) -> Result<u64> {
    let count = reader.count()?;
    reader.ensure(count <= *left, "no more rows than the slice has")?;
    *left -= count;
    Ok(count)
}
