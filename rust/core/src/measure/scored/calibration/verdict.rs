//! What is wrong with the calibration, in one word, and what to do about it.
//!
//! First whether: the debiased error against a tolerance, by its p value. Then the shape, the
//! simplest that explains it: a shift of all scores (the fit with slope 1 leaves no more than the
//! tolerance), then a slope whose interval excludes 1, then a shift that is clear beside a slope
//! that is not. The remedy asks what Cox's two numbers can mend: a hierarchy of faults as in
//! B. Van Calster et al., A calibration hierarchy for risk models, Journal of Clinical
//! Epidemiology 74, 2016.

use super::super::Scored;
use super::bins::Bin;
use super::cox::Cox;
use super::debiased::Debiased;
use super::recalibrated::recalibrated;

/// What the calibration is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing beyond the tolerance was found, with labels enough to find it.
    Calibrated,
    /// Scores are too near 0 and 1.
    OverConfident,
    /// Scores are too far from 0 and 1.
    UnderConfident,
    /// Scores are above what happens.
    TooHigh,
    /// Scores are below what happens.
    TooLow,
    /// Nothing was found, but right scores could show the tolerance at so few labels, too.
    TooFewLabels,
    /// Beyond the tolerance, in none of the simple shapes.
    Miscalibrated,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Nothing, or wait for labels.
    None,
    /// Two numbers (Cox's) mend it.
    Recalibrate,
    /// The model needs fitting anew.
    Refit,
}

/// What a judgement is held against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Largest error that does no harm, on the scale of ECE.
    pub tolerance: f64,
    /// Level of intervals and tests, 0.95 say.
    pub level: f64,
}

/// Judges `scored`; `bins` makes the bins of a table (they are made again after recalibration).
///
/// A model that no longer parts the classes as it did (`discrimination_lost`, judged elsewhere) is
/// not mended by recalibration. `None` without bins of two rows, or for a rule out of its range.
#[must_use]
pub fn judge(
    scored: &Scored,
    bins: impl Fn(&Scored) -> Option<Vec<Bin>>,
    rule: Rule,
    discrimination_lost: bool,
) -> Option<(Verdict, Remedy)> {
    let Rule { tolerance, level } = rule;
    if !(tolerance > 0.0 && level > 0.0 && level < 1.0) {
        return None;
    }
    let debiased = Debiased::of(&bins(scored)?)?;
    let beyond = debiased.value() > tolerance && debiased.p_tolerance(tolerance)? < 1.0 - level;
    let otherwise = if discrimination_lost { Remedy::Refit } else { Remedy::None };
    if !beyond {
        let enough =
            debiased.rows_to_judge(tolerance).is_some_and(|rows| rows as f64 <= scored.effective_total());
        return Some((if enough { Verdict::Calibrated } else { Verdict::TooFewLabels }, otherwise));
    }
    let mended = |fit: Option<Cox>| {
        let left = fit.and_then(|fit| Debiased::of(&bins(&recalibrated(scored, &fit))?));
        left.is_some_and(|left| left.value() <= tolerance)
    };
    let (fit, shift) = (Cox::fit(scored), Cox::fit_intercept(scored));
    let recalibrates = mended(fit) || mended(shift);
    let remedy = if discrimination_lost || !recalibrates { Remedy::Refit } else { Remedy::Recalibrate };
    let verdict = match scored.rows() {
        // One class alone: no fit has a maximum, but the direction is plain.
        [_, positives] if positives <= 0.0 => Verdict::TooHigh,
        [negatives, _] if negatives <= 0.0 => Verdict::TooLow,
        _ => shape(fit, shift, mended(shift), level),
    };
    Some((verdict, remedy))
}

/// The simplest shape that the two fits show.
fn shape(fit: Option<Cox>, shift: Option<Cox>, shift_mends: bool, level: f64) -> Verdict {
    let shifted = shift.and_then(|shift| {
        let around = shift.intercept_interval(level)?;
        match (around.lower > 0.0, around.upper < 0.0) {
            (true, _) => Some(Verdict::TooLow),
            (_, true) => Some(Verdict::TooHigh),
            _ => None,
        }
    });
    let sloped = fit.and_then(|fit| {
        let around = fit.slope_interval(level)?;
        match (around.upper < 1.0, around.lower > 1.0) {
            (true, _) => Some(Verdict::OverConfident),
            (_, true) => Some(Verdict::UnderConfident),
            _ => None,
        }
    });
    let simplest = if shift_mends { shifted.or(sloped) } else { sloped.or(shifted) };
    simplest.unwrap_or(Verdict::Miscalibrated)
}

#[cfg(test)]
mod tests {
    use super::super::equal_width;
    use super::super::testing::{Draws, Shape, scored};
    use super::*;

    const RULE: Rule = Rule { tolerance: 0.02, level: 0.99 };

    fn of(table: &Scored, lost: bool) -> Option<(Verdict, Remedy)> {
        judge(table, |table| equal_width(table, 15), RULE, lost)
    }

    /// Uniform scores whose true rate is `rate(p)`.
    fn world(rows: usize, rate: impl Fn(f64) -> f64) -> Scored {
        let mut draws = Draws(17);
        Scored::of_rows((0..rows).map(|_| {
            let p = draws.score(Shape::Uniform);
            (p, draws.uniform() < rate(p))
        }))
    }

    fn line(intercept: f64, slope: f64) -> impl Fn(f64) -> f64 {
        let cox = Cox { intercept, slope, intercept_error: 0.0, slope_error: 0.0 };
        move |p| cox.apply(p)
    }

    #[test]
    fn every_shape_has_its_word() {
        let cases = [
            (world(20_000, |p| p), Verdict::Calibrated, Remedy::None),
            (world(200, |p| p), Verdict::TooFewLabels, Remedy::None),
            (world(20_000, line(0.0, 0.6)), Verdict::OverConfident, Remedy::Recalibrate),
            (world(20_000, line(0.0, 1.7)), Verdict::UnderConfident, Remedy::Recalibrate),
            (world(20_000, line(-0.5, 1.0)), Verdict::TooHigh, Remedy::Recalibrate),
            (world(20_000, line(0.5, 1.0)), Verdict::TooLow, Remedy::Recalibrate),
            // Wrong in waves that no line in logits follows.
            (world(20_000, |p| p + 0.1 * (6.3 * 2.0 * p).sin()), Verdict::Miscalibrated, Remedy::Refit),
        ];
        for (table, verdict, remedy) in cases {
            let judged = of(&table, false).expect("rows");
            assert_eq!(judged.1, remedy, "{verdict:?} {judged:?}");
            // Waves tilt the line, too: any word but "calibrated" is true of them.
            assert!(judged.0 == verdict || verdict == Verdict::Miscalibrated, "{verdict:?} {judged:?}");
            assert_eq!(of(&table, true).map(|judged| judged.1), Some(Remedy::Refit));
        }
    }

    #[test]
    fn shapes_from_fits() {
        let fit = |intercept, slope, error| {
            Some(Cox { intercept, slope, intercept_error: error, slope_error: error })
        };
        assert_eq!(shape(fit(0.0, 1.0, 0.1), fit(0.0, 1.0, 0.1), false, 0.95), Verdict::Miscalibrated);
        assert_eq!(shape(fit(0.5, 0.5, 0.1), fit(0.5, 1.0, 0.1), false, 0.95), Verdict::OverConfident);
        assert_eq!(shape(fit(0.5, 0.5, 0.1), fit(0.5, 1.0, 0.1), true, 0.95), Verdict::TooLow);
        assert_eq!(shape(None, fit(-0.5, 1.0, 0.1), false, 0.95), Verdict::TooHigh);
        assert_eq!(shape(None, None, false, 0.95), Verdict::Miscalibrated);
    }

    #[test]
    fn degenerate() {
        assert_eq!(of(&Scored::default(), false), None);
        assert_eq!(of(&scored(&[(0.5, 1)]), false), None);
        for rule in
            [Rule { tolerance: 0.0, ..RULE }, Rule { level: 1.0, ..RULE }, Rule { level: f64::NAN, ..RULE }]
        {
            assert_eq!(judge(&scored(&[(0.5, 9)]), |table| equal_width(table, 15), rule, false), None);
        }
        // All negative at score 0.9: no fit has a maximum.
        let wrong = Scored::of_rows((0..100).map(|_| (0.9, false)));
        assert_eq!(of(&wrong, false), Some((Verdict::TooHigh, Remedy::Refit)));
        let wrong = Scored::of_rows((0..100).map(|_| (0.1, true)));
        assert_eq!(of(&wrong, false), Some((Verdict::TooLow, Remedy::Refit)));
    }
}
