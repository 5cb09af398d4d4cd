//! States of outcomes that are numbers. Without a pair nothing follows the cells.

use super::bytes::{Reader, Writer};
use super::outcome::take;
use super::quantile;
use super::state::{read_numeric, read_sum, write_numeric, write_sum};
use crate::error::Result;
use crate::outcome::Number;
use crate::state::regression::Unpaired;
use crate::state::sums::Sums;
use crate::state::{Grain, RegressionState};

pub(super) fn write(writer: &mut Writer, state: &RegressionState) {
    state.unpaired.to_array().into_iter().for_each(|rows| writer.count(rows));
    quantile::write(writer, &state.quantiles);
    write_numeric(writer, &state.residual);
    let Some((low, high)) = state.label_extremes else { return };
    writer.float(low);
    writer.float(high);
    writer.count(state.zero_labels);
    let (label, percentage) = (&state.label, &state.percentage);
    for sum in [&state.absolute, &state.fourth, &label.first, &label.second] {
        write_sum(writer, sum);
    }
    write_sum(writer, &percentage.first);
    write_sum(writer, &percentage.second);
}

pub(super) fn read(
    reader: &mut Reader<'_>,
    number: &Number,
    grain: Grain,
    rows: u64,
) -> Result<RegressionState> {
    let mut state = RegressionState::new(number, grain);
    let (mut unpaired, mut left) = ([0; 5], rows);
    for count in &mut unpaired {
        *count = take(reader, &mut left)?;
    }
    state.unpaired = Unpaired::from_array(unpaired);
    let labelled = left + state.unpaired.unpredicted + state.unpaired.infinite_prediction;
    state.quantiles = quantile::read(reader, number.quantiles.len(), labelled)?;
    state.residual = read_numeric(reader, &number.residual, grain, left)?;
    reader.ensure(state.pairs() == left, "every row in one cell")?;
    if left == 0 {
        return Ok(state);
    }
    let (low, high) = (reader.float()?, reader.float()?);
    reader.ensure(low <= high, "a smallest label below the largest")?;
    state.label_extremes = Some((low, high));
    state.zero_labels = take(reader, &mut left)?;
    (state.absolute, state.fourth) = (read_sum(reader)?, read_sum(reader)?);
    state.label = Sums { first: read_sum(reader)?, second: read_sum(reader)? };
    state.percentage = Sums { first: read_sum(reader)?, second: read_sum(reader)? };
    Ok(state)
}
