//! The laws of the calibration error held against simulated samples, with fixed seeds.

use super::testing::{Draws, Shape};
use super::{Bin, Debiased, equal_width, perfect};
use crate::measure::Scored;

const BINS: u32 = 15;

/// How the true rates differ from the scores.
#[derive(Clone, Copy, Debug)]
enum Fault {
    TooLow,
    TooHigh,
    OverConfident,
}

impl Fault {
    /// The true rate where the fault has this size.
    fn rate(self, p: f64, size: f64) -> f64 {
        let moved = match self {
            Self::TooLow => p + size,
            Self::TooHigh => p - size,
            Self::OverConfident => p + size * (0.5 - p),
        };
        moved.clamp(0.0, 1.0)
    }
}

/// The true error over the bins: the root of the weighted mean of the squared true gaps.
fn truth(scores: &[f64], fault: Fault, size: f64) -> f64 {
    let (mut rows, mut gaps) = ([0.0; BINS as usize], [0.0; BINS as usize]);
    for &p in scores {
        let bin = ((p * f64::from(BINS)) as usize).min(BINS as usize - 1);
        rows[bin] += 1.0;
        gaps[bin] += p - fault.rate(p, size);
    }
    let squares = (0..BINS as usize).filter(|&b| rows[b] > 0.0).map(|b| gaps[b] * gaps[b] / rows[b]);
    (squares.sum::<f64>() / scores.len() as f64).sqrt()
}

/// The size of a fault at which the true error is `error`.
fn size_for(scores: &[f64], fault: Fault, error: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..24 {
        let middle = f64::midpoint(low, high);
        if truth(scores, fault, middle) < error { low = middle } else { high = middle }
    }
    low
}

struct Rates {
    rejected: [f64; 2],
    covered: f64,
}

/// Rejections of "at most `error`" at 5 % and 1 %, and coverage of the 95 % interval, where the
/// true error is just that. Scores are drawn anew every tenth trial.
fn at_the_boundary(seed: u64, shape: Shape, n: usize, error: f64, fault: Fault, trials: u32) -> Rates {
    let mut draws = Draws(seed);
    let (mut scores, mut size, mut true_error) = (Vec::new(), 0.0, 0.0);
    let mut rates = Rates { rejected: [0.0; 2], covered: 0.0 };
    for trial in 0..trials {
        if trial % 10 == 0 {
            scores = (0..n).map(|_| draws.score(shape)).collect();
            size = size_for(&scores, fault, error);
            true_error = truth(&scores, fault, size);
        }
        let bins = sample(&mut draws, &scores, |p| fault.rate(p, size));
        let debiased = Debiased::of(&bins).expect("rows");
        let p = debiased.p_tolerance(true_error).expect("a tolerance");
        let around = debiased.interval(0.95).expect("a level");
        let share = |hit: bool| f64::from(u8::from(hit)) / f64::from(trials);
        rates.rejected[0] += share(p < 0.05);
        rates.rejected[1] += share(p < 0.01);
        rates.covered += share(around.lower <= true_error && true_error <= around.upper);
    }
    rates
}

fn sample(draws: &mut Draws, scores: &[f64], rate: impl Fn(f64) -> f64) -> Vec<Bin> {
    let rows = scores.iter().map(|&p| (p, draws.uniform() < rate(p))).collect::<Vec<_>>();
    equal_width(&Scored::of_rows(rows), BINS).expect("rows")
}

/// Four binomial standard errors.
fn chance(rate: f64, trials: u32) -> f64 {
    4.0 * (rate * (1.0 - rate) / f64::from(trials)).sqrt()
}

#[test]
fn tests_and_intervals_at_the_tolerance_keep_their_rates() {
    let shapes = [(Shape::Uniform, 0.05), (Shape::Rare, 0.01), (Shape::Ends, 0.05)];
    let faults = [Fault::TooLow, Fault::TooHigh, Fault::OverConfident];
    let trials = 800;
    for (place, (shape, error)) in shapes.into_iter().enumerate() {
        for (which, fault) in faults.into_iter().enumerate() {
            let seed = 100 + 10 * place as u64 + which as u64;
            let rates = at_the_boundary(seed, shape, 400, error, fault, trials);
            let said = format!("{shape:?} {fault:?}: {:?} {}", rates.rejected, rates.covered);
            assert!(rates.rejected[0] <= 0.05 + chance(0.05, trials), "{said}");
            assert!(rates.rejected[1] <= 0.01 + chance(0.01, trials), "{said}");
            assert!(rates.covered >= 0.95 - chance(0.05, trials).min(0.02), "{said}");
        }
    }
}

#[test]
fn right_scores_are_rejected_at_the_stated_rate() {
    for (seed, shape, n) in
        [(1, Shape::Uniform, 400), (2, Shape::Rare, 400), (3, Shape::Rare, 2000), (4, Shape::Ends, 400)]
    {
        let mut draws = Draws(seed);
        let trials = 400_000 / n as u32;
        let (mut five, mut one) = (0.0, 0.0);
        for _ in 0..trials {
            let scores: Vec<f64> = (0..n).map(|_| draws.score(shape)).collect();
            let p = perfect::p_value(&sample(&mut draws, &scores, |p| p)).expect("rows");
            five += f64::from(u8::from(p < 0.05)) / f64::from(trials);
            one += f64::from(u8::from(p < 0.01)) / f64::from(trials);
        }
        // Discrete counts may reject less often, never notably more.
        assert!(five < 0.055 + chance(0.05, trials) && five > 0.01, "{shape:?} {n}: {five}");
        assert!(one < 0.013 + chance(0.01, trials), "{shape:?} {n}: {one}");
    }
}
