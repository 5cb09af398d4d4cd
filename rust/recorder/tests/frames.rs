//! Frames: what was written is read, and damage is never taken for a frame.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use tallystick_core::plan::Plan;
use tallystick_recorder::frame::{Counts, Frame, Frames, Kind, Opening, Status, encode};
use tallystick_recorder::{Clock, Recorder, Row, Settings, Tag};

struct Still;

impl Clock for Still {
    fn wall(&self) -> i64 {
        1_700_000_000_000_000
    }
    fn steady(&self) -> i64 {
        0
    }
}

fn all(bytes: &[u8]) -> (Vec<Frame<'_>>, usize, usize) {
    let mut reader = Frames::new(bytes.len());
    let found: Vec<Frame<'_>> = std::iter::from_fn(|| reader.next(bytes)).collect();
    (found, reader.damaged(), bytes.len() - reader.end())
}

fn file(bodies: &[Vec<u8>]) -> Vec<u8> {
    let numbered = bodies.iter().zip(1..);
    numbered.flat_map(|(body, number)| encode(Kind::Counts, &[3; 16], number, body)).collect()
}

fn bodies() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 1..6)
}

proptest! {
    #[test]
    fn frames_come_back(bodies in bodies()) {
        let bytes = file(&bodies);
        let (found, damaged, torn) = all(&bytes);
        prop_assert_eq!((damaged, torn), (0, 0));
        prop_assert_eq!(found.iter().map(|f| f.body.to_vec()).collect::<Vec<_>>(), bodies);
    }

    #[test]
    fn a_cut_takes_the_last_frame_only(bodies in bodies(), share in 0.0..1.0) {
        let bytes = file(&bodies);
        let cut = &bytes[..(bytes.len() as f64 * share) as usize];
        let (whole, ..) = all(&bytes);
        let (found, damaged, torn) = all(cut);
        prop_assert_eq!(damaged, 0);
        prop_assert_eq!(&whole[..found.len()], &found[..]);
        let lengths: usize = found.iter().map(|frame| frame.body.len() + 39 + 8).sum();
        prop_assert_eq!(lengths + torn, cut.len());
        prop_assert!(found.len() == whole.len() || torn < whole[found.len()].body.len() + 39 + 8);
    }

    #[test]
    fn a_flipped_bit_takes_one_frame_and_changes_none(bodies in bodies(), place in any::<prop::sample::Index>(), bit in 0_u32..8) {
        let mut bytes = file(&bodies);
        let at = place.index(bytes.len());
        bytes[at] ^= 1_u8 << bit;
        let (found, damaged, torn) = all(&bytes);
        prop_assert_eq!(found.len(), bodies.len() - 1);
        prop_assert!(damaged + torn > 0);
        for frame in found {
            prop_assert_eq!(frame.body, &bodies[frame.sequence as usize - 1][..]);
        }
    }

    #[test]
    fn bodies_made_on_purpose_are_refused_not_believed(body in prop::collection::vec(any::<u8>(), 0..80)) {
        let bytes = encode(Kind::Status, &[0; 16], 1, &body);
        let (found, ..) = all(&bytes);
        let plan = Arc::new(Plan::of_scalar("x").unwrap());
        // Any answer but a panic; the state's own laws are the core's.
        let _ = Status::decode(&found[0]);
        let _ = Opening::decode(&found[0]);
        let _ = Counts::decode(&found[0], &plan);
    }
}

#[test]
fn magics_without_frames_do_not_take_for_ever() {
    // Each claims all that follows: read naively, that is half a terabyte.
    let mut bytes = Vec::new();
    while bytes.len() < 1 << 20 {
        bytes.extend_from_slice(&encode(Kind::Counts, &[1; 16], 0, &[])[..35]);
        bytes.extend_from_slice(&((2_u32 << 20) - 100 - bytes.len() as u32).to_le_bytes());
    }
    bytes.resize(2 << 20, 0);
    assert_eq!(all(&bytes).0.len(), 0);
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("tallystick-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    folder
}

fn logged(recorder: &Arc<Recorder>, rows: usize) {
    let mut row = Row::new(vec![Tag::Null]);
    for _ in 0..rows {
        row.clear();
        row.set_float(0, 1.0);
        assert!(recorder.log(recorder.rows(), &row, 1_700_000_000_000_000).is_none());
    }
}

/// Rows and numbers of all frames of counts in a folder.
fn read(folder: &PathBuf) -> Vec<(u64, u64)> {
    let mut found = Vec::new();
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        assert!(path.extension().is_some_and(|suffix| suffix == "spool"), "{}", path.display());
        let bytes = fs::read(path).unwrap();
        let (frames, damaged, torn) = all(&bytes);
        assert_eq!((damaged, torn), (0, 0));
        let opening = Opening::decode(&frames[0]).unwrap();
        for frame in frames.iter().filter(|frame| frame.kind == Some(Kind::Counts)) {
            let counts = Counts::decode(frame, &opening.plan).unwrap();
            found.push((frame.sequence, counts.profile.rows()));
        }
    }
    found
}

#[test]
fn what_cannot_be_written_is_kept_and_written_later_once() {
    let folder = folder("later");
    let settings = Settings {
        id: [9; 16],
        plan: Arc::new(Plan::of_scalar("x").unwrap()),
        spool: Some(folder.clone()),
        window_seconds: Some(60),
        lateness_seconds: 0,
        flush: Duration::from_hours(1),
    };
    let recorder = Recorder::new(settings, Box::new(Still));
    logged(&recorder, 3);
    // There is no such folder yet.
    assert!(!recorder.flush());
    logged(&recorder, 4);
    assert!(!recorder.flush());
    fs::create_dir(&folder).unwrap();
    logged(&recorder, 5);
    assert!(recorder.flush());
    logged(&recorder, 6);
    assert!(recorder.close());
    let found = read(&folder);
    assert_eq!(found.iter().map(|(_, rows)| rows).sum::<u64>(), 18);
    let mut numbers: Vec<u64> = found.iter().map(|(number, _)| *number).collect();
    numbers.dedup();
    assert_eq!(numbers.len(), found.len());
    let totals: std::collections::HashMap<_, _> = recorder.totals().into_iter().collect();
    assert_eq!((totals["failed_writes"], totals["rows_lost"]), (2, 0));
    fs::remove_dir_all(&folder).unwrap();
}
