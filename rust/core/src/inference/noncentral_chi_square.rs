//! The noncentral chi-square law: a sum of squared normals whose means are not all zero.
//!
//! `df` squares, noncentrality `lambda` = the sum of squared means. It is the law of a count
//! divergence when there *is* a change, and so the law by which a change is held against a
//! tolerance.
//!
//! # Why not the usual series
//! `cdflib` sums the Poisson mixture, stops when a term is below 1e-5 of the sum or after 1,000
//! terms a side, and gives the upper tail as one minus the lower. Measured within four standard
//! deviations of the mean: at lambda = 100 an upper tail of 1e-4 is off by a twentieth, at 1,000
//! by four fifths; the limit on terms bites at 1e5, and from 1e6 on even the middle is wrong
//! (by 0.16, later 0.96). So it is not used at all; instead the inversion integral
//!
//! ```text
//! P(X > x) = 1/(2 pi i) * integral of exp(phi(u)) / (1 - u) du,
//! phi(u)   = x (u - 1) / 2 + lambda (1 - u) / (2 u) - df/2 ln u
//! ```
//!
//! is taken by the trapezoidal rule along a parabola that leaves the saddle point in its
//! direction of steepest descent (for the rule: L. N. Trefethen and J. A. C. Weideman, The
//! exponentially convergent trapezoidal rule, SIAM Review 56, 2014; for the saddle: A. Gil,
//! J. Segura and N. M. Temme, Algorithm 939, ACM TOMS 40, 2014, on the Marcum Q function,
//! which is this law). The cost is about 30 points, never above 160 in tests, and each tail has
//! its own integral, so a small tail keeps its digits.
//!
//! Measured against 60 to 220 digits for lambda from 1e-9 to 1e9 and df from 1 to 5,000: at most
//! 2e-13 relative in either tail, 1 to 8 microseconds; `tests/oracle_measures.rs` holds it to
//! 1e-12. (At lambda = 6e8 and a tail of 3e-20, scipy 1.17 is off by 8e-8.)

use super::chi_square::{self, Tails};
use super::{Interval, normal, outer_tail};

/// Fraction of the result at which a further point of the rule no longer matters.
const NEGLIGIBLE: f64 = 1e-18;

/// Points of the rule before giving up: several times the 157 that any argument has needed.
const MOST_POINTS: u32 = 1000;

/// Both tails at `x` with `df` degrees of freedom and noncentrality `lambda`.
///
/// `None` unless `x` is a number, `1 <= df < inf` and `0 <= lambda < inf`. Total otherwise: far
/// tails underflow to 0.
#[must_use]
pub fn tails(x: f64, df: f64, lambda: f64) -> Option<Tails> {
    if x.is_nan() || !(df >= 1.0 && df.is_finite()) || !(lambda >= 0.0 && lambda.is_finite()) {
        return None;
    }
    if lambda < 1e-290 {
        return chi_square::tails(x, df);
    }
    // The lower tail is below 1e-139.
    if x < 1e-280 {
        return Some(Tails::ALL_ABOVE);
    }
    if x > 1e150 || lambda > 1e150 || df > 1e150 {
        return Some(degenerate(x, df, lambda));
    }
    let Some(contour) = Contour::new(x, df, lambda) else {
        return Some(Tails::ALL_BELOW);
    };
    let tail = contour.integral().clamp(0.0, 1.0);
    Some(match contour.side {
        Side::Upper => Tails { cdf: 1.0 - tail, sf: tail },
        Side::Lower => Tails { cdf: tail, sf: 1.0 - tail },
    })
}

/// Probability of more than `x`; `None` as in [`tails`].
#[must_use]
pub fn sf(x: f64, df: f64, lambda: f64) -> Option<f64> {
    tails(x, df, lambda).map(|both| both.sf)
}

/// At such sizes the law's relative spread is below one ulp: it is a point at its mean.
fn degenerate(x: f64, df: f64, lambda: f64) -> Tails {
    if x > df + lambda { Tails::ALL_BELOW } else { Tails::ALL_ABOVE }
}

#[derive(Clone, Copy)]
enum Side {
    Upper,
    Lower,
}

/// The parabola `u = u1 (1 + i v - C v^2)` and the integrand on it.
struct Contour {
    side: Side,
    /// `u1 - 1`, where the parabola crosses the real axis.
    crossing: f64,
    curvature: f64,
    step: f64,
    /// `phi(u1)`.
    height: f64,
    /// `u1 phi'(u1)`: zero when the crossing is the saddle itself.
    slope: f64,
    /// `lambda / (2 u1)`.
    pull: f64,
    half_df: f64,
}

impl Contour {
    /// `None` when the upper tail certainly underflows.
    fn new(x: f64, df: f64, lambda: f64) -> Option<Self> {
        // x - mean, in the order that loses nothing when x is near a huge lambda.
        let excess = (x - lambda) - df;
        let side = if excess > 0.0 { Side::Upper } else { Side::Lower };
        let crossing = crossing(x, df, lambda, excess, side);
        let u = 1.0 + crossing;
        if u < 1e-6 {
            // Then df < 1e-6 x and lambda < 1e-12 x, so that phi(u) < -0.49 x < -4e5.
            return None;
        }
        let curvature = (df * u + 3.0 * lambda) / (3.0 * (df * u + 2.0 * lambda));
        let (half_df, pull) = (df / 2.0, lambda / (2.0 * u));
        let spread = 1.0 / (half_df + 2.0 * pull).sqrt();
        // Near u = 1 the terms linear in u - 1 nearly cancel and are put together first; far from
        // it that very arrangement would be the one to cancel.
        let (height, slope) = if crossing.abs() < 0.5 {
            let square = x * crossing * crossing;
            (
                crossing / 2.0 * (excess + lambda * crossing / u) - half_df * (crossing.ln_1p() - crossing),
                (excess + (2.0 * x - df) * crossing + square) / (2.0 * u),
            )
        } else {
            let rest = x - lambda / u;
            (crossing / 2.0 * rest - half_df * crossing.ln_1p(), (x * u - df - lambda / u) / 2.0)
        };
        Some(Self {
            side,
            crossing,
            curvature,
            step: step(spread, 1.0 / u - 1.0, curvature),
            height,
            slope,
            pull,
            half_df,
        })
    }

    /// The tail on this contour's side.
    fn integral(&self) -> f64 {
        let scale = self.height.exp();
        if scale == 0.0 {
            return 0.0;
        }
        // The integrand at -v is the conjugate of that at v: the real part of one half does.
        let mut total = self.integrand(0.0).0 / 2.0;
        for point in 1..MOST_POINTS {
            let (value, size) = self.integrand(f64::from(point) * self.step);
            total += value;
            if size < NEGLIGIBLE * total.abs() {
                break;
            }
        }
        scale * total * self.step / std::f64::consts::PI
    }

    /// Real part and modulus of the integrand relative to `exp(height)`.
    fn integrand(&self, v: f64) -> (f64, f64) {
        // eta = u / u1 - 1
        let (re, im) = (-self.curvature * v * v, v);
        let (one_re, one_im) = (1.0 + re, im);
        let norm = one_re * one_re + one_im * one_im;
        // eta^2 / (1 + eta)
        let (sq_re, sq_im) = (re * re - im * im, 2.0 * re * im);
        let ratio_re = (sq_re * one_re + sq_im * one_im) / norm;
        let ratio_im = (sq_im * one_re - sq_re * one_im) / norm;
        // ln(1 + eta)
        let log_re = (2.0 * re + re * re + im * im).ln_1p() / 2.0;
        let log_im = one_im.atan2(one_re);
        let exponent = self.slope * re + self.pull * ratio_re + self.half_df * (re - log_re);
        let phase = self.slope * im + self.pull * ratio_im + self.half_df * (im - log_im);
        // (1 + 2 i C v) / |1 - u| side by side, divided by u1 above and below
        let u = 1.0 + self.crossing;
        let gap = -self.crossing / u;
        let (den_re, den_im) = match self.side {
            Side::Upper => (gap - re, -im),
            Side::Lower => (re - gap, im),
        };
        let (num_re, num_im) = (1.0, 2.0 * self.curvature * v);
        let den = den_re * den_re + den_im * den_im;
        let factor_re = (num_re * den_re + num_im * den_im) / den;
        let factor_im = (num_im * den_re - num_re * den_im) / den;
        let size = exponent.exp();
        let (sin, cos) = phase.sin_cos();
        (size * (factor_re * cos - factor_im * sin), size * factor_re.hypot(factor_im))
    }
}

/// Where the contour crosses the real axis, less 1: the saddle point, kept about one spread away
/// from the pole at 1 (at the pole the rule would need ever more points).
fn crossing(x: f64, df: f64, lambda: f64, excess: f64, side: Side) -> f64 {
    // Root of x d^2 + (2x - df) d + excess = 0, each branch without cancellation.
    let root = df.hypot(2.0 * lambda.sqrt() * x.sqrt());
    let linear = 2.0 * x - df;
    let saddle = if linear > 0.0 { -2.0 * excess / (linear + root) } else { (root - linear) / (2.0 * x) };
    let spread = 1.0 / (df / 2.0 + lambda).sqrt();
    match side {
        Side::Upper => saddle.min((-spread).max(-0.5)),
        Side::Lower => saddle.max(spread),
    }
}

/// The largest step whose error is below 1e-16: limited by the width of the bump, by the pole
/// (`gap` from the crossing, in units of u1) and by the singular point at u = 0.
fn step(spread: f64, gap: f64, curvature: f64) -> f64 {
    let pole = if gap > 0.0 {
        2.0 * gap / (1.0 + (1.0 + 4.0 * curvature * gap).sqrt())
    } else {
        let inside = 1.0 + 4.0 * curvature * gap;
        if inside > 0.0 { -2.0 * gap / (1.0 + inside.sqrt()) } else { 1.0 }
    };
    (0.5 * spread).min(std::f64::consts::TAU * pole / 40.0).min(std::f64::consts::TAU / 50.0)
}

/// The noncentralities that `x` is compatible with at `level`, each tail getting half the rest.
///
/// The lower end is the `lambda` with `sf(x) = (1 - level) / 2`, the upper end the one with
/// `cdf(x) = (1 - level) / 2`; an end is 0 where even lambda = 0 has that tail or less beyond it.
/// Coverage is exact for a continuous `x` of this law (the pivot of Neyman). `None` unless
/// `0 <= x < 1e140`, `1 <= df < 1e140` and 0 < level < 1. Costs 20 to 70 microseconds.
#[must_use]
pub fn noncentrality_bounds(x: f64, df: f64, level: f64) -> Option<Interval> {
    let tail = outer_tail(level)?;
    if !((0.0..1e140).contains(&x) && (1.0..1e140).contains(&df)) {
        return None;
    }
    let at_zero = chi_square::tails(x, df)?;
    // P(X > x) is above 1/2 once lambda reaches x.
    let lower = if at_zero.sf >= tail { 0.0 } else { solve(x, df, tail, x.sqrt(), Side::Upper)? };
    let upper = if at_zero.cdf <= tail {
        0.0
    } else {
        // One of the squares alone keeps X above x: cdf <= P(Z <= sqrt(x) - sqrt(lambda)).
        solve(x, df, tail, x.sqrt() - normal::quantile(tail)?, Side::Lower)?
    };
    Some(Interval { lower, upper: upper.max(lower) })
}

/// The lambda in (0, most^2) whose tail on `side` is `tail`.
///
/// On the scale of the root of lambda and of normal scores the tail is almost a straight line,
/// so the regula falsi (with the Illinois weights) needs about five evaluations.
fn solve(x: f64, df: f64, tail: f64, most: f64, side: Side) -> Option<f64> {
    let target = normal::quantile(tail)?;
    let miss = |root: f64| -> Option<f64> {
        let both = tails(x, df, root * root)?;
        let (value, sign) = match side {
            Side::Upper => (both.sf, 1.0),
            Side::Lower => (both.cdf, -1.0),
        };
        let score = if value <= 0.0 {
            -normal::FARTHEST
        } else if value >= 1.0 {
            normal::FARTHEST
        } else {
            normal::quantile(value)?
        };
        Some(sign * (score - target))
    };
    let (mut left, mut right) = (0.0_f64, most);
    let (mut at_left, mut at_right) = (miss(left)?, miss(right)?);
    let mut last_moved = 0_i8;
    for _ in 0..200 {
        if right - left <= 1e-14 * right || at_left >= 0.0 || at_right <= 0.0 {
            break;
        }
        let middle = (left * at_right - right * at_left) / (at_right - at_left);
        let middle = if middle > left && middle < right { middle } else { f64::midpoint(left, right) };
        let here = miss(middle)?;
        if here.abs() < 1e-13 {
            return Some(middle * middle);
        }
        if here < 0.0 {
            (left, at_left) = (middle, here);
            at_right /= if last_moved == -1 { 2.0 } else { 1.0 };
            last_moved = -1;
        } else {
            (right, at_right) = (middle, here);
            at_left /= if last_moved == 1 { 2.0 } else { 1.0 };
            last_moved = 1;
        }
    }
    let root = if at_left >= 0.0 { left } else { right };
    Some(root * root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_total() {
        let awkward = [
            0.0,
            f64::from_bits(1),
            1e-300,
            1e-9,
            0.5,
            1.0,
            33.0,
            1e9,
            1e100,
            1e200,
            f64::MAX,
            f64::INFINITY,
            f64::NAN,
            -1.0,
        ];
        for x in awkward {
            for df in awkward {
                for lambda in awkward {
                    if let Some(both) = tails(x, df, lambda) {
                        assert!((0.0..=1.0).contains(&both.sf), "{x} {df} {lambda} {both:?}");
                        assert!((0.0..=1.0).contains(&both.cdf), "{x} {df} {lambda} {both:?}");
                    }
                }
                if let Some(bounds) = noncentrality_bounds(x, df, 0.95) {
                    assert!(bounds.lower >= 0.0 && bounds.upper >= bounds.lower && bounds.upper.is_finite());
                }
            }
        }
    }

    #[test]
    fn bounds_invert_the_tails() {
        for df in [1.0, 9.0, 19.0, 300.0] {
            for x in [0.01, 3.0, 25.0, 400.0, 1e4, 1e6, 1e9] {
                let bounds = noncentrality_bounds(x, df, 0.95).expect("in the domain");
                if bounds.lower > 0.0 {
                    let tail = sf(x, df, bounds.lower).expect("in the domain");
                    assert!((tail - 0.025).abs() < 1e-10, "{x} {df}: {tail}");
                }
                if bounds.upper > 0.0 {
                    let tail = tails(x, df, bounds.upper).expect("in the domain").cdf;
                    assert!((tail - 0.025).abs() < 1e-10, "{x} {df}: {tail}");
                }
            }
        }
    }
}
