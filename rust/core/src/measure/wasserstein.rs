//! Wasserstein distance of order 1: how far a value has moved on average, in the column's unit.
//!
//! `W = integral |F - G|`, 0 to infinity, symmetric. Counts in cells give F and G at the cells'
//! ends; inside, F - G lies between `A = F_(i-1) - G_i` and `B = F_i - G_(i-1)`, which brackets
//! the integral. The difference of the two means is the integral of F - G itself (up to sign),
//! so `W = |difference| + 2 (the integral of the part of the other sign)`: when one side lies
//! above the other throughout, the bracket closes. Where a cell holds one single value the only
//! freedom is where in the cell it is, and none when its bounds are equal.
//!
//! # Bias
//! Without change W is about `0.8 sqrt(1/n + 1/m)` times the integral of `sqrt(F (1 - F))`, see
//! [`null_level`]. There is no simple null law: no p-value (that of KS speaks of the same cells).

use super::{Bracket, Cell, Pair, Totals};

/// What is known of F - G over one stretch of the line, times the stretch's width.
#[derive(Default)]
struct Sums {
    /// Of the integral of |F - G|.
    lower: f64,
    upper: f64,
    /// Of the integral of the positive part of F - G.
    above: Bounds,
    /// Of the integral of its negative part.
    below: Bounds,
}

#[derive(Default)]
struct Bounds {
    least: f64,
    most: f64,
}

impl Sums {
    /// A stretch on which F - G lies in `[a, b]`.
    fn add(&mut self, width: f64, a: f64, b: f64) {
        self.lower += width * a.max(-b).max(0.0);
        self.upper += width * b.max(-a);
        self.add_parts(width, (a.max(0.0), b.max(0.0)), ((-b).max(0.0), (-a).max(0.0)));
    }

    /// A stretch with one jump, from `a` to `b`, somewhere in it.
    fn add_jump(&mut self, width: f64, a: f64, b: f64) {
        self.lower += width * a.abs().min(b.abs());
        self.upper += width * a.abs().max(b.abs());
        let ends = |x: f64, y: f64| (x.min(y), x.max(y));
        let above = ends(a.max(0.0), b.max(0.0));
        let below = ends((-a).max(0.0), (-b).max(0.0));
        self.add_parts(width, above, below);
    }

    fn add_parts(&mut self, width: f64, above: (f64, f64), below: (f64, f64)) {
        self.above.least += width * above.0;
        self.above.most += width * above.1;
        self.below.least += width * below.0;
        self.below.most += width * below.1;
    }

    /// The bracket, made narrower by the difference of the means.
    fn close(&self, mean_difference: Option<f64>) -> Bracket {
        let plain = Bracket { lower: self.lower, upper: self.upper };
        let Some(delta) = mean_difference.filter(|delta| delta.is_finite()) else {
            return plain;
        };
        // The integral of F - G is delta, so that of |F - G| is delta + 2 below = 2 above - delta.
        let lower = plain
            .lower
            .max(delta.abs())
            .max(delta + 2.0 * self.below.least)
            .max(2.0 * self.above.least - delta);
        let upper = plain.upper.min(delta + 2.0 * self.below.most).min(2.0 * self.above.most - delta);
        if lower <= upper {
            return Bracket { lower, upper };
        }
        // The two disagree by the rounding of the means: the counts are the exact ones.
        let inside = |value: f64| value.clamp(plain.lower, plain.upper);
        let (a, b) = (inside(lower), inside(upper));
        Bracket { lower: a.min(b), upper: a.max(b) }
    }
}

/// Bracket of W from counts in `cells` (values only, in order, bounds finite).
///
/// `mean_difference` is `mean(current) - mean(reference)` over the same values, signed, or
/// `None`; the bracket is certain to within its error. `None` when a side has no rows, when the
/// numbers of counts and cells differ, or when bounds are not finite and in order.
#[must_use]
pub fn wasserstein(pair: Pair, cells: &[Cell], mean_difference: Option<f64>) -> Option<Bracket> {
    let Totals { n, m } = pair.totals()?;
    if !aligned(pair, cells) {
        return None;
    }
    let whole = n as f64 * m as f64;
    let gap = |r: i128, c: i128| (r * m - c * n) as f64 / whole;
    let mut sums = Sums::default();
    let (mut r, mut c) = (0_i128, 0_i128);
    let mut reached = cells.first()?.low;
    for (cell, (more_r, more_c)) in cells.iter().zip(pair.cells()) {
        let before = gap(r, c);
        sums.add(cell.low - reached, before, before);
        let width = cell.high - cell.low;
        let after = gap(r + more_r, c + more_c);
        if cell.single {
            sums.add_jump(width, before, after);
        } else {
            sums.add(width, gap(r, c + more_c), gap(r + more_r, c));
        }
        (r, c, reached) = (r + more_r, c + more_c, cell.high);
    }
    let bracket = sums.close(mean_difference);
    bracket.upper.is_finite().then_some(bracket)
}

fn aligned(pair: Pair, cells: &[Cell]) -> bool {
    let ordered = cells.windows(2).all(|two| two[0].high <= two[1].low);
    let sound = cells.iter().all(|c| c.low.is_finite() && c.high.is_finite() && c.low <= c.high);
    ordered && sound && cells.len() == pair.reference.len().max(pair.current.len())
}

/// What W shows on average when nothing has changed, about: `sqrt(2/pi (1/n + 1/m))` times the
/// integral of `sqrt(F (1 - F))` over the pooled sides, F straight within a cell.
///
/// `None` as in [`wasserstein`].
#[must_use]
pub fn null_level(pair: Pair, cells: &[Cell]) -> Option<f64> {
    let totals = pair.totals()?;
    if !aligned(pair, cells) {
        return None;
    }
    let rows = (totals.n + totals.m) as f64;
    let spread = |inside: i128| (inside as f64 / rows * ((rows - inside as f64) / rows)).sqrt();
    let mut below = 0_i128;
    let mut integral = 0.0;
    let mut reached = cells.first()?.low;
    for (cell, (r, c)) in cells.iter().zip(pair.cells()) {
        let to = below + r + c;
        integral += (cell.low - reached) * spread(below);
        integral += (cell.high - cell.low) * f64::midpoint(spread(below), spread(to));
        (below, reached) = (to, cell.high);
    }
    let level = (std::f64::consts::FRAC_2_PI * totals.scale()).sqrt() * integral;
    level.is_finite().then_some(level)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(low: f64, high: f64, single: bool) -> Cell {
        Cell { low, high, single }
    }

    #[test]
    fn single_known_values_are_exact() {
        let cells = [cell(0.0, 0.0, true), cell(3.0, 3.0, true)];
        let pair = Pair { reference: &[4, 0], current: &[1, 1] };
        assert_eq!(wasserstein(pair, &cells, None), Some(Bracket { lower: 1.5, upper: 1.5 }));
    }

    #[test]
    fn a_mean_closes_a_pure_shift() {
        let cells = [cell(0.0, 1.0, false), cell(1.0, 2.0, false), cell(2.0, 3.0, false)];
        let pair = Pair { reference: &[10, 0, 0], current: &[0, 0, 10] };
        let open = wasserstein(pair, &cells, None).expect("both sides have rows");
        assert_eq!(open, Bracket { lower: 1.0, upper: 3.0 });
        let shut = wasserstein(pair, &cells, Some(2.25)).expect("both sides have rows");
        assert_eq!(shut, Bracket { lower: 2.25, upper: 2.25 });
    }

    #[test]
    fn refuses_what_it_cannot_use() {
        let pair = Pair { reference: &[1, 2], current: &[2, 1] };
        let good = [cell(0.0, 1.0, false), cell(1.0, 2.0, false)];
        assert_eq!(wasserstein(pair, &good[..1], None), None);
        assert_eq!(wasserstein(pair, &[good[1], good[0]], None), None);
        let open = [cell(f64::NEG_INFINITY, 1.0, false), good[1]];
        assert_eq!(wasserstein(pair, &open, None), None);
        assert_eq!(wasserstein(Pair { reference: &[], current: &[] }, &[], None), None);
        let far = [cell(-f64::MAX, f64::MAX, false), cell(f64::MAX, f64::MAX, false)];
        assert_eq!(wasserstein(pair, &far, None), None);
        assert!(wasserstein(pair, &good, Some(f64::NAN)).is_some());
        assert!(null_level(pair, &good).is_some_and(|level| level > 0.0));
        assert_eq!(null_level(pair, &far), None);
    }
}
