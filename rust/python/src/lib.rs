//! The extension module `tallystick._core`: convert, detach from the GIL, map errors.
#![deny(unsafe_code)]

mod batch;
mod calls;
mod cells;
mod compare;
mod errors;
mod frames;
mod loggers;
mod measure;
mod plan;
mod profile;
mod recorder;
mod values;
mod walk;

use pyo3::prelude::*;

/// Counting, comparing and judging, compiled.
#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("FORMAT", tallystick_core::codec::FORMAT)?;
    module.add("SUPPORTED_TYPES", tallystick_arrow::SUPPORTED)?;
    module.add("ON_COUNTS", tallystick_core::compare::ON_COUNTS.to_vec())?;
    module.add("CATALOGUE", measure::catalogue(module.py())?)?;
    module.add_class::<plan::Plan>()?;
    module.add_class::<profile::Profile>()?;
    module.add_class::<recorder::Recorder>()?;
    module.add_class::<loggers::Row>()?;
    module.add_class::<loggers::Observer>()?;
    module.add_class::<frames::Frames>()?;
    module.add_function(wrap_pyfunction!(compare::compare, module)?)?;
    module.add_function(wrap_pyfunction!(measure::measure_counts, module)?)?;
    module.add_function(wrap_pyfunction!(values::histogram, module)?)?;
    module.add_function(wrap_pyfunction!(values::extent, module)?)?;
    module.add_function(wrap_pyfunction!(values::quantiles, module)?)?;
    module.add_function(wrap_pyfunction!(measure::measure_ks, module)?)?;
    module.add_function(wrap_pyfunction!(measure::measure_scored, module)?)?;
    module.add_function(wrap_pyfunction!(measure::measure_regression, module)?)?;
    module.add_function(wrap_pyfunction!(measure::measure_classes, module)?)?;
    module.add_function(wrap_pyfunction!(measure::measure_quantiles, module)?)?;
    Ok(())
}
