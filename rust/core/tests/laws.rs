//! The contracts of a profile: a pure function of the rows, merging is addition, nothing is
//! dropped, damaged bytes are refused.

use std::borrow::Cow;
use std::sync::Arc;

use proptest::prelude::*;
use tallystick_core::Error;
use tallystick_core::batch::{Batch, Bits, Labels, NULL, Numbers, Values};
use tallystick_core::binning::{Binning, Recipe, Sample};
use tallystick_core::codec;
use tallystick_core::measure::Scored;
use tallystick_core::outcome::{Number, Outcome, Target};
use tallystick_core::plan::{Column, Counter, Plan, Role};
use tallystick_core::profile::Profile;
use tallystick_core::scalar::{Domain, Unit};
use tallystick_core::slice::SliceKey;
use tallystick_core::state::{BinaryState, Grain, OutcomeState, RegressionState};
use tallystick_core::vocabulary::Vocabulary;

#[path = "laws/quantiles.rs"]
mod quantiles;

/// One row of every kind of column.
#[derive(Clone, Debug)]
struct Row {
    float: Option<f64>,
    integer: i64,
    amount: f32,
    label: Option<u8>,
    second: i64,
}

const TEXTS: [&str; 6] = ["a", "b", "c", "d", "new", "newer"];

fn row() -> impl Strategy<Value = Row> {
    let float =
        prop_oneof![4 => -10.0..10.0, 4 => 0.0..1.0, 1 => any::<f64>(), 1 => Just(0.5), 1 => Just(1.0)];
    (
        prop::option::weighted(0.9, float),
        any::<i64>(),
        any::<f32>(),
        prop::option::weighted(0.9, 0_u8..6),
        0_i64..300_000,
    )
        .prop_map(|(float, integer, amount, label, second)| Row {
            float,
            integer,
            amount,
            label,
            second,
        })
}

fn plan() -> Arc<Plan> {
    let sample = Sample::floats((0..500).map(|i| f64::from(i) / 50.0 - 5.0).collect());
    let wide = Sample::integers((0..500).map(|i| (i128::from(i) - 250) << 50).collect());
    let numeric = |name: &str, recipe: &Recipe, domain, sample: &Sample| Column {
        name: name.into(),
        role: Role::Feature,
        counter: Counter::Numeric(Arc::new(Binning::fit(recipe, domain, sample).unwrap())),
    };
    let texts = TEXTS[..4].iter().map(|t| (*t).to_owned()).collect();
    let label = Column {
        name: "label".into(),
        role: Role::Segment,
        counter: Counter::Categorical(Arc::new(Vocabulary::new(texts).unwrap())),
    };
    let columns = vec![
        numeric("float", &Recipe::Quantile, Domain::Float, &sample),
        numeric("integer", &Recipe::Quantile, Domain::Integer, &wide),
        numeric("amount", &Recipe::LogLinear, Domain::Float, &sample),
        label,
    ];
    let outcomes =
        vec![outcome(), quantiles::declared(number("amount", "float")), number("float", "integer")];
    Arc::new(Plan::new(columns, Some("time".into())).unwrap().with_outcomes(outcomes).unwrap())
}

/// The float as a score of the label's first text: most of it is out of range.
fn outcome() -> Outcome {
    let recipe = Recipe::Outcome { thresholds: vec![0.35, 1.0 / 3.0] };
    let sample = Sample::floats((0..500).map(|i| f64::from(i) / 500.0).collect());
    let binning = Arc::new(Binning::fit(&recipe, Domain::Float, &sample).unwrap());
    Outcome::new(("float".into(), "label".into()), 0, binning, vec![0.35, 1.0 / 3.0]).unwrap()
}

/// A column as the prediction of another one: of any floats, and of any 64 bits.
fn number(score: &str, label: &str) -> Outcome {
    let sample = (0..100).map(|i| (f64::from(i), f64::from(i) / 7.0));
    let target = Target::Number(Number::learn(sample).unwrap());
    Outcome { score: score.into(), label: label.into(), target }
}

/// The state of the outcome of classes, and those of the numbers, in one slice.
fn of_kinds(outcomes: &[OutcomeState]) -> (&BinaryState, [&RegressionState; 2]) {
    let [amount, float, classes] = outcomes else { panic!("three outcomes") };
    (classes.class().unwrap(), [amount.number().unwrap(), float.number().unwrap()])
}

/// Counts rows in batches that end at the given places.
fn count(plan: &Arc<Plan>, rows: &[Row], cuts: &[usize]) -> Profile {
    let mut profile = Profile::new(Arc::clone(plan));
    let mut start = 0;
    for end in cuts.iter().copied().chain([rows.len()]) {
        let end = end.clamp(start, rows.len());
        add(&mut profile, &rows[start..end]);
        start = end;
    }
    profile
}

fn add(profile: &mut Profile, rows: &[Row]) {
    let floats: Vec<f64> = rows.iter().map(|r| r.float.unwrap_or(f64::NAN)).collect();
    let integers: Vec<i64> = rows.iter().map(|r| r.integer).collect();
    let amounts: Vec<f32> = rows.iter().map(|r| r.amount).collect();
    let codes: Vec<u32> = rows.iter().map(|r| r.label.map_or(NULL, u32::from)).collect();
    let seconds: Vec<i64> = rows.iter().map(|r| r.second).collect();
    let mut bytes = vec![0_u8; rows.len() / 8 + 1];
    rows.iter().enumerate().for_each(|(i, r)| bytes[i / 8] |= u8::from(r.float.is_some()) << (i % 8));
    let texts = TEXTS.map(Cow::Borrowed).to_vec();
    let by_name = |name: &str| match name {
        "float" => Values::Numbers { numbers: Numbers::F64(&floats), validity: Some(Bits::new(&bytes, 0)) },
        "integer" => Values::Numbers { numbers: Numbers::I64(&integers), validity: None },
        "amount" => Values::Numbers { numbers: Numbers::F32(&amounts), validity: None },
        _ => Values::Labels(Labels { texts: texts.clone(), codes: Cow::Borrowed(&codes) }),
    };
    let columns = profile.plan().columns().iter().map(|c| by_name(&c.name)).collect();
    let time = Values::Times { ticks: Cow::Borrowed(&seconds), unit: Unit::Second, validity: None };
    // Labels of the last hours are not final.
    let immature_from = Some(280_000);
    let batch = Batch { rows: rows.len(), columns, time: Some(time), immature_from };
    profile.count(&batch, Some(86_400)).unwrap();
}

fn bytes(profile: &Profile) -> Vec<u8> {
    codec::profile_to_bytes(profile)
}

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

#[test]
fn old_windows_are_folded_whatever_the_order() {
    let plan = plan();
    let day = |d: i64| Row { float: Some(1.0), integer: d, amount: 1.0, label: Some(0), second: d * 86_400 };
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
        })
        .collect();
    let profile = count(&plan(), &rows, &[]);
    let mut window = profile.window(86_400).unwrap();
    assert_eq!(window.rows(), 17);
    assert_eq!(codec::profile_from_bytes(&bytes(&window)).unwrap(), window);
    assert!(window.merge(&profile).is_err());
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
