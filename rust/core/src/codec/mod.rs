//! The `.tally` format, documented in `docs/format.md`.
//!
//! magic, format version, required-feature flags, kind, plan id, length, body, xxh3 of all of
//! it. The checksum guards against accidents; every size and sum in the body is checked as
//! well, so that bytes made on purpose are refused and never believed.

pub mod bytes;
mod outcome;
mod quantile;
mod regression;
mod state;
mod top;

use std::collections::BTreeMap;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use crate::error::{Error, Result};
use crate::outcome::Outcome;
use crate::plan::{self, Plan};
use crate::profile::Profile;
use crate::slice;
use crate::state::{Grain, SliceState};
use bytes::{Reader, Writer};

const MAGIC: &[u8; 8] = b"TALLY\r\n\x1a";
/// The format written and the latest one read.
pub const FORMAT: u16 = 1;

/// Required feature: the plan has outcomes.
const OUTCOMES: u32 = 1;

/// Required feature: only some rows were kept.
const SAMPLING: u32 = 2;

fn features(plan: &Plan) -> u32 {
    let of = |holds: bool, feature: u32| if holds { feature } else { 0 };
    of(plan.has_outcomes(), OUTCOMES) | of(plan.sampling().is_some(), SAMPLING)
}

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A plan.
    Plan,
    /// A plan and the counts under it.
    Profile,
}

/// The frame of a plan.
#[must_use]
pub fn plan_to_bytes(plan: &Plan) -> Vec<u8> {
    let mut body = Writer::default();
    plan::write(&mut body, plan);
    frame(Kind::Plan, plan, &body.finish())
}

/// The plan of a frame; of a profile's frame its plan.
///
/// # Errors
/// When the bytes are damaged, or of a later format.
pub fn plan_from_bytes(bytes: &[u8]) -> Result<Plan> {
    match open(bytes)? {
        (Kind::Plan, features, mut body, id) => {
            let plan = read_plan(&mut body, features, id)?;
            body.end()?;
            Ok(plan)
        }
        (Kind::Profile, ..) => profile_from_bytes(bytes).map(|p| Plan::clone(p.plan())),
    }
}

/// The frame of a profile: the same bytes for the same rows under the same plan.
#[must_use]
pub fn profile_to_bytes(profile: &Profile) -> Vec<u8> {
    let mut body = Writer::default();
    plan::write(&mut body, profile.plan());
    write_counts(&mut body, profile);
    frame(Kind::Profile, profile.plan(), &body.finish())
}

/// The counts of a profile without its plan and without a checksum: for a container that has both.
#[must_use]
pub fn counts_to_bytes(profile: &Profile) -> Vec<u8> {
    let mut body = Writer::default();
    write_counts(&mut body, profile);
    body.finish()
}

/// The profile of such counts under the plan that they were counted under.
///
/// # Errors
/// When the bytes are damaged, or of another plan.
pub fn counts_from_bytes(plan: &Arc<Plan>, bytes: &[u8]) -> Result<Profile> {
    let mut body = Reader::new(bytes);
    let profile = read_counts(&mut body, Arc::clone(plan))?;
    body.end()?;
    Ok(profile)
}

fn write_counts(body: &mut Writer, profile: &Profile) {
    body.byte(u8::from(profile.grain() == Grain::Coarse));
    write_slice(body, profile.all());
    let leaves: Vec<_> = profile.leaves().collect();
    body.length(leaves.len());
    for (key, state) in leaves {
        slice::write(body, key);
        write_slice(body, state);
    }
}

/// The profile of a frame.
///
/// # Errors
/// When the bytes are damaged, hold a plan alone, or are of a later format.
pub fn profile_from_bytes(bytes: &[u8]) -> Result<Profile> {
    let (kind, features, mut body, id) = open(bytes)?;
    if kind == Kind::Plan {
        return Err(crate::error::parameter("state", "a profile, got a plan alone"));
    }
    let plan = read_plan(&mut body, features, id)?;
    let profile = read_counts(&mut body, Arc::new(plan))?;
    body.end()?;
    Ok(profile)
}

fn read_counts(body: &mut Reader<'_>, plan: Arc<Plan>) -> Result<Profile> {
    let grain = if body.index(2)? == 1 { Grain::Coarse } else { Grain::Fine };
    let all = read_slice(body, &plan, grain)?;
    let count = body.length(3)?;
    let mut leaves = BTreeMap::new();
    for _ in 0..count {
        let key = slice::read(body, plan.columns().len())?;
        body.ensure(leaves.last_key_value().is_none_or(|(k, _)| *k < key), "slices in order")?;
        leaves.insert(key, read_slice(body, &plan, Grain::Coarse)?);
    }
    Ok(Profile::from_parts(plan, grain, all, leaves))
}

fn write_slice(writer: &mut Writer, slice: &SliceState) {
    writer.count(slice.rows);
    slice.columns.iter().for_each(|column| state::write(writer, column));
    slice.outcomes.iter().for_each(|outcome| outcome::write(writer, outcome));
}

fn read_slice(reader: &mut Reader<'_>, plan: &Plan, grain: Grain) -> Result<SliceState> {
    let rows = reader.count()?;
    // Far more than can be counted, far less than would overflow when profiles are added.
    reader.ensure(rows < 1 << 56, "fewer than 2^56 rows")?;
    let read = |c: &plan::Column| state::read(reader, &c.counter, grain, rows);
    let columns = plan.columns().iter().map(read).collect::<Result<_>>()?;
    let read = |o: &Outcome| outcome::read(reader, o, grain, rows);
    let outcomes = plan.outcomes().iter().map(read).collect::<Result<_>>()?;
    Ok(SliceState { rows, columns, outcomes })
}

fn read_plan(body: &mut Reader<'_>, features: u32, id: &[u8]) -> Result<Plan> {
    let plan = plan::read(body, features & OUTCOMES != 0, features & SAMPLING != 0)?;
    body.ensure(plan.id() == id, "the plan that the header names")?;
    Ok(plan)
}

fn frame(kind: Kind, plan: &Plan, body: &[u8]) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.raw(MAGIC);
    writer.raw(&FORMAT.to_le_bytes());
    writer.raw(&features(plan).to_le_bytes());
    writer.byte(kind as u8);
    writer.raw(plan.id());
    writer.raw(&(body.len() as u64).to_le_bytes());
    writer.raw(body);
    let mut bytes = writer.finish();
    let checksum = xxh3_64(&bytes);
    bytes.extend_from_slice(&checksum.to_le_bytes());
    bytes
}

/// Checks a frame; hands out its kind, its features, its body and the plan id it names.
fn open(bytes: &[u8]) -> Result<(Kind, u32, Reader<'_>, &[u8])> {
    let reader = Reader::new(bytes);
    reader.ensure(reader.raw_is(MAGIC), "the magic of a .tally file")?;
    let Some((content, stored)) = bytes.split_last_chunk::<8>() else {
        return Err(reader.corrupt("a checksum"));
    };
    // The checksum comes first: damage anywhere, the version included, is damage.
    reader.ensure(xxh3_64(content) == u64::from_le_bytes(*stored), "bytes that agree with their checksum")?;
    let mut reader = Reader::new(content);
    reader.raw(MAGIC.len())?;
    let version = u16::from_le_bytes(array(reader.raw(2)?));
    let flags = u32::from_le_bytes(array(reader.raw(4)?));
    if version > FORMAT || flags & !(OUTCOMES | SAMPLING) != 0 {
        return Err(Error::Version { found: version.max(FORMAT + 1), supported: FORMAT });
    }
    reader.ensure(version == FORMAT, "a format that exists")?;
    let kind = if reader.index(2)? == 0 { Kind::Plan } else { Kind::Profile };
    let id = reader.raw(32)?;
    let length = u64::from_le_bytes(array(reader.raw(8)?));
    reader.ensure(length == reader.left() as u64, "a body of the stated length")?;
    Ok((kind, flags, reader, id))
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(bytes);
    array
}
