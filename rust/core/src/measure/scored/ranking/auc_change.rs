//! Change of the area under the ROC curve between two independent samples.
//!
//! `current area - reference area`, in [-1, 1]. The interval combines those of the two areas by
//! squares (MOVER: the distances from the areas to their ends), so it needs no symmetry and stays
//! sensible at areas of 1. The p-values are the interval turned round: the tail at the number of
//! standard errors at which it just reaches the change in question, so they never disagree with
//! it. Brackets count in favour of no change.
//! Source: Zou and Donner, Statistics in Medicine 27, 2008; Newcombe, Statistics in Medicine 25,
//! 2006, part 2.

use super::super::{Bracketed, Scored};
use super::auc::{Sampled, auc};
use crate::inference::{Interval, normal};

/// The change and its bracket. `None` unless both sides have rows of both classes.
#[must_use]
pub fn change(reference: &Scored, current: &Scored) -> Option<Bracketed> {
    let (from, to) = (auc(reference)?, auc(current)?);
    let (least, most) = (to.bracket.lower - from.bracket.upper, to.bracket.upper - from.bracket.lower);
    Bracketed::new(to.value - from.value, least, most)
}

/// Interval of the populations' change at `level`, within [-1, 1].
///
/// `None` unless both sides have rows of both classes, or for a level outside (0, 1).
#[must_use]
pub fn interval(reference: &Scored, current: &Scored, level: f64) -> Option<Interval> {
    let (sides, z) = (Sides::of(reference, current)?, normal::half_width(level)?);
    Some(Interval { lower: sides.end(-z), upper: sides.end(z) })
}

/// Two-sided p of no change; 1 where the brackets leave no change possible. `None` as in
/// [`change`].
#[must_use]
pub fn p_value(reference: &Scored, current: &Scored) -> Option<f64> {
    let sides = Sides::of(reference, current)?;
    if sides.at(1.0) < 0.0 {
        normal::two_sided(sides.errors_to(0.0, 1.0))
    } else if sides.at(-1.0) > 0.0 {
        normal::two_sided(sides.errors_to(0.0, -1.0))
    } else {
        Some(1.0)
    }
}

/// One-sided p of "the area has dropped by at most `tolerance`".
///
/// Small when the drop is larger than tolerated. `None` as in [`change`], or for a tolerance
/// outside [0, 1).
#[must_use]
pub fn p_tolerance(reference: &Scored, current: &Scored, tolerance: f64) -> Option<f64> {
    let sides = Sides::of(reference, current).filter(|_| (0.0..1.0).contains(&tolerance))?;
    if sides.at(1.0) < -tolerance {
        return normal::sf(sides.errors_to(-tolerance, 1.0));
    }
    // Not beyond it: how far the lower end must go to reach it, from the end that favours none.
    let favoured = Sides { favoured: true, ..sides };
    normal::sf(-favoured.errors_to(-tolerance, -1.0))
}

struct Sides {
    reference: Sampled,
    current: Sampled,
    /// Whether both ends start from the bracket's upper end.
    favoured: bool,
}

impl Sides {
    fn of(reference: &Scored, current: &Scored) -> Option<Self> {
        let (reference, current) = (Sampled::of(reference)?, Sampled::of(current)?);
        Some(Self { reference, current, favoured: false })
    }

    /// The areas (reference, current) whose difference is the bracket's end on the side of `z`.
    fn areas(&self, z: f64) -> (f64, f64) {
        let (from, to) = (self.reference.area.bracket, self.current.area.bracket);
        if z > 0.0 || self.favoured { (from.lower, to.upper) } else { (from.upper, to.lower) }
    }

    fn at(&self, z: f64) -> f64 {
        let (from, to) = self.areas(z);
        to - from
    }

    /// The end of the interval that lies `z` standard errors from the change.
    fn end(&self, z: f64) -> f64 {
        let (from, to) = self.areas(z);
        let reach = (self.current.reach(to, z) - to).hypot(self.reference.reach(from, -z) - from);
        (to - from + reach.copysign(z)).clamp(-1.0, 1.0)
    }

    /// Standard errors after which the end on the side of `sign` reaches `change`; ends move
    /// outwards with them, so it is bisected.
    fn errors_to(&self, change: f64, sign: f64) -> f64 {
        let (mut near, mut far) = (0.0, normal::FARTHEST);
        for _ in 0..40 {
            let middle = f64::midpoint(near, far);
            if (change - self.end(sign * middle)) * sign > 0.0 {
                near = middle;
            } else {
                far = middle;
            }
        }
        f64::midpoint(near, far)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::scored::coarse::{Draws, merged};

    #[test]
    fn p_and_interval_agree() {
        let mut draws = Draws(7);
        let rows = [draws.ranked(150, 80, 9.0), draws.ranked(120, 60, 3.0)];
        let [from, to] = rows.clone().map(Scored::of_rows);
        let p = p_value(&from, &to).expect("two classes");
        let interval = interval(&from, &to, 1.0 - p).expect("two classes");
        assert!(interval.upper.abs() < 1e-9 && interval.lower < -0.1, "{interval:?}");
        assert!((p_value(&to, &from).expect("two classes") - p).abs() < 1e-9);
        let drop = |tolerance| p_tolerance(&from, &to, tolerance).expect("two classes");
        assert!((drop(0.0) - p / 2.0).abs() < 1e-9 && drop(0.1) > drop(0.05) && drop(0.9) > 0.999);
        let here = -change(&from, &to).expect("two classes").value;
        assert!((drop(here) - 0.5).abs() < 1e-3);
        let [wide_from, wide_to] = [merged(&rows[0], 30), merged(&rows[1], 30)];
        let wide = change(&wide_from, &wide_to).expect("two classes");
        assert!(wide.holds(-here) && !wide.is_exact());
        assert!(p_tolerance(&wide_from, &wide_to, 0.02).is_some_and(|p| p >= drop(0.02)));
        assert!(p_value(&wide_from, &wide_to).is_some_and(|wide| wide >= p));
    }

    #[test]
    fn degenerate() {
        let perfect = Scored::of_rows((0..60).map(|i| (f64::from(i) / 60.0, i >= 30)));
        let one_class = Scored::of_rows([(0.5, true)]);
        assert_eq!(p_value(&perfect, &perfect), Some(1.0));
        assert!(interval(&perfect, &perfect, 0.95).is_some_and(|i| i.lower < 0.0 && i.upper > 0.0));
        assert!(p_tolerance(&perfect, &perfect, 0.0).is_some_and(|p| (0.4..=0.6).contains(&p)));
        assert_eq!((p_value(&perfect, &one_class), change(&one_class, &perfect)), (None, None));
        assert_eq!(p_tolerance(&perfect, &perfect, 1.0), None);
        let backward = Scored::of_rows((0..60).map(|i| (f64::from(i) / 60.0, i < 30)));
        assert!(p_tolerance(&perfect, &backward, 0.2).is_some_and(|p| p < 1e-6));
        assert!(p_tolerance(&backward, &perfect, 0.2).is_some_and(|p| p > 0.999));
    }

    /// A drop of exactly the tolerance: nominal 5 %, and the interval's coverage.
    #[test]
    fn size_at_the_boundary() {
        for (seed, negatives, positives) in [(1, 200, 100), (2, 300, 30), (3, 60, 60)] {
            for (k, after) in [(3.0, 2.0), (19.0, 9.0)] {
                let (mut draws, trials) = (Draws(seed), 500);
                let drop = k / (k + 1.0) - after / (after + 1.0);
                let (mut rejected, mut held) = (0, 0);
                for _ in 0..trials {
                    let from = Scored::of_rows(draws.ranked(negatives, positives, k));
                    let to = Scored::of_rows(draws.ranked(negatives, positives, after));
                    rejected += usize::from(p_tolerance(&from, &to, drop).is_some_and(|p| p <= 0.05));
                    let holds = |i: Interval| i.lower <= -drop && -drop <= i.upper;
                    held += usize::from(interval(&from, &to, 0.95).is_some_and(holds));
                }
                // Three standard errors of 500 trials above 5 %.
                assert!(rejected <= 40, "{negatives} {positives} {drop}: {rejected}");
                assert!(held * 100 >= 93 * trials, "{negatives} {positives} {drop}: {held}");
            }
        }
    }
}
