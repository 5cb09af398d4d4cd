//! One share against the share that was promised: exact tails of the binomial law.

use super::proportion::Share;

/// p of "the share is within `tolerance` of `nominal`", either way; at tolerance 0 of no
/// difference.
///
/// With `k` of `n` rows above the promise, p is the chance of `k` or more when the share is at the
/// upper edge, and of as few as lie equally far below the promise; the other way round alike. As
/// chances of whole rows are exact, an alert within tolerance is at most as frequent as promised.
/// 1 where the edge leaves (0, 1): no share lies beyond. `None` without rows, for a promise outside
/// (0, 1) or a tolerance outside [0, 1).
#[must_use]
pub fn p_tolerance(part: impl Into<Share>, nominal: f64, tolerance: f64) -> Option<f64> {
    let part = part.into();
    let share = part.share()?;
    if !(nominal > 0.0 && nominal < 1.0 && (0.0..1.0).contains(&tolerance)) {
        return None;
    }
    // Asked of the rows without the property, what is below is above.
    let below = share < nominal;
    let (part, promised) = if below { (part.complement(), 1.0 - nominal) } else { (part, nominal) };
    let edge = promised + tolerance;
    if edge >= 1.0 {
        return Some(1.0);
    }
    let total = part.total();
    let mirrored = 2.0 * promised * total - part.count;
    let far = Share { count: mirrored, rest: total - mirrored };
    let far = if mirrored < 0.0 { 0.0 } else { far.at_most(edge) };
    Some((part.at_least(edge) + far).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::super::share::binomial;
    use super::p_tolerance;
    use crate::inference::proportion::{Proportion, Share};

    /// Uniform draws from a multiplicative congruence; the high bits are the good ones.
    struct Draws(u64);

    impl Draws {
        fn uniform(&mut self) -> f64 {
            self.0 = self.0.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
            (self.0 >> 11) as f64 / (1_u64 << 53) as f64
        }
    }

    fn p(count: u64, total: u64, nominal: f64, tolerance: f64) -> f64 {
        p_tolerance(Proportion { count, total }, nominal, tolerance).unwrap()
    }

    #[test]
    fn tails_are_those_of_the_binomial_law() {
        let chances = binomial(40, 0.85);
        let tail: f64 = chances[38..].iter().sum();
        let far: f64 = chances[..=26].iter().sum();
        assert!((p(38, 40, 0.8, 0.05) - tail - far).abs() < 1e-12);
        let chances = binomial(40, 0.75);
        let tail: f64 = chances[..=20].iter().sum();
        assert!((p(20, 40, 0.8, 0.05) - tail).abs() < 1e-12);
    }

    #[test]
    fn alerts_within_tolerance_are_as_rare_as_promised() {
        for n in [1_u64, 7, 30, 200] {
            for truth in [0.75, 0.8, 0.85] {
                let chances = binomial(n, truth);
                let alert = |rate: f64| -> f64 {
                    let beyond = |k: &usize| p(*k as u64, n, 0.8, 0.05) <= rate;
                    (0..=n as usize).filter(beyond).map(|k| chances[k]).sum()
                };
                assert!(alert(0.05) <= 0.05 + 1e-9 && alert(0.01) <= 0.01 + 1e-9, "{n} {truth}");
            }
        }
    }

    #[test]
    fn simulated_rates_are_held_and_a_wrong_share_is_found() {
        let mut random = Draws(20_260_301);
        let mut alerts = |share: f64| {
            let draw = |random: &mut Draws| (0..1000).filter(|_| random.uniform() < share).count() as u64;
            (0..2000).filter(|_| p(draw(&mut random), 1000, 0.8, 0.05) <= 0.05).count()
        };
        let (inside, edge, beyond) = (alerts(0.8), alerts(0.75), alerts(0.7));
        assert!(inside == 0 && (50..=120).contains(&edge) && beyond > 1800, "{inside} {edge} {beyond}");
    }

    #[test]
    fn is_total() {
        assert_eq!(p_tolerance(Share { count: 0.0, rest: 0.0 }, 0.8, 0.05), None);
        let some = Share { count: 3.0, rest: 1.5 };
        for (nominal, tolerance) in [(0.0, 0.1), (1.0, 0.1), (f64::NAN, 0.1), (0.5, -0.1), (0.5, 1.0)] {
            assert_eq!(p_tolerance(some, nominal, tolerance), None);
        }
        assert_eq!(p(10, 10, 0.97, 0.05), 1.0);
        assert_eq!(p(0, 10, 0.02, 0.05), 1.0);
        assert!(p(800_000_000, 1_000_000_000, 0.8, 0.0) > 0.99);
        assert!(p(790_000_000, 1_000_000_000, 0.8, 0.0) < 1e-12);
    }
}
