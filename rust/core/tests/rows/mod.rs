//! Rows of every kind of column, and a plan that counts them in every way.

use std::borrow::Cow;
use std::sync::Arc;

use proptest::prelude::*;
use tallystick_core::batch::{Batch, Bits, Labels, NULL, Numbers, Values};
use tallystick_core::binning::{Binning, Recipe, Sample};
use tallystick_core::codec;
use tallystick_core::outcome::{Number, Outcome, Quantile, Target, Top, TopClass};
use tallystick_core::plan::{Column, Counter, Plan, Role};
use tallystick_core::profile::Profile;
use tallystick_core::scalar::{Domain, Unit};
use tallystick_core::state::{BinaryState, OutcomeState, RegressionState, TopState};
use tallystick_core::vocabulary::Vocabulary;

/// One row of every kind of column.
#[derive(Clone, Debug)]
pub struct Row {
    pub float: Option<f64>,
    pub integer: i64,
    pub amount: f32,
    pub label: Option<u8>,
    pub second: i64,
    pub scores: [f64; 3],
}

pub const TEXTS: [&str; 6] = ["a", "b", "c", "d", "new", "newer"];

pub fn row() -> impl Strategy<Value = Row> {
    let float =
        prop_oneof![4 => -10.0..10.0, 4 => 0.0..1.0, 1 => any::<f64>(), 1 => Just(0.5), 1 => Just(1.0)];
    (
        prop::option::weighted(0.9, float),
        any::<i64>(),
        any::<f32>(),
        prop::option::weighted(0.9, 0_u8..6),
        0_i64..300_000,
        scores(),
    )
        .prop_map(|(float, integer, amount, label, second, scores)| Row {
            float,
            integer,
            amount,
            label,
            second,
            scores,
        })
}

/// Scores of three classes: with a sum of 1, of equal ones, and of any numbers.
pub fn scores() -> impl Strategy<Value = [f64; 3]> {
    let fair = (0.0..1.0, 0.0..1.0).prop_map(|(a, b): (f64, f64)| [a * b, a * (1.0 - b), 1.0 - a]);
    let tied = prop::array::uniform3(prop::sample::select(vec![0.0, 0.25, 0.5, 1.0]));
    let odd = prop_oneof![3 => 0.0..1.0, 1 => any::<f64>(), 1 => Just(f64::NAN)];
    prop_oneof![6 => fair, 3 => tied, 2 => prop::array::uniform3(odd)]
}

pub fn plan() -> Arc<Plan> {
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
        numeric("p0", &Recipe::Score, Domain::Float, &sample),
        numeric("p1", &Recipe::Score, Domain::Float, &sample),
        numeric("p2", &Recipe::Score, Domain::Float, &sample),
    ];
    let outcomes =
        vec![outcome(), with_quantiles(number("amount", "float")), number("float", "integer"), several()];
    Arc::new(Plan::new(columns, Some("time".into())).unwrap().with_outcomes(outcomes).unwrap())
}

/// The float as a score of the label's first text: most of it is out of range.
pub fn outcome() -> Outcome {
    let recipe = Recipe::Outcome { thresholds: vec![0.35, 1.0 / 3.0] };
    let sample = Sample::floats((0..500).map(|i| f64::from(i) / 500.0).collect());
    let binning = Arc::new(Binning::fit(&recipe, Domain::Float, &sample).unwrap());
    Outcome::new(("float".into(), "label".into()), 0, binning, vec![0.35, 1.0 / 3.0]).unwrap()
}

/// A column as the prediction of another one: of any floats, and of any 64 bits.
pub fn number(score: &str, label: &str) -> Outcome {
    let sample = (0..100).map(|i| (f64::from(i), f64::from(i) / 7.0));
    let target = Target::Number(Number::learn(sample).unwrap());
    Outcome { score: score.into(), label: label.into(), target }
}

/// Two columns more that foretell quantiles of the label, one of them of integers.
pub fn with_quantiles(outcome: Outcome) -> Outcome {
    let Target::Number(number) = outcome.target else { panic!("a number") };
    let sample = || (0..100).map(|i| (f64::from(i), f64::from(i) / 7.0));
    let quantile = |(column, share): (&str, f64)| Quantile::learn(column.into(), share, sample()).unwrap();
    let quantiles = [("integer", 0.9), ("amount", 0.25)].map(quantile).to_vec();
    Outcome { target: Target::Number(number.with_quantiles(quantiles).unwrap()), ..outcome }
}

/// The labels b, d and a as three classes, in this order; c is none of them.
pub fn several() -> Outcome {
    let Target::Class(classes) = outcome().target else { panic!("classes") };
    let class = |(place, category): (usize, u32)| TopClass { column: format!("p{place}"), category };
    let classes = Top::new([1, 3, 0].into_iter().enumerate().map(class).collect(), classes.binning);
    Outcome { score: "label".into(), label: "label".into(), target: Target::Top(classes.unwrap()) }
}

/// The state of the outcome of several classes.
pub fn of_several(outcomes: &[OutcomeState]) -> &TopState {
    outcomes.iter().find_map(OutcomeState::top).unwrap()
}

/// The state of the outcome of one class, and those of the numbers, in one slice.
pub fn of_kinds(outcomes: &[OutcomeState]) -> (&BinaryState, [&RegressionState; 2]) {
    let [amount, float, classes, _] = outcomes else { panic!("four outcomes") };
    (classes.class().unwrap(), [amount.number().unwrap(), float.number().unwrap()])
}

/// Counts rows in batches that end at the given places.
pub fn count(plan: &Arc<Plan>, rows: &[Row], cuts: &[usize]) -> Profile {
    let mut profile = Profile::new(Arc::clone(plan));
    let mut start = 0;
    for end in cuts.iter().copied().chain([rows.len()]) {
        let end = end.clamp(start, rows.len());
        add(&mut profile, &rows[start..end]);
        start = end;
    }
    profile
}

pub fn add(profile: &mut Profile, rows: &[Row]) {
    let floats: Vec<f64> = rows.iter().map(|r| r.float.unwrap_or(f64::NAN)).collect();
    let integers: Vec<i64> = rows.iter().map(|r| r.integer).collect();
    let amounts: Vec<f32> = rows.iter().map(|r| r.amount).collect();
    let codes: Vec<u32> = rows.iter().map(|r| r.label.map_or(NULL, u32::from)).collect();
    let seconds: Vec<i64> = rows.iter().map(|r| r.second).collect();
    let of_classes = [0, 1, 2].map(|class| rows.iter().map(|r| r.scores[class]).collect::<Vec<f64>>());
    let mut bytes = vec![0_u8; rows.len() / 8 + 1];
    rows.iter().enumerate().for_each(|(i, r)| bytes[i / 8] |= u8::from(r.float.is_some()) << (i % 8));
    let texts = TEXTS.map(Cow::Borrowed).to_vec();
    let by_name = |name: &str| match name {
        "float" => Values::Numbers { numbers: Numbers::F64(&floats), validity: Some(Bits::new(&bytes, 0)) },
        "integer" => Values::Numbers { numbers: Numbers::I64(&integers), validity: None },
        "p0" | "p1" | "p2" => {
            let class = usize::from(name.as_bytes()[1] - b'0');
            Values::Numbers { numbers: Numbers::F64(&of_classes[class]), validity: None }
        }
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

pub fn bytes(profile: &Profile) -> Vec<u8> {
    codec::profile_to_bytes(profile)
}
