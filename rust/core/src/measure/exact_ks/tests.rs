//! Against sorting and merging, for every type, mixture and awkward distribution.

use std::cmp::Ordering;

use proptest::prelude::*;

use super::{ATOM, Exact, Outcome, Ties, Values, exact_ks};
use crate::batch::{Bits, Numbers};
use crate::scalar::Countable;

/// A number as it is: integers as such, and doubles.
#[derive(Clone, Copy, Debug)]
enum True {
    Integer(i128),
    Float(f64),
}

impl True {
    fn of<T: Countable>(value: T) -> Option<Self> {
        let number = if T::INTEGER { Self::Integer(value.to_i128()) } else { Self::Float(value.to_f64()) };
        value.is_finite().then_some(number)
    }

    fn order(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => a.cmp(&b),
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(&b).unwrap(),
            (Self::Float(a), Self::Integer(_)) => other.order(Self::Float(a)).reverse(),
            (Self::Integer(a), Self::Float(b)) => {
                // Beyond every integer, or with a whole part and a rest.
                if b.abs() > 1e30 {
                    return 0.0.partial_cmp(&b).unwrap();
                }
                a.cmp(&(b.floor() as i128)).then(if b > b.floor() { Ordering::Less } else { Ordering::Equal })
            }
        }
    }
}

fn truths(side: &[Values<'_>]) -> Vec<True> {
    fn each<T: Countable>(values: &[T], validity: Option<Bits<'_>>, into: &mut Vec<True>) {
        let rows = values.iter().enumerate().filter(|(row, _)| validity.is_none_or(|bits| bits.get(*row)));
        into.extend(rows.filter_map(|(_, value)| True::of(*value)));
    }
    let mut found = Vec::new();
    for (numbers, validity) in side {
        match *numbers {
            Numbers::F64(v) => each(v, *validity, &mut found),
            Numbers::F32(v) => each(v, *validity, &mut found),
            Numbers::I8(v) => each(v, *validity, &mut found),
            Numbers::I16(v) => each(v, *validity, &mut found),
            Numbers::I32(v) => each(v, *validity, &mut found),
            Numbers::I64(v) => each(v, *validity, &mut found),
            Numbers::U8(v) => each(v, *validity, &mut found),
            Numbers::U16(v) => each(v, *validity, &mut found),
            Numbers::U32(v) => each(v, *validity, &mut found),
            Numbers::U64(v) => each(v, *validity, &mut found),
        }
    }
    found
}

/// Rows of each side, the largest gap, and rows of both sides up to each different value.
fn naive(reference: &[Values<'_>], current: &[Values<'_>]) -> (u64, u64, u128, Vec<u64>) {
    let (r, c) = (truths(reference), truths(current));
    let (n, m) = (r.len() as i128, c.len() as i128);
    let tagged = r.into_iter().map(|v| (v, true)).chain(c.into_iter().map(|v| (v, false)));
    let mut pooled: Vec<(True, bool)> = tagged.collect();
    pooled.sort_by(|a, b| a.0.order(b.0));
    let (mut i, mut j, mut gap, mut ends) = (0_i128, 0_i128, 0, Vec::new());
    for group in pooled.chunk_by(|a, b| a.0.order(b.0) == Ordering::Equal) {
        let of_reference = group.iter().filter(|one| one.1).count() as i128;
        i += of_reference;
        j += group.len() as i128 - of_reference;
        gap = gap.max((i * m - j * n).unsigned_abs());
        ends.push((i + j) as u64);
    }
    (n as u64, m as u64, gap, ends)
}

fn hold(reference: &[Values<'_>], current: &[Values<'_>]) {
    let (n, m, gap, ends) = naive(reference, current);
    let outcome = exact_ks(reference, current, 1);
    assert_eq!(outcome, exact_ks(reference, current, 3));
    let Outcome { exact: Some(exact), .. } = outcome else {
        assert!(n == 0 || m == 0);
        return;
    };
    assert_eq!((exact.n, exact.m, exact.gap), (n, m, gap));
    let (i, j) = (i128::from(exact.at.0), i128::from(exact.at.1));
    assert_eq!((i * i128::from(m) - j * i128::from(n)).unsigned_abs(), gap);
    match &exact.ties {
        Ties::Every(all) => assert_eq!(*all, ends),
        Ties::Atoms(atoms) => assert_eq!(*atoms, heavy(&ends)),
    }
    let p = exact.p_value().expect("a probability");
    assert!((0.0..=1.0).contains(&p));
}

fn heavy(ends: &[u64]) -> Vec<(u64, u64)> {
    let starts = std::iter::once(0).chain(ends.iter().copied());
    let least = ends.last().unwrap().div_ceil(ATOM);
    starts.zip(ends.iter().copied()).filter(|(from, to)| to - from >= least).collect()
}

/// Numbers that are the same in every run.
struct Draws(u64);

impl Draws {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = (self.0 ^ (self.0 >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
        ((mixed >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        let (u, v) = (self.uniform(), self.uniform());
        (-2.0 * u.ln()).sqrt() * (2.0 * std::f64::consts::PI * v).cos()
    }

    fn many(&mut self, n: usize, mut one: impl FnMut(&mut Self) -> f64) -> Vec<f64> {
        (0..n).map(|_| one(self)).collect()
    }
}

type Draw = fn(&mut Draws) -> f64;

const AWKWARD: [(&str, Draw); 15] = [
    ("normal", Draws::normal),
    ("uniform far from zero", |d| 1e9 + d.uniform()),
    ("half zeros", |d| if d.uniform() < 0.5 { 0.0 } else { d.normal() }),
    ("zeros of both signs", |d| if d.uniform() < 0.5 { -0.0 } else { (d.normal() * 2.0).round() }),
    ("all equal", |_| 3.25),
    ("rounded", |d| (d.normal() * 100.0).round() / 100.0),
    ("cauchy", |d| d.normal() / d.normal()),
    ("lognormal", |d| (3.0 * d.normal()).exp()),
    ("denormal", |d| d.normal() * 1e-310),
    ("few denormals", |d| (d.uniform() * 7.0).floor() * 5e-324),
    ("whole range", |d| d.normal() * 10.0_f64.powf(600.0 * d.uniform() - 300.0)),
    ("two clusters", |d| if d.uniform() < 0.5 { 1e-3 * d.normal() } else { 1e12 + 1e-3 * d.normal() }),
    ("an outlier", |d| if d.uniform() < 1e-4 { 1e300 } else { d.uniform() }),
    ("huge", |d| d.normal() * 1e308),
    ("specials", |d| match (d.uniform() * 8.0) as u32 {
        0 => f64::NAN,
        1 => f64::INFINITY,
        2 => f64::NEG_INFINITY,
        _ => d.normal(),
    }),
];

#[test]
fn awkward_distributions_are_exact() {
    for (name, draw) in AWKWARD {
        let mut draws = Draws(7);
        for (n, m) in [(30_000, 50_000), (1_000_000, 3), (9_000, 9_000)] {
            let reference = draws.many(n, draw);
            for shift in [0.0, 0.02] {
                let current = draws.many(m, |d| draw(d) * (1.0 + shift));
                hold(&[(Numbers::F64(&reference), None)], &[(Numbers::F64(&current), None)]);
            }
            println!("{name} {n} {m}");
        }
    }
}

#[test]
fn sorted_and_periodic_orders_are_exact() {
    let mut draws = Draws(8);
    let mut reference = draws.many(40_000, Draws::normal);
    reference.sort_by(f64::total_cmp);
    let current: Vec<f64> = (0..40_000).map(|i| reference[i * 7919 % 40_000] + 0.01).collect();
    let odd: Vec<f64> = (0..40_000).map(|i| f64::from(i % 2) + 1e-9 * f64::from(i)).collect();
    for side in [&current, &odd, &reference] {
        hold(&[(Numbers::F64(&reference), None)], &[(Numbers::F64(side), None)]);
    }
}

#[test]
fn every_type_and_mixture_is_exact() {
    let mut draws = Draws(9);
    let wide = draws.many(20_000, |d| (d.normal() * 30.0).round());
    let near_2_62 = |d: &mut Draws| (1_i64 << 62) + (d.uniform() * 5_000.0) as i64;
    let f32s: Vec<f32> = draws.many(20_000, Draws::normal).iter().map(|x| *x as f32).collect();
    let i64s: Vec<i64> = (0..20_000).map(|_| near_2_62(&mut draws)).collect();
    let u64s: Vec<u64> = i64s.iter().map(|x| (*x as u64) + 17).collect();
    let tops: Vec<u64> = (0..20_000).map(|_| u64::MAX - (draws.uniform() * 9_000.0) as u64).collect();
    let near: Vec<f64> = (0..20_000).map(|_| near_2_62(&mut draws) as f64).collect();
    let small: Vec<i8> = wide.iter().map(|x| *x as i8).collect();
    let bytes: Vec<u8> = wide.iter().map(|x| x.abs() as u8).collect();
    let i16s: Vec<i16> = wide.iter().map(|x| *x as i16 * 3).collect();
    let u16s: Vec<u16> = wide.iter().map(|x| x.abs() as u16 * 3).collect();
    let i32s: Vec<i32> = wide.iter().map(|x| *x as i32 * 70_000).collect();
    let u32s: Vec<u32> = wide.iter().map(|x| x.abs() as u32 * 70_000).collect();
    let all = [
        Numbers::F64(&wide),
        Numbers::F64(&near),
        Numbers::F32(&f32s),
        Numbers::I8(&small),
        Numbers::I16(&i16s),
        Numbers::I32(&i32s),
        Numbers::I64(&i64s),
        Numbers::U8(&bytes),
        Numbers::U16(&u16s),
        Numbers::U32(&u32s),
        Numbers::U64(&u64s),
        Numbers::U64(&tops),
    ];
    for reference in all {
        for current in all {
            hold(&[(reference, None)], &[(current, None)]);
        }
    }
}

#[test]
fn threads_and_nulls_change_nothing() {
    let mut draws = Draws(10);
    let reference = draws.many(1_100_000, Draws::normal);
    let current = draws.many(900_000, |d| 1.003 * d.normal());
    let bytes = vec![0b1101_1101_u8; 200_000];
    let bits = Some(Bits::new(&bytes, 3));
    let (front, back) = reference.split_at(123_457);
    hold(
        &[(Numbers::F64(front), None), (Numbers::F64(&[]), None), (Numbers::F64(back), bits)],
        &[(Numbers::F64(&current), bits)],
    );
    // So few present that every path is counted.
    let rare = vec![0_u8; 200_000];
    hold(&[(Numbers::F64(&reference[..500]), None)], &[(Numbers::F64(&current), Some(Bits::new(&rare, 0)))]);
    let one = [&[1_u8][..], &rare].concat();
    hold(&[(Numbers::F64(&reference[..9_000]), None)], &[(Numbers::F64(&current), Some(Bits::new(&one, 0)))]);
}

#[test]
fn nothing_to_compare_is_no_distance() {
    let outcome = exact_ks(&[], &[(Numbers::I8(&[1, 2]), None)], 1);
    assert_eq!(outcome.exact, None);
    let nan = exact_ks(&[(Numbers::F64(&[f64::NAN, f64::INFINITY]), None)], &[(Numbers::I8(&[1]), None)], 1);
    assert_eq!((nan.exact, nan.reference.nan, nan.reference.positive_infinity), (None, 1, 1));
}

#[test]
fn the_distance_is_a_rounded_fraction() {
    let exact = |gap, n, m| Exact { n, m, at: (0, 0), gap, ties: Ties::Atoms(vec![]) };
    assert_eq!(exact(3, 4, 4).distance(), 0.1875);
    assert_eq!(exact(1, 3, 1).distance(), 1.0 / 3.0);
    assert_eq!(exact(1 << 120, 1 << 60, 1 << 60).distance(), 1.0);
}

#[test]
fn the_limit_law_is_near_that_of_the_paths_and_above_it() {
    // Poisson shares at various means: from two values to a dozen, none too rare to be an atom.
    let mut draws = Draws(11);
    let (n, m) = (1_500_u64, 1_500_u64);
    for mean in [0.2_f64, 1.0, 3.0] {
        let poisson = |draws: &mut Draws| {
            let (mut product, mut k) = (draws.uniform(), 0_u32);
            while product > (-mean).exp() {
                product *= draws.uniform();
                k += 1;
            }
            f64::from(k)
        };
        let mut pooled = draws.many((n + m) as usize, poisson);
        pooled.sort_by(f64::total_cmp);
        let lengths: Vec<u64> = pooled.chunk_by(|a, b| a == b).map(|group| group.len() as u64).collect();
        let ends: Vec<u64> = lengths
            .iter()
            .scan(0, |sum, len| {
                *sum += len;
                Some(*sum)
            })
            .collect();
        for rows in [7_u64, 15, 30, 31, 60, 90] {
            let gap = u128::from(rows * n);
            let exact = |ties| Exact { n, m, at: (0, 0), gap, ties };
            let paths = exact(Ties::Every(ends.clone())).p_value().unwrap();
            let limit = exact(Ties::Atoms(heavy(&ends))).p_value().unwrap();
            // Above, by at most a step of the lattice where the tail falls steepest.
            assert!(limit >= paths && limit <= 1.15 * paths, "{mean} {rows}: {limit} {paths}");
        }
    }
}

fn numbers() -> impl Strategy<Value = Vec<f64>> {
    let one = prop_oneof![
        any::<f64>(),
        -4.0..4.0,
        (-4..4_i32).prop_map(f64::from),
        Just(0.0),
        Just(-0.0),
        Just(f64::NAN)
    ];
    prop::collection::vec(one, 0..40)
}

proptest! {
    #[test]
    fn few_values_of_any_kind(
        floats in numbers(),
        others in numbers(),
        narrow in prop::collection::vec(any::<f32>(), 0..20),
        integers in prop::collection::vec(prop_oneof![any::<i64>(), -4..4_i64], 0..20),
        unsigned in prop::collection::vec(any::<u64>(), 0..20),
        repeated in 1..700_usize,
    ) {
        // Repeated often enough, they are counted in buckets.
        let (many, most) = (floats.repeat(repeated), others.repeat(repeated));
        hold(&[(Numbers::F64(&many), None)], &[(Numbers::F64(&most), None)]);
        hold(
            &[(Numbers::F64(&floats), None), (Numbers::I64(&integers), None)],
            &[(Numbers::F32(&narrow), None), (Numbers::U64(&unsigned), None)],
        );
    }
}
