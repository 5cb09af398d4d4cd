//! Ratio of a share between two independent sides, above all of the selection rate.
//!
//! `r = current share / reference share`, in [0, inf), 1 without change. A rate that goes from
//! 0.1 % to 0.3 % hardly moves in share points but triples, so rare selections need the ratio.
//!
//! The interval is Katz's: normal on the scale of `ln r`, with the variance
//! `1/x - 1/n + 1/y - 1/m` for x of n and y of m (effective) rows. Where a side has none of its
//! rows, or all of them, both sides are taken as `(x + 1/2) of (n + 1)`, which keeps logarithm and
//! variance finite and positive (Walter's `of (n + 1/2)` has variance 0 where both sides are full).
//! Source: Katz, Baptista, Azen and Pike, Biometrics 34, 1978; Walter, Biometrika 62, 1975.

use super::super::Weighed;
use crate::inference::{Interval, normal};

/// The ratio. `None` when a side has no rows or the reference's share is 0.
#[must_use]
pub fn rate_ratio(reference: Weighed, current: Weighed) -> Option<f64> {
    let (from, to) = (known(reference)?.share, known(current)?.share);
    let ratio = to / from;
    ratio.is_finite().then_some(ratio)
}

/// Interval of the populations' ratio at `level`; defined at shares of 0 too.
///
/// `None` when a side has no rows, or for a level outside (0, 1).
#[must_use]
pub fn interval(reference: Weighed, current: Weighed, level: f64) -> Option<Interval> {
    let (log, error) = log_ratio(reference, current)?;
    let half = normal::half_width(level)? * error;
    // At a current share of 0 the ratio is 0 and must not be left out, nor 1 / 0 above.
    let lower = if current.share == 0.0 { 0.0 } else { (log - half).exp() };
    let upper = (log + half).exp();
    (upper.is_finite() && lower <= upper).then_some(Interval { lower, upper })
}

/// p of "the ratio has stayed within `1/tolerance` and `tolerance`", in either direction.
///
/// With `l = |ln r|`, its standard error s and `t = ln tolerance`,
/// `p = P(Z > (l - t)/s) + P(Z > (l + t)/s)`; at tolerance 1 that of no change. `None` when a side
/// has no rows, or for a tolerance below 1 or infinite.
#[must_use]
pub fn p_tolerance(reference: Weighed, current: Weighed, tolerance: f64) -> Option<f64> {
    if !(tolerance >= 1.0 && tolerance.is_finite()) {
        return None;
    }
    let (log, error) = log_ratio(reference, current)?;
    let (log, edge) = (log.abs(), tolerance.ln());
    Some((normal::sf((log - edge) / error)? + normal::sf((log + edge) / error)?).min(1.0))
}

fn known(part: Weighed) -> Option<Weighed> {
    let valid = (0.0..=1.0).contains(&part.share) && part.rows > 0.0 && part.rows.is_finite();
    valid.then_some(part)
}

/// `ln r` and its standard error, which is positive.
fn log_ratio(reference: Weighed, current: Weighed) -> Option<(f64, f64)> {
    let sides = [known(reference)?, known(current)?];
    let at_an_end = sides.iter().any(|side| side.share <= 0.0 || side.share >= 1.0);
    let halved = |side: Weighed| {
        let rows = side.rows + 1.0;
        Weighed { share: (side.share * side.rows + 0.5) / rows, rows }
    };
    let [from, to] = if at_an_end { sides.map(halved) } else { sides };
    let variance = |side: Weighed| (1.0 - side.share) / side.share / side.rows;
    let (log, error) = (to.share.ln() - from.share.ln(), (variance(from) + variance(to)).sqrt());
    (log.is_finite() && error.is_finite() && error > 0.0).then_some((log, error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::scored::coarse::Draws;

    fn part(count: f64, rows: f64) -> Weighed {
        Weighed { share: count / rows, rows }
    }

    #[test]
    fn by_hand() {
        let (from, to) = (part(10.0, 100.0), part(20.0, 100.0));
        assert_eq!(rate_ratio(from, to), Some(2.0));
        let interval = interval(from, to, 0.95).expect("rows");
        // exp(ln 2 -+ 1.959964 sqrt(0.1 - 0.01 + 0.05 - 0.01)).
        let half = 1.959_963_984_540_054 * 0.13_f64.sqrt();
        assert!((interval.lower - 2.0 * (-half).exp()).abs() < 1e-12);
        assert!((interval.upper - 2.0 * half.exp()).abs() < 1e-12);
        let p = |tolerance| p_tolerance(from, to, tolerance).expect("rows");
        assert!(p(1.0) < p(1.25) && p(1.25) < p(2.0) && p(2.0) > 0.5);
        assert!((p(1.25) - p_tolerance(to, from, 1.25).expect("rows")).abs() < 1e-12);
        assert_eq!([p_tolerance(from, to, 0.9), p_tolerance(from, to, f64::NAN)], [None; 2]);
    }

    #[test]
    fn ends() {
        let (none, all) = (part(0.0, 50.0), part(50.0, 50.0));
        assert_eq!(rate_ratio(none, all), None);
        assert_eq!(rate_ratio(all, none), Some(0.0));
        assert!(interval(all, none, 0.95).is_some_and(|i| i.lower == 0.0 && i.upper < 0.2));
        assert!(interval(all, all, 0.95).is_some_and(|i| i.lower < 1.0 && i.upper > 1.0));
        assert!(interval(none, none, 0.95).is_some_and(|i| i.lower == 0.0 && i.upper > 10.0));
        assert_eq!(p_tolerance(none, none, 1.5).map(|p| p > 0.5), Some(true));
        let missing = Weighed { share: 0.5, rows: 0.0 };
        assert_eq!(interval(missing, all, 0.95).or(interval(all, missing, 0.95)), None);
    }

    /// True ratio 1.5, the tolerance: nominal 5 % (only one edge counts, so 2.5 % twice over).
    #[test]
    fn size_at_the_boundary() {
        for (seed, rows, share) in [(1, 400, 0.2), (2, 2000, 0.02)] {
            let (mut draws, trials) = (Draws(seed), 1000);
            let (mut rejected, mut held) = (0, 0);
            for _ in 0..trials {
                let mut count = |share| (0..rows).filter(|_| draws.uniform() < share).count() as f64;
                let from = part(count(share), f64::from(rows));
                let to = part(count(share * 1.5), f64::from(rows));
                rejected += usize::from(p_tolerance(from, to, 1.5).is_some_and(|p| p <= 0.05));
                held +=
                    usize::from(interval(from, to, 0.95).is_some_and(|i| i.lower <= 1.5 && 1.5 <= i.upper));
            }
            assert!(rejected <= 70 && held >= 930, "{share}: {rejected} {held}");
        }
    }
}
