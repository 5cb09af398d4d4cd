//! One row of the result.

use crate::measure::catalogue;
use crate::slice::SliceKey;

/// What a measurement says of its instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Informs and does not decide, or there is nothing to decide.
    NotApplicable,
    /// Within tolerance, and seen to be.
    Ok,
    /// Could not be judged. Never reads as ok.
    Undetermined,
    /// Beyond tolerance at the stated false-alarm rate.
    Alert,
}

impl Status {
    /// The name used in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NotApplicable => "not_applicable",
            Self::Ok => "ok",
            Self::Undetermined => "undetermined",
            Self::Alert => "alert",
        }
    }
}

/// Why a measurement has the status it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Shown beside the deciding metric.
    Informs,
    /// The effect is beyond tolerance.
    BeyondTolerance,
    /// The effect, its interval included, is within tolerance.
    WithinTolerance,
    /// A side has no rows at all.
    NoRows,
    /// No value of the column is present on either side.
    NoValues,
    /// Every row on both sides is in one cell: there is no distribution to compare.
    Constant,
    /// Too few rows to tell the tolerance from chance.
    TooFewRows,
    /// The interval holds the tolerance.
    StraddlesTolerance,
    /// Beyond tolerance, but the reference's own windows differ among themselves by as much.
    UsualVariation,
    /// One cell holds too much for the bracket to decide.
    CoarseBinning,
    /// The current data has no such column.
    MissingColumn,
    /// The current data has the column in a type that cannot be counted under the plan.
    Retyped,
    /// The two profiles count the column differently.
    PlanChanged,
    /// The current data has a column that the plan does not know.
    NewColumn,
    /// No row of a side has a label that is final.
    NoLabelsYet,
    /// Fewer rows have a label than are asked for: those that have may not be like the rest.
    LowCoverage,
    /// All labels are of one class.
    OneClass,
    /// Scores outside of the range that the metric takes: they were left out, so that nothing is
    /// said of all rows.
    ScoresOutside,
    /// A segment with too few rows or events to be told apart from the rest.
    SmallGroup,
    /// The reference's scores are no probabilities, so that they cannot stand in for labels.
    NotCalibrated,
    /// Rows are of a stratum whose sampling rate is not known.
    UnknownStratum,
    /// Of the rows scored `p` a share `p` is positive, within the tolerance.
    Calibrated,
    /// Scores are too near 0 and 1.
    OverConfident,
    /// Scores are too far from 0 and 1.
    UnderConfident,
    /// Scores are above what happens.
    TooHigh,
    /// Scores are below what happens.
    TooLow,
    /// Scores are off in another shape.
    Miscalibrated,
}

impl Reason {
    /// The name used in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Informs => "informs",
            Self::BeyondTolerance => "beyond_tolerance",
            Self::WithinTolerance => "within_tolerance",
            Self::NoRows => "no_rows",
            Self::NoValues => "no_values",
            Self::Constant => "constant",
            Self::TooFewRows => "too_few_rows",
            Self::StraddlesTolerance => "straddles_tolerance",
            Self::UsualVariation => "usual_variation",
            Self::CoarseBinning => "coarse_binning",
            Self::MissingColumn => "missing_column",
            Self::Retyped => "retyped",
            Self::PlanChanged => "plan_changed",
            Self::NewColumn => "new_column",
            Self::NoLabelsYet => "no_labels_yet",
            Self::LowCoverage => "low_coverage",
            Self::OneClass => "one_class",
            Self::ScoresOutside => "scores_outside",
            Self::SmallGroup => "small_group",
            Self::NotCalibrated => "not_calibrated",
            Self::UnknownStratum => "unknown_stratum",
            Self::Calibrated => "calibrated",
            Self::OverConfident => "over_confident",
            Self::UnderConfident => "under_confident",
            Self::TooHigh => "too_high",
            Self::TooLow => "too_low",
            Self::Miscalibrated => "miscalibrated",
        }
    }
}

/// One row: an instrument, a slice, a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Measurement {
    /// The column, or `rows` for the data as a whole.
    pub instrument: String,
    /// Which rows.
    pub slice: SliceKey,
    /// The metric's name in the catalogue.
    pub metric: &'static str,
    /// Unit of `value`.
    pub unit: &'static str,
    /// What the reference shows, for metrics of one side.
    pub reference_value: Option<f64>,
    /// What the current data shows, for metrics of one side.
    pub current_value: Option<f64>,
    /// The size of the change.
    pub value: Option<f64>,
    /// Certified bracket of `value` due to binning.
    pub bracket: Option<(f64, f64)>,
    /// Sampling interval of the effect at 95 %.
    pub interval: Option<(f64, f64)>,
    /// What the metric shows when nothing has changed, at this many rows.
    pub null_level: Option<f64>,
    /// The largest value when each window of the reference is held against the others.
    pub usual_level: Option<f64>,
    /// Against no change.
    pub p_value: Option<f64>,
    /// Against "the effect is within tolerance".
    pub p_tolerance: Option<f64>,
    /// `p_tolerance` after Benjamini-Hochberg over the deciding measurements of the report.
    pub q_value: Option<f64>,
    /// The largest effect that is accepted.
    pub tolerance: Option<f64>,
    /// Rows of the reference.
    pub n_reference: u64,
    /// Rows of the current data.
    pub n_current: u64,
    /// Rows of the current data that a decision would take.
    pub n_needed: Option<u64>,
    /// The verdict on this row.
    pub status: Status,
    /// Why.
    pub reason: Reason,
    /// `page`, `warn` or `info`.
    pub severity: &'static str,
    /// How the numbers were made.
    pub method: &'static str,
    /// Whether the row takes part in decisions.
    pub decides: bool,
}

impl Measurement {
    pub(super) fn new(instrument: &str, slice: SliceKey, metric: &'static str) -> Self {
        Self {
            instrument: instrument.to_owned(),
            slice,
            metric,
            unit: catalogue::find(metric).map_or("", |m| m.unit),
            reference_value: None,
            current_value: None,
            value: None,
            bracket: None,
            interval: None,
            null_level: None,
            usual_level: None,
            p_value: None,
            p_tolerance: None,
            q_value: None,
            tolerance: None,
            n_reference: 0,
            n_current: 0,
            n_needed: None,
            status: Status::NotApplicable,
            reason: Reason::Informs,
            severity: "info",
            method: "",
            decides: false,
        }
    }

    /// What is held against the tolerance: the size of the change; of a ratio, that of the larger
    /// side over the smaller one.
    pub(super) fn effect(&self) -> f64 {
        match self.value {
            Some(ratio) if self.unit == "ratio" => ratio.max(1.0 / ratio),
            None if self.unit == "ratio" => f64::INFINITY,
            value => value.map(f64::abs).unwrap_or_default(),
        }
    }

    pub(super) fn conclude(&mut self, status: Status, reason: Reason) {
        (self.status, self.reason) = (status, reason);
    }
}

/// One point of something to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct CurvePoint {
    /// The column.
    pub instrument: String,
    /// Which rows.
    pub slice: SliceKey,
    /// `distribution`.
    pub curve: &'static str,
    /// `reference` or `current`.
    pub side: &'static str,
    /// The category, for categorical columns and for rows in no cell.
    pub label: Option<String>,
    /// Low end of the cells.
    pub x_low: Option<f64>,
    /// High end of the cells.
    pub x_high: Option<f64>,
    /// Share of the rows.
    pub y: f64,
    /// Wilson interval of the share at 95 %.
    pub y_interval: Option<(f64, f64)>,
    /// Rows.
    pub n: u64,
}
