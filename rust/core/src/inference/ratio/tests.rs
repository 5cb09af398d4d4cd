use proptest::prelude::*;

use super::{Rate, interval, p_tolerance, p_value, rate_interval, rate_p_tolerance, ratio};
use crate::inference::proportion::Proportion;
use crate::inference::share::binomial;

fn part(count: u64, total: u64) -> Proportion {
    Proportion { count, total }
}

/// Reference, current, interval at 95 %, p of equality, p of a ratio within 1.25.
///
/// From an mpmath script of the formula at 40 digits. The first three intervals are also those of
/// statsmodels 0.15, `confint_proportions_2indep(compare="ratio", method="log")`.
const VALUES: [(Proportion, Proportion, [f64; 4]); 7] = [
    (
        Proportion { count: 56, total: 70 },
        Proportion { count: 48, total: 80 },
        [
            0.605_602_362_804_295_9,
            0.928_827_287_587_342_7,
            0.008_372_923_517_568_775,
            0.277_092_368_800_539_9,
        ],
    ),
    (
        Proportion { count: 3, total: 100 },
        Proportion { count: 9, total: 80 },
        [1.049_818_316_193_744_7, 13.395_174_939_398_52, 0.041_870_117_996_444_97, 0.054_086_753_430_675_46],
    ),
    (
        Proportion { count: 1, total: 1_000_000 },
        Proportion { count: 20, total: 500_000 },
        [
            5.368_330_025_532_874,
            298.044_269_333_307_2,
            0.000_318_238_143_247_461_3,
            0.000_426_854_351_994_226,
        ],
    ),
    (
        Proportion { count: 0, total: 50 },
        Proportion { count: 4, total: 50 },
        [0.497_269_871_385_040_5, 162.889_418_122_983_33, 0.136_982_292_029_933_34, 0.141_454_161_464_774_63],
    ),
    (
        Proportion { count: 4, total: 50 },
        Proportion { count: 0, total: 50 },
        [0.0, 2.010_980_470_654_115_2, 0.136_982_292_029_933_34, 0.141_454_161_464_774_63],
    ),
    (
        Proportion { count: 50, total: 50 },
        Proportion { count: 40, total: 50 },
        [
            0.695_546_266_522_404_9,
            0.924_700_870_341_258_5,
            0.002_384_978_356_723_783_6,
            0.513_573_366_914_171_3,
        ],
    ),
    (
        Proportion { count: 20, total: 20 },
        Proportion { count: 30, total: 30 },
        [0.929_840_193_051_264, 1.092_443_143_907_617_9, 0.848_821_184_613_397_8, 0.999_999_928_030_918_6],
    ),
];

fn near(ours: f64, theirs: f64) -> bool {
    (ours - theirs).abs() <= 1e-12 * theirs.abs()
}

#[test]
fn agrees_with_forty_digits() {
    for (reference, current, [lower, upper, equal, within]) in VALUES {
        let ends = interval(reference, current, 0.95).expect("rows");
        assert!(near(ends.lower, lower) && near(ends.upper, upper), "{reference:?} {current:?} {ends:?}");
        assert!(near(p_value(reference, current).expect("rows"), equal), "{reference:?} {current:?}");
        assert!(near(p_tolerance(reference, current, 1.25).expect("rows"), within), "{reference:?}");
    }
}

#[test]
fn rates_agree_with_forty_digits() {
    let rate = |events, exposure| Rate { events, exposure };
    let ends = rate_interval(rate(10.0, 1000.0), rate(30.0, 1500.0), 0.95).expect("events");
    assert!(near(ends.lower, RATES[0]) && near(ends.upper, RATES[1]), "{ends:?}");
    let ends = rate_interval(rate(0.0, 1000.0), rate(3.0, 1500.0), 0.95).expect("events");
    assert!(near(ends.lower, RATES[2]) && near(ends.upper, RATES[3]), "{ends:?}");
    assert_eq!(rate_p_tolerance(rate(5.0, 10.0), rate(10.0, 20.0), 1.0), Some(1.0));
    for bad in [rate(-1.0, 1.0), rate(1.0, 0.0), rate(f64::NAN, 1.0), rate(1.0, f64::INFINITY)] {
        assert_eq!(rate_interval(bad, rate(1.0, 1.0), 0.95), None);
        assert_eq!(rate_p_tolerance(rate(1.0, 1.0), bad, 1.0), None);
    }
}

/// Made as [`VALUES`]: 10 in 1000 v 30 in 1500, 0 in 1000 v 3 in 1500.
const RATES: [f64; 4] =
    [0.977_721_438_794_421, 4.091_144_820_279_484, 0.241_052_150_402_821_8, 90.344_673_305_693_28];

#[test]
fn what_cannot_be_said_is_none() {
    assert_eq!(ratio(part(0, 5), part(1, 5)), None);
    assert_eq!(ratio(part(1, 4), part(1, 2)), Some(2.0));
    assert_eq!(ratio(part(1, 4), part(0, 2)), Some(0.0));
    for bad in [part(0, 0), part(2, 1)] {
        assert_eq!(interval(bad, part(1, 2), 0.95), None);
        assert_eq!(p_value(part(1, 2), bad), None);
    }
    for tolerance in [0.9, f64::INFINITY, f64::NAN] {
        assert_eq!(p_tolerance(part(1, 2), part(1, 2), tolerance), None);
    }
    assert_eq!(interval(part(1, 2), part(1, 2), 1.0), None);
    // So wide that its end is no number.
    assert_eq!(interval(part(0, 1), part(1, u64::MAX), 1.0 - f64::EPSILON).filter(|i| i.upper > 1e300), None);
}

/// Chance that the interval holds the true ratio, and that equality (or the tolerance) is refused
/// at 5 %: exact sums over all tables.
fn rates(n: u64, m: u64, q: f64, p: f64) -> [f64; 2] {
    let (reference, current) = (binomial(n, q), binomial(m, p));
    let tolerance = (p / q).max(q / p);
    let [mut covered, mut refused] = [0.0; 2];
    for (b, chance_b) in reference.iter().enumerate() {
        for (a, chance_a) in current.iter().enumerate() {
            let weight = chance_a * chance_b;
            if weight > 1e-9 {
                let (reference, current) = (part(b as u64, n), part(a as u64, m));
                let ends = interval(reference, current, 0.95).expect("rows");
                let within = ends.lower <= p / q && p / q <= ends.upper;
                covered += if within { weight } else { 0.0 };
                let p_value = p_tolerance(reference, current, tolerance).expect("rows");
                refused += if p_value <= 0.05 { weight } else { 0.0 };
            }
        }
    }
    [covered, refused]
}

#[test]
fn covers_what_it_states() {
    let [mut least, mut mean, mut cases, mut most] = [1.0_f64, 0.0, 0.0, 0.0_f64];
    for (n, m) in [(20, 20), (20, 100), (50, 50), (100, 50), (60, 200)] {
        for (q, p) in [(0.02, 0.02), (0.02, 0.1), (0.1, 0.1), (0.1, 0.3), (0.3, 0.3), (0.5, 0.2), (0.5, 0.5)]
        {
            let [covered, refused] = rates(n, m, q, p);
            least = least.min(covered);
            most = most.max(refused);
            (mean, cases) = (mean + covered, cases + 1.0);
        }
    }
    // 0.948, 0.968 and 0.057: the halves make small counts careful.
    assert!(least >= 0.94 && most <= 0.06, "{least} {most}");
    assert!((0.95..0.975).contains(&(mean / cases)), "{}", mean / cases);
}

fn parts() -> impl Strategy<Value = Proportion> {
    (1_u64..400).prop_flat_map(|total| (0..=total).prop_map(move |count| part(count, total)))
}

proptest! {
    #[test]
    fn holds_the_estimate_and_nests(reference in parts(), current in parts()) {
        let ends = interval(reference, current, 0.5).expect("rows");
        let wide = interval(reference, current, 0.99).expect("rows");
        prop_assert!(0.0 <= wide.lower && wide.lower <= ends.lower && ends.upper <= wide.upper);
        if let Some(ratio) = ratio(reference, current) {
            prop_assert!(ends.lower <= ratio && ratio <= ends.upper);
        }
    }

    #[test]
    fn swapping_inverts(reference in parts(), current in parts(), tolerance in 1.0..3.0_f64) {
        let there = p_tolerance(reference, current, tolerance).expect("rows");
        let back = p_tolerance(current, reference, tolerance).expect("rows");
        prop_assert!((there - back).abs() < 1e-12);
        if reference.count > 0 && current.count > 0 {
            let ends = interval(reference, current, 0.9).expect("rows");
            let back = interval(current, reference, 0.9).expect("rows");
            prop_assert!((ends.lower * back.upper - 1.0).abs() < 1e-12);
        }
    }
}
