//! What a recorder counts is what the core counts of the same rows, however they come.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use proptest::prelude::*;
use tallystick_core::batch::{Batch, Bits, Labels, NULL, Numbers, Values, text_of};
use tallystick_core::binning::{Binning, Recipe, Sample};
use tallystick_core::codec::profile_to_bytes;
use tallystick_core::plan::{Column, Counter, Plan, Role};
use tallystick_core::profile::Profile;
use tallystick_core::scalar::{Domain, Unit};
use tallystick_core::vocabulary::Vocabulary;
use tallystick_recorder::{Clock, Recorder, Row, Settings, Tag};

/// Shows what the test says.
#[derive(Default)]
struct Hands {
    wall: AtomicI64,
    steady: AtomicI64,
}

impl Clock for Hands {
    fn wall(&self) -> i64 {
        self.wall.load(Ordering::Relaxed)
    }
    fn steady(&self) -> i64 {
        self.steady.load(Ordering::Relaxed)
    }
}

const NAMES: [&str; 4] = ["amount", "at", "count", "kind"];

fn plan() -> Arc<Plan> {
    let floats = Sample::floats((0..500).map(|i| f64::from(i) / 10.0).collect());
    let integers = Sample::integers((0..500).map(i128::from).collect());
    let numeric = |name: &str, domain, sample| Column {
        name: name.into(),
        role: Role::Feature,
        counter: Counter::Numeric(Arc::new(Binning::fit(&Recipe::Quantile, domain, sample).unwrap())),
    };
    let texts = ["a", "1", "true", "0.5"].map(str::to_owned).to_vec();
    let kind = Column {
        name: "kind".into(),
        role: Role::Segment,
        counter: Counter::Categorical(Arc::new(Vocabulary::new(texts).unwrap())),
    };
    let columns = vec![
        numeric("amount", Domain::Float, &floats),
        numeric("at", Domain::Temporal(Unit::Second), &integers),
        numeric("count", Domain::Integer, &integers),
        kind,
    ];
    Arc::new(Plan::new(columns, None).unwrap())
}

/// What a cell may be given.
#[derive(Clone, Debug)]
enum Value {
    Tagged(Tag),
    Float(f64),
    Integer(i64),
    Unsigned(u64),
    Boolean(bool),
    Text(String),
    Instant(i64),
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        1 => prop::sample::select(vec![Tag::Null, Tag::Absent, Tag::Mistyped]).prop_map(Value::Tagged),
        4 => (-10.0..60.0).prop_map(Value::Float),
        1 => any::<f64>().prop_map(Value::Float),
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, -0.0, 1.0]).prop_map(Value::Float),
        4 => (-10_i64..600).prop_map(Value::Integer),
        1 => any::<i64>().prop_map(Value::Integer),
        1 => (i64::MAX as u64 + 1..=u64::MAX).prop_map(Value::Unsigned),
        1 => any::<bool>().prop_map(Value::Boolean),
        3 => prop::sample::select(vec!["a", "1", "new", ""]).prop_map(|t| Value::Text(t.into())),
        1 => ".{0,8}".prop_map(Value::Text),
        2 => (0_i64..900_000_000).prop_map(Value::Instant),
    ]
}

/// A row, its second, and whether to flush after it.
type Logged = ([Value; 4], i64, bool);

fn rows() -> impl Strategy<Value = Vec<Logged>> {
    let cells = prop::array::uniform4(value());
    let second = prop_oneof![9 => 0_i64..2_000, 1 => any::<i64>().prop_map(|s| s / 1_000_000)];
    prop::collection::vec((cells, second, prop::bool::weighted(0.05)), 0..120)
}

fn fill(row: &mut Row, cells: &[Value]) {
    row.clear();
    for (at, value) in cells.iter().enumerate() {
        match value {
            Value::Tagged(tag) => row.set_tag(at, *tag),
            Value::Float(value) => row.set_float(at, *value),
            Value::Integer(value) => row.set_integer(at, *value),
            Value::Unsigned(value) => row.set_unsigned(at, *value),
            Value::Boolean(value) => row.set_boolean(at, *value),
            Value::Text(value) => row.set_text(at, value),
            Value::Instant(value) => row.set_instant(at, *value),
        }
    }
}

/// One value as a column of one row, by the rules of the Arrow bridge.
fn column(value: &Value, numeric: bool) -> Values<'_> {
    let numbers = |numbers| Values::Numbers { numbers, validity: None };
    let label = |text: Result<String, u32>| {
        let (texts, code) = match text {
            Ok(text) => (vec![text.into()], 0),
            Err(special) => (vec![], special),
        };
        Values::Labels(Labels { texts, codes: vec![code].into() })
    };
    match (value, numeric) {
        (Value::Tagged(Tag::Absent), _) => Values::Absent,
        (Value::Tagged(Tag::Null), true) => {
            Values::Numbers { numbers: Numbers::F64(&[0.0]), validity: Some(Bits::new(&[0], 0)) }
        }
        (Value::Tagged(Tag::Null), false) => label(Err(NULL)),
        (Value::Float(v), true) => numbers(Numbers::F64(std::slice::from_ref(v))),
        (Value::Float(v), false) => label(text_of(*v)),
        (Value::Integer(v), true) => numbers(Numbers::I64(std::slice::from_ref(v))),
        (Value::Integer(v), false) => label(Ok(v.to_string())),
        (Value::Unsigned(v), true) => numbers(Numbers::U64(std::slice::from_ref(v))),
        (Value::Unsigned(v), false) => label(Ok(v.to_string())),
        (Value::Boolean(v), false) => label(Ok(v.to_string())),
        (Value::Text(v), false) => label(Ok(v.clone())),
        (Value::Instant(v), true) => {
            Values::Times { ticks: std::slice::from_ref(v).into(), unit: Unit::Microsecond, validity: None }
        }
        _ => Values::Mistyped { validity: None },
    }
}

fn expected(rows: &[Logged], window_seconds: Option<i64>) -> Profile {
    let mut profile = Profile::new(plan());
    for (cells, second, _) in rows {
        let ticks = vec![*second].into();
        let batch = Batch {
            rows: 1,
            columns: cells.iter().zip(NAMES).map(|(v, name)| column(v, name != "kind")).collect(),
            time: Some(Values::Times { ticks, unit: Unit::Second, validity: None }),
            immature_from: None,
        };
        profile.count(&batch, window_seconds).unwrap();
    }
    profile
}

fn recorder(window_seconds: Option<i64>) -> Arc<Recorder> {
    let settings = Settings {
        id: [7; 16],
        plan: plan(),
        spool: None,
        window_seconds,
        lateness_seconds: 60,
        flush: Duration::from_hours(1),
    };
    Recorder::new(settings, Box::new(Hands::default()))
}

fn micros(second: i64) -> i64 {
    second.saturating_mul(1_000_000)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn rows_one_by_one_are_what_the_core_counts(rows in rows(), windowed in any::<bool>()) {
        let seconds = windowed.then_some(300);
        let recorder = recorder(seconds);
        let mut row = Row::new(vec![Tag::Null; 4]);
        for (cells, second, flush) in &rows {
            fill(&mut row, cells);
            prop_assert!(recorder.log(recorder.rows(), &row, micros(*second)).is_none());
            if *flush {
                prop_assert!(recorder.flush());
            }
        }
        let counted = recorder.profile(recorder.rows()).unwrap();
        prop_assert!(profile_to_bytes(&counted) == profile_to_bytes(&expected(&rows, seconds)));
        recorder.close();
    }
}

#[test]
fn full_buffers_are_counted_by_the_thread_or_the_caller() {
    let recorder = recorder(Some(60));
    let mut row = Row::new(vec![Tag::Null; 4]);
    let rows = 50_000;
    for i in 0..rows {
        row.clear();
        row.set_integer(2, i);
        row.set_text(3, if i % 2 == 0 { "a" } else { "new" });
        if let Some(buffer) = recorder.log(recorder.rows(), &row, micros(i / 1000)) {
            recorder.count(recorder.rows(), buffer);
        }
    }
    let counted = recorder.profile(recorder.rows()).unwrap();
    assert_eq!(counted.rows(), rows as u64);
    assert_eq!(counted.all().columns[2].present(), rows as u64);
    assert!(recorder.close());
}

#[test]
fn more_windows_than_are_kept_open_lose_nothing() {
    let recorder = recorder(Some(60));
    let mut row = Row::new(vec![Tag::Null; 4]);
    // Far more than a profile keeps apart: the oldest are folded there, but counted.
    for window in 0..5_000 {
        row.clear();
        row.set_float(0, 1.5);
        let over = recorder.log(recorder.rows(), &row, micros(window * 60));
        over.into_iter().for_each(|buffer| recorder.count(recorder.rows(), buffer));
    }
    assert_eq!(recorder.profile(recorder.rows()).unwrap().rows(), 5_000);
    let lost = recorder.totals().into_iter().find(|(name, _)| name == "rows_lost");
    assert_eq!(lost, Some(("rows_lost".to_owned(), 0)));
    recorder.close();
}

#[test]
fn late_rows_and_rows_of_the_future_are_told_apart() {
    let hands = Hands { wall: AtomicI64::new(micros(10_000)), steady: AtomicI64::new(0) };
    let settings = Settings { lateness_seconds: 60, ..recorder(Some(300)).settings().clone() };
    let recorder = Recorder::new(settings, Box::new(hands));
    let row = Row::new(vec![Tag::Null; 4]);
    // In order; an hour late; an hour ahead, which closes nothing; in order again.
    for second in [9_000, 9_500, 6_000, 13_600, 9_600, 9_100] {
        assert!(recorder.log(recorder.rows(), &row, micros(second)).is_none());
    }
    recorder.flush();
    let totals: std::collections::HashMap<_, _> = recorder.totals().into_iter().collect();
    // Of 9,100 the window ends at 9,300, which is before 9,600 less a minute.
    assert_eq!((totals["rows_late"], totals["rows_ahead"], totals["rows_lost"]), (2, 1, 0));
    assert_eq!(recorder.profile(recorder.rows()).unwrap().rows(), 6);
    recorder.close();
}
