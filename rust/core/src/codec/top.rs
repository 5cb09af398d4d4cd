//! States of outcomes of several classes. Only cells of the table that hold rows are written.

use super::bytes::{Reader, Writer};
use super::outcome::{read_classes, take, write_classes};
use crate::error::Result;
use crate::outcome::Top;
use crate::state::{Grain, TopState};

/// Place of positives, here right answers, among the classes.
const RIGHT: usize = 1;

pub(super) fn write(writer: &mut Writer, state: &TopState) {
    write_classes(writer, &state.confidence);
    let occupied: Vec<_> = state.table.iter().enumerate().filter(|(_, rows)| **rows > 0).collect();
    writer.length(occupied.len());
    let mut before = 0;
    for (at, rows) in occupied {
        writer.length(at - before);
        before = at + 1;
        writer.count(*rows);
    }
    writer.count(state.off_sum);
}

pub(super) fn read(reader: &mut Reader<'_>, top: &Top, grain: Grain, rows: u64) -> Result<TopState> {
    let mut state = TopState::new(top, grain);
    state.confidence = read_classes(reader, &top.binning, grain, rows)?;
    let apart = &state.confidence.apart;
    let none = apart.unscored[RIGHT] == 0 && apart.outside[RIGHT] == 0;
    reader.ensure(none, "right answers with a prediction")?;
    read_table(reader, &mut state)?;
    let mut predicted = state.predicted();
    state.off_sum = take(reader, &mut predicted)?;
    Ok(state)
}

/// The table holds every labelled row once, the right ones in its diagonal.
fn read_table(reader: &mut Reader<'_>, state: &mut TopState) -> Result<()> {
    let (mut before, mut left) = (0, state.confidence.labelled());
    let across = state.table.len().isqrt() + 1;
    for _ in 0..reader.length(2)? {
        let at = before + reader.index(state.table.len().saturating_sub(before))?;
        let rows = take(reader, &mut left[usize::from(at % across == 0)])?;
        reader.ensure(rows > 0, "cells that hold rows")?;
        state.table[at] = rows;
        before = at + 1;
    }
    reader.ensure(left == [0, 0], "every label in one cell")
}
