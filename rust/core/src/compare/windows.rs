//! Each window of the current rows beside the whole reference: what is drawn over time.

use super::{Both, Report, Settings, conclude, row_count};
use crate::error::Result;
use crate::profile::Profile;
use crate::slice::{SliceKey, Window};

/// Lays every window of `current` beside `reference`, over all rows: no segments, no curves.
///
/// Each window is judged as a comparison of its own, with the false-alarm rate of one.
///
/// # Errors
/// When the settings are out of their domains.
pub fn compare_windows(reference: &Profile, current: &Profile, settings: &Settings) -> Result<Report> {
    settings.check()?;
    let mut report = Report::default();
    for window in current.windows() {
        let Window::At { start, .. } = window else { continue };
        let Some(part) = current.window(start) else { continue };
        let mut rows = one_window(reference, &part, settings);
        for row in &mut rows {
            row.slice.window = Some(window);
        }
        report.measurements.append(&mut rows);
    }
    Ok(report)
}

fn one_window(reference: &Profile, part: &Profile, settings: &Settings) -> Vec<super::Measurement> {
    let mut report = Report::default();
    report.measurements.push(row_count(reference, part));
    let both = Both { reference, current: part, settings };
    let columns = both.columns(&mut report.measurements);
    both.measure_slice((SliceKey::default(), SliceKey::default()), &columns, &mut report);
    conclude(&mut report.measurements, settings.false_alarm_rate);
    report.measurements
}
