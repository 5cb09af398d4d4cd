//! A segment against all other rows: how differently it is decided about, and how wrongly.
//!
//! The rest is the whole less the segment, cell by cell sums of counts, so that the two sides are
//! independent. Small groups have a reason instead of a number.

use super::super::measurement::{Measurement, Reason, Status};
use super::{Entry, LEVEL, Scope, Side, Task, ends, judge_later, threshold};
use crate::measure::fairness::{
    Gap, GapInterval, Judgement, Outcomes, Rate, Residual, Suppressed, calibration_gap, equalized_odds_gap,
    rate_gap, rate_ratio,
};
use crate::measure::scored::decision::{Confusion, decide};

pub(super) const ENTRIES: &[Entry] = &[
    Entry { name: "equalized_odds_gap", scope: Scope::Segments, row: equalized_odds },
    Entry { name: "tpr_gap", scope: Scope::Segments, row: |task, name| rate(task, name, Rate::TruePositive) },
    Entry {
        name: "fpr_gap",
        scope: Scope::Segments,
        row: |task, name| rate(task, name, Rate::FalsePositive),
    },
    Entry { name: "ppv_gap", scope: Scope::Segments, row: |task, name| rate(task, name, Rate::Precision) },
    Entry {
        name: "tpr_ratio",
        scope: Scope::Segments,
        row: |task, name| ratio(task, name, Rate::TruePositive),
    },
    Entry {
        name: "fpr_ratio",
        scope: Scope::Segments,
        row: |task, name| ratio(task, name, Rate::FalsePositive),
    },
    Entry { name: "ppv_ratio", scope: Scope::Segments, row: |task, name| ratio(task, name, Rate::Precision) },
    Entry { name: "selection_rate_gap", scope: Scope::Segments, row: selection },
    Entry { name: "disparate_impact", scope: Scope::Segments, row: impact },
    Entry { name: "calibration_gap", scope: Scope::Segments, row: calibration },
];

/// The reference's gap and the current one.
fn gaps(
    task: &Task<'_>,
    name: &'static str,
    of: impl Fn(&Side, &Side) -> Option<Result<Gap, Suppressed>>,
) -> (Measurement, Option<Gap>) {
    let mut row = task.blank(name);
    let Some((whole_reference, whole)) = task.whole else { return (row, None) };
    let reference = task.reference.as_ref().zip(whole_reference).and_then(|(group, all)| of(group, all));
    row.reference_value = reference.and_then(Result::ok).map(|gap| gap.value);
    let current = of(&task.current, whole);
    let gap = current.and_then(Result::ok);
    row.current_value = gap.map(|gap| gap.value);
    row.value = row.current_value;
    row.interval = gap.map(|gap| ends(gap.interval));
    if let Some(Err(Suppressed::FewRows | Suppressed::FewEvents)) = current {
        row.conclude(Status::NotApplicable, Reason::SmallGroup);
    }
    (row, gap)
}

fn judgement(task: &Task<'_>, tolerance: f64) -> Judgement {
    Judgement { level: LEVEL, interval: task.instrument.gap_interval, tolerance }
}

/// The method that goes with the interval of a difference.
fn by_interval(task: &Task<'_>, newcombe: &'static str, miettinen_nurminen: &'static str) -> &'static str {
    match task.instrument.gap_interval {
        GapInterval::Newcombe => newcombe,
        GapInterval::MiettinenNurminen => miettinen_nurminen,
    }
}

/// Decisions of the group and of the rest, on rows with a label.
fn decided(task: &Task<'_>, group: &Side, all: &Side) -> Option<(Outcomes, Outcomes)> {
    let at = threshold(task);
    let (group, all) = (decide(&group.scored, at)?.confusion, decide(&all.scored, at)?.confusion);
    Some((outcomes(&group), outcomes(&less(&all, &group))))
}

/// The larger gap of the true and the false positive rate decides, where the spec sets a tolerance.
fn equalized_odds(task: &Task<'_>, name: &'static str) -> Measurement {
    let declared = task.instrument.outcome.fairness_gap;
    let tolerance = declared.unwrap_or(0.0);
    let (mut row, gap) = gaps(task, name, |group, all| {
        let (group, rest) = decided(task, group, all)?;
        Some(equalized_odds_gap(&group, &rest, judgement(task, tolerance)))
    });
    row.method = by_interval(
        task,
        "labelled rows at the first threshold, against all other rows; Bonferroni of Newcombe intervals",
        "labelled rows at the first threshold, against all other rows; Bonferroni of Miettinen-Nurminen intervals",
    );
    let Some(tolerance) = declared else {
        row.p_value = gap.map(|gap| gap.p_value);
        return row;
    };
    task.judge(&mut row, tolerance);
    if task.hindered(&mut row, false) {
        return row;
    }
    let Some(gap) = gap else {
        row.conclude(Status::Undetermined, Reason::SmallGroup);
        return row;
    };
    row.p_tolerance = Some(gap.p_value);
    judge_later(&mut row);
    if gap.interval.upper > tolerance {
        row.reason = if gap.value > tolerance { Reason::StraddlesTolerance } else { Reason::TooFewRows };
    }
    row
}

fn rate(task: &Task<'_>, name: &'static str, rate: Rate) -> Measurement {
    let (mut row, gap) = gaps(task, name, |group, all| {
        let (group, rest) = decided(task, group, all)?;
        Some(rate_gap(rate, &group, &rest, judgement(task, 0.0)))
    });
    row.p_value = gap.map(|gap| gap.p_value);
    row.method = by_interval(
        task,
        "labelled rows at the first threshold, against all other rows; Newcombe interval",
        "labelled rows at the first threshold, against all other rows; Miettinen-Nurminen interval",
    );
    row
}

fn ratio(task: &Task<'_>, name: &'static str, rate: Rate) -> Measurement {
    let (mut row, gap) = gaps(task, name, |group, all| {
        let (group, rest) = decided(task, group, all)?;
        Some(rate_ratio(rate, &group, &rest, judgement(task, 1.0)))
    });
    row.p_value = gap.map(|gap| gap.p_value);
    row.null_level = gap.map(|_| 1.0);
    row.method = "labelled rows at the first threshold, over all other rows; Katz's interval";
    row
}

/// Decisions on all rows, labelled or not: as if all were negative, for the rate does not ask.
fn selected(task: &Task<'_>, group: &Side, all: &Side) -> Option<(Outcomes, Outcomes)> {
    let at = threshold(task);
    let of = |side: &Side| Some(decide(&side.as_one_class(), at)?.confusion);
    let (group, all) = (of(group)?, of(all)?);
    Some((outcomes(&group), outcomes(&less(&all, &group))))
}

fn selection(task: &Task<'_>, name: &'static str) -> Measurement {
    let (mut row, gap) = gaps(task, name, |group, all| {
        let (group, rest) = selected(task, group, all)?;
        Some(rate_gap(Rate::Selection, &group, &rest, judgement(task, 0.0)))
    });
    row.p_value = gap.map(|gap| gap.p_value);
    row.method = by_interval(
        task,
        "rows at or above the first threshold, labelled or not, against all other rows; Newcombe interval",
        "rows at or above the first threshold, labelled or not, against all other rows; Miettinen-Nurminen interval",
    );
    row
}

fn impact(task: &Task<'_>, name: &'static str) -> Measurement {
    let (mut row, gap) = gaps(task, name, |group, all| {
        let (group, rest) = selected(task, group, all)?;
        Some(rate_ratio(Rate::Selection, &group, &rest, judgement(task, 1.0)))
    });
    row.p_value = gap.map(|gap| gap.p_value);
    row.null_level = gap.map(|_| 1.0);
    row.method = "selection rate over that of all other rows; Katz's interval";
    row
}

/// Does the score overstate this group more than the others?
fn calibration(task: &Task<'_>, name: &'static str) -> Measurement {
    let (mut row, gap) = gaps(task, name, |group, all| {
        let (group, all) = (residual(group), residual(all));
        let rest = Residual {
            rows: all.rows - group.rows,
            effective: (all.effective - group.effective).max(0.0),
            excess: all.excess - group.excess,
            variance: (all.variance - group.variance).max(0.0),
        };
        Some(calibration_gap(&group, &rest, judgement(task, 0.0)))
    });
    row.p_value = gap.map(|gap| gap.p_value);
    row.method = "mean of score minus label, less that of all other rows; normal interval";
    row
}

/// Exact sums: `sum p (1 - p)` is that of the scores less that of their squares.
fn residual(side: &Side) -> Residual {
    let scored = &side.scored;
    let total =
        |of: &dyn Fn(&crate::measure::scored::ScoreCell) -> f64| scored.cells.iter().map(of).sum::<f64>();
    let squares: f64 = scored.sums.squares.iter().sum();
    Residual {
        rows: scored.total(),
        effective: scored.effective_total(),
        excess: total(&|cell| cell.excess()),
        variance: (total(&|cell| cell.score()) - squares).max(0.0),
    }
}

fn outcomes(of: &Confusion) -> Outcomes {
    Outcomes { tp: of.tp, fp: of.fp, fn_: of.fn_, tn: of.tn, effective: of.effective }
}

/// What is left of the whole without a part.
fn less(all: &Confusion, part: &Confusion) -> Confusion {
    let rest = |all: f64, part: f64| (all - part).max(0.0);
    Confusion {
        tp: rest(all.tp, part.tp),
        fp: rest(all.fp, part.fp),
        fn_: rest(all.fn_, part.fn_),
        tn: rest(all.tn, part.tn),
        effective: [0, 1].map(|class| rest(all.effective[class], part.effective[class])),
    }
}
