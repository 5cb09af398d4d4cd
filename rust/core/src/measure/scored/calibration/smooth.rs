//! Smooth calibration error: no bins, and a scale it finds itself.
//!
//! With residuals `y - p` smoothed by a Gaussian kernel K of width sigma, reflected at 0 and 1,
//!
//! ```text
//! smECE_sigma = integral over t in [0, 1] of | 1/n sum K_sigma(t, p_i) (y_i - p_i) | dt
//! ```
//!
//! and smECE the sigma with `smECE_sigma = sigma`. In [0, 1]. There is exactly one: smoothing more
//! can only lower the integral (the kernels are a semigroup that keeps mass), while sigma grows.
//! Source: J. Błasiok and P. Nakkiran, Smooth ECE: principled reliability diagrams via kernel
//! smoothing, ICLR 2024. It is consistent, within constants, with the distance to the nearest
//! calibrated score; like ECE it is above 0 in any sample.
//!
//! # How
//! The reflected kernel is the heat kernel of [0, 1] with insulated ends: diagonal in cosines,
//! `1 + 2 sum_k exp(-(pi k sigma)^2 / 2) cos(pi k t) cos(pi k p)`, mass 1 wherever p is, at the ends
//! too. So the residuals' cosine sums are taken once and each sigma costs one Fourier transform.
//!
//! # From cells
//! All residuals of a cell lie at its mean score, where right scores keep them at 0 on average. The
//! error is of order (cell width / sigma)^2.

use std::f64::consts::PI;

use super::super::Scored;
use super::fourier::{cosine_sum, turns};

/// `pi k sigma` at which a mode no longer counts: `exp(-x^2 / 2)` is 1e-17.
const FARTHEST: f64 = 8.85;

/// The smallest width looked at, two of a profile's cells, within which nothing is known; a
/// fixed point below it is reported from there.
const NARROWEST: f64 = 1.0 / 512.0;

/// Points at which the narrowest is looked at: two for each of its 1,444 modes or more, a power of two.
const MOST_POINTS: usize = 4096;

/// Cells that are taken together.
const LANES: usize = 8;

/// Smooth calibration error. `None` without rows.
///
/// Relative error about 1e-6 for the table as it is. Below 1/512 it is `smECE_sigma` at sigma = 1/512, at most the fixed point.
#[must_use]
pub fn smooth_ece(scored: &Scored) -> Option<f64> {
    let mut modes = Modes::of(scored)?;
    let mut wide = 1.0;
    while wide > NARROWEST && modes.error(wide / 2.0) < wide / 2.0 {
        wide /= 2.0;
    }
    if wide <= NARROWEST {
        return Some(modes.error(NARROWEST));
    }
    Some(modes.fixed_point(wide / 2.0, wide))
}

/// The integral at one width. `None` without rows or for a width that is not in (0, 1].
///
/// A width below 1/512 counts as that.
#[must_use]
pub fn smooth_ece_at(scored: &Scored, sigma: f64) -> Option<f64> {
    let modes = Modes::of(scored)?;
    (sigma > 0.0 && sigma <= 1.0).then(|| modes.clone().error(sigma.max(NARROWEST)))
}

/// Cosine sums of the residuals, as far as they were needed.
#[derive(Clone)]
struct Modes {
    /// `sum r cos(pi k p) / n` for k = 0, 1, ...
    sums: Vec<f64>,
    /// By cell: the residual over n, `2 cos(pi p)`, and the last two cosines.
    residuals: Vec<f64>,
    twice: Vec<f64>,
    last: Vec<f64>,
    before: Vec<f64>,
    /// Turns of the transform, made once for every width that is tried.
    turns: Vec<[f64; 2]>,
}

impl Modes {
    fn of(scored: &Scored) -> Option<Self> {
        let total = scored.total();
        let cells = || scored.cells.iter().filter(|cell| cell.total() > 0.0);
        let mut residuals: Vec<f64> = cells().map(|cell| cell.excess() / total).collect();
        let cosine = |score: f64| (PI * score.clamp(0.0, 1.0)).cos();
        let mut last: Vec<f64> = cells().map(|cell| cosine(cell.score() / cell.total())).collect();
        let sums = vec![residuals.iter().sum()];
        // Cells without a residual fill up the last lanes.
        residuals.resize(residuals.len().next_multiple_of(LANES), 0.0);
        last.resize(residuals.len(), 0.0);
        let twice = last.iter().map(|c| 2.0 * c).collect();
        let before = vec![1.0; last.len()];
        (total > 0.0).then(|| Self { sums, residuals, twice, last, before, turns: turns(MOST_POINTS) })
    }

    /// Takes sums up to mode `most`, by Chebyshev's recurrence on all cells at once.
    fn extend(&mut self, most: usize) {
        while self.sums.len() <= most {
            // A sum of its own for each lane, so that lanes are added side by side.
            let mut sums = [0.0; LANES];
            let fixed = self.residuals.chunks_exact(LANES).zip(self.twice.chunks_exact(LANES));
            let moving = self.last.chunks_exact_mut(LANES).zip(self.before.chunks_exact_mut(LANES));
            for ((residual, twice), (last, before)) in fixed.zip(moving) {
                for lane in 0..LANES {
                    sums[lane] += residual[lane] * last[lane];
                    let next = twice[lane] * last[lane] - before[lane];
                    (before[lane], last[lane]) = (last[lane], next);
                }
            }
            self.sums.push(sums.iter().sum());
        }
    }

    /// `smECE_sigma`.
    fn error(&mut self, sigma: f64) -> f64 {
        let most = (FARTHEST / (PI * sigma)).ceil() as usize;
        self.extend(most);
        let damped = self.sums.iter().take(most + 1).enumerate().map(|(k, sum)| {
            let x = PI * k as f64 * sigma;
            sum * (-x * x / 2.0).exp() * if k == 0 { 1.0 } else { 2.0 }
        });
        // At least two points a mode: 6 to 11 a width.
        let points = (2 * (most + 1)).next_power_of_two().clamp(128, MOST_POINTS);
        integral(&cosine_sum(&damped.collect::<Vec<_>>(), points, &self.turns))
    }

    /// The width in [low, high] at which [`Self::error`] is the width, by regula falsi (Illinois).
    fn fixed_point(&mut self, mut low: f64, mut high: f64) -> f64 {
        let (mut at_low, mut at_high) = (self.error(low) - low, self.error(high) - high);
        for _ in 0..60 {
            if at_low <= 0.0 || high - low < 1e-10 * high {
                return low;
            }
            if at_high >= 0.0 {
                return high;
            }
            let middle = (low * at_high - high * at_low) / (at_high - at_low);
            let here = self.error(middle) - middle;
            if here.abs() < 1e-10 * middle {
                return middle;
            }
            if here > 0.0 {
                (low, at_low, at_high) = (middle, here, at_high / 2.0);
            } else {
                (high, at_high, at_low) = (middle, here, at_low / 2.0);
            }
        }
        f64::midpoint(low, high)
    }
}

/// Integral of `|f|` over [0, 1] from values at even steps: Simpson's rule, and the parabola's own
/// integral where it changes sign.
fn integral(values: &[f64]) -> f64 {
    let pieces = values.len() / 2;
    let piece = |at: usize| absolute(values[2 * at], values[2 * at + 1], values[2 * at + 2]);
    (0..pieces).map(piece).sum::<f64>() / pieces as f64
}

/// Mean of the absolute value of the parabola through three points over [-1, 1].
fn absolute(left: f64, middle: f64, right: f64) -> f64 {
    let (bend, slope) = (f64::midpoint(left, right) - middle, (right - left) / 2.0);
    let under = |x: f64| x * (middle + x * (slope / 2.0 + x * bend / 3.0));
    // Roots of bend x^2 + slope x + middle, in the form that does not cancel.
    let inside = slope * slope - 4.0 * bend * middle;
    let half = -(slope + slope.signum() * inside.max(0.0).sqrt()) / 2.0;
    let (one, two) = (half / bend, middle / half);
    let mut ends = [-1.0, one.min(two), one.max(two), 1.0];
    let within = |x: f64| if inside > 0.0 && x > -1.0 && x < 1.0 { x } else { -1.0 };
    // A root outside is put at an end, where it cuts nothing off.
    ends = [-1.0, within(ends[1]), within(ends[2]), 1.0];
    ends.sort_by(f64::total_cmp);
    ends.windows(2).map(|pair| (under(pair[1]) - under(pair[0])).abs()).sum::<f64>() / 2.0
}

#[cfg(test)]
#[path = "smooth_tests.rs"]
mod tests;
