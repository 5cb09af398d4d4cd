//! The canonical bytes of a binning, which its identity is the hash of.

use super::{MAX_EDGES, Parts, Rule};
use crate::codec::bytes::{Reader, Writer};
use crate::error::{Error, Result};
use crate::scalar::{Domain, Edges, Scalar, Unit};

const UNITS: [Unit; 5] = [Unit::Day, Unit::Second, Unit::Millisecond, Unit::Microsecond, Unit::Nanosecond];
const RULES: [Rule; 4] = [Rule::Quantile, Rule::LogLinear, Rule::Uniform, Rule::Explicit];

pub(super) fn bytes(parts: &Parts) -> Vec<u8> {
    let mut writer = Writer::default();
    write(&mut writer, parts);
    writer.finish()
}

pub(crate) fn write(writer: &mut Writer, parts: &Parts) {
    writer.byte(match parts.domain {
        Domain::Float => 0,
        Domain::Integer => 1,
        Domain::Temporal(unit) => 2 + UNITS.iter().position(|u| *u == unit).unwrap_or_default() as u8,
    });
    writer.byte(RULES.iter().position(|r| *r == parts.rule).unwrap_or_default() as u8);
    writer.length(parts.edges.len());
    match &parts.edges {
        Edges::Float(edges) => edges.iter().for_each(|e| writer.float(*e)),
        Edges::Integer(edges) => edges.iter().for_each(|e| writer.signed(*e)),
    }
    for eight in parts.single.chunks(8) {
        writer.byte(eight.iter().enumerate().map(|(i, s)| u8::from(*s) << i).sum());
    }
    writer.length(parts.coarse.len());
    parts.coarse.iter().for_each(|start| writer.count(u64::from(*start)));
    write_scalar(writer, parts.pivot);
    writer.signed(i128::from(parts.first_exponent));
    writer.signed(i128::from(parts.second_exponent));
}

pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Parts> {
    let domain = match reader.index(2 + UNITS.len())? {
        0 => Domain::Float,
        1 => Domain::Integer,
        unit => Domain::Temporal(UNITS[unit - 2]),
    };
    let rule = RULES[reader.index(RULES.len())?];
    let float = domain == Domain::Float;
    let count = reader.length(if float { 8 } else { 1 })?;
    reader.ensure(count <= MAX_EDGES, "fewer edges")?;
    let edges = if float {
        Edges::Float((0..count).map(|_| reader.float()).collect::<Result<_>>()?)
    } else {
        Edges::Integer((0..count).map(|_| reader.signed()).collect::<Result<_>>()?)
    };
    let cells = if rule == Rule::LogLinear { 0 } else { count + 1 };
    let bits = reader.raw(cells.div_ceil(8))?;
    let single = (0..cells).map(|i| bits[i / 8] >> (i % 8) & 1 == 1).collect();
    reader.ensure(bits.last().is_none_or(|b| cells % 8 == 0 || b >> (cells % 8) == 0), "clean padding")?;
    let coarse_count = reader.length(1)?;
    let coarse = (0..coarse_count).map(|_| Ok(reader.index(cells.max(1))? as u32)).collect::<Result<_>>()?;
    let pivot = read_scalar(reader, float)?;
    let first_exponent = read_exponent(reader)?;
    let second_exponent = read_exponent(reader)?;
    let parts = Parts { domain, rule, edges, single, coarse, pivot, first_exponent, second_exponent };
    check(&parts).map_err(|_| reader.corrupt("a binning"))?;
    Ok(parts)
}

fn read_exponent(reader: &mut Reader<'_>) -> Result<i32> {
    let value = reader.signed()?;
    let range = tallystick_kernels::sums::EXPONENTS;
    reader.ensure(
        (i128::from(*range.start())..=i128::from(*range.end())).contains(&value),
        "an exponent of the grid",
    )?;
    Ok(value as i32)
}

pub(crate) fn write_scalar(writer: &mut Writer, value: Scalar) {
    match value {
        Scalar::Float(v) => writer.float(v),
        Scalar::Integer(v) => writer.signed(v),
    }
}

pub(crate) fn read_scalar(reader: &mut Reader<'_>, float: bool) -> Result<Scalar> {
    Ok(if float { Scalar::Float(reader.float()?) } else { Scalar::Integer(column_integer(reader)?) })
}

/// An integer that a column can hold.
fn column_integer(reader: &mut Reader<'_>) -> Result<i128> {
    let value = reader.signed()?;
    reader.ensure((i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&value), "an integer of 64 bits")?;
    Ok(value)
}

/// The parts of a binning make one.
pub(super) fn check(parts: &Parts) -> Result<()> {
    let ascending = match &parts.edges {
        Edges::Float(e) => {
            parts.domain == Domain::Float
                && e.iter().all(|e| e.is_finite())
                && e.windows(2).all(|w| w[0] < w[1])
        }
        Edges::Integer(e) => {
            let (low, high) = (i128::from(i64::MIN), i128::from(u64::MAX) + 1);
            parts.domain != Domain::Float
                && e.iter().all(|e| (low..=high).contains(e))
                && e.windows(2).all(|w| w[0] < w[1])
        }
    };
    let shape = if parts.rule == Rule::LogLinear {
        parts.edges.is_empty() && parts.single.is_empty() && parts.coarse.is_empty()
    } else {
        let cells = parts.edges.len() + 1;
        parts.single.len() == cells
            && cells > 1
            && parts.coarse.first() == Some(&0)
            && parts.coarse.windows(2).all(|w| w[0] < w[1])
            && parts.coarse.iter().all(|c| (*c as usize) < cells)
    };
    let pivot = matches!(
        (parts.pivot, parts.domain),
        (Scalar::Float(_), Domain::Float) | (Scalar::Integer(_), Domain::Integer | Domain::Temporal(_))
    );
    if ascending && shape && pivot {
        Ok(())
    } else {
        Err(Error::Corrupt { what: "a binning whose parts agree", offset: 0 })
    }
}
