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
    let mut usual = None;
    for window in current.windows() {
        let Window::At { start, .. } = window else { continue };
        let Some(part) = current.window(start) else { continue };
        let both = Both { reference, current: &part, settings };
        let mut one = Report::default();
        one.measurements.push(row_count(reference, &part));
        let columns = both.columns(&mut one.measurements);
        let whole = SliceKey::default();
        // The windows are of one plan: what is usual of the reference holds for all of them.
        let usual = usual.get_or_insert_with(|| both.usual(&whole, &columns));
        let sides = (reference.all(), part.all());
        both.measure_columns((whole, whole), sides, &columns, usual, &mut one);
        both.measure_outcomes(whole, sides, &mut one);
        conclude(&mut one.measurements, settings.false_alarm_rate);
        for row in &mut one.measurements {
            row.slice.window = Some(window);
        }
        report.measurements.append(&mut one.measurements);
    }
    Ok(report)
}
