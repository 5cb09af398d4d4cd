//! Cox's calibration regression: `logit y = a + b logit p`, and whether (a, b) is (0, 1).
//!
//! b < 1: the scores are too far from the middle (over-confident); b > 1: not far enough; a tells a
//! shift of all of them. Scores nearer than 1e-6 to 0 or 1 are held there (`LOGIT_CLIP`).
//! Source: D. R. Cox, Two further applications of a model for binary regression, Biometrika 45,
//! 1958; M. E. Miller, S. L. Hui and W. M. Tierney, Statistics in Medicine 10, 1991.
//!
//! # From cells
//! The score test needs sums over all rows only, so it is exact. The fit goes over cells, all rows
//! of a cell at its mean score. (At the mean of their class they would keep the covariance of score
//! and label inside the cell but lose the variance of the scores, which it balances.) What the
//! cells lose of the gradient at (0, 1) is known from the sums and added back: a fifth of the error
//! remains at small faults. Rare events need cells that are narrow beside the scores themselves:
//! a cell [0, 0.02) hides all there is to regress on.

use super::super::rows::LOGIT_CLIP;
use super::super::{POSITIVE, ScoreCell, Scored};
use crate::inference::{Interval, chi_square, normal};

/// Steps of Newton's iteration; more than 10 are rare.
const MOST_STEPS: u32 = 60;

/// After so many halvings a step is shorter than rounding.
const MOST_HALVINGS: usize = 60;

/// Effective rows per unit of weight; `None` without rows.
fn per_weight(scored: &Scored) -> Option<f64> {
    let unit = scored.effective_total() / scored.total();
    (unit > 0.0 && unit.is_finite()).then_some(unit)
}

/// Score held away from 0 and 1.
fn held(score: f64) -> f64 {
    score.clamp(LOGIT_CLIP, 1.0 - LOGIT_CLIP)
}

fn logit(p: f64) -> f64 {
    p.ln() - (-p).ln_1p()
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn cells(scored: &Scored) -> impl Iterator<Item = &ScoreCell> {
    scored.cells.iter().filter(|cell| cell.total() > 0.0)
}

/// `sum (y - p)`, with p held. Exact but for cells that hold scores on both sides of the clip.
fn shortfall(scored: &Scored) -> f64 {
    let of = |cell: &ScoreCell| {
        let mean = cell.score() / cell.total();
        if held(mean) == mean { -cell.excess() } else { cell.rows[POSITIVE] - cell.total() * held(mean) }
    };
    cells(scored).map(of).sum()
}

/// Solves the symmetric 2 by 2 system; `None` unless it is positive definite.
fn solve([aa, ab, bb]: [f64; 3], [a, b]: [f64; 2]) -> Option<[f64; 2]> {
    let determinant = aa * bb - ab * ab;
    // All scores equal: the two products agree to rounding.
    let definite = aa > 0.0 && determinant > 1e-12 * aa * bb;
    definite.then(|| [(bb * a - ab * b) / determinant, (aa * b - ab * a) / determinant])
}

/// Statistic of the score test of (a, b) = (0, 1): chi-square with two degrees of freedom.
///
/// `None` without rows or when all scores are equal.
#[must_use]
pub fn score_statistic(scored: &Scored) -> Option<f64> {
    let unit = per_weight(scored)?;
    let gradient = [shortfall(scored), scored.sums.slope];
    let step = solve(scored.sums.information, gradient)?;
    let statistic = unit * (gradient[0] * step[0] + gradient[1] * step[1]);
    statistic.is_finite().then_some(statistic.max(0.0))
}

/// p of the score test; `None` as for [`score_statistic`].
#[must_use]
pub fn score_p_value(scored: &Scored) -> Option<f64> {
    chi_square::sf(score_statistic(scored)?, 2.0)
}

/// The fitted regression.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cox {
    /// `a`; 0 when nothing is wrong.
    pub intercept: f64,
    /// `b`; 1 when nothing is wrong.
    pub slope: f64,
    /// Standard error of the intercept.
    pub intercept_error: f64,
    /// Standard error of the slope; 0 where the slope was held at 1.
    pub slope_error: f64,
}

impl Cox {
    /// Both fitted, by maximum likelihood.
    ///
    /// `None` when there is no maximum: a class without rows, all scores equal, or a score that
    /// parts the classes.
    #[must_use]
    pub fn fit(scored: &Scored) -> Option<Self> {
        let unit = per_weight(scored)?;
        if !overlapping(scored) {
            return None;
        }
        let (at_start, _) = derivatives(scored, [0.0, 1.0]);
        let lost = [shortfall(scored) - at_start[0], scored.sums.slope - at_start[1]];
        let mut at = [0.0, 1.0];
        let height = |[a, b]: [f64; 2]| log_likelihood(scored, [a, b]) + lost[0] * a + lost[1] * b;
        for _ in 0..MOST_STEPS {
            let (gradient, information) = derivatives(scored, at);
            let step = solve(information, [gradient[0] + lost[0], gradient[1] + lost[1]])?;
            // A step of more than 2 overshoots where the likelihood is flat.
            let length = step[0].abs().max(step[1].abs());
            at = uphill(at, step, (2.0 / length).min(1.0), height);
            if length < 1e-12 * (1.0 + at[0].abs() + at[1].abs()) {
                let [a, b] = [solve(information, [1.0, 0.0])?[0], solve(information, [0.0, 1.0])?[1]];
                return Some(Self {
                    intercept: at[0],
                    slope: at[1],
                    intercept_error: (a / unit).sqrt(),
                    slope_error: (b / unit).sqrt(),
                });
            }
        }
        None
    }

    /// The intercept alone, the slope held at 1: calibration in the large.
    ///
    /// `None` without rows of both classes.
    #[must_use]
    pub fn fit_intercept(scored: &Scored) -> Option<Self> {
        let (unit, rows) = (per_weight(scored)?, scored.rows());
        if rows.iter().any(|&rows| rows <= 0.0) {
            return None;
        }
        // Logits of held scores are within 13.9, so the root is within 14 of the base rate's.
        let (mut low, mut high) = (-80.0, 80.0);
        let lost = shortfall(scored) - derivatives(scored, [0.0, 1.0]).0[0];
        for _ in 0..64 {
            let middle = f64::midpoint(low, high);
            if derivatives(scored, [middle, 1.0]).0[0] + lost > 0.0 { low = middle } else { high = middle }
        }
        let information = derivatives(scored, [low, 1.0]).1[0];
        let intercept_error = (1.0 / (information * unit)).sqrt();
        let fit = Self { intercept: low, slope: 1.0, intercept_error, slope_error: 0.0 };
        intercept_error.is_finite().then_some(fit)
    }

    /// Wald's interval of the slope at `level`; `None` for a level outside (0, 1).
    #[must_use]
    pub fn slope_interval(&self, level: f64) -> Option<Interval> {
        wald(self.slope, self.slope_error, level)
    }

    /// Wald's interval of the intercept at `level`; `None` for a level outside (0, 1).
    #[must_use]
    pub fn intercept_interval(&self, level: f64) -> Option<Interval> {
        wald(self.intercept, self.intercept_error, level)
    }

    /// The score as it would be after recalibration.
    #[must_use]
    pub fn apply(&self, score: f64) -> f64 {
        logistic(self.intercept + self.slope * logit(held(score)))
    }
}

fn wald(value: f64, error: f64, level: f64) -> Option<Interval> {
    let half = normal::half_width(level)? * error;
    Some(Interval { lower: value - half, upper: value + half })
}

/// Whether neither class lies wholly at or above the other: a maximum exists just then
/// (A. Albert and J. A. Anderson, Biometrika 71, 1984).
fn overlapping(scored: &Scored) -> bool {
    let ends = |class: usize| {
        let scores = cells(scored).filter(|cell| cell.rows[class] > 0.0);
        let held = scores.map(|cell| held(cell.score() / cell.total()));
        held.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), p| (low.min(p), high.max(p)))
    };
    let ((low, high), (low_positive, high_positive)) = (ends(1 - POSITIVE), ends(POSITIVE));
    high > low_positive && high_positive > low
}

/// The point that a part of the step leads to, halved until it does not go down. The likelihood is
/// concave, so that a short step goes up; a whole one may not where confident scores were wrong.
fn uphill(from: [f64; 2], step: [f64; 2], most: f64, height: impl Fn([f64; 2]) -> f64) -> [f64; 2] {
    let to = |part: f64| [from[0] + part * step[0], from[1] + part * step[1]];
    let start = height(from);
    let least = start - 1e-13 * start.abs(); // rounding of the sums
    let parts = std::iter::successors(Some(most), |part| Some(part / 2.0));
    parts.take(MOST_HALVINGS).map(to).find(|at| height(*at) >= least).unwrap_or(from)
}

fn log_likelihood(scored: &Scored, [a, b]: [f64; 2]) -> f64 {
    // ln(1 + exp(x)) without overflow
    let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
    let of = |cell: &ScoreCell| {
        let x = a + b * logit(held(cell.score() / cell.total()));
        let [negatives, positives] = cell.rows;
        -positives * softplus(-x) - negatives * softplus(x)
    };
    cells(scored).map(of).sum()
}

/// Gradient and information of the log-likelihood at (a, b), over cells at their means.
fn derivatives(scored: &Scored, [a, b]: [f64; 2]) -> ([f64; 2], [f64; 3]) {
    let (mut gradient, mut information) = ([0.0; 2], [0.0; 3]);
    for cell in cells(scored) {
        let x = logit(held(cell.score() / cell.total()));
        let p = logistic(a + b * x);
        let miss = cell.rows[POSITIVE] - cell.total() * p;
        let weight = cell.total() * p * (1.0 - p);
        gradient = [gradient[0] + miss, gradient[1] + miss * x];
        information = [information[0] + weight, information[1] + weight * x, information[2] + weight * x * x];
    }
    (gradient, information)
}
