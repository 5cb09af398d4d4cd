//! Comparisons.

use arrow_pyarrow::ToPyArrow;
use pyo3::prelude::*;
use tallystick_arrow::Identity;
use tallystick_core::compare::{Decider, Instrument, OutcomeTolerances, Settings};
use tallystick_core::measure::fairness::GapInterval;

use crate::errors::{Failure, guard};
use crate::profile::Profile;

/// Tolerances of one column, as Python hands them over.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct InstrumentSettings {
    name: String,
    decide: String,
    psi: f64,
    ks: f64,
    missing_share: f64,
    other_share: f64,
    ece_debiased: f64,
    auc: f64,
    selection_rate_ratio: f64,
    fairness_gap: Option<f64>,
    mae_ratio: f64,
    interval_coverage: f64,
    gap_interval: String,
    costs: Option<[f64; 4]>,
    accuracy: f64,
    page: Vec<String>,
}

impl From<InstrumentSettings> for Instrument {
    fn from(given: InstrumentSettings) -> Self {
        let decider = match given.decide.as_str() {
            "psi_corrected" => Decider::PsiCorrected,
            "ks" => Decider::Ks,
            _ => Decider::Nothing,
        };
        Self {
            name: given.name,
            decider,
            psi: given.psi,
            ks: given.ks,
            missing_share: given.missing_share,
            other_share: given.other_share,
            outcome: OutcomeTolerances {
                ece_debiased: given.ece_debiased,
                auc: given.auc,
                selection_rate_ratio: given.selection_rate_ratio,
                fairness_gap: given.fairness_gap,
                mae_ratio: given.mae_ratio,
                accuracy: given.accuracy,
                interval_coverage: given.interval_coverage,
            },
            gap_interval: GapInterval::named(&given.gap_interval).unwrap_or_default(),
            costs: given.costs.map(crate::measure::costs_of),
            page: given.page,
        }
    }
}

/// Both tables of a comparison, as record batches.
#[pyfunction]
#[pyo3(signature = (reference, current, *, false_alarm_rate, groups, instruments, new_columns, minimum_coverage=None, model=None, model_version=None, spec_id=None))]
#[allow(clippy::too_many_arguments, reason = "keyword-only in Python, one struct in the core")]
pub fn compare(
    py: Python<'_>,
    reference: &Profile,
    current: &Profile,
    false_alarm_rate: f64,
    groups: usize,
    instruments: Vec<InstrumentSettings>,
    new_columns: Vec<String>,
    minimum_coverage: Option<f64>,
    model: Option<String>,
    model_version: Option<String>,
    spec_id: Option<String>,
) -> PyResult<(Py<PyAny>, Py<PyAny>)> {
    let instruments = instruments.into_iter().map(Instrument::from).collect();
    let settings = Settings { false_alarm_rate, groups, instruments, new_columns, minimum_coverage };
    let identity = Identity { model, model_version, spec_id };
    let (measurements, curves) = guard(py, || {
        py.detach(|| {
            // Copies: one lock at a time, and the two may be one object.
            let reference = reference.lock().clone();
            let current = current.lock().clone();
            let report = tallystick_core::compare::compare(&reference, &current, &settings)?;
            let plan = reference.plan();
            Ok((
                tallystick_arrow::measurements(&report, plan, &identity),
                tallystick_arrow::curves(&report, plan),
            ))
        })
        .map_err(|error: tallystick_core::Error| Failure::from(error))
    })?;
    Ok((measurements.to_pyarrow(py)?.unbind(), curves.to_pyarrow(py)?.unbind()))
}
