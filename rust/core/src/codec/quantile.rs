//! States of declared quantiles; nothing is written of a number that has none.

use super::bytes::{Reader, Writer};
use super::state::{read_sum, write_sum};
use crate::error::Result;
use crate::state::sums::Sums;
use crate::state::{QuantileState, QuantileStates};

pub(super) fn write(writer: &mut Writer, states: &QuantileStates) {
    for state in &states.each {
        writer.count(state.rows);
        writer.count(state.at_or_below);
        if state.rows > 0 {
            write_sum(writer, &state.loss.first);
            write_sum(writer, &state.loss.second);
        }
    }
    if states.each.len() > 1 {
        writer.count(states.interval_rows);
        writer.count(states.inside);
    }
}

/// At most so many rows have a label.
pub(super) fn read(reader: &mut Reader<'_>, quantiles: usize, labelled: u64) -> Result<QuantileStates> {
    let each: Vec<QuantileState> =
        (0..quantiles).map(|_| read_one(reader, labelled)).collect::<Result<_>>()?;
    let mut states = QuantileStates { each, ..QuantileStates::default() };
    if let [lowest, .., highest] = states.each.as_slice() {
        let most = lowest.rows.min(highest.rows);
        // No label lies in between that is not above the one and below the other.
        let within = highest.at_or_below;
        (states.interval_rows, states.inside) = read_part(reader, most)?;
        reader.ensure(states.inside <= within, "no more labels inside than below")?;
    }
    Ok(states)
}

fn read_one(reader: &mut Reader<'_>, labelled: u64) -> Result<QuantileState> {
    let (rows, at_or_below) = read_part(reader, labelled)?;
    let mut state = QuantileState { rows, at_or_below, ..QuantileState::default() };
    if rows > 0 {
        state.loss = Sums { first: read_sum(reader)?, second: read_sum(reader)? };
    }
    Ok(state)
}

/// Rows, and those of them that have a property.
fn read_part(reader: &mut Reader<'_>, most: u64) -> Result<(u64, u64)> {
    let (rows, part) = (reader.count()?, reader.count()?);
    reader.ensure(rows <= most, "no more rows than have a label")?;
    reader.ensure(part <= rows, "a part of the rows")?;
    Ok((rows, part))
}

#[cfg(test)]
mod tests {
    use super::{Reader, Writer, read, write};
    use crate::state::QuantileStates;

    fn states() -> QuantileStates {
        let mut states = QuantileStates::new(2);
        for (state, (rows, at_or_below)) in states.each.iter_mut().zip([(8, 1), (7, 6)]) {
            (state.rows, state.at_or_below) = (rows, at_or_below);
            state.loss.add_units(3, 5);
        }
        (states.interval_rows, states.inside) = (6, 5);
        states
    }

    fn come_back(states: &QuantileStates, labelled: u64) -> Option<QuantileStates> {
        let mut writer = Writer::default();
        write(&mut writer, states);
        let bytes = writer.finish();
        let mut reader = Reader::new(&bytes);
        let read = read(&mut reader, states.each.len(), labelled).ok()?;
        reader.end().ok()?;
        Some(read)
    }

    #[test]
    fn counts_come_back_and_none_are_written_of_none() {
        assert_eq!(come_back(&states(), 9), Some(states()));
        let none = QuantileStates::new(0);
        let mut writer = Writer::default();
        write(&mut writer, &none);
        assert!(writer.finish().is_empty());
        assert_eq!(come_back(&QuantileStates::new(3), 0), Some(QuantileStates::new(3)));
    }

    #[test]
    fn counts_that_cannot_be_are_refused() {
        assert_eq!(come_back(&states(), 7), None);
        let damages: [fn(&mut QuantileStates); 5] = [
            |of| of.each[0].at_or_below = 9,
            |of| of.interval_rows = 8,
            |of| of.inside = 7,
            |of| (of.each[1].at_or_below, of.inside) = (2, 3),
            |of| of.each[1].rows = u64::MAX,
        ];
        for damage in damages {
            let mut damaged = states();
            damage(&mut damaged);
            assert_eq!(come_back(&damaged, 9), None);
        }
    }
}
