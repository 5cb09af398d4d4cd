//! The measures and laws against 60-digit values that this project's code had no part in.
//!
//! `tests/oracle/measures.csv` is written by `tests/oracle/make_measure_golden.py` (fractions,
//! mpmath, scipy). Each name has its own relative tolerance: what the module promises.

use std::collections::BTreeMap;

use tallystick_core::inference::proportion::{self, Proportion};
use tallystick_core::inference::{
    Interval, chi_square, kolmogorov, mean, multiplicity, noncentral_chi_square, normal, student,
};
use tallystick_core::measure::{self, Pair};

const TABLE: &str = include_str!("../../../tests/oracle/measures.csv");

/// Exact differences of counts: every divergence keeps twelve digits.
const COUNTS: f64 = 1e-12;

/// Promised relative error by name, for every name of the table.
const PROMISES: [(&str, f64); 27] = [
    ("psi", COUNTS),
    ("total_variation", COUNTS),
    ("jensen_shannon", COUNTS),
    ("hellinger", COUNTS),
    ("chi_square", COUNTS),
    ("g_test", COUNTS),
    ("ks_at_edges", COUNTS),
    ("normal_sf", 1e-13),
    ("normal_quantile", 1e-13),
    ("chi_square_sf", 1e-12),
    ("chi_square_quantile", 1e-12),
    ("noncentral_cdf", 1e-12),
    ("noncentral_sf", 1e-12),
    ("kolmogorov_sf", 1e-12),
    ("student_two_sided", 1e-12),
    ("student_quantile", 1e-12),
    ("wilson_lower", 1e-12),
    ("wilson_upper", 1e-12),
    ("newcombe_lower", 1e-12),
    ("newcombe_upper", 1e-12),
    ("proportion_p_value", 1e-12),
    ("welch_p_value", 1e-12),
    ("welch_lower", 1e-12),
    ("welch_upper", 1e-12),
    ("benjamini_hochberg", 1e-15),
    ("noncentral_lower_bound", 1e-10),
    ("noncentral_upper_bound", 1e-10),
];

/// One line of the table: a name, its arguments, the value.
struct Line<'a> {
    name: &'a str,
    arguments: Vec<&'a str>,
    value: f64,
}

impl<'a> Line<'a> {
    fn read(text: &'a str) -> Self {
        let mut parts: Vec<&str> = text.split(';').collect();
        let value = parts.pop().expect("a value").parse().expect("a number");
        Self { name: parts[0], arguments: parts.split_off(1), value }
    }

    fn number(&self, index: usize) -> f64 {
        self.arguments[index].parse().expect("a number")
    }

    fn count(&self, index: usize) -> u64 {
        self.arguments[index].parse().expect("a count")
    }

    fn counts(&self, index: usize) -> Vec<u64> {
        self.arguments[index].split(' ').map(|count| count.parse().expect("a count")).collect()
    }

    fn proportion(&self, index: usize) -> Proportion {
        Proportion { count: self.count(index), total: self.count(index + 1) }
    }

    fn moments(&self, index: usize) -> mean::Moments {
        mean::Moments {
            count: self.count(index),
            mean: self.number(index + 1),
            variance: self.number(index + 2),
        }
    }
}

fn computed(line: &Line) -> Option<f64> {
    of_counts(line).or_else(|| of_laws(line)).or_else(|| of_samples(line))
}

fn of_counts(line: &Line) -> Option<f64> {
    let measure: fn(Pair) -> Option<f64> = match line.name {
        "psi" => measure::psi,
        "total_variation" => measure::total_variation,
        "jensen_shannon" => measure::jensen_shannon,
        "hellinger" => measure::hellinger,
        "chi_square" => measure::chi_square,
        "g_test" => measure::g_test,
        "ks_at_edges" => |pair| Some(measure::ks(pair, &[])?.lower),
        _ => return None,
    };
    measure(Pair { reference: &line.counts(0), current: &line.counts(1) })
}

fn bounds(line: &Line) -> Option<Interval> {
    noncentral_chi_square::noncentrality_bounds(line.number(0), line.number(1), 0.95)
}

fn of_laws(line: &Line) -> Option<f64> {
    let at = |index| line.number(index);
    match line.name {
        "normal_sf" => normal::sf(at(0)),
        "normal_quantile" => normal::quantile(at(0)),
        "chi_square_sf" => chi_square::sf(at(0), at(1)),
        "chi_square_quantile" => chi_square::quantile(at(0), at(1)),
        "noncentral_cdf" => noncentral_chi_square::tails(at(0), at(1), at(2)).map(|t| t.cdf),
        "noncentral_sf" => noncentral_chi_square::sf(at(0), at(1), at(2)),
        "noncentral_lower_bound" => bounds(line).map(|i| i.lower),
        "noncentral_upper_bound" => bounds(line).map(|i| i.upper),
        "kolmogorov_sf" => kolmogorov::sf(at(0)),
        "student_two_sided" => student::two_sided(at(0), at(1)),
        "student_quantile" => student::quantile(at(0), at(1)),
        _ => None,
    }
}

fn of_samples(line: &Line) -> Option<f64> {
    let newcombe = || proportion::newcombe_interval(line.proportion(0), line.proportion(2), 0.95, 0.0);
    let welch = || mean::difference_interval(line.moments(0), line.moments(3), 0.95);
    match line.name {
        "wilson_lower" => proportion::wilson_interval(line.proportion(0), 0.95).map(|i| i.lower),
        "wilson_upper" => proportion::wilson_interval(line.proportion(0), 0.95).map(|i| i.upper),
        "newcombe_lower" => newcombe().map(|i| i.lower),
        "newcombe_upper" => newcombe().map(|i| i.upper),
        "proportion_p_value" => proportion::p_value(line.proportion(0), line.proportion(2)),
        "welch_p_value" => mean::p_value(line.moments(0), line.moments(3)),
        "welch_lower" => welch().map(|i| i.lower),
        "welch_upper" => welch().map(|i| i.upper),
        "benjamini_hochberg" => {
            let values = line.arguments[0].split(' ').map(|p| p.parse().ok()).collect::<Vec<_>>();
            multiplicity::benjamini_hochberg(&values)[line.count(1) as usize]
        }
        _ => None,
    }
}

fn relative_error(got: f64, wanted: f64) -> f64 {
    if got == wanted || (wanted.abs() < f64::MIN_POSITIVE && got.abs() < f64::MIN_POSITIVE) {
        0.0
    } else {
        (got - wanted).abs() / wanted.abs()
    }
}

#[test]
fn every_value_of_the_table_is_met() {
    let promises = BTreeMap::from(PROMISES);
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for text in TABLE.lines() {
        let line = Line::read(text);
        let promise = promises[line.name];
        let got = computed(&line).unwrap_or_else(|| panic!("undefined: {text}"));
        let error = relative_error(got, line.value);
        assert!(error <= promise, "{text}: got {got:e}, relative error {error:e} > {promise:e}");
        *seen.entry(line.name).or_default() += 1;
    }
    assert_eq!(seen.keys().collect::<Vec<_>>(), promises.keys().collect::<Vec<_>>());
}
