//! The contracts of a profile: a pure function of the rows, merging is addition, nothing is
//! dropped, damaged bytes are refused.

#[path = "laws/quantiles.rs"]
mod quantiles;
mod rows;

use std::sync::Arc;

use proptest::prelude::*;
use rows::{Row, bytes, count, number, of_kinds, of_several, outcome, plan, row};
use tallystick_core::Error;
use tallystick_core::binning::{Binning, Recipe, Sample};
use tallystick_core::codec;
use tallystick_core::measure::Scored;
use tallystick_core::outcome::Target;
use tallystick_core::plan::{Counter, Plan};
use tallystick_core::profile::Profile;
use tallystick_core::scalar::Domain;
use tallystick_core::slice::SliceKey;
use tallystick_core::state::{BinaryState, Grain};

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_profile_is_a_function_of_the_rows(
        rows in prop::collection::vec(row(), 0..300),
        cut in 0_usize..300,
        order in any::<prop::sample::Index>(),
    ) {
        let plan = plan();
        let whole = bytes(&count(&plan, &rows, &[]));
        prop_assert_eq!(&whole, &bytes(&count(&plan, &rows, &[cut, cut + 7, cut + 60])));
        let mut turned = rows.clone();
        if !turned.is_empty() {
            let by = order.index(turned.len());
            turned.rotate_left(by);
            turned.reverse();
        }
        prop_assert_eq!(&whole, &bytes(&count(&plan, &turned, &[cut])));
    }

    #[test]
    fn merging_is_addition(
        a in prop::collection::vec(row(), 0..120),
        b in prop::collection::vec(row(), 0..120),
        c in prop::collection::vec(row(), 0..120),
    ) {
        let plan = plan();
        let [one, two, three] = [&a, &b, &c].map(|rows| count(&plan, rows, &[]));
        let sum = |first: &Profile, rest: &[&Profile]| {
            let mut sum = first.clone();
            rest.iter().for_each(|p| sum.merge(p).unwrap());
            bytes(&sum)
        };
        let all: Vec<Row> = a.iter().chain(&b).chain(&c).cloned().collect();
        let whole = bytes(&count(&plan, &all, &[]));
        prop_assert_eq!(&whole, &sum(&one, &[&two, &three]));
        prop_assert_eq!(&whole, &sum(&three, &[&one, &two]));
        let mut right = two.clone();
        right.merge(&three).unwrap();
        prop_assert_eq!(&whole, &sum(&one, &[&right]));
        prop_assert_eq!(&whole, &sum(&Profile::new(Arc::clone(&plan)), &[&one, &right]));
    }

    #[test]
    fn every_row_is_somewhere_in_every_slice(rows in prop::collection::vec(row(), 1..200)) {
        let profile = count(&plan(), &rows, &[50]);
        for key in profile.slices() {
            let slice = if key == SliceKey::default() { Some(profile.all().clone()) } else { profile.slice(&key) };
            let slice = slice.unwrap();
            prop_assert_eq!(profile.slice_rows(&key).max(if key == SliceKey::default() { slice.rows } else { 0 }), slice.rows);
            for column in &slice.columns {
                prop_assert_eq!(column.rows(), slice.rows);
            }
            prop_assert!(slice.outcomes.iter().all(|o| o.rows() == slice.rows));
        }
        let windows = profile.slices().into_iter().filter(|k| k.window.is_some() && k.segment.is_none());
        prop_assert_eq!(windows.map(|k| profile.slice_rows(&k)).sum::<u64>(), profile.rows());
    }

    #[test]
    fn bytes_come_back_and_damage_is_refused(
        rows in prop::collection::vec(row(), 0..60),
        place in any::<prop::sample::Index>(),
        bit in 0_u8..8,
    ) {
        let written = bytes(&count(&plan(), &rows, &[]));
        let read = codec::profile_from_bytes(&written).unwrap();
        prop_assert_eq!(&written, &bytes(&read));
        let mut flipped = written.clone();
        let at = place.index(flipped.len());
        flipped[at] ^= 1 << bit;
        let refused = |bytes: &[u8]| matches!(codec::profile_from_bytes(bytes), Err(Error::Corrupt { .. }));
        prop_assert!(refused(&flipped));
        prop_assert!(refused(&written[..at]));
    }

    #[test]
    fn bytes_made_on_purpose_are_refused_or_hold_every_row_once(
        rows in prop::collection::vec(row(), 1..40),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut made = bytes(&count(&plan(), &rows, &[]));
        let body = made.len() - 8;
        for (place, value) in edits {
            made[place.index(body)] = value;
        }
        let checksum = xxhash_rust::xxh3::xxh3_64(&made[..body]);
        made[body..].copy_from_slice(&checksum.to_le_bytes());
        if let Ok(profile) = codec::profile_from_bytes(&made) {
            prop_assert!(profile.all().columns.iter().all(|c| c.rows() == profile.rows()));
            prop_assert!(profile.all().outcomes.iter().all(|o| o.rows() == profile.rows()));
            prop_assert_eq!(&made, &bytes(&profile));
        }
    }
}

proptest! {
    #[test]
    fn outcomes_are_counted_as_their_rows(rows in prop::collection::vec(row(), 1..200)) {
        let profile = count(&plan(), &rows, &[70]);
        let (state, outcome) = (of_kinds(&profile.all().outcomes).0, outcome());
        let Target::Class(classes) = &outcome.target else { panic!("classes") };
        let mature = |r: &&Row| r.second < 280_000;
        let inside = |r: &&Row| r.float.is_some_and(|p| (0.0..=1.0).contains(&p));
        let labelled = |r: &&Row| r.label.is_some_and(|label| label < 4);
        let of_rows = Scored::of_rows(rows.iter().filter(mature).filter(inside).filter(labelled).map(|r| {
            (r.float.unwrap(), r.label == Some(0))
        }));
        let scored = state.scored(&classes.binning, Grain::Fine);
        prop_assert_eq!(scored.rows(), of_rows.rows());
        prop_assert_eq!(scored.sums.infinite_loss, of_rows.sums.infinite_loss);
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-12 * scored.total().max(1.0);
        for class in 0..2 {
            prop_assert!(near(scored.sums.squares[class], of_rows.sums.squares[class]));
            let sum = |s: &Scored| s.cells.iter().map(|c| c.scores[class]).sum::<f64>();
            prop_assert!(near(sum(&scored), sum(&of_rows)));
        }
        prop_assert!(near(scored.sums.log_loss, of_rows.sums.log_loss));
        prop_assert!(near(scored.sums.spiegelhalter, of_rows.sums.spiegelhalter));
        prop_assert!(near(scored.sums.slope, of_rows.sums.slope));
        for k in 0..3 {
            prop_assert!(near(scored.sums.information[k], of_rows.sums.information[k]));
        }
        let left = state.apart;
        let count = |keep: &dyn Fn(&&Row) -> bool| rows.iter().filter(keep).count() as u64;
        prop_assert_eq!(left.immature, count(&|r| !mature(r)));
        prop_assert_eq!(left.unlabelled, count(&|r| mature(r) && r.label.is_none()));
        prop_assert_eq!(left.undeclared, count(&|r| mature(r) && r.label.is_some_and(|label| label > 3)));
        let out = |r: &&Row| mature(r) && labelled(r) && r.float.is_some() && !inside(r);
        let nan = |r: &&Row| r.float.is_some_and(f64::is_nan);
        prop_assert_eq!(left.outside[0] + left.outside[1], count(&|r| out(r) && !nan(r)));
        let unknown = |r: &&Row| inside(r) && !(mature(r) && labelled(r));
        prop_assert_eq!(state.counted()[2], count(&unknown));
        // A slice holds what its rows hold, in coarser cells.
        let parts: Vec<_> = profile.leaves().map(|(_, leaf)| of_kinds(&leaf.outcomes).0).collect();
        let total = |f: &dyn Fn(&BinaryState) -> i128| parts.iter().map(|part| f(part)).sum::<i128>();
        prop_assert_eq!(total(&|s| s.sums.loss), state.sums.loss);
        prop_assert_eq!(total(&|s| i128::from(s.labelled()[1])), i128::from(state.labelled()[1]));
    }
}

proptest! {
    #[test]
    fn numbers_are_counted_as_their_rows(rows in prop::collection::vec(row(), 1..200)) {
        let profile = count(&plan(), &rows, &[70]);
        let state = of_kinds(&profile.all().outcomes).1[0];
        let Target::Number(number) = number("amount", "float").target else { panic!("a number") };
        let mature: Vec<(f64, f64)> = rows
            .iter()
            .filter(|r| r.second < 280_000)
            .map(|r| (f64::from(r.amount), r.float.unwrap_or(f64::NAN)))
            .collect();
        let count = |keep: &dyn Fn(&(f64, f64)) -> bool| mature.iter().filter(|row| keep(row)).count() as u64;
        let unpaired = state.unpaired;
        prop_assert_eq!(unpaired.immature, (rows.len() - mature.len()) as u64);
        prop_assert_eq!(unpaired.unlabelled, count(&|(_, y)| y.is_nan()));
        prop_assert_eq!(unpaired.infinite_label, count(&|(_, y)| y.is_infinite()));
        prop_assert_eq!(unpaired.unpredicted, count(&|(p, y)| y.is_finite() && p.is_nan()));
        prop_assert_eq!(unpaired.infinite_prediction, count(&|(p, y)| y.is_finite() && p.is_infinite()));
        let pairs: Vec<(f64, f64)> =
            mature.iter().copied().filter(|(p, y)| p.is_finite() && y.is_finite()).collect();
        let measured = state.measured(&number);
        prop_assert_eq!(measured.rows, pairs.len() as u64);
        prop_assert_eq!(state.zero_labels, pairs.iter().filter(|(_, y)| *y == 0.0).count() as u64);
        // To within half a unit of the grid for each row; beyond double precision a sum is infinite.
        let near = |a: f64, b: f64, unit: i32| {
            let slack = 1e-12 * b + 2_f64.powi(unit) * pairs.len() as f64;
            (a - b).abs() <= slack || a.max(b) > 1e307
        };
        let sum = |of: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|(p, y)| of(*p, *y)).sum::<f64>();
        prop_assert!(near(measured.absolute, sum(&|p, y| (p - y).abs()), -41));
        prop_assert!(near(measured.squares, sum(&|p, y| (p - y).powi(2)), -35));
        prop_assert!(measured.fourth.is_some_and(|fourth| near(fourth, sum(&|p, y| (p - y).powi(4)), -22)));
        let percentage = measured.percentage.unwrap().sums;
        let share = |p: f64, y: f64| if y == 0.0 { 0.0 } else { ((p - y) / y).abs() };
        prop_assert!(near(percentage.sum, sum(&share), -44));
        // A slice holds what its rows hold.
        let parts: Vec<_> = profile.leaves().map(|(_, leaf)| of_kinds(&leaf.outcomes).1[0]).collect();
        prop_assert_eq!(parts.iter().map(|part| part.pairs()).sum::<u64>(), state.pairs());
        let units = parts.iter().map(|part| part.absolute.units).sum::<i128>();
        prop_assert_eq!(units, state.absolute.units);
    }
}

proptest! {
    #[test]
    fn several_classes_are_counted_as_their_rows(rows in prop::collection::vec(row(), 1..200)) {
        let profile = count(&plan(), &rows, &[70]);
        let state = of_several(&profile.all().outcomes);
        // Place of each label's class; c is none, and so is what the vocabulary does not have.
        let class = |r: &Row| match r.label.filter(|_| r.second < 280_000) {
            Some(label) if label < 4 => [Some(2), Some(0), None, Some(1)][usize::from(label)],
            _ => None,
        };
        let fits = |r: &Row| r.scores.iter().all(|p| (0.0..=1.0).contains(p));
        // The first of the largest: later ones have to be larger.
        let predicted = |r: &Row| (0..3).fold(0, |best, k| if r.scores[k] > r.scores[best] { k } else { best });
        let count = |keep: &dyn Fn(&Row) -> bool| rows.iter().filter(|r| keep(r)).count() as u64;
        for cell in 0..9 {
            let here = |r: &Row| fits(r) && class(r) == Some(cell / 3) && predicted(r) == cell % 3;
            prop_assert_eq!(state.table[cell], count(&here));
        }
        prop_assert_eq!(state.answered(), state.confidence.labelled());
        let sum = |r: &Row| r.scores.iter().sum::<f64>();
        prop_assert_eq!(state.off_sum, count(&|r| fits(r) && (sum(r) - 1.0).abs() > 1e-3));
        prop_assert_eq!(state.predicted(), count(&fits));
        let apart = state.confidence.apart;
        prop_assert_eq!(apart.immature, count(&|r| r.second >= 280_000));
        let known = |r: &Row| r.second < 280_000 && r.label.is_some();
        prop_assert_eq!(apart.undeclared, count(&|r| known(r) && class(r).is_none()));
        let missing = |r: &Row| r.scores.iter().any(|p| p.is_nan());
        prop_assert_eq!(apart.unscored.iter().sum::<u64>(), count(&missing));
        prop_assert_eq!(apart.outside.iter().sum::<u64>(), count(&|r| !missing(r) && !fits(r)));
        // A slice holds what its rows hold.
        let parts: Vec<_> = profile.leaves().map(|(_, leaf)| of_several(&leaf.outcomes)).collect();
        for cell in 0..9 {
            prop_assert_eq!(parts.iter().map(|part| part.table[cell]).sum::<u64>(), state.table[cell]);
        }
    }
}

#[test]
fn old_windows_are_folded_whatever_the_order() {
    let plan = plan();
    let day = |d: i64| Row {
        float: Some(1.0),
        integer: d,
        amount: 1.0,
        label: Some(0),
        second: d * 86_400,
        scores: [0.2, 0.5, 0.3],
    };
    let kept = Profile::new(Arc::clone(&plan)).windows_kept();
    let days: Vec<Row> = (0..kept as i64 + 50).map(day).collect();
    let forward = count(&plan, &days, &(1..20).map(|i| i * 60).collect::<Vec<_>>());
    let mut backward = days.clone();
    backward.reverse();
    let backward = count(&plan, &backward, &(1..20).map(|i| i * 60).collect::<Vec<_>>());
    assert_eq!(bytes(&forward), bytes(&backward));
    assert_eq!(forward.windows().len(), kept + 1);
    assert_eq!(forward.rows(), days.len() as u64);
}

#[test]
fn a_window_taken_out_is_a_profile_that_cannot_be_counted_into() {
    let rows: Vec<Row> = (0..100)
        .map(|i| Row {
            float: Some(f64::from(i)),
            integer: 1,
            amount: 2.0,
            label: Some((i % 3) as u8),
            second: i64::from(i) * 5000,
            scores: [0.6, 0.3, 0.1],
        })
        .collect();
    let profile = count(&plan(), &rows, &[]);
    let mut window = profile.window(86_400).unwrap();
    assert_eq!(window.rows(), 17);
    assert_eq!(codec::profile_from_bytes(&bytes(&window)).unwrap(), window);
    assert!(window.merge(&profile).is_err());

    let both = profile.of_windows(&[0, 86_400].into()).unwrap();
    assert_eq!(codec::profile_from_bytes(&bytes(&both)).unwrap(), both);
    let mut sum = profile.window(0).unwrap();
    sum.merge(&window).unwrap();
    assert_eq!((both.all(), both.windows().len()), (sum.all(), 2));
    assert_eq!(both.window(86_400).unwrap(), window);
    assert!(profile.of_windows(&[1].into()).is_none());
}

#[test]
fn other_plans_are_refused_by_name() {
    let plan = plan();
    let other = Sample::floats(vec![1.0, 2.0]);
    let columns = plan.columns().iter().map(|c| {
        let mut column = c.clone();
        if column.name == "float" {
            let binning = Binning::fit(&Recipe::Quantile, Domain::Float, &other).unwrap();
            column.counter = Counter::Numeric(Arc::new(binning));
        }
        column
    });
    let changed = Plan::new(columns.collect(), Some("time".into())).unwrap();
    let changed = Arc::new(changed.with_outcomes(plan.outcomes().to_vec()).unwrap());
    let mut profile = Profile::new(plan);
    let refused = profile.merge(&Profile::new(changed));
    assert_eq!(refused, Err(Error::Merge { columns: vec!["float".into()] }));
}
